"""Where the record of all that was sent is, if it is whole, a copy of it."""

from __future__ import annotations

from pathlib import Path

from importer.cli.fields import to_json
from importer.cli.history import find_ledger, opened, require_ledger
from importer.cli.screen import emit, tell
from importer.errors import EXIT_OK, EXIT_ROWS
from importer.printable import printable
from importer.records import Size


def tell_path(ledger: Path | None, *, as_json: bool) -> None:
    """Tell where the ledger is, or will be.

    Args:
        ledger: Where an option says it is, if one does.
        as_json: Print one object for machines.
    """
    place = find_ledger(ledger)
    emit(to_json(path=printable(str(place)), exists=place.exists()) if as_json else str(place))


def check_file(ledger: Path | None, *, as_json: bool) -> int:
    """Tell whether the ledger's file is whole.

    Args:
        ledger: Where an option says it is, if one does.
        as_json: Print one object for machines.

    Returns:
        The exit code.
    """
    from importer.ledger.care import find_faults, how_to_restore  # noqa: PLC0415 seldom needed

    place = require_ledger(ledger)
    faults = find_faults(place)
    if faults and as_json:
        emit(_json(place, faults))
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
        emit(_json(place, [], size=size, in_doubt=doubts, accounts=accounts))
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


def back_up(file: Path, ledger: Path | None) -> None:
    """Write a copy of the ledger, and tell how it is put back.

    Args:
        file: Where to; never overwritten.
        ledger: Where an option says the ledger is, if one does.
    """
    from importer.ledger.care import back_up as copy  # noqa: PLC0415 as above
    from importer.ledger.care import how_to_restore  # noqa: PLC0415 as above

    place, target = require_ledger(ledger), file.expanduser().absolute()
    copy(place, target)
    tell(f"Backup: {target}")
    tell(f"To restore it: {how_to_restore()}")


def restore(file: Path, ledger: Path | None) -> None:
    """Put a backup in the ledger's place, and tell where the former ledger is.

    Args:
        file: The backup.
        ledger: Where an option says the ledger is, if one does.
    """
    from importer.ledger.restore import restore as put_back  # noqa: PLC0415 as above

    place = find_ledger(ledger)
    kept = put_back(place, file.expanduser().resolve())
    tell(f"Restored: {place}")
    if kept is not None:
        tell(f"What was there is now {kept}")
