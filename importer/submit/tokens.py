"""Tokens: where a bearer token comes from, and how it is renewed, once for all workers.

The client-credentials endpoint is `POST /v1/jwt/client/obtain/token`; its `expires_in` is in
minutes, and its documentation advises to renew when fewer than five are left.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from importer.clock import SECOND_NS, Clock
from importer.errors import UsageError
from importer.settings import Secret, check_token

MINUTE_NS = 60 * SECOND_NS
RENEW_BEFORE_NS = 5 * MINUTE_NS
MOST_MINUTES = 366 * 24 * 60.0
"""A token that lives longer than a year is renewed after a year: no run lasts so long."""

PARSING_ERRORS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
)
"""What taking apart any JSON may raise: its shape, its types, its numbers, its depth."""


class TokenError(Exception):
    """No token could be had; the message says why, without any secret.

    Attributes:
        passing: It may well work later.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class Tokens(Protocol):
    """Where the current token comes from."""

    async def current(self) -> Secret:
        """Return a token that should be good.

        Raises:
            TokenError: When none can be had.
        """
        ...

    async def renew(self, refused: Secret) -> bool:
        """Get another token after one was refused; return whether there is another one now.

        Args:
            refused: The token that the API refused. Where another worker has renewed it meanwhile,
                nothing is done.

        Raises:
            TokenError: When none can be had.
        """
        ...


class GivenToken:
    """A token from the environment, or from a file that is read again when it is refused."""

    def __init__(self, read: Callable[[], Secret]) -> None:
        """Read the token.

        Args:
            read: Reads the token from where it is kept.
        """
        self._read = read
        self._token = read()

    async def current(self) -> Secret:
        """See `Tokens.current`."""
        return self._token

    async def renew(self, refused: Secret) -> bool:
        """See `Tokens.renew`."""
        if self._token == refused:
            try:
                self._token = self._read()
            except UsageError as exc:
                raise TokenError(str(exc)) from exc
        return self._token != refused


@dataclass(frozen=True, slots=True)
class Grant:
    """An answer of the token endpoint: its HTTP status and body."""

    status: int
    body: bytes


class ClientCredentials:
    """Tokens obtained for a client id and secret, renewed before they expire."""

    def __init__(self, obtain: Callable[[], Awaitable[Grant]], clock: Clock) -> None:
        """Prepare; nothing is obtained yet.

        Args:
            obtain: Asks the token endpoint.
            clock: Tells when a token gets old.
        """
        self._obtain = obtain
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Secret | None = None
        self._renew_at = 0

    async def current(self) -> Secret:
        """See `Tokens.current`."""
        async with self._lock:
            if self._token is None or self._clock.monotonic_ns() >= self._renew_at:
                self._token = await self._ask()
            return self._token

    async def renew(self, refused: Secret) -> bool:
        """See `Tokens.renew`."""
        async with self._lock:
            if self._token == refused:
                self._token = await self._ask()
            return self._token != refused

    async def _ask(self) -> Secret:
        asked = self._clock.monotonic_ns()
        grant = await self._obtain()
        token, minutes = _parse(grant)
        # A token that lives for less than ten minutes is used for half its life.
        lifetime = round(minutes * MINUTE_NS)
        self._renew_at = asked + max(lifetime - RENEW_BEFORE_NS, lifetime // 2)
        return token


def _parse(grant: Grant) -> tuple[Secret, float]:
    if grant.status in {400, 401, 403, 404, 422}:
        raise TokenError(
            f"the API gave no token for the client id and secret ({grant.status}). Check "
            "IMPORT_INVOICES_CLIENT_ID and IMPORT_INVOICES_CLIENT_SECRET"
        )
    if grant.status != HTTPStatus.OK:
        raise TokenError(f"the API gave no token ({grant.status})", passing=True)
    try:
        data = json.loads(grant.body)
        token, minutes = check_token(data["access_token"]), float(data["expires_in"])
    except PARSING_ERRORS as exc:
        raise TokenError(
            f"the API's answer to the request for a token can't be read ({grant.status}). Check "
            "--api-url"
        ) from exc
    if not minutes >= 0:  # NaN neither
        raise TokenError(
            "the API gave a token without saying how long it is valid. Ask the API's provider"
        )
    return token, min(minutes, MOST_MINUTES)
