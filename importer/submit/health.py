"""Whether the API can keep up: when to slow down, how long to wait, when to give up."""

from __future__ import annotations

import random

from importer.clock import SECOND_NS
from importer.replies import Created, Expired, Halt, Lost, NotSent, Refused, Reply, Throttled
from importer.submit.policy import backoff_ns

PATIENCE = 3
"""How many lost or throttled requests in a row it takes to back off."""

SUSPICION = 20
"""How many first rows refused for one reason look like a mistake in all rows."""

WELL = Created | Refused | Halt | Expired
"""The replies of an API that can keep up."""


class Health:
    """Remembers how the answers were, and says what follows."""

    def __init__(self, give_up_after_s: float, rng: random.Random) -> None:
        self._give_up_after_s = give_up_after_s
        self._rng = rng
        self._failures = 0
        self._failing_since: int | None = None
        self._paused_at = 0

    def give_up(self, reply: Reply, started: int, now: int) -> str | None:
        """Take note of a reply; return why to give up, or None.

        Args:
            reply: The reply.
            started: When its request was sent, monotonic nanoseconds.
            now: When it came.
        """
        if isinstance(reply, WELL):
            self._failures, self._failing_since = 0, None
            return None
        self._failing_since = started if self._failing_since is None else self._failing_since
        if now - self._failing_since > self._give_up_after_s * SECOND_NS:
            return f"nothing but failures for {self._give_up_after_s:g} s: {say(reply)}"
        return None

    def pause_ns(self, reply: Reply, asked_s: float | None, started: int, now: int) -> int:
        """Return how long everybody should wait after a reply, in nanoseconds.

        What the API asks for is done. Else a failure backs off, but for one that was under way
        before the last pause began: it says nothing new.

        Args:
            reply: The reply.
            asked_s: How long the API asked to wait, in seconds; None where it didn't.
            started: When its request was sent, monotonic nanoseconds.
            now: When it came.
        """
        if asked_s is not None:
            self._paused_at = now
            return round(asked_s * SECOND_NS)
        if isinstance(reply, WELL) or started < self._paused_at:
            return 0
        self._failures += 1
        # A throttled request has cut the rate already; a lost one says little about the next.
        if isinstance(reply, Lost | Throttled) and self._failures < PATIENCE:
            return 0
        self._paused_at = now
        return backoff_ns(self._failures, self._rng)


class Refusals:
    """Notices when row after row is refused for one reason, from the first on."""

    def __init__(self) -> None:
        self._count = 0
        self._reason: str | None = None
        self._watching = True

    def add(self, reply: Reply) -> None:
        """Take note of a reply."""
        if isinstance(reply, Created):
            self._watching = False
        if not self._watching or not isinstance(reply, Refused):
            return
        reason = f"{reply.http_status}: {'; '.join(error.message for error in reply.errors)}"
        self._watching = self._reason in {None, reason}
        self._reason = reason
        self._count += 1

    def suspicious(self) -> str | None:
        """Return the one reason for which all of the first rows were refused, the first time."""
        if not self._watching or self._count < SUSPICION:
            return None
        self._watching = False
        return self._reason


def say(reply: Reply) -> str:
    """Return what is wrong with the API, for people."""
    match reply:
        case Throttled():
            return "rate limited by the API"
        case NotSent(reason=reason) | Lost(reason=reason):
            return reason
        case _:
            return "the API asks to wait"


def say_setback(reply: Reply) -> str | None:
    """Return what a reply keeps from being created for now, and what follows; None for others."""
    match reply:
        case Throttled():
            return "rate limited by the API (429), to be tried again"
        case NotSent(reason=reason):
            return f"not sent: {reason}, to be tried again"
        case Expired():
            return "the token had expired (401), to be tried again"
        case Lost(reason=reason):
            return f"in doubt: {reason}, to be looked up"
        case _:
            return None
