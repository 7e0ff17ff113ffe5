"""The rate: evenly spaced turns for all senders together, in integer nanoseconds.

A generic cell rate algorithm (ITU-T I.371) with just enough tolerance to make up for a late timer.
Integers, because floating point can be left waiting for a remainder of 1e-17 s for ever.

Where the API throttles, the rate is cut to less than what it let through, and grows again little
by little: additive increase, multiplicative decrease (Chiu and Jain, 1989).
"""

from __future__ import annotations

import asyncio
from collections import deque

from importer.clock import SECOND_NS, Clock

TOLERANCE_NS = SECOND_NS // 25
"""How far a late turn is made up for: at most 4 % more in one second, nothing in the long run."""

FIRST_GUESS = 10.0
"""Where the search for an unknown rate begins, in turns a second."""

CUT = 0.95
GROWTH = 0.01
"""By how much of the rate at the last cut the rate grows in a second."""

REGAIN_S = 10
"""A cut that took more is regained within so many seconds: what went through may have been little
because this machine was busy, not because the API allows no more."""

LEAST = 0.1


class Pacer:
    """Gives turns, one at a time, in the order in which they were asked for."""

    def __init__(self, clock: Clock, rate: float | None) -> None:
        """Start without any credit.

        Args:
            clock: What waits.
            rate: Turns a second at most; None to find out: the rate doubles every second until
                the first throttling.
        """
        self._clock = clock
        self._most = rate
        self._rate = FIRST_GUESS if rate is None else rate
        self._growth = self._rate if rate is None else self._rate * GROWTH
        self._searching = rate is None
        self._next = clock.monotonic_ns()
        self._flows_since = self._next
        self._cut_at = self._next
        self._passed: deque[int] = deque()
        self._queue = asyncio.Lock()

    @property
    def rate(self) -> float:
        """The present rate, turns a second."""
        return self._rate

    async def turn(self) -> None:
        """Wait for a turn. Cancelling the wait gives it to the next in line."""
        async with self._queue:
            while (wait := self._next - self._clock.monotonic_ns()) > 0:
                await self._clock.sleep_ns(wait)
            now = self._clock.monotonic_ns()
            interval = round(SECOND_NS / self._rate)
            self._next = max(self._next, now - TOLERANCE_NS) + interval

    def pause(self, duration: int) -> None:
        """Give no turn to anybody for a number of nanoseconds from now."""
        self._next = max(self._next, self._clock.monotonic_ns() + duration)
        self._flows_since = self._next

    def speed_up(self) -> None:
        """Take note that a request went through."""
        now = self._clock.monotonic_ns()
        self._passed.append(now)
        self._forget(now)
        if self._most is not None and self._rate >= self._most:
            return
        if self._searching and len(self._passed) < self._rate / 2:
            return  # the senders are the limit, not the API
        step = 1.0 if self._searching else self._growth / self._rate
        self._rate = self._rate + step if self._most is None else min(self._rate + step, self._most)

    def slow_down(self, started: int) -> None:
        """Take note that the API throttled: cut the rate, once for all that was under way.

        Args:
            started: When the throttled request was sent, monotonic nanoseconds.
        """
        if started < self._cut_at:
            return
        now, before = self._clock.monotonic_ns(), self._rate
        self._cut_at = now
        self._rate = max(CUT * min(before, self._through(now)), LEAST)
        taken = 0.0 if self._searching else before - self._rate  # a search goes too far by design
        self._growth = max(self._rate * GROWTH, taken / REGAIN_S)
        self._searching = False

    def _through(self, now: int) -> float:
        """Return how many requests a second went through of late, infinite where it can't be told.

        Only what flowed since the last pause counts, and not less than a quarter of a second.
        """
        self._forget(now)
        window = min(now - self._flows_since, SECOND_NS)
        if window < SECOND_NS // 4:
            return float("inf")
        return len(self._passed) * SECOND_NS / window

    def _forget(self, now: int) -> None:
        while self._passed and self._passed[0] <= now - SECOND_NS:
            self._passed.popleft()
