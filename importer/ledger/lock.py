"""A lock between processes, which the kernel lets go of when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from importer.errors import LedgerError, StoppedError
from importer.owners import give_to_owner_of, why_denied

POLL_S = 0.2


@contextmanager
def held(path: Path, wait_s: float, on_wait: Callable[[], None], busy: str) -> Iterator[None]:
    """Hold the lock on a file while the context lasts.

    The file itself stays for good: deleting it would let a third process lock a new one beside a
    process that still waits for the old one.

    Args:
        path: The lock's file, made (mode 0600, the ledger's owner) where it is missing.
        wait_s: How long to wait for another holder, in seconds; 0 tries once more and gives up.
        on_wait: Called once when there is another holder.
        busy: What to say when the other holder doesn't let go in time.

    Raises:
        StoppedError: Another holder didn't let go in time.
        LedgerError: The file can't be made or locked.
    """
    lock = FileLock(
        path,
        mode=0o600,
        thread_local=False,  # may be released by another thread than took it
        poll_interval=POLL_S,
        fallback_to_soft=False,  # a soft lock would outlive a killed process
        preserve_lock_file=True,
    )
    made = not os.path.lexists(path)
    try:
        _acquire(lock, wait_s, on_wait)
    except Timeout as exc:
        raise StoppedError(busy) from exc
    except PermissionError as exc:
        raise LedgerError(
            f"The lock {path} beside the ledger can't be used: {why_denied(path)}"
        ) from exc
    except OSError as exc:
        raise LedgerError(
            f"The lock {path} beside the ledger can't be used: {exc.strerror}. "
            "Check that you may write in this folder, or name another ledger with --ledger."
        ) from exc
    if made:
        give_to_owner_of(_ledger_of(path), path)
    try:
        yield
    finally:
        lock.release()


def _ledger_of(path: Path) -> Path:
    """Return whose lock it is: of `l.lock` the file `l`; of `l.1.lock`, an account's, `l` too."""
    plain = path.with_suffix("")
    return plain if plain.exists() else plain.with_suffix("")


def _acquire(lock: FileLock, wait_s: float, on_wait: Callable[[], None]) -> None:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        on_wait()
        lock.acquire(timeout=max(wait_s, 0))  # a negative one would wait for ever
