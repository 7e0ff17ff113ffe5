"""`import-invoices ledger`: where the record of all that was sent is, if it is whole, a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from importer.cli.options import PATH, options

if TYPE_CHECKING:
    from pathlib import Path


@click.group("ledger", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Look after the ledger, the record of all that was sent: path, check, backup, restore."""
    if ctx.invoked_subcommand is None:
        raise click.UsageError(
            "What about the ledger? `import-invoices ledger path` says where it is, `ledger check` "
            "whether it is whole, `ledger backup FILE` copies it, `ledger restore FILE` puts a "
            "copy in its place."
        )


@command.command("path")
@options("--ledger", "--json", helps={"--json": "Print one object: `path` and `exists`."})
def path(ledger: Path | None, *, as_json: bool) -> None:
    """Print where the ledger is, or will be."""
    from importer.cli.ledger import tell_path

    tell_path(ledger, as_json=as_json)


@command.command("check")
@options(
    "--ledger",
    "--json",
    helps={"--json": "Print one object: whether it is whole, and what it holds."},
)
def check(ledger: Path | None, *, as_json: bool) -> int:
    """Check that the ledger's file is whole; exit 1 where it isn't."""
    from importer.cli.ledger import check_file

    return check_file(ledger, as_json=as_json)


@command.command("backup")
@click.argument("file", type=PATH)
@options("--ledger")
def backup(file: Path, ledger: Path | None) -> None:
    """Write a copy of the ledger to FILE, also while a run goes on; never overwrites.

    The copy is checked before it gets its name. Copying the ledger's file by other means may miss
    what was written last.
    """
    from importer.cli.ledger import back_up

    back_up(file, ledger)


@command.command("restore")
@click.argument("file", type=PATH)
@options("--ledger")
def restore(file: Path, ledger: Path | None) -> None:
    """Put a copy of the backup FILE in the ledger's place; what was there is kept beside it.

    Refused while an import goes on. What was sent since the backup was made is found in the API's
    listing, which is read before anything is created.
    """
    from importer.cli.ledger import restore as put_back

    put_back(file, ledger)
