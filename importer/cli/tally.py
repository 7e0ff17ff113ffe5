"""How far the sending is: done, rate, time left, what is waited for. Pure: it is told the time."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from importer.model import NEEDS_USER, Outcome

WINDOW_S = 10.0
"""The rate is the average over the last so many seconds, and over `FEW` rows at least."""

FEW = 5

GRAIN_S = 0.25
"""How close together what is remembered for the rate lies, in seconds: its memory stays small."""

MOST_HOURS = 99


@dataclass(slots=True)
class Tally:
    """The count of a sending. All times are monotonic seconds.

    Attributes:
        total: How many rows are to be done.
        started: When the sending began.
        wrong: The rows that are done and need the user.
    """

    total: int
    started: float
    wrong: set[int] = field(default_factory=set)
    _done: set[int] = field(default_factory=set)
    _marks: deque[tuple[float, int]] = field(default_factory=deque)
    _wait: tuple[float, float] = (0.0, 0.0)
    _waited: float = 0.0

    def __post_init__(self) -> None:
        """Count from the start."""
        self._wait = (self.started, self.started)
        self._marks.append((self.started, 0))

    @property
    def done(self) -> int:
        """How many rows are done."""
        return len(self._done)

    def add(self, outcome: Outcome, now: float) -> None:
        """Count a row; one that has an outcome already gets a better one."""
        self._done.add(outcome.row)
        if outcome.status in NEEDS_USER:
            self.wrong.add(outcome.row)
        else:
            self.wrong.discard(outcome.row)
        running = self._running(now)
        if running - self._marks[-1][0] >= GRAIN_S:
            self._marks.append((running, self.done))
        while len(self._marks) > 1 and self._is_old(self._marks[1], running):
            self._marks.popleft()

    def wait(self, seconds: float, now: float) -> None:
        """Take note that nothing is sent for some seconds; of several waits the longest counts."""
        since, until = self._wait
        if until > now:
            self._wait = (since, max(until, now + seconds))
        else:
            self._waited += until - since if until - since > WINDOW_S else 0.0
            self._wait = (now, now + seconds)

    def rate(self, now: float) -> float | None:
        """Return the rows a second of late, long waits left out; None while it can't be told."""
        then, done = self._marks[0]
        span = self._running(now) - then
        if span < 1 or self.done == done:
            return None
        return (self.done - done) / span

    def left(self, now: float) -> float | None:
        """Return how many seconds the rest will take, the present wait included; None: unknown."""
        rate, rest = self.rate(now), self.total - self.done
        if rate is None or rest <= 0:
            return None
        return max(self._wait[1] - now, 0.0) + rest / rate

    def _running(self, now: float) -> float:
        """Return the time by a clock that stands still during every wait beyond the window."""
        since, until = self._wait
        pause = min(now, until) - since if until - since > WINDOW_S else 0.0
        return now - self._waited - pause

    def _is_old(self, mark: tuple[float, int], running: float) -> bool:
        time, done = mark
        return time <= running - WINDOW_S and self.done - done >= FEW


def say_count(number: int, what: str) -> str:
    """Return a number of things: `1 error`, `1,204 errors`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def say_wait(reason: str, seconds: float) -> str:
    """Return what is waited for, and how long still.

    Args:
        reason: As of `Listener.on_wait`: why nothing is sent, or `before …` and what comes then.
        seconds: How long it takes.
    """
    whole = f"{math.ceil(seconds):,} s"
    return f"{whole} {reason}" if reason.startswith("before ") else f"{reason}, {whole}"


def say_duration(seconds: float) -> str:
    """Return a time span as a clock shows it: `0:07`, `2:30:00`."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours > MOST_HOURS:
        return f"{hours // 24:,} days"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
