"""What was imported, when, with what result; a run's results again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.cli.fields import run_fields, to_json
from importer.cli.history import find_run, opened
from importer.cli.loading import loading
from importer.cli.screen import emit, screen_width, tell, wrap
from importer.errors import StoppedError
from importer.printable import printable
from importer.records import Account, Run
from importer.settings import Settings

if TYPE_CHECKING:
    from importer.ledger.sqlite import SqliteLedger

ELSEWHERE = ("file", "ledger", "output", "defaults")
"""Settings that are shown otherwise, or are no news beside what else is shown."""


def list_runs(ledger: Path | None, most: int, *, as_json: bool) -> None:
    """List the latest runs.

    Args:
        ledger: Where an option says the ledger is, if one does.
        most: How many at most.
        as_json: Print one object for machines.
    """
    with opened(ledger) as store:
        runs, option = store.runs(most + 1), store.option
        accounts = {account.id: account for account in store.accounts()}
    more, runs = len(runs) > most, runs[:most]
    if as_json:
        told = [run_fields(run, accounts[run.start.account_id]) for run in runs]
        emit(to_json(runs=told))
        return
    several = len({run.start.account_id for run in runs}) > 1
    names = [str(accounts[run.start.account_id]) if several else "" for run in runs]
    tell("\n".join(_list(runs, names, screen_width(err=False))) or "No runs yet.")
    if more:
        again = f"import-invoices runs --last {2 * most}{option}"
        tell(f"There are older ones: {again}", err=True)


def show_run(ledger: Path | None, run_id: str, output: Path | None, *, as_json: bool) -> None:
    """Show all that is known of a run.

    Args:
        ledger: Where an option says the ledger is, if one does.
        run_id: The run's name.
        output: Where to write its results again; None for nowhere.
        as_json: Print one object for machines.
    """
    with opened(ledger) as store:
        run = find_run(store, run_id, tables=output is not None)
        account = next(a for a in store.accounts() if a.id == run.start.account_id)
        written = None if output is None else _write(store, run, account, output)
        option = store.option
    if as_json:
        told = {"run": run_fields(run, account), "written": written and printable(str(written))}
        emit(to_json(**told))
        return
    details = _details(run, str(account), option)
    tell("\n".join([f"{_when(run)}  {_name(run)}  {_result(run)}", *details]))
    if written is not None:
        tell(f"Results: {printable(str(written))}")


def _list(runs: Sequence[Run], accounts: Sequence[str], width: int | None) -> Iterator[str]:
    """Yield a line a run, its columns aligned; two where the terminal is too narrow for it."""
    times, files = [_when(run) for run in runs], [_name(run) for run in runs]
    results = [_result(run) for run in runs]
    lines = _align(times, files, accounts, results)
    if width is None or _fit(lines, width):
        yield from lines
        return
    # The run's name holds the time too, and nobody gave an account the name `default`.
    ids = [run.start.id for run in runs]
    names = [name.removeprefix("default at ") for name in accounts]
    if _fit(lines := _align(ids, files, names, results), width):
        yield from lines
        return
    heads = _align(times, files)
    heads = heads if _fit(heads, width) else _align(ids, files)
    for head, tail in zip(heads, _align(names, results), strict=True):
        yield from wrap(head, width, hang="    ")
        yield from wrap(f"    {tail}", width, hang="    ")


def _fit(lines: Sequence[str], width: int) -> bool:
    return all(len(line) <= width for line in lines)


def _align(*columns: Sequence[str]) -> list[str]:
    """Return lines of columns of one width each; one without any text is left out."""
    widths = [max(map(len, column), default=0) for column in columns]
    return [
        "  ".join(
            text.ljust(width) for text, width in zip(line, widths, strict=True) if width
        ).rstrip()
        for line in zip(*columns, strict=True)
    ]


def _write(store: SqliteLedger, run: Run, account: Account, output: Path) -> Path | None:
    with loading():
        from importer.history import rewrite_results  # noqa: PLC0415 heavy

    with ExitStack() as stack:
        if run.end is None:
            try:
                stack.enter_context(store.sender(account, 0, lambda: None))
            except StoppedError as exc:
                raise StoppedError(
                    f"Run {run.start.id} may still go on: an import is sending for {account}. Its "
                    "results are written when it ends; if it was killed, run the same command "
                    "again then."
                ) from exc
            # Whoever holds the lock knows that every run without an end is dead.
            run = find_run(store, run.start.id, tables=True)
        return rewrite_results(store, run, output).summary.output


def _details(run: Run, account: str, option: str) -> Iterator[str]:
    """Yield all else that is known of a run, a line each; an option leads back to its ledger."""
    start, end = run.start, run.end
    again = f"import-invoices runs {start.id}{option} --output results.xlsx"
    yield f"  by {start.user}@{start.host}, file {printable(start.file)}"
    yield f"  SHA-256: {start.sha256}"
    yield f"  account: {account}"
    given = json.loads(start.options)
    yield f"  options: {_options(given) or 'none but the usual ones'}"
    if defaults := given.get("defaults"):
        values = ", ".join(f"{name} {printable(value)}" for name, value in defaults.items())
        yield f"  defaults: {values}"
    if end is not None:
        yield f"  ended: {end.at:%Y-%m-%d %H:%M:%S} UTC, {_duration(run)}"
    if end is not None and end.error is not None:
        yield f"  stopped: {end.error}"
    if end is not None and end.output is not None:
        gone = "" if Path(end.output).exists() else " (no longer there, or not from here)"
        yield f"  results: {end.output}{gone}"
    if run.pruned:
        yield "  its rows were emptied, being older than --keep-results: no results can be written"
    else:
        yield f"  results again: {again}"


def _options(given: dict[str, Any]) -> str:
    """Return the options of a run that aren't what they are by default, as they are typed."""
    usual = {f.name: f.default for f in fields(Settings) if f.name in given}
    return " ".join(
        _option(name, given[name])
        for name, default in usual.items()
        if name not in ELSEWHERE and given[name] not in (default, {})
    )


def _option(name: str, value: Any) -> str:  # noqa: ANN401 JSON's
    option = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{option}" if value else f"--no-{option}"
    if isinstance(value, dict):
        value = "; ".join(f"{key}={name}" for key, name in value.items())
    if isinstance(value, float):
        value = f"{value:g}"
    return f"--{option} {shlex.quote('auto' if value is None else str(value))}"


def _when(run: Run) -> str:
    return f"{run.start.id}  {run.start.at:%Y-%m-%d %H:%M} UTC"


def _name(run: Run) -> str:
    return printable(Path(run.start.file).name)


def _result(run: Run) -> str:
    """Return how a run ended, in one line."""
    end = run.end
    if end is None:
        return "goes on, or was killed"
    counts = ", ".join(f"{status} {rows:,}" for status, rows in end.counts.items() if rows)
    why = end.error if not end.counts else None
    return f"exit {end.exit_code}: {counts or why or 'no rows'}"


def _duration(run: Run) -> str:
    """Return how long a run took, in the two largest units."""
    seconds = 0.0 if run.end is None else (run.end.at - run.start.at).total_seconds()
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if hours:
        return f"after {hours} h {minutes % 60} min"
    return f"after {minutes} min {int(seconds % 60)} s" if minutes else f"after {seconds:.1f} s"
