"""Where something is in a file, as the user finds it: rows of a sheet, lines of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from importer.table import cell_name, column_place

NAMED = 5
"""How many rows are named before the others are only counted."""


@dataclass(frozen=True, slots=True)
class Places:
    """How the rows and columns of a file are named.

    Attributes:
        workbook: They have cell names; a text file has lines, and columns by number.
        lines: The line that each row begins on, where it isn't the row's number.
    """

    workbook: bool
    lines: pl.Series | None = None

    def row(self, row: int) -> str:
        """Return `row 17`, or `line 18`; `row` is its number as the sheet shows it."""
        return f"row {row}" if self.workbook else f"line {self._line(row)}"

    def rows(self, rows: Sequence[int]) -> str:
        """Return `rows 14, 17 and 20`: the first few by number, then how many more."""
        word = "row" if self.workbook else "line"
        numbers = [str(row if self.workbook else self._line(row)) for row in rows[:NAMED]]
        if len(rows) > NAMED:
            numbers.append(f"{len(rows) - NAMED:,} more")
        return f"{word}{'s' * (len(rows) > 1)} {enumerate_all(numbers)}"

    def columns(self, positions: Iterable[int]) -> str:
        """Return `columns D and F`, in a text file `columns 4 and 6`; positions are from 0."""
        names = [column_place(p, workbook=self.workbook).split()[1] for p in positions]
        return f"column{'s' * (len(names) > 1)} {enumerate_all(names)}"

    def region(self, rows: tuple[int, int], columns: tuple[int, int]) -> str:
        """Return `A1:G12`, or `lines 1 to 12 (columns 1 to 7)`.

        Args:
            rows: The first row and the last, as the sheet numbers them.
            columns: The first column and the last, from 0.
        """
        (top, bottom), (left, right) = rows, columns
        if self.workbook:
            return f"{cell_name(top, left)}:{cell_name(bottom, right)}"
        return (
            f"lines {self._line(top)} to {self._line(bottom)} (columns {left + 1} to {right + 1})"
        )

    def _line(self, row: int) -> int:
        return row if self.lines is None else int(self.lines[row - 1])


def capital(text: str) -> str:
    """Return a text with a capital letter first, as a sentence begins."""
    return text[:1].upper() + text[1:]


def enumerate_all(names: Sequence[str]) -> str:
    """Return names as a sentence has them: `A, B and C`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
