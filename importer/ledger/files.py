"""The ledger's file: made private, told from foreign ones, brought to the newest format, opened."""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
from collections.abc import Sequence
from importlib import resources
from pathlib import Path, PurePosixPath

from importer import __version__
from importer.errors import LedgerError
from importer.ledger import lock
from importer.owners import give_to_owner_of, why_denied

APPLICATION_ID = int.from_bytes(b"invl")
"""`PRAGMA application_id` of a ledger: tells it from every other SQLite file."""


def _script(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


MIGRATIONS: Sequence[str] = (_script("to_format_2.sql"),)
"""SQL scripts, oldest first: the first leads from format 1 to 2, the next from 2 to 3, ….

A new file goes the same way, from `schema.sql`, the first format, on: so no file has tables that
another lacks.
"""

BUSY_S = 30.0
"""How long to wait for another process's write or set-up, in seconds."""

NETWORK_TYPES = frozenset(
    [
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.davfs2",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.smbnetfs",
        "fuse.sshfs",
        "gfs2",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "smb3",
        "smbfs",
        "vboxsf",
    ]
)
"""File systems that other machines may write too: WAL needs memory shared by all who write.

Source: https://www.sqlite.org/wal.html, "All processes using a database must be on the same host".
"""

_MOUNTS = Path("/proc/mounts")

_OCTAL_ESCAPE = re.compile(r"\\([0-7]{3})")
"""How blanks and backslashes are written in a mount point."""

_ADVICE = {
    sqlite3.SQLITE_FULL: "Free some space, then run the same command again.",
    sqlite3.SQLITE_BUSY: "Close the program that keeps it busy, then run the same command again.",
    sqlite3.SQLITE_NOTADB: "It is no ledger of import-invoices: name another file with --ledger.",
    sqlite3.SQLITE_CORRUPT: "Restore its newest backup (import-invoices ledger restore FILE), then "
    "run the same command again.",
    sqlite3.SQLITE_READONLY: "Make it and its folder writable, then run the same command again.",
}


def advice(error: sqlite3.Error | UnicodeDecodeError) -> str:
    """Say what to do about what SQLite complains of, be it in words that are no text."""
    damaged = sqlite3.SQLITE_CORRUPT if isinstance(error, UnicodeDecodeError) else 0
    code = getattr(error, "sqlite_errorcode", damaged) & 0xFF  # the primary of an extended one
    return _ADVICE.get(code, "Check the disk, then run the same command again.")


def read_mounts() -> str:
    """Return the text of `/proc/mounts`, see proc_mounts(5); empty where there is none."""
    return os.fsdecode(_MOUNTS.read_bytes()) if _MOUNTS.exists() else ""


def filesystem(path: Path, mounts: str) -> str | None:
    """Return the type of the file system that a path is on, or None where that is unknown.

    Args:
        path: An absolute path without symbolic links; it needn't exist.
        mounts: What `read_mounts` returned.
    """
    longest, kind = -1, None
    for line in mounts.splitlines():
        _, mount_point, mount_type, *_ = line.split(" ")
        point = PurePosixPath(_OCTAL_ESCAPE.sub(lambda m: chr(int(m[1], 8)), mount_point))
        # The later of two mounts on one point hides the earlier.
        if path.is_relative_to(point) and len(point.parts) >= longest:
            longest, kind = len(point.parts), mount_type
    return kind


def refuse_network(path: Path, mounts: str) -> None:
    """Stop where the ledger would be on a network file system; arguments as of `filesystem`.

    Raises:
        LedgerError: It would.
    """
    kind = filesystem(path, mounts)
    if kind in NETWORK_TYPES:
        raise LedgerError(
            f"The ledger can't be kept at {path}: that is on a network drive ({kind}), where "
            "it could lose records. Name a file on one of this computer's own disks with --ledger."
        )


def connect(path: Path, migrations: Sequence[str] = MIGRATIONS) -> sqlite3.Connection:
    """Open the ledger's file, made or migrated as need be, for durable writes.

    Args:
        path: The absolute path, without symbolic links. Missing folders are made.
        migrations: The scripts that bring an older file to the newest format.

    Returns:
        A connection in autocommit mode, usable from any thread, one at a time.

    Raises:
        LedgerError: The file can't be used: not a ledger, damaged, of a newer version of the tool,
            on a network file system, or not ours to write.
        StoppedError: Another process keeps setting the file up.
    """
    refuse_network(path, read_mounts())
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_access(path)
        # One at a time: changing to WAL and migrating bear no company.
        with lock.held(
            path.with_name(f"{path.name}.lock"),
            BUSY_S,
            on_wait=lambda: None,
            busy=f"Another import keeps setting up the ledger {path}. Wait for it, then try again.",
        ):
            _require_file(path)
            return _connect(path, migrations)
    except PermissionError as exc:
        raise LedgerError(denied(path)) from exc
    except OSError as exc:
        raise LedgerError(
            f"The ledger {path} can't be opened: {exc.strerror}. Check that you may write there, "
            "or name another file with --ledger."
        ) from exc
    except (sqlite3.Error, UnicodeDecodeError) as exc:
        raise LedgerError(f"The ledger {path} can't be opened: {exc}. {advice(exc)}") from exc


def denied(path: Path) -> str:
    """Say whose a ledger is that we may not use, and what to do."""
    return f"The ledger {path} can't be opened: {why_denied(path, and_beside=True)}"


def _require_access(path: Path) -> None:
    if path.is_file() and not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError


def _require_file(path: Path) -> None:
    try:
        _create_private(path)
    except FileExistsError:
        # Not opened to see: closing it would drop the locks that SQLite holds on it for another
        # connection of this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
        if not path.is_file():
            raise LedgerError(
                f"The ledger {path} is not a file. Name a file with --ledger."
            ) from None


def _create_private(path: Path) -> None:
    # SQLite would make it readable by others first. Its -wal and -shm take over this mode.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _connect(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        created = _is_empty(db)
        if not created:
            _require_ours(db, path)
            _require_known_format(db, path, newest=len(migrations) + 1)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA fullfsync = ON")  # macOS: its fsync alone leaves data in the drive
        if created:
            _create_tables(db)
        elif _format(db) <= len(migrations):
            _back_up(db, path)
        _migrate(db, migrations)
        # Not earlier: a migration that makes a table anew must drop the old one.
        db.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        db.close()
        raise
    return db


def _is_empty(db: sqlite3.Connection) -> bool:
    return not db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]


def _format(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _require_ours(db: sqlite3.Connection, path: Path) -> None:
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise LedgerError(
            f"The file {path} is another program's database, no ledger of import-invoices. "
            "Name another file with --ledger."
        )


def _require_known_format(db: sqlite3.Connection, path: Path, newest: int) -> None:
    if _format(db) > newest:
        (needed,) = db.execute("SELECT tool_version FROM format").fetchone()
        raise LedgerError(
            f"The ledger {path} was written by a newer version of import-invoices (its format is "
            f"{_format(db)}, this version knows {newest}). Install import-invoices {needed} or "
            "newer."
        )


def _create_tables(db: sqlite3.Connection) -> None:
    _apply(db, _script("schema.sql"), to_format=1)


def _migrate(db: sqlite3.Connection, migrations: Sequence[str]) -> None:
    present = _format(db)
    for number, script in enumerate(migrations[present - 1 :], start=present + 1):
        _apply(db, script, to_format=number)


def _apply(db: sqlite3.Connection, script: str, to_format: int) -> None:
    # All or nothing: where this raises, the connection is closed, and that rolls back.
    db.executescript(f"BEGIN IMMEDIATE; {script}")
    db.execute("REPLACE INTO format VALUES (1, ?)", (__version__,))
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {to_format}")
    db.execute("COMMIT")


def _back_up(db: sqlite3.Connection, path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    backup = path.with_name(f"{path.name}.format-{_format(db)}.{now:%Y%m%dT%H%M%S%fZ}.backup")
    copy(db, backup)
    give_to_owner_of(path, backup)


def copy(db: sqlite3.Connection, path: Path) -> None:
    """Write all that a ledger holds to a new file of mode 0600, durably.

    Raises:
        FileExistsError: There is such a file.
        OSError: It can't be made.
        sqlite3.Error: It can't be filled, or the ledger can't be read.
    """
    _create_private(path)
    db.execute("VACUUM INTO ?", (str(path),))  # into a file that exists only if it is empty
    with path.open("rb+") as file:
        os.fsync(file.fileno())  # VACUUM INTO leaves the time of writing to the system
