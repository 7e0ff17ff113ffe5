from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from builders import HEADERS, Row, csv_bytes, read, row, rows_of, save, xlsx_bytes
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from importer.errors import FileError
from importer.model import Code, Field, Issue
from importer.read import read_table
from importer.read.grid import Grid, find_header, tabulate
from importer.read.options import Opening
from importer.table import KIND, MARK_SCHEMA, RESULT_COLUMNS, Kind, Table

PATH = Path("invoices.file")
SHEET, TEXT = "March", None
EITHER = pytest.mark.parametrize("sheet", [SHEET, TEXT], ids=["workbook", "text"])


def grid_of(rows: Sequence[Row], sheet: str | None = SHEET) -> Grid:
    """Return a grid of text cells; short rows are filled up."""
    width = max(len(cells) for cells in rows)
    names = [str(i) for i in range(width)]
    full = [[c or None for c in cells] + [None] * (width - len(cells)) for cells in rows]
    cells = pl.DataFrame(full, schema=dict.fromkeys(names, pl.String), orient="row")
    kind = pl.Series([Kind.TEXT.value], dtype=KIND).new_from_index(0, len(rows))
    return Grid(cells, pl.DataFrame([kind.alias(name) for name in names]), sheet)


def read_grid(grid: Grid, **options: object) -> Table:
    """Take the table out of a grid."""
    return tabulate(grid, path=PATH, sha256="", opening=replace(Opening(), **options))


def read_rows(*rows: Row, sheet: str | None = SHEET) -> Table:
    """Take the table out of rows of text."""
    return read_grid(grid_of(rows, sheet))


def refusal(*rows: Row, sheet: str | None = SHEET) -> str:
    """Return why rows are refused: one line that names the file."""
    with pytest.raises(FileError) as caught:
        read_rows(*rows, sheet=sheet)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(PATH))
    assert message.endswith("Nothing was sent.")
    return message


def numbers(table: Table) -> list[int]:
    """Return the numbers of a table's rows."""
    return table.cells["row"].to_list()


ROWS = [row(), row(reference_id="INV-2", note="Total"), row(counterparty_id="abc"), row(note=None)]


@given(
    titles=st.lists(
        st.lists(st.sampled_from(["", "Invoices", "March 2027", "Ada Ltd.", "$5"]), max_size=9),
        max_size=12,
    ),
    left=st.integers(0, 5),
    gaps=st.lists(st.integers(0, 3), min_size=len(ROWS), max_size=len(ROWS)),
    sheet=st.sampled_from([SHEET, TEXT]),
)
def test_what_is_around_a_table_only_moves_it(
    titles: list[list[str]], left: int, gaps: list[int], sheet: str | None
) -> None:
    """Titles above, columns to the left and blank rows between change nothing but the places."""
    below: list[Row] = []
    expected: list[int] = []
    for gap, cells in zip(gaps, ROWS, strict=True):
        below += [[]] * gap + [[""] * left + list(cells)]
        expected.append(len(titles) + 1 + len(below))
    table = read_rows(*titles, [""] * left + list(HEADERS), *below, sheet=sheet)
    bare = [cells[-len(HEADERS) :] for cells in rows_of(table)]
    assert bare == list(ROWS)
    assert numbers(table) == expected
    assert table.header_row == len(titles) + 1
    assert (table.headers, table.positions) == (HEADERS, tuple(range(left, left + len(HEADERS))))
    assert table.kinds.shape == (len(ROWS), len(HEADERS))
    assert (table.issues, table.warnings) == ((), ())


@EITHER
def test_headers_of_several_rows_are_joined(sheet: str | None) -> None:
    """Two or three rows that name the fields only together are one header."""
    upper = ["Reference", "Customer", "Currency", "", "Fee", "As payment", "Due"]
    lower = ["ID", "no.", "", "Note", "bearer", "link", "date"]
    table = read_rows(["Invoices"], upper, lower, row(), [], row(), sheet=sheet)
    assert table.headers[:5] == ("Reference ID", "Customer no.", "Currency", "Note", "Fee bearer")
    assert (table.header_row, numbers(table)) == (3, [4, 6])
    assert find_header([["Invoices"], upper, lower, row()]) == 2
    three = [upper, ["", "", "", "", "", "", ""], lower]
    middle = [[*upper[:4], "", *upper[5:]], ["", "", "", "", "Fee", "", ""], lower]
    assert find_header([*middle, row()]) == 2
    assert find_header([*three, row()]) == 0


def test_a_row_of_data_is_no_part_of_a_header() -> None:
    """A row that would complete the headers by chance stays a row, and the file is refused."""
    headers = [h if h != "note" else "" for h in HEADERS]
    table = read_rows(headers, row(note="Note"), row())
    assert (table.header_row, numbers(table)) == (1, [2, 3])


@EITHER
def test_a_header_with_line_breaks(sheet: str | None) -> None:
    """Line breaks in a header are spaces."""
    table = read_rows(["Reference\nID", *HEADERS[1:]], row(), sheet=sheet)
    assert (table.header_row, table.headers[0]) == (1, "Reference\nID")


def test_rows_above_the_header_are_not_lost() -> None:
    """A header that was sorted in with its rows stops the import: they aren't titles."""
    assert "row 1, above the headers in row 2" in refusal(row(), HEADERS, row())
    assert "line 2, above" in refusal(["x"], row(note=None), HEADERS, row(), sheet=TEXT)
    bare = ["INV-7", "17", "USD"]
    assert "row 1, above" in refusal(bare, HEADERS, row())
    assert numbers(read_rows(["Report", "17", "March"], HEADERS, row())) == [3]


@EITHER
def test_footers_are_skipped_and_said(sheet: str | None) -> None:
    """Totals and page lines are left out, in one warning that names rows and words."""
    table = read_rows(
        HEADERS,
        row(),
        ["Page 1 of 2"],
        row(),
        ["", "", "", "Total"],
        ["Total: 17"],
        ["", "", "", "", "", "", "Grand total", "1,200.00"],
        sheet=sheet,
    )
    assert numbers(table) == [2, 4]
    where = "Rows" if sheet else "Lines"
    assert table.warnings == (
        f'{where} 3, 5, 6 and 7 were skipped: "Page 1 of 2", "Total", "Total: 17", "Grand total".',
    )


@pytest.mark.parametrize(
    "cells",
    [
        row(reference_id="Total"),
        row(reference_id="TOTAL-7", counterparty_id=None),
        ["INV-7", None, None, "Total"],
        ["INV-7", None, None, None, None, None, "Page 2 of 3"],
        ["Total", "12"],
        ["Total", None, "USD"],
        ["Total", None, None, "Rent"],
        ["Carried over from March"],
        [None, None, None, "Rent"],
    ],
)
def test_what_carries_anything_of_an_invoice_stays(cells: Row) -> None:
    """A row with a reference, or with any other required value, is never skipped."""
    table = read_rows(HEADERS, row(), cells, row())
    assert numbers(table) == [2, 3, 4]
    assert table.warnings == ()


def test_a_broken_row_is_never_a_footer() -> None:
    """What the reader isn't certain of stays a row, though it reads "Total" or is blank."""
    grid = grid_of([HEADERS, row(), ["Total"], [], ["Total"], []], TEXT)
    said = [
        Issue(code, number, None, None, "")
        for code, number in [
            (Code.ROW_LENGTH, 1),
            (Code.STRAY_QUOTE, 3),
            (Code.ROW_BROKEN, 4),
            (Code.ROW_LENGTH, 5),
            (Code.ROW_LENGTH, 6),
        ]
    ]
    table = read_grid(replace(grid, issues=tuple(said)))
    assert numbers(table) == [2, 3, 4]
    assert [issue.row for issue in table.issues] == [3, 4]
    assert table.warnings == ('Line 5 was skipped: "Total".',)


def test_a_broken_header_is_another_tables_all_the_same() -> None:
    """The rows under another header are no rows of this one, however badly it was read."""
    for headers, refused in ((OTHER, True), (HEADERS, False)):
        grid = grid_of([HEADERS, row(), headers, row()])
        grid = replace(grid, issues=(Issue(Code.STRAY_QUOTE, 3, None, None, ""),))
        if refused:
            with pytest.raises(FileError, match="A1:G2 and A3:G4"):
                read_grid(grid)
        else:
            assert numbers(read_grid(grid)) == [2, 3, 4]


@EITHER
def test_headers_repeated_by_page_breaks_are_skipped(sheet: str | None) -> None:
    """The same headers after a row, a page's line or themselves are no row and no other table."""
    again = [f" {HEADERS[0].upper()} ", *HEADERS[1:]]
    table = read_rows(
        HEADERS, HEADERS, row(), again, row(), ["Page 1"], HEADERS, row(), sheet=sheet
    )
    assert numbers(table) == [3, 5, 8]
    assert len(table.warnings) == 1
    assert table.warnings[0].endswith('2, 4, 6 and 7 were skipped: the headers again, "Page 1".')


def test_joined_headers_repeated_are_skipped() -> None:
    """A header of two rows is known again by both."""
    upper = ["Reference", "", "", "", "", "As payment", ""]
    lower = ["ID", *HEADERS[1:5], "link", "Due date"]
    table = read_rows(upper, lower, row(), upper, lower, row())
    assert numbers(table) == [3, 6]
    assert table.warnings == ("Rows 4 and 5 were skipped: the headers again.",)
    assert "A1:G3 and A5:F7" in refusal(upper, lower, row(), [], upper, lower, row())


OTHER = ("note", *HEADERS[1:3], "reference_id", *HEADERS[4:])


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ([HEADERS, row(), [], HEADERS, row(), row()], "A1:G2 and A4:G6"),
        ([HEADERS, row(), ["April"], HEADERS, row()], "A1:G3 and A4:G5"),
        ([HEADERS, row(), OTHER, row()], "A1:G2 and A3:G4"),
        ([HEADERS, row(), [], [], ["", "", *OTHER[:6]], row()], "A1:G2 and C5:H6"),
        (
            [HEADERS, row(), [], ["Key", "Cust", "Money", "Text", "Who", "How"], row()],
            "A1:G2 and A4:F5",
        ),
        ([HEADERS, row(), [*row(), "", *OTHER], [*row(), "", *row()]], "A1:G4 and I3:O4"),
        ([[*HEADERS, "", *HEADERS], [*row(), "", *row()], row()], "A1:F3 and I1:N2"),
    ],
    ids=["same", "titled", "other", "shifted", "foreign", "beside", "twins"],
)
def test_several_tables_are_refused_with_their_places(rows: list[Row], places: str) -> None:
    """Which of two tables is meant can't be known: both are shown."""
    assert places in refusal(["Invoices"], *rows).replace("A2", "A1") or places in refusal(*rows)


def test_several_tables_of_a_text_have_lines() -> None:
    """In a text file tables are shown by lines and columns."""
    message = refusal(HEADERS, row(), [], HEADERS, row(), sheet=TEXT)
    assert "lines 1 to 2 (columns 1 to 7) and lines 4 to 5 (columns 1 to 7)" in message
    grid = replace(grid_of([HEADERS, row(), [], HEADERS, row()], TEXT), lines=LINES)
    with pytest.raises(FileError, match=r"lines 2 to 3 .* and lines 8 to 9"):
        read_grid(grid)


LINES = pl.Series([2, 3, 7, 8, 9], dtype=pl.UInt32)


def test_rows_that_are_all_wrong_are_no_table() -> None:
    """Bad values alone don't make a row the header of another table."""
    bad = row(counterparty_id="abc", currency="Dollar", fee_bearer="them", as_payment_link="maybe")
    assert numbers(read_rows(HEADERS, row(), [], bad, ["Note", "due"], row())) == [2, 4, 5, 6]


def test_hidden_rows_are_counted() -> None:
    """Hidden rows with data are imported and named, or left out when that is asked for."""
    grid = grid_of([["x"], HEADERS, row(), [], row(), ["Total"], row(reference_id="INV-9")])
    grid = replace(grid, hidden=frozenset({1, 2, 4, 5, 6, 7, 99}))
    table = read_grid(grid)
    assert numbers(table) == [3, 5, 7]
    assert table.warnings[1] == (
        "2 hidden rows (rows 5 and 7) are imported too; --skip-hidden leaves hidden rows out."
    )
    table = read_grid(grid, skip_hidden=True)
    assert numbers(table) == [3]
    assert table.warnings[1] == "2 hidden rows (rows 5 and 7) are left out (--skip-hidden)."


def test_the_first_few_hidden_rows_are_named() -> None:
    """Of many hidden rows the first few are named and the others counted."""
    grid = grid_of([HEADERS, *[row()] * 20])
    table = read_grid(replace(grid, hidden=frozenset(range(3, 20))))
    assert "17 hidden rows (rows 3, 4, 5, 6, 7 and 12 more)" in table.warnings[0]


def test_a_table_without_rows_is_refused() -> None:
    """Headers alone, or with nothing but footers or hidden rows, are no table, and it says why."""
    assert "headers in row 2 but no invoices" in refusal(["x"], HEADERS)
    assert 'skipped: "Total"' in refusal(HEADERS, ["Total"], [])
    hidden = replace(grid_of([HEADERS, row()]), hidden=frozenset({2}))
    with pytest.raises(FileError, match=r"no invoices.*1 hidden row \(row 2\) is left out"):
        read_grid(hidden, skip_hidden=True)


@EITHER
def test_columns_without_header_are_named(sheet: str | None) -> None:
    """What stands under no header is carried, and said once for all such columns."""
    rows = [[*HEADERS, "", "Team", "", ""], [*row(), "x", "A", "", "y"], row()]
    table = read_rows(*rows, sheet=sheet)
    assert table.headers == (*HEADERS, "", "Team", "", "")
    where = "Columns H and K" if sheet else "Columns 8 and 11"
    assert len(table.warnings) == 1
    assert table.warnings[0].startswith(f"{where} have values but no header: they are not")
    assert table.issues == ()


@pytest.mark.parametrize("date", ["2027-01-31", "31/01/2027", "46418", "31 Jan 2027", "20270131"])
def test_a_date_under_no_header_is_no_missing_due_date(date: str) -> None:
    """A due date pushed beside its column, or whose header is gone, isn't left out silently."""
    pushed = [*HEADERS], [*row(), date], [*row(due_date="2027-01-01"), date], [*row(), "later"]
    assert [(i.code, i.row) for i in read_rows(*pushed).issues] == [(Code.CELL_WITHOUT_HEADER, 2)]
    gone = [*HEADERS[:-1], ""], row(due_date=date), row(), row(due_date="call me 3 times")
    issues = read_rows(*gone).issues
    assert [(i.code, i.row, i.value) for i in issues] == [(Code.CELL_WITHOUT_HEADER, 2, date)]
    assert issues[0].message.startswith(f'"{date}" is in column G, which has no header')


def test_what_a_sheet_says_of_cells_moves_with_them() -> None:
    """Marks, lines and kinds are those of the table's rows, under the table's column names."""
    ours = ["created", "INV-1", "9", "", "2"]
    rows = [["x"], ["", "Team", *RESULT_COLUMNS, *HEADERS], ["", "a", *ours, *row()], ["", "Total"]]
    marks = pl.DataFrame(
        [
            (1, "0", "merged", "A1"),
            (3, "7", "format", "00"),
            (3, "2", "merged", "B2"),
            (3, "1", "formula", ""),
            (4, "1", "formula", ""),
        ],
        schema=MARK_SCHEMA,
        orient="row",
    )
    table = read_grid(replace(grid_of(rows), marks=marks, date1904=True, warnings=("first",)))
    assert (table.headers, table.positions) == (("Team", *HEADERS), (1, *range(7, 14)))
    assert table.marks.rows() == [(3, "1", "format", "00"), (3, "0", "formula", "")]
    assert table.date1904
    assert table.warnings == ("first", 'Row 4 was skipped: "Total".')
    assert table.place(3, "1") == "H3"
    assert table.header_places()[:2] == ("column B", "column H")


def test_lines_are_those_of_the_rows() -> None:
    """A text's rows know the line that they begin on."""
    grid = replace(grid_of([HEADERS, row(), [], ["Total"], row()], TEXT), lines=LINES)
    table = read_grid(grid)
    assert (numbers(table), table.lines.to_list()) == ([2, 5], [3, 9])
    assert (table.place(5, "0"), table.header_places()[3]) == ("line 9", "column 4")
    assert table.warnings == ('Line 8 was skipped: "Total".',)


def test_the_users_mapping_finds_the_header() -> None:
    """A header row that only the mapping explains is found, and its rows are sifted by it."""
    headers = ["Beleg", "Kunde", *HEADERS[2:]]
    mapping = {"beleg": Field.REFERENCE_ID, "Kunde": Field.COUNTERPARTY_ID}
    grid = grid_of([["currency", "note"], headers, row(), ["Total"]])
    table = read_grid(grid, columns=mapping)
    assert (table.header_row, numbers(table)) == (2, [3])
    assert find_header([["currency"], headers], mapping) == 1


def test_headers_further_down_than_thirty_rows_are_not_looked_for() -> None:
    """The header is among the first thirty rows, counted with the blank ones."""
    assert read_rows(*[["x"]] * 29, HEADERS, row()).header_row == 30
    assert "headers in row 31" in refusal(*[["x"]] * 30, HEADERS, row())


def files(rows: Sequence[Row]) -> list[bytes]:
    """Return rows as a text file and as a workbook."""
    return [csv_bytes(rows), xlsx_bytes({SHEET: rows})]


@pytest.mark.parametrize("kind", [0, 1], ids=["text", "workbook"])
def test_a_printed_report_is_read(tmp_path: Path, kind: int) -> None:
    """A file with titles, page breaks and totals gives its rows, by their true numbers."""
    rows: list[Row] = [
        ["Ada Ltd."],
        [],
        ["", "", "Invoices, March 2027"],
        ["", *HEADERS],
        ["", *row()],
        ["", "Page 1 of 2"],
        ["", *HEADERS],
        ["", *row(reference_id="INV-2")],
        [],
        ["", "", "", "", "Total", "", "", "2 invoices"],
    ]
    width = max(map(len, rows))
    table = read(tmp_path, files([[*cells, *[""] * (width - len(cells))] for cells in rows])[kind])
    assert rows_of(table) == [(5, *row()), (8, *row(reference_id="INV-2"))]
    assert (table.header_row, table.headers, table.issues) == (4, HEADERS, ())
    where = "Rows" if kind else "Lines"
    assert table.warnings[-1] == (
        f'{where} 6, 7 and 10 were skipped: "Page 1 of 2", the headers again, "Total".'
    )


@pytest.mark.parametrize("kind", [0, 1], ids=["text", "workbook"])
def test_two_tables_in_a_file_are_refused(tmp_path: Path, kind: int) -> None:
    """Whatever the kind of file, two tables are shown by their places."""
    rows = [HEADERS, row(), [""] * 7, HEADERS, row()]
    places = ["lines 1 to 2 .* and lines 4 to 5 ", "A1:G2 and A4:G5"][kind]
    with pytest.raises(FileError, match=places):
        read(tmp_path, files(rows)[kind])


def test_hidden_rows_of_a_workbook_are_named(tmp_path: Path) -> None:
    """A row that the sheet hides is imported and named, and left out where that is asked for."""
    book = load_workbook(io.BytesIO(xlsx_bytes({SHEET: [HEADERS, row(), row()]})))
    book[SHEET].row_dimensions[3].hidden = True
    data = save(book)
    table = read(tmp_path, data)
    assert (numbers(table), len(table.warnings)) == ([2, 3], 1)
    assert "1 hidden row (row 3)" in table.warnings[-1]
    table = read_table(tmp_path / "invoices.file", Opening(skip_hidden=True))
    assert numbers(table) == [2]
