"""A folder as input: which of its files are imported now, in which order, and which wait."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shlex
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

from importer.errors import EXIT_OK, EXIT_ROWS, EXIT_USAGE, FileError
from importer.records import FileVerdict

ENDINGS = frozenset(
    {".xlsx", ".xlsm", ".csv", ".tsv", ".txt"} | {".xls", ".xlsb", ".ods", ".numbers"}
)
"""The endings, besides a `.gz` behind them, of what is taken for a file of invoices.

The last four can't be read; whoever dropped such a file is told how to save it.
"""

UNFINISHED = (".part", ".tmp")
"""The endings of files that somebody is writing still."""

OWNED = ("~$", ".")
"""How files begin that a spreadsheet program keeps beside an open one, and hidden files."""

QUIET_S = 60
"""How long nobody may have written to a file, in seconds, until it counts as whole."""

FINAL = frozenset({EXIT_OK, EXIT_ROWS, EXIT_USAGE})
"""The exit codes after which a file is not imported again until its bytes change."""

WITH_RESULTS = frozenset({EXIT_OK, EXIT_ROWS})
"""Those of them after which there are results, so that the file may be put away."""


class Postponed(Exception):  # noqa: N818 no error: the file has its turn later, or had it already
    """A file is not to be imported now: it changed, or another run was quicker."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """What a folder holds.

    Attributes:
        files: The files to import, in the order of their names.
        young: The names of those that may still be written to.
        others: The names of files that can't be invoices.
        folders: The names of subfolders that hold files.
    """

    files: tuple[Path, ...]
    young: tuple[str, ...]
    others: tuple[str, ...]
    folders: tuple[str, ...]


def sort_out(folder: Path, now: dt.datetime, own: Collection[Path] = ()) -> Inbox:
    """Look at the files of a folder, not at those of its subfolders.

    Args:
        folder: The folder.
        now: The wall-clock time.
        own: The folders, resolved, that the importer itself puts files into.

    Raises:
        FileError: When the folder can't be read.
    """
    files, young, others, folders = list[Path](), list[str](), list[str](), list[str]()
    for path, found in _list_entries(folder):
        if stat.S_ISDIR(found.st_mode):
            if path.resolve() not in own and _holds_files(path):
                folders.append(path.name)
        elif not can_be_invoices(path):
            others.append(path.name)
        elif is_young(found.st_mtime, found.st_ctime, now.timestamp()):
            young.append(path.name)
        else:
            files.append(path)
    return Inbox(tuple(files), tuple(young), tuple(others), tuple(folders))


def _list_entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the files and folders that are neither hidden nor being written, by name."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 names alone
    except OSError as exc:
        raise FileError(
            f"The folder {folder} can't be read: {exc.strerror}. Check that you may open it. "
            "Nothing was sent."
        ) from exc
    for name in names:
        if name.startswith(OWNED) or name.lower().endswith(UNFINISHED):
            continue
        with suppress(OSError):  # gone meanwhile, or a link that leads nowhere
            found = (folder / name).stat()
            known = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
            if known and not _is_hidden(found):
                yield folder / name, found


def _holds_files(folder: Path) -> bool:
    """Tell whether a folder holds a file that isn't hidden, as far as one may look."""
    with suppress(OSError), os.scandir(folder) as entries:
        return any(entry.is_file() and not entry.name.startswith(OWNED) for entry in entries)
    return False


def _is_hidden(found: os.stat_result) -> bool:
    """Tell whether Windows hides a file."""
    return bool(getattr(found, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)


def can_be_invoices(path: PurePath) -> bool:
    """Tell by its name whether a file can hold invoices, packed by gzip or not."""
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return plain.suffix.lower() in ENDINGS


def is_young(written: float, changed: float, now: float) -> bool:
    """Tell whether somebody may still be writing a file.

    A time ahead of the clock by more than a minute says nothing about that: the clock ran
    backwards, or a copy kept the time of another machine. Then the time counts at which the file
    came to be here, and where that is ahead too, nothing: nobody waits for a time that may be
    years away.

    Args:
        written: When the file was last written to, in seconds since 1970.
        changed: When it, or what the folder says of it, last changed, likewise.
        now: The wall-clock time, likewise.
    """
    since = now - written if now - written > -QUIET_S else now - changed
    return abs(since) < QUIET_S


def is_final(verdict: FileVerdict | None) -> bool:
    """Tell whether a file of these bytes is not to be imported again."""
    return verdict is not None and verdict.exit_code in FINAL


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hex.

    Raises:
        FileNotFoundError: When it is gone.
        FileError: When it can't be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise
    except PermissionError as exc:
        owner = _say_owner(path)
        how = f" (chmod g+r {shlex.quote(str(path))})" if owner else ""
        raise FileError(
            f"{path} can't be read: {exc.strerror}.{owner} Let the importer's user or group read it"
            f"{how}, or move it away: until then it is tried again each time. Nothing was sent."
        ) from exc
    except OSError as exc:
        raise FileError(
            f"{path} can't be read: {exc.strerror}. Check that no other program keeps it open, or "
            "move it away: until then it is tried again each time. Nothing was sent."
        ) from exc


def _say_owner(path: Path) -> str:
    """Return whose a file is and who may read it, where that can be told."""
    with suppress(OSError, KeyError, NotImplementedError):  # Windows; a user without a name
        mode = stat.filemode(path.stat().st_mode)
        return f" It belongs to {path.owner()}, group {path.group()} ({mode})."
    return ""
