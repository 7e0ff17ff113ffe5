"""An API in virtual time that keeps what it creates and lists it, as a test tells it to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from builders import make_create, row, validate_rows

import deeds
from importer.clock import SECOND_NS
from importer.ledger.memory import MemoryLedger
from importer.model import Create, Outcome
from importer.records import Account, Claim, Entry, ReplyKind, RunStart, Settlement
from importer.replies import Answer, ApiInvoice, Created, Reply
from importer.submit.lister import Listed, ListingReply
from importer.table import Invoices
from virtual_time import START, VirtualClock

OWNER = 7
LATENCY_NS = SECOND_NS // 10


def create_for(reference: str, **cells: str | None) -> Create:
    """Return the create of a row with this reference."""
    return make_create(reference_id=reference, **cells)


def rows_for(*references: str, **cells: str | None) -> Invoices:
    """Return validated rows with these references, from row 2 on."""
    return validate_rows(*(row(reference_id=reference, **cells) for reference in references))


def invoice_for(create: Create, number: int = 900, **changes: Any) -> ApiInvoice:  # noqa: ANN401 as replace() takes them
    """Return the invoice that the API has for a create, some of its fields changed."""
    body = json.loads(create.body)
    invoice = ApiInvoice(
        id=number,
        number=f"INV-{number}",
        reference=create.reference,
        counterparty_id=body["counterparty_id"],
        currency=body["currency"],
        status="IDLE",
        note=body["note"],
        fee_bearer=body["fee_bearer"],
        as_payment_link=body["as_payment_link"],
        due_date=body.get("due_date"),
        owner_id=OWNER,
    )
    return replace(invoice, **changes)


Carried = Callable[[Create, "Server"], Reply]


def carry_out(create: Create, server: Server) -> Reply:
    """Create the invoice, list it from now on, answer with it."""
    return Created(server.keep(create))


@dataclass
class Server:
    """Answers each reference with its script, then by carrying it out; remembers what came when.

    Attributes:
        clock: The time.
        scripts: What is answered to the creates of a reference, one after the other.
        invoices: What exists.
        listings: What is answered to one listing after the other, instead of what exists: other
            invoices, or how it fails.
        sent: The references that came, each with the second at which it did.
        listed_at: The seconds at which a listing was asked for.
    """

    clock: VirtualClock
    scripts: dict[str, list[Reply | Carried]] = field(default_factory=dict)
    invoices: list[ApiInvoice] = field(default_factory=list)
    listings: list[ListingReply | Sequence[ApiInvoice]] = field(default_factory=list)
    sent: list[tuple[str, float]] = field(default_factory=list)
    listed_at: list[float] = field(default_factory=list)

    @property
    def references(self) -> list[str]:
        return [reference for reference, _ in self.sent]

    def keep(self, create: Create, **changes: Any) -> ApiInvoice:  # noqa: ANN401 as replace() takes them
        """Have an invoice for a create from now on."""
        self.invoices.append(invoice_for(create, 1000 + len(self.invoices), **changes))
        return self.invoices[-1]

    async def create(self, create: Create, key: str) -> Answer:
        self.sent.append((create.reference, self.seconds()))
        await self.clock.sleep_ns(LATENCY_NS)
        script = self.scripts.get(create.reference, [])
        reply = script.pop(0) if script else carry_out
        return Answer(reply(create, self) if callable(reply) else reply)

    async def list_invoices(self, visit: Callable[[ApiInvoice], None]) -> ListingReply:
        self.listed_at.append(self.seconds())
        answer = self.listings.pop(0) if self.listings else tuple(self.invoices)
        if not isinstance(answer, Sequence):
            return answer
        for invoice in answer:
            visit(invoice)
        return Listed()

    def seconds(self) -> float:
        return self.clock.monotonic_ns() / SECOND_NS


@dataclass
class Heard:
    """A listener that remembers."""

    outcomes: list[Outcome] = field(default_factory=list)
    waits: list[tuple[str, float]] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    setbacks: list[tuple[int, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def on_outcome(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def on_wait(self, reason: str, seconds: float) -> None:
        self.waits.append((reason, seconds))

    def on_phase(self, what: str) -> None:
        self.phases.append(what)

    def on_setback(self, row: int, reason: str) -> None:
        self.setbacks.append((row, reason))

    def on_refusals(self, reason: str) -> bool:
        self.refusals.append(reason)
        return True


class History:
    """A ledger with what earlier runs did."""

    def __init__(self, *, owner: int | None = OWNER) -> None:
        self.ledger = MemoryLedger()
        first = self.ledger.account("https://api.example", "default")
        self.ledger.start_run(RunStart("old", first.id, START, "f", "", "u", "h", "{}", b""))
        if owner is not None:
            self.ledger.pin_owner(first.id, owner)

    @property
    def account(self) -> Account:
        return self.ledger.account("https://api.example", "default")

    def sent(self, create: Create, settlement: Settlement | None, *, ago_s: float = 3600) -> None:
        """Note an attempt of an earlier run; without a settlement, its run died."""
        at = START.fromtimestamp(START.timestamp() - ago_s, START.tzinfo)
        attempt = deeds.claim(self.ledger, Claim(self.account.id, "old", create, "k" * 64, at))
        if settlement is not None:
            deeds.settle(self.ledger, attempt, replace(settlement, at=at))

    def lost(self, create: Create, *, ago_s: float = 3600) -> None:
        """Note an attempt whose answer was lost."""
        self.sent(create, Settlement(ReplyKind.LOST, START, detail="the API hung up"), ago_s=ago_s)

    def created(self, create: Create, invoice: ApiInvoice) -> ApiInvoice:
        """Note an invoice that is known to exist."""
        self.sent(create, Settlement(ReplyKind.CREATED, START, 200, invoice=invoice.ref))
        return invoice

    def witness(self, server: Server, currency: str = "USD", name: str = "W") -> ApiInvoice:
        """Have an invoice that both the ledger and the API know."""
        create = create_for(f"{name}-{currency}", currency=currency)
        return self.created(create, server.keep(create))

    def entry(self, reference: str) -> Entry:
        """Return what the ledger knows of a reference."""
        return self.entries([reference])[0]

    def entries(self, references: Iterable[str]) -> list[Entry]:
        """Return what the ledger knows of some references."""
        keys = [reference.lower() for reference in references]
        return list(self.ledger.entries(self.account.id, keys).values())
