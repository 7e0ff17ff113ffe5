"""A backup in a ledger's place, and nothing of the old file in the new one."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from importer.errors import LedgerError, UsageError
from importer.ledger import care, files, lock
from importer.owners import give_to_owner_of

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a ledger that is open, or was when its run was killed."""


def restore(ledger: Path, backup: Path) -> Path | None:
    """Put a copy of a backup in a ledger's place, while nobody sends.

    What was there is kept under another name, its -wal file with it: left behind, that would be
    written into the backup (https://www.sqlite.org/howtocorrupt.html, 1.4).

    Args:
        ledger: The ledger, an absolute path without symbolic links; there may be none.
        backup: The backup, an absolute path.

    Returns:
        Where the ledger went that was there; None where none was.

    Raises:
        UsageError: When the backup is none, or can't be copied.
        LedgerError: When the ledger's place can't be used.
        StoppedError: When an import goes on.
    """
    _require_backup(backup)
    now = dt.datetime.now(dt.UTC)
    aside = ledger.with_name(f"{ledger.name}.replaced-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}")
    unfinished = ledger.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as stack:
            for path in (ledger.with_name(f"{ledger.name}.lock"), *_senders(ledger)):
                busy = "An import goes on. Wait until it has ended, then restore the backup."
                stack.enter_context(lock.held(path, 0, lambda: None, busy))
            _copy(backup, unfinished, ledger)
            return _exchange(ledger, unfinished, aside)
    except OSError as exc:
        raise LedgerError(
            f"{backup} can't be put in place of the ledger {ledger}: {exc.strerror or exc}. The "
            "ledger is as it was. Check that you may write in its folder."
        ) from exc
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _require_backup(backup: Path) -> None:
    """Refuse what is no whole ledger.

    Raises:
        UsageError: When it is none.
    """
    try:
        with closing(sqlite3.connect(f"{backup.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            ours = db.execute("PRAGMA application_id").fetchone()[0] == files.APPLICATION_ID
            faults = care.list_faults(db)
    except sqlite3.Error as exc:
        raise UsageError(
            f"{backup} can't be read as a backup: {exc}. Name a file that `import-invoices ledger "
            "backup` wrote."
        ) from exc
    if not ours:
        raise UsageError(
            f"{backup} is no ledger. Name a file that `import-invoices ledger backup` wrote."
        )
    if faults:
        raise UsageError(f"The backup {backup} is damaged ({faults[0]}). Name an older one.")


def _senders(ledger: Path) -> Iterator[Path]:
    """Yield the locks of all accounts that ever sent."""
    for path in sorted(ledger.parent.iterdir()):
        rest = path.name.removeprefix(f"{ledger.name}.").removesuffix(".lock")
        if rest.isdecimal() and path.name == f"{ledger.name}.{rest}.lock":
            yield path


def _copy(backup: Path, unfinished: Path, ledger: Path) -> None:
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with backup.open("rb") as source, unfinished.open("wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    give_to_owner_of(ledger, unfinished)


def _exchange(ledger: Path, unfinished: Path, aside: Path) -> Path | None:
    """Put the new file in the old one's place, which goes elsewhere with what lies beside it."""
    there = ledger.exists()
    if there:
        ledger.replace(aside)
    for ending in BESIDE:
        with suppress(FileNotFoundError):
            ledger.with_name(f"{ledger.name}{ending}").replace(f"{aside}{ending}")
    unfinished.replace(ledger)
    return aside if there else None
