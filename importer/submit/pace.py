"""The rate: evenly spaced turns for all senders together, in integer nanoseconds.

A generic cell rate algorithm (ITU-T I.371) with just enough tolerance to make up for a late timer.
Integers, because floating point can be left waiting for a remainder of 1e-17 s for ever.
"""

from __future__ import annotations

import asyncio

from importer.clock import SECOND_NS, Clock

TOLERANCE_NS = SECOND_NS // 25
"""How far a late turn is made up for: at most 4 % more in one second, nothing in the long run."""


class Pacer:
    """Gives turns, one at a time, in the order in which they were asked for."""

    def __init__(self, clock: Clock, rate: float) -> None:
        """Start without any credit.

        Args:
            clock: What waits.
            rate: Turns a second at most.
        """
        self._clock = clock
        self._interval = round(SECOND_NS / rate)
        self._next = clock.monotonic_ns()
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for a turn. Cancelling the wait gives it to the next in line."""
        async with self._queue:
            while (wait := self._next - self._clock.monotonic_ns()) > 0:
                await self._clock.sleep_ns(wait)
            now = self._clock.monotonic_ns()
            self._next = max(self._next, now - TOLERANCE_NS) + self._interval

    def pause(self, duration: int) -> None:
        """Give no turn to anybody for a number of nanoseconds from now."""
        self._next = max(self._next, self._clock.monotonic_ns() + duration)
