"""What the results say of rows and cells is about the results' own."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import HEADERS, NOON, row, xlsx_bytes

from importer.clean import Reading
from importer.model import Code, Issue, Outcome, Status
from importer.plan import Knowledge, plan
from importer.read import read_table
from importer.report import Conduct, build_report, order_outcomes
from importer.validate import interpret
from importer.workbook.places import Places, move_issues

PLACES = Places(
    rows={5: 2, 6: 3, 9: 4, 12: 5},
    numbers={5: 2, 6: 3, 9: 4, 12: 5},
    letters={"B": "A", "C": "B"},
    headers={"Ref": 0, "Currency": 1},
)


@pytest.mark.parametrize(
    ("said", "moved"),
    [
        ('"A" is the reference of rows 5 and 6', '"A" is the reference of rows 2 and 3'),
        ("the same as rows 5, 9 and 12", "the same as rows 2, 4 and 5"),
        ("in rows 5, 6 and 12 more", "in rows 2, 3 and 12 more"),
        ("merged with C5: write the value of C5", "merged with B2: write the value of B2"),
        ('"row 5 of C5" (row 9)', '"row 5 of C5" (row 4)'),
        ("lines 5 and 6", "rows 2 and 3"),
        ("row 7 and D9 and C7", "row 7 and D9 and C7"),
        ("write it, such as 123, in the form 2027-01-31", None),
    ],
)
def test_rows_and_cells_in_a_message_move(said: str, moved: str | None) -> None:
    """What a message names besides its own cell moves too; what a cell says stays."""
    issue = Issue(Code.CURRENCY_UNKNOWN, 9, "Currency", "x", said, place="C9")
    found = PLACES.move(issue)
    assert (found.place, found.message) == ("B4", moved or said)


def test_an_issue_of_a_whole_row_stays() -> None:
    """What is broken in a file's lines can be seen there alone."""
    issue = Issue(Code.ROW_BROKEN, 9, None, None, "Line 9 is broken", place="line 9")
    assert PLACES.move(issue) is issue


def test_blank_cells_that_are_told_together_move_together(tmp_path: Path) -> None:
    """The one message of several is found in the error, and its cell is the results'."""
    path = tmp_path / "a.xlsx"
    cells = [("Title",), (), HEADERS, row(), ("Total", None, None, "x", *row()[4:])]
    path.write_bytes(xlsx_bytes({"A": cells}))
    table = read_table(path)
    invoices = interpret(table, Reading())
    decided = plan(invoices, Knowledge()).decided
    rest = Outcome(0, Status.READY)
    outcomes = order_outcomes(table, decided, rest, invoices.issues)
    conduct = Conduct(id="", account="", started_at=NOON, duration_s=0, output=None)
    report = build_report(table, invoices, outcomes, conduct)
    (error,) = report.outcomes["error"].drop_nulls()
    (moved,) = move_issues(report).outcomes["error"].drop_nulls()
    assert error.startswith("B5 (counterparty_id): 2 cells are blank (counterparty_id, currency)")
    assert moved == error.replace("B5", "B3")
