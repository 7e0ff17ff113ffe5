"""Error values of a workbook (#N/A, #REF!): calamine reads them as blank, the user sees them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator

import polars as pl
from openpyxl import load_workbook

MARK = re.compile(rb"""\bt=["']e["']""")
"""The type of a cell with an error value (ECMA-376 part 1, 18.18.11)."""


def show_faults(cells: pl.DataFrame, data: bytes, sheet: str, first_column: int) -> pl.DataFrame:
    """Return the cells with the error values that the sheet shows put in.

    Looks closely, and slowly, only where the workbook has any.

    Args:
        cells: As in `Grid`.
        data: The workbook's bytes.
        sheet: The sheet's name.
        first_column: How many columns of the sheet are left of the cells.
    """
    if not _has_faults(data):
        return cells
    found = pl.DataFrame(
        [(row, str(column - first_column), text) for row, column, text in _find(data, sheet)],
        schema={"row": pl.UInt32, "column": pl.String, "text": pl.String},
        orient="row",
    )
    return cells.with_columns(
        cells[str(name)].scatter(part["row"], part["text"])
        for (name,), part in found.group_by("column")
    )


def _has_faults(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [n for n in archive.namelist() if n.startswith("xl/worksheets/")]
        return any(MARK.search(archive.read(part)) for part in parts)


def _find(data: bytes, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Yield row, column (both from 0) and text of every error value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and the like, which don't matter here
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for row, cells in enumerate(book[sheet].iter_rows()):
        for column, cell in enumerate(cells):
            if cell.data_type == "e":
                yield row, column, str(cell.value)
