from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from builders import HEADERS, row
from openpyxl.worksheet.worksheet import Worksheet

from importer.clean import Reading
from importer.model import NEEDS_USER, Field, Status
from importer.read import read_table
from importer.statuses import LEFT, TELLINGS
from importer.table import RESULT_COLUMNS
from importer.validate import interpret
from importer.workbook import write_results
from importer.workbook.style import COLOURS
from importer.workbook.summary import DRAFTS, format_duration
from reports import lines_of, make_report, opened, words_of, write_sheet

SHEETS = ("Results", "Problems")
WHERE = "https://api.example (account acme)"

POSITIONS = {field: position for position, field in enumerate(Field)}


def table_of(sheet: Worksheet) -> tuple[int, list[tuple[object, ...]]]:
    """Return the number of Problems' header row, and the rows from there on."""
    rows = list(sheet.iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if row[-len(RESULT_COLUMNS) :] == RESULT_COLUMNS)
    return top + 1, rows[top:]


def test_problems_holds_only_rows_that_need_the_user(tmp_path: Path) -> None:
    """Problems has the columns of Results and the rows whose status needs the user."""
    report = make_report(["A"], [[str(status)] for status in Status], statuses=list(Status))
    _, (header, *rows) = table_of(write_sheet(report, tmp_path, "Problems"))
    assert header == ("A", *RESULT_COLUMNS)
    assert [row[0] for row in rows] == [status for status in Status if status in NEEDS_USER]


def test_problems_can_be_forwarded(tmp_path: Path) -> None:
    """Above the table Problems says of what file the rows are, and what each status asks."""
    statuses = [Status.CREATED, Status.INVALID, Status.INVALID, Status.IN_DOUBT]
    report = make_report(["A"], [["x"]] * 4, statuses=statuses)
    sheet = write_sheet(report, tmp_path, "Problems")
    words = words_of(sheet)
    assert sheet["A1"].value == "3 of 4 rows need somebody: march.xlsx"
    assert f"Imported into {WHERE} on 2026-10-01 at 12:00 UTC." in words
    assert "Correct them in the sheet Results" in words
    assert f"2 rows. {TELLINGS[Status.INVALID].advice}" in words
    assert f"1 row. {TELLINGS[Status.IN_DOUBT].advice}" in words
    assert TELLINGS[Status.CONFLICT].advice not in words


def test_problems_is_easy_to_work_with(tmp_path: Path) -> None:
    """Its filter begins at the headers, which stay in sight and are printed on each page."""
    report = make_report(["A"], [["x"], ["y"]], statuses=[Status.INVALID] * 2)
    sheet = write_sheet(report, tmp_path, "Problems")
    top, _ = table_of(sheet)
    assert sheet.auto_filter.ref == f"A{top}:F{top + 2}"
    assert sheet.freeze_panes == f"A{top + 1}"
    assert sheet.print_title_rows == f"${top}:${top}"


def test_problems_alone_can_be_imported(tmp_path: Path) -> None:
    """Corrected and sent back alone, Problems is read as the rows that it has, and no other."""
    cells = [list(row(reference_id=ref, note=ref)) for ref in ("A-1", "A-2", "A-3")]
    statuses = [Status.CREATED, Status.INVALID, Status.INVALID]
    report = make_report(HEADERS, cells, statuses=statuses, error="why", columns=POSITIONS)
    write_results(report, tmp_path / "r.xlsx")
    with opened(tmp_path / "r.xlsx") as book:
        del book["Results"], book["Summary"]
        book.save(tmp_path / "problems.xlsx")
    table = read_table(tmp_path / "problems.xlsx")
    assert table.headers == HEADERS
    assert table.cells["0"].to_list() == ["A-2", "A-3"]
    assert not interpret(table, Reading()).issues


def test_no_problems_is_said(tmp_path: Path) -> None:
    """Where no row needs the user, Problems says so, and of what; printed, it is one page wide."""
    sheet = write_sheet(make_report(["A"], [["x"]]), tmp_path, "Problems")
    assert lines_of(sheet) == [
        ("Nothing is needed: no row of this file is wrong or waits for anybody.",),
        (f"Imported march.xlsx into {WHERE} on 2026-10-01 at 12:00 UTC.",),
    ]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_rows_that_limit_left_for_later_are_no_problem(tmp_path: Path) -> None:
    """Nothing is wrong with them: how to go on is said above, and they are not listed."""
    statuses = [Status.CREATED, Status.NOT_SENT]
    report = make_report(["A"], [["x"], ["y"]], statuses=statuses, error=LEFT)
    summary = dataclasses.replace(report.summary, left=1)
    sheet = write_sheet(dataclasses.replace(report, summary=summary), tmp_path, "Problems")
    title, *facts = lines_of(sheet)
    assert title == ("Nothing is needed: no row of this file is wrong or waits for anybody.",)
    said = " ".join(str(cell) for line in facts for cell in line)
    assert said.endswith("1 row was left for later: import the file again without --limit.")


def test_a_run_that_stopped_says_why(tmp_path: Path) -> None:
    """Whoever the sheet is forwarded to reads nothing else."""
    report = make_report(["A"], [["x"]], statuses=[Status.NOT_SENT], error="Not sent.")
    summary = dataclasses.replace(report.summary, error="you stopped it (Ctrl-C)")
    sheet = write_sheet(dataclasses.replace(report, summary=summary), tmp_path, "Problems")
    said = " ".join(str(cell) for line in lines_of(sheet) for cell in line if cell)
    assert "It stopped early: you stopped it (Ctrl-C)." in said


def test_a_mark_for_the_next_import_is_explained(tmp_path: Path) -> None:
    """Problems may come back alone, so that it needs the mark as Results does."""
    report = make_report(["A"], [["x"]], statuses=[Status.INVALID], error="Hm. [as read: 7ea9d6a7]")
    write_results(report, tmp_path / "results.xlsx")
    with opened(tmp_path / "results.xlsx") as book:
        assert all("Hm. [as read: 7ea9d6a7]" in words_of(book[name]) for name in SHEETS)
        assert "a mark for the next import" in words_of(book["Problems"])
    report = make_report(["A"], [["x"]], statuses=[Status.INVALID], error="Hm.")
    (tmp_path / "other").mkdir()
    assert "a mark" not in words_of(write_sheet(report, tmp_path / "other", "Problems"))


@pytest.mark.parametrize(
    ("account", "run_id", "said"),
    [
        ("default at the sandbox", "r-1", "Imported into the sandbox on"),
        ("default at the sandbox", "", "Checked against the sandbox on"),
        ("", "", "Checked on 2026-10-01 at 12:00 UTC; nothing was sent."),
    ],
)
def test_where_it_went_is_said_by_names_that_somebody_gave(
    tmp_path: Path, account: str, run_id: str, said: str
) -> None:
    """The account's name only where it has one; nothing of an API that was not asked."""
    report = make_report(["A"], [["x"]], statuses=[Status.INVALID])
    summary = dataclasses.replace(report.summary, account=account, run_id=run_id)
    report = dataclasses.replace(report, summary=summary)
    assert said in words_of(write_sheet(report, tmp_path, "Problems"))


def test_summary_tells_the_run(tmp_path: Path) -> None:
    """Summary names file, account, run, time, duration, the counts that occur, the draft."""
    report = make_report(["A"], [["x"]] * 3, statuses=[Status.CREATED] * 2 + [Status.INVALID])
    sheet = write_sheet(report, tmp_path, "Summary")
    lines = lines_of(sheet)
    assert lines[:6] == [
        ("Import of march.xlsx",),
        ("File", "/data/march.xlsx"),
        ("Account", "acme at https://api.example"),
        ("Run", "run-7"),
        ("Started", "2026-10-01 12:00:00 UTC"),
        ("Duration", "3.2 s"),
    ]
    labels = [cell for cell in sheet["A"] if cell.value in {*Status}]
    assert {cell.value: cell.offset(0, 1).value for cell in labels} == {"created": 2, "invalid": 1}
    colours = [cell.fill.start_color.rgb[2:] for cell in labels]
    assert colours == [COLOURS[Status.CREATED], COLOURS[Status.INVALID]]
    assert ("Total", 3) in lines
    assert DRAFTS in words_of(sheet)
    assert "Stopped early" not in words_of(sheet)


def test_summary_of_a_check_says_that_nothing_was_sent(tmp_path: Path) -> None:
    """A check has no run and no duration; its sheets say that nothing was sent."""
    report = make_report(["A"], [["x"]] * 2, statuses=[Status.READY, Status.INVALID])
    summary = dataclasses.replace(report.summary, run_id="", account="")
    checked = dataclasses.replace(report, summary=summary)
    write_results(checked, tmp_path / "checked.xlsx")
    with opened(tmp_path / "checked.xlsx") as book:
        lines, problems = lines_of(book["Summary"]), words_of(book["Problems"])
    assert lines[:4] == [
        ("Check of march.xlsx",),
        ("File", "/data/march.xlsx"),
        ("Checked", "2026-10-01 12:00:00 UTC"),
        ("Sent", "nothing: this is a check"),
    ]
    assert "Checked on 2026-10-01 at 12:00 UTC; nothing was sent." in problems


def test_summary_sums_by_currency_and_status(tmp_path: Path) -> None:
    """The currencies' rows and columns add up to all rows, unreadable currencies included."""
    statuses = [Status.CREATED] * 3 + [Status.INVALID] * 3
    report = make_report(["A"], [["x"]] * 6, statuses=statuses)
    by_currency = {"USD": {Status.CREATED: 3}, "LRD": {Status.INVALID: 2}}
    summary = dataclasses.replace(report.summary, by_currency=by_currency)
    sheet = write_sheet(dataclasses.replace(report, summary=summary), tmp_path, "Summary")
    lines = lines_of(sheet)
    top = lines.index(("Currency", "created", "invalid", "Total"))
    assert lines[top + 1 : top + 5] == [
        ("LRD", 0, 2, 2),
        ("USD", 3, 0, 3),
        ("unclear", 0, 1, 1),
        ("Total", 3, 3, 6),
    ]


def test_summary_has_headers_over_their_numbers(tmp_path: Path) -> None:
    """Numbers stand right, and so do their headers."""
    sheet = write_sheet(make_report(["A"], [["x"]]), tmp_path, "Summary")
    header = next(row for row in sheet.iter_rows() if row[0].value == "Currency")
    assert [cell.alignment.horizontal for cell in header[1:3]] == ["right", "right"]


def test_summary_draws_the_outcomes(tmp_path: Path) -> None:
    """A native chart has a bar for each status that occurs, in its colour."""
    report = make_report(["A"], [["x"]] * 3, statuses=[Status.CREATED] * 2 + [Status.CONFLICT])
    sheet = write_sheet(report, tmp_path, "Summary")
    (chart,) = sheet._charts  # noqa: SLF001 openpyxl has no other way to what it read
    (series,) = chart.series
    places = [series.cat.strRef or series.cat.numRef, series.val.numRef]
    names, numbers = (sheet[place.f.rpartition("!")[2].replace("$", "")] for place in places)
    drawn = {name.value: number.value for (name,), (number,) in zip(names, numbers, strict=True)}
    assert drawn == {"created": 2, "conflict": 1}
    colours = [point.spPr.solidFill.srgbClr for point in series.dPt]
    assert colours == [COLOURS[Status.CREATED], COLOURS[Status.CONFLICT]]


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
