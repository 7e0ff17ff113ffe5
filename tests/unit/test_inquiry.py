"""Settling doubts by listings: when one may be read, and what may be believed of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from server import Heard, History, Server, create_for, invoice_for

from importer.clock import SECOND_NS
from importer.records import EntryState, Verdict
from importer.replies import ApiInvoice
from importer.submit.engine import Engine, Sending
from importer.submit.inquiry import LISTINGS, Inquiry
from importer.submit.lister import TRIES, ListingDenied, ListingFailed, Unlisted
from importer.submit.pace import Pacer
from virtual_time import VirtualClock, run_virtually

DELAY_S = 60.0
RENT = create_for("Rent-1")


@dataclass
class Case:
    """An inquiry with all that it needs, and what it left behind."""

    history: History
    server: Server
    inquiry: Inquiry
    engine: Engine
    heard: Heard
    absent: frozenset[str] = frozenset()
    ended_at: float = 0

    def state(self, reference: str = "Rent-1") -> EntryState:
        return self.history.entry(reference).state


def settle(
    history: History,
    prepare: Callable[[Server], object] = lambda _: None,
    *,
    doubts: Sequence[str] = ("Rent-1",),
    wanted: Sequence[str] = (),
    delay_s: float = DELAY_S,
    shift: dt.timedelta = dt.timedelta(),
    stop_at_s: float | None = None,
) -> Case:
    """Settle doubts in virtual time.

    Args:
        history: What the ledger knows.
        prepare: Sets the API up.
        doubts: The references in doubt.
        wanted: Other keys to look for.
        delay_s: The look-up delay.
        shift: By how much the wall clock jumped since the ledger was written.
        stop_at_s: When the run is stopped.
    """

    async def main() -> Case:
        clock = VirtualClock()
        clock.start += shift
        server, heard = Server(clock), Heard()
        prepare(server)
        engine = Engine(
            Sending(history.account, "old", 4, 300),
            api=server,
            ledger=history.ledger,
            clock=clock,
            pacer=Pacer(clock, 10),
            listener=heard,
            rng=random.Random(1),
        )
        inquiry = Inquiry(
            history.account,
            api=server,
            ledger=history.ledger,
            clock=clock,
            engine=engine,
            listener=heard,
            rng=random.Random(1),
            delay_s=delay_s,
        )
        case = Case(history, server, inquiry, engine, heard)
        if stop_at_s is not None:
            stopper = clock.sleep_ns(round(stop_at_s * SECOND_NS))
            task = asyncio.create_task(stopper)
            task.add_done_callback(lambda _: engine.stop("interrupted"))
        case.absent = frozenset(await inquiry.settle(history.entries(doubts), wanted))
        case.ended_at = server.seconds()
        return case

    return run_virtually(main())


def witnessed(*listings: object, invoices: Sequence[ApiInvoice] = ()) -> Callable[[Server], None]:
    """Return what sets an API up that lists these, one after the other."""

    def prepare(server: Server) -> None:
        server.invoices.extend(invoices)
        server.listings.extend(listings)  # type: ignore[arg-type] # what a test says

    return prepare


def known(history: History, currency: str = "USD", number: int = 500) -> ApiInvoice:
    """Have an invoice that the ledger knows; return it as the API lists it."""
    create = create_for(f"W-{number}", currency=currency)
    return history.created(create, invoice_for(create, number))


@pytest.mark.parametrize(
    ("ago_s", "listed_at"), [(0, 60), (1, 59), (59.5, 0.5), (60, 0), (86400, 0)]
)
def test_no_listing_is_read_before_the_delay_is_over(ago_s: float, listed_at: float) -> None:
    """The server gets the delay since the last send, whichever process sent it, and no more."""
    history = History()
    history.lost(RENT, ago_s=ago_s)
    case = settle(history, witnessed(invoices=[invoice_for(RENT)]))
    assert case.server.listed_at == [listed_at]
    assert [round(seconds, 6) for _, seconds in case.heard.waits] == [listed_at] * (listed_at > 0)


def test_the_delay_counts_from_the_last_of_all_sends() -> None:
    """One listing serves all doubts, the youngest too."""
    history = History()
    for number, ago in enumerate((500, 10, 300)):
        history.lost(create_for(f"R-{number}"), ago_s=ago)
    case = settle(history, doubts=["R-0", "R-1", "R-2"])
    assert case.server.listed_at[0] == 50
    assert case.heard.waits[0] == ("before 3 in-doubt rows are looked up", 50)
    assert case.heard.phases[0] == "Listing what exists at the API"


def test_a_claim_without_an_answer_counts_from_when_it_was_made() -> None:
    """A run that died left nothing but the claim."""
    history = History()
    history.sent(RENT, None, ago_s=20)
    case = settle(history, witnessed(invoices=[invoice_for(RENT)]))
    assert case.server.listed_at == [40]
    assert case.state() is EntryState.CREATED


@pytest.mark.parametrize("back_s", [5, 3600, 86400 * 400])
def test_a_clock_that_ran_backwards_counts_from_now(back_s: float) -> None:
    """A send in the future tells nothing: the whole delay is waited, and not more."""
    history = History()
    history.lost(RENT, ago_s=0)
    case = settle(
        history, witnessed(invoices=[invoice_for(RENT)]), shift=dt.timedelta(seconds=-back_s)
    )
    assert case.server.listed_at == [60]


def test_what_is_found_is_settled_at_once() -> None:
    """One listing is enough for what it holds; what is known is in the ledger."""
    history = History()
    history.lost(RENT)
    case = settle(history, witnessed(invoices=[invoice_for(RENT, note="x")]))
    assert case.server.listed_at == [0]
    assert case.state() is EntryState.CREATED
    assert case.inquiry.found == {"rent-1"}
    [attempt] = history.entry("Rent-1").attempts
    assert attempt.resolution is not None
    assert (attempt.resolution.by, attempt.invoice) == ("listing", invoice_for(RENT).ref)
    assert "note" in (attempt.resolution.detail or "")


def test_what_is_another_s_is_a_conflict() -> None:
    """Another counterparty under our reference: never ours, never sent."""
    history = History()
    history.lost(RENT)
    case = settle(history, witnessed(invoices=[invoice_for(RENT, counterparty_id=9)]))
    assert case.state() is EntryState.OTHER
    assert case.absent == frozenset()


def test_absence_takes_two_whole_listings_a_delay_apart() -> None:
    """The first proves nothing alone; the second comes after the delay, and settles it."""
    history = History()
    witness = known(history)
    history.lost(RENT, ago_s=10)
    case = settle(history, witnessed(invoices=[witness]))
    assert case.server.listed_at == [50, 110]
    assert case.absent == {"rent-1"}
    assert case.state() is EntryState.FREE


def test_what_turns_up_in_the_second_listing_is_found() -> None:
    """A server that was slower than the delay made it after all."""
    history = History()
    witness = known(history)
    history.lost(RENT)
    case = settle(history, witnessed([witness], [witness, invoice_for(RENT)]))
    assert case.state() is EntryState.CREATED
    assert case.absent == frozenset()


def test_stale_listings_do_not_count() -> None:
    """Two whole ones are needed, whatever lies between them."""
    history = History()
    old, newest = known(history, number=1), known(history, number=2)
    history.lost(RENT)
    case = settle(history, witnessed([old, newest], [old], [newest, old]))
    assert case.server.listed_at == [0, 60, 120]
    assert case.absent == {"rent-1"}


@pytest.mark.parametrize("listed", [[], [1], [2]], ids=str)
def test_stale_listings_alone_leave_it_in_doubt(listed: list[int]) -> None:
    """However often the listing lacks an invoice that exists, nothing is believed of it."""
    history = History()
    invoices = [known(history, number=number) for number in (1, 2)]
    history.lost(RENT)
    case = settle(history, witnessed(invoices=[i for i in invoices if i.id in listed]))
    assert len(case.server.listed_at) == LISTINGS
    assert case.state() is EntryState.IN_DOUBT
    assert "stale" in case.inquiry.why["rent-1"]


def test_one_whole_listing_is_not_enough() -> None:
    """Of four listings but one was whole: still in doubt, and the user is told."""
    history = History()
    witness = known(history)
    history.lost(RENT)
    case = settle(history, witnessed([], [], [], [witness]))
    assert case.state() is EntryState.IN_DOUBT
    assert case.inquiry.why["rent-1"] == "only one whole listing was without it"


@pytest.mark.parametrize("currency", [None, "LRD"])
def test_without_a_witness_in_the_currency_it_stays_in_doubt(currency: str | None) -> None:
    """An empty ledger, or one that knows other currencies alone, proves nothing."""
    history = History()
    invoices = [known(history, currency)] if currency else []
    history.lost(RENT)
    case = settle(history, witnessed(invoices=invoices))
    assert case.state() is EntryState.IN_DOUBT
    assert "no invoice in USD is known" in case.inquiry.why["rent-1"]


def test_an_invoice_that_a_look_up_found_is_a_witness() -> None:
    """What one doubt's end shows helps to settle the next."""
    history = History()
    history.lost(RENT)
    history.lost(create_for("Other"))
    case = settle(history, witnessed(invoices=[invoice_for(RENT)]), doubts=["Rent-1", "Other"])
    assert case.state("Other") is EntryState.FREE
    assert case.server.listed_at == [0, 60, 120]


def test_an_account_that_hid_a_reference_has_no_absence() -> None:
    """From the first answer without reference on, no listing proves that one is absent."""
    history = History()
    witness = known(history)
    history.lost(RENT)
    history.ledger.distrust_absence(history.account.id)
    case = settle(history, witnessed(invoices=[witness]))
    assert case.state() is EntryState.IN_DOUBT
    assert case.absent == frozenset()


def test_each_doubt_is_settled_on_its_own() -> None:
    """Found, another's, absent and undecidable in one listing."""
    history = History()
    witness = known(history)
    creates = {name: create_for(name) for name in ("Found", "Other", "Absent")}
    creates["Lira"] = create_for("Lira", currency="LRD")
    for create in creates.values():
        history.lost(create)
    listed = [
        witness,
        invoice_for(creates["Found"], 901),
        invoice_for(creates["Other"], 902, currency="LRD"),
    ]
    case = settle(history, witnessed(invoices=listed), doubts=list(creates))
    assert {name: case.state(name) for name in creates} == {
        "Found": EntryState.CREATED,
        "Other": EntryState.OTHER,
        # Invoice 902 is settled in no currency of ours: the listing holds all witnesses.
        "Absent": EntryState.FREE,
        "Lira": EntryState.IN_DOUBT,
    }
    assert case.absent == {"absent"}


@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=LISTINGS, max_size=LISTINGS
    )
)
def test_absence_is_never_believed_of_less(shown: list[tuple[bool, bool, bool]]) -> None:
    """Whatever four listings show of two witnesses and it: two whole ones without it, else not."""
    history = History()
    invoices = [known(history, number=1), known(history, number=2), invoice_for(RENT)]
    history.lost(RENT)
    listings = [[i for i, here in zip(invoices, some, strict=True) if here] for some in shown]
    case = settle(history, witnessed(*listings))
    read = shown[: len(case.server.listed_at)]
    found, whole = any(it for _, _, it in read), read.count((True, True, False))
    expected = EntryState.CREATED if found else EntryState.IN_DOUBT
    assert case.state() is (EntryState.FREE if whole == 2 and not found else expected)
    assert whole <= 2


def test_no_offer_of_a_listing_is_a_warning() -> None:
    """An API without a listing: said once, in doubt as before, and the run goes on."""
    history = History()
    history.lost(RENT)
    case = settle(history, witnessed(Unlisted("the API offers no listing (404)")))
    assert case.state() is EntryState.IN_DOUBT
    assert case.engine.stopped is None
    assert case.inquiry.warnings == [
        "the API offers no listing (404): what exists there can't be looked up."
    ]


@pytest.mark.parametrize(
    ("answers", "requests"),
    [([ListingDenied("not allowed")], 1), ([ListingFailed("down")] * TRIES, TRIES)],
    ids=["denied", "failing"],
)
def test_a_listing_that_fails_stops_the_run(answers: list[object], requests: int) -> None:
    """What can't be looked up can't be sent either."""
    history = History()
    history.lost(RENT)
    case = settle(history, witnessed(*answers))
    assert "can't be listed" in (case.engine.stopped or "")
    assert len(case.server.listed_at) == requests
    assert case.state() is EntryState.IN_DOUBT


def test_a_listing_of_another_owner_stops_the_run() -> None:
    """Somebody else's invoices: nothing of them is believed, found ones neither."""
    history = History(owner=7)
    history.lost(RENT)
    case = settle(history, witnessed(invoices=[invoice_for(RENT, owner_id=8)]))
    assert "owner 8" in (case.engine.stopped or "")
    assert case.state() is EntryState.IN_DOUBT
    assert case.inquiry.listed == {}


def test_the_first_listing_pins_the_owner() -> None:
    """Where no answer named the owner yet, the listing does; from then on nobody else will do."""
    history = History(owner=None)
    history.lost(RENT)
    settle(history, witnessed(invoices=[invoice_for(RENT)]))
    assert history.account.owner_id == 7


def test_a_listing_of_two_owners_pins_nobody_and_stops() -> None:
    """Nobody can tell which of them we are."""
    history = History(owner=None)
    history.lost(RENT)
    two = [invoice_for(RENT, owner_id=8), invoice_for(RENT, owner_id=9)]
    case = settle(history, witnessed(invoices=two))
    assert case.engine.stopped is not None
    assert history.account.owner_id is None
    assert case.state() is EntryState.IN_DOUBT


@pytest.mark.parametrize("stop_at_s", [5, 70])
def test_a_stop_ends_the_waiting(stop_at_s: float) -> None:
    """Ctrl-C while the server gets its time: at once, and no listing is read any more."""
    history = History()
    history.lost(RENT, ago_s=0)
    case = settle(history, stop_at_s=stop_at_s)
    assert len(case.server.listed_at) == (stop_at_s > 60)
    assert case.ended_at == stop_at_s
    assert case.state() is EntryState.IN_DOUBT


def test_other_keys_are_looked_for_in_the_same_listing() -> None:
    """A plan's references needn't be listed again."""
    history = History()
    history.lost(RENT)
    other = create_for("Other")
    case = settle(
        history, witnessed(invoices=[invoice_for(RENT), invoice_for(other)]), wanted=["other"]
    )
    assert set(case.inquiry.listed) == {"other", "rent-1"}
    assert list(case.inquiry.listed) == ["rent-1", "other"]


def test_a_verdict_is_about_what_is_in_doubt_alone() -> None:
    """A settled attempt before keeps what was said of it."""
    history = History()
    witness = known(history)
    history.lost(RENT)
    settle(history, witnessed(invoices=[witness]))
    history.lost(RENT)
    settle(history, witnessed(invoices=[invoice_for(RENT)]))
    verdicts = [a.resolution.verdict for a in history.entry("Rent-1").attempts if a.resolution]
    assert verdicts == [Verdict.ABSENT, Verdict.FOUND]
