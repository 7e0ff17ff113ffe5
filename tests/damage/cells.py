"""What spreadsheet programs do to cells: errors, formulas, merging, formats, numbers, dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from damage.books import (
    COLUMNS,
    DUE,
    LINK,
    NOTE,
    NUMBER,
    REFERENCE,
    Book,
    as_variant,
    by_openpyxl,
    by_xlsxwriter,
    fill,
    letter,
    new_book,
    save,
)
from damage.dates import CLEAR, ORDERS, UNCLEAR
from damage.owner import PLAIN, Row, instant
from damage.variant import Variant
from importer.clean import Reading

ROW = 6
"""The row of the owner's that single cells are changed in: all its cells are filled."""


def at(*parts: int) -> dt.datetime:
    """Return a moment as workbooks know it: without a zone."""
    return dt.datetime(*parts)  # noqa: DTZ001 a workbook has no zones


def faults() -> Iterator[Variant]:
    """Error values and formulas without a stored value, in every column."""
    for c, column in enumerate(COLUMNS):
        own = column == COLUMNS[-1]
        for text in ("#REF!", "#N/A", "#DIV/0!", "#VALUE!"):
            book = new_book()
            book.put(ROW, c, text)
            if own:
                book.damaged.clear()
            yield by_openpyxl(f"error-{text[1:4].lower()}-{column}", book)
        for write in (by_openpyxl, by_xlsxwriter):
            book = new_book()
            value = cells_text(book, ROW, c)
            book.put(ROW, c, f'="{value}"' if c not in {NUMBER, DUE} else "=1+1")
            yield write(f"formula-{column}", book)


def cells_text(book: Book, owner: int, column: int) -> object:
    """Return a cell of one of the owner's rows."""
    return book.cells[book.line(owner)][column]


def merged() -> Iterator[Variant]:
    """Merged cells: down, across, in the title and in the header."""
    for c, column in enumerate(COLUMNS):
        for owner, span in ((2, 2), (6, 3)):
            book = new_book()
            first = book.line(owner) + 1
            area = f"{letter(c)}{first}:{letter(c)}{first + span - 1}"
            book.after.append(lambda sheet, area=area: sheet.merge_cells(area))
            if column != COLUMNS[-1]:
                book.damaged = set(range(owner + 1, owner + span))
            yield by_openpyxl(f"merged-down-{span}-{column}", book)
        if c:
            book = new_book()
            number = book.line(ROW) + 1
            area = f"{letter(c - 1)}{number}:{letter(c)}{number}"
            book.after.append(lambda sheet, area=area: sheet.merge_cells(area))
            book.damaged = {ROW} if column != COLUMNS[-1] else set()
            yield by_openpyxl(f"merged-across-{column}", book)
    book = new_book()
    book.insert(0, ["Invoices of March"], [])
    book.after.append(lambda sheet: sheet.merge_cells("A1:H2"))
    yield by_openpyxl("merged-title", book)
    book = new_book()
    book.after.append(lambda sheet: sheet.merge_cells("A1:B1"))
    book.everything()
    yield by_openpyxl("merged-header", book)


def numbers() -> Iterator[Variant]:
    """References and customer numbers that are numbers, rounded, shown otherwise, dates, truths."""
    references: dict[str, tuple[object, str, str | None, bool]] = {
        "number": (500123, "500123", None, False),
        "float": (500123.0, "500123", None, False),
        "fifteen": (123456789012345, "123456789012345", None, False),
        "sixteen": (1234567890123456, "1234567890123456", None, True),
        "twenty": (12345678901234567890, "12345678901234567891", None, True),
        "zeros": (123, "000123", "000000", True),
        "letters": (123, "INV-123", '"INV-"0', True),
        "groups": (123456, "123-456", "000-000", True),
        "decimals": (12.5, "12.5", None, True),
        "rounded": (12.6, "13", "0", True),
        "scientific": (1.5e20, "150000000000000000001", None, True),
        "date": (dt.date(2027, 4, 3), "3-4", None, True),
        "moment": (at(2027, 4, 3, 12, 30), "3-4", None, True),
        "time": (dt.time(1, 2), "1:02", None, True),
        "truth": (True, "TRUE", None, True),
        "percent": (0.5, "50%", "0%", True),
        "thousands": (500124, "500124", "#,##0", True),
    }
    for name, (value, text, shown, damaged) in references.items():
        rows = (*PLAIN[:ROW], PLAIN[ROW].write({"reference_id": text}), *PLAIN[ROW + 1 :])
        yield styled(f"reference-{name}", rows, REFERENCE, value, shown, damaged=damaged)
    ids: dict[str, tuple[object, str | None, bool]] = {
        "float": (4012.0, None, False),
        "decimals": (4012.5, None, True),
        "text": ("4012", None, False),
        "text-float": ("4012.0", None, True),
        "zeros": (4012, "000000", False),
        "thousands": (4012, "#,##0.00", False),
        "sixteen": (4012000000000001234, None, True),
        "date": (dt.date(1910, 12, 25), None, True),
        "truth": (True, None, True),
        "tiny": (4012.0000000001, None, True),
        "literal": (12, '"40"0', True),
        "thousand": (4012000, "0,", True),
    }
    for name, (value, shown, damaged) in ids.items():
        yield styled(f"number-{name}", PLAIN, NUMBER, value, shown, damaged=damaged)
    notes: dict[str, tuple[object, str | None, str]] = {
        "number": (2027, None, "2027"),
        "decimals": (10866613.81, None, "10866613.81"),
        "percent": (0.5, "0%", "50%"),
        "money": (1234.5, '"$"#,##0.00', "$1,234.50"),
        "date": (dt.date(2027, 1, 31), "d mmm yyyy", "31 Jan 2027"),
        "time": (dt.time(17, 0), "h:mm AM/PM", "5:00 PM"),
        "truth": (True, None, "TRUE"),
        "rounded": (12.345, "0.00", "12.35"),
        "fraction": (0.1 + 0.2, None, "0.3"),
    }
    for name, (value, shown, text) in notes.items():
        rows = (*PLAIN[:ROW], PLAIN[ROW].write({"note": text}), *PLAIN[ROW + 1 :])
        yield styled(f"note-{name}", rows, NOTE, value, shown, damaged=True)
    truths = {"true": (True, True), "false": (False, False), "one": (1, True), "zero": (0, False)}
    for name, (value, truth) in truths.items():
        rows = (*PLAIN[:ROW], PLAIN[ROW].write({"as_payment_link": truth}), *PLAIN[ROW + 1 :])
        yield styled(f"link-{name}", rows, LINK, value, None, damaged=False)
    book = new_book()
    for number, line in enumerate(book.cells):
        line[-1] = 10866613.81 + number * 0.1 if number else "Amount"
    yield by_openpyxl("amounts", book)
    yield by_xlsxwriter("amounts", book)


def styled(
    name: str,
    rows: tuple[Row, ...],
    column: int,
    value: object,
    shown: str | None,
    *,
    damaged: bool,
) -> Variant:
    """Return a variant with another value in one cell, shown in some number format."""
    book = new_book(rows)
    book.put(ROW, column, value)
    if not damaged:
        book.damaged.clear()
    if shown is not None:
        cell = f"{letter(column)}{book.line(ROW) + 1}"
        book.after.append(lambda sheet: setattr(sheet[cell], "number_format", shown))
    return by_openpyxl(name, book)


def with_days(days: list[dt.date], write: Callable[[dt.date], object]) -> Book:
    """Return a workbook whose due dates are these days, written in some way."""
    chosen = [days[i % len(days)] for i in range(len(PLAIN))]
    rows = tuple(
        row.write({"due_date": instant(day.isoformat())})
        for row, day in zip(PLAIN, chosen, strict=True)
    )
    book = new_book(rows)
    for owner, day in enumerate(chosen):
        book.cells[owner + 1][DUE] = write(day)
    return book


def dates() -> Iterator[Variant]:
    """Dates as numbers, as text in every order, with times, from 1904, in a wrong locale."""
    serial = lambda day: (day - dt.date(1899, 12, 30)).days  # noqa: E731
    yield by_openpyxl("dates-cells", with_days(CLEAR, lambda day: day))
    yield by_xlsxwriter("dates-cells", with_days(CLEAR, lambda day: day))
    yield by_openpyxl("dates-serial", with_days(CLEAR, serial))
    yield by_openpyxl("dates-iso", with_days(CLEAR, dt.date.isoformat))
    yield by_openpyxl("dates-unclear-cells", with_days(UNCLEAR, lambda day: day))
    for name, order in ORDERS.items():
        plain = name.replace("/", "")
        yield by_openpyxl(f"dates-{plain}-clear", with_days(CLEAR, order))
        book = with_days(UNCLEAR, order)
        book.everything()
        yield by_openpyxl(f"dates-{plain}-unclear", book, "d or m")
        if name.startswith("d"):
            # Excel with American settings took d/m texts for m/d where it could.
            book = with_days([*CLEAR, *UNCLEAR], swapped_by_excel(order))
            lines = enumerate(book.cells[1:])
            book.damaged = {i for i, line in lines if isinstance(line[DUE], dt.date)}
            yield by_openpyxl(f"dates-{plain}-swapped", book, "swapped by the program")
    for name, moment, zone in (
        ("moment", at(2027, 5, 6, 17, 30), "UTC"),
        ("moment-in-zone", at(2027, 5, 6, 17, 30), "Europe/Paris"),
        ("second", at(2027, 5, 6, 23, 59, 59), "UTC"),
    ):
        meant = instant(moment.isoformat(), zone)
        rows = tuple(row.write({"due_date": meant}) for row in PLAIN)
        book = new_book(rows)
        for line in book.cells[1:]:
            line[DUE] = moment
        yield by_openpyxl(f"dates-{name}", book, reading=Reading(timezone=zone))
    for name, value in {
        "time": dt.time(17, 0), "small": 12, "negative": -5, "truth": True, "percent": 0.5,
        "year": 2027, "far": 2958466, "sixty": 60, "ymd": 20270211,
    }.items():  # fmt: skip
        book = new_book()
        book.put(ROW, DUE, value)
        yield by_openpyxl(f"due-{name}", book)
    for name, write in {"cells": lambda day: day, "serial": lambda day: serial(day) - 1462}.items():
        book = with_days(CLEAR, write)
        workbook = Workbook()
        workbook.epoch = CALENDAR_MAC_1904
        fill(workbook.active, book.cells)
        yield as_variant(f"openpyxl/dates-1904-{name}", book, save(workbook), "")


def swapped_by_excel(order: Callable[[dt.date], object]) -> Callable[[dt.date], object]:
    """Return how a day ends up in a sheet that read it in the wrong order where it could."""

    def write(day: dt.date) -> object:
        return dt.date(day.year, day.day, day.month) if day.day <= 12 else order(day)

    return write
