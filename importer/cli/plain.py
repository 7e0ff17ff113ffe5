"""Progress where there is no terminal: few lines, so that the mails of cron stay short."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from importer.cli.screen import tell
from importer.cli.tally import Tally, say_count, say_duration, say_wait
from importer.model import Outcome

EVERY_S = 30.0
"""A line of progress comes no sooner than so many seconds after the last one, …"""

PARTS = 10
"""… and not before another tenth of the rows is done: so there are few, however many rows."""

LONG_S = 10.0
"""A wait is worth a line from so many seconds on; the gap between such lines doubles each time."""


class Plain:
    """Tells how a run goes in plain lines on standard error.

    One line when the sending begins; then one for every tenth of the rows, unless the last one was
    less than 30 s ago; and one for a wait of 10 s or more, ever more seldom. Verbose, one for
    everything.
    """

    def __init__(self, *, verbose: bool, now: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is told yet.

        Args:
            verbose: Tell everything.
            now: Tells the time, monotonic seconds.
        """
        self._sparse = Sparse()
        self._verbose = verbose
        self._now = now

    def phase(self, what: str, *, stays: bool = False) -> None:
        """Tell what goes on."""
        del stays
        if self._verbose:
            say(f"{what}.")

    def begin(self, total: int) -> None:
        """Tell that so many rows are to be done."""
        say(self._sparse.begin(Tally(total, self._now())))

    def add(self, outcome: Outcome) -> None:
        """Count a row."""
        line = self._sparse.add(outcome, self._now())
        if line is not None and not self._verbose:
            say(line)

    def wait(self, reason: str, seconds: float) -> None:
        """Tell what is waited for."""
        line = self._sparse.wait(reason, seconds, self._now())
        if self._verbose:
            say(f"Waiting: {say_wait(reason, seconds)}.")
        elif line is not None:
            say(line)

    def say(self, line: str) -> None:
        """Tell something else."""
        say(line)

    def start(self) -> None:
        """Go on; there is nothing to go on with."""

    def stop(self) -> None:
        """Stop; there is nothing that moves."""


@dataclass(slots=True)
class Sparse:
    """Which of all that happens is worth a line. Pure: it is told the time, monotonic seconds."""

    _tally: Tally | None = None
    _said_at: float = 0.0
    _parts: int = 0
    _gap: float = EVERY_S
    _wait_due: float = -math.inf

    def begin(self, tally: Tally) -> str:
        """Return the first line, and heed what is counted from now on."""
        self._tally, self._said_at = tally, tally.started
        return f"Creating {say_count(tally.total, 'invoice')}."

    def add(self, outcome: Outcome, now: float) -> str | None:
        """Count a row; return the line that tells how far it is, None where none is due."""
        tally = self._tally
        if tally is None:
            return None
        tally.add(outcome, now)
        if now - self._said_at < EVERY_S:
            return None
        parts = tally.done * PARTS // tally.total
        if parts == self._parts or tally.done >= tally.total:
            return None
        self._said_at, self._parts = now, parts
        return say_progress(tally, now)

    def wait(self, reason: str, seconds: float, now: float) -> str | None:
        """Return the line that tells what is waited for; None where none is due."""
        if self._tally is not None:
            self._tally.wait(seconds, now)
        if seconds < LONG_S or now < self._wait_due:
            return None
        self._wait_due = now + self._gap
        self._gap *= 2
        return f"Waiting: {say_wait(reason, seconds)}."


def say_progress(tally: Tally, now: float) -> str:
    """Return how far it is, in one line: `1,204 of 10,000 done, 9.8/s, 14:57 left, 2 errors`."""
    parts = [f"{tally.done:,} of {tally.total:,} done"]
    if (rate := tally.rate(now)) is not None:
        parts.append(f"{rate:.1f}/s")
    if (left := tally.left(now)) is not None:
        parts.append(f"{say_duration(left)} left")
    if tally.wrong:
        parts.append(say_count(len(tally.wrong), "error"))
    return ", ".join(parts)


def say(line: str) -> None:
    """Write a line on standard error; whether anybody can read it changes nothing."""
    tell(line, err=True)
