"""Time as a port: everything that waits takes a `Clock`, so tests run a day in milliseconds."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import Protocol

SECOND_NS = 1_000_000_000


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> dt.datetime:
        """Return the wall-clock time, UTC; it may jump, and means the same across processes."""
        ...

    def monotonic_ns(self) -> int:
        """Return nanoseconds that never run backwards, from an arbitrary start."""
        ...

    async def sleep_ns(self, duration: int) -> None:
        """Wait for a number of nanoseconds."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> dt.datetime:
        """See `Clock.now`."""
        return dt.datetime.now(dt.UTC)

    def monotonic_ns(self) -> int:
        """See `Clock.monotonic_ns`."""
        return time.monotonic_ns()

    async def sleep_ns(self, duration: int) -> None:
        """See `Clock.sleep_ns`."""
        await asyncio.sleep(duration / SECOND_NS)
