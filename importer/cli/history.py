"""What commands that look back share: a ledger that is there already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from importer.cli.options import default_ledger
from importer.errors import UsageError

if TYPE_CHECKING:
    from importer.ledger.sqlite import SqliteLedger


@contextmanager
def opened(path: Path | None) -> Iterator[SqliteLedger]:
    """Open a ledger that exists; looking back makes none.

    Raises:
        UsageError: When there is none.
    """
    from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415 `--help` doesn't need it

    place = path or default_ledger()
    if not place.exists():
        raise UsageError(
            f"There is no ledger at {place}: nothing was imported yet, or not from here. Import a "
            "file first, or name the ledger that you mean with --ledger."
        )
    with closing(SqliteLedger(place)) as ledger:
        yield ledger
