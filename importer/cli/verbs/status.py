"""`import-invoices status`: what is known of a reference, and what waits in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from importer.cli.completion import complete_references
from importer.cli.options import options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("status")
@click.argument("reference", required=False, shell_complete=complete_references)
@click.option("--in-doubt", is_flag=True, help="List every reference that is in doubt.")
@options(
    "--ledger",
    "--json",
    helps={"--json": "Print one object for machines, with the lists `references` and `seen`."},
)
def command(reference: str | None, *, in_doubt: bool, ledger: Path | None, as_json: bool) -> None:
    """Show all that is known of REFERENCE, attempt by attempt; or what is in doubt."""
    if (reference is None) is not in_doubt:
        raise click.UsageError(
            "Name one REFERENCE, such as `import-invoices status INV-7`, or say --in-doubt."
        )
    from importer.cli.status import tell_doubts, tell_reference

    if reference is None:
        tell_doubts(ledger, as_json=as_json)
    else:
        tell_reference(reference, ledger, as_json=as_json)
