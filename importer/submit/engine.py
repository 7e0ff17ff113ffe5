"""The sending itself: claim, POST, settle; as fast as the pacer lets, until done or stopped."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from importer.clock import SECOND_NS, Clock
from importer.ledger.port import Ledger
from importer.model import (
    Account,
    Claim,
    Create,
    Created,
    Halt,
    Lost,
    NotSent,
    Outcome,
    Refused,
    Reply,
    ReplyKind,
    Settlement,
    Status,
    Step,
    Throttled,
)
from importer.submit.api import Poster
from importer.submit.pace import Pacer
from importer.submit.policy import backoff_ns, idempotency_key

PATIENCE = 3
"""How many lost answers in a row it takes to slow down; one alone says nothing about the next."""

KINDS: Mapping[type[Reply], ReplyKind] = {
    Created: ReplyKind.CREATED,
    Refused: ReplyKind.REFUSED,
    Throttled: ReplyKind.THROTTLED,
    NotSent: ReplyKind.NOT_SENT,
    Lost: ReplyKind.LOST,
    Halt: ReplyKind.HALT,
}


class Listener(Protocol):
    """Who is told how the sending goes."""

    def on_outcome(self, outcome: Outcome) -> None:
        """A row is done."""
        ...

    def on_wait(self, reason: str, seconds: float) -> None:
        """Nothing is sent for a while."""
        ...


@dataclass(frozen=True, slots=True)
class Sending:
    """What an engine works for and with.

    Attributes:
        account: Whose invoices they are.
        run_id: The run that sends.
        concurrency: Creates in flight at most.
        give_up_after_s: How long nothing but failures may come, in seconds.
        headers: The user's own header of every field, for what the API says about one.
    """

    account: Account
    run_id: str
    concurrency: int
    give_up_after_s: float
    headers: Mapping[str, str] = field(default_factory=dict)


class Engine:
    """Sends the creates of one plan.

    Every POST is an attempt of its own, written to the ledger before it leaves and settled when
    its answer is known. A row is tried again only where the last attempt provably created nothing.
    """

    def __init__(
        self,
        sending: Sending,
        *,
        api: Poster,
        ledger: Ledger,
        clock: Clock,
        pacer: Pacer,
        listener: Listener,
        rng: random.Random,
    ) -> None:
        self._sending = sending
        self._api = api
        self._ledger = ledger
        self._clock = clock
        self._pacer = pacer
        self._listener = listener
        self._rng = rng
        self._owner = sending.account.owner_id
        self._again: deque[Create] = deque()
        self._flying: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._failing_since: int | None = None
        self._paused_at = 0
        self._stopping = asyncio.Event()
        self.stopped: str | None = None
        self.outcomes: list[Outcome] = []
        self.unsettled: set[int] = set()

    def stop(self, reason: str) -> None:
        """Send nothing new; what is in flight is awaited. The first reason is kept."""
        if self.stopped is None:
            self.stopped = reason
        self._stopping.set()

    async def send(self, creates: Iterable[Create]) -> None:
        """Send invoices until all have an outcome, or until stopped.

        Outcomes are in `outcomes`, in the order in which they became known. A row that has none
        was not sent, for the reason in `stopped`; but for the rows in `unsettled`: those left, and
        their answers could not be written down.

        Raises:
            StoppedError: When the ledger can't be written. Nothing is sent after that.
        """
        dispatcher = asyncio.create_task(self._dispatch(iter(creates)))
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((dispatcher, stopping), return_when=asyncio.FIRST_COMPLETED)
        dispatcher.cancel()
        stopping.cancel()
        landed = await asyncio.gather(dispatcher, stopping, *self._flying, return_exceptions=True)
        for error in landed:
            if isinstance(error, Exception):
                raise error

    async def _dispatch(self, creates: Iterator[Create]) -> None:
        """Let one create leave after the other; being cancelled leaves what flies in flight."""
        while not self._stopping.is_set():
            create = self._again.popleft() if self._again else next(creates, None)
            if create is None and not self._flying:
                return
            if create is None or len(self._flying) >= self._sending.concurrency:
                await self._land()
            if create is not None:
                await self._pacer.turn()
                if not self._stopping.is_set():
                    self._flying.add(asyncio.create_task(self._send_one(create)))

    async def _land(self) -> None:
        """Wait for one create at least to land; raise what it raised."""
        landed, _ = await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
        self._flying -= landed
        for task in landed:
            task.result()

    async def _send_one(self, create: Create) -> None:
        started = self._clock.monotonic_ns()
        key = idempotency_key(self._sending.account, create, Step.CREATE)
        claim = Claim(
            self._sending.account.id, self._sending.run_id, create, key, self._clock.now()
        )
        attempt = self._ledger.claim(claim)
        self.unsettled.add(create.row)
        reply = self._check_owner(await self._api.create(create, key))
        self._ledger.settle(attempt, self._settlement(reply))
        self.unsettled.discard(create.row)
        self._note_health(reply, started)
        self._conclude(create, reply)

    def _check_owner(self, reply: Reply) -> Reply:
        """Pin the owner that the API names first; an invoice of any other owner is not ours."""
        if not isinstance(reply, Created) or reply.invoice.owner_id is None:
            return reply
        owner = reply.invoice.owner_id
        if self._owner is None:
            self._owner = self._ledger.pin_owner(self._sending.account.id, owner)
        if owner == self._owner:
            return reply
        self.stop(
            f"the API answers for owner {owner}, but this account's invoices belong to owner "
            f"{self._owner}. Check the token, or name another --account"
        )
        return Lost(f"created as {reply.invoice.number} for another owner, {owner}")

    def _settlement(self, reply: Reply) -> Settlement:
        kind, at = KINDS[type(reply)], self._clock.now()
        match reply:
            case Created(invoice=invoice, warnings=warnings):
                return Settlement(kind, at, 200, " ".join(warnings) or None, invoice.ref)
            case Refused(http_status=status, errors=errors):
                return Settlement(kind, at, status, "; ".join(e.message for e in errors))
            case Throttled():
                return Settlement(kind, at, 429)
            case NotSent(reason=reason):
                return Settlement(kind, at, None, reason)
            case Lost(reason=reason, http_status=status) | Halt(reason=reason, http_status=status):
                return Settlement(kind, at, status, reason)

    def _conclude(self, create: Create, reply: Reply) -> None:
        match reply:
            case Created(invoice=invoice, warnings=warnings):
                message = " ".join(warnings)
                self._finish(Outcome(create.row, Status.CREATED, invoice.ref, message))
            case Refused():
                self._finish(Outcome(create.row, Status.REJECTED, message=self._say(reply)))
            case Lost(reason=reason):
                message = (
                    f"Sent, but whether an invoice was created is unknown ({reason}). It is not "
                    "sent again, so that it can't become two invoices."
                )
                self._finish(Outcome(create.row, Status.IN_DOUBT, message=message))
            case Halt(reason=reason):
                self.stop(reason)
            case Throttled() | NotSent():
                self._again.append(create)

    def _finish(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._listener.on_outcome(outcome)

    def _say(self, refused: Refused) -> str:
        said = " | ".join(
            f"{self._sending.headers.get(e.field, e.field)}: {e.message}" if e.field else e.message
            for e in refused.errors
        )
        return f"The API refused this row ({refused.http_status}): {said}"

    def _note_health(self, reply: Reply, started: int) -> None:
        """Slow everybody down when the API can't keep up, give up when it doesn't come back."""
        now = self._clock.monotonic_ns()
        if isinstance(reply, Created | Refused | Halt):
            self._failures, self._failing_since = 0, None
            return
        self._failing_since = started if self._failing_since is None else self._failing_since
        if now - self._failing_since > self._sending.give_up_after_s * SECOND_NS:
            self.stop(
                f"nothing but failures for {self._sending.give_up_after_s:g} s: {_why(reply)}"
            )
            return
        if started < self._paused_at:
            return
        self._failures += 1
        asked = reply.retry_after_s if isinstance(reply, Throttled | Lost) else None
        if isinstance(reply, Lost) and self._failures < PATIENCE and asked is None:
            return
        self._pause(backoff_ns(self._failures, self._rng), asked, _why(reply))

    def _pause(self, backoff: int, asked_s: float | None, why: str) -> None:
        duration = backoff if asked_s is None else round(asked_s * SECOND_NS)
        self._paused_at = self._clock.monotonic_ns()
        self._pacer.pause(duration)
        self._listener.on_wait(why, duration / SECOND_NS)


def _why(reply: Reply) -> str:
    match reply:
        case Throttled():
            return "rate limited by the API"
        case NotSent(reason=reason) | Lost(reason=reason):
            return reason
        case _:
            return ""
