"""`import-invoices check FILE`: everything but the sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from importer.cli.kinds import Typed
from importer.cli.options import options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("check")
@click.argument("file", type=Typed())
@options(
    "--api-url", "--account", "--allow-http", "--sandbox", "--output", "--ledger", "--sheet",
    "--timezone", "--date-format", "--columns", "--encoding", "--skip-hidden",
    "--warnings-as-errors", "--timeout", "--check-server", "--max-reference-length",
    "--max-note-length", "--max-memory", "--max-file-size", "--max-rows", "--max-columns",
    "--max-cell-length", "--json",
    helps={
        "--api-url": "The API's base URL: compare with what was created there.",
        "--sandbox": "Compare with the embedded local API; needs no token.",
        "--output": "Write the checked rows there too, .xlsx or .csv; never overwrites.",
        "--timeout": "For the API's listing, between two reads.",
        "--check-server": "Ask the API what it has, where there is a token.",
    },
)  # fmt: skip
def command(file: Path, **given: Any) -> int:  # noqa: ANN401 click's options
    """Read and check FILE and say what a run would do with every row; send nothing.

    No token is needed. What was sent from here is known from the ledger, where --api-url (or
    --sandbox) says for which API; where there is a token, the API is asked what else it has.
    """
    from importer.cli.check import check

    return check(file, given)
