"""Cells as the file shows them → cells of a workbook: text, numbers, dates, truth values.

Limits and escapes are Excel's: "Excel specifications and limits", and ECMA-376 part 1, 22.9.2.19
(ST_Xstring) for characters that XML can't hold.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar

import polars as pl
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.worksheet.worksheet import Worksheet

from importer.table import CUT, Kind

T = TypeVar("T")

Value = str | int | float | dt.date | dt.datetime | dt.time | None

TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")

MAX_CHARACTERS = 32_767
"""What a cell holds, in UTF-16 code units."""

MAX_NUMBER = 10**15
"""Excel keeps 15 digits: the next one would be rounded away."""

FIRST_YEAR = 1900
"""Excel's calendar begins with it."""

DATE_TIME = "yyyy-mm-dd hh:mm:ss"

FORBIDDEN = r"\x00-\x08\x0b-\x1f\ufffe\uffff"
"""Characters that XML forbids or changes (a carriage return), besides lone surrogates."""

ESCAPE = r"x[0-9A-Fa-f]{4}_"
"""What makes an escape of the underscore before it."""

UNSAFE = re.compile(rf"[{FORBIDDEN}\ud800-\udfff]|_(?={ESCAPE})")

SUSPECT = rf"^[=#]|[{FORBIDDEN}]|_{ESCAPE}"
"""Text that may not be written as it is: what is unsafe, and what looks like a formula or an error
value. For polars, whose texts hold no surrogates."""

ESCAPES = {"\r": "_x000D_", "_": "_x005F_"}


def to_cells(
    sheet: Worksheet, texts: pl.Series, kinds: pl.Series | None = None
) -> Iterable[Value | Cell]:
    """Return what each cell of a column is in a workbook; what isn't what it claims stays text.

    A cell is written before the next one is asked for, so one cell may serve many.

    Args:
        sheet: The sheet that they are for.
        texts: The cells as the file shows them, blank ones null.
        kinds: What each of them is, `Kind`; text where it is left out.
    """
    if kinds is None or (kinds == Kind.TEXT).all():
        return _secure(texts, lambda text: text_cell(WriteOnlyCell(sheet), to_text(text)))
    pairs = zip(texts.to_list(), kinds.to_list(), strict=True)
    values = (text and CONVERTERS.get(kind, to_text)(text) for text, kind in pairs)
    return _to_sure_cells(sheet, values)


def to_texts(texts: pl.Series) -> Iterable[str | None]:
    """Return texts that a workbook can hold; blank ones are null."""
    return _secure(texts, to_text)


def _secure(texts: pl.Series, secure: Callable[[str], T]) -> Iterable[str | T | None]:
    """Pass on texts, through `secure` those that may not be written as they are.

    All are searched at once: most columns have no such text, and asking each takes far longer.
    """
    # A text has no more UTF-16 code units than bytes.
    suspect = (texts.str.len_bytes() > MAX_CHARACTERS) | texts.str.contains(SUSPECT)
    if not suspect.any():
        return texts.to_list()
    pairs = zip(texts.to_list(), suspect.to_list(), strict=True)
    return (secure(text) if text and doubtful else text for text, doubtful in pairs)


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


def _to_sure_cells(sheet: Worksheet, values: Iterable[Value]) -> Iterator[Value | Cell]:
    """Make cells where openpyxl would not do the right thing with a bare value."""
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
