"""`import-invoices check FILE`: everything but the sending."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.options import options, to_settings
from importer.cli.target import account_of
from importer.settings import Settings

if TYPE_CHECKING:
    from importer.check import Memory


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@options(
    "--api-url", "--account", "--allow-http", "--sandbox", "--output", "--ledger", "--sheet",
    "--timezone", "--date-format", "--columns", "--encoding", "--skip-hidden",
    "--warnings-as-errors", "--max-reference-length", "--max-note-length", "--max-memory",
    "--max-file-size", "--max-rows", "--max-columns", "--max-cell-length", "--json",
)  # fmt: skip
def command(file: Path, **given: Any) -> int:  # noqa: ANN401 click's options
    """Read and check FILE and say what a run would do with every row; send nothing.

    No token is needed. What was created earlier is known from the ledger, where --api-url (or
    --sandbox) says for which API; the API itself is not asked.
    """
    settings = to_settings(file, given)
    with ExitStack() as stack:
        memory = _remember(settings, given, stack)
        # Here, since they take a second: --help and a wrong option must not pay for them.
        from importer.check import check_file  # noqa: PLC0415
        from importer.cli.preview import check_text  # noqa: PLC0415
        from importer.cli.render import summary_json  # noqa: PLC0415
        from importer.clock import SystemClock  # noqa: PLC0415

        checked = check_file(settings, memory, SystemClock())
    as_json: bool = given["as_json"]
    click.echo("\n".join(check_text(checked, compared=memory is not None)), err=as_json)
    if as_json:
        click.echo(summary_json(checked.report.summary))
    return checked.report.summary.exit_code


def _remember(settings: Settings, given: dict[str, Any], stack: ExitStack) -> Memory | None:
    """Open what is known of the account's earlier invoices; looking makes no ledger."""
    place = stack.enter_context(account_of(**given))
    if place is None or not settings.ledger.exists():
        return None
    from importer.check import Memory  # noqa: PLC0415
    from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415

    ledger = stack.enter_context(closing(SqliteLedger(settings.ledger)))
    known = (account for account in ledger.accounts() if (account.url, account.name) == place)
    account = next(known, None)
    return None if account is None else Memory(ledger, account)
