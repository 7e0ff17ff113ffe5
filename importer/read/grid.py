"""A grid of cells → Table: where the header is, which rows count, whose results it may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from importer.columns import count_fields, fits
from importer.errors import FileError
from importer.model import Code, Issue
from importer.read.options import Opening
from importer.table import RESULT_COLUMNS, ROW, Table, no_marks

HEADER_ROWS = 30
"""How far down the header row is looked for."""

ESCAPED = r"^'('*[=+\-@])"
"""A text cell of our own CSV results that would have looked like a formula."""


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of one sheet.

    Attributes:
        cells: String columns "0", "1", …; row i of the frame is row i + 1 of the sheet, blank
            cells are null. Leading blank rows and columns are there.
        kinds: What each cell is (`KIND` columns of the same names and height).
        sheet: The sheet's name; None for CSV.
        lengths: How many cells each row of a CSV has; None where rows can't differ.
        issues: What is wrong with rows, wherever they are: those outside the table don't count.
        marks: As in `Table`, for every row of the sheet.
        lines: The line that each row begins on, for every row; None where it is the row's number.
        hidden: The numbers of the rows that the sheet hides, by hand or by a filter.
        date1904: As in `Table`.
        warnings: What the user should know about the file.
    """

    cells: pl.DataFrame
    kinds: pl.DataFrame
    sheet: str | None = None
    lengths: pl.Series | None = None
    issues: tuple[Issue, ...] = ()
    marks: pl.DataFrame = field(default_factory=no_marks)
    lines: pl.Series | None = None
    hidden: frozenset[int] = frozenset()
    date1904: bool = False
    warnings: tuple[str, ...] = ()


def find_header(rows: Sequence[Sequence[str | None]]) -> int:
    """Return which of a sheet's first rows holds the headers: the first that fits, or the nearest.

    Args:
        rows: The cells of the first rows.
    """
    headers = [[cell or "" for cell in row] for row in rows[:HEADER_ROWS]]
    fitting = (i for i, row in enumerate(headers) if fits(row))
    nearest = max(
        range(len(headers)), key=lambda i: (count_fields(headers[i]), any(headers[i]), -i)
    )
    return next(fitting, nearest)


def tabulate(grid: Grid, *, path: Path, sha256: str, opening: Opening) -> Table:
    """Take the table out of a grid.

    Args:
        grid: All cells of the sheet.
        path: The file.
        sha256: The digest of its bytes, hex.
        opening: How it is read.

    Raises:
        FileError: When there are no rows under the header.
    """
    del opening
    cells = grid.cells
    if cells.is_empty():
        raise FileError(
            f"{path} has no rows. Put the headers in the first row and import it again."
        )
    header = find_header(cells.head(HEADER_ROWS).rows())
    headers = [(text or "").strip() for text in cells.row(header)]
    kept, ours = _split_result_columns(headers)
    body = cells.select(str(old) for old in kept).with_row_index(ROW, offset=1).slice(header + 1)
    filled = body.select(
        pl.any_horizontal(pl.exclude(ROW).str.strip_chars() != "").fill_null(value=False)
    ).to_series()
    rows = body.filter(filled)
    if rows.is_empty():
        raise FileError(
            f"{path} has headers in row {header + 1} but no rows under them. Nothing was sent."
        )
    if ours and grid.sheet is None:
        rows = rows.with_columns(pl.exclude(ROW).str.replace(ESCAPED, "$1"))
        headers = [re.sub(ESCAPED, r"\1", text) for text in headers]
    names = {str(old): str(new) for new, old in enumerate(kept)}
    return Table(
        path=path,
        sha256=sha256,
        sheet=grid.sheet,
        header_row=header + 1,
        headers=tuple(headers[old] for old in kept),
        cells=rows.rename(names),
        kinds=grid.kinds.slice(header + 1).filter(filled).select(*names).rename(names),
        positions=tuple(kept),
        issues=_length_issues(grid.lengths, header, filled),
    )


def has_result_columns(headers: list[str]) -> bool:
    """Tell whether a row of headers is that of our own results."""
    return bool(_split_result_columns(headers)[1])


def _split_result_columns(headers: list[str]) -> tuple[list[int], list[int]]:
    """Return the positions of the file's own columns, and of those that our results added."""
    width = len(RESULT_COLUMNS)
    for start in range(len(headers) - width, -1, -1):
        if tuple(headers[start : start + width]) == RESULT_COLUMNS:
            ours = list(range(start, start + width))
            return [i for i in range(len(headers)) if i not in ours], ours
    return list(range(len(headers))), []


def _length_issues(lengths: pl.Series | None, header: int, filled: pl.Series) -> tuple[Issue, ...]:
    if lengths is None:
        return ()
    expected = lengths[header]
    body = pl.DataFrame({"cells": lengths}).with_row_index(ROW, offset=1).slice(header + 1)
    wrong = body.filter(filled & (pl.col("cells") != expected))
    return tuple(
        Issue(
            Code.ROW_LENGTH,
            row,
            None,
            None,
            f"This row has {cells} cells, the header has {expected}: a separator is missing or too "
            "many. Put text that holds the separator in double quotes.",
        )
        for row, cells in wrong.iter_rows()
    )
