from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path

import polars as pl
import pytest
from openpyxl.cell import Cell

from importer.model import Code, Field, Issue, Status, explain
from importer.table import KIND, Kind
from importer.workbook import notes, write_results
from importer.workbook.notes import AUTHOR
from reports import make_issue, make_report, write_sheet

ERROR, WARNING = "00FF9AA2", "00FFE699"
"""The backgrounds of wrong cells and of those that may be."""

INVALID = [Status.INVALID]


def colour(cell: Cell) -> str | None:
    """Return the background of a cell, or None where it has none."""
    return cell.fill.start_color.rgb if cell.fill.fill_type else None


@pytest.mark.parametrize("title", ["Results", "Problems"])
def test_wrong_cell_says_what_to_write(tmp_path: Path, title: str) -> None:
    """A wrong cell has a colour and a comment: what it is, what was expected, what to write."""
    report = make_report(
        ["Ref", "Currency"],
        [["A-1", "US$"]],
        statuses=INVALID,
        issues=[make_issue(2, "Currency")],
        columns={Field.REFERENCE_ID: 0, Field.CURRENCY: 1},
    )
    (reference, currency) = list(write_sheet(report, tmp_path, title).iter_rows())[-1][:2]
    assert (currency.value, colour(currency)) == ("US$", ERROR)
    assert currency.comment.text == '"US$" is no currency\nExpected a code\nDid you mean USD?'
    assert currency.comment.author == AUTHOR == "import-invoices"
    assert (reference.comment, colour(reference)) == (None, None)


def test_cell_that_may_be_wrong_looks_otherwise(tmp_path: Path) -> None:
    """A warning has a colour of its own, and says that it is one."""
    report = make_report(
        ["C"], [["US$"]], issues=[make_issue(2, "C", warning=True)], columns={Field.CURRENCY: 0}
    )
    cell = write_sheet(report, tmp_path)["A2"]
    assert colour(cell) == WARNING
    assert cell.comment.text.startswith('Warning: "US$" is no currency\n')


def test_blank_cells_of_one_row_may_be_no_invoice(tmp_path: Path) -> None:
    """As on a line of totals: the comments say that it may be deleted, too."""
    blank = [
        Issue(Code.MISSING_VALUE, row, header, None, explain("The cell is blank", "expected", "x."))
        for row, header in ((2, "A"), (2, "B"), (3, "A"))
    ]
    report = make_report(
        ["A", "B"],
        [[None, None], [None, "y"]],
        statuses=INVALID * 2,
        issues=blank,
        columns={Field.NOTE: 0, Field.CURRENCY: 1},
    )
    sheet = write_sheet(report, tmp_path)
    delete = "Or delete the row if it is no invoice, such as one of totals."
    assert all(sheet[name].comment.text.endswith(f"\n{delete}") for name in ("A2", "B2"))
    assert delete not in sheet["A3"].comment.text


def test_several_issues_of_a_cell_are_one_comment(tmp_path: Path) -> None:
    """All that is wrong with a cell is in its comment, each thing once, and the worst counts."""
    told = [
        make_issue(2, "C", "One.", warning=True),
        make_issue(2, "C", "Two."),
        make_issue(2, "C", "Two."),
    ]
    report = make_report(["C"], [["x"]], statuses=INVALID, issues=told, columns={Field.CURRENCY: 0})
    cell = write_sheet(report, tmp_path)["A2"]
    assert (cell.comment.text, colour(cell)) == ("Warning: One.\n\nTwo.", ERROR)


def test_of_two_columns_with_one_header_the_one_that_is_read_is_marked(tmp_path: Path) -> None:
    """An issue's column is the one that was taken for the field."""
    report = make_report(
        ["Note", "C", "Note"],
        [["x", "y", "z"]],
        statuses=INVALID,
        issues=[make_issue(2, "Note")],
        columns={Field.NOTE: 2},
    )
    sheet = write_sheet(report, tmp_path)
    assert [bool(cell.comment) for cell in sheet[2]][:3] == [False, False, True]


def test_row_as_a_whole_marks_no_cell(tmp_path: Path) -> None:
    """What is wrong with a row and no cell of it stands in the column `error` alone."""
    report = make_report(
        ["A"], [["x"]], statuses=INVALID, issues=[make_issue(2, None)], columns={Field.NOTE: 0}
    )
    assert not [cell for cell in write_sheet(report, tmp_path)[2] if cell.comment]


def test_blank_cell_is_marked(tmp_path: Path) -> None:
    """A cell that lacks its value has the colour and the comment, and stays blank."""
    report = make_report(
        ["C"], [[None]], statuses=INVALID, issues=[make_issue(2, "C")], columns={Field.CURRENCY: 0}
    )
    cell = write_sheet(report, tmp_path)["A2"]
    assert (cell.value, colour(cell), bool(cell.comment)) == (None, ERROR, True)


def test_marked_cells_keep_their_types(tmp_path: Path) -> None:
    """Marked or beside a long message, each cell of a column is what it was, and looks so."""
    texts = ["=1+1", "007", "7", "2027-01-31 00:00:00", "2027-01-31 14:05:09", "true", "-3"]
    kinds = [Kind.TEXT, Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.DATE, Kind.BOOL, Kind.NUMBER]
    rows = [[text, text] for text in texts]
    plain = make_report(["C", "D"], rows, columns={Field.CURRENCY: 0})
    types = pl.Series(kinds, dtype=KIND)
    table = dataclasses.replace(plain.table, kinds=pl.DataFrame({"0": types, "1": types}))
    plain = dataclasses.replace(plain, table=table)
    marked = dataclasses.replace(
        plain,
        issues=tuple(make_issue(number, "C") for number in range(2, len(rows) + 2)),
        outcomes=plain.outcomes.with_columns(error=pl.lit("long " * 40)),
    )
    (tmp_path / "plain").mkdir()
    (tmp_path / "marked").mkdir()

    def look(folder: str) -> list[list[tuple[object, ...]]]:
        sheet = write_sheet({"plain": plain, "marked": marked}[folder], tmp_path / folder)
        lines = sheet.iter_rows(min_row=2, max_col=2)
        return [[(c.value, c.data_type, c.number_format) for c in line] for line in lines]

    expected = look("plain")
    # Text, so that what is typed over it stays as typed.
    expected[0][0], expected[1][0] = ("=1+1", "s", "@"), ("007", "s", "@")
    assert look("marked") == expected


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("http://x","y")', "<b>&\x00\x1f]]>", "_x0041_"]
)
def test_text_from_outside_is_text_in_a_comment(tmp_path: Path, text: str) -> None:
    """Whatever a value holds, the comment shows it, but for what XML can't hold."""
    message = explain(f"{text} — is no currency", "expected a code", "write one.")
    report = make_report(
        ["C"],
        [[text]],
        statuses=INVALID,
        issues=[make_issue(2, "C", message)],
        columns={Field.CURRENCY: 0},
    )
    cell = write_sheet(report, tmp_path)["A2"]
    shown = text.replace("\x00", "\ufffd").replace("\x1f", "\ufffd").replace("_x0", "_x005F_x0")
    assert cell.comment.text == f"{shown} — is no currency\nExpected a code\nWrite one."
    assert cell.data_type == "s"


def test_comment_is_large_enough_to_be_read(tmp_path: Path) -> None:
    """A comment is as high as its text takes, but never higher than a screen."""

    def height(characters: int) -> float:
        note = notes.Note(("word " * (characters // 5),), make_issue(2, "C").severity)
        return note.comment().height

    assert height(40) < height(400) < height(4_000) == height(40_000) < 600
    assert height(400) >= 9 * notes.LINE_PX


@pytest.mark.parametrize(
    ("error", "marked"),
    [
        ("The API refused this row (422): C (1): not here | Note: too short", {"A2", "B2"}),
        ("The API refused this row (404): Counterparty not found", set()),
        ("The API refused this row (422): see C (1): no", set()),
    ],
)
def test_field_that_the_api_refused_is_marked(tmp_path: Path, error: str, marked: set[str]) -> None:
    """Where the API names a field, its cell is marked, with the API's words."""
    report = make_report(
        ["C (1)", "Note"],
        [["x", "y"]],
        statuses=[Status.REJECTED],
        error=error,
        columns={Field.CURRENCY: 0, Field.NOTE: 1},
    )
    cells = {cell.coordinate: cell for cell in write_sheet(report, tmp_path)[2] if cell.comment}
    assert cells.keys() == marked
    if marked:
        assert cells["A2"].comment.text == "The API refused this:\nnot here"
        assert cells["B2"].comment.text == "The API refused this:\ntoo short"


@pytest.mark.parametrize(
    ("different", "marked"),
    [
        ("note 'x' (now 'y')", {"B2"}),
        ("currency USD (now LRD), note 'x' (now 'y')", {"A2", "B2"}),
        ("due_date 2027-01-31 (now 2027-02-28)", set()),
    ],
)
def test_what_an_existing_invoice_has_otherwise_is_marked(
    tmp_path: Path, different: str, marked: set[str]
) -> None:
    """Of a conflict, the cells that say something else than the invoice."""
    report = make_report(
        ["C (1)", "Note"],
        [["x", "y"]],
        statuses=[Status.CONFLICT],
        error=f"Invoice INV-7 was created from this reference with {different}. Undo the change.",
        columns={Field.CURRENCY: 0, Field.NOTE: 1},
    )
    cells = {cell.coordinate: cell for cell in write_sheet(report, tmp_path)[2] if cell.comment}
    assert cells.keys() == marked
    assert all("created with something else" in cell.comment.text for cell in cells.values())


def test_only_refused_rows_are_searched_for_refusals(tmp_path: Path) -> None:
    """A text of another status that reads like a refusal marks nothing."""
    error = "The API refused this row (422): C: no"
    report = make_report(["C"], [["x"]], error=error, columns={Field.CURRENCY: 0})
    assert write_sheet(report, tmp_path)["A2"].comment is None


def test_many_rows_have_no_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit a sheet has messages and status colours alone; its Problems still may."""
    monkeypatch.setattr(notes, "MOST_ROWS", 2)
    report = make_report(
        ["C"],
        [["x"]] * 3,
        statuses=[Status.CREATED, Status.CREATED, Status.INVALID],
        issues=[make_issue(4, "C")],
        columns={Field.CURRENCY: 0},
        error="why",
    )
    results = write_sheet(report, tmp_path)
    assert not [cell for line in results for cell in line if cell.comment]
    assert (results["E4"].value, colour(results["B4"])) == ("why", "00F8D7DA")
    (tmp_path / "results.xlsx").unlink()
    problems = write_sheet(report, tmp_path, "Problems")
    assert [cell.value for line in problems for cell in line if cell.comment] == ["x"]


def test_ten_thousand_rows_have_comments() -> None:
    """The limit is ten thousand rows."""
    assert notes.MOST_ROWS == 10_000


def test_without_issues_there_are_no_drawings(tmp_path: Path) -> None:
    """A file without mistakes has no part for comments."""
    write_results(make_report(["A"], [["x"]]), tmp_path / "r.xlsx")
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        assert not [name for name in archive.namelist() if "comment" in name]
