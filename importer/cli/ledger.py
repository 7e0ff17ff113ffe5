"""`import-invoices ledger`: where the record of all that was sent is, if it is whole, a copy."""

from __future__ import annotations

from pathlib import Path

import click

from importer.cli.history import opened, require_ledger
from importer.cli.options import PATH, default_ledger, options
from importer.cli.screen import tell
from importer.errors import EXIT_OK, EXIT_ROWS


@click.group("ledger", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Look after the ledger, the record of all that was sent: path, check, backup."""
    if ctx.invoked_subcommand is None:
        raise click.UsageError(
            "What about the ledger? `import-invoices ledger path` says where it is, `ledger check` "
            "whether it is whole, `ledger backup FILE` copies it."
        )


@command.command("path")
@options("--ledger")
def path(ledger: Path | None) -> None:
    """Print where the ledger is, or will be."""
    tell(str((ledger or default_ledger()).expanduser().resolve()))


@command.command("check")
@options("--ledger")
def check(ledger: Path | None) -> int:
    """Check that the ledger's file is whole; exit 1 where it isn't."""
    from importer.ledger.care import find_faults, how_to_restore  # noqa: PLC0415 `--help` doesn't need it

    place = require_ledger(ledger)
    if faults := find_faults(place):
        tell("\n  ".join([f"The ledger {place} is damaged:", *faults]))
        tell(f"To restore its newest backup: {how_to_restore(place)}")
        return EXIT_ROWS
    with opened(place) as store:
        accounts = [str(account) for account in store.accounts()]
        doubts = sum(len(store.in_doubt(account.id)) for account in store.accounts())
        size = store.size()
    tell(f"The ledger {place} is whole.")
    tell(f"  runs: {size.runs:,}, attempts: {size.attempts:,}, references in doubt: {doubts:,}")
    tell(f"  accounts: {', '.join(accounts) or 'none yet'}")
    tell(f"  size: {size.bytes / 2**20:,.1f} MiB, of which {size.free / 2**20:,.1f} wait for reuse")
    return EXIT_OK


@command.command("backup")
@click.argument("file", type=PATH)
@options("--ledger")
def backup(file: Path, ledger: Path | None) -> None:
    """Write a copy of the ledger to FILE, also while a run goes on; never overwrites.

    The copy is checked before it gets its name. Copying the ledger's file by other means may miss
    what was written last.
    """
    from importer.ledger.care import back_up, how_to_restore  # noqa: PLC0415 as above

    place, target = require_ledger(ledger), file.expanduser().absolute()
    back_up(place, target)
    tell(f"Backup: {target}")
    tell(f"To restore it: {how_to_restore(place)}")
