"""`import-invoices FILE`: the main job."""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click

from importer.cli.options import options, to_settings
from importer.cli.target import target
from importer.settings import Api, Settings


@click.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@options()
def command(file: Path, **given: Any) -> int:  # noqa: ANN401 click's options
    """Create an invoice for every row of FILE (.xlsx or .csv) and write the results.

    Rows that were created before are not created again: running the same file twice is safe.
    """
    settings = to_settings(file, given)
    with target(**given) as api:
        return _import(settings, api, as_json=given["as_json"], ask=not given["yes"])


def _import(settings: Settings, api: Api, *, as_json: bool, ask: bool) -> int:
    # Here, since they take a second: --help and a wrong option must not pay for them.
    from importer.cli.console import Console  # noqa: PLC0415
    from importer.cli.render import summary_json, summary_text  # noqa: PLC0415
    from importer.clock import SystemClock  # noqa: PLC0415
    from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415
    from importer.pipeline import import_file  # noqa: PLC0415

    with (
        closing(SqliteLedger(settings.ledger)) as ledger,
        Console(ask=ask, keep_going=settings.keep_going) as console,
    ):
        report = import_file(settings, api, ledger=ledger, clock=SystemClock(), events=console)
    # Nobody may read it, or no more: the run went as it went.
    with suppress(OSError):
        click.echo(summary_text(report.summary), err=as_json)
        if as_json:
            click.echo(summary_json(report.summary))
        return report.summary.exit_code
    sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 so that nothing fails at exit
    return report.summary.exit_code
