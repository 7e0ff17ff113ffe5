"""In-doubt references settled by hand, from the command line."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

from importer.cli.console import say_waiting
from importer.cli.loading import loading
from importer.cli.screen import tell
from importer.cli.target import target
from importer.ledger.place import default_ledger
from importer.settings import Api


def settle(references: tuple[str, ...], number: str | None, given: dict[str, Any]) -> None:
    """Settle doubts by what somebody found at the API.

    Args:
        references: The references in doubt.
        number: The number of the invoice, where it is there.
        given: The command's options.
    """
    with target(**given) as api:
        tell(_resolve(references, number, api, **given))


def _resolve(
    references: tuple[str, ...],
    number: str | None,
    api: Api,
    *,
    ledger: Path | None,
    timeout: float,
    wait: float,
    **_: object,
) -> str:
    # Here, since they take a moment: --help and a wrong option must not pay for them.
    with loading():
        from importer.clock import SystemClock  # noqa: PLC0415
        from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415
        from importer.recording import whoami  # noqa: PLC0415
        from importer.resolve import resolve_absent, resolve_created  # noqa: PLC0415
        from importer.submit.api import HttpApi  # noqa: PLC0415

    clock = SystemClock()

    async def settle_in(store: SqliteLedger) -> str:
        account = store.account(api.account_url, api.account)
        by = "{}@{}".format(*whoami())
        with store.sender(account, wait, lambda: say_waiting(wait)):
            async with HttpApi(api, clock, timeout_s=timeout, concurrency=1) as http:
                if number is None:
                    return await resolve_absent(
                        references, account=account, ledger=store, api=http, clock=clock, by=by
                    )
                return await resolve_created(
                    references[0],
                    number,
                    account=account,
                    ledger=store,
                    api=http,
                    clock=clock,
                    by=by,
                )

    with closing(SqliteLedger(ledger or default_ledger())) as store:
        return asyncio.run(settle_in(store))
