"""Settling by hand: what the API confirms, what it contradicts, what it can't say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

import deeds
from importer.errors import StoppedError, UsageError
from importer.ledger.memory import MemoryLedger
from importer.model import Create
from importer.records import Account, Claim, EntryState, RunStart, Verdict
from importer.replies import ApiInvoice
from importer.resolve import resolve_absent, resolve_created
from importer.submit.lister import Listed, ListingFailed, ListingReply, Unlisted
from importer.submit.retriever import Missing, NotRetrieved, Retrieved, parse_retrieved
from virtual_time import VirtualClock, run_virtually

AT = dt.datetime(2027, 1, 4, tzinfo=dt.UTC)
CREATE = Create(2, "Ref-1", "ref-1", '{"counterparty_id":5,"currency":"USD"}')
INVOICE = ApiInvoice(
    id=9,
    number="INV-9",
    reference="ref-1",
    counterparty_id=5,
    currency="USD",
    status="IDLE",
    note=None,
    fee_bearer=None,
    as_payment_link=None,
    due_date=None,
    owner_id=1,
)


@dataclass
class Desk:
    """A ledger with one reference in doubt, and an API that says what it is told to."""

    retrieved: Retrieved = field(default_factory=Missing)
    listed: Sequence[ApiInvoice] = ()
    reply: ListingReply = field(default_factory=Listed)

    def __post_init__(self) -> None:
        self.ledger = MemoryLedger()
        self.account: Account = self.ledger.account("https://api.example", "default")
        self.ledger.start_run(RunStart("run", self.account.id, AT, "f", "", "u", "h", "{}", b""))
        deeds.claim(self.ledger, Claim(self.account.id, "run", CREATE, "key", AT))

    async def retrieve(self, number: str) -> Retrieved:
        return self.retrieved

    async def list_invoices(self, visit: Callable[[ApiInvoice], None]) -> ListingReply:
        for invoice in self.listed:
            visit(invoice)
        return self.reply

    def say_created(self, number: str = "INV-9") -> str:
        return run_virtually(
            resolve_created(
                "REF-1",
                number,
                account=self.account,
                ledger=self.ledger,
                api=self,
                clock=VirtualClock(),
                by="ada@desk",
            )
        )

    def say_absent(self, *references: str) -> str:
        return run_virtually(
            resolve_absent(
                references or ("Ref-1",),
                account=self.account,
                ledger=self.ledger,
                api=self,
                clock=VirtualClock(),
                by="ada@desk",
            )
        )

    @property
    def state(self) -> EntryState:
        return self.ledger.entries(self.account.id, ["ref-1"])["ref-1"].state


def test_a_number_that_the_api_confirms_settles_the_doubt() -> None:
    """The invoice is kept with its id, who said so and when."""
    desk = Desk(retrieved=INVOICE)
    assert "checked at the API" in desk.say_created()
    [attempt] = desk.ledger.entries(desk.account.id, ["ref-1"])["ref-1"].attempts
    assert attempt.invoice == INVOICE.ref
    assert attempt.resolution is not None
    assert (attempt.resolution.verdict, attempt.resolution.by) == (Verdict.FOUND, "ada@desk")


@pytest.mark.parametrize(
    "retrieved",
    [
        Missing(),
        replace(INVOICE, reference="Ref-2"),
        replace(INVOICE, counterparty_id=6),
        replace(INVOICE, currency="LRD"),
    ],
    ids=["no such invoice", "another reference", "another counterparty", "another currency"],
)
def test_a_number_that_is_not_the_invoice_s_changes_nothing(retrieved: Retrieved) -> None:
    """An invoice that can't be what was sent is refused, and the doubt stays."""
    desk = Desk(retrieved=retrieved)
    with pytest.raises(UsageError, match="Nothing was changed"):
        desk.say_created()
    assert desk.state is EntryState.IN_DOUBT


def test_a_number_is_believed_where_the_api_offers_no_look_up() -> None:
    """Somebody who looked knows better than a ledger that can't."""
    desk = Desk(retrieved=NotRetrieved("not offered", offered=False))
    assert "not checked" in desk.say_created()
    assert desk.state is EntryState.CREATED


def test_an_api_that_is_down_settles_nothing() -> None:
    """Where the API offers the look-up but doesn't answer, nothing is believed."""
    desk = Desk(retrieved=NotRetrieved("the API answered 500"))
    with pytest.raises(StoppedError, match="500"):
        desk.say_created()
    assert desk.state is EntryState.IN_DOUBT


def test_what_is_listed_was_created() -> None:
    """`--not-created` is refused where the listing shows an invoice, which is named."""
    desk = Desk(listed=[INVOICE])
    with pytest.raises(UsageError, match="INV-9"):
        desk.say_absent()
    assert desk.state is EntryState.IN_DOUBT


@pytest.mark.parametrize("reply", [Listed(), Unlisted("no")], ids=["not listed", "no listing"])
def test_what_is_not_listed_may_be_called_absent(reply: ListingReply) -> None:
    """Then it may be sent again."""
    desk = Desk(reply=reply, listed=[replace(INVOICE, reference="Ref-2")])
    assert "sends them again" in desk.say_absent()
    assert desk.state is EntryState.FREE


def test_a_listing_that_fails_settles_nothing() -> None:
    """No listing, no word against it: nothing is changed."""
    desk = Desk(reply=ListingFailed("the API answered 500"))
    with pytest.raises(StoppedError, match="500"):
        desk.say_absent()
    assert desk.state is EntryState.IN_DOUBT


def test_one_reference_in_no_doubt_keeps_all_from_being_settled() -> None:
    """All or nothing: a mistyped second reference leaves the first in doubt."""
    desk = Desk()
    with pytest.raises(UsageError, match="knows nothing"):
        desk.say_absent("Ref-1", "Ref-7")
    assert desk.state is EntryState.IN_DOUBT


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"id": 9, "invoice_number": "INV-9"}', ApiInvoice),
        (404, b'{"detail": "Invoice not found"}', Missing),
        (404, b"Not Found", False),
        (405, b"", False),
        (501, b"", False),
        (200, b"[]", True),
        (401, b'{"detail": "no"}', True),
        (500, b"", True),
    ],
)
def test_what_the_answer_to_a_number_means(status: int, body: bytes, expected: object) -> None:
    """There, not there, not offered (False), or not answered (True)."""
    got = parse_retrieved(status, body)
    if isinstance(got, NotRetrieved):
        assert got.offered is expected
    else:
        assert type(got) is expected
