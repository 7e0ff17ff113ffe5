"""Outcomes → Report: counts, totals, rows in the file's order. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from importer.errors import (
    EXIT_IN_DOUBT,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_ROWS,
    EXIT_STOPPED,
)
from importer.model import Field, Issue, Outcome, Severity, Status
from importer.table import ROW, ColumnMap, Invoices, Table
from importer.warn import NEXT, say_notes, say_warnings

UNCLEAR = "unclear"
"""What is shown for the currency of a row that has no readable one."""

OUTCOME_SCHEMA = {
    ROW: pl.UInt32,
    "status": pl.String,
    "invoice_number": pl.String,
    "invoice_id": pl.Int64,
    "error": pl.String,
}


@dataclass(frozen=True, slots=True)
class Summary:
    """One run, in figures.

    Attributes:
        run_id: The run's name.
        file: The absolute path of the file.
        account: The account's name and URL.
        started_at: Wall-clock time (UTC).
        duration_s: Seconds from start to results.
        counts: Rows by status, every status, zeros too.
        by_currency: Rows by currency and status; rows without a readable currency are left out.
        output: The results file's absolute path; None where none was written.
        exit_code: What the command ends with.
        error: Why the run stopped early; None where it went to its end.
        warnings: What the user should know and nothing stopped for.
        left: How many creates `--limit` left for later.
    """

    run_id: str
    file: Path
    account: str
    started_at: dt.datetime
    duration_s: float
    counts: Mapping[Status, int]
    by_currency: Mapping[str, Mapping[Status, int]]
    output: Path | None
    exit_code: int
    error: str | None = None
    warnings: tuple[str, ...] = ()
    left: int = 0


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a run went, as its report needs to know.

    Attributes:
        id: The run's name.
        account: The account's name and URL.
        started_at: Wall-clock time (UTC).
        duration_s: Seconds from start to results.
        output: Where the results go, an absolute path.
        stopped: Why it stopped early; None where it didn't.
        interrupted: It stopped because a signal told it to.
        refused: `--strict` kept everything back.
        warnings: What the user should know.
        left: How many creates `--limit` left for later.
    """

    id: str
    account: str
    started_at: dt.datetime
    duration_s: float
    output: Path | None
    stopped: str | None = None
    interrupted: bool = False
    refused: bool = False
    warnings: tuple[str, ...] = ()
    left: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """All that the results are written from.

    Attributes:
        table: The file's own columns.
        outcomes: A row per row of the table, in its order: `row` (UInt32), `status` (String),
            `invoice_number` (String), `invoice_id` (Int64), `error` (String; null where there is
            nothing to say).
        issues: What is wrong with which cell.
        summary: The run in figures.
        columns: Which column of the file was taken for which field.
    """

    table: Table
    outcomes: pl.DataFrame
    issues: tuple[Issue, ...]
    summary: Summary
    columns: ColumnMap = field(default_factory=lambda: ColumnMap({}))


def build_report(table: Table, invoices: Invoices, outcomes: pl.DataFrame, run: Conduct) -> Report:
    """Put together what the results are written from.

    Args:
        table: The file's table.
        invoices: Its rows as invoices.
        outcomes: What became of them, as of `order_outcomes`.
        run: How the run went.
    """
    counts = count(outcomes)
    issues = invoices.issues
    summary = Summary(
        run_id=run.id,
        file=table.source,
        account=run.account,
        started_at=run.started_at,
        duration_s=run.duration_s,
        counts=counts,
        by_currency=count_by_currency(outcomes, invoices),
        output=run.output,
        exit_code=choose_exit_code(
            counts,
            stopped=run.stopped is not None,
            interrupted=run.interrupted,
            refused=run.refused,
        ),
        error=run.stopped,
        warnings=(
            *table.warnings,
            *run.warnings,
            *say_notes(table, outcomes),
            *say_warnings(issues),
        ),
        left=run.left,
    )
    return Report(table, outcomes, issues, summary, invoices.columns)


def order_outcomes(
    table: Table, outcomes: Iterable[Outcome], rest: Outcome, issues: Iterable[Issue] = ()
) -> pl.DataFrame:
    """Return an outcome for every row of a table, in its order, with the warnings about it.

    Args:
        table: The file's table.
        outcomes: What became of rows, in any order; each row once.
        rest: What became of every row that has no outcome; its own row doesn't matter.
        issues: What is wrong with rows; the warnings among them are told after the outcome.
    """
    known = _to_frame(list(outcomes))
    joined = table.cells.select(ROW).join(known, on=ROW, how="left", maintain_order="left")
    _, *values = _to_frame([rest]).row(0)
    columns = list(OUTCOME_SCHEMA.items())[1:]
    left = pl.col("status").is_null()
    ordered = joined.with_columns(
        pl.when(left).then(pl.lit(value, dtype=dtype)).otherwise(name).alias(name)
        for (name, dtype), value in zip(columns, values, strict=True)
    )
    warnings = pl.DataFrame(
        [(i.row, f"Warning: {i.told()}") for i in issues if i.severity is Severity.WARNING],
        schema={ROW: pl.UInt32, "warning": pl.String},
        orient="row",
    )
    if warnings.is_empty():
        return ordered
    told = warnings.group_by(ROW, maintain_order=True).agg(pl.col("warning").str.join(NEXT))
    return ordered.join(told, on=ROW, how="left", maintain_order="left").select(
        pl.exclude("error", "warning"),
        pl.concat_str("error", "warning", separator=NEXT, ignore_nulls=True)
        .replace("", None)
        .alias("error"),
    )


def count(outcomes: pl.DataFrame) -> Mapping[Status, int]:
    """Return how many rows have which status, every status, zeros too."""
    found = dict(outcomes.group_by("status").len().iter_rows())
    return {status: found.get(status, 0) for status in Status}


def count_by_currency(
    outcomes: pl.DataFrame, invoices: Invoices
) -> Mapping[str, Mapping[Status, int]]:
    """Return how many rows of which currency have which status, the currencies sorted."""
    currency = invoices.columns.header(Field.CURRENCY)
    wrong = (i for i in invoices.issues if i.severity is Severity.ERROR)
    unread = {i.row for i in wrong if i.column in {currency, None}}
    rows = invoices.frame.select(ROW, Field.CURRENCY).filter(
        pl.col(Field.CURRENCY).is_not_null() & ~pl.col(ROW).is_in(list(unread))
    )
    statuses = outcomes.select(ROW, "status")
    groups = rows.join(statuses, on=ROW).group_by(Field.CURRENCY, "status").len()
    table: dict[str, dict[Status, int]] = {}
    for currency, status, rows_ in groups.sort(Field.CURRENCY, "status").iter_rows():
        table.setdefault(currency, {})[Status(status)] = rows_
    return table


def choose_exit_code(
    counts: Mapping[Status, int], *, stopped: bool, interrupted: bool, refused: bool
) -> int:
    """Return what the command ends with.

    Args:
        counts: Rows by status.
        stopped: The run stopped early.
        interrupted: It stopped because a signal told it to.
        refused: `--strict` kept everything back.
    """
    if interrupted:
        return EXIT_INTERRUPTED
    if stopped:
        return EXIT_STOPPED
    if counts[Status.IN_DOUBT]:
        return EXIT_IN_DOUBT
    wrong = counts[Status.INVALID] + counts[Status.REJECTED] + counts[Status.CONFLICT]
    return EXIT_ROWS if wrong or refused else EXIT_OK


def _to_frame(outcomes: Sequence[Outcome]) -> pl.DataFrame:
    refs = [outcome.invoice for outcome in outcomes]
    columns = {
        ROW: [outcome.row for outcome in outcomes],
        "status": [outcome.status.value for outcome in outcomes],
        "invoice_number": [None if ref is None else ref.number for ref in refs],
        "invoice_id": [None if ref is None else ref.id or None for ref in refs],
        "error": [outcome.message or None for outcome in outcomes],
    }
    return pl.DataFrame(columns, schema=OUTCOME_SCHEMA)
