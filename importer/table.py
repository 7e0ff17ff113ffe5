"""The values about many rows at once, as polars frames with known columns.

A file's cells stay text from the reading to the results: what a cell *is* in a workbook (a number,
a date) is kept beside it, for the results alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

import polars as pl

from importer.model import Field, Issue, Severity
from importer.results import Results

STDIN = Path("-")
"""The file that stands for standard input."""

ROW = "row"
"""The frame column with the row's number as the sheet shows it (UInt32)."""


class Kind(StrEnum):
    """What a cell is in a workbook."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"


KIND = pl.Enum([kind.value for kind in Kind])


class Mark(StrEnum):
    """What a workbook says of a cell besides its value."""

    MERGED = "merged"
    """Blank, since it is merged with the cell that the mark's text names."""
    FORMULA = "formula"
    """A formula without a stored value: it reads as blank, or as the 0 that programs put there."""
    FORMAT = "format"
    """A number, text or date that the sheet shows with more or less than it holds; the text is the
    number format."""


MARK_SCHEMA = {"row": pl.UInt32, "column": pl.String, "mark": pl.String, "text": pl.String}
"""The columns of `Table.marks`: `column` is the name of a frame column."""


def no_marks() -> pl.DataFrame:
    """Return the marks of a file that has none."""
    return pl.DataFrame(schema=MARK_SCHEMA)


RESULT_COLUMNS = ("status", "invoice_number", "invoice_id", "error", "row")
"""The columns that the results add to the file's own; no fields where a results file is read."""

CLAIM = r"\[as read: ([0-9a-f]{8}(?: [0-9a-f]{8})*)\]"
"""How the column `error` says with which cells a row was damaged, a fingerprint for each reason."""

CUT = "… [cut: a cell holds no more]"
"""How a text ends in the results that was longer than a cell can hold."""

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
        kinds: What each cell is: a frame of `KIND` columns named as those of `cells` (without
            `row`), of the same height.
        positions: The column of the sheet (from 0) that each header stands in.
        issues: What is wrong with rows as they were read; `place` is still empty.
        marks: What a workbook says of cells besides their values (`MARK_SCHEMA`).
        lines: The line of the file that each row begins on (UInt32, as many as rows); None where it
            is the row's number, and in a workbook.
        header_line: The line of the headers; None where it is `header_row`.
        claims: What rows of our own results say of themselves: the fingerprint of their cells as
            they were damaged, by row; see `importer.validate.repair`.
        date1904: The workbook counts days from 1904, as old ones made on a Macintosh do.
        warnings: What the user should know about the file: rows that were skipped, a guessed
            encoding.
        results: What the file has of our own results, if it is one of them.
    """

    path: Path
    sha256: str
    sheet: str | None
    header_row: int
    headers: tuple[str, ...]
    cells: pl.DataFrame
    kinds: pl.DataFrame
    positions: tuple[int, ...]
    issues: tuple[Issue, ...] = ()
    marks: pl.DataFrame = field(default_factory=no_marks)
    lines: pl.Series | None = None
    header_line: int | None = None
    claims: Mapping[int, str] = field(default_factory=dict)
    date1904: bool = False
    warnings: tuple[str, ...] = ()
    results: Results = field(default_factory=Results)

    @property
    def source(self) -> Path:
        """The file's absolute path; the words `standard input` where it came from there."""
        return Path("standard input") if self.path == STDIN else self.path.absolute()

    @property
    def height(self) -> int:
        """How many rows the table has."""
        return self.cells.height

    def place(self, row: int, name: str | None = None) -> str:
        """Return where a cell or row is, as the user finds it: `D17`, `row 17`, `line 18`.

        Args:
            row: The row's number as the sheet shows it.
            name: The cell's frame column; None for the whole row.
        """
        if self.sheet is None and row == self.header_row:
            return f"line {self.header_line or row}"
        if self.sheet is None:
            return f"line {self._line(row)}"
        return f"row {row}" if name is None else cell_name(row, self.positions[int(name)])

    def header_places(self) -> tuple[str, ...]:
        """Return where each header is, as the user finds it: `column D`, in a CSV `column 4`."""
        return tuple(column_place(p, workbook=self.sheet is not None) for p in self.positions)

    def _line(self, row: int) -> int:
        if self.lines is None:
            return row
        rows = self.cells[ROW]
        at = row - rows[0]
        if not 0 <= at < len(rows) or rows[at] != row:  # some before it were left out
            at = bisect_left(rows, row)
        line: int = self.lines[at]
        return line


def are_doubled(rows: pl.DataFrame) -> pl.Series:
    """Tell which rows of a frame are there more than once; a null is like another.

    Digests that are sorted tell nearly all single rows in a fraction of the time.
    """
    digests = rows.hash_rows()
    ordered = digests.sort()
    met = digests.is_in(ordered.filter(ordered == ordered.shift(1)).unique().implode())
    places = met.arg_true()
    return met.scatter(places, rows[places].is_duplicated()) if len(places) else met


def cell_name(row: int, position: int) -> str:
    """Return a cell's name, as spreadsheet programs write it: `D17`.

    Args:
        row: The row's number as the sheet shows it.
        position: The column, from 0.
    """
    return f"{column_letters(position)}{row}"


@cache
def column_letters(position: int) -> str:
    """Return a column's name, as spreadsheet programs write it: 3 → `D`."""
    letters = ""
    while position >= 0:
        position, letter = divmod(position, 26)
        letters = chr(ord("A") + letter) + letters
        position -= 1
    return letters


def column_place(position: int, *, workbook: bool) -> str:
    """Return where a column is, as the user finds it: `column D`, in a CSV `column 4`."""
    return f"column {column_letters(position) if workbook else position + 1}"


class Match(StrEnum):
    """How a header was told to be a field's."""

    NAME = "name"
    """It is the field's own name, in some spelling."""
    ALIAS = "alias"
    """It is another name for the field."""
    MAPPING = "mapping"
    """The user said so."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, and how it was found.

    Attributes:
        name: Its frame column in `Table.cells`.
        header: Its header, as written.
        match: How the header was told to be the field's.
    """

    name: str
    header: str
    match: Match = Match.NAME


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column of the file gives which field.

    Attributes:
        columns: The columns by field.
        defaults: What every row has in place of a cell, for fields that no column gives.
    """

    columns: Mapping[Field, Column]
    defaults: Mapping[Field, str] = field(default_factory=dict)

    def header(self, field: Field) -> str:
        """Return the user's own header of a field, or the API's name where the file has none."""
        column = self.columns.get(field)
        return column.header if column is not None else field.value

    def in_order(self, issues: Iterable[Issue]) -> tuple[Issue, ...]:
        """Return issues by row and column; what is told of a row as a whole comes first."""
        order = {column.header: int(column.name) for column in self.columns.values()}
        return tuple(sorted(issues, key=lambda i: (i.row, order.get(i.column or "", -1))))


def _nowhere(row: int, name: str | None) -> str:
    """Name a row that is in no file."""
    del name
    return f"row {row}"


@dataclass(frozen=True, slots=True)
class Invoices:
    """The file's rows as invoices, and what is wrong with them.

    Attributes:
        frame: A row per row of the table, in its order, a cell that couldn't be read being null:
            `row` (UInt32), `reference_id`, `key` (String), `counterparty_id` (Int64), `currency`,
            `note`, `fee_bearer` (String), `as_payment_link` (Boolean), `due_date` (String, RFC 3339
            in UTC), `due_day` (String, ISO; only where the file gave a date alone).
        columns: Which column of the file each field came from.
        issues: What is wrong, by row and column.
        place: Where a cell is, as of `Table.place`.
        warnings_as_errors: Warnings keep rows back too.
        results: What the file has of our own results, if it is one of them.
        prints: The fingerprints of references that may have been changed, of rows in doubt.
    """

    frame: pl.DataFrame
    columns: ColumnMap
    issues: tuple[Issue, ...]
    place: Callable[[int, str | None], str] = field(default=_nowhere, repr=False)
    warnings_as_errors: bool = False
    results: Results = field(default_factory=Results)
    prints: Mapping[int, str] = field(default_factory=dict)

    def with_issues(self, found: Iterable[Issue]) -> Invoices:
        """Return the same rows with more issues, each told its place, all in the file's order."""
        names = {column.header: column.name for column in self.columns.columns.values()}
        place, strict = self.place, self.warnings_as_errors
        placed = [  # field by field: `replace` takes twice as long, and a file may have a million
            Issue(
                issue.code,
                issue.row,
                issue.column,
                issue.value,
                issue.message,
                Severity.ERROR if strict else issue.severity,
                place(issue.row, names.get(issue.column or "")),
                issue.fingerprint,
            )
            for issue in found
        ]
        if not placed:
            return self
        return replace(self, issues=self.columns.in_order((*self.issues, *placed)))

    def invalid_rows(self) -> frozenset[int]:
        """Return the rows that may not be sent."""
        return frozenset(i.row for i in self.issues if i.severity is Severity.ERROR)
