"""`import-invoices doctor`: is all there that an import needs, and what to do where it isn't."""

from __future__ import annotations

from typing import Any

import click

from importer.cli.options import options


@click.command("doctor")
@options(
    "--api-url", "--account", "--allow-http", "--sandbox", "--output", "--ledger", "--timezone",
    "--timeout", "--json",
    helps={
        "--sandbox": "Look at the embedded local API; needs no token.",
        "--output": "Where the results are to go: its folder is looked at.",
        "--timeout": "For each answer of the API.",
        "--json": "Print the findings for machines.",
    },
)  # fmt: skip
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> int:  # noqa: ANN401 click's options
    """Look whether an import could go well from here: API, token, ledger, disks, clocks.

    Nothing is sent and nothing is changed. Exits with 1 where something is wrong.
    """
    from importer.cli.doctor import look

    return look(ctx, given)
