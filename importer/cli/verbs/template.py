"""`import-invoices template [OUT.xlsx]`: a workbook to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from importer.cli.kinds import Typed

if TYPE_CHECKING:
    from pathlib import Path


@click.command("template")
@click.argument("out", metavar="[OUT.xlsx]", required=False, type=Typed())
def command(out: Path | None) -> None:
    """Write a workbook to fill in: OUT.xlsx, or invoices.xlsx in this folder.

    It has the columns with choices and hints, three example rows, and a sheet that explains every
    column. It never overwrites a file.
    """
    from importer.cli.template import make_template

    make_template(out)
