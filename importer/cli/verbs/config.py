"""`import-invoices config`: the options in force, and where each comes from."""

from __future__ import annotations

from typing import Any

import click

from importer.cli.options import options


@click.command("config")
@options()
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401 click's options
    """Show every option that is in force, and where its value comes from.

    Take the options that you would give to a run: what they change is shown too. Nothing is read
    but the configuration, and nothing is sent. Of secrets is shown whether they are set.
    """
    from importer.cli.config import show

    show(ctx, as_json=given["as_json"])
