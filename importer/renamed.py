"""Rows of our own results whose reference isn't that of the invoice which they name.

A spreadsheet program that takes `007` for a number, or `1-2` for a date, would make second invoices
of them. Results imported again are known by their reference alone, but they also say which invoice
each row became, or that it is in doubt.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence

import polars as pl

from importer.clean.cells import shown
from importer.columns import result_column
from importer.content import BODY, differences, listed_differences, parse_instant, write_bodies
from importer.converted import can_become, swap
from importer.ledger.port import Ledger
from importer.model import Code, Create, Field, Issue, explain, reference_key
from importer.plan import Knowledge, is_whole
from importer.records import Account, Entry, EntryState
from importer.replies import ApiInvoice
from importer.table import ROW, Invoices

A_DAY = dt.timedelta(days=1)


def named_numbers(invoices: Invoices) -> frozenset[str]:
    """Return the numbers of the invoices that the rows say they are."""
    return frozenset(_find_numbers(invoices)["number"].drop_nulls().to_list())


def find_renamed(
    invoices: Invoices, known: Knowledge, ledger: Ledger, account: Account
) -> Iterator[Issue]:
    """Yield an issue for each row that is known, but not by its reference.

    Args:
        invoices: The validated rows.
        known: What is known of their references, and of the invoices that they name.
        ledger: Knows by which numbers invoices go.
        account: Whose invoices they are.
    """
    told = set()
    for issue in _find_changed(invoices, known, ledger, account):
        told.add(issue.row)
        yield issue
    for issue in _find_doubtful(invoices, known, ledger):
        if issue.row not in told:
            yield issue


def _find_changed(
    invoices: Invoices, known: Knowledge, ledger: Ledger, account: Account
) -> Iterator[Issue]:
    """Yield an issue for each row of no taken key that names an invoice of another reference.

    What the row says must be what that invoice says, but for what a program may have made of it:
    the number of a rehearsal's invoice may be another one's here.
    """
    numbers = _find_numbers(invoices)
    if numbers.is_empty():
        return
    sent = [key for key, entry in known.entries.items() if entry.state is not EntryState.FREE]
    rows = _find_new(invoices, [*sent, *known.listed])
    rows = rows.join(numbers, on=ROW, how="inner", maintain_order="left")
    made = ledger.numbered(account.id, rows["number"].to_list()) if len(rows) else {}
    rows = rows.filter(pl.col("number").is_in([*made, *known.named]))
    header = invoices.columns.header(Field.REFERENCE_ID)
    say = _say_changed if numbers is invoices.results.numbers else _say_number
    columns = (ROW, Field.REFERENCE_ID, "key", BODY, "due_day", "number")
    for *values, number in rows.with_columns(write_bodies(rows)).select(columns).iter_rows():
        create = Create(*values)
        reference = _sent_as(create, made.get(number), known.named.get(number))
        if reference is not None and not _made_elsewhere(create.key, number, ledger):
            message = say(create.reference, number, reference)
            yield Issue(Code.REFERENCE_CHANGED, create.row, header, create.reference, message)


def _find_doubtful(invoices: Invoices, known: Knowledge, ledger: Ledger) -> Iterator[Issue]:
    """Yield an issue for each row in doubt of whose reference nothing is known here.

    What another account knows is right as it stands, and the doubt is of that one.
    """
    if not invoices.results.doubts:
        return
    rows = _find_new(invoices, known.keys())
    rows = rows.filter(pl.col(ROW).is_in(list(invoices.results.doubts)))
    keys = rows["key"].to_list()
    elsewhere = [key for account in ledger.accounts() for key in ledger.entries(account.id, keys)]
    rows = rows.filter(~pl.col("key").is_in(elsewhere))
    header = invoices.columns.header(Field.REFERENCE_ID)
    for row, reference in rows.select(ROW, Field.REFERENCE_ID).iter_rows():
        yield Issue(
            Code.REFERENCE_CHANGED,
            row,
            header,
            reference,
            _say_doubtful(reference),
            fingerprint=invoices.prints.get(row, ""),
        )


def _made_elsewhere(key: str, number: str, ledger: Ledger) -> bool:
    """Tell whether another account has an invoice of this number and reference: a rehearsal's."""
    entries = (ledger.entries(account.id, [key]).get(key) for account in ledger.accounts())
    made = (entry.created for entry in entries if entry is not None)
    return any(each.invoice.number == number for each in made if each and each.invoice)


def _find_numbers(invoices: Invoices) -> pl.DataFrame:
    """Return which invoices the rows say they are.

    Of our results, no more may be left than the column `invoice_number`, which then gives the
    reference.
    """
    header = invoices.columns.header(Field.REFERENCE_ID)
    if invoices.results.numbers.is_empty() and result_column(header) == "invoice_number":
        return invoices.frame.select(ROW, pl.col(Field.REFERENCE_ID).alias("number"))
    return invoices.results.numbers


def _find_new(invoices: Invoices, taken: Sequence[str]) -> pl.DataFrame:
    """Return the whole rows whose keys aren't taken."""
    return invoices.frame.filter(is_whole() & ~pl.col("key").is_in(taken))


def _sent_as(create: Create, entry: Entry | None, listed: ApiInvoice | None) -> str | None:
    """Return the reference of the invoice that a row names; None where that is another one."""
    if entry is not None and entry.created is not None:
        sent = entry.created.create
        note, days = json.loads(sent.body)[Field.NOTE], [sent.due_day]
        found, reference = differences(create, sent), sent.reference
    elif listed is not None and reference_key(listed.reference or "") not in {"", create.key}:
        note, due = listed.note or "", parse_instant(listed.due_date or "")
        days = [str((due + away).date()) for away in (-A_DAY, 0 * A_DAY, A_DAY)] if due else []
        found, reference = listed_differences(create, listed), listed.reference or ""
    else:
        return None
    changed = {phrase.partition(" ")[0] for phrase in found}
    same = not changed or (
        can_become(reference, create.reference)
        and changed <= {Field.NOTE, Field.DUE_DATE}
        and (Field.NOTE not in changed or can_become(note, json.loads(create.body)[Field.NOTE]))
        and (Field.DUE_DATE not in changed or swap(create.due_day) in days)
    )
    return reference if same else None


def _say_changed(reference: str, number: str, sent: str) -> str:
    """Return what is said of a reference that isn't the one as which an invoice was sent."""
    if not can_become(sent, reference):
        return explain(
            f"{shown(reference)} is not the reference of {number}, which this row names and which "
            f"says the same: that is {shown(sent)}",
            "expected a row of that invoice, or of a new one",
            "for a new invoice, clear the row's cell invoice_number; for that one, write its "
            "reference.",
        )
    return explain(
        f"{shown(reference)} is not the reference of {number}, which this row says it is: that is "
        f"{shown(sent)}",
        "expected the reference as it was sent",
        "write it so, with the cell formatted as Text; for another invoice, clear the row's cell "
        "invoice_number.",
    )


def _say_number(_: str, number: str, sent: str) -> str:
    """Return what is said where the number of an invoice stands for a reference."""
    return explain(
        f"{shown(number)} is the number of an invoice that says the same, with the reference "
        f"{shown(sent)}",
        "expected a reference of your own",
        "say which column has it with --columns (in a configuration: [columns]), as when the "
        "invoice was created; for another invoice, write another reference.",
    )


def _say_doubtful(reference: str) -> str:
    """Return what is said of a row in doubt whose reference was never sent."""
    return explain(
        f"{shown(reference)} was never sent from here, though this row says that it is in doubt",
        "expected the reference as it was sent",
        "write it so, with the cell formatted as Text; if it is right, and your invoicing service "
        "has no invoice of this row, clear the row's cells status and error.",
    )
