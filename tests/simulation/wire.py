"""The network and the server's front: requests of the real client, answered by fate."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from importer.model import reference_key
from importer.submit.api import CREATE_PATH, LIST_PATH
from simulation.answers import TAKEN, answer_badly, fail_listing
from simulation.crashes import Fuse
from simulation.fates import (
    Habits,
    ListFate,
    PostFate,
    Weather,
    draw_listing,
    draw_post,
    draw_times,
)
from simulation.limits import Limits, withhold
from simulation.server import UNKNOWN_CUSTOMER, Order, Server

Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Served:
    """A listing that was delivered to its end.

    Attributes:
        at: When, in seconds of true time.
        whole: It lacked nothing, neither of what the server has nor of what the ledger knows.
        named: Every invoice in it had its reference.
        witnessed: The currencies in which the ledger knew an invoice.
        keys: The references in it.
    """

    at: float
    whole: bool
    named: bool
    witnessed: frozenset[str]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a run's requests meet.

    Attributes:
        seed: Draws the fates, with the request's own name.
        weather: How often things go wrong.
        owner: To whom the run's credentials belong.
        limits: How far listings may lie.
    """

    seed: str
    weather: Weather
    owner: int
    limits: Limits


class Wire(httpx.AsyncBaseTransport):
    """Carries one run's requests.

    Attributes:
        served: The listings that were delivered.
        sent_at: When each reference was last sent, in seconds of true time.
    """

    def __init__(
        self,
        server: Server,
        conditions: Conditions,
        *,
        fuse: Fuse,
        now: Callable[[], float],
        witnesses: Callable[[], Mapping[str, str]],
        log: Log,
    ) -> None:
        """Prepare.

        Args:
            server: What answers.
            conditions: What the requests meet.
            fuse: Where the process dies.
            now: Tells the true time, in seconds.
            witnesses: Tells the numbers that the run's ledger knows, with their currencies.
            log: Told what happens.
        """
        self._server = server
        self._conditions = conditions
        self._fuse = fuse
        self._now = now
        self._witnesses = witnesses
        self._log = log
        self._asked: Counter[str] = Counter()
        self._tokens: dict[str, float] = {}
        self._serial = itertools.count()
        self.served: list[Served] = []
        self.sent_at: dict[str, float] = {}

    @property
    def _habits(self) -> Habits:
        return self._server.habits

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case path if path == CREATE_PATH:
                return await self._create(request)
            case path if path == LIST_PATH:
                return await self._list(request)
            case _:
                return await self._grant()

    def _dice(self, name: str) -> random.Random:
        """Return what draws the fate of the next request of this name."""
        self._asked[name] += 1
        return random.Random(f"{self._conditions.seed} {name} {self._asked[name]}")

    async def _grant(self) -> httpx.Response:
        dice = self._dice("token")
        self._fuse.reach("before a token is asked for")
        await asyncio.sleep(dice.uniform(0.01, 2))
        if dice.random() < self._conditions.weather.tokens:
            status = dice.choice((401, 503, 503, None))
            self._log(f"token: {status or 'unreachable'}")
            if status is None:
                raise httpx.ConnectError("connection refused")
            return httpx.Response(status)
        token = f"token-{self._conditions.owner}-{next(self._serial):06}"
        minutes = self._habits.token_minutes
        self._tokens[token] = self._now() + 60 * minutes
        return httpx.Response(200, json={"access_token": token, "expires_in": minutes})

    def _knows(self, request: httpx.Request) -> bool:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        return self._tokens.get(token, 0) > self._now()

    async def _create(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        reference = body["reference_id"]
        dice = self._dice(f"create {reference}")
        fate = self._draw_post(dice, reference)
        self.sent_at[reference_key(reference)] = self._now()
        self._fuse.reach("before a create leaves")
        if fate is PostFate.UNREACHABLE:
            await asyncio.sleep(dice.choice((0.05, 10)))
            self._log(f"{reference}: {fate}")
            raise dice.choice((httpx.ConnectError, httpx.ConnectTimeout))("no connection")
        await asyncio.sleep(dice.uniform(0.01, 3))
        self._fuse.reach("while a create is on its way")
        if fate is PostFate.TOKEN_REVOKED:
            self._log(f"{reference}: {fate}")
            self._tokens.clear()
        if not self._knows(request):
            self._log(f"{reference}: 401")
            return httpx.Response(401, json={"detail": "Could not validate credentials"})
        if (refusal := self._refusal(body)) is not None:
            self._log(f"{reference}: {refusal.status_code}")
            return refusal
        return await self._carry_out(fate, dice, body)

    def _draw_post(self, dice: random.Random, reference: str) -> PostFate:
        fate = draw_post(dice, self._conditions.weather)
        cut = self._habits.cuts is not None and len(reference) > self._habits.cuts
        return PostFate.FINE if cut else fate

    def _refusal(self, body: Mapping[str, Any]) -> httpx.Response | None:
        """Return the answer to what the server refuses for good."""
        self._server.advance(self._now())
        if body["counterparty_id"] == UNKNOWN_CUSTOMER:
            return httpx.Response(404, json={"detail": "Counterparty not found"})
        owner, reference = self._conditions.owner, body["reference_id"]
        if self._habits.unique and self._server.has(owner, reference):
            return httpx.Response(409, json={"detail": TAKEN})
        return None

    async def _carry_out(
        self, fate: PostFate, dice: random.Random, body: dict[str, Any]
    ) -> httpx.Response:
        reference = body["reference_id"]
        answer_s, commit_s = draw_times(fate, dice)
        order = None
        if commit_s is not None:
            at = self._now() + commit_s
            order = Order(at, self._conditions.owner, body, self._conditions.limits.origin)
            self._server.accept(order)
        when = f", carried out after {commit_s:.1f} s" if commit_s is not None else ""
        self._log(f"{reference}: {fate}{when}")
        self._fuse.reach("when a create has arrived")
        await asyncio.sleep(answer_s)
        self._server.advance(self._now())
        return self._answer(fate, dice, order)

    def _answer(self, fate: PostFate, dice: random.Random, order: Order | None) -> httpx.Response:
        if (answer := answer_badly(fate, dice)) is not None:
            return answer
        if order is None or order.invoice_id is None:  # somebody else took the reference meanwhile
            return httpx.Response(409, json={"detail": TAKEN})
        nameless = dice.random() < self._habits.nameless_answers
        return httpx.Response(200, json=self._server.show(order, nameless=nameless))

    async def _list(self, request: httpx.Request) -> httpx.Response:
        dice = self._dice("list")
        fate = draw_listing(dice, self._conditions.weather)
        self._fuse.reach("before a listing")
        await asyncio.sleep(dice.uniform(0.05, 2))
        if not self._knows(request):
            return httpx.Response(401)
        if not self._habits.lists:
            return httpx.Response(404)
        if fate is ListFate.DENIED:
            self._log(f"listing: {fate}")
            return httpx.Response(403)
        if fate is ListFate.FAILS:
            failure = fail_listing(dice)
            self._log(f"listing: {fate}, {failure.status_code}")
            return failure
        return httpx.Response(200, content=self._stream(fate, dice))

    async def _stream(self, fate: ListFate, dice: random.Random) -> AsyncIterator[bytes]:
        """Send the listing in pieces."""
        now = self._now()
        self._server.advance(now)
        everything = [o for o in self._server.invoices if o.owner == self._conditions.owner]
        listed = withhold(fate, dice, everything, now)
        hidden = [order for order in everything if order not in listed]
        witnesses = self._witnesses()
        if not self._conditions.limits.permit(hidden, witnesses):
            listed, hidden = everything, []
        nameless = [
            self._server.is_nameless(order) and not self._conditions.limits.is_strange(order)
            for order in listed
        ]
        shown = [
            self._server.show(order, nameless=name)
            for order, name in zip(listed, nameless, strict=True)
        ]
        text = json.dumps(shown).encode()
        middle = dice.randrange(len(text))
        yield text[:middle]
        self._fuse.reach("amid a listing")
        await asyncio.sleep(dice.uniform(0.05, 2))
        if fate is ListFate.BREAKS_OFF:
            self._log(f"listing: {fate}")
            if dice.random() < 0.5:
                raise httpx.ReadError("connection reset")
            return
        yield text[middle:]
        numbers = {order.number for order in listed}
        served = Served(
            at=self._now(),
            whole=not hidden and witnesses.keys() <= numbers,
            named=not any(nameless),
            witnessed=frozenset(witnesses.values()),
            keys=frozenset(reference_key(s["reference_id"]) for s in shown if s["reference_id"]),
        )
        self.served.append(served)
        self._log(f"listing: {fate}, {len(listed)} of {len(everything)} invoices")
