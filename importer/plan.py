"""Invoices + ledger entries → what is to be done with every row. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from importer.blanks import join_blanks
from importer.content import BODY, differences, listed_differences, remarks, write_bodies
from importer.garbage import uncollected
from importer.model import (
    NOTE,
    REQUIRED_FIELDS,
    Create,
    Field,
    InvoiceRef,
    Issue,
    Outcome,
    Severity,
    Status,
)
from importer.records import Attempt, Entry, EntryState, Resolution
from importer.replies import ApiInvoice
from importer.table import ROW, Invoices

UNREAD = (
    "A value of this row could not be read, and it isn't known why. This is a fault of "
    "import-invoices, please report it. The row was not sent."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with the rows of a file.

    Attributes:
        creates: The invoices to create, in the file's order, as in `Invoices.frame`.
        decided: The outcomes of all other rows.
        invoices: The rows, with all that is wrong with them.
    """

    creates: pl.DataFrame
    decided: tuple[Outcome, ...]
    invoices: Invoices

    def __iter__(self) -> Iterator[Create]:
        """Yield the invoices to create, one by one."""
        return _to_creates(self.creates)

    def __len__(self) -> int:
        """Return how many invoices are to be created."""
        return self.creates.height

    def keys(self) -> frozenset[str]:
        """Return the keys of the invoices to create."""
        return frozenset(self.creates["key"].to_list())

    def hold(self, why: str, *, after: int = 0) -> Plan:
        """Return the plan with all creates but the first `after` left unsent, for a reason."""
        held = tuple(
            Outcome(row, Status.NOT_SENT, message=why)
            for row in self.creates[ROW].slice(after).to_list()
        )
        return replace(self, creates=self.creates.head(after), decided=(*self.decided, *held))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of references, by key, besides what the rows say.

    Attributes:
        entries: What the ledger knows.
        listed: What the API lists under references that the ledger has no invoice for.
        found: The references whose doubt was settled in this run: their invoices are found.
        why: Why the doubt about a reference could not be settled.
        options: What leads a command to this account and its ledger, behind a space.
        near: References, by key, that the API lists and that differ in leading zeros alone.
        named: The invoices that the API lists under numbers that the rows name, by number.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    listed: Mapping[str, Sequence[ApiInvoice]] = field(default_factory=dict)
    found: Collection[str] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    options: str = ""
    near: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, ApiInvoice] = field(default_factory=dict)

    def keys(self) -> list[str]:
        """Return the keys of which anything is known."""
        return [*self.entries, *(key for key in self.listed if key not in self.entries)]


@uncollected()
def plan(invoices: Invoices, known: Knowledge) -> Plan:
    """Decide for every row whether its invoice is to be created.

    Args:
        invoices: The validated rows.
        known: What is known of their references.
    """
    invalid = _by_row(invoices.issues)
    frame = invoices.frame
    # Whatever an issue was lost for: a row that lacks a value is never sent.
    bad = pl.col(ROW).is_in(list(invalid)) | ~is_whole()
    met = pl.col("key").is_in(known.keys()).fill_null(value=False)
    good = frame.filter(~bad)
    creates = good.filter(~met)
    decided = [
        Outcome(
            row,
            Status.INVALID,
            message=_say_invalid(
                invalid.get(row, []), known.entries.get(key or ""), known.listed.get(key or "", ())
            ),
        )
        for row, key in frame.filter(bad).select(ROW, "key").iter_rows()
    ]
    again: list[int] = []
    for create in _to_creates(good.filter(met)):
        outcome = decide(create, known)
        if outcome is None:
            again.append(create.row)
        else:
            decided.append(outcome)
    if again:
        creates = good.filter(~met | pl.col(ROW).is_in(again))
    return Plan(creates, tuple(decided), invoices)


def is_whole() -> pl.Expr:
    """Return whether a row as in `Invoices.frame` has all that an invoice needs."""
    return pl.all_horizontal(pl.col(field).is_not_null() for field in sorted(REQUIRED_FIELDS))


def _to_creates(frame: pl.DataFrame) -> Iterator[Create]:
    """Yield the creates of rows as in `Invoices.frame`."""
    columns = (ROW, Field.REFERENCE_ID, "key", BODY, "due_day")
    rows = frame.with_columns(write_bodies(frame)).select(columns)
    return (Create(*values) for values in rows.iter_rows())


def decide(create: Create, known: Knowledge) -> Outcome | None:
    """Decide about a row of whose reference something is known; None means: create it."""
    entry = known.entries.get(create.key)
    if entry is None or entry.state is EntryState.FREE:
        return _compare_listed(create, known.listed.get(create.key, ()))
    match entry.state:
        case EntryState.CREATED if entry.created is not None:
            return _compare(create, entry.created, found=create.key in known.found)
        case EntryState.OTHER if entry.other is not None:
            return Outcome(
                create.row,
                Status.CONFLICT,
                entry.other.invoice,
                f"The API has {_name(entry.other.invoice)} under this reference, with other "
                f"content. Give this row a reference of its own.{_remark(entry.other)}",
            )
        case EntryState.IN_DOUBT:
            message = say_in_doubt(entry, known.why.get(create.key), known.options)
            return Outcome(create.row, Status.IN_DOUBT, message=message)
        case _:
            return None


def say_in_doubt(entry: Entry, why: str | None = None, options: str = "") -> str:
    """Return what the user is told of a reference that is in doubt, and how to settle it.

    Args:
        entry: What the ledger knows of it.
        why: Why it could not be settled by looking it up.
        options: What leads a command to its account and ledger.
    """
    attempt = next(a for a in reversed(entry.attempts) if a.in_doubt)
    detail = attempt.settlement.detail if attempt.settlement else "the run ended before the answer"
    looked = f" The API's listing does not settle it: {why}." if why else ""
    resolve = f"import-invoices resolve {shlex.quote(entry.reference)}{options}"
    return (
        f"Sent at {attempt.claimed_at:%Y-%m-%d %H:%M:%S} UTC; whether an invoice was created is "
        f"unknown ({detail}). It is not sent again, so that it can't become two invoices.{looked} "
        f"Run this file again later, or look at the API and say what you found: {resolve} "
        f"--invoice-number N, or {resolve} --not-created"
    )


def _compare(create: Create, made: Attempt, *, found: bool) -> Outcome:
    remark = _remark(made.resolution)
    different = differences(create, made.create)
    if different:
        return _conflict(create, made.invoice, different, remark)
    status = Status.CREATED if found else Status.ALREADY_CREATED
    return Outcome(create.row, status, made.invoice, remark.strip())


def _remark(resolution: Resolution | None) -> str:
    """Return what a look-up remarked, as a sentence behind another."""
    return f" {_note(resolution.detail)}" if resolution is not None and resolution.detail else ""


def _note(remark: str) -> str:
    return f"{NOTE}{remark}."


def _compare_listed(create: Create, listed: Sequence[ApiInvoice]) -> Outcome | None:
    """Compare a row with the invoices that the API lists under its reference, if any."""
    if not listed:
        return None
    compared = [(listed_differences(create, invoice), invoice) for invoice in listed]
    different, invoice = min(compared, key=lambda pair: len(pair[0]))
    if different:
        return _conflict(create, invoice.ref, different)
    said = "; ".join(remarks(invoice, listed))
    return Outcome(create.row, Status.ALREADY_CREATED, invoice.ref, said and _note(said))


def _conflict(
    create: Create, invoice: InvoiceRef | None, different: Sequence[str], remark: str = ""
) -> Outcome:
    return Outcome(
        create.row,
        Status.CONFLICT,
        invoice,
        f"{_name(invoice)} was created from this reference with {', '.join(different)}. Undo the "
        f"change, or give the row a new reference if you want a second invoice.{remark}",
    )


def _name(invoice: InvoiceRef | None) -> str:
    return f"Invoice {invoice.number}" if invoice is not None else "an invoice"


def _by_row(issues: tuple[Issue, ...]) -> dict[int, list[Issue]]:
    rows: dict[int, list[Issue]] = {}
    for issue in issues:
        if issue.severity is Severity.ERROR:
            rows.setdefault(issue.row, []).append(issue)
    return rows


def _say_invalid(issues: list[Issue], entry: Entry | None, listed: Sequence[ApiInvoice]) -> str:
    said = " | ".join(issue.told() for issue in join_blanks(issues)) or UNREAD
    prints = dict.fromkeys(each for issue in issues for each in issue.fingerprint.split())
    if prints:
        said += f" [as read: {' '.join(prints)}]"  # as of `importer.table.CLAIM`
    invoice = _existing(entry, listed)
    return f"{said} | {_name(invoice)} exists already under this reference." if invoice else said


def _existing(entry: Entry | None, listed: Sequence[ApiInvoice]) -> InvoiceRef | None:
    """Return the invoice that a reference has already, as far as is known."""
    if entry is not None and entry.created is not None:
        return entry.created.invoice
    if entry is not None and entry.other is not None:
        return entry.other.invoice
    return listed[0].ref if listed else None
