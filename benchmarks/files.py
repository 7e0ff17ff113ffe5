"""Sheets of invoices, the same every time, with some cells wrong as people get them wrong."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

FIELDS = (
    "reference_id", "counterparty_id", "currency", "note", "fee_bearer", "as_payment_link",
    "due_date",
)  # fmt: skip
CURRENCIES = ("USD", "LRD", "NGN", "GHS", "EUR", "GBP", "KES", "ZAR")
WORKS = (
    "Consulting", "Rent", "Cleaning", "Security", "Transport", "Repairs", "Catering", "Printing",
)  # fmt: skip
WRONG = {
    "reference_id": ("", "1.23E+15", "N/A", "again"),
    "counterparty_id": ("ACME", "12.5", "0", "-4", ""),
    "currency": ("US$", "dollars", "EURO", "XX", "USDD", "", "XAU", "naira"),
    "note": ("", "NULL"),
    "fee_bearer": ("PAYR", "customer", "", "both"),
    "as_payment_link": ("maybe", "", "perhaps", "2"),
    "due_date": ("soon", "2027-02-30", "2027-04-31", "31.02.2027", "end of May", "2027-1-5", "n/a"),
}
"""What people write in place of a value; `again` stands for a reference that was used before."""

SEED = 20270131
FIRST_DAY = dt.date(2027, 1, 1)
PEOPLE = 50_000
EVEN = 0.5


def reference(n: int) -> str:
    """Return the reference of the n-th row, from 1."""
    return f"INV-2027-{n:07d}"


def write_csv(path: Path, count: int, bad: float, *, first: int = 1) -> None:
    """Write a CSV file.

    Args:
        path: Where to.
        count: How many rows, the header not counted.
        bad: The share of cells that are wrong.
        first: The number of the first row.
    """
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(_rows(count, bad, first))


def write_xlsx(path: Path, count: int, bad: float) -> None:
    """Write a workbook, in which numbers and dates are numbers and dates; see `write_csv`."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Invoices")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, FIELDS)
    for at, row in enumerate(_rows(count, bad, 1), 1):
        for column, (name, text) in enumerate(zip(FIELDS, row, strict=True)):
            if name == "counterparty_id" and text.isdigit():
                sheet.write_number(at, column, int(text))
            elif name == "due_date" and (date := _date(text)) is not None:
                sheet.write_datetime(at, column, date, day)
            elif text:
                sheet.write_string(at, column, text)
    book.close()


def _rows(count: int, bad: float, first: int) -> Iterator[list[str]]:
    rng = random.Random(SEED)
    chance = rng.random
    days = [(FIRST_DAY + dt.timedelta(days=n)).isoformat() for n in range(365)]
    for n in range(first, first + count):
        customer = int(chance() * PEOPLE)
        row = [
            reference(n),
            str(10_000 + customer),
            CURRENCIES[customer % len(CURRENCIES)],
            f"{WORKS[n % len(WORKS)]} job {n} in week {n % 52 + 1}",
            "PAYER" if chance() < EVEN else "PAYEE",
            "yes" if chance() < EVEN else "no",
            days[int(chance() * len(days))],
        ]
        for at, name in enumerate(FIELDS):
            if chance() < bad:
                row[at] = _wrong(rng, name, n)
        yield row


def _wrong(rng: random.Random, name: str, n: int) -> str:
    text = rng.choice(WRONG[name])
    return reference(rng.randrange(1, n + 1)) if text == "again" else text


def _date(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 a workbook's have no zone
    except ValueError:
        return None
