"""From invoices to outcomes: settle what is in doubt, plan, send, look up what was lost.

The certainty of the whole tool comes together here. Everything that waits can be stopped.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from importer.clock import Clock
from importer.ledger.port import Ledger
from importer.model import Create, Outcome, Status
from importer.plan import Knowledge, Plan, decide, plan
from importer.recognise import recognise
from importer.records import Account
from importer.renamed import named_numbers
from importer.submit.api import Poster
from importer.submit.engine import Engine, Listener, Sending
from importer.submit.inquiry import Inquiry
from importer.submit.lister import Lister
from importer.submit.pace import Pacer
from importer.table import Invoices

LOST_PROVABLY = "Sent, but provably nothing was created. Run this file again."


class Api(Poster, Lister, Protocol):
    """The API: creates and lists."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a campaign is told.

    Attributes:
        sending: What its engine works for.
        rate: Creates a second at most; None to find out what the API takes.
        lookup_delay_s: How long the API may go on working on a create, in seconds.
        check_server: List the API's invoices before the first create.
    """

    sending: Sending
    rate: float | None
    lookup_delay_s: float
    check_server: bool = True


class Campaign:
    """One run's dealings with the API. First `prepare`, then perhaps `send`."""

    def __init__(
        self,
        terms: Terms,
        *,
        api: Api,
        ledger: Ledger,
        clock: Clock,
        events: Listener,
        rng: random.Random,
    ) -> None:
        self._terms = terms
        self._api = api
        self._ledger = ledger
        self._clock = clock
        self._events = events
        self._rng = rng
        self._account: Account = terms.sending.account
        self._engine = Engine(
            terms.sending,
            api=api,
            ledger=ledger,
            clock=clock,
            pacer=Pacer(clock, terms.rate),
            listener=events,
            rng=rng,
        )
        self._inquiry = Inquiry(
            self._account,
            api=api,
            ledger=ledger,
            clock=clock,
            engine=self._engine,
            listener=events,
            rng=rng,
            delay_s=terms.lookup_delay_s,
        )
        self._resent: set[str] = set()

    @property
    def stopped(self) -> str | None:
        """Why nothing more is sent; None while that isn't so."""
        return self._engine.stopped

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of the rows that were sent; none for one in `unsettled`, sent once more."""
        unsettled = self.unsettled
        return tuple(o for row, o in self._engine.outcomes.items() if row not in unsettled)

    @property
    def unsettled(self) -> frozenset[int]:
        """The rows that were sent, and of which nothing more could be written down."""
        return frozenset(self._engine.unsettled | self._engine.lost.keys())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know."""
        return tuple(self._inquiry.warnings)

    def stop(self, reason: str) -> None:
        """Send nothing new, wait for nothing but what is in flight."""
        self._engine.stop(reason)

    async def prepare(self, invoices: Invoices) -> Plan:
        """Settle what earlier runs left in doubt, look at the API's invoices, and plan.

        Where that can't be done, `stopped` says why, and nothing may be sent.

        Args:
            invoices: The validated rows.
        """
        self._inquiry.numbers = named_numbers(invoices)
        planned = self._plan(invoices)
        doubts = self._ledger.in_doubt(self._account.id)
        if doubts:
            self._resent |= await self._inquiry.settle(doubts, wanted=planned.keys())
            planned = self._plan(invoices)
        if len(planned) and self._terms.check_server and self.stopped is None:
            await self._inquiry.survey(planned.keys())
            planned = self._plan(invoices)
        return planned

    async def look_again(self, invoices: Invoices, planned: Plan) -> Plan:
        """Plan afresh by what exists at the API by now: others may have created since.

        Args:
            invoices: The validated rows.
            planned: What was to be sent.
        """
        if self._terms.check_server:
            self._inquiry.forget()
            await self._inquiry.survey(planned.keys())
        return self._plan(invoices)

    async def send(self, planned: Plan) -> None:
        """Send a plan's creates, look up what was lost, send again what is proven absent, once.

        Raises:
            StoppedError: When the ledger can't be written.
        """
        await self._engine.send(planned)
        absent = await self._look_up(list(self._engine.lost.values()))
        again = [create for create in absent if create.key not in self._resent]
        given_up = len(absent) - len(again)
        if again and self.stopped is None:
            self._resent.update(create.key for create in again)
            await self._engine.send(again)
            given_up += len(await self._look_up(list(self._engine.lost.values())))
        await self._look_up_duplicates()
        if given_up:
            self.stop(
                "some rows were sent twice, and got neither an answer nor an invoice. Run this "
                "file again later"
            )

    def _plan(self, validated: Invoices) -> Plan:
        """Plan by all that is known by now, of references that are almost the rows' too."""
        known = self._know(validated.frame["key"].drop_nulls().to_list())
        return plan(recognise(validated, known, self._ledger, self._account), known)

    def _know(self, keys: Iterable[str]) -> Knowledge:
        """Return all that is known of some references by now."""
        return Knowledge(
            entries=self._ledger.entries(self._account.id, keys),
            listed=self._inquiry.listed,
            found=self._inquiry.found,
            why=self._inquiry.why,
            options=self._account.options + self._ledger.option,
            near=self._inquiry.near,
            named=self._inquiry.named,
        )

    async def _look_up(self, lost: Sequence[Create]) -> list[Create]:
        """Settle the doubts about rows of this run; return those that are proven absent."""
        if not lost:
            return []
        keys = [create.key for create in lost]
        if self.stopped is None:
            await self._inquiry.settle(list(self._know(keys).entries.values()), wanted=())
        known, absent = self._know(keys), []
        for create in lost:
            outcome = decide(create, known)
            if outcome is None:
                absent.append(create)
                outcome = Outcome(create.row, Status.NOT_SENT, message=LOST_PROVABLY)
            self._engine.conclude(outcome)
        return absent

    async def _look_up_duplicates(self) -> None:
        """Look up rows of which the API says that they exist already: they may be ours."""
        creates = self._engine.duplicates
        if not creates or self.stopped is not None:
            return
        if not await self._inquiry.list([create.key for create in creates]):
            return
        known = self._know(create.key for create in creates)
        for create in creates:
            if (outcome := decide(create, known)) is not None:
                self._engine.conclude(outcome)
