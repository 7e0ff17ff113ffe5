"""Bearer tokens: two fixed ones, and issued ones that expire. Pure: the caller says the time."""

from __future__ import annotations

import secrets

CLIENT_ID = "sandbox"
CLIENT_SECRET = "sandbox"  # noqa: S105 - no secret: printed at the start, good on loopback alone
TOKEN = "sandbox"  # noqa: S105 - no secret, as above
"""The token that is always good."""

UNVERIFIED_TOKEN = "sandbox-unverified"  # noqa: S105 - no secret, as above
"""A token whose account may do nothing, so that a 403 can be rehearsed."""


class Tokens:
    """The issued tokens. They live in memory: a restart makes every client renew.

    Args:
        lifetime_min: How long an issued token is good for, minutes.
    """

    def __init__(self, lifetime_min: int) -> None:
        self.lifetime_min = lifetime_min
        self._expiry_s: dict[str, float] = {}

    def issue(self, now_s: float) -> str:
        """Issue a token, and forget those that have expired.

        Args:
            now_s: Monotonic time, seconds.
        """
        self._expiry_s = {token: end for token, end in self._expiry_s.items() if end > now_s}
        token = secrets.token_urlsafe()
        self._expiry_s[token] = now_s + self.lifetime_min * 60
        return token

    def is_good(self, token: str, now_s: float) -> bool:
        """Say whether a token is known and not expired.

        Args:
            token: What came after `Bearer`.
            now_s: Monotonic time, seconds.
        """
        return token in (TOKEN, UNVERIFIED_TOKEN) or now_s < self._expiry_s.get(token, now_s)
