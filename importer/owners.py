"""Whose a file is, by name, and what to do where it is somebody else's."""

from __future__ import annotations

import os
import shlex
import stat
from contextlib import suppress
from pathlib import Path


def user_name(uid: int) -> str:
    """Return a user's name; the number where the system knows none."""
    try:
        import pwd  # noqa: PLC0415 POSIX alone has it

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return str(uid)


def chown(path: Path, *, and_beside: bool = False) -> str:
    """Return the command by which root gives us a file; with those whose names go on from its."""
    star = "*" if and_beside else ""
    return f"chown {user_name(os.geteuid())} {shlex.quote(str(path))}{star}"


def why_denied(path: Path, *, and_beside: bool = False) -> str:
    """Say why we may not use a file, and what to do: two sentences, the first without a capital.

    Args:
        path: The file; where it isn't there, or is hidden, the folder above is to blame.
        and_beside: Files whose names go on from this one's are to be given with it.
    """
    there = next((p for p in (path, *path.parents) if os.path.exists(p)), path)  # noqa: PTH110
    if os.name != "posix" or not os.path.exists(there):  # noqa: PTH110 unlike Path's, never raises
        return "this user may not. Check who may read and write there"
    found, me = there.stat(), os.geteuid()
    if found.st_uid != me:
        owner = user_name(found.st_uid)
        command = chown(there, and_beside=and_beside and there == path)
        return (
            f"{there} belongs to the user {owner}, and you are {user_name(me)}. Run this as "
            f"{owner}, or have whoever administers this computer type: {command}"
        )
    needed = stat.S_IRWXU if stat.S_ISDIR(found.st_mode) else stat.S_IRUSR | stat.S_IWUSR
    if found.st_mode & needed != needed:
        letters = "rwx" if stat.S_ISDIR(found.st_mode) else "rw"
        return (
            f"its permissions keep you from it. Type: chmod u+{letters} {shlex.quote(str(there))}"
        )
    return f"{there} is yours, yet can't be used. Check that its disk isn't mounted read-only"


def give_to_owner_of(other: Path, path: Path) -> None:
    """Give what root made to the owner of another file, who would be locked out of it else."""
    if os.name != "posix" or os.geteuid() != 0:
        return
    with suppress(OSError):  # there may be no such file yet
        found = other.stat()
        os.chown(path, found.st_uid, found.st_gid, follow_symlinks=False)
