from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import errno
import io
import os
import runpy
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.utils.escape import unescape as unescape_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from importer.errors import FileError, UsageError
from importer.model import NEEDS_USER, Status
from importer.report import Report, Summary
from importer.statuses import TELLINGS
from importer.table import KIND, RESULT_COLUMNS, ROW, Kind, Table
from importer.workbook import default_output, prepare_output, write_results
from importer.workbook.sheets import COLOURS
from importer.workbook.summary import DRAFTS, format_duration

NOON = dt.datetime(2026, 10, 1, 12, 0, 0, tzinfo=dt.UTC)
SAMPLES = Path(__file__).parents[2] / "samples"

Row = Sequence[str | None]


def make_report(
    headers: Sequence[str],
    rows: Sequence[Row],
    *,
    kinds: Sequence[Kind] | None = None,
    statuses: Sequence[Status] | None = None,
    error: str | None = None,
) -> Report:
    """Make a report; `kinds` is per column, text where it is left out."""
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
        issues=(),
        summary=make_summary({status: statuses.count(status) for status in Status}),
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
        by_currency={"USD": {Status.CREATED: 3}, "LRD": {Status.INVALID: 2}},
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


# The sheet Results


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
        ("x" * 32_768, "x" * 32_766 + "…"),
        ("\N{GRINNING FACE}" * 16_384, "\N{GRINNING FACE}" * 16_383 + "…"),
    ],
    ids=["fits", "too long", "too long in UTF-16"],
)
def test_text_too_long_for_a_cell_is_cut(tmp_path: Path, text: str, kept: str) -> None:
    """Text longer than Excel's 32,767 characters ends in an ellipsis."""
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


def test_status_has_its_colour(tmp_path: Path) -> None:
    """Every status cell has the colour of its status."""
    report = make_report(["A"], [["x"]] * len(Status), statuses=list(Status))
    sheet = write_sheet(report, tmp_path)
    colours = {row[1].value: row[1].fill.start_color.rgb for row in sheet.iter_rows(min_row=2)}
    assert colours == {status.value: f"00{COLOURS[status]}" for status in Status}


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


# The sheets Problems and Summary


def test_problems_holds_only_rows_that_need_the_user(tmp_path: Path) -> None:
    """Problems has the columns of Results and the rows whose status needs the user."""
    report = make_report(["A"], [[str(status)] for status in Status], statuses=list(Status))
    header, *rows = write_sheet(report, tmp_path, "Problems").iter_rows(values_only=True)
    assert header == ("A", *RESULT_COLUMNS)
    assert [row[0] for row in rows] == [status for status in Status if status in NEEDS_USER]


def test_no_problems_is_said(tmp_path: Path) -> None:
    """Where no row needs the user, Problems says so in one line."""
    assert lines_of(write_sheet(make_report(["A"], [["x"]]), tmp_path, "Problems")) == [
        ("No row needs you.",)
    ]


def test_summary_tells_the_run(tmp_path: Path) -> None:
    """Summary names file, account, run, time, duration, every count, currencies, the draft."""
    report = make_report(["A"], [["x"]] * 3, statuses=[Status.CREATED] * 2 + [Status.INVALID])
    sheet = write_sheet(report, tmp_path, "Summary")
    lines = lines_of(sheet)
    assert lines[:5] == [
        ("File", "/data/march.xlsx"),
        ("Account", "acme at https://api.example"),
        ("Run", "run-7"),
        ("Started", "2026-10-01 12:00:00 UTC"),
        ("Duration", "3.2 s"),
    ]
    counts = {status.value: 0 for status in Status} | {"created": 2, "invalid": 1}
    assert {*counts.items(), ("Total", 3)} <= set(lines)
    assert ("Currency", *counts) in lines
    assert ("USD", 3, 0, 0, 0, 0, 0, 0, 0) in lines
    assert DRAFTS in words_of(sheet)
    assert "Stopped early" not in words_of(sheet)


@pytest.mark.parametrize("status", Status)
def test_summary_says_what_a_problem_asks(tmp_path: Path, status: Status) -> None:
    """The advice on a status stands in Summary where the status occurs, and only there."""
    report = make_report(["A"], [["x"]], statuses=[status])
    words = words_of(write_sheet(report, tmp_path, "Summary"))
    told = {each for each in NEEDS_USER if TELLINGS[each].advice in words}
    assert told == {status} & NEEDS_USER


def test_every_problem_has_advice() -> None:
    """No status that needs the user is without advice and a remedy, and no other has any."""
    assert {status for status, telling in TELLINGS.items() if telling.advice} == NEEDS_USER
    assert {status for status, telling in TELLINGS.items() if telling.remedy} == NEEDS_USER


def test_summary_tells_warnings_and_why_it_stopped(tmp_path: Path) -> None:
    """Warnings and the reason of an early stop stand in Summary, as text."""
    report = make_report(["A"], [["x"]])
    summary = dataclasses.replace(report.summary, error="=The API is down.", warnings=("=W", "V"))
    sheet = write_sheet(dataclasses.replace(report, summary=summary), tmp_path, "Summary")
    assert {("Stopped early", "=The API is down."), ("Warning", "=W"), ("Warning", "V")} <= set(
        lines_of(sheet)
    )
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (59.9, "59.9 s"),
        (59.97, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3720, "1 h 2 min"),
    ],
)
def test_duration_is_said_as_people_say_it(seconds: float, text: str) -> None:
    """Durations are seconds, then minutes and seconds, then hours and minutes."""
    assert format_duration(seconds) == text


# CSV


def test_csv_holds_the_results(tmp_path: Path) -> None:
    """The CSV is the Results sheet: byte order mark, CRLF, quotes where they are needed."""
    write_results(
        make_report(["Ref", ""], [["É,1", 'say "yes"'], [None, "two\nlines"]], error=None),
        tmp_path / "r.csv",
    )
    assert (tmp_path / "r.csv").read_bytes().decode() == (
        "\ufeffRef,,status,invoice_number,invoice_id,error,row\r\n"
        '"É,1","say ""yes""",created,INV-0,900,,2\r\n'
        ',"two\nlines",created,INV-1,901,,3\r\n'
    )


def test_csv_of_typed_cells(tmp_path: Path) -> None:
    """A negative number stays one, midnight is a date alone; text is kept from being a formula."""
    report = make_report(
        ["=a", "b", "c", "d"],
        [["-3", "-3", "2027-01-31 00:00:00", "-x"]],
        kinds=[Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.NUMBER],
        error="@why",
    )
    header, row = write_csv(report, tmp_path)
    assert header[:4] == ["'=a", "b", "c", "d"]
    assert [*row[:4], row[7]] == ["'-3", "-3", "2027-01-31", "'-x", "'@why"]


def unescape(text: str) -> str:
    """Take one apostrophe off, as the reader of our own results does."""
    return text[1:] if text.lstrip("'")[:1] in {*"=+-@"} and text.startswith("'") else text


ANY_TEXT = st.text("'=+-@", max_size=3).flatmap(lambda start: st.text().map(start.__add__))


@given(texts=st.lists(ANY_TEXT.filter(bool), min_size=1))
@settings(deadline=None)  # each example writes a file
@example(["'=1", "''-1", "'1", "=1", "'", "\r", '"', "\ufeff"])
def test_csv_text_comes_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    """Any text comes back from the CSV, and none of it begins like a formula."""
    report = make_report(["x"], [[text] for text in texts])
    cells = [row[0] for row in write_csv(report, tmp_path_factory.mktemp("csv"))[1:]]
    assert [unescape(cell) for cell in cells] == texts
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


XML_TEXT = st.characters(
    exclude_categories=["Cs", "Cc"], include_characters="\t\n\r", exclude_characters="\ufffe\uffff"
)


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


# The place


@pytest.mark.parametrize("name", ["r.xlsx", "r.csv"])
def test_file_is_never_overwritten(tmp_path: Path, name: str) -> None:
    """Where the name is taken, the file there stays and nothing is left beside it."""
    path = tmp_path / name
    path.write_text("mine")
    with pytest.raises(FileError, match=r"never overwritten.*runs run-7"):
        write_results(make_report(["A"], [["x"]]), path)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("taken", [False, True])
def test_places_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    """On a disk without hard links the results are written too, and overwrite nothing either."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "r.csv"
    if taken:
        path.write_text("mine")
        with pytest.raises(FileError, match="never overwritten"):
            write_results(make_report(["A"], [["x"]]), path)
        assert path.read_text() == "mine"
    else:
        write_results(make_report(["A"], [["x"]]), path)
        assert read_csv(path)[1][0] == "x"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["r.xlsx", "r.csv"])
def test_full_disk_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    """Where the file can't be written to its end, the message says why and no part is left."""
    resource = pytest.importorskip("resource", reason="file size limits are POSIX's")
    report = make_report(["A"], [[os.urandom(400).hex()] for _ in range(400)])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(FileError, match=r"can't be written to .*: File too large.*runs run-7"):
            write_results(report, tmp_path / name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes and umask are POSIX's")
def test_results_have_a_users_usual_mode(tmp_path: Path) -> None:
    """The results file is readable as the user's umask says, unlike a private temporary file."""
    before = os.umask(0o027)
    try:
        write_results(make_report(["A"], [["x"]]), tmp_path / "r.xlsx")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "r.xlsx").stat().st_mode) == 0o640


def test_missing_folder_is_said(tmp_path: Path) -> None:
    """Where the folder has gone, the message says that the results can't be written."""
    with pytest.raises(FileError, match=r"can't be written to .*No such file"):
        write_results(make_report(["A"], [["x"]]), tmp_path / "gone" / "r.xlsx")


@pytest.mark.parametrize("name", ["results.ods", "results", ".xlsx"])
def test_only_xlsx_and_csv(tmp_path: Path, name: str) -> None:
    """Any other suffix is refused before and at the writing."""
    with pytest.raises(UsageError, match=r"\.xlsx or \.csv"):
        prepare_output(tmp_path / name)
    with pytest.raises(UsageError, match=r"\.xlsx or \.csv"):
        write_results(make_report(["A"], [["x"]]), tmp_path / name)


def test_output_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is made, the path absolute, and nothing lies there yet."""
    monkeypatch.chdir(tmp_path)
    path = prepare_output(Path("new", "..", "new", "Results.XLSX"))
    assert path == tmp_path / "new" / "Results.XLSX"
    assert list(path.parent.iterdir()) == []


def test_output_that_exists_is_refused(tmp_path: Path) -> None:
    """A name that is taken is refused, by a dangling link too, and left as it is."""
    (tmp_path / "a.xlsx").write_text("mine")
    (tmp_path / "b.xlsx").symlink_to(tmp_path / "nowhere")
    for name in ("a.xlsx", "b.xlsx"):
        with pytest.raises(UsageError, match="exists already"):
            prepare_output(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_output_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A folder that is a file and a name that is too long are refused with the reason."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"a file has the folder's name.*Nothing was sent"):
        prepare_output(tmp_path / "file" / "r.xlsx")
    with pytest.raises(UsageError, match="name too long"):
        prepare_output(tmp_path / f"{'x' * 300}.xlsx")


def test_default_output_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default name holds the file's and the time; where it is taken, a number follows."""
    monkeypatch.chdir(tmp_path)
    at = dt.datetime(2027, 1, 31, 9, 5, 7, tzinfo=dt.UTC)
    names = []
    for _ in range(3):
        path = default_output(Path("/data/march.v2.csv"), at)
        names.append(path.as_posix())
        prepare_output(path).touch()
    assert names == [
        "reports/march.v2-20270131-090507.xlsx",
        "reports/march.v2-20270131-090507-2.xlsx",
        "reports/march.v2-20270131-090507-3.xlsx",
    ]


# The samples


def contents(path: Path) -> Mapping[str, bytes]:
    """Return a file's content, a workbook's part by part: compression differs from PC to PC."""
    if not zipfile.is_zipfile(path):
        return {"": path.read_bytes()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", ["invoices.xlsx", "invoices.csv", "invoices-with-mistakes.xlsx"])
def test_samples_are_what_their_script_writes(tmp_path: Path, name: str) -> None:
    """The samples in the repository are those that samples/make.py writes."""
    runpy.run_path(str(SAMPLES / "make.py"))["write_samples"](tmp_path)
    assert contents(tmp_path / name) == contents(SAMPLES / name)


def test_samples_hold_the_same_rows() -> None:
    """The CSV and the workbook of the good sample hold the same 25 rows."""
    with opened(SAMPLES / "invoices.xlsx") as book:
        rows = [
            [
                "" if v is None else f"{v:%Y-%m-%d}" if isinstance(v, dt.datetime) else str(v)
                for v in row
            ]
            for row in book.active.iter_rows(values_only=True)
        ]
    assert rows == read_csv(SAMPLES / "invoices.csv")
    assert len(rows) == 26
