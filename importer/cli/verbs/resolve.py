"""`import-invoices resolve`: settle an in-doubt reference by hand."""

from __future__ import annotations

from typing import Any

import click

from importer.cli.completion import complete_doubts
from importer.cli.options import options


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
    from importer.cli.resolve import settle

    settle(references, invoice_number, given)
