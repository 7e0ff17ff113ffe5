"""`import-invoices runs`: what was imported, when, with what result; a run's results again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from importer.cli.completion import complete_runs
from importer.cli.kinds import Whole
from importer.cli.options import PATH, options

if TYPE_CHECKING:
    from pathlib import Path

MOST = 50
"""How many runs are listed unless --last says otherwise."""


@click.command("runs")
@click.argument("run", required=False, shell_complete=complete_runs)
@click.option("--output", type=PATH, metavar="PATH", help="Write the run's results again.")
@click.option(
    "--last",
    type=Whole(min=1),
    metavar="N",
    help=f"How many runs to list, the newest first.  [default: {MOST}]",
)
@options(
    "--ledger",
    "--json",
    helps={"--json": "Print one object for machines: `runs`, a list; of RUN `run`, an object."},
)
def command(
    run: str | None, output: Path | None, last: int | None, ledger: Path | None, *, as_json: bool
) -> None:
    """List the latest runs; or show all of RUN; or write its results again with --output."""
    if run is None and output is not None:
        raise click.UsageError(
            "--output writes the results of one run: name it, such as `import-invoices runs RUN "
            "--output results.xlsx`. `import-invoices runs` lists them."
        )
    if run is not None and last is not None:
        raise click.UsageError(f"--last is for the list of runs: leave it out, or leave out {run}.")
    from importer.cli.runs import list_runs, show_run

    if run is None:
        list_runs(ledger, last or MOST, as_json=as_json)
    else:
        show_run(ledger, run, output, as_json=as_json)
