"""What a run is about to do, for whoever has to say yes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from importer.model import Status
from importer.plan import Plan
from importer.report import count, count_by_currency
from importer.table import ROW, Table
from importer.warn import say_warnings


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run is about to do.

    Attributes:
        table: What was read.
        counts: Rows by status: `ready` are those that will be created.
        by_currency: The same by currency; rows without a readable one are left out.
        left: How many more would be created but for `--limit`.
        where: Where they will be created, in words.
        warnings: What the user should know of the rows.
    """

    table: Table
    counts: Mapping[Status, int]
    by_currency: Mapping[str, Mapping[Status, int]]
    left: int
    where: str
    warnings: tuple[str, ...] = ()

    @property
    def creates(self) -> int:
        """How many invoices will be created."""
        return self.counts[Status.READY]


def preview_plan(table: Table, planned: Plan, *, left: int, where: str) -> Preview:
    """Return what carrying out a plan will do.

    Args:
        table: What was read.
        planned: The plan.
        left: How many creates `--limit` took out of it.
        where: Where it sends, in words.
    """
    decided = pl.DataFrame(
        [(outcome.row, outcome.status.value) for outcome in planned.decided],
        schema={ROW: pl.UInt32, "status": pl.String},
        orient="row",
    )
    rest = pl.col("status").fill_null(Status.READY.value)
    outcomes = table.cells.select(ROW).join(decided, on=ROW, how="left").with_columns(rest)
    return Preview(
        table=table,
        counts=count(outcomes),
        by_currency=count_by_currency(outcomes, planned.invoices),
        left=left,
        where=where,
        warnings=(*table.warnings, *say_warnings(planned.invoices.issues)),
    )
