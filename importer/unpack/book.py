"""A workbook's sheets: which there are, how they begin, and one of them whole."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import islice, repeat
from typing import Any, cast

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from importer.unpack.cells import Value, show_column, show_day
from importer.unpack.marks import Marks, find_marks, group
from importer.unpack.package import (
    PROTECTED,
    STRINGS,
    RefusedError,
    counts_from_1904,
    find_sheets,
    find_styles,
    open_package,
)

Answer = dict[str, Any]
CHUNK = 4096
"""How many rows travel at once."""

KEPT = 2_000_000
"""How many cells of a sheet whose head was read are kept for reading it whole."""

KNOWN_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
"""The error values that calamine reads past (ECMA-376 part 1, 18.17.3)."""


class Book:
    """An open workbook."""

    def __init__(self, data: bytes, limits: Answer) -> None:
        """Open a workbook.

        Args:
            data: The file's bytes.
            limits: How much is read at most, by the names of `importer.read.options.Limits`.

        Raises:
            RefusedError: When it isn't a workbook that is read.
        """
        self._limits = limits
        self._package = open_package(data, limits["file_size"])
        self._parts = find_sheets(self._package)
        if STRINGS in self._package.parts:
            self._package.read(STRINGS)
        self._date1904 = counts_from_1904(self._package)
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except PasswordError as exc:
            raise RefusedError(PROTECTED) from exc
        self._loaded: dict[str, CalamineSheet] = {}

    def sheets(self) -> list[tuple[str, bool]]:
        """Return the worksheets' names, and whether each is visible."""
        return [
            (sheet.name, sheet.visible == SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.name in self._parts
        ]

    def head(self, name: str, rows: int) -> list[list[str | None]]:
        """Return a sheet's first rows as text.

        Args:
            name: The sheet's name.
            rows: How many, at most.
        """
        marks = self._look(name)
        sheet = self._load(name, marks)
        if _area(sheet) <= KEPT:
            self._loaded[name] = sheet
        values = list(islice(_rows(sheet, marks), rows))
        texts = [show_column(column)[0] for column in _columns(values, _left(sheet))]
        return [list(row) for row in zip(*texts, strict=True)]

    def read(self, name: str) -> Iterator[Answer]:
        """Yield a sheet: its marks, its rows in chunks of columns, its merged ranges.

        Chunks of blank rows at the end are left out; a formula without a value isn't blank.

        Args:
            name: The sheet's name.
        """
        marks = self._look(name)
        yield {
            "date1904": self._date1904,
            "hidden": marks.hidden,
            "formulas": marks.formulas,
            "formats": {kind: group(places) for kind, places in marks.formats().items()},
        }
        sheet = self._load(name, marks)
        rows, start = _rows(sheet, marks), 0
        last = max((row for row, *_ in marks.formulas), default=-1)
        pending: list[Answer] = []
        while values := list(islice(rows, CHUNK)):
            columns = _columns(values, _left(sheet))
            texts, kinds = zip(*map(show_column, columns), strict=True)
            self._check_lengths(texts, start)
            pending.append({"texts": texts, "kinds": kinds, "height": len(values)})
            filled = start + _last_filled(texts)
            if filled >= start or last >= start:
                self._check_height(name, max(filled, min(last, start + CHUNK - 1)) + 1)
                yield from pending
                pending.clear()
            start += len(values)
        yield {"merged": sheet.merged_cell_ranges or []}

    def _look(self, name: str) -> Marks:
        xml = self._package.read(self._parts[name])
        return find_marks(xml, find_styles(self._package))

    def _load(self, name: str, marks: Marks) -> CalamineSheet:
        """Return a sheet, from what is kept or afresh.

        Raises:
            RefusedError: When it is too wide, or has an error value that calamine stops at.
        """
        for row, column, text in marks.errors:
            if text not in KNOWN_ERRORS:
                raise RefusedError(
                    f'has an error value that is not known, "{text}", in {cell_name(row, column)} '
                    f'of the sheet "{name}". Correct or empty that cell'
                )
        sheet = self._loaded.pop(name, None) or self._book.get_sheet_by_name(name)
        width = sheet.end[1] + 1 if sheet.end else 0
        if width > (most := self._limits["columns"]):
            raise RefusedError(
                f'has {width:,} columns in the sheet "{name}", more than --max-columns allows '
                f"({most:,}). Delete what stands to the right of the table, or allow more with "
                "--max-columns"
            )
        return sheet

    def _check_lengths(self, texts: Sequence[Sequence[str | None]], start: int) -> None:
        most = self._limits["cell_length"]
        for position, column in enumerate(texts):
            longest = max(map(len, filter(None, column)), default=0)
            if longest > most:
                row = next(row for row, text in enumerate(column) if text and len(text) > most)
                raise RefusedError(
                    f"has {longest:,} characters in {cell_name(start + row, position)}, more than "
                    f"--max-cell-length allows ({most:,}). Shorten that cell, or allow more with "
                    "--max-cell-length"
                )

    def _check_height(self, name: str, height: int) -> None:
        if height > (most := self._limits["rows"]):
            rows = "1 row" if most == 1 else f"{most:,} rows"
            raise RefusedError(
                f'has more than {rows} in the sheet "{name}". Import it in parts, or allow more '
                "with --max-rows"
            )


def _rows(sheet: CalamineSheet, marks: Marks) -> Iterator[list[Value]]:
    """Return a sheet's rows from its very first, the cells from the column of its first cell on.

    With the error values that it shows put in, and with the rows and columns where nothing but
    formulas without a value stand: to calamine, both are blank. Times that nobody sees are off.
    """
    rows = cast(Iterator[list[Value]], sheet.iter_rows())
    if not marks.errors and not marks.formulas and not marks.days:
        return rows
    return _completed(rows, marks, sheet)


def _completed(
    rows: Iterator[list[Value]], marks: Marks, sheet: CalamineSheet
) -> Iterator[list[Value]]:
    errors: dict[int, list[tuple[int, str]]] = {}
    days: dict[int, list[int]] = {}
    left, width = _left(sheet), sheet.end[1] + 1 if sheet.end else 0
    for row, column, text in marks.errors:
        errors.setdefault(row, []).append((column - left, text))
    for row, column, _ in marks.days:
        days.setdefault(row, []).append(column - left)
    added: list[Value] = [""] * (max((c + 1 for _, c, _ in marks.formulas), default=0) - width)
    height = 0
    for values in rows:
        for column, text in errors.get(height, ()):
            values[column] = text
        for column in days.get(height, ()):
            values[column] = show_day(values[column])
        height += 1
        yield values + added
    last = max((row for row, *_ in marks.formulas), default=-1)
    blank: list[Value] = [""] * (width - left + len(added))
    yield from repeat(blank, last + 1 - height)


def _left(sheet: CalamineSheet) -> int:
    """Return how many blank columns a sheet begins with: `iter_rows` leaves them out."""
    return sheet.start[1] if sheet.start else 0


def _columns(values: Sequence[Sequence[Value]], left: int) -> list[Sequence[Value]]:
    """Return rows as columns, the blank ones to their left too."""
    return [[""] * len(values)] * left + list(zip(*values, strict=True))


def _last_filled(columns: Sequence[Sequence[str | None]]) -> int:
    """Return the last row of a chunk that holds more than white space; -1 where none does."""
    last = -1
    for column in columns:
        for row in range(len(column) - 1, last, -1):
            text = column[row]
            if text and not text.isspace():
                last = row
                break
    return last


def _area(sheet: CalamineSheet) -> int:
    return (sheet.end[0] + 1) * (sheet.end[1] + 1) if sheet.end else 0


def cell_name(row: int, column: int) -> str:
    """Return a cell's name, such as `D17`; both counted from 0."""
    letters = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        letters = chr(ord("A") + letter) + letters
        column -= 1
    return f"{letters}{row + 1}"
