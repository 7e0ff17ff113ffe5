"""The columns of the results: the file's own, then what became of each row."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from importer.model import NEEDS_USER
from importer.report import Report
from importer.table import RESULT_COLUMNS, ROW


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows of the results, column by column.

    Attributes:
        headers: The file's headers, then those of the results.
        cells: The file's own cells, a String column each.
        kinds: What each of them is, in the same shape.
        outcomes: The columns of the results.
    """

    headers: tuple[str, ...]
    cells: pl.DataFrame
    kinds: pl.DataFrame
    outcomes: pl.DataFrame

    def problems(self) -> Layout:
        """Return the rows that need the user."""
        mask = self.outcomes["status"].is_in([str(status) for status in NEEDS_USER])
        return Layout(
            headers=self.headers,
            cells=self.cells.filter(mask),
            kinds=self.kinds.filter(mask),
            outcomes=self.outcomes.filter(mask),
        )


def lay_out(report: Report) -> Layout:
    """Return all rows of a report."""
    cells = report.table.cells.drop(ROW)
    return Layout(
        headers=(*map(_own_header, report.table.headers), *RESULT_COLUMNS),
        cells=cells,
        kinds=report.table.kinds.select(cells.columns),
        outcomes=report.outcomes.select(RESULT_COLUMNS),
    )


def _own_header(header: str) -> str:
    """Keep a column of the user's apart from ours of the same name."""
    return f"{header} (file)" if header.strip().casefold() in RESULT_COLUMNS else header
