"""Names of files that nothing has yet, and how a file gets one."""

from __future__ import annotations

import itertools
import os
import secrets
from pathlib import Path

REPORTS = Path("reports")
"""The folder that results go to unless another is named."""


def free_name(path: Path) -> Path:
    """Return a path, or the same with `-2`, `-3`, … behind its name, that nothing has."""
    counted = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(free for free in itertools.chain([path], counted) if not os.path.lexists(free))


def unfinished_name(folder: Path) -> Path:
    """Return a hidden name in a folder for a file that isn't whole yet; an inbox passes it over."""
    return folder / f".{secrets.token_hex(8)}.tmp"


def give_name(unfinished: Path, path: Path) -> None:
    """Give a file its name unless that is taken, which a plain rename would not notice.

    Args:
        unfinished: The file; it may still have this name, too, afterwards.
        path: Its name from now on, in the same folder.

    Raises:
        FileExistsError: When something has the name.
        OSError: When the folder can't be written to; nothing has the name then.
    """
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        raise
    except OSError:  # no hard links here (FAT, some network shares): take the name, then fill it
        path.open("xb").close()
        try:
            unfinished.replace(path)
        except OSError:
            path.unlink()
            raise
