"""Where results go: a name that is free, a folder that can be written to, a file that is whole."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
from pathlib import Path

from importer.errors import UsageError
from importer.names import REPORTS, free_name, give_name, unfinished_name
from importer.table import STDIN

SUFFIXES = (".xlsx", ".csv")

LONGEST = 200
"""The bytes of a file's own name that its results' name keeps: disks take 255 in all."""


TIMES = re.compile(r"(?<=.)(?:-\d{8}-\d{6}(?:-\d+)?)+$")
"""The times at the end of the name of results, or of results of results."""


def default_output(file: Path, at: dt.datetime, folder: Path = REPORTS) -> Path:
    """Return a free name for the results of a file: `reports/<stem>-<YYYYmmdd-HHMMSS>.xlsx`.

    The time takes the place of one that is there already, where a file is results of ours.

    Args:
        file: The file that is imported.
        at: The time to name; where its second is taken, `-2`, `-3`, … follows.
        folder: Where the results are to be.
    """
    plain = file.with_suffix("") if file.suffix.lower() == ".gz" else file
    stem = "stdin" if file == STDIN else plain.stem
    stem = TIMES.sub("", stem)
    while len(os.fsencode(stem)) > LONGEST:
        stem = stem[:-1]
    name = f"{stem}-{at:%Y%m%d-%H%M%S}"
    return free_name(folder / f"{name}.xlsx")


def prepare_output(path: Path, sent: str = "Nothing was sent. ") -> Path:
    """Make sure, before anything is sent, that results can be written; return the absolute path.

    The folder is made where it is missing.

    Args:
        path: Where to.
        sent: What is said of the sending where it can't be done, with a blank behind it.

    Raises:
        UsageError: When the name ends in neither `.xlsx` nor `.csv`, is taken, or can't be written.
    """
    check_suffix(path)
    asked = path
    try:
        path = path.parent.resolve() / path.name
        path.parent.mkdir(parents=True, exist_ok=True)
        # The file itself, not just any: its name may be too long or hold what the disk forbids.
        path.open("xb").close()
        path.unlink()
    except FileExistsError as exc:
        if not os.path.lexists(path):  # then it is the folder's name that a file has
            raise UsageError(_unwritable(path, "a file has the folder's name", sent)) from exc
        raise UsageError(
            f"{path} exists already, and results never overwrite a file. Choose another name, "
            f"such as --output {shlex.quote(str(free_name(asked)))}, or move the file away."
        ) from exc
    except (OSError, RuntimeError) as exc:  # RuntimeError: a loop of symbolic links
        reason = getattr(exc, "strerror", None) or str(exc)
        raise UsageError(_unwritable(path, reason, sent)) from exc
    return path


def check_suffix(path: Path) -> str:
    """Return the lower-case suffix of a results file.

    Raises:
        UsageError: When it is neither `.xlsx` nor `.csv`.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(
            f"Results are written as .xlsx or .csv, and {path} is neither. Choose a name such as "
            f"{path.stem or 'results'}.xlsx with --output."
        )
    return suffix


def place(data: bytes, path: Path) -> None:
    """Put a file in place, durably and whole, unless there is one.

    Raises:
        FileExistsError: When something has the name.
        OSError: When the file can't be written; nothing is left behind.
    """
    temporary = unfinished_name(path.parent)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        give_name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, reason: str, sent: str) -> str:
    return (
        f"The results can't be written to {path}: {reason}. {sent}Choose another place with "
        "--output."
    )
