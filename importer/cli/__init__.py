"""The command line: parse, call the pipeline, print. Imports nothing heavy before it must."""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from importer import __version__
from importer.cli.jsonlog import JSON, Level, begin_log, json_log, wants_json
from importer.cli.keys import configured
from importer.cli.loaded import Loaded
from importer.cli.screen import emit, tell
from importer.cli.words import object_to, say_unknown, unknown_variables, value_needed
from importer.errors import EXIT_INTERRUPTED, EXIT_STOPPED, EXIT_USAGE, ImporterError
from importer.printable import printable

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: Mapping[str, str] = {
    "run": "Create an invoice for every row of FILE (.xlsx or .csv) and write the results.",
    "check": "Read and check FILE and say what a run would do with every row; send nothing.",
    "template": "Write a workbook to fill in: OUT.xlsx, or invoices.xlsx in this folder.",
    "runs": "List the latest runs; or show all of RUN; or write its results again with --output.",
    "status": "Show all that is known of REFERENCE, attempt by attempt; or what is in doubt.",
    "resolve": "Settle REFERENCE, which is in doubt, by what you found at the API.",
    "ledger": "Look after the ledger, the record of all that was sent: path, check, backup, "
    "restore.",
    "doctor": "Look whether an import could go well from here: API, token, ledger, disks, clocks.",
    "config": "Show every option that is in force, and where its value comes from.",
    "sandbox": "Run the invoice API on this computer, to rehearse against.",
}
"""Every command, and the first sentence of its help.

What declares it is the module of its name in `verbs`, imported when the command is asked for.
"""

GREETING = """\
import-invoices makes each row of a spreadsheet one invoice, or says why not.

Look first; nothing is sent:
    import-invoices check invoices.xlsx
Rehearse, on this computer alone:
    import-invoices invoices.xlsx --sandbox
Create the invoices:
    import-invoices invoices.xlsx --api-url https://api.example.com
Get a spreadsheet to fill in:
    import-invoices template

A file's name with spaces goes in double quotes: "April invoices.xlsx"
All commands and options: import-invoices --help"""
"""What is said to whoever types the name of the program alone."""

COMPLETES = "_IMPORT_INVOICES_COMPLETE"
"""The variable by which a shell asks for completions: click's."""

OF_A_FILE = ("run", "check")
"""The commands whose one word is a file."""


class Main(click.Group):
    """A group whose default command is `run`: `import-invoices FILE` needs no verb."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which one meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and return the command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return configured(importlib.import_module(f"importer.cli.verbs.{cmd_name}").command)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` in front of what is neither a command nor an option of the group."""
        ours = {*COMMANDS, *(name for option in self.get_params(ctx) for name in option.opts)}
        if args and (named := args[0] if args[0] in ours else None) in {None, *OF_A_FILE}:
            rest = args if named is None else args[1:]
            if isinstance(ctx.obj, Loaded):
                ctx.obj.command = named or "run"
            if not ctx.resilient_parsing:  # a shell completes what isn't typed to its end
                self._check_words(ctx, named, rest)
            args = [named or "run", *rest]
        return super().parse_args(ctx, args)

    def _check_words(self, ctx: click.Context, named: str | None, rest: Sequence[str]) -> None:
        """Refuse words that are no file and can't be meant, as click couldn't say it.

        Raises:
            UsageError: When there are none, too many, or a misspelt command.
        """
        command = self.get_command(ctx, named or "run")
        if command is None:
            return
        with click.Context(command, info_name=command.name, parent=ctx) as inner:
            given, extra, order = command.make_parser(inner).parse_args(list(rest))
            if any("--help" in param.opts for param in order):
                return
            values = (given.get(str(p.name)) for p in order if isinstance(p, click.Argument))
            words = [*(value for value in values if isinstance(value, str)), *extra]
            if why := object_to(words, COMMANDS, command=named):
                raise click.UsageError(why, inner)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer files and the options of `run` too: see `parse_args`."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 for shells alone

        run = self.get_command(ctx, "run")
        if run is None or not incomplete.startswith("-"):
            files = CompletionItem(incomplete, type="file")  # first: in bash it forgets the others
            return [files, *super().shell_complete(ctx, incomplete)]
        with click.Context(run, info_name="run", parent=ctx, resilient_parsing=True) as inner:
            own = run.shell_complete(inner, incomplete)
        offered = [*own, *super().shell_complete(ctx, incomplete)]
        return list({item.value: item for item in offered}.values())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show each command in a sentence, without the module that declares it."""
        del ctx
        room = formatter.width - 6 - max(map(len, COMMANDS))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, click.Command(name, help=said).get_short_help_str(room))
                    for name, said in COMMANDS.items()
                ]
            )

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 click's
        """Carry out a command, heeding every signal that asks for an end."""
        _end_in_a_sentence()
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the commands, and the options of `run`, since it is the one that is meant."""
        super().format_options(ctx, formatter)
        run = self.get_command(ctx, "run")
        if run is not None:
            with click.Context(run, info_name="run", parent=ctx) as run_ctx:
                records = [p.get_help_record(run_ctx) for p in run.get_params(run_ctx)]
            with formatter.section("Options of run"):
                formatter.write_dl([record for record in records if record is not None][:-1])


@click.command(
    cls=Main,
    subcommand_metavar="FILE [OPTIONS] | COMMAND …",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="import-invoices")
def cli() -> None:
    """Make every row of a spreadsheet exactly one invoice, or say why not.

    `import-invoices invoices.xlsx` is the same as `import-invoices run invoices.xlsx`.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; every error becomes one clear message."""
    gc.freeze()  # all that is imported stays: nobody need look through it for garbage
    words = list(sys.argv[1:] if args is None else args)
    loaded = Loaded(words)
    if wants_json(words, os.environ):
        begin_log()
    if COMPLETES not in os.environ:
        _warn_of_variables()
    try:
        code = cli.main(words, prog_name="import-invoices", standalone_mode=False, obj=loaded)
    except click.exceptions.NoArgsIsHelpError:
        click.echo(GREETING, err=True)
        sys.exit(EXIT_USAGE)
    except click.BadOptionUsage as exc:
        lacks = "requires an argument" in exc.message
        told = click.UsageError(value_needed(exc.option_name), exc.ctx) if lacks else exc
        _fail(loaded, told.format_message(), told.exit_code, told)
    except click.NoSuchOption as exc:
        told = click.UsageError(_say_unknown(exc, words), exc.ctx)
        _fail(loaded, told.format_message(), told.exit_code, told)
    except click.ClickException as exc:
        _fail(loaded, exc.format_message(), exc.exit_code, exc)
    except ImporterError as exc:
        _fail(loaded, loaded.name_place(str(exc)), exc.exit_code, run_id=exc.run_id)
    except (KeyboardInterrupt, click.Abort) as exc:  # click makes the one the cause of the other
        sys.unraisablehook = lambda _: None  # what was cut off can't be closed in order
        said = str(exc.__cause__ or exc) or "Interrupted. Run the same command again to go on."
        _fail(loaded, said, EXIT_INTERRUPTED)
    except Exception as exc:  # noqa: BLE001 no traceback may reach a user
        _fail(
            loaded,
            "Something went wrong in import-invoices itself; it is no mistake of yours. Nothing "
            "is lost: what was sent is written down, and running the same command again is safe. "
            f"If it happens again, please report these words: {type(exc).__name__}: {exc}.",
            EXIT_STOPPED,
        )
    sys.exit(code if isinstance(code, int) else 0)


def _say_unknown(exc: click.NoSuchOption, words: Sequence[str]) -> str:
    ctx = exc.ctx or click.Context(cli)
    run = cli.get_command(ctx, "run")
    own, of_run = (
        {option for param in command.params for option in param.opts if option[:2] == "--"}
        for command in (ctx.command, run or ctx.command)
    )
    return say_unknown(exc.option_name, words, own, command=ctx.command.name, of_run=of_run - own)


def _end_in_a_sentence() -> None:
    """Let every signal that asks for an end interrupt as Ctrl-C does, where nobody heeds it.

    Those that whoever started this process has it ignore (nohup, a shell's background) stay so.
    """
    import signal  # noqa: PLC0415 `--help` doesn't need it

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _warn_of_variables() -> None:
    """Tell of variables that are meant for this program and have no effect."""
    if not any(name.startswith("IMPORT_INVOICES_") for name in os.environ):
        return
    from importer.cli.options import OPTIONS, PREFIX  # noqa: PLC0415 seldom needed
    from importer.cli.variables import SECRETS  # noqa: PLC0415 the same

    own = {PREFIX + option.removeprefix("--").upper().replace("-", "_") for option in OPTIONS}
    files = {f"{name}_FILE" for name in (*SECRETS, f"{PREFIX}NOTIFY")}
    known = own | files | {*SECRETS}
    if any(name.startswith(f"{PREFIX}SANDBOX_") for name in os.environ):
        from importer.sandbox.command import command  # noqa: PLC0415 seldom needed

        known |= {str(param.envvar) for param in command.params if isinstance(param, click.Option)}
    with suppress(OSError):  # nobody may read it
        for warning in unknown_variables(os.environ, PREFIX, known):
            tell(f"Warning: {warning}", err=True)


def _show(usage: click.UsageError) -> None:
    """Print what is wrong with a command and how it is used: names in it came from outside."""
    text = io.StringIO()
    usage.show(file=text)
    for line in text.getvalue().splitlines():
        tell(printable(line), err=True)


def _fail(
    loaded: Loaded,
    message: str,
    code: int,
    usage: click.ClickException | None = None,
    run_id: str = "",
) -> None:
    context = loaded.context
    if context is not None and context.lookup_default("log_format") == JSON:
        begin_log()  # the option's own turn may not have come
    if (log := json_log()) is not None:
        log.event(Level.ERROR, "error", message, exit_code=code)
    elif isinstance(usage, click.UsageError):
        _show(usage)
    else:
        tell(f"import-invoices: {message}", err=True)
    if loaded.wants_json():
        from importer.cli.render import error_json  # noqa: PLC0415 seldom needed

        emit(error_json(message, code, loaded.file, run_id))
    from importer.cli.telling import TELLER  # noqa: PLC0415 seldom needed

    if loaded.command == "run":
        TELLER.begin_late(usage)
    if TELLER.url is not None:
        _end_in_a_sentence()  # it may take a while, and the message is told already
    TELLER.tell_failure(message, code, loaded.file, run_id)
    sys.exit(code)
