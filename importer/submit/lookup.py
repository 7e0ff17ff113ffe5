"""What became of invoices in doubt: found in the API's listing, or proven absent from it.

Absence is believed only of two listings, a delay apart, each of which holds every invoice that
this ledger knows in that currency. A listing that lacks one is stale or cut short; one with
nothing to witness proves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from importer.content import listed_differences, remarks
from importer.likeness import is_number, zero_key
from importer.model import Field, InvoiceRef, reference_key
from importer.records import Attempt, Entry, Verdict
from importer.replies import ApiInvoice

STALE = "the listing is stale or cut short: it lacks invoices that exist"
"""The one objection that another listing, later, may well not have."""


@dataclass(slots=True)
class Listing:
    """What one listing says of the references that matter; filled as it streams by.

    Attributes:
        wanted: The keys to look for.
        witnesses: Every invoice number that the ledger has settled, with its currency.
        numbers: Other invoice numbers to look for.
        named: The invoices that have one of those, by number.
        found: The invoices under the wanted keys.
        near: References, by key, that differ from wanted ones in leading zeros alone.
        anonymous: Of the invoices without a reference that the ledger doesn't know, one for each
            currency and counterparty: any of them may be what is looked for.
        owners: The owners that it names.
        blind: A witness is listed without its reference, so any reference may be withheld.
    """

    wanted: frozenset[str]
    witnesses: Mapping[str, str]
    numbers: frozenset[str] = frozenset()
    named: dict[str, ApiInvoice] = field(default_factory=dict)
    found: dict[str, list[ApiInvoice]] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)
    anonymous: dict[tuple[str | None, int | None], ApiInvoice] = field(default_factory=dict)
    owners: set[int] = field(default_factory=set)
    blind: bool = False
    _seen: set[str] = field(default_factory=set)
    _bare: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Note which wanted references could have lost their leading zeros."""
        self._bare = frozenset(zero_key(key) for key in self.wanted if is_number(key))

    def add(self, invoice: ApiInvoice) -> None:
        """Take note of a listed invoice."""
        if invoice.owner_id is not None:
            self.owners.add(invoice.owner_id)
        known = invoice.number in self.witnesses
        if known:
            self._seen.add(invoice.number)
        if invoice.number in self.numbers:
            self.named[invoice.number] = invoice
        key = reference_key(invoice.reference or "")
        if not key and known:
            self.blind = True
        elif not key:
            self.anonymous.setdefault((invoice.currency, invoice.counterparty_id), invoice)
        elif key in self.wanted:
            self.found.setdefault(key, []).append(invoice)
        elif is_number(key) and zero_key(key) in self._bare:
            self.near[key] = invoice.reference or key

    @property
    def whole(self) -> bool:
        """Whether it holds every invoice of which the ledger knows."""
        return len(self._seen) == len(self.witnesses)

    def reason_against_absence(self, entry: Entry, *, trusted: bool) -> str | None:
        """Tell why a reference that isn't listed may be at the API all the same; None: it isn't.

        Args:
            entry: What the ledger knows of the reference.
            trusted: The API has never answered a create without its reference.
        """
        sent = in_doubt(entry)
        body = json.loads(sent.create.body)
        currency, counterparty = body[Field.CURRENCY], body[Field.COUNTERPARTY_ID]
        expected = {number for number, of in self.witnesses.items() if of == currency}
        if not trusted or self.blind:
            return "the API does not always name the reference of an invoice"
        if not expected:
            return f"no invoice in {currency} is known that would show that the listing is whole"
        if not expected <= self._seen:
            return STALE
        for invoice in self.anonymous.values():
            if could_be(invoice, currency, counterparty):
                return f"it may be invoice {invoice.number}, which is listed without a reference"
        return None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a listing shows of a reference in doubt."""

    verdict: Verdict
    invoice: InvoiceRef
    detail: str | None = None


def judge(entry: Entry, listed: Iterable[ApiInvoice]) -> Finding | None:
    """Tell whether a listed invoice is the one that was sent; None where none is listed.

    It is ours when counterparty and currency are: servers trim notes and round times, and what
    differs is told. Fields that a listing leaves out differ from nothing.

    Args:
        entry: What was sent, and is in doubt.
        listed: The invoices listed under its reference.
    """
    invoices = sorted(listed, key=lambda invoice: invoice.id)
    if not invoices:
        return None
    sent = in_doubt(entry).create
    body = json.loads(sent.body)
    currency, counterparty = body[Field.CURRENCY], body[Field.COUNTERPARTY_ID]
    ours = [invoice for invoice in invoices if could_be(invoice, currency, counterparty)]
    first = (ours or invoices)[0]
    said = (*(listed_differences(sent, first) if ours else ()), *remarks(first, invoices))
    verdict = Verdict.FOUND if ours else Verdict.OTHER
    return Finding(verdict, first.ref, "; ".join(said) or None)


def in_doubt(entry: Entry) -> Attempt:
    """Return the latest attempt of an entry that is in doubt."""
    return next(attempt for attempt in reversed(entry.attempts) if attempt.in_doubt)


def could_be(invoice: ApiInvoice, currency: str, counterparty: int) -> bool:
    """Tell whether a listed invoice has a currency and a counterparty, as far as it says."""
    listed = invoice.currency or currency
    same_counterparty = invoice.counterparty_id in {counterparty, None}
    return same_counterparty and listed.strip().upper() == currency
