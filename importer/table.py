"""The values about many rows at once, as polars frames with known columns.

A file's cells stay text from the reading to the results: what a cell *is* in a workbook (a number,
a date) is kept beside it, for the results alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import polars as pl

from importer.model import Issue

ROW = "row"
"""The frame column with the row's number as the sheet shows it (UInt32)."""


class Kind(StrEnum):
    """What a cell is in a workbook."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"


KIND = pl.Enum([kind.value for kind in Kind])

RESULT_COLUMNS = ("status", "invoice_number", "invoice_id", "error", "row")
"""The columns that the results add to the file's own; ignored where a results file is read."""

RESULTS_SHEET, PROBLEMS_SHEET, SUMMARY_SHEET = "Results", "Problems", "Summary"


@dataclass(frozen=True, slots=True)
class Table:
    """A file's table: every cell as the user sees it.

    Attributes:
        path: The file.
        sha256: The digest of its bytes, hex.
        sheet: The sheet's name; None for CSV.
        header_row: The row of the headers, as the sheet numbers it.
        headers: The file's headers, as written; a blank one is the empty text.
        cells: `row` and a String column per header, named "0", "1", …; blank cells are null.
        read_kinds: Reads what each cell is: a frame of `KIND` columns named as those of `cells`
            (without `row`), of the same height. Costs a second look at a workbook.
        issues: What is wrong with rows as they were read.
    """

    path: Path
    sha256: str
    sheet: str | None
    header_row: int
    headers: tuple[str, ...]
    cells: pl.DataFrame
    read_kinds: Callable[[], pl.DataFrame] = field(repr=False)
    issues: tuple[Issue, ...] = ()

    @property
    def height(self) -> int:
        """How many rows the table has."""
        return self.cells.height
