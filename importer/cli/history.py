"""What commands that look back share: a ledger that is there already, and its runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from importer.errors import LedgerError, UsageError
from importer.ledger.place import default_ledger
from importer.nearest import did_you_mean, nearest
from importer.records import Entry, Run

if TYPE_CHECKING:
    from importer.ledger.port import Ledger
    from importer.ledger.sqlite import SqliteLedger

LATEST = 1_000
"""Among how many runs one like an unknown one is looked for."""


@contextmanager
def opened(path: Path | None) -> Iterator[SqliteLedger]:
    """Open a ledger that exists; looking back makes none.

    Raises:
        UsageError: When there is none.
    """
    from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415 `--help` doesn't need it

    with closing(SqliteLedger(require_ledger(path))) as ledger:
        yield ledger


def find_ledger(path: Path | None) -> Path:
    """Return where the ledger is, or will be: an absolute path without symbolic links.

    Args:
        path: Where an option says it is, if one does.
    """
    return (path or default_ledger()).expanduser().resolve()


def require_ledger(path: Path | None) -> Path:
    """Return where the ledger is: an absolute path without symbolic links.

    Args:
        path: Where an option says it is, if one does.

    Raises:
        UsageError: When there is none.
        LedgerError: When its folder may not be looked into.
    """
    place = find_ledger(path)
    try:
        there = place.exists()
    except PermissionError as exc:
        from importer.ledger.files import denied  # noqa: PLC0415 seldom needed

        raise LedgerError(denied(place)) from exc
    if not there:
        raise UsageError(
            f"There is no ledger at {place}: nothing was imported yet, or not from here. Import a "
            "file first, or name the ledger that you mean with --ledger."
        )
    return place


def find_run(ledger: Ledger, run_id: str, *, tables: bool) -> Run:
    """Return a run by its name.

    Args:
        ledger: Where it is kept.
        run_id: Its name.
        tables: Whether with its table and outcomes.

    Raises:
        UsageError: When there is none.
    """
    run = ledger.run(run_id, tables=tables)
    if run is None:
        near = nearest(run_id, (known.start.id for known in ledger.runs(LATEST)))
        raise UsageError(
            f'The ledger knows no run "{run_id}".{did_you_mean(near)} '
            f"`import-invoices runs{ledger.option}` lists those it knows."
        )
    return run


def runs_of(ledger: Ledger, entries: Iterable[Entry]) -> dict[str, Run]:
    """Return the runs that references were sent in, by name, without their tables."""
    names = {attempt.run_id for entry in entries for attempt in entry.attempts}
    runs = (ledger.run(name, tables=False) for name in sorted(names))
    return {run.start.id: run for run in runs if run is not None}
