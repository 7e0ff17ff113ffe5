"""The options of a run: names, variables, defaults; and where secrets come from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from importer.errors import UsageError
from importer.settings import Api, Secret, Settings, canonical_url

PREFIX = "IMPORT_INVOICES_"
TOKEN = f"{PREFIX}TOKEN"

Function = TypeVar("Function", bound=Callable[..., Any])


class Option(click.Option):
    """An option whose errors name the variable where the value came from there."""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Name the variable where the value came from it; else the option."""
        source = ctx.get_parameter_source(self.name) if ctx is not None and self.name else None
        if source is click.core.ParameterSource.ENVIRONMENT:
            return f"the variable {self.envvar}"
        return super().get_error_hint(ctx)


def option(*names: str, **kwargs: Any) -> Callable[[Function], Function]:  # noqa: ANN401 click's
    """Declare an option with its environment variable, the same for every command."""
    variable = PREFIX + names[0].partition("/")[0].removeprefix("--").upper().replace("-", "_")
    return click.option(*names, cls=Option, envvar=variable, **kwargs)


POSITIVE = click.FloatRange(min=0, min_open=True)
SECONDS = click.FloatRange(min=0)
PATH = click.Path(path_type=Path)

RUN_OPTIONS = (
    option("--api-url", metavar="URL", help="The API's base URL. Required without --sandbox."),
    option(
        "--account",
        metavar="NAME",
        help="Whose invoices these are, where one URL serves several.  [default: default]",
    ),
    option("--sandbox", is_flag=True, help="Run against the embedded local API; needs no token."),
    option(
        "--rate",
        type=POSITIVE,
        default=10,
        show_default=True,
        metavar="N",
        help="Creates a second at most.",
    ),
    option(
        "--concurrency",
        type=click.IntRange(min=1),
        default=8,
        show_default=True,
        metavar="N",
        help="Creates in flight at most.",
    ),
    option(
        "--output",
        type=PATH,
        metavar="PATH",
        help="Results file, .xlsx or .csv; never overwrites."
        "  [default: reports/<name>-<time>.xlsx]",
    ),
    option(
        "--ledger",
        type=PATH,
        metavar="PATH",
        help="The record of all that was sent.  [default: in the user's data folder]",
    ),
    option("--sheet", metavar="NAME", help="The sheet to read.  [default: the one that fits]"),
    option(
        "--timezone",
        metavar="NAME",
        default="UTC",
        show_default=True,
        help="The zone of dates and times that name none.",
    ),
    option(
        "--date-format",
        metavar="FORMAT",
        help="How dates are written besides 2027-01-31, such as %d/%m/%Y.",
    ),
    option("--strict", is_flag=True, help="Send nothing unless every row is valid."),
    option(
        "--limit",
        type=click.IntRange(min=0),
        metavar="N",
        help="Send the first N planned creates: a first taste.",
    ),
    option(
        "--timeout",
        type=POSITIVE,
        default=30,
        show_default=True,
        metavar="SECONDS",
        help="How long one create may take.",
    ),
    option(
        "--wait",
        type=SECONDS,
        default=600,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait for another run on this ledger to end.",
    ),
    option(
        "--give-up-after",
        type=POSITIVE,
        default=300,
        show_default=True,
        metavar="SECONDS",
        help="Stop when nothing but failures came for so long.",
    ),
    option("--json", "as_json", is_flag=True, help="Print a summary for machines."),
    option("--yes", is_flag=True, help="Don't ask before sending (asked only on a terminal)."),
)


def run_options(function: Function) -> Function:
    """Give a command the options of a run."""
    for decorate in reversed(RUN_OPTIONS):
        function = decorate(function)
    return function


def default_ledger() -> Path:
    """Return where the ledger is unless --ledger says otherwise."""
    import platformdirs  # noqa: PLC0415 `--help` doesn't need it

    return platformdirs.user_data_path("import-invoices", appauthor=False) / "ledger.sqlite3"


def to_settings(file: Path, given: dict[str, Any]) -> Settings:
    """Return the settings of a run from its options."""
    names = {name: given[name] for name in Settings.__dataclass_fields__ if name in given}
    return Settings(file=file, **(names | {"ledger": given["ledger"] or default_ledger()}))


def to_api(url: str | None, account: str | None) -> Api:
    """Return where to send from --api-url, --account and the environment's token.

    Raises:
        UsageError: When the URL or the token is missing or unfit.
    """
    if url is None:
        raise UsageError(
            f"Where should the invoices go? Name the API with --api-url or {PREFIX}API_URL, or "
            "rehearse with --sandbox. Nothing was sent."
        )
    canonical = canonical_url(url)
    return Api(canonical, account or "default", find_token(), canonical)


def find_token() -> Secret:
    """Return the token from the environment.

    Raises:
        UsageError: When there is none, or it can't be one.
    """
    token = os.environ.get(TOKEN) or _read_secret(f"{TOKEN}_FILE")
    if not token:
        raise UsageError(
            f"The API asks for a token. Put it into the variable {TOKEN}, or its file's path into "
            f"{TOKEN}_FILE; or rehearse with --sandbox, which needs none. (There is no option for "
            "it: options can be read by other users.) Nothing was sent."
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(f"What {TOKEN} holds is no token: it has spaces or odd characters.")
    return Secret(token)


def _read_secret(variable: str) -> str | None:
    path = os.environ.get(variable)
    if not path:
        return None
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not text"
        raise UsageError(
            f"The file that {variable} names can't be read: {path}: {reason}."
        ) from exc
