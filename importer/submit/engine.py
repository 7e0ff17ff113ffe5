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
from importer.model import Create, Outcome, Status
from importer.records import Account, Claim, ReplyKind, Settled, Settlement, Step
from importer.replies import Created, Expired, Halt, Lost, NotSent, Refused, Reply, Throttled
from importer.submit.api import Poster
from importer.submit.group import GroupCommit
from importer.submit.health import Health, Refusals, say, say_setback
from importer.submit.pace import Pacer
from importer.submit.policy import idempotency_key, says_it_exists

KINDS: Mapping[type[Reply], ReplyKind] = {
    Created: ReplyKind.CREATED,
    Refused: ReplyKind.REFUSED,
    Throttled: ReplyKind.THROTTLED,
    NotSent: ReplyKind.NOT_SENT,
    Lost: ReplyKind.LOST,
    Halt: ReplyKind.HALT,
    Expired: ReplyKind.HALT,
}


class Listener(Protocol):
    """Who is told how the sending goes, and asked whether it may go on."""

    def on_outcome(self, outcome: Outcome) -> None:
        """A row is done."""
        ...

    def on_wait(self, reason: str, seconds: float) -> None:
        """Nothing is sent for some seconds from now.

        Args:
            reason: Why, such as `rate limited by the API`; or `before …` and what comes then.
            seconds: How long, if nothing else happens.
        """
        ...

    def on_phase(self, what: str) -> None:
        """Something else than sending goes on, which may take long: `Reading a.csv`."""
        ...

    def on_setback(self, row: int, reason: str) -> None:
        """An attempt created nothing for certain; the row is tried again or looked up later."""
        ...

    def on_refusals(self, reason: str) -> bool:
        """Row after row was refused for one reason; return whether to go on. May block."""
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
    """Sends creates, one attempt each at a time.

    Every POST is an attempt of its own, written to the ledger before it leaves and settled when
    its answer is known. A row is tried again only where the last attempt provably created nothing.

    Attributes:
        outcomes: What became of rows, by row. A row that was sent and has no outcome yet is in
            `lost`, or in `unsettled`; any other without one was not sent, for the reason in
            `stopped`.
        lost: The creates whose answers were lost, by row, until they have an outcome.
        duplicates: The creates of which the API says that they exist already.
        unsettled: The rows that left, and whose answers could not be written down.
        stopping: Set once nothing new may be sent.
        stopped: Why that is so.
        owner: The owner that the account's invoices belong to, once it is known.
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
        self._commits = GroupCommit(ledger)
        self._clock = clock
        self._pacer = pacer
        self._listener = listener
        self._health = Health(sending.give_up_after_s, rng)
        self._refusals = Refusals()
        self._again: deque[Create] = deque()
        self._flying: set[asyncio.Task[None]] = set()
        self._landed: list[asyncio.Task[None]] = []
        self._landing = asyncio.Event()
        self._expired: set[int] = set()
        self.outcomes: dict[int, Outcome] = {}
        self.lost: dict[int, Create] = {}
        self.duplicates: list[Create] = []
        self.unsettled: set[int] = set()
        self.stopping = asyncio.Event()
        self.stopped: str | None = None
        self.owner = sending.account.owner_id

    def stop(self, reason: str) -> None:
        """Send nothing new; what is in flight is awaited. The first reason is kept."""
        if self.stopped is None:
            self.stopped = reason
        self.stopping.set()

    async def send(self, creates: Iterable[Create]) -> None:
        """Send invoices until none is left, or until stopped.

        Raises:
            StoppedError: When the ledger can't be written. Nothing is sent after that.
        """
        dispatcher = asyncio.create_task(self._dispatch(iter(creates)))
        stopping = asyncio.create_task(self.stopping.wait())
        await asyncio.wait((dispatcher, stopping), return_when=asyncio.FIRST_COMPLETED)
        dispatcher.cancel()
        stopping.cancel()
        under_way = (dispatcher, stopping, *self._flying, *self._landed)
        ended = await asyncio.gather(*under_way, return_exceptions=True)
        self._landed.clear()
        for error in ended:
            if isinstance(error, Exception):
                raise error

    def conclude(self, outcome: Outcome) -> None:
        """Give a row its outcome, or a better one, and tell the listener."""
        self.outcomes[outcome.row] = outcome
        self.lost.pop(outcome.row, None)
        self._listener.on_outcome(outcome)

    def pin(self, owner: int) -> int:
        """Pin the account's owner unless one is pinned; return the owner that is."""
        if self.owner is None:
            self.owner = self._ledger.pin_owner(self._sending.account.id, owner)
        return self.owner

    async def _dispatch(self, creates: Iterator[Create]) -> None:
        """Let one create leave after the other; being cancelled leaves what flies in flight."""
        while not self.stopping.is_set():
            create = self._again.popleft() if self._again else next(creates, None)
            if create is None and not self._flying:
                return
            if create is None or len(self._flying) >= self._sending.concurrency:
                await self._land()
            more = create is not None or self._again
            if more and (reason := self._refusals.suspicious()) is not None:
                await self._ask_to_go_on(reason)
            if create is not None:
                await self._pacer.turn()
                self._raise_failure()
                if not self.stopping.is_set():
                    self._launch(create)

    def _launch(self, create: Create) -> None:
        task = asyncio.create_task(self._send_one(create))
        self._flying.add(task)
        task.add_done_callback(self._note_landing)

    def _note_landing(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._landed.append(task)
        self._landing.set()

    async def _land(self) -> None:
        """Wait for one create at least to land; raise what it raised."""
        self._landing.clear()
        await self._landing.wait()
        self._raise_failure()

    def _raise_failure(self) -> None:
        landed, self._landed = self._landed, []
        for task in landed:
            task.result()

    async def _ask_to_go_on(self, reason: str) -> None:
        """Ask while nothing is in flight: asking may take as long as a person does."""
        while self._flying:
            await self._land()
        if not self._listener.on_refusals(reason):
            self.stop(
                f"the API refused row after row for one reason ({reason}). Correct what it names; "
                "or say --keep-going to send the others all the same"
            )

    async def _send_one(self, create: Create) -> None:
        started = self._clock.monotonic_ns()
        key = idempotency_key(self._sending.account, create, Step.CREATE)
        claim = Claim(
            self._sending.account.id, self._sending.run_id, create, key, self._clock.now()
        )
        attempt = await self._commits.write(claim)
        self.unsettled.add(create.row)
        answer = await self._api.create(create, key)
        reply = self._check(answer.reply)
        await self._commits.write(Settled(attempt, self._settlement(reply)))
        self.unsettled.discard(create.row)
        if (setback := say_setback(reply)) is not None:
            self._listener.on_setback(create.row, setback)
        self._adapt(reply, answer.wait_s, started)
        self._follow(create, reply)

    def _check(self, reply: Reply) -> Reply:
        """Pin the owner that the API names first; an invoice of any other owner is not ours.

        An answer without our reference is believed, but from then on no listing is: an API that
        withholds or changes references can't show that one is absent.
        """
        unnamed = isinstance(reply, Created) and reply.invoice.reference is None
        if unnamed or (isinstance(reply, Lost) and reply.misnamed):
            self._ledger.distrust_absence(self._sending.account.id)
        if not isinstance(reply, Created):
            return reply
        invoice = reply.invoice
        if invoice.owner_id is None or self.pin(invoice.owner_id) == invoice.owner_id:
            return reply
        self.stop(
            f"the API answers for owner {invoice.owner_id}, but this account's invoices belong to "
            f"owner {self.owner}. Check the token, or name another --account"
        )
        return Lost(f"created as {invoice.number} for another owner, {invoice.owner_id}")

    def _settlement(self, reply: Reply) -> Settlement:
        kind, at = KINDS[type(reply)], self._clock.now()
        match reply:
            case Created(invoice=invoice, warnings=warnings):
                return Settlement(kind, at, 200, " ".join(warnings) or None, invoice.ref)
            case Refused(http_status=status, errors=errors):
                return Settlement(kind, at, status, "; ".join(e.message for e in errors))
            case Throttled():
                return Settlement(kind, at, 429)
            case Expired():
                return Settlement(kind, at, 401, "the token had expired")
            case NotSent(reason=reason):
                return Settlement(kind, at, None, reason)
            case Lost(reason=reason, http_status=status) | Halt(reason=reason, http_status=status):
                return Settlement(kind, at, status, reason)

    def _adapt(self, reply: Reply, wait_s: float | None, started: int) -> None:
        """Slow everybody down when the API can't keep up, give up when it doesn't come back."""
        now = self._clock.monotonic_ns()
        if (reason := self._health.give_up(reply, started, now)) is not None:
            self.stop(reason)
        if isinstance(reply, Throttled):
            self._pacer.slow_down(started)
        elif isinstance(reply, Created | Refused):
            self._pacer.speed_up()
        pause = self._health.pause_ns(reply, wait_s, started, now)
        if pause:
            self._pacer.pause(pause)
            self._listener.on_wait(say(reply), pause / SECOND_NS)

    def _follow(self, create: Create, reply: Reply) -> None:
        self._refusals.add(reply)
        match reply:
            case Created(invoice=invoice, warnings=warnings):
                message = " ".join(warnings)
                self.conclude(Outcome(create.row, Status.CREATED, invoice.ref, message))
            case Refused():
                if says_it_exists(reply):
                    self.duplicates.append(create)
                self.conclude(Outcome(create.row, Status.REJECTED, message=self._say(reply)))
            case Lost():
                self.lost[create.row] = create
            case Halt(reason=reason):
                self.stop(reason)
            case Expired() if create.row in self._expired:
                self.stop(
                    "the API refuses a token that it gave just now (401). Ask the API's provider"
                )
            case Expired():
                self._expired.add(create.row)
                self._again.append(create)
            case Throttled() | NotSent():
                self._again.append(create)

    def _say(self, refused: Refused) -> str:
        said = " | ".join(
            f"{self._sending.headers.get(e.field, e.field)}: {e.message}" if e.field else e.message
            for e in refused.errors
        )
        return f"The API refused this row ({refused.http_status}): {said}"
