"""Invoices + ledger entries → what is to be done with every row. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from importer.content import BODY, differences, write_bodies
from importer.model import (
    Create,
    Entry,
    EntryState,
    Field,
    InvoiceRef,
    Issue,
    Outcome,
    Severity,
    Status,
)
from importer.table import ROW, Invoices


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with the rows of a file.

    Attributes:
        creates: The invoices to create, in the file's order: `row`, `reference_id`, `key`, `body`,
            `due_day`, `currency`.
        decided: The outcomes of all other rows.
    """

    creates: pl.DataFrame
    decided: tuple[Outcome, ...]

    def __iter__(self) -> Iterator[Create]:
        """Yield the invoices to create, one by one."""
        columns = (ROW, Field.REFERENCE_ID, "key", BODY, "due_day")
        yield from (Create(*values) for values in self.creates.select(columns).iter_rows())

    def __len__(self) -> int:
        """Return how many invoices are to be created."""
        return self.creates.height

    def hold(self, why: str, *, after: int = 0) -> Plan:
        """Return the plan with all creates but the first `after` left unsent, for a reason."""
        held = tuple(
            Outcome(row, Status.NOT_SENT, message=why)
            for row in self.creates[ROW].slice(after).to_list()
        )
        return Plan(creates=self.creates.head(after), decided=(*self.decided, *held))


def plan(invoices: Invoices, entries: Mapping[str, Entry]) -> Plan:
    """Decide for every row whether its invoice is to be created.

    Args:
        invoices: The validated rows.
        entries: What the ledger knows of their references, by key.
    """
    invalid = _by_row(invoices.issues)
    frame = invoices.frame.with_columns(write_bodies(invoices.frame))
    bad = pl.col(ROW).is_in(list(invalid))
    known = pl.col("key").is_in(list(entries)).fill_null(value=False)
    creates = frame.filter(~bad & ~known)
    decided = [
        Outcome(row, Status.INVALID, message=_say_invalid(invalid[row], entries.get(key or "")))
        for row, key in frame.filter(bad).select(ROW, "key").iter_rows()
    ]
    again: list[int] = []
    rows = frame.filter(~bad & known).select(ROW, Field.REFERENCE_ID, "key", BODY, "due_day")
    for values in rows.iter_rows():
        create = Create(*values)
        outcome = decide(create, entries[create.key])
        if outcome is None:
            again.append(create.row)
        else:
            decided.append(outcome)
    if again:
        creates = frame.filter(~bad & (~known | pl.col(ROW).is_in(again)))
    return Plan(
        creates=creates.select(ROW, Field.REFERENCE_ID, "key", BODY, "due_day", Field.CURRENCY),
        decided=tuple(decided),
    )


def decide(create: Create, entry: Entry) -> Outcome | None:
    """Decide about a row whose reference the ledger knows; None means: create it."""
    match entry.state:
        case EntryState.CREATED if entry.created is not None:
            return _compare(create, entry.created.create, entry.created.invoice)
        case EntryState.OTHER:
            return Outcome(
                create.row,
                Status.CONFLICT,
                entry.other,
                f"The API has {_name(entry.other)} under this reference, with other content. "
                "Give this row a reference of its own.",
            )
        case EntryState.IN_DOUBT:
            return Outcome(create.row, Status.IN_DOUBT, message=say_in_doubt(entry))
        case _:
            return None


def say_in_doubt(entry: Entry) -> str:
    """Return what the user is told of a reference that is in doubt."""
    attempt = next(a for a in reversed(entry.attempts) if a.in_doubt)
    detail = attempt.settlement.detail if attempt.settlement else "the run ended before the answer"
    return (
        f"Sent at {attempt.claimed_at:%Y-%m-%d %H:%M:%S} UTC; whether an invoice was created is "
        f"unknown ({detail}). It is not sent again, so that it can't become two invoices."
    )


def _compare(create: Create, stored: Create, invoice: InvoiceRef | None) -> Outcome:
    different = differences(create, stored)
    if not different:
        return Outcome(create.row, Status.ALREADY_CREATED, invoice)
    return Outcome(
        create.row,
        Status.CONFLICT,
        invoice,
        f"{_name(invoice)} was created from this reference with {', '.join(different)}. Undo the "
        "change, or give the row a new reference if you want a second invoice.",
    )


def _name(invoice: InvoiceRef | None) -> str:
    return f"Invoice {invoice.number}" if invoice is not None else "an invoice"


def _by_row(issues: tuple[Issue, ...]) -> dict[int, list[Issue]]:
    rows: dict[int, list[Issue]] = {}
    for issue in issues:
        if issue.severity is Severity.ERROR:
            rows.setdefault(issue.row, []).append(issue)
    return rows


def _say_invalid(issues: list[Issue], entry: Entry | None) -> str:
    said = " | ".join(f"{i.column}: {i.message}" if i.column else i.message for i in issues)
    if entry is None:
        return said
    invoice = entry.created.invoice if entry.created is not None else entry.other
    if invoice is not None:
        return f"{said} | {_name(invoice)} exists already under this reference."
    return said
