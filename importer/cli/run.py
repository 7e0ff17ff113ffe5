"""`import-invoices FILE`: the main job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click

from importer.cli.options import run_options, to_api, to_settings
from importer.errors import UsageError
from importer.settings import Api, Secret


@click.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@run_options
def command(file: Path, **given: Any) -> int:  # noqa: ANN401 click's options
    """Create an invoice for every row of FILE (.xlsx or .csv) and write the results.

    Rows that were created before are not created again: running the same file twice is safe.
    """
    settings = to_settings(file, given)
    with _api(**given) as api:
        return _import(settings, api, **given)


@contextmanager
def _api(*, sandbox: bool, api_url: str | None, account: str | None, **_: object) -> Iterator[Api]:
    """Say where to send; for a rehearsal, start the sandbox first."""
    if not sandbox:
        yield to_api(api_url, account)
        return
    from importer.sandbox.process import SandboxError, running_sandbox  # noqa: PLC0415 seldom needed

    try:
        with running_sandbox() as local:
            yield Api(local.url, account or "default", Secret(local.token), f"sandbox:{local.id}")
    except SandboxError as exc:
        raise UsageError(str(exc)) from exc


def _import(settings: Any, api: Api, *, as_json: bool, yes: bool, **_: object) -> int:  # noqa: ANN401
    # Here, since they take a second: --help and a wrong option must not pay for them.
    from importer.cli.render import Console, summary_json, summary_text  # noqa: PLC0415
    from importer.clock import SystemClock  # noqa: PLC0415
    from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415
    from importer.pipeline import import_file  # noqa: PLC0415

    with closing(SqliteLedger(settings.ledger)) as ledger, Console(ask=not yes) as console:
        report = import_file(settings, api, ledger=ledger, clock=SystemClock(), events=console)
    click.echo(summary_text(report.summary), err=as_json)
    if as_json:
        click.echo(summary_json(report.summary))
    return report.summary.exit_code
