"""What was damaged stays so, through the results of any kind, until somebody corrects it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from builders import HEADERS, csv_bytes, read, row, save
from openpyxl import Workbook, load_workbook
from test_issue_docs import EXAMPLES

from importer.clean import Reading
from importer.model import Code, Outcome, Status
from importer.plan import Knowledge, plan
from importer.read import read_table
from importer.report import Conduct, build_report, order_outcomes
from importer.table import RESULT_COLUMNS, Invoices, Table, column_letters
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


def swapped(*, currency: str | None = "USD", counterparty_id: float | None = None) -> bytes:
    """Return a workbook with a date that may be swapped, as the text below it shows."""
    book = Workbook()
    rows = (row(currency=currency), row(reference_id="INV-2", note="b", due_date="31/01/2027"))
    for cells in (HEADERS, *rows):
        book.worksheets[0].append(cells)
    book.worksheets[0]["G2"] = dt.datetime(2027, 2, 1)  # noqa: DTZ001 Excel knows no zones
    if counterparty_id is not None:
        book.worksheets[0]["B2"] = counterparty_id
    return save(book)


def correct(path: Path, **cells: object) -> Path:
    """Write cells of the results, and save them."""
    book = load_workbook(path)
    for name, value in cells.items():
        book["Results"][name] = value
    book.save(path)
    return path


def check(path: Path) -> tuple[Table, Invoices]:
    """Read a file and judge it."""
    table = read_table(path)
    return table, interpret(table, Reading())


def test_a_swapped_date_is_asked_for_at_its_cell(tmp_path: Path) -> None:
    """When the texts that gave it away are gone; until it changes, or its error is cleared."""
    table = read(tmp_path, swapped())
    path = results_of(table, interpret(table, Reading()), tmp_path / "results.xlsx")
    correct(path, G3=dt.datetime(2027, 1, 31))  # noqa: DTZ001 Excel knows no zones
    table, invoices = check(path)
    (issue,) = invoices.issues
    assert (issue.code, issue.column, issue.place) == (Code.NOT_REPAIRED, "due_date", "G2")
    assert '"2027-02-01' in issue.message
    assert "day and month may be swapped" in issue.message
    again = results_of(table, invoices, tmp_path / "again.xlsx")
    assert check(again)[1].issues[0].message == issue.message
    error = f"{column_letters(len(HEADERS) + RESULT_COLUMNS.index('error'))}2"
    assert check(correct(again, **{error: None}))[1].issues == ()
    assert check(correct(path, G2=dt.datetime(2027, 1, 2)))[1].issues == ()  # noqa: DTZ001 the same


def test_a_swapped_date_is_not_let_go_by_another_correction(tmp_path: Path) -> None:
    """Correcting another cell of the row, at once or later, says nothing of the date."""
    table = read(tmp_path, swapped(currency=None))
    path = results_of(table, interpret(table, Reading()), tmp_path / "results.xlsx")
    iso = dt.datetime(2027, 1, 31)  # noqa: DTZ001 Excel knows no zones
    table, invoices = check(correct(path, G3=iso))
    assert [issue.code for issue in invoices.issues] == [Code.MISSING_VALUE]
    later = results_of(table, invoices, tmp_path / "later.xlsx")
    for results in (path, later):
        found = check(correct(results, C2="USD"))[1].issues
        assert [issue.code for issue in found] == [Code.NOT_REPAIRED]


def test_each_of_two_reasons_holds_a_row_back(tmp_path: Path) -> None:
    """Correcting the cell that the first reason is about doesn't let the second go."""
    table = read(tmp_path, swapped(counterparty_id=12.5))
    path = results_of(table, interpret(table, Reading()), tmp_path / "results.xlsx")
    iso = dt.datetime(2027, 1, 31)  # noqa: DTZ001 Excel knows no zones
    later = correct(path, G3=iso, B2=123)
    for name in ("again.xlsx", "later.xlsx"):
        table, invoices = check(later)
        assert [issue.code for issue in invoices.issues] == [Code.NOT_REPAIRED]
        later = results_of(table, invoices, tmp_path / name)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (DAMAGED, "it had too many or too few cells"),
        (EXAMPLES[Code.NOT_TEXT].data, "a date or a truth value stood where text belongs"),
    ],
    ids=["row", "cell"],
)
def test_a_row_says_why_it_was_held_back(tmp_path: Path, data: bytes, why: str) -> None:
    """What was wrong with it can't be seen in the results."""
    table = read(tmp_path, data)
    path = results_of(table, interpret(table, Reading()), tmp_path / "results.csv")
    messages = [i.message for i in check(path)[1].issues if i.code is Code.NOT_REPAIRED]
    assert len(messages) == 1
    assert f"({why}) and has not been changed since" in messages[0]
