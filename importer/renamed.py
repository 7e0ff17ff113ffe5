"""Rows of our own results whose reference isn't that of the invoice which they name.

A spreadsheet program that takes `007` for a number, or `1-2` for a date, would make second invoices
of them. Results imported again are known by their reference alone, but they also say which invoice
each row became, or that it is in doubt.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

import polars as pl

from importer.clean.cells import shown
from importer.columns import result_column
from importer.content import BODY, differences, listed_differences, parse_instant, write_bodies
from importer.ledger.port import Ledger
from importer.model import REQUIRED_FIELDS, Code, Create, Field, Issue, explain, reference_key
from importer.plan import Knowledge
from importer.records import Account, Entry, EntryState
from importer.replies import ApiInvoice
from importer.table import ROW, Invoices

CONVERTED = re.compile(
    r"[^A-Za-zÀ-ÿ]*[0-9][^A-Za-zÀ-ÿ]*([A-Za-zÀ-ÿ]{1,3}[^A-Za-zÀ-ÿ]*)?"
    r"|[A-Za-zÀ-ÿ]{3}[^A-Za-zÀ-ÿ]*[0-9][^A-Za-zÀ-ÿ]*"
    r"|true|false|wahr|falsch|vrai|faux|verdadero|falso|vero|waar|onwaar",
    re.IGNORECASE,
)
"""What a spreadsheet program makes of a text: a number, a date such as May-27, a truth value."""

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
    for issue in _find_doubtful(invoices, known):
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
        if reference is not None:
            message = say(create.reference, number, reference)
            yield Issue(Code.REFERENCE_CHANGED, create.row, header, create.reference, message)


def _find_doubtful(invoices: Invoices, known: Knowledge) -> Iterator[Issue]:
    """Yield an issue for each row in doubt of whose reference nothing is known here."""
    if not invoices.results.doubts:
        return
    rows = _find_new(invoices, known.keys())
    rows = rows.filter(pl.col(ROW).is_in(list(invoices.results.doubts)))
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
    whole = pl.all_horizontal(pl.col(field).is_not_null() for field in sorted(REQUIRED_FIELDS))
    return invoices.frame.filter(whole & ~pl.col("key").is_in(taken))


def _sent_as(create: Create, entry: Entry | None, listed: ApiInvoice | None) -> str | None:
    """Return the reference of the invoice that a row names; None where that is another one."""
    if entry is not None and entry.created is not None:
        sent = entry.created.create
        same = _may_be(create, differences(create, sent), [sent.due_day])
        return sent.reference if same else None
    if listed is None or reference_key(listed.reference or "") in {"", create.key}:
        return None
    due = parse_instant(listed.due_date or "")
    days = [str((due + away).date()) for away in (-A_DAY, 0 * A_DAY, A_DAY)] if due else []
    return listed.reference if _may_be(create, listed_differences(create, listed), days) else None


def _may_be(create: Create, found: Sequence[str], days: Sequence[str | None]) -> bool:
    """Tell whether a row may say the same as an invoice, but for what a program made of it.

    Args:
        create: The row.
        found: How it differs from the invoice, as of `differences`.
        days: The days that the invoice may be due on, ISO.
    """
    differing = {phrase.partition(" ")[0] for phrase in found}
    if Field.NOTE in differing and not CONVERTED.fullmatch(json.loads(create.body)[Field.NOTE]):
        return False
    if Field.DUE_DATE in differing and _swap(create.due_day) not in days:
        return False
    return differing <= {Field.NOTE, Field.DUE_DATE}


def _swap(day: str | None) -> str:
    """Return a day with its month and its day swapped; empty where there is no such."""
    with suppress(ValueError):
        year, month, number = (day or "").split("-")
        return str(dt.date(int(year), int(number), int(month)))
    return ""


def _say_changed(reference: str, number: str, sent: str) -> str:
    """Return what is said of a reference that isn't the one as which an invoice was sent."""
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
        "has no invoice of this row, clear the row's cell status.",
    )
