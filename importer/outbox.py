"""Where files of an inbox go when they are dealt with: nothing there is ever overwritten."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

from importer.errors import UsageError
from importer.inbox import Postponed, digest
from importer.names import free_name, unfinished_name


def prepare_folder(folder: Path) -> Path:
    """Make sure, before anything is sent, that files can be moved to a folder; make it if needed.

    Returns:
        Its absolute path.

    Raises:
        UsageError: When that can't be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _reserve(unfinished_name(folder)).unlink()
        return folder.resolve()
    except OSError as exc:
        reason = "a file has its name" if isinstance(exc, FileExistsError) else exc.strerror
        raise UsageError(
            f"Files can't be moved to {folder}: {reason}. Nothing was sent. Name another folder "
            "with --move-to."
        ) from exc


def move(file: Path, sha256: str, folder: Path) -> Path:
    """Move a file into a folder, under its name or, where that is taken, the next one free.

    The file that is moved is the one that was read: another that has its name by then stays.

    Args:
        file: The file.
        sha256: The digest of its bytes when it was read, hex.
        folder: Where to.

    Returns:
        Its new path.

    Raises:
        Postponed: When the file changed since.
        OSError: When it can't be moved; it stays where it was.
    """
    if file.is_symlink():
        raise OSError(errno.EINVAL, "it is a link to a file elsewhere")
    place = _reserve(folder / file.name)
    try:
        file.replace(place)
    except OSError as exc:
        place.unlink()
        if exc.errno != errno.EXDEV:
            raise
        return _move_far(file, sha256, folder)
    if digest(place) != sha256:
        _put_back(place, file)
        raise Postponed
    return place


def _move_far(file: Path, sha256: str, folder: Path) -> Path:
    """Move a file to another disk: first there is a whole copy, then the file goes."""
    copy = unfinished_name(folder)
    try:
        with file.open("rb") as source, copy.open("xb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        with suppress(OSError):  # times and rights: nice to keep, no more
            shutil.copystat(file, copy)
        if digest(copy) != sha256:
            raise Postponed
        place = _reserve(folder / file.name)
        copy.replace(place)
    finally:
        copy.unlink(missing_ok=True)
    # Away first, then looked at, then deleted: else a new file might come in between.
    away = unfinished_name(file.parent)
    file.replace(away)
    if digest(away) == sha256:
        away.unlink()
    else:
        _put_back(away, file)
    return place


def _reserve(path: Path) -> Path:
    """Take a path, or the next one free, by an empty file that may then be replaced."""
    while True:
        free = free_name(path)
        with suppress(FileExistsError):
            free.open("xb").close()
            return free


def _put_back(path: Path, name: Path) -> None:
    """Give a file its name back; where a newer one has it already, the next one free."""
    path.replace(_reserve(name))
