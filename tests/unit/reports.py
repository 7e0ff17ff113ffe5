"""Reports to write results from, and how tests read the results."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from importer.model import Code, Field, Issue, Severity, Status, explain
from importer.report import Report, Summary
from importer.table import KIND, ROW, Column, ColumnMap, Kind, Table
from importer.workbook import write_results

NOON = dt.datetime(2026, 10, 1, 12, 0, 0, tzinfo=dt.UTC)

Row = Sequence[str | None]


def make_report(
    headers: Sequence[str],
    rows: Sequence[Row],
    *,
    kinds: Sequence[Kind] | None = None,
    statuses: Sequence[Status] | None = None,
    error: str | None = None,
    issues: Sequence[Issue] = (),
    columns: Mapping[Field, int] | None = None,
) -> Report:
    """Make a report; `kinds` is per column, text where it is left out; `columns` are positions."""
    names = [str(number) for number in range(len(headers))]
    numbers = pl.Series(ROW, range(2, len(rows) + 2), dtype=pl.UInt32)
    statuses = statuses or [Status.CREATED] * len(rows)
    cells = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    table = Table(
        path=Path("/data/march.xlsx"),
        sha256="0" * 64,
        sheet="Sheet1",
        header_row=1,
        headers=tuple(headers),
        cells=cells.insert_column(0, numbers),
        kinds=pl.DataFrame(
            {
                name: pl.Series([kind] * len(rows), dtype=KIND)
                for name, kind in zip(names, kinds or [Kind.TEXT] * len(names), strict=True)
            }
        ),
        positions=tuple(range(len(headers))),
    )
    return Report(
        table=table,
        outcomes=pl.DataFrame(
            {
                ROW: numbers,
                "status": pl.Series([str(status) for status in statuses], dtype=pl.String),
                "invoice_number": [f"INV-{number}" for number in range(len(rows))],
                "invoice_id": pl.Series(range(900, 900 + len(rows)), dtype=pl.Int64),
                "error": pl.Series([error] * len(rows), dtype=pl.String),
            }
        ),
        issues=tuple(issues),
        summary=make_summary({status: statuses.count(status) for status in Status}),
        columns=ColumnMap(
            {field: Column(str(n), headers[n]) for field, n in (columns or {}).items()}
        ),
    )


def make_issue(row: int, column: str | None, message: str = "", *, warning: bool = False) -> Issue:
    """Make an issue; its message has the usual three parts where it is left out."""
    return Issue(
        code=Code.CURRENCY_UNKNOWN,
        row=row,
        column=column,
        value="US$",
        message=message or explain('"US$" is no currency', "expected a code", "did you mean USD?"),
        severity=Severity.WARNING if warning else Severity.ERROR,
    )


def make_summary(counts: Mapping[Status, int]) -> Summary:
    """Make the summary of a run that took 3.21 s."""
    return Summary(
        run_id="run-7",
        file=Path("/data/march.xlsx"),
        account="acme at https://api.example",
        started_at=NOON,
        duration_s=3.21,
        counts=counts,
        by_currency={"USD": dict(counts)},
        output=None,
        exit_code=0,
    )


@contextmanager
def opened(path: Path) -> Iterator[Workbook]:
    """Open a workbook, and close it."""
    book = load_workbook(path)
    try:
        yield book
    finally:
        book.close()


def write_sheet(report: Report, tmp_path: Path, title: str = "Results") -> Worksheet:
    """Write a report as a workbook and read one of its sheets."""
    path = tmp_path / "results.xlsx"
    write_results(report, path)
    with opened(path) as book:
        return book[title]


def write_column(tmp_path: Path, kind: Kind, *cells: str) -> list[Cell]:
    """Write a report of one column and read its cells."""
    report = make_report(["x"], [[cell] for cell in cells], kinds=[kind])
    return [row[0] for row in write_sheet(report, tmp_path).iter_rows(min_row=2)]


def read_csv(path: Path) -> list[list[str]]:
    """Read a CSV file with the standard library."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def write_csv(report: Report, tmp_path: Path) -> list[list[str]]:
    """Write a report as CSV and read it."""
    path = tmp_path / "results.csv"
    write_results(report, path)
    return read_csv(path)


def lines_of(sheet: Worksheet) -> list[tuple[object, ...]]:
    """Return a sheet's rows without their blank cells."""
    rows = sheet.iter_rows(values_only=True)
    return [tuple(value for value in row if value is not None) for row in rows]


def words_of(sheet: Worksheet) -> str:
    """Return all texts of a sheet, so that a sentence is found over its line breaks."""
    return " ".join(str(value) for line in lines_of(sheet) for value in line)
