"""Where a process can die, and a ledger that dies there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from importer.ledger.sqlite import SqliteLedger

WRITES = (
    "account",
    "pin_owner",
    "distrust_absence",
    "start_run",
    "record",
    "resolve",
    "finish_run",
)
"""The methods of a ledger that write."""

MOMENTS = ("before", "inside", "after")
"""When a write can be cut off: inside is after its statements, before the commit."""

POINTS = (
    *(f"{moment} {write}" for write in WRITES for moment in MOMENTS),
    "before a create leaves",
    "while a create is on its way",
    "when a create has arrived",
    "before a listing",
    "amid a listing",
    "before a token is asked for",
)
"""All the points at which a story's process may die."""


class Crash(SystemExit):
    """The process is killed. Like every `SystemExit`, it leaves an event loop at once."""


class Fuse:
    """Kills the process when it comes to a point for the n-th time; fills its disk, too.

    Attributes:
        crashed: Where it died; None where it didn't.
    """

    def __init__(
        self, point: str | None = None, passes: int = 0, writes: int | None = None
    ) -> None:
        """Set the fuse.

        Args:
            point: Where to die; None for nowhere.
            passes: How often that point is passed before.
            writes: How many writes the disk has room for; None for all.
        """
        self._point = point
        self._passes = passes
        self._room = writes
        self._dead = False
        self.crashed: str | None = None

    def __repr__(self) -> str:
        return f"Fuse({self._point!r}, {self._passes}, {self._room})"

    def remove(self) -> None:
        """Let the process live, and its disk have room."""
        self._point = self._room = None
        self._dead = False

    def reach(self, point: str) -> None:
        """Come to a point.

        Raises:
            Crash: Here the process dies, or it is dead already.
        """
        if point == self._point:
            self._passes -= 1
            if self._passes < 0:
                self.crashed = point
                self._dead = True
        if self._dead:
            raise Crash

    def fill(self) -> None:
        """Write once more.

        Raises:
            sqlite3.OperationalError: The disk is full.
        """
        if self._room is None:
            return
        self._room -= 1
        if self._room < 0:
            raise sqlite3.OperationalError("database or disk is full")


class CrashingLedger(SqliteLedger):
    """The ledger in a process with a fuse."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        super().__init__(path)
        self.fuse = fuse
        self._writing = ""
        self._db.execute("PRAGMA synchronous = OFF")  # durability is the kill test's matter

    @contextmanager
    def transaction(self, purpose: Literal["read", "written"]) -> Iterator[sqlite3.Connection]:
        with super().transaction(purpose) as db:
            yield db
            if purpose == "written":
                self.fuse.reach(f"inside {self._writing}")
                self.fuse.fill()


def _fused(name: str) -> Callable[..., Any]:
    """Return a ledger's write with a crash point on either side."""
    write: Callable[..., Any] = getattr(SqliteLedger, name)

    def method(self: CrashingLedger, *values: Any) -> Any:  # noqa: ANN401 whatever the method takes
        self.fuse.reach(f"before {name}")
        self._writing = name
        result = write(self, *values)
        self.fuse.reach(f"after {name}")
        return result

    return method


for _name in WRITES:
    setattr(CrashingLedger, _name, _fused(_name))
