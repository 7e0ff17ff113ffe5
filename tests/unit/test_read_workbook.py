from __future__ import annotations

import datetime as dt
import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from builders import GOOD, HEADERS, NOON, csv_bytes, read, row, rows_of, save, xlsx_bytes
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from importer.errors import FileError
from importer.model import InvoiceRef, Outcome, Status
from importer.read import read_table
from importer.read.grid import tabulate
from importer.read.options import Opening
from importer.read.workbook import read_workbook
from importer.report import Report, Summary, count, order_outcomes
from importer.table import PROBLEMS_SHEET, RESULT_COLUMNS, RESULTS_SHEET, SUMMARY_SHEET, Kind, Table
from importer.workbook import write_results

PATH = Path("invoices.xlsx")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = [HEADERS, row()]

DAY = dt.datetime(2027, 1, 31)  # noqa: DTZ001 a workbook's dates have no zone
VALUES: list[tuple[object, str, Kind]] = [
    ("000123", "000123", Kind.TEXT),
    ("1234567890123456", "1234567890123456", Kind.TEXT),
    ("2027-01-31 00:00:00", "2027-01-31 00:00:00", Kind.TEXT),
    ("true", "true", Kind.TEXT),
    ("#N/A", "#N/A", Kind.TEXT),
    ("=1+1", "=1+1", Kind.TEXT),
    ("  two  ", "  two  ", Kind.TEXT),
    (10234, "10234", Kind.NUMBER),
    (10234.0, "10234", Kind.NUMBER),
    (231770123456, "231770123456", Kind.NUMBER),
    (0.1, "0.1", Kind.NUMBER),
    (-5, "-5", Kind.NUMBER),
    (0, "0", Kind.NUMBER),
    (True, "true", Kind.BOOL),
    (False, "false", Kind.BOOL),
    (DAY.date(), "2027-01-31 00:00:00", Kind.DATE),
    (DAY.replace(hour=17, minute=5, second=9), "2027-01-31 17:05:09", Kind.DATE),
    (dt.time(12, 30), "12:30:00", Kind.TEXT),
]


def table_of(*columns: tuple[object, ...]) -> Table:
    """Read a sheet with these columns beside those of a good invoice, without a file."""
    height = len(columns[0])
    added = zip(*columns, strict=True)
    rows = [(*row(), *cells) for cells in added]
    headers = (*HEADERS, *(f"extra {n}" for n in range(len(columns))))
    data = xlsx_bytes({"S": [headers, *rows]})
    table = tabulate(read_workbook(PATH, data, Opening()), path=PATH, sha256="", opening=Opening())
    assert table.height == height
    return table


@pytest.mark.parametrize(("value", "text", "kind"), VALUES, ids=repr)
def test_cell_is_what_the_user_sees(value: object, text: str, kind: Kind) -> None:
    """Nothing is inferred: text stays text, and what else a cell is, is known beside it."""
    table = table_of((value,))
    assert table.cells.row(0)[-1] == text
    assert table.kinds.row(0)[-1] == kind


@given(st.lists(st.tuples(*[st.sampled_from(VALUES)] * 2), min_size=1, max_size=6))
def test_kinds_are_told_cell_by_cell(
    cells: list[tuple[tuple[object, str, Kind], tuple[object, str, Kind]]],
) -> None:
    """In a column of everything each cell keeps its own kind, whatever its neighbours are."""
    columns = [tuple(cell[0] for cell in column) for column in zip(*cells, strict=True)]
    table = table_of(*columns)
    read_back = [r[-2:] for r in table.cells.rows()]
    assert read_back == [tuple(text for _, text, _ in pair) for pair in cells]
    kinds = [k[-2:] for k in table.kinds.rows()]
    assert kinds == [tuple(kind for _, _, kind in pair) for pair in cells]


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)))  # noqa: DTZ001 as above
def test_any_moment_is_read_to_the_second(moment: dt.datetime) -> None:
    """Excel keeps a moment as a fraction of days; the second that was meant comes out."""
    moment = moment.replace(microsecond=0)
    assert table_of((moment,)).cells.row(0)[-1] == f"{moment:%Y-%m-%d %H:%M:%S}"


def test_calendar_of_1904(tmp_path: Path) -> None:
    """A workbook that counts days from 1904 shows the same dates."""
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    for cells in (HEADERS, (*row()[:-1], DAY)):
        book.active.append(cells)
    assert read(tmp_path, save(book)).cells.row(0)[-1] == "2027-01-31 00:00:00"


def test_table_in_the_middle_of_a_sheet(tmp_path: Path) -> None:
    """Blank columns and rows before the table, and blank rows in it, don't shift anything."""
    book = Workbook()
    sheet = book.active
    lines = {2: ["Invoices"], 5: HEADERS, 8: row(note="true"), 9: (*row()[:5], True, "#REF!")}
    for number, cells in lines.items():
        for column, value in enumerate(cells, 3):
            sheet.cell(number, column, value)
    sheet.cell(9, 9).data_type = "e"
    table = read(tmp_path, save(book))
    assert (table.header_row, table.headers) == (5, HEADERS)
    assert rows_of(table) == [(8, *row(note="true")), (9, *row()[:5], "true", "#REF!")]
    kinds = table.kinds.rows()
    assert kinds == [(Kind.TEXT,) * 7, (*(Kind.TEXT,) * 5, Kind.BOOL, Kind.TEXT)]


def test_error_values_are_seen(tmp_path: Path) -> None:
    """A formula that failed shows its error, as in the sheet: it isn't blank."""
    book = Workbook()
    book.active.append([*HEADERS, "Total"])
    book.active.append([*row(), 5])
    book.active.append([*row(), "#DIV/0!"])
    book.active["H3"].data_type = "e"
    book.active["A2"].value = "#N/A"
    book.active["A2"].data_type = "e"
    table = read(tmp_path, save(book))
    assert rows_of(table) == [(2, "#N/A", *row()[1:], "5"), (3, *row(), "#DIV/0!")]


def test_hidden_sheets_are_not_chosen(tmp_path: Path) -> None:
    """A hidden sheet that fits is left alone, and read when it is asked for."""
    book = Workbook()
    book.active.title = "Old"
    for state in ("hidden", "veryHidden", "visible"):
        sheet = book.create_sheet(state)
        sheet.append(HEADERS)
        sheet.append(row(reference_id=state))
        sheet.sheet_state = state
    data = save(book)
    assert read(tmp_path, data).sheet == "visible"
    assert read(tmp_path, data, sheet="hidden").cells.row(0)[1] == "hidden"


def test_the_sheet_that_fits_is_chosen(tmp_path: Path) -> None:
    """Of several sheets the one with the headers is read."""
    sheets = {"Cover": [["Invoices, March"]], "Data": SHEET, "Notes": [["reference_id"], ["x"]]}
    assert read(tmp_path, xlsx_bytes(sheets)).sheet == "Data"


def test_the_nearest_sheet_is_chosen_where_none_fits(tmp_path: Path) -> None:
    """The headers that are then complained of are those of the sheet that was meant."""
    sheets = {"Cover": [["Invoices"], ["March"]], "Data": [HEADERS[1:], row()[1:]]}
    assert read(tmp_path, xlsx_bytes(sheets)).sheet == "Data"


def test_several_fitting_sheets_ask_for_one(tmp_path: Path) -> None:
    """Which of two is meant can't be known; --sheet says it, in any case."""
    data = xlsx_bytes({"March": SHEET, "April": [HEADERS, row(note="April")], "Notes": [["x"]]})
    with pytest.raises(FileError, match=r'several.*"March", "April".*--sheet'):
        read(tmp_path, data)
    assert read(tmp_path, data, sheet=" april ").cells["3"].to_list() == ["April"]


def test_unknown_sheet_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    """A name that no sheet has is told together with the names that there are."""
    with pytest.raises(FileError, match=r'no sheet "May".*"March", "April"'):
        read(tmp_path, xlsx_bytes({"March": SHEET, "April": SHEET}), sheet="May")


def test_sheet_of_our_results_is_read(tmp_path: Path) -> None:
    """In a results file, Results is meant: Problems fits too, but holds a part of it."""
    results = [[*HEADERS, *RESULT_COLUMNS], [*row(), "created", "INV-1", 1, None, 2]]
    sheets = {SUMMARY_SHEET: [["Import"]], PROBLEMS_SHEET: results, RESULTS_SHEET: results}
    table = read(tmp_path, xlsx_bytes(sheets))
    assert (table.sheet, table.headers) == (RESULTS_SHEET, HEADERS)


def test_sheets_that_only_sound_like_results_are_not_ours(tmp_path: Path) -> None:
    """Without our columns, a workbook of the user's with those names is like any other."""
    sheets = {RESULTS_SHEET: SHEET, PROBLEMS_SHEET: SHEET, SUMMARY_SHEET: [["x"]]}
    with pytest.raises(FileError, match="several sheets"):
        read(tmp_path, xlsx_bytes(sheets))


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_results_read_back(tmp_path: Path, suffix: str) -> None:
    """What was read, written as results, reads as the same table: awkward cells, own columns."""
    headers = [*HEADERS, "=Team", "status", "'+", "-", ""]
    rows = [
        [*row(note="=1+1"), "-5", "+x", "@y", "''=z", "'tis"],
        [*row(note='a;b,c\t\n"d"'), "000123", "true", "2027-01-31", "1e5", "'"],
    ]
    source = read(tmp_path, csv_bytes([headers, *rows]))
    output = tmp_path / f"results{suffix}"
    write_results(report_on(source, output), output)
    again = read_table(output)
    renamed = [f"{h} (file)" if h == "status" else h for h in headers]
    assert again.headers == tuple(renamed)
    assert rows_of(again) == rows_of(source)
    assert again.kinds.equals(source.kinds)


def report_on(table: Table, output: Path) -> Report:
    """Return a report by which every row of a table was created."""
    created = Outcome(0, Status.CREATED, InvoiceRef(1, "=INV"), "-")
    outcomes = order_outcomes(table, [], created)
    summary = Summary("run", table.path, "me", NOON, 1.0, count(outcomes), {}, output, 0)
    return Report(table, outcomes, (), summary)


def test_kinds_survive_the_results(tmp_path: Path) -> None:
    """Numbers, dates and truth values of a workbook are the same in the results of it."""
    headers = [*HEADERS, *(str(n) for n in range(len(VALUES)))]
    cells = [*row(), *(value for value, *_ in VALUES)]
    source = read(tmp_path, xlsx_bytes({"S": [headers, cells]}))
    output = tmp_path / "results.xlsx"
    write_results(report_on(source, output), output)
    again = read_table(output)
    assert rows_of(again) == rows_of(source)
    assert again.kinds.equals(source.kinds)


def zip_of(**members: bytes) -> bytes:
    """Return a zip archive; a member's `__` stands for a slash, its `_` for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return buffer.getvalue()


GOOD_BOOK = xlsx_bytes({"S": SHEET})


def without_sheet() -> bytes:
    """Return a workbook whose sheet is no XML."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD_BOOK)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            broken = name.startswith("xl/worksheets/")
            target.writestr(name, b"<worksheet><sheetData><row" if broken else source.read(name))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (OLE + b"\0" * 504, r"old \.xls kind"),
        (OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (zip_of(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"),
        (zip_of(xl__workbook_bin=b""), r"\.xlsb"),
        (zip_of(word__document_xml=b""), "no spreadsheet"),
        (zip_of(xl__workbook_xml=b"<workbook"), "damaged"),
        (GOOD_BOOK[: len(GOOD_BOOK) // 2], "damaged"),
        (b"PK\x03\x04junk", "damaged"),
        (without_sheet(), "damaged"),
        (xlsx_bytes({"S": []}), "has no rows"),
        (xlsx_bytes({"S": [], "T": []}), "has no rows"),
        (xlsx_bytes({"S": [HEADERS]}), "headers in row 1 but no rows"),
        (xlsx_bytes({"S": [HEADERS, [" ", "\N{NO-BREAK SPACE}"]]}), "headers in row 1 but no rows"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_unreadable_workbook_is_one_clear_line(tmp_path: Path, data: bytes, message: str) -> None:
    """What can't be read is told by what it is, in one line that names the file."""
    with pytest.raises(FileError, match=message) as caught:
        read(tmp_path, data)
    assert str(caught.value).startswith(str(tmp_path / "invoices.file"))
    assert "\n" not in str(caught.value)


@given(position=st.integers(0, len(GOOD_BOOK) - 1), byte=st.integers(0, 255))
def test_a_damaged_byte_is_an_error_or_harmless(position: int, byte: int) -> None:
    """Whatever is broken in a workbook, it is read or refused: nothing else comes out."""
    data = GOOD_BOOK[:position] + bytes([byte]) + GOOD_BOOK[position + 1 :]
    with suppress(FileError):
        tabulate(read_workbook(PATH, data, Opening()), path=PATH, sha256="", opening=Opening())


def test_the_content_tells_the_format(tmp_path: Path) -> None:
    """A workbook is read as one under any name."""
    path = tmp_path / "invoices.csv"
    path.write_bytes(GOOD_BOOK)
    assert rows_of(read_table(path)) == [(2, *GOOD.values())]
