"""Warnings: what may be right in a row, and is worth a second look before it is sent."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from functools import cache

import polars as pl

from importer.clean import Reading
from importer.clean.cells import shown
from importer.clean.instants import RFC3339
from importer.likeness import MOST_NAMED, in_file, name_rows
from importer.model import Code, Field, Issue, Severity, explain
from importer.table import ROW, Invoices, Table, are_doubled

YEARS_AHEAD = 2
"""A due date that is further away is more often a slip than meant."""

CONTENT = (Field.COUNTERPARTY_ID, Field.CURRENCY, Field.NOTE, Field.DUE_DATE)
"""What two invoices seldom share."""


def remark(invoices: Invoices, table: Table, reading: Reading) -> tuple[Issue, ...]:
    """Say what is worth a second look: of the rows that nothing is wrong with.

    References that look alike are issues, not warnings; they are found here too, since it takes
    all rows to find them.

    Args:
        invoices: The validated rows, with all that is wrong with them.
        table: The file's cells, for what messages quote.
        reading: The time zone, and which day is today.
    """
    told = {(i.row, i.column) for i in invoices.issues if i.severity is Severity.ERROR}
    alike = [
        issue
        for issue in in_file(invoices.frame, invoices.columns, table.place)
        if (issue.row, issue.column) not in told
    ]
    wrong = {row for row, _ in told} | {i.row for i in alike if i.severity is Severity.ERROR}
    right = ~invoices.frame[ROW].is_in(list(wrong))
    found = (
        *(i for i in alike if i.severity is Severity.ERROR or i.row not in wrong),
        *_due(invoices, table, reading, right),
        *_same_content(invoices, table, right),
        *_unusual_currency(invoices, right),
    )
    return tuple(found)


def _due(invoices: Invoices, table: Table, reading: Reading, right: pl.Series) -> Iterator[Issue]:
    """Yield a warning for each due date before today, or far ahead."""
    column = invoices.columns.columns.get(Field.DUE_DATE)
    if column is None or reading.today is None:
        return
    today, last = reading.today, _years_after(reading.today, YEARS_AHEAD)
    zone = zoneinfo.ZoneInfo(reading.timezone)
    # RFC 3339 in UTC sorts as text does, so nothing has to be parsed.
    due = pl.col(Field.DUE_DATE)
    past = due < _start(today, zone)
    ahead = due >= _start(last + dt.timedelta(days=1), zone)
    odd = (
        invoices.frame.select(ROW, Field.DUE_DATE, table.cells[column.name].alias("value"))
        .filter(right, past | ahead)
        .select(ROW, pl.col("value").str.strip_chars(), Field.DUE_DATE, ahead.alias("ahead"))
    )

    @cache
    def say(moment: str, *, is_ahead: bool) -> tuple[Code, str]:
        day = dt.datetime.strptime(moment, RFC3339).replace(tzinfo=dt.UTC).astimezone(zone).date()
        code, what, expected = (
            (
                Code.DUE_FAR_AHEAD,
                f"over {YEARS_AHEAD} years away",
                f"expected {_written(last)} or an earlier day",
            )
            if is_ahead
            else (
                Code.DUE_IN_THE_PAST,
                "in the past",
                f"expected today ({_written(today)}) or a later day",
            )
        )
        return code, explain(
            f"The due date, {_written(day)}, is {what}",
            expected,
            "correct it if it is a slip; if it is meant, there is nothing to do.",
        )

    for row, value, moment, is_ahead in odd.iter_rows():
        code, message = say(moment, is_ahead=is_ahead)
        yield Issue(code, row, column.header, value, message, Severity.WARNING)


def _same_content(invoices: Invoices, table: Table, right: pl.Series) -> Iterator[Issue]:
    """Yield a warning for each row that says what another row says under another reference."""
    rows = invoices.frame.select(ROW, Field.REFERENCE_ID, *CONTENT).filter(right)
    doubled = rows.filter(are_doubled(rows.select(CONTENT)))
    groups = doubled.group_by(CONTENT, maintain_order=True).agg(ROW, Field.REFERENCE_ID)
    header = invoices.columns.header(Field.REFERENCE_ID)
    for numbers, references in groups.select(ROW, Field.REFERENCE_ID).iter_rows():
        first = numbers[: MOST_NAMED + 1]
        for row, reference in zip(numbers, references, strict=True):
            others = [number for number in first if number != row][:MOST_NAMED]
            named = name_rows(others, table.place, total=len(numbers) - 1)
            message = explain(
                f"{shown(reference)} has the same customer, currency, note and due date as {named}",
                "expected one row for one invoice",
                "remove the copy; if these really are different invoices, there is nothing to do.",
            )
            yield Issue(Code.SAME_CONTENT, row, header, reference, message, Severity.WARNING)


def _unusual_currency(invoices: Invoices, right: pl.Series) -> Iterator[Issue]:
    """Yield a warning for the only row of a counterparty in a currency, where others agree."""
    party, currency = Field.COUNTERPARTY_ID, Field.CURRENCY
    rows = invoices.frame.select(ROW, party, currency).filter(right)
    counted = rows.group_by(party, currency).agg(pl.len().alias("rows"), pl.col(ROW).first())
    usual = (
        counted.filter(pl.col("rows") > 1)
        .sort("rows", currency, descending=[True, False])
        .unique(party, keep="first", maintain_order=True)
    )
    alone = counted.filter(pl.col("rows") == 1).join(usual, on=party, suffix="_usual").sort(ROW)
    header = invoices.columns.header(currency)
    columns = (ROW, party, currency, f"{currency}_usual", "rows_usual")
    for row, customer, odd, used, times in alone.select(columns).iter_rows():
        message = explain(
            f"{shown(odd)} is used once for customer {customer}, who has {times:,} rows in {used}",
            "expected one currency for one customer",
            f"write {used} if this is a slip; if it is meant, there is nothing to do.",
        )
        yield Issue(Code.CURRENCY_UNUSUAL, row, header, odd, message, Severity.WARNING)


def _start(day: dt.date, zone: zoneinfo.ZoneInfo) -> str:
    """Return the instant at which a day begins, as due dates are written."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC).strftime(RFC3339)


def _years_after(day: dt.date, years: int) -> dt.date:
    """Return the same day some years later; 28 February for the 29th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _written(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
