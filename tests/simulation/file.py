"""The user's file: its rows, how they are changed between runs, and the frame that a run gets."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import polars as pl

from importer.model import Field, Issue, reference_key
from importer.table import ROW, ColumnMap, Invoices
from simulation.server import UNKNOWN_CUSTOMER

SCHEMA = {
    ROW: pl.UInt32,
    Field.REFERENCE_ID: pl.String,
    "key": pl.String,
    Field.COUNTERPARTY_ID: pl.Int64,
    Field.CURRENCY: pl.String,
    Field.NOTE: pl.String,
    Field.FEE_BEARER: pl.String,
    Field.AS_PAYMENT_LINK: pl.Boolean,
    Field.DUE_DATE: pl.String,
    "due_day": pl.String,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file; `valid` is what validation says of it."""

    number: int
    reference: str
    customer: int
    currency: str
    note: str
    due: str | None = None
    due_day: str | None = None
    valid: bool = True

    @property
    def key(self) -> str:
        """The reference's key."""
        return reference_key(self.reference)

    def body(self) -> dict[str, object]:
        """Return what somebody else would send to create the same invoice."""
        fields = {
            Field.REFERENCE_ID: self.reference,
            Field.COUNTERPARTY_ID: self.customer,
            Field.CURRENCY: self.currency,
            Field.NOTE: self.note,
            Field.FEE_BEARER: "PAYER",
            Field.AS_PAYMENT_LINK: True,
        }
        due = {} if self.due is None else {Field.DUE_DATE: self.due}
        return {str(name): value for name, value in (fields | due).items()}


File = tuple[Row, ...]


def draw_file(rng: random.Random) -> File:
    """Draw a file of a few rows."""
    return tuple(_draw_row(rng, number) for number in range(2, rng.randint(5, 10)))


def edit(file: File, rng: random.Random) -> File:
    """Return the file with something changed in one row, now and then with a new row."""
    if rng.random() < 0.2:
        return (*file, _draw_row(rng, file[-1].number + 1))
    row = rng.choice(file)
    changed = rng.choice(
        (
            replace(row, note=f"Corrected: {row.note}"),
            replace(row, customer=rng.randint(1, 3)),
            replace(row, reference=row.reference.upper()),
            replace(row, valid=True),
        )
    )
    return tuple(changed if old is row else old for old in file)


def to_invoices(file: File) -> Invoices:
    """Return the file as validation would give it."""
    rows = [
        (
            row.number,
            row.reference,
            row.key,
            row.customer,
            row.currency,
            row.note,
            "PAYER",
            True,
            row.due,
            row.due_day,
        )
        for row in file
    ]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    issues = tuple(
        Issue("missing_value", row.number, "note", None, "The cell is blank.")
        for row in file
        if not row.valid
    )
    return Invoices(frame, ColumnMap({}), issues)


def _draw_row(rng: random.Random, number: int) -> Row:
    date = rng.choice((None, None, "day", "time"))
    return Row(
        number=number,
        reference=rng.choice((f"Ref-{number}", f"Reference {number:04} of March")),
        customer=UNKNOWN_CUSTOMER if rng.random() < 0.07 else rng.randint(1, 3),
        currency=rng.choice(("USD", "USD", "LRD")),
        note=f"Rent for the flat number {number}, March",
        due=None if date is None else "2027-03-31T12:30:45Z",
        due_day="2027-03-31" if date == "day" else None,
        valid=rng.random() > 0.05,
    )
