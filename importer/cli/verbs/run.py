"""`import-invoices FILE`: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from importer.cli.kinds import Typed
from importer.cli.options import options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("run")
@click.argument("file", type=Typed())
@options()
@click.pass_context
def command(ctx: click.Context, /, file: Path, **given: Any) -> int:  # noqa: ANN401 click's options
    """Create an invoice for every row of FILE (.xlsx or .csv) and write the results.

    Rows that were created before are not created again: running the same file twice is safe.
    FILE may be a folder: then each new file in it is imported, once.
    """
    from importer.cli.run import import_path

    return import_path(ctx, file, given)
