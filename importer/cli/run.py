"""A file, or a folder of files, imported from the command line."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from importer.cli.loaded import note_file
from importer.cli.loading import loading
from importer.cli.options import PREFIX, to_settings
from importer.cli.target import target
from importer.cli.telling import TELLER
from importer.settings import Settings

if TYPE_CHECKING:
    from importer.cli.console import Console
    from importer.cli.journal import Journal
    from importer.model import Outcome
    from importer.report import Report


def import_path(ctx: click.Context, file: Path, given: dict[str, Any]) -> int:
    """Import a file, or each new file of a folder.

    Args:
        ctx: The context of `run`.
        file: The file or folder.
        given: The command's options.

    Returns:
        The exit code.
    """
    note_file(file)
    TELLER.begin(ctx, file)
    quiet, verbose = _choose_loudness(ctx)
    settings = to_settings(file, given)
    given |= {"quiet": quiet, "verbose": verbose}
    if os.path.isdir(file):  # noqa: PTH112 unlike Path's, false for any name
        from importer.cli.inbox import import_folder  # noqa: PLC0415 seldom needed

        return import_folder(settings, given)
    _require_folder_for_moving(ctx, file)
    return carry_out(lambda console: _import(settings, given, console), given).summary.exit_code


def carry_out(
    work: Callable[[Console | Journal], Report], given: dict[str, Any], inbox: Path | None = None
) -> Report:
    """Import one file, and tell of it to whoever is to be told.

    Args:
        work: Imports it.
        given: The run's options.
        inbox: The folder that the file was dropped into, if it wasn't named itself.
    """
    # Here and below, since they take time: --help and a wrong option must not pay for them.
    from importer.cli.console import choose_console  # noqa: PLC0415

    quiet, verbose = given["quiet"], given["verbose"]
    with choose_console(
        ask=not given["yes"], keep_going=given["keep_going"], quiet=quiet, verbose=verbose
    ) as console:
        report = work(console)
    console.tell_rest(_outcomes(report) if verbose else ())
    _print(report, inbox, console.warned, quiet=quiet, as_json=given["as_json"])
    TELLER.tell(report.summary)
    return report


def _require_folder_for_moving(ctx: click.Context, file: Path) -> None:
    """Refuse --move-to with a file, where it was typed; in a variable it is meant for folders.

    Raises:
        UsageError: When it was typed.
    """
    typed = ctx.get_parameter_source("move_to") is ParameterSource.COMMANDLINE
    if typed and (file == Path("-") or os.path.exists(file)):  # noqa: PTH110 as above
        raise click.UsageError(
            f"--move-to is for a folder of files, and {file} is none. Leave it out, or name the "
            "folder that the file is in.",
            ctx,
        )


def _choose_loudness(ctx: click.Context) -> tuple[bool, bool]:
    """Return whether to be quiet, and whether verbose; typed beats variable beats file.

    Raises:
        UsageError: When both are said in the same way.
    """
    quiet, verbose = ctx.params["quiet"], ctx.params["verbose"]
    if not (quiet and verbose):
        return quiet, verbose
    by_quiet, by_verbose = (
        ctx.get_parameter_source(name) or ParameterSource.DEFAULT for name in ("quiet", "verbose")
    )
    if by_quiet is not by_verbose:
        return by_quiet < by_verbose, by_verbose < by_quiet
    names = {
        ParameterSource.COMMANDLINE: ("--quiet", "--verbose"),
        ParameterSource.ENVIRONMENT: (f"{PREFIX}QUIET", f"{PREFIX}VERBOSE"),
    }.get(by_quiet, ("quiet", "verbose in the configuration"))
    raise click.UsageError(
        f"{names[0]} and {names[1]} say the opposite of each other. Leave one out.", ctx
    )


def _import(settings: Settings, given: dict[str, Any], console: Console | Journal) -> Report:
    if given["sandbox"]:
        console.on_phase("Starting the sandbox")
    with target(**given) as api:
        console.on_phase("Getting ready")
        with loading():
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


def _print(
    report: Report, inbox: Path | None, warned: Sequence[str], *, quiet: bool, as_json: bool
) -> None:
    from importer.cli.jsonlog import json_log  # noqa: PLC0415
    from importer.cli.render import summary_json  # noqa: PLC0415
    from importer.cli.screen import emit  # noqa: PLC0415

    if (log := json_log()) is not None:
        from importer.cli.journal import log_end  # noqa: PLC0415 seldom needed

        log_end(log, report)
    else:
        _print_text(report, inbox, warned, quiet=quiet, err=as_json)
    if as_json:
        emit(summary_json(report.summary))


def _typed_readings() -> str:
    """Name the options that say how the file is read, where they were typed for this run."""
    ctx = click.get_current_context()
    typed = (
        f"--{name.replace('_', '-')}"
        for name in ("columns", "date_format", "timezone")
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    )
    return " and ".join(typed)


def _print_text(
    report: Report, inbox: Path | None, warned: Sequence[str], *, quiet: bool, err: bool
) -> None:
    from importer.cli.brief import problem_lines  # noqa: PLC0415
    from importer.cli.render import problems_text, summary_text  # noqa: PLC0415
    from importer.cli.screen import tell  # noqa: PLC0415

    untold = (warning for warning in report.summary.warnings if warning not in warned)
    summary = replace(report.summary, warnings=tuple(untold))
    told = (
        problems_text(summary, problem_lines(report), inbox, _typed_readings())
        if quiet
        else summary_text(summary, inbox, _typed_readings())
    )
    if told:
        tell(told, err=err)
