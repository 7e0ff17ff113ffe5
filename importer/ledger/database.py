"""A ledger's SQLite file: one connection, one transaction at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from importer.errors import LedgerError, StoppedError
from importer.ledger import care, files
from importer.ledger.port import contradiction


class Database:
    """A ledger's file, held open, for one thread after the other.

    Attributes:
        path: The file itself, where it was named by a link.

    Args:
        path: The file; made, with its folders, where it is missing.

    Raises:
        LedgerError: The file can't be used, see `files.connect`.
    """

    def __init__(self, path: Path) -> None:
        # One ledger, one lock: the lock lies beside the file itself, not beside a link to it.
        self.path = path.expanduser().resolve()
        self._has_leftovers = _has_leftovers(self.path)
        self._mutex = threading.Lock()
        self._db = files.connect(self.path)
        self._db.row_factory = sqlite3.Row
        self._db.execute("CREATE TEMP TABLE wanted (key TEXT NOT NULL)")

    def close(self) -> None:
        """Let go of the files."""
        with self._mutex:
            self._db.close()

    def require_whole(self) -> None:
        """Make sure that what a killed run left behind was this file's own, where there was some.

        SQLite writes a -wal file into whatever file has its name: into a backup that was copied
        over a ledger, too (https://www.sqlite.org/howtocorrupt.html, 1.4). Of a file so damaged
        nobody can tell what was sent.

        Raises:
            LedgerError: The file is damaged.
        """
        if not self._has_leftovers:
            return
        with self._mutex:
            faults = care.list_faults(self._db)
        if faults:
            raise LedgerError(
                f"The ledger {self.path} is damaged ({faults[0]}). Nothing was sent. To restore "
                f"its newest backup: {care.how_to_restore()}"
            )
        self._has_leftovers = False

    @contextmanager
    def transaction(self, purpose: Literal["read", "written"]) -> Iterator[sqlite3.Connection]:
        """Run one transaction; a write is durable once this is over, a read leaves nothing."""
        # A writer from the start: a reader that turns into one can find that it is too late.
        begin, end = ("BEGIN", "ROLLBACK") if purpose == "read" else ("BEGIN IMMEDIATE", "COMMIT")
        with self._mutex:
            try:
                self._db.execute(begin)
                yield self._db
                self._db.execute(end)
            except sqlite3.IntegrityError as exc:
                raise contradiction(str(exc)) from exc
            # UnicodeDecodeError: SQLite's own words about a damaged file may be no text.
            except (sqlite3.Error, UnicodeDecodeError) as exc:
                raise StoppedError(
                    f"The ledger {self.path} can't be {purpose}: {exc}. Nothing more was sent. "
                    f"{files.advice(exc)}"
                ) from exc
            finally:
                if self._db.in_transaction:
                    with suppress(sqlite3.Error):  # the first error is the one to tell
                        self._db.execute("ROLLBACK")


def _has_leftovers(path: Path) -> bool:
    """Tell whether a -wal file lies beside a ledger: of a killed run, or of one that goes on."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except OSError:
        return False
