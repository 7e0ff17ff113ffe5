"""The wire: one POST through httpx, and what became of it.

Errors of httpx are mapped here, in one place. What provably never left is `NotSent`; whatever may
have reached the API is `Lost`, write errors included.
"""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from typing import Protocol, Self

import httpx

from importer.clock import Clock
from importer.model import Create, Halt, Lost, NotSent, Reply
from importer.settings import LOOPBACK, Api
from importer.submit.policy import classify, hide

CREATE_PATH = "/v1/invoices/create"
MOST_BYTES = 1 << 20
"""The largest answer to a create that is read: 1 MiB."""

KEEPALIVE_S = 3.0
"""Common servers close idle connections after 5 s; a POST into a closing one would be in doubt."""

CONNECT_S = 10.0

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Raised before a byte of the request is written. A proxy error is one of setting up its tunnel."""


class Poster(Protocol):
    """What the engine needs of the API."""

    async def create(self, create: Create, key: str) -> Reply:
        """POST one invoice, once.

        Args:
            create: What to send.
            key: The `Idempotency-Key` header.
        """
        ...


class HttpApi:
    """The API over HTTP; an asynchronous context manager that owns its connections."""

    def __init__(
        self,
        api: Api,
        clock: Clock,
        *,
        timeout_s: float,
        concurrency: int,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare the client; nothing is sent.

        Args:
            api: Where to send, and the token.
            clock: For a `Retry-After` that is a date.
            timeout_s: How long one create may take, in seconds.
            concurrency: How many connections are kept.
            transport: What carries requests; httpx's own by default.
        """
        self._api = api
        self._clock = clock
        self._timeout = timeout_s
        limits = httpx.Limits(
            max_connections=concurrency,
            max_keepalive_connections=concurrency,
            keepalive_expiry=KEEPALIVE_S,
        )
        self._client = httpx.AsyncClient(
            base_url=api.url,
            transport=transport,
            limits=limits,
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s), pool=None),
            follow_redirects=False,
            trust_env=httpx.URL(api.url).host not in LOOPBACK,
            headers={"Accept": "application/json", "User-Agent": "import-invoices"},
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def create(self, create: Create, key: str) -> Reply:
        """See `Poster.create`."""
        request = self._client.build_request(
            "POST",
            CREATE_PATH,
            content=create.body.encode(),
            headers={
                "Authorization": f"Bearer {self._api.token.reveal()}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
        )
        try:
            async with asyncio.timeout(self._timeout):
                status, headers, body = await self._exchange(request)
        except NEVER_SENT as exc:
            return _never_sent(exc)
        except (httpx.TimeoutException, TimeoutError):
            return Lost(f"no answer within {self._timeout:g} s")
        except (httpx.HTTPError, httpx.StreamError) as exc:
            return Lost(f"the connection broke: {_name(exc)}")
        if body is None:
            return Lost(f"the API answered {status} with more than 1 MiB", status)
        hidden = hide(body, self._api.token.reveal())
        return classify(status, headers, hidden, create, self._clock.now())

    async def _exchange(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes | None]:
        """Return the answer's status, headers and body; None for a body that is too big."""
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    return response.status_code, response.headers, None
            return response.status_code, response.headers, bytes(body)
        finally:
            await response.aclose()


def _never_sent(exc: httpx.TransportError) -> Reply:
    cause: BaseException | None = exc
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Halt(f"the API's certificate can't be trusted: {cause.verify_message}")
        cause = cause.__cause__ or cause.__context__
    return NotSent(f"the API can't be reached: {_name(exc)}")


def _name(exc: Exception) -> str:
    return str(exc) or type(exc).__name__
