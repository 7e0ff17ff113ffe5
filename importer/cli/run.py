"""`import-invoices FILE`: the main job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from importer.cli.options import PREFIX, options, to_settings
from importer.cli.target import target
from importer.settings import Settings

if TYPE_CHECKING:
    from importer.cli.console import Console
    from importer.model import Outcome
    from importer.report import Report, Summary


@click.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@options()
@click.pass_context
def command(ctx: click.Context, /, file: Path, **given: Any) -> int:  # noqa: ANN401 click's options
    """Create an invoice for every row of FILE (.xlsx or .csv) and write the results.

    Rows that were created before are not created again: running the same file twice is safe.
    """
    quiet, verbose = _choose_loudness(ctx)
    settings = to_settings(file, given)
    # Here and below, since they take time: --help and a wrong option must not pay for them.
    from importer.cli.console import Console  # noqa: PLC0415

    ask, keep_going = not given["yes"], settings.keep_going
    with Console(ask=ask, keep_going=keep_going, quiet=quiet, verbose=verbose) as console:
        report = _import(settings, given, console)
    console.tell_rest(_outcomes(report) if verbose else ())
    _print(report.summary, quiet=quiet, as_json=given["as_json"])
    return report.summary.exit_code


def _choose_loudness(ctx: click.Context) -> tuple[bool, bool]:
    """Return whether to be quiet, and whether verbose; what is typed beats a variable.

    Raises:
        UsageError: When both are said in the same way.
    """
    quiet, verbose = ctx.params["quiet"], ctx.params["verbose"]
    if not (quiet and verbose):
        return quiet, verbose
    quiet_typed, verbose_typed = (
        ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        for name in ("quiet", "verbose")
    )
    if quiet_typed is not verbose_typed:
        return quiet_typed, verbose_typed
    names = ("--quiet", "--verbose") if quiet_typed else (f"{PREFIX}QUIET", f"{PREFIX}VERBOSE")
    raise click.UsageError(
        f"{names[0]} and {names[1]} say the opposite of each other. Leave one out.", ctx
    )


def _import(settings: Settings, given: dict[str, Any], console: Console) -> Report:
    if given["sandbox"]:
        console.on_phase("Starting the sandbox")
    with target(**given) as api:
        console.on_phase("Getting ready")
        from importer.clock import SystemClock  # noqa: PLC0415
        from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415
        from importer.pipeline import import_file  # noqa: PLC0415

        with closing(SqliteLedger(settings.ledger)) as ledger:
            return import_file(settings, api, ledger=ledger, clock=SystemClock(), events=console)


def _outcomes(report: Report) -> Iterator[Outcome]:
    """Yield what became of each row, in the file's order."""
    from importer.model import InvoiceRef, Outcome, Status  # noqa: PLC0415

    for row, status, number, identity, message in report.outcomes.iter_rows():
        invoice = None if number is None else InvoiceRef(identity or 0, number)
        yield Outcome(row, Status(status), invoice, message or "")


def _print(summary: Summary, *, quiet: bool, as_json: bool) -> None:
    from importer.cli.render import problems_text, summary_json, summary_text  # noqa: PLC0415
    from importer.cli.screen import screen_width, tell, wrap  # noqa: PLC0415

    told = problems_text(summary) if quiet else summary_text(summary)
    width = screen_width(err=as_json)
    text = "\n".join(part for line in told.splitlines() for part in wrap(line, width))
    if text:
        tell(text, err=as_json)
    if as_json:
        tell(summary_json(summary))
