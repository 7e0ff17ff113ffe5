"""What was damaged stays so, through the results of any kind, until somebody corrects it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from builders import HEADERS, csv_bytes, read, row
from test_issue_docs import EXAMPLES

from importer.clean import Reading
from importer.model import Code, Outcome, Status
from importer.plan import Knowledge, plan
from importer.read import read_table
from importer.report import Conduct, build_report, order_outcomes
from importer.table import Invoices, Table
from importer.validate import interpret
from importer.workbook import write_results

ERRORS = [
    code
    for code in Code
    if code not in {Code.DUE_IN_THE_PAST, Code.DUE_FAR_AHEAD, Code.SAME_CONTENT}
    and code not in {Code.CURRENCY_UNUSUAL, Code.LEADING_ZEROS}
]

DAMAGED = csv_bytes([HEADERS, row()[:6], row(reference_id="INV-2", note="Water")])
"""A file whose first row has lost its last cell."""


def results_of(table: Table, invoices: Invoices, path: Path) -> Path:
    """Write the results of a check."""
    planned = plan(invoices, Knowledge())
    ready = Outcome(0, Status.READY)
    outcomes = order_outcomes(table, planned.decided, ready, invoices.issues)
    at = dt.datetime(2027, 5, 10, tzinfo=dt.UTC)
    conduct = Conduct(id="r", account="a", started_at=at, duration_s=0, output=path)
    write_results(build_report(table, invoices, outcomes, conduct), path)
    return path


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("code", ERRORS)
def test_no_row_becomes_ready_by_way_of_the_results(
    tmp_path: Path, code: Code, suffix: str
) -> None:
    """Check a file, check its results unchanged: what was invalid is invalid, whatever it was."""
    example = EXAMPLES[code]
    table = read(tmp_path, example.data)
    invoices = interpret(table, example.reading)
    rows = [table.cells["row"].to_list().index(row) for row in invoices.invalid_rows()]
    again = read_table(results_of(table, invoices, tmp_path / f"results{suffix}"))
    judged = interpret(again, example.reading)
    assert {again.cells["row"][index] for index in rows} <= judged.invalid_rows()


def test_correcting_the_row_is_enough(tmp_path: Path) -> None:
    """A row whose cells are others than those that were damaged is judged by what it says now."""
    table = read(tmp_path, DAMAGED)
    path = results_of(table, interpret(table, Reading()), tmp_path / "results.csv")
    again = interpret(read_table(path), Reading())
    assert [issue.code for issue in again.issues] == [Code.NOT_REPAIRED]
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(path.read_text("utf-8").replace(",yes,,", ",yes,2027-01-31,", 1), "utf-8")
    assert interpret(read_table(corrected), Reading()).issues == ()


def test_clearing_the_error_says_that_a_row_is_right(tmp_path: Path) -> None:
    """Whoever has compared the row with the original can let it go as it stands."""
    table = read(tmp_path, DAMAGED)
    path = results_of(table, interpret(table, Reading()), tmp_path / "results.csv")
    lines = [line for line in path.read_text("utf-8").splitlines() if line]
    lines[1] = lines[1][: lines[1].index("invalid")] + "invalid,,,,2"
    path.write_text("\n".join(lines), "utf-8")
    assert interpret(read_table(path), Reading()).issues == ()


def test_own_columns_may_go_and_move(tmp_path: Path) -> None:
    """Only the fields' cells count: without the columns of the user's own, it is the same row."""
    data = csv_bytes(
        [["Mine", *HEADERS], ["x", *row()[:6]], ["y", *row(reference_id="INV-2", note="Water")]]
    )
    table = read(tmp_path, data)
    path = results_of(table, interpret(table, Reading()), tmp_path / "results.csv")
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(line.partition(",")[2] for line in lines), "utf-8")
    assert [i.code for i in interpret(read_table(path), Reading()).issues] == [Code.NOT_REPAIRED]
