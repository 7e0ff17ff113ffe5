"""What a listing shows of references in doubt: found, another's, absent, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from builders import make_attempt, make_entry
from hypothesis import given
from hypothesis import strategies as st
from server import create_for, invoice_for

from importer.model import Create, InvoiceRef
from importer.records import Entry, ReplyKind, Verdict
from importer.replies import ApiInvoice
from importer.submit.lookup import Listing, judge

RENT = create_for("Rent-1", note="Rent for the month of May", due_date="2027-01-31T10:00:30Z")
WITNESSES = {"W-1": "USD", "W-2": "USD", "W-3": "LRD"}


def doubt(create: Create = RENT) -> Entry:
    """Return a reference whose answer was lost."""
    return make_entry(make_attempt(create, ReplyKind.LOST))[create.key]


def witness(number: str, **changes: Any) -> ApiInvoice:  # noqa: ANN401 as replace() takes them
    """Return an invoice of this number, listed under a reference that nobody looks for."""
    return replace(invoice_for(RENT), **({"number": number, "reference": number} | changes))


def listing_of(
    *invoices: ApiInvoice, wanted: str = "rent-1", witnesses: Mapping[str, str] = WITNESSES
) -> Listing:
    """Return a listing that was read."""
    listing = Listing(frozenset({wanted}), witnesses)
    for invoice in invoices:
        listing.add(invoice)
    return listing


def why_not(listing: Listing, *, trusted: bool = True, create: Create = RENT) -> str | None:
    """Return why the reference isn't believed to be absent."""
    return listing.reason_against_absence(doubt(create), trusted=trusted)


def test_what_was_sent_is_found() -> None:
    """Listed as it was sent: ours, without a remark."""
    found = judge(doubt(), [invoice_for(RENT)])
    assert found is not None
    assert (found.verdict, found.invoice, found.detail) == (
        Verdict.FOUND,
        InvoiceRef(900, "INV-900"),
        None,
    )


def test_what_is_not_listed_is_not_judged() -> None:
    """Nothing under the reference is no finding."""
    assert judge(doubt(), []) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"note": "Rent for the month of"},
        {"note": "Rent  for the month of May\n"},
        {"note": ""},
        {"note": None},
        {"due_date": "2027-01-31T10:00:00Z"},
        {"due_date": "2027-01-31T00:00:00Z"},
        {"due_date": None},
        {"currency": None, "counterparty_id": None},
        {"currency": "usd", "fee_bearer": "payer"},
        {"fee_bearer": None, "as_payment_link": None},
        {"status": "PAID"},
    ],
    ids=str,
)
def test_what_servers_rewrite_is_found_without_a_remark(changes: dict[str, Any]) -> None:
    """Cut, tidied, rounded or left out: it is ours, and nothing to worry about."""
    found = judge(doubt(), [invoice_for(RENT, **changes)])
    assert found is not None
    assert (found.verdict, found.detail) == (Verdict.FOUND, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": "Something else altogether"}, "note"),
        ({"fee_bearer": "PAYEE"}, "fee_bearer"),
        ({"as_payment_link": False}, "as_payment_link"),
        ({"due_date": "2027-03-01T00:00:00Z"}, "due_date"),
        ({"status": "CANCELED"}, "cancelled"),
        ({"status": "cancelled"}, "cancelled"),
    ],
)
def test_other_differences_are_told_and_found_all_the_same(
    changes: dict[str, Any], said: str
) -> None:
    """Counterparty and currency are ours: it is the invoice; the rest is a warning."""
    found = judge(doubt(), [invoice_for(RENT, **changes)])
    assert found is not None
    assert found.verdict is Verdict.FOUND
    assert said in (found.detail or "")


@pytest.mark.parametrize("changes", [{"counterparty_id": 124}, {"currency": "LRD"}])
def test_another_counterparty_or_currency_is_another_invoice(changes: dict[str, Any]) -> None:
    """The reference is used for something else."""
    found = judge(doubt(), [invoice_for(RENT, **changes)])
    assert found is not None
    assert (found.verdict, found.invoice.number) == (Verdict.OTHER, "INV-900")


@pytest.mark.parametrize("other", [{}, {"counterparty_id": 124}])
@pytest.mark.parametrize("order", [1, -1])
def test_found_twice_is_told_with_both_numbers(other: dict[str, Any], order: int) -> None:
    """Two invoices under one reference: ours is taken, both are named, in any order."""
    ours, second = invoice_for(RENT, 905), invoice_for(RENT, 906, **other)
    found = judge(doubt(), [ours, second][::order])
    assert found is not None
    assert (found.verdict, found.invoice) == (Verdict.FOUND, ours.ref)
    assert "2 times: INV-905, INV-906" in (found.detail or "")


def test_ours_is_taken_before_an_older_one_of_another() -> None:
    """The invoice with our counterparty is ours, whatever else the reference names."""
    found = judge(doubt(), [invoice_for(RENT, 901, counterparty_id=9), invoice_for(RENT, 902)])
    assert found is not None
    assert (found.verdict, found.invoice.id) == (Verdict.FOUND, 902)


def test_two_of_another_name_both() -> None:
    """A reference that two other invoices have names both numbers."""
    listed = [invoice_for(RENT, n, counterparty_id=9) for n in (901, 902)]
    found = judge(doubt(), listed)
    assert found is not None
    assert found.verdict is Verdict.OTHER
    assert "INV-901, INV-902" in (found.detail or "")


def test_references_are_looked_for_as_keys() -> None:
    """Case, white space around and the form of accents don't hide an invoice."""
    for reference in ("Rént-1", "  RE\u0301NT-1 ", "rént-1"):
        listing = listing_of(witness("W-9", reference=reference), wanted="rént-1")
        assert len(listing.found["rént-1"]) == 1


def test_what_nobody_asked_for_is_not_kept() -> None:
    """Half a million other invoices cost nothing."""
    listing = listing_of(witness("W-1"), witness("X-5", reference="other"))
    assert listing.found == {}
    assert listing.anonymous == {}


def test_owners_are_noted() -> None:
    """Every owner named is known afterwards; one that isn't named is nobody."""
    listing = listing_of(witness("W-1"), witness("W-2", owner_id=8), witness("W-3", owner_id=None))
    assert listing.owners == {7, 8}


def test_a_whole_listing_without_it_speaks_for_absence() -> None:
    """All witnesses of its currency are there, the reference is not: nothing against absence."""
    assert why_not(listing_of(witness("W-1"), witness("W-2"))) is None


@pytest.mark.parametrize("listed", [(), ("W-1",), ("W-2",), ("W-1", "W-3")])
def test_a_listing_that_lacks_a_witness_proves_nothing(listed: tuple[str, ...]) -> None:
    """One invoice missing, the oldest or the newest, and the listing isn't believed."""
    reason = why_not(listing_of(*(witness(number) for number in listed)))
    assert "stale or cut short" in (reason or "")


@given(st.dictionaries(st.text("ab12", min_size=1), st.sampled_from(["USD", "LRD"])), st.data())
def test_absence_takes_every_witness_of_the_currency(
    witnesses: dict[str, str], data: st.DataObject
) -> None:
    """Exactly those of the currency: all of them, at least one, and no other is missed."""
    listed = data.draw(st.sets(st.sampled_from(sorted(witnesses)))) if witnesses else set()
    listing = listing_of(*(witness(number) for number in listed), witnesses=witnesses)
    expected = {number for number, currency in witnesses.items() if currency == "USD"}
    assert (why_not(listing) is None) == (bool(expected) and expected <= listed)


@pytest.mark.parametrize("witnesses", [{}, {"W-3": "LRD"}])
def test_nothing_to_witness_proves_nothing(witnesses: dict[str, str]) -> None:
    """Without a known invoice in this currency nobody can tell that the listing is whole."""
    listing = listing_of(witness("W-3"), witnesses=witnesses)
    assert "no invoice in USD is known" in (why_not(listing) or "")


def test_an_account_that_hid_a_reference_proves_no_absence() -> None:
    """An API that answered without our reference may list it without, too."""
    listing = listing_of(witness("W-1"), witness("W-2"))
    assert "does not always name the reference" in (why_not(listing, trusted=False) or "")


@pytest.mark.parametrize("hidden", [None, "", "  "])
def test_a_witness_without_its_reference_blinds_the_listing(hidden: str | None) -> None:
    """Where a known invoice is listed without reference, the one in doubt may be, too."""
    listing = listing_of(witness("W-1"), witness("W-2", reference=hidden))
    assert "does not always name the reference" in (why_not(listing) or "")


@pytest.mark.parametrize(
    ("changes", "believed"),
    [
        ({}, False),
        ({"currency": None}, False),
        ({"counterparty_id": None}, False),
        ({"currency": "LRD"}, True),
        ({"counterparty_id": 9}, True),
    ],
)
def test_an_anonymous_invoice_may_be_it(changes: dict[str, Any], believed: bool) -> None:
    """An unknown invoice without reference, with our counterparty and currency, may be ours."""
    stranger = invoice_for(RENT, 950, reference=None, **changes)
    other = invoice_for(RENT, 951, reference=None, counterparty_id=10)
    reason = why_not(listing_of(witness("W-1"), other, stranger, witness("W-2")))
    assert (reason is None) == believed
    assert believed or "INV-950" in (reason or "")


def test_anonymous_invoices_are_kept_once_for_each_counterparty() -> None:
    """A listing that names no references at all costs little memory."""
    listing = listing_of(*(invoice_for(RENT, n, reference=None) for n in range(100)))
    assert len(listing.anonymous) == 1


def test_the_latest_attempt_in_doubt_is_what_was_sent() -> None:
    """An attempt that is settled doesn't say what the doubt is about."""
    other = create_for("Rent-1", counterparty_id="9")
    entry = make_entry(
        make_attempt(other, ReplyKind.LOST, verdict=Verdict.ABSENT),
        make_attempt(RENT, None),
        make_attempt(other, ReplyKind.THROTTLED),
    )["rent-1"]
    found = judge(entry, [invoice_for(RENT)])
    assert found is not None
    assert found.verdict is Verdict.FOUND
