"""Looking after the ledger's file: a backup that is whole, and whether the file itself is."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from importer.errors import LedgerError, UsageError
from importer.ledger import files
from importer.names import free_name, give_name, unfinished_name


def back_up(ledger: Path, backup: Path) -> None:
    """Write a copy of a ledger, also while a run goes on. It gets its name once it proved whole.

    `VACUUM INTO` copies what was committed, the -wal file's part too, and leaves out free pages
    (https://www.sqlite.org/lang_vacuum.html).

    Args:
        ledger: The ledger, an absolute path without symbolic links.
        backup: Where to, an absolute path; never overwritten.

    Raises:
        UsageError: When the copy can't be written there.
        LedgerError: When the ledger can't be read, or is damaged.
    """
    if backup.is_dir():
        raise UsageError(
            f"{backup} is a folder. Name a file in it, such as {backup / 'ledger-backup.sqlite3'}."
        )
    unfinished = unfinished_name(backup.parent)
    if os.path.lexists(backup):
        raise UsageError(_taken(backup))
    try:
        with closing(files.connect(ledger)) as db:
            files.copy(db, unfinished)
        with open_copy(unfinished) as db:
            faults = list_faults(db)
        if faults:
            raise LedgerError(
                f"The ledger {ledger} is damaged ({faults[0]}), so no backup was made of it. To "
                f"restore an older one: {how_to_restore()}"
            )
        give_name(unfinished, backup)
    except FileExistsError as exc:
        raise UsageError(_taken(backup)) from exc
    except OSError as exc:
        raise UsageError(
            f"The backup can't be written to {backup}: {exc.strerror or exc}. Choose another place."
        ) from exc
    except (sqlite3.Error, UnicodeDecodeError) as exc:
        raise LedgerError(
            f"The ledger {ledger} can't be backed up to {backup}: {exc}. {files.advice(exc)}"
        ) from exc
    finally:
        with suppress(OSError):  # there may be no such folder
            unfinished.unlink(missing_ok=True)


def how_to_restore() -> str:
    """Say how a backup takes a ledger's place."""
    return (
        "import-invoices ledger restore BACKUP. What was sent since it was made is found in the "
        "API's listing, which is read before anything is created."
    )


def find_faults(ledger: Path) -> list[str]:
    """Return what is wrong with a ledger's file; nothing where it is whole.

    `PRAGMA integrity_check` does what `quick_check` does and compares every index with its table
    too: an attempt that its index lacks would be sent a second time. `PRAGMA foreign_key_check`
    follows every reference. Both: https://www.sqlite.org/pragma.html.

    Args:
        ledger: The ledger, an absolute path without symbolic links.

    Raises:
        LedgerError: When it can't be opened at all.
    """
    with closing(files.connect(ledger)) as db:
        return list_faults(db)


@contextmanager
def open_copy(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy of a ledger to be read, without a change to it or a file beside it.

    Args:
        path: The copy, an absolute path.
    """
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        yield db


def list_faults(db: sqlite3.Connection) -> list[str]:
    """Return what is wrong with an open ledger; see `find_faults`."""
    try:
        said = [str(row[0]) for row in db.execute("PRAGMA integrity_check(10)")]
        lost = db.execute("PRAGMA foreign_key_check").fetchall()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as exc:
        return [str(exc)]
    faults = [text for text in said if text != "ok"]
    return faults + [f"a record of the table {row[0]} leads nowhere" for row in lost]


def _taken(backup: Path) -> str:
    return (
        f"{backup} exists already, and a backup never overwrites a file. Choose another name, such "
        f"as {free_name(backup)}, or move the file away."
    )
