"""How the sandbox behaves: what it is told to do wrong, and the rules that decide when.

Pure: the caller says what time it is.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the sandbox is told.

    Attributes:
        rate_limit: Creates a second; None for no limit.
        latency_ms: How long every request to the API waits before it is worked on, milliseconds.
        fail_percent: Creates answered with 500; half of them before, half after the commit.
        drop_percent: Creates committed and never answered.
        deduplicate: A create with a known `reference_id` answers the existing invoice.
        token_minutes: How long an issued token is good for, minutes.
        seed: Makes the draws of `fail_percent` and `drop_percent` repeatable.
    """

    rate_limit: int | None = None
    latency_ms: float = 0
    fail_percent: float = 0
    drop_percent: float = 0
    deduplicate: bool = False
    token_minutes: int = 60
    seed: int | None = None


class Fate(Enum):
    """What happens to a create that could succeed."""

    ANSWER = auto()
    FAIL_BEFORE = auto()
    FAIL_AFTER = auto()
    DROP = auto()


class Dice:
    """Draws a fate for each create, in the order in which they come."""

    def __init__(self, behaviour: Behaviour) -> None:
        # A rehearsal's dice need no cryptographic strength, and --seed must repeat them.
        self._random = random.Random(behaviour.seed)  # noqa: S311 - see above
        self._fail = behaviour.fail_percent
        self._drop = behaviour.drop_percent

    def roll(self) -> Fate:
        """Draw the next fate."""
        draw = self._random.uniform(0, 100)
        if draw < self._fail / 2:
            return Fate.FAIL_BEFORE
        if draw < self._fail:
            return Fate.FAIL_AFTER
        if draw < self._fail + self._drop:
            return Fate.DROP
        return Fate.ANSWER


class TokenBucket:
    """A rate limit: holds at most one second's worth, refills steadily.

    Args:
        rate: Grants a second, which is also the largest burst.
        now: Monotonic time, seconds.
    """

    def __init__(self, rate: int, now: float) -> None:
        self._rate = rate
        self._level = float(rate)
        self._at = now

    def take(self, now: float) -> float:
        """Take one grant.

        Args:
            now: Monotonic time, seconds.

        Returns:
            0 where it was granted, else the seconds until it would be.
        """
        self._level = min(self._rate, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level < 1:
            return (1 - self._level) / self._rate
        self._level -= 1
        return 0.0
