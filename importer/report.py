"""Outcomes → Report: counts, totals, rows in the file's order. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from importer.model import Issue, Status
from importer.table import Table


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


@dataclass(frozen=True, slots=True)
class Report:
    """All that the results are written from.

    Attributes:
        table: The file's own columns.
        kinds: What each of its cells is; see `Table.read_kinds`.
        outcomes: A row per row of the table, in its order: `row` (UInt32), `status` (String),
            `invoice_number` (String), `invoice_id` (Int64), `error` (String; null where there is
            nothing to say).
        issues: What is wrong with which cell.
        summary: The run in figures.
    """

    table: Table
    kinds: pl.DataFrame
    outcomes: pl.DataFrame
    issues: tuple[Issue, ...]
    summary: Summary
