"""`import-invoices runs`: what was imported, when, with what result; a run's results again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.history import opened
from importer.cli.options import PATH, options
from importer.cli.screen import tell
from importer.records import Run

if TYPE_CHECKING:
    from importer.ledger.sqlite import SqliteLedger

MOST = 50


@click.command("runs")
@click.argument("run", required=False)
@click.option("--output", type=PATH, metavar="PATH", help="Write the run's results again.")
@options("--ledger")
def command(run: str | None, output: Path | None, ledger: Path | None) -> None:
    """List the latest runs; or show RUN; or write its results again with --output."""
    if run is None and output is not None:
        raise click.UsageError(
            "--output writes the results of one run: name it, such as `import-invoices runs RUN "
            "--output results.xlsx`. `import-invoices runs` lists them."
        )
    with opened(ledger) as store:
        if run is None:
            tell("\n".join(_line(known) for known in store.runs(MOST)) or "No runs yet.")
        else:
            tell("\n".join(_one(store, run, output)))


def _one(store: SqliteLedger, run_id: str, output: Path | None) -> Iterator[str]:
    from importer.history import find_run, rewrite_results  # noqa: PLC0415 heavy

    run = find_run(store, run_id)
    yield _line(run)
    yield f"  by {run.start.user}@{run.start.host}, file {run.start.file}"
    if run.end is not None and run.end.output is not None:
        yield f"  results: {run.end.output}"
    if run.end is not None and run.end.error is not None:
        yield f"  stopped: {run.end.error}"
    if output is not None:
        yield f"Results: {rewrite_results(store, run, output).summary.output}"


def _line(run: Run) -> str:
    name = Path(run.start.file).name
    head = f"{run.start.id}  {run.start.at:%Y-%m-%d %H:%M} UTC  {name}"
    if run.end is None:
        return f"{head}  goes on, or was killed"
    counts = ", ".join(f"{status} {rows}" for status, rows in run.end.counts.items() if rows)
    return f"{head}  exit {run.end.exit_code}: {counts}"
