"""The wire: creates and listings through httpx, and what became of them.

Errors of httpx are mapped here, in one place. What provably never left is `NotSent`; whatever may
have reached the API is `Lost`, write errors included.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import quote

import httpx

from importer.clock import Clock
from importer.model import Create
from importer.replies import Answer, ApiInvoice, Expired, Halt, Lost, NotSent
from importer.settings import Api, Client, Secret
from importer.submit.causes import causes, why_unreached
from importer.submit.lister import (
    Listed,
    ListingDenied,
    ListingFailed,
    ListingReply,
    Unlisted,
)
from importer.submit.listing import ListingError, ListingReader
from importer.submit.policy import HALTS, asked_wait, classify, hide
from importer.submit.retriever import NotRetrieved, Retrieved, parse_retrieved
from importer.submit.tokens import ClientCredentials, GivenToken, Grant, TokenError, Tokens
from importer.submit.transport import choose_transport, reads_environment

CREATE_PATH = "/v1/invoices/create"
LIST_PATH = "/v1/invoices/list"
RETRIEVE_PATH = "/v1/invoices/retrieve/number/"
TOKEN_PATH = "/v1/jwt/client/obtain/token"  # noqa: S105 a path, no token
MOST_BYTES = 1 << 20
"""The largest answer to a create that is read: 1 MiB."""

KEEPALIVE_S = 3.0
"""Common servers close idle connections after 5 s; a POST into a closing one would be in doubt."""

CONNECT_S = 10.0

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Raised before a byte of the request is written. A proxy error is one of setting up its tunnel."""

NOT_OFFERED = frozenset({404, 405, 501})


class Poster(Protocol):
    """What the engine needs of the API."""

    async def create(self, create: Create, key: str) -> Answer:
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
            api: Where to send, and what proves who we are.
            clock: For a `Retry-After` that is a date, and for the age of tokens.
            timeout_s: How long one create may take, and a listing between two reads, in seconds.
            concurrency: How many connections are kept.
            transport: What carries requests; httpx's own by default.
        """
        self._clock = clock
        self._timeout = timeout_s
        self._tokens = self._make_tokens(api)
        limits = httpx.Limits(
            max_connections=concurrency + 1,
            max_keepalive_connections=concurrency,
            keepalive_expiry=KEEPALIVE_S,
        )
        timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s), pool=None)
        self._transport = transport or choose_transport(api, limits, timeout)
        self._client = httpx.AsyncClient(
            base_url=api.url,
            transport=self._transport,
            limits=limits,
            timeout=timeout,
            follow_redirects=False,
            trust_env=reads_environment(api.url),
            headers={"Accept": "application/json", "User-Agent": "import-invoices"},
        )
        self._create_url = self._client.build_request("POST", CREATE_PATH).url
        self._create_headers = [*self._client.headers.items(), ("Content-Type", "application/json")]
        # The rest of a create has one deadline, in `create`; a timer for each step costs more.
        self._extensions = {"timeout": httpx.Timeout(None, connect=timeout.connect).as_dict()}

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

    async def create(self, create: Create, key: str) -> Answer:  # noqa: PLR0911 a case each
        """See `Poster.create`."""
        try:
            token = await self._tokens.current()
        except TokenError as exc:
            return _without_token(exc)
        try:
            request = httpx.Request(
                "POST",
                self._create_url,
                content=create.body.encode(),
                headers=[
                    *self._create_headers,
                    *_bearer(token).items(),
                    ("Idempotency-Key", key),
                ],
                extensions=self._extensions,
            )
            async with asyncio.timeout(self._timeout):
                status, headers, body = await self._exchange(request)
        except NEVER_SENT as exc:
            denied = distrust(exc)
            return Answer(Halt(denied) if denied else NotSent(unreachable(exc)))
        except (httpx.TimeoutException, TimeoutError):
            return Answer(Lost(f"no answer within {self._timeout:g} s"))
        except (httpx.HTTPError, httpx.StreamError) as exc:
            return Answer(Lost(f"the connection broke: {_name(exc)}"))
        if status == HTTPStatus.UNAUTHORIZED:
            try:
                if await self._tokens.renew(token):
                    return Answer(Expired())
            except TokenError as exc:
                return _without_token(exc)
        if body is None:
            return Answer(Lost(f"the API answered {status} with more than 1 MiB", status))
        reply = classify(status, hide(body, token.reveal()), create)
        return Answer(reply, asked_wait(status, headers, self._clock.now()))

    async def list_invoices(self, visit: Callable[[ApiInvoice], None]) -> ListingReply:
        """See `Lister.list_invoices`."""
        try:
            token = await self._tokens.current()
            reply = await self._list(token, visit)
            if reply is None:
                renewed = await self._tokens.renew(token)
                reply = await self._list(await self._tokens.current(), visit) if renewed else None
        except TokenError as exc:
            return ListingFailed(str(exc)) if exc.passing else ListingDenied(str(exc))
        return ListingDenied(HALTS[HTTPStatus.UNAUTHORIZED]) if reply is None else reply

    async def _list(
        self, token: Secret, visit: Callable[[ApiInvoice], None]
    ) -> ListingReply | None:
        """Read the listing once with a token; None where the token is refused."""
        reader = ListingReader(visit)
        try:
            async with self._client.stream("GET", LIST_PATH, headers=_bearer(token)) as response:
                if response.status_code != HTTPStatus.OK:
                    return _unlisted(response, self._clock)
                async for chunk in response.aiter_bytes():
                    reader.feed(chunk)
                reader.close()
        except ListingError as exc:
            return ListingFailed(str(exc))
        except httpx.ReadTimeout:
            return ListingFailed(f"nothing came for {self._timeout:g} s")
        except (httpx.HTTPError, httpx.StreamError) as exc:
            denied = distrust(exc)
            return ListingDenied(denied) if denied else ListingFailed(unreachable(exc))
        return Listed()

    async def retrieve(self, number: str) -> Retrieved:
        """See `Retriever.retrieve`."""
        path = RETRIEVE_PATH + quote(number, safe="")
        try:
            token = await self._tokens.current()
            request = self._client.build_request("GET", path, headers=_bearer(token))
            async with asyncio.timeout(self._timeout):
                status, _, body = await self._exchange(request)
        except TokenError as exc:
            return NotRetrieved(str(exc))
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as exc:
            return NotRetrieved(unreachable(exc))
        return parse_retrieved(status, hide(body or b"", token.reveal()))

    async def _exchange(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes | None]:
        """Return the answer's status, headers and body; None for a body that is too big."""
        # Past the client: it would add cookies, redirects and hooks, which creates have no use
        # for, and takes as long as the rest. Where there are proxies, it has to choose one.
        if self._transport is None:
            response = await self._client.send(request, stream=True)
        else:
            response = await self._transport.handle_async_request(request)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    return response.status_code, response.headers, None
            return response.status_code, response.headers, bytes(body)
        finally:
            await response.aclose()

    def _make_tokens(self, api: Api) -> Tokens:
        if not isinstance(api.credentials, Client):
            return GivenToken(api.credentials)
        client = api.credentials

        async def obtain() -> Grant:
            body = {"client_id": client.id, "client_secret": client.secret.reveal()}
            request = self._client.build_request("POST", TOKEN_PATH, json=body)
            try:
                async with asyncio.timeout(self._timeout):
                    status, _, answer = await self._exchange(request)
            except (httpx.HTTPError, httpx.StreamError, TimeoutError) as exc:
                denied = distrust(exc)
                raise TokenError(denied or unreachable(exc), passing=not denied) from exc
            return Grant(status, answer or b"")

        return ClientCredentials(obtain, self._clock)


def _bearer(token: Secret) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.reveal()}"}


def _without_token(exc: TokenError) -> Answer:
    """Return what a create came to that left no trace, because there is no token for it."""
    return Answer(NotSent(str(exc)) if exc.passing else Halt(str(exc)))


def _unlisted(response: httpx.Response, clock: Clock) -> ListingReply | None:
    status = response.status_code
    if status in NOT_OFFERED:
        return Unlisted(f"the API offers no listing of its invoices ({status})")
    if status == HTTPStatus.UNAUTHORIZED:
        return None
    if status in HALTS or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return ListingDenied(
            HALTS.get(status, f"the API answers with a redirect ({status}). Check --api-url")
        )
    wait = asked_wait(status, response.headers, clock.now())
    return ListingFailed(f"the API answered {status}", wait)


def distrust(exc: BaseException) -> str | None:
    """Return why the API's certificate can't be trusted, where that is the cause of an error."""
    for cause in causes(exc):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"the API's certificate can't be trusted ({cause.verify_message}). Check --api-url"
            )
    return None


def unreachable(exc: Exception) -> str:
    """Return why the API could not be reached, and what to look at."""
    why = why_unreached(exc) or _name(exc)
    return f"the API can't be reached ({why}). Check --api-url and your network"


def _name(exc: Exception) -> str:
    return str(exc).rstrip(".") or type(exc).__name__
