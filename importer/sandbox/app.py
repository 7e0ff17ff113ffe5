"""The API: its routes, and where it misbehaves as told.

Every endpoint and dependency is `async` and quick, so all of them share the event loop's thread,
and with it the store's one connection.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException as RoutingError
from starlette.types import ASGIApp, Receive, Scope, Send

from importer.sandbox.behaviour import Behaviour, Dice, Fate, TokenBucket
from importer.sandbox.contract import (
    Counterparty,
    CreateInvoice,
    Credentials,
    Currency,
    Id,
    InvoiceDetail,
    InvoiceResponse,
    IssuedToken,
    SandboxState,
    Status,
)
from importer.sandbox.store import Store
from importer.sandbox.tokens import CLIENT_ID, CLIENT_SECRET, UNVERIFIED_TOKEN, Tokens

API = "/v1"
CREATE = f"{API}/invoices/create"
HANG_UP = "importer.sandbox.hang_up"
"""The ASGI extension that closes the connection; the server provides it."""

UNKNOWN_COUNTERPARTIES = range(999_000, 1_000_000)
"""Counterparties that there are not, so that a refusal can be rehearsed."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the endpoints work with."""

    store: Store
    behaviour: Behaviour
    dice: Dice
    tokens: Tokens
    limit: TokenBucket | None


def create_app(store: Store, behaviour: Behaviour) -> FastAPI:
    """Build the API.

    Args:
        store: Where the invoices are.
        behaviour: What to do wrong.
    """
    app = FastAPI(
        title="Invoice sandbox",
        docs_url=None,  # the pages of FastAPI load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            RoutingError: _answer_like_a_gateway,
            HTTPException: http_exception_handler,
            RequestValidationError: _answer_invalid,
        },
    )
    rate = behaviour.rate_limit
    app.state.service = Service(
        store=store,
        behaviour=behaviour,
        dice=Dice(behaviour),
        tokens=Tokens(behaviour.token_minutes),
        limit=None if rate is None else TokenBucket(rate, time.monotonic()),
    )
    app.include_router(_open)
    app.include_router(_guarded)
    app.add_middleware(_Reception, store=store, latency_s=behaviour.latency_ms / 1000)
    return app


class _Reception:
    """ASGI middleware: counts creates as they come in, and lets requests to the API wait."""

    def __init__(self, app: ASGIApp, store: Store, latency_s: float) -> None:
        self._app = app
        self._store = store
        self._latency_s = latency_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(API):
            if scope["path"] == CREATE and scope["method"] == "POST":
                self._store.count_create()
            if self._latency_s:
                await asyncio.sleep(self._latency_s)
        await self._app(scope, receive, send)


class NoAnswer(Response):
    """Closes the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hang up, and wait until the server knows: else it would answer 500 for us."""
        del send
        scope["extensions"][HANG_UP]()
        while (await receive())["type"] != "http.disconnect":
            pass


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(_service)]
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def _authorise(service: ServiceDep, bearer: Bearer) -> None:
    if not service.tokens.is_good(bearer.credentials, time.monotonic()):
        raise _not_authorised()
    if bearer.credentials == UNVERIFIED_TOKEN:
        raise HTTPException(403, "The account is not verified")


async def _throttle(service: ServiceDep) -> None:
    if service.limit is None:
        return
    wait_s = service.limit.take(time.monotonic())
    if wait_s:
        raise HTTPException(
            429, "Too many requests", headers={"Retry-After": str(math.ceil(wait_s))}
        )


_open = APIRouter()
_guarded = APIRouter(prefix=f"{API}/invoices", dependencies=[Depends(_authorise)])


@_open.get("/sandbox")
async def get_state(service: ServiceDep) -> SandboxState:
    """Say which database this is, and what has come in."""
    return service.store.state()


@_open.post(f"{API}/jwt/client/obtain/token")
async def obtain_token(service: ServiceDep, credentials: Credentials) -> IssuedToken:
    """Issue a token to the one client that there is."""
    if (credentials.client_id, credentials.client_secret) != (CLIENT_ID, CLIENT_SECRET):
        raise _not_authorised()
    return IssuedToken(
        access_token=service.tokens.issue(time.monotonic()),
        expires_in=service.tokens.lifetime_min,
    )


@_guarded.post("/create", dependencies=[Depends(_throttle)], response_model=InvoiceResponse)
async def create_invoice(service: ServiceDep, invoice: CreateInvoice) -> InvoiceResponse | Response:
    """Create an invoice, unless fate has it otherwise."""
    if invoice.counterparty_id in UNKNOWN_COUNTERPARTIES:
        raise HTTPException(404, "Counterparty not found")
    fate = service.dice.roll()
    if fate is Fate.FAIL_BEFORE:
        return _broken()
    created = service.store.create(invoice, deduplicate=service.behaviour.deduplicate)
    if fate is Fate.FAIL_AFTER:
        return _broken()
    if fate is Fate.DROP:
        return NoAnswer()
    return created


@_guarded.get("/list", response_model=list[InvoiceResponse])
async def list_invoices(
    service: ServiceDep,
    currency: Annotated[Currency | None, Query()] = None,
    status: Annotated[Status | None, Query()] = None,
) -> StreamingResponse:
    """List the invoices, oldest first."""
    return StreamingResponse(
        _stream(service.store, currency, status), media_type="application/json"
    )


@_guarded.get("/retrieve/{invoice_id}")
async def retrieve_invoice(service: ServiceDep, invoice_id: Id) -> InvoiceDetail:
    """Answer one invoice, by its id."""
    return _detail(service.store.find(invoice_id))


@_guarded.get("/retrieve/number/{invoice_number}")
async def retrieve_invoice_number(service: ServiceDep, invoice_number: str) -> InvoiceDetail:
    """Answer one invoice, by its number."""
    return _detail(service.store.find_number(invoice_number))


@_guarded.delete("/cancel/{invoice_id}")
async def cancel_invoice(service: ServiceDep, invoice_id: Id) -> InvoiceResponse:
    """Cancel an invoice for good."""
    canceled = service.store.cancel(invoice_id)
    if canceled is None:
        status = _detail(service.store.find(invoice_id)).status
        raise HTTPException(400, f"An invoice that is {status} can't be canceled")
    return canceled


async def _stream(store: Store, currency: str | None, status: str | None) -> AsyncIterator[str]:
    separator = "["
    for batch in store.batches(currency=currency, status=status):
        yield separator + ",".join(batch)
        separator = ","
        await asyncio.sleep(0)  # creates have their turn between two batches
    yield "[]" if separator == "[" else "]"


def _detail(invoice: InvoiceResponse | None) -> InvoiceDetail:
    if invoice is None:
        raise HTTPException(404, "Invoice not found")
    return InvoiceDetail(
        **invoice.model_dump(),
        invoice_items=[],
        counterparty=Counterparty(id=invoice.counterparty_id),
    )


def _not_authorised() -> HTTPException:
    return HTTPException(401, "Could not validate credentials", {"WWW-Authenticate": "Bearer"})


def _broken() -> Response:
    return PlainTextResponse("Internal Server Error", 500)


async def _answer_like_a_gateway(_: Request, error: Exception) -> Response:
    """Answer in plain text: what no route is there for never reaches the API behind a gateway."""
    if not isinstance(error, RoutingError):
        raise error
    return PlainTextResponse(error.detail, error.status_code, error.headers)


async def _answer_invalid(_: Request, error: Exception) -> Response:
    """Answer 422 without the input, which FastAPI repeats: it may not be valid Unicode."""
    if not isinstance(error, RequestValidationError):
        raise error
    issues = [{key: issue[key] for key in ("loc", "msg", "type")} for issue in error.errors()]
    return JSONResponse({"detail": issues}, 422)
