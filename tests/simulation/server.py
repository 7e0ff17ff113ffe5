"""The model of the server: what it has, and when it came to have it. It knows no network."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from importer.model import reference_key
from simulation.fates import Habits

UNKNOWN_CUSTOMER = 4040
"""A counterparty that the server refuses, whoever asks."""


@dataclass(slots=True)
class Order:
    """A create that arrived, to be carried out at its time.

    Attributes:
        at: When it is carried out, in seconds of true time.
        owner: For whom.
        body: What was asked for.
        origin: The ledger that knows of it; None where no ledger does.
        invoice_id: The invoice that came of it; None before, and where the reference was taken.
        made_at: When that was.
        cancelled: It was cancelled since.
    """

    at: float
    owner: int
    body: dict[str, Any]
    origin: str | None
    invoice_id: int | None = None
    cancelled: bool = False

    @property
    def key(self) -> str:
        """The reference's key."""
        return reference_key(self.body["reference_id"])

    @property
    def number(self) -> str:
        """The invoice's number."""
        return f"INV-{self.invoice_id}"


@dataclass(slots=True)
class Server:
    """Invoices, and creates that are still to be carried out.

    Attributes:
        habits: How it is.
        invoices: What it has, oldest first.
        pending: What it still works on.
    """

    habits: Habits
    invoices: list[Order] = field(default_factory=list)
    pending: list[Order] = field(default_factory=list)

    def accept(self, order: Order) -> None:
        """Take an order, to be carried out at its time."""
        self.pending.append(order)

    def advance(self, now: float) -> None:
        """Carry out what is due."""
        due = sorted((o for o in self.pending if o.at <= now), key=lambda o: o.at)
        self.pending = [o for o in self.pending if o.at > now]
        for order in due:
            if self.habits.unique and self.has(order.owner, order.body["reference_id"]):
                continue
            order.invoice_id = 1000 + len(self.invoices)
            self.invoices.append(order)

    def has(self, owner: int, reference: str) -> bool:
        """Tell whether a reference is taken."""
        key = reference_key(reference)
        return any((order.owner, order.key) == (owner, key) for order in self.invoices)

    def doubles(self) -> list[str]:
        """Return the references that have several invoices of one owner."""
        counts = Counter((order.owner, order.key) for order in self.invoices)
        return [key for (_, key), number in counts.items() if number > 1]

    def of(self, key: str) -> list[Order]:
        """Return the invoices under a reference, of any owner."""
        return [order for order in self.invoices if order.key == key]

    def show(self, order: Order, *, nameless: bool) -> dict[str, Any]:
        """Return an invoice as the API shows it."""
        note, due = order.body["note"], order.body.get("due_date")
        reference: str | None = order.body["reference_id"]
        if self.habits.cuts is not None:
            reference = order.body["reference_id"][: self.habits.cuts]
        shown = {
            "id": order.invoice_id,
            "invoice_number": order.number,
            "counterparty_id": order.body["counterparty_id"],
            "currency": order.body["currency"],
            "total_amount": 0,
            "status": "CANCELED" if order.cancelled else "IDLE",
            "note": f" {note[:24]}" if self.habits.rewrites else note,
            "fee_bearer": order.body["fee_bearer"],
            "due_date": f"{due[:10]}T00:00:00Z" if self.habits.rewrites and due else due,
            "as_payment_link": order.body["as_payment_link"],
            "reference_id": None if nameless else reference,
        }
        return shown | ({"owner_id": order.owner} if self.habits.names_owner else {})

    def is_nameless(self, order: Order) -> bool:
        """Tell whether an invoice is listed without its reference."""
        return random.Random(f"name {order.invoice_id}").random() < self.habits.nameless_listings
