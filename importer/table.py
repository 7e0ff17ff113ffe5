"""The values about many rows at once, as polars frames with known columns.

A file's cells stay text from the reading to the results: what a cell *is* in a workbook (a number,
a date) is kept beside it, for the results alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import polars as pl

from importer.model import Field, Issue, Severity

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


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its frame column in `Table.cells` and its header as written."""

    name: str
    header: str


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column of the file gives which field."""

    columns: Mapping[Field, Column]

    def header(self, field: Field) -> str:
        """Return the user's own header of a field, or the API's name where the file has none."""
        column = self.columns.get(field)
        return column.header if column is not None else field.value


@dataclass(frozen=True, slots=True)
class Invoices:
    """The file's rows as invoices, and what is wrong with them.

    Attributes:
        frame: A row per row of the table, in its order, a cell that couldn't be read being null:
            `row` (UInt32), `reference_id`, `key` (String), `counterparty_id` (Int64), `currency`,
            `note`, `fee_bearer` (String), `as_payment_link` (Boolean), `due_date` (String, RFC 3339
            in UTC), `due_day` (String, ISO; only where the file gave a date alone).
        columns: Which column of the file each field came from.
        issues: What is wrong, by row.
    """

    frame: pl.DataFrame
    columns: ColumnMap
    issues: tuple[Issue, ...]

    def invalid_rows(self) -> frozenset[int]:
        """Return the rows that may not be sent."""
        return frozenset(i.row for i in self.issues if i.severity is Severity.ERROR)
