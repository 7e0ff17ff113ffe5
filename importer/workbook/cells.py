"""Cells as the file shows them → cells of a workbook: text, numbers, dates, truth values.

Limits and escapes are Excel's: "Excel specifications and limits", and ECMA-376 part 1, 22.9.2.19
(ST_Xstring) for characters that XML can't hold.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

import polars as pl
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.worksheet.worksheet import Worksheet

from importer.table import CUT, Kind

Value = str | int | float | dt.date | dt.datetime | dt.time | None

TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")

MAX_CHARACTERS = 32_767
"""What a cell holds, in UTF-16 code units."""

MAX_NUMBER = 10**15
"""Excel keeps 15 digits: the next one would be rounded away."""

FIRST_YEAR = 1900
"""Excel's calendar begins with it."""

DATE_TIME = "yyyy-mm-dd hh:mm:ss"

UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Characters that XML forbids or changes (a carriage return), and an underscore that would begin
an escape."""

ESCAPES = {"\r": "_x000D_", "_": "_x005F_"}


def to_values(cells: pl.Series, kinds: pl.Series) -> Iterator[Value]:
    """Return what each cell of a column is in a workbook; what isn't what it claims stays text.

    Args:
        cells: The cells as the file shows them, blank ones null.
        kinds: What each of them is, `Kind`.
    """
    if (kinds == Kind.TEXT).all():
        return (cell and to_text(cell) for cell in cells.to_list())
    pairs = zip(cells.to_list(), kinds.to_list(), strict=True)
    return (cell and CONVERTERS.get(kind, to_text)(cell) for cell, kind in pairs)


def to_text(cell: str) -> str:
    """Return a text that a workbook can hold: escaped; cut where it is too long, and saying so."""
    text = UNSAFE.sub(lambda match: ESCAPES.get(match[0], "\N{REPLACEMENT CHARACTER}"), cell)
    if 2 * len(text) <= MAX_CHARACTERS:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MAX_CHARACTERS:
        return text
    return units[: 2 * (MAX_CHARACTERS - len(CUT))].decode("utf-16-le", errors="ignore") + CUT


def to_number(cell: str) -> Value:
    """Return a number, whole where it is whole; the text where it is too long or none."""
    try:
        number = Decimal(cell)
    except InvalidOperation:
        return to_text(cell)
    if not number.is_finite() or abs(number) >= MAX_NUMBER:
        return to_text(cell)
    return int(number) if number == number.to_integral_value() else float(number)


def to_date(cell: str) -> Value:
    """Return a date, with a time unless it is midnight, or a time alone; else the text."""
    try:
        if TIME.fullmatch(cell):
            return dt.time.fromisoformat(cell)
        moment = dt.datetime.fromisoformat(cell)
    except ValueError:
        return to_text(cell)
    if moment.tzinfo is not None or moment.year < FIRST_YEAR:
        return to_text(cell)
    return moment.date() if moment.time() == dt.time.min else moment


def to_bool(cell: str) -> Value:
    """Return a truth value, else the text."""
    return {"true": True, "false": False}.get(cell.casefold(), to_text(cell))


CONVERTERS: Mapping[str | None, Callable[[str], Value]] = {
    Kind.TEXT: to_text,
    Kind.NUMBER: to_number,
    Kind.DATE: to_date,
    Kind.BOOL: to_bool,
}


def to_cells(sheet: Worksheet, values: Iterable[Value]) -> Iterator[Value | Cell]:
    """Make cells where openpyxl would not do the right thing with a bare value.

    A cell is written before the next one is asked for, so one cell serves all date-times.
    """
    moment = WriteOnlyCell(sheet)
    moment.number_format = DATE_TIME
    for value in values:
        if isinstance(value, str) and (value.startswith("=") or value in ERROR_CODES):
            yield text_cell(WriteOnlyCell(sheet), value)
        elif isinstance(value, dt.datetime):
            moment.value = value
            yield moment
        else:
            yield value


def text_cell(cell: Cell, text: str) -> Cell:
    """Fill a cell with text that stays text, also where it looks like a formula or an error."""
    cell.value = text
    cell.data_type = "s"
    return cell
