"""A file checked from the command line: what a run would do with it, in words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.cli.loaded import note_file
from importer.cli.loading import loading
from importer.cli.options import to_settings
from importer.cli.screen import emit, screen_width, tell
from importer.cli.target import Place, place_of
from importer.cli.variables import TOKEN
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


def check(file: Path, given: dict[str, Any]) -> int:
    """Say what a run would do with every row of a file.

    Args:
        file: The file.
        given: The command's options.

    Returns:
        The exit code.
    """
    note_file(file)
    settings = to_settings(file, given)
    with ExitStack() as stack:
        place = stack.enter_context(place_of(**given))
        # Here, since they take a second: --help and a wrong option must not pay for them.
        with loading():
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
        emit(summary_json(checked.report.summary))
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
    """Return what opens a connection to the API's listing; None where it is not to be asked."""
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
