"""`import-invoices ledger`: where the record of all that was sent is, if it is whole, a copy."""

from __future__ import annotations

from pathlib import Path

import click

from importer.cli.fields import to_json
from importer.cli.history import find_ledger, opened, require_ledger
from importer.cli.options import PATH, options
from importer.cli.screen import tell
from importer.errors import EXIT_OK, EXIT_ROWS
from importer.printable import printable
from importer.records import Size


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
    place = find_ledger(ledger)
    tell(to_json(path=printable(str(place)), exists=place.exists()) if as_json else str(place))


@command.command("check")
@options(
    "--ledger",
    "--json",
    helps={"--json": "Print one object: whether it is whole, and what it holds."},
)
def check(ledger: Path | None, *, as_json: bool) -> int:
    """Check that the ledger's file is whole; exit 1 where it isn't."""
    from importer.ledger.care import find_faults, how_to_restore  # noqa: PLC0415 `--help` doesn't need it

    place = require_ledger(ledger)
    faults = find_faults(place)
    if faults and as_json:
        tell(_json(place, faults))
        return EXIT_ROWS
    if faults:
        tell("\n  ".join([f"The ledger {place} is damaged:", *faults]))
        tell(f"To restore its newest backup: {how_to_restore()}")
        return EXIT_ROWS
    with opened(place) as store:
        accounts = [str(account) for account in store.accounts()]
        doubts = sum(len(store.in_doubt(account.id)) for account in store.accounts())
        size = store.size()
    if as_json:
        tell(_json(place, [], size=size, in_doubt=doubts, accounts=accounts))
        return EXIT_OK
    tell(f"The ledger {place} is whole.")
    tell(f"  runs: {size.runs:,}, attempts: {size.attempts:,}, references in doubt: {doubts:,}")
    tell(f"  accounts: {', '.join(accounts) or 'none yet'}")
    tell(f"  size: {size.bytes / 2**20:,.1f} MiB, of which {size.free / 2**20:,.1f} wait for reuse")
    return EXIT_OK


def _json(
    place: Path,
    faults: list[str],
    *,
    size: Size | None = None,
    in_doubt: int | None = None,
    accounts: list[str] | None = None,
) -> str:
    """Return what `check` found, for machines: `fields.LEDGER_FIELDS`."""
    return to_json(
        path=printable(str(place)),
        whole=not faults,
        faults=faults,
        runs=size and size.runs,
        attempts=size and size.attempts,
        in_doubt=in_doubt,
        accounts=accounts,
        bytes=size and size.bytes,
        free=size and size.free,
    )


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
    tell(f"To restore it: {how_to_restore()}")


@command.command("restore")
@click.argument("file", type=PATH)
@options("--ledger")
def restore(file: Path, ledger: Path | None) -> None:
    """Put a copy of the backup FILE in the ledger's place; what was there is kept beside it.

    Refused while an import goes on. What was sent since the backup was made is found in the API's
    listing, which is read before anything is created.
    """
    from importer.ledger.restore import restore as put_back  # noqa: PLC0415 as above

    place = find_ledger(ledger)
    kept = put_back(place, file.expanduser().resolve())
    tell(f"Restored: {place}")
    if kept is not None:
        tell(f"What was there is now {kept}")
