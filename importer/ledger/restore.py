"""A backup in a ledger's place, and nothing of the old file in the new one."""

from __future__ import annotations

import datetime as dt
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from importer.errors import LedgerError, UsageError
from importer.ledger import care, files, lock
from importer.names import unfinished_name
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
    now = dt.datetime.now(dt.UTC)
    aside = ledger.with_name(f"{ledger.name}.replaced-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}")
    unfinished = unfinished_name(ledger.parent)
    try:
        with _opened(backup) as db, ExitStack() as stack:
            ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (ledger.with_name(f"{ledger.name}.lock"), *_senders(ledger)):
                stack.enter_context(
                    lock.held(
                        path,
                        0,
                        on_wait=lambda: None,
                        busy="An import goes on. Wait until it has ended, then restore the backup.",
                    )
                )
            files.copy(db, unfinished)
            give_to_owner_of(ledger, unfinished)
            return _exchange(ledger, unfinished, aside)
    except OSError as exc:
        raise LedgerError(
            f"{backup} can't be put in place of the ledger {ledger}: {exc.strerror or exc}. The "
            "ledger is as it was. Check that you may write in its folder."
        ) from exc
    except sqlite3.Error as exc:
        raise LedgerError(
            f"{backup} can't be copied to the folder of the ledger {ledger}: {exc}. The ledger is "
            f"as it was. {files.advice(exc)}"
        ) from exc
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


@contextmanager
def _opened(backup: Path) -> Iterator[sqlite3.Connection]:
    """Open a backup; refuse what is no whole ledger.

    Raises:
        UsageError: When it is none.
    """
    with ExitStack() as stack:
        try:
            db = stack.enter_context(care.open_copy(backup))
            ours = db.execute("PRAGMA application_id").fetchone()[0] == files.APPLICATION_ID
            faults = care.list_faults(db)
        except sqlite3.Error as exc:
            raise UsageError(
                f"{backup} can't be read as a backup: {exc}. Name a file that `import-invoices "
                "ledger backup` wrote."
            ) from exc
        if not ours:
            raise UsageError(
                f"{backup} is no ledger. Name a file that `import-invoices ledger backup` wrote."
            )
        if faults:
            raise UsageError(f"The backup {backup} is damaged ({faults[0]}). Name an older one.")
        yield db


def _senders(ledger: Path) -> Iterator[Path]:
    """Yield the locks of all accounts that ever sent."""
    for path in sorted(ledger.parent.iterdir()):
        rest = path.name.removeprefix(f"{ledger.name}.").removesuffix(".lock")
        if rest.isdecimal() and path.name == f"{ledger.name}.{rest}.lock":
            yield path


def _exchange(ledger: Path, unfinished: Path, aside: Path) -> Path | None:
    """Put the new file in the old one's place, which goes elsewhere with what lies beside it.

    Where that fails half-way, the old one comes back.
    """
    moved: dict[Path, Path] = {}
    try:
        for ending in ("", *BESIDE):
            old, new = (path.with_name(f"{path.name}{ending}") for path in (ledger, aside))
            if old.exists():
                moved[old] = old.replace(new)
        unfinished.replace(ledger)
    except OSError:
        for old, new in moved.items():
            new.replace(old)
        raise
    return moved.get(ledger)
