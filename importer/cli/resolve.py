"""`import-invoices resolve`: settle an in-doubt reference by hand."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from importer.cli.completion import complete_doubts
from importer.cli.console import say_waiting
from importer.cli.options import default_ledger, options
from importer.cli.screen import tell
from importer.cli.target import target
from importer.settings import Api


@click.command("resolve")
@click.argument(
    "references",
    metavar="REFERENCE...",
    nargs=-1,
    required=True,
    shell_complete=complete_doubts,
)
@click.option("--invoice-number", metavar="N", help="It was created: this is its invoice.")
@click.option("--not-created", is_flag=True, help="Nothing was created; it may be sent again.")
@options("--api-url", "--account", "--allow-http", "--sandbox", "--ledger", "--timeout", "--wait")
def command(
    references: tuple[str, ...],
    invoice_number: str | None,
    *,
    not_created: bool,
    **given: Any,  # noqa: ANN401 click's options
) -> None:
    """Settle REFERENCE, which is in doubt, by what you found at the API.

    Either it became an invoice (--invoice-number N, checked at the API where it offers that), or
    nothing was created (--not-created, refused where the API's listing shows an invoice). Who said
    so, and when, is kept.
    """
    if (invoice_number is None) is not not_created:
        raise click.UsageError(
            "What did you find at the API? Say --invoice-number N where the invoice is there, or "
            "--not-created where it isn't."
        )
    if invoice_number is not None and len(references) > 1:
        raise click.UsageError(
            "--invoice-number N is for one reference at a time: settle the others by commands of "
            "their own."
        )
    with target(**given) as api:
        tell(_resolve(references, invoice_number, api, **given))


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
    from importer.clock import SystemClock  # noqa: PLC0415
    from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415
    from importer.recording import whoami  # noqa: PLC0415
    from importer.resolve import resolve_absent, resolve_created  # noqa: PLC0415
    from importer.submit.api import HttpApi  # noqa: PLC0415

    clock = SystemClock()

    async def settle(store: SqliteLedger) -> str:
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
        return asyncio.run(settle(store))
