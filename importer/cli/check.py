"""`import-invoices check FILE`: everything but the sending."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.options import options, to_settings
from importer.cli.screen import screen_width, tell
from importer.cli.target import TOKEN, Place, place_of
from importer.settings import Settings

if TYPE_CHECKING:
    from importer.check import Memory
    from importer.clock import Clock
    from importer.submit.lister import Lister

WORTH_SAYING_S = 1.0

NO_API = (
    "What was created earlier was not looked at: name the API with --api-url, as for the import, "
    "or rehearse with --sandbox."
)
NO_TOKEN = (
    "The API was not asked what it has, for want of a token: what was sent from this computer is "
    f"known, what was created elsewhere is not. To have that looked at, put a token into {TOKEN}."
)
NOT_ASKED = "The API was not asked what it has, since --no-check-server says so."


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@options(
    "--api-url", "--account", "--allow-http", "--sandbox", "--output", "--ledger", "--sheet",
    "--timezone", "--date-format", "--columns", "--encoding", "--skip-hidden",
    "--warnings-as-errors", "--timeout", "--check-server", "--max-reference-length",
    "--max-note-length", "--max-memory", "--max-file-size", "--max-rows", "--max-columns",
    "--max-cell-length", "--json",
    helps={
        "--api-url": "The API's base URL: compare with what was created there.",
        "--sandbox": "Compare with the embedded local API; needs no token.",
        "--output": "Write the checked rows there too, .xlsx or .csv; never overwrites.",
        "--timeout": "For the API's list, between two reads.",
        "--check-server": "Ask the API what it has, where there is a token.",
    },
)  # fmt: skip
def command(file: Path, **given: Any) -> int:  # noqa: ANN401 click's options
    """Read and check FILE and say what a run would do with every row; send nothing.

    No token is needed. What was sent from here is known from the ledger, where --api-url (or
    --sandbox) says for which API; where there is a token, the API is asked what else it has.
    """
    settings = to_settings(file, given)
    with ExitStack() as stack:
        place = stack.enter_context(place_of(**given))
        # Here, since they take a second: --help and a wrong option must not pay for them.
        from importer.check import check_file  # noqa: PLC0415
        from importer.cli.preview import check_text  # noqa: PLC0415
        from importer.cli.render import summary_json  # noqa: PLC0415
        from importer.clock import SystemClock  # noqa: PLC0415

        clock = SystemClock()
        memory = None if place is None else _remember(settings, place, clock, stack)
        checked = check_file(settings, memory, clock, _say_waiting)
    as_json: bool = given["as_json"]
    lines = check_text(checked, note=_unasked(place, settings), width=screen_width(err=as_json))
    tell("\n".join(lines), err=as_json)
    if as_json:
        tell(summary_json(checked.report.summary))
    return checked.report.summary.exit_code


def _say_waiting(reason: str, seconds: float) -> None:
    """Say what is waited for, unless it is over at once."""
    if seconds >= WORTH_SAYING_S:
        tell(f"Waiting {seconds:.0f} s: {reason}.", err=True)


def _remember(settings: Settings, place: Place, clock: Clock, stack: ExitStack) -> Memory:
    """Open what is known of the account's earlier invoices; looking makes no ledger."""
    from importer.check import Memory  # noqa: PLC0415
    from importer.ledger.memory import MemoryLedger  # noqa: PLC0415
    from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415

    connect = _connector(settings, place, clock)
    if settings.ledger.exists():
        ledger = stack.enter_context(closing(SqliteLedger(settings.ledger)))
        for account in ledger.accounts():
            if (account.url, account.name) == (place.url, place.account):
                return Memory(ledger, account, connect)
    nothing = MemoryLedger()
    return Memory(nothing, nothing.account(place.url, place.account), connect)


def _connector(
    settings: Settings, place: Place, clock: Clock
) -> Callable[[], AbstractAsyncContextManager[Lister]] | None:
    """Return what opens a connection to the API's list; None where it is not to be asked."""
    api = place.api
    if api is None or not settings.check_server:
        return None

    def connect() -> AbstractAsyncContextManager[Lister]:
        from importer.submit.api import HttpApi  # noqa: PLC0415 only where something is asked

        return HttpApi(api, clock, timeout_s=settings.timeout, concurrency=1)

    return connect


def _unasked(place: Place | None, settings: Settings) -> str:
    """Say what a file was not compared with, and why; empty where with all that there is."""
    if place is None:
        return NO_API
    if not settings.check_server:
        return NOT_ASKED
    return NO_TOKEN if place.api is None else ""
