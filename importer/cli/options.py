"""The options of a run: names, variables, defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from importer.cli.heed import heed_configuration
from importer.cli.jsonlog import JSON, TEXT, choose_format
from importer.cli.kinds import POSITIVE, SECONDS, Hidden, Mapped, Name, Place, Rate, Whole, Word

if TYPE_CHECKING:  # imported where a command is carried out: `--help` and a wrong option need none
    from pathlib import Path

    from importer.settings import Settings

PREFIX = "IMPORT_INVOICES_"

Function = TypeVar("Function", bound=Callable[..., Any])


class Option(click.Option):
    """An option whose errors name the variable where the value came from there."""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Name the variable where the value came from it; else the option."""
        source = ctx.get_parameter_source(self.name) if ctx is not None and self.name else None
        if source is click.core.ParameterSource.ENVIRONMENT:
            return f"the variable {self.envvar}"
        return super().get_error_hint(ctx)


OPTIONS: dict[str, Callable[..., Any]] = {}
"""What makes each option's decorator, by name, in the order of `--help`."""


def declare(*names: str, **kwargs: Any) -> None:  # noqa: ANN401 click's
    """Declare an option with its environment variable, the same for every command."""
    name = names[0].partition("/")[0]
    variable = PREFIX + name.removeprefix("--").upper().replace("-", "_")
    OPTIONS[name] = partial(click.option, *names, cls=Option, envvar=variable, **kwargs)


PATH = Place()

MOST = 2**31 - 1
"""What a limit may be at most: 2 PiB, where it is MiB."""


def _declare_limit(name: str, default: int, what: str, *, least: int = 1) -> None:
    """Declare an option that caps what is read."""
    declare(
        name,
        type=Whole(min=least, max=MOST),
        default=default,
        show_default=True,
        metavar="N",
        help=what,
    )


declare("--api-url", metavar="URL", help="The API's base URL. Required without --sandbox.")
declare(
    "--account",
    type=Name(),
    metavar="NAME",
    help="Whose invoices these are, where one URL serves several.  "
    "[default: the client id, else default]",
)
declare(
    "--allow-http",
    is_flag=True,
    help="Allow an API URL that is neither encrypted nor on this computer.",
)
declare("--sandbox", is_flag=True, help="Run against the embedded local API; needs no token.")
declare(
    "--rate",
    type=Rate(),
    default=10,
    show_default=True,
    metavar="N",
    help="Creates a second at most; auto finds out what the API takes.",
)
declare(
    "--concurrency",
    type=Whole(min=1, max=1000),
    default=8,
    show_default=True,
    metavar="N",
    help="Creates in flight at most.",
)
declare(
    "--output",
    type=PATH,
    metavar="PATH",
    help="Results file, .xlsx or .csv, never overwritten; for a folder of files, the folder that "
    "gets their results.  [default: reports/<name>-<time>.xlsx]",
)
declare(
    "--move-to",
    type=PATH,
    metavar="FOLDER",
    help="Where a folder's files go once their results are written.  [default: they stay]",
)
declare(
    "--ledger",
    type=PATH,
    metavar="PATH",
    help="The record of all that was sent.  [default: in the user's data folder]",
)
declare("--sheet", metavar="NAME", help="The sheet to read.  [default: the one that fits]")
declare(
    "--timezone",
    metavar="NAME",
    default="UTC",
    show_default=True,
    help="The zone of dates and times that name none.",
)
declare(
    "--date-format",
    metavar="FORMAT",
    help="How dates are written besides 2027-01-31, such as %d/%m/%Y.",
)
declare(
    "--columns",
    type=Mapped(),
    metavar="MAPPING",
    help='Headers of your own, such as "Kunde=counterparty_id; Beleg=reference_id".',
)
declare(
    "--encoding",
    metavar="NAME",
    help="A text file's encoding, such as windows-1252.  [default: found out]",
)
declare("--skip-hidden", is_flag=True, help="Leave out the rows that the sheet hides.")
declare("--strict", is_flag=True, help="Send nothing unless every row is valid.")
declare(
    "--warnings-as-errors",
    is_flag=True,
    help="Keep rows back for what would be a warning.",
)
declare(
    "--limit",
    type=Whole(min=0),
    metavar="N",
    help="Send the first N planned creates: a first taste.",
)
declare(
    "--lookup-delay",
    type=SECONDS,
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="How long to let the API finish before an in-doubt row is looked up.",
)
declare(
    "--timeout",
    type=POSITIVE,
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="For one create; for a listing, between two reads.",
)
declare(
    "--wait",
    type=SECONDS,
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another run on this ledger to end.",
)
declare(
    "--give-up-after",
    type=POSITIVE,
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="Stop when nothing but failures came for so long.",
)
declare(
    "--keep-going",
    is_flag=True,
    help="Go on where row after row is refused for one reason.",
)
declare(
    "--transport",
    type=Word("auto", "httpx", "aiohttp"),
    default="auto",
    show_default=True,
    help="What carries creates: auto takes aiohttp where the extra fast has installed it.",
)
declare(
    "--check-server/--no-check-server",
    default=True,
    show_default=True,
    help="List the API's invoices before the first create.",
)
declare(
    "--keep-results",
    type=Whole(min=1, max=36_500),
    default=365,
    show_default=True,
    metavar="DAYS",
    help="How long a run's results can be written again; attempts are kept for good.",
)
_declare_limit("--max-reference-length", 255, "Characters that a reference may have.")
_declare_limit("--max-note-length", 32_767, "Characters that a note may have.")
_declare_limit("--max-memory", 2048, "MiB that reading a workbook may take.", least=64)
_declare_limit("--max-file-size", 512, "MiB of a file, and of what it unpacks to.")
_declare_limit("--max-rows", 1_048_576, "Rows of a file or sheet, blank ones too.")
_declare_limit("--max-columns", 1_000, "Columns of a file or sheet.")
_declare_limit("--max-cell-length", 1_000_000, "Characters of one cell.")
declare(
    "--quiet",
    "-q",
    is_flag=True,
    help="Tell problems alone: errors, and rows that need you. Nothing where all went well.",
)
declare(
    "--verbose",
    "-v",
    is_flag=True,
    help="Tell what becomes of each row, and why an attempt is repeated.",
)
declare(
    "--log-format",
    type=Word(TEXT, JSON),
    default=TEXT,
    show_default=True,
    callback=choose_format,
    help="What standard error is: text for people, or one JSON object a line for machines.",
)
declare(
    "--notify",
    type=Hidden(),
    metavar="URL",
    help="Tell this web address (a webhook, such as Slack's) how the run went. It is never shown; "
    f"{PREFIX}NOTIFY_FILE may name a file that holds it.",
)
declare(
    "--notify-on",
    type=Word("problems", "always"),
    default="problems",
    show_default=True,
    help="When to tell it: of problems alone, or of every run.",
)
declare("--json", "as_json", is_flag=True, help="Print a summary for machines.")
declare("--yes", is_flag=True, help="Don't ask before sending (asked only on a terminal).")

CONFIG, PROFILE = "--config", "--profile"
"""The options that choose a configuration; every command has them that has a variable's option."""

declare(
    CONFIG,
    type=PATH,
    metavar="PATH",
    is_eager=True,
    expose_value=False,
    callback=heed_configuration,
    help="A file of options.  [default: import-invoices.toml in this folder, else in the user's "
    "configuration folder]",
)
declare(
    PROFILE,
    metavar="NAME",
    is_eager=True,
    expose_value=False,
    callback=heed_configuration,
    help="A profile of that file: what it says of one company, such as [profiles.acme].",
)


def options(*names: str, helps: Mapping[str, str] | None = None) -> Callable[[Function], Function]:
    """Give a command some of the options; all of them where none is named.

    Args:
        names: The options' names.
        helps: What `--help` says of an option where it isn't what it says for a run.
    """

    def decorate(function: Function) -> Function:
        for name in reversed(names or tuple(OPTIONS)):
            changes = {"help": helps[name]} if helps is not None and name in helps else {}
            function = OPTIONS[name](**changes)(function)
        return function

    return decorate


def to_settings(file: Path, given: dict[str, Any]) -> Settings:
    """Return the settings of a run from its options."""
    from dataclasses import replace  # noqa: PLC0415 see above

    from importer.cli.configuration import default_values  # noqa: PLC0415 it imports this
    from importer.ledger.place import default_ledger  # noqa: PLC0415 see above
    from importer.settings import Settings  # noqa: PLC0415 see above

    names = {name: given[name] for name in Settings.__dataclass_fields__ if name in given}
    names["ledger"] = given["ledger"] or default_ledger()
    names["columns"] = given["columns"] or {}
    settings = Settings(file=file, **names)
    return replace(settings, defaults=default_values(settings))
