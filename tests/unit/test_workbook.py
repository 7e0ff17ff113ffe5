from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import itertools
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell._writer import write_cell
from openpyxl.utils.escape import unescape as unescape_workbook
from python_calamine import CalamineWorkbook

from importer.errors import FileError
from importer.model import Field, Status
from importer.table import CUT, KIND, RESULT_COLUMNS, Kind
from importer.workbook import layout, write_results
from importer.workbook.cells import SUSPECT, to_text
from importer.workbook.style import COLOURS
from reports import (
    make_issue,
    make_report,
    opened,
    write_column,
    write_csv,
    write_sheet,
)


def test_own_columns_come_first_then_what_became_of_each_row(tmp_path: Path) -> None:
    """Results holds the file's columns in their order, then the columns of the results."""
    report = make_report(["Ref", "Note"], [["A", "one"], ["B", None]], error="why")
    rows = list(write_sheet(report, tmp_path).iter_rows(values_only=True))
    assert rows == [
        ("Ref", "Note", *RESULT_COLUMNS),
        ("A", "one", "created", "INV-0", 900, "why", 2),
        ("B", None, "created", "INV-1", 901, "why", 3),
    ]


def test_sheets_are_in_order(tmp_path: Path) -> None:
    """The workbook's sheets are Results, Problems, Summary."""
    write_results(make_report(["Ref"], [["A"]]), tmp_path / "r.xlsx")
    with opened(tmp_path / "r.xlsx") as book:
        assert book.sheetnames == ["Results", "Problems", "Summary"]


def test_text_keeps_its_leading_zeros(tmp_path: Path) -> None:
    """A text cell stays text, digits or not."""
    [cell] = write_column(tmp_path, Kind.TEXT, "00042")
    assert (cell.value, cell.data_type) == ("00042", "s")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42),
        ("-3", -3),
        ("1.0", 1),
        ("12.5", 12.5),
        ("10866613.810000001", 10866613.81),
        ("999999999999999", 999999999999999),
        ("1000000000000000", "1000000000000000"),
        ("1" + "0" * 400 + ".5", "1" + "0" * 400 + ".5"),
        ("nan", "nan"),
        ("twelve", "twelve"),
    ],
)
def test_number_is_a_number(tmp_path: Path, text: str, value: float | str) -> None:
    """A number cell is a number, whole where it is whole, and text where it is too long or none."""
    [cell] = write_column(tmp_path, Kind.NUMBER, text)
    assert cell.value == value
    assert type(cell.value) is type(value)


@pytest.mark.parametrize(
    ("text", "value", "number_format"),
    [
        ("2027-01-31 00:00:00", dt.datetime(2027, 1, 31), "yyyy-mm-dd"),  # noqa: DTZ001 - Excel's
        (
            "2027-01-31 14:05:09",
            dt.datetime(2027, 1, 31, 14, 5, 9),  # noqa: DTZ001 - Excel's dates have no zone
            "yyyy-mm-dd hh:mm:ss",
        ),
        ("1899-12-31 10:00:00", "1899-12-31 10:00:00", "General"),
        ("2027-01-31T00:00:00+00:00", "2027-01-31T00:00:00+00:00", "General"),
        ("soon", "soon", "General"),
    ],
)
def test_date_is_a_date(
    tmp_path: Path, text: str, value: dt.datetime | str, number_format: str
) -> None:
    """A date cell is a real date, with a time where it has one; what is none stays text."""
    [cell] = write_column(tmp_path, Kind.DATE, text)
    assert (cell.value, cell.number_format) == (value, number_format)


def test_bool_is_a_truth_value(tmp_path: Path) -> None:
    """A bool cell is TRUE or FALSE; what is neither stays text."""
    cells = write_column(tmp_path, Kind.BOOL, "true", "FALSE", "perhaps")
    assert [cell.value for cell in cells] == [True, False, "perhaps"]


def test_kinds_are_per_cell(tmp_path: Path) -> None:
    """Each cell of a column has its own type; a blank cell's may be unknown."""
    report = make_report(["x"], [["007"], ["7"], [None]])
    kinds = pl.DataFrame({"0": pl.Series(["text", "number", None], dtype=KIND)})
    table = dataclasses.replace(report.table, kinds=kinds)
    sheet = write_sheet(dataclasses.replace(report, table=table), tmp_path)
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["007", 7, None]


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://x","y")', "=", "#N/A", "#REF!"])
def test_text_is_never_a_formula(tmp_path: Path, text: str) -> None:
    """Text that looks like a formula or an error is text, in cells, headers and messages."""
    sheet = write_sheet(make_report([text], [[text]], error=text), tmp_path)
    found = [sheet["A1"], sheet["A2"], sheet["E2"]]
    assert [(cell.value, cell.data_type) for cell in found] == [(text, "s")] * 3


def test_characters_that_xml_forbids_are_replaced(tmp_path: Path) -> None:
    """A control character or a noncharacter becomes U+FFFD; tabs and line feeds stay."""
    [cell] = write_column(tmp_path, Kind.TEXT, "a\x00b\x1fc\uffffd\te\nf")
    assert cell.value == "a\ufffdb\ufffdc\ufffdd\te\nf"


@pytest.mark.parametrize("text", ["a\rb", "a\r\nb", "_x0041_", "_x0041_x0042_", "_x00", "_"])
def test_escapes_of_workbooks_are_read_back(tmp_path: Path, text: str) -> None:
    """A carriage return and text that looks like Excel's escapes are read as they were."""
    path = tmp_path / "results.xlsx"
    write_results(make_report(["x"], [[text]]), path)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name("Results")
    assert sheet.to_python()[1][0] == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * 32_767, "x" * 32_767),
        ("x" * 32_768, "x" * (32_767 - len(CUT)) + CUT),
        ("\N{GRINNING FACE}" * 16_384, "\N{GRINNING FACE}" * ((32_767 - len(CUT)) // 2) + CUT),
    ],
    ids=["fits", "too long", "too long in UTF-16"],
)
def test_text_too_long_for_a_cell_is_cut(tmp_path: Path, text: str, kept: str) -> None:
    """Text longer than Excel's 32,767 characters says at its end that it is cut."""
    [cell] = write_column(tmp_path, Kind.TEXT, text)
    assert cell.value == kept


def test_users_columns_with_our_names_are_kept(tmp_path: Path) -> None:
    """A column of the user's that is named like one of ours is headed so; blank stays blank."""
    report = make_report([" Status ", "ERROR", "", "Row total"], [["a", "b", "c", "d"]])
    own = [" Status  (file)", "ERROR (file)", "", "Row total"]
    sheet = write_sheet(report, tmp_path)
    assert [cell.value or "" for cell in sheet[1]] == [*own, *RESULT_COLUMNS]
    assert write_csv(report, tmp_path)[0] == [*own, *RESULT_COLUMNS]


def test_sheet_is_easy_to_work_with(tmp_path: Path) -> None:
    """The header is bold and frozen, the table has a filter, and widths follow the text."""
    sheet = write_sheet(make_report(["A", "B"], [["x" * 20, "y" * 900]]), tmp_path)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G2"
    assert all(cell.font.bold for cell in sheet[1])
    assert 20 < sheet.column_dimensions["A"].width < sheet.column_dimensions["B"].width <= 40


@pytest.mark.parametrize(("position", "pane"), [(0, "B2"), (1, "C2"), (2, "A2")])
def test_reference_stays_in_sight(tmp_path: Path, position: int, pane: str) -> None:
    """The columns up to the reference are frozen too, unless they would fill the screen."""
    columns = {Field.REFERENCE_ID: position}
    report = make_report(["A", "B", "C"], [["x", "y", "z"]], columns=columns)
    assert write_sheet(report, tmp_path).freeze_panes == pane


def test_date_needs_no_room_for_a_time(tmp_path: Path) -> None:
    """A column of dates is as wide as a date."""
    report = make_report(["D"], [["2027-01-31 00:00:00"]], kinds=[Kind.DATE])
    assert write_sheet(report, tmp_path).column_dimensions["A"].width == len("2027-01-31") + 2


def test_our_columns_can_be_told_from_the_files_own(tmp_path: Path) -> None:
    """The headers of the results have another colour than those of the file."""
    header = write_sheet(make_report(["A", "B"], [["x", "y"]]), tmp_path)[1]
    colours = [cell.fill.start_color.rgb for cell in header]
    assert len(set(colours[:2])) == len(set(colours[2:])) == 1
    assert colours[0] != colours[2]


def test_cells_beside_a_long_message_stand_at_the_top(tmp_path: Path) -> None:
    """In a row of several lines, all cells begin where the message does."""
    report = make_report(["A"], [["x"]], error="what to do " * 20)
    assert {cell.alignment.vertical for cell in write_sheet(report, tmp_path)[2]} == {"top"}


def test_row_is_no_higher_than_rows_can_be(tmp_path: Path) -> None:
    """However long a message is, its row's height is one that Excel allows: 409 points."""
    sheet = write_sheet(make_report(["A"], [["x"]], error="word " * 3_000), tmp_path)
    assert sheet.row_dimensions[2].height <= 409


def test_status_has_its_colour(tmp_path: Path) -> None:
    """Every status cell has the colour of its status."""
    report = make_report(["A"], [["x"]] * len(Status), statuses=list(Status))
    sheet = write_sheet(report, tmp_path)
    colours = {row[1].value: row[1].fill.start_color.rgb for row in sheet.iter_rows(min_row=2)}
    assert colours == {status.value: f"00{COLOURS[status]}" for status in Status}


def test_many_rows_are_written_as_few_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of several parts come in their order, with their looks, comments and heights."""
    texts = ["=1", "b", "2027-01-31 14:05:09", "#N/A", "_x0041_"]
    plain = make_report(
        ["A", "B"],
        [[text, text] for text in texts],
        kinds=[Kind.TEXT, Kind.DATE],
        statuses=[Status.INVALID, Status.CREATED] * 2 + [Status.INVALID],
        issues=[make_issue(4, "A"), make_issue(6, "A")],
        columns={Field.CURRENCY: 0},
    )
    errors = pl.Series("error", [None, "=why", "long " * 40, None, "short"])
    report = dataclasses.replace(plain, outcomes=plain.outcomes.with_columns(errors))

    def look(title: str) -> list[object]:
        sheet = write_sheet(report, tmp_path, title)
        (tmp_path / "results.xlsx").unlink()
        heights = [sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)]
        cells = [cell for line in sheet.iter_rows() for cell in line]
        values = [(cell.coordinate, cell.value, cell.data_type) for cell in cells]
        comments = [cell.comment and cell.comment.text for cell in cells]
        styles = [(cell.number_format, *map(repr, style_of(cell))) for cell in cells]
        return [*heights, *values, *comments, *styles]

    def style_of(cell: Cell) -> tuple[object, ...]:
        return cell.font, cell.fill, cell.border, cell.alignment

    at_once = [look("Results"), look("Problems")]
    monkeypatch.setattr(layout, "PART", 2)
    assert [look("Results"), look("Problems")] == at_once


def test_messages_wrap(tmp_path: Path) -> None:
    """A long message is wrapped, so that all of it is seen."""
    sheet = write_sheet(make_report(["A"], [["x"]], error="what to do " * 20), tmp_path)
    assert sheet["E2"].alignment.wrap_text
    assert sheet.column_dimensions["E"].width == 70
    assert sheet.row_dimensions[2].height == 4 * 15
    assert sheet.row_dimensions[1].height is None


def test_a_row_stays_on_one_page(tmp_path: Path) -> None:
    """Printed, the sheet is as wide as the page, and as long as it takes."""
    sheet = write_sheet(make_report(["A"], [["x"]]), tmp_path)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)


@pytest.mark.parametrize(("height", "width"), [(1_048_576, 1), (1, 16_380)])
def test_more_than_a_sheet_holds_is_refused(tmp_path: Path, height: int, width: int) -> None:
    """Where a sheet is too small, the message names CSV, and nothing is written."""
    report = make_report([""] * width, [[None] * width])
    rows = pl.zeros(height, dtype=pl.UInt32, eager=True)
    big = dataclasses.replace(
        report,
        table=dataclasses.replace(
            report.table, cells=report.table.cells[rows], kinds=report.table.kinds[rows]
        ),
        outcomes=report.outcomes[rows],
    )
    with pytest.raises(FileError, match=r"--output results\.csv"):
        write_results(big, tmp_path / "r.xlsx")
    assert list(tmp_path.iterdir()) == []


XML_TEXT = st.characters(
    exclude_categories=["Cs", "Cc"], include_characters="\t\n\r", exclude_characters="\ufffe\uffff"
)


@given(text=st.text(st.characters(codec="utf-8"), min_size=1))
@example("#N/A")
@example("=1")
@example("\ufffe")
@example("\x7f\x80")
@example("_x0041_")
@example("a\n=1")
def test_text_above_suspicion_is_written_as_it_is(text: str) -> None:
    """What the search of a whole column passes over is text that a workbook holds unchanged."""
    if not pl.Series([text]).str.contains(SUSPECT).item():
        cell = WriteOnlyCell(Workbook(write_only=True).create_sheet(), text)
        assert (cell.value, cell.data_type, to_text(text)) == (text, "s", text)


@given(texts=st.lists(st.text(XML_TEXT, min_size=1), min_size=1))
@settings(deadline=None)  # each example writes a file
@example(["=", "=1", " x ", "\n", "\r", "#N/A", "true", "007", "_x000D_"])
def test_workbook_text_comes_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    """Any text that XML can hold comes back from the workbook as text."""
    cells = write_column(tmp_path_factory.mktemp("xlsx"), Kind.TEXT, *texts)
    # openpyxl leaves the escapes to its caller; Excel and calamine undo them.
    assert [unescape_workbook(cell.value) for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("written", [3, 10, 14])
def test_an_interrupted_writing_ends_quietly_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """Ctrl-C within whichever sheet: no file, no traceback of what is cut off, the way back."""
    write, cells = write_cell, itertools.count()

    def interrupt(*args: object) -> None:
        if next(cells) == written:
            raise KeyboardInterrupt
        write(*args)

    printed: list[object] = []
    monkeypatch.setattr("openpyxl.worksheet._writer.write_cell", interrupt)
    monkeypatch.setattr(sys, "unraisablehook", printed.append)
    report = make_report(["Ref"], [["A"]], statuses=[Status.INVALID])
    with pytest.raises(KeyboardInterrupt, match=r"runs run-7 --ledger L --output FILE$"):
        write_results(report, tmp_path / "r.xlsx", " --ledger L")
    gc.collect()
    assert printed == []
    assert list(tmp_path.iterdir()) == []
