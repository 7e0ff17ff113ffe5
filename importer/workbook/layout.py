"""The columns of the results: the file's own, then what became of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from importer.model import NEEDS_USER, Field, Status
from importer.report import Report
from importer.statuses import LEFT
from importer.table import RESULT_COLUMNS, ROW

UNMADE = [str(s) for s in (Status.READY, Status.INVALID, Status.REJECTED, Status.NOT_SENT)]
"""Of such a row no invoice was made, for certain."""

MOST_FROZEN = 2
"""The columns that stay in sight at most, so that there is room for others."""

PART = 5_000
"""The rows that are Python's values at a time: those take several times the memory of a frame's."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows of the results, column by column.

    Attributes:
        headers: The file's headers, then those of the results.
        cells: The file's own cells, a String column each.
        kinds: What each of them is, in the same shape.
        outcomes: The columns of the results.
        frozen: How many columns stay in sight: those up to the reference, if it is near.
    """

    headers: tuple[str, ...]
    cells: pl.DataFrame
    kinds: pl.DataFrame
    outcomes: pl.DataFrame
    frozen: int = 0

    def problems(self) -> Layout:
        """Return the rows that need the user; those that `--limit` left for later don't."""
        needy = self.outcomes["status"].is_in([str(status) for status in NEEDS_USER])
        left = self.outcomes["error"].str.starts_with(LEFT).fill_null(value=False)
        return self._select(lambda frame: frame.filter(needy & ~left))

    def parts(self) -> Iterator[Layout]:
        """Yield all rows, some thousands at a time."""
        for first in range(0, self.outcomes.height, PART):
            yield self._select(partial(pl.DataFrame.slice, offset=first, length=PART))

    def _select(self, select: Callable[[pl.DataFrame], pl.DataFrame]) -> Layout:
        return replace(
            self,
            cells=select(self.cells),
            kinds=select(self.kinds),
            outcomes=select(self.outcomes),
        )


def lay_out(report: Report) -> Layout:
    """Return all rows of a report."""
    cells = report.table.cells.drop(ROW)
    reference = report.columns.columns.get(Field.REFERENCE_ID)
    nearest = int(reference.name) + 1 if reference is not None else 0
    return Layout(
        headers=(*map(_own_header, report.table.headers), *RESULT_COLUMNS),
        cells=cells,
        kinds=report.table.kinds.select(cells.columns),
        outcomes=_with_numbers(report).select(RESULT_COLUMNS),
        frozen=nearest if nearest <= MOST_FROZEN else 0,
    )


def _with_numbers(report: Report) -> pl.DataFrame:
    """Return the outcomes; what was not sent still says which invoice it is, as it did when read.

    Without it nobody would notice, the next time, that a program has changed its reference.
    """
    numbers = report.table.results.numbers.unique(ROW, keep="first")
    named = report.outcomes.join(numbers, on=ROW, how="left", maintain_order="left")
    own = pl.when(pl.col("status").is_in(UNMADE)).then("number")
    return named.with_columns(pl.coalesce("invoice_number", own).alias("invoice_number"))


def _own_header(header: str) -> str:
    """Keep a column of the user's apart from ours of the same name."""
    return f"{header} (file)" if header.strip().casefold() in RESULT_COLUMNS else header
