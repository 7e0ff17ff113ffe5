from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from builders import GOOD, HEADERS, NOON, csv_bytes, read, row, rows_of, save, xlsx_bytes
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from importer.errors import FileError
from importer.model import Field, InvoiceRef, Outcome, Status
from importer.read import read_table
from importer.read.grid import tabulate
from importer.read.options import Opening
from importer.read.workbook import read_workbook
from importer.report import Report, Summary, count, order_outcomes
from importer.table import PROBLEMS_SHEET, RESULT_COLUMNS, RESULTS_SHEET, SUMMARY_SHEET, Kind, Table
from importer.unpack.cells import show_number
from importer.workbook import write_results

Cell = tuple[object, str, Kind] | None
"""What is written, how it is seen, and what it is; None for a blank cell."""

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
    (DAY.date(), "2027-01-31", Kind.DATE),
    (DAY, "2027-01-31", Kind.DATE),
    (DAY.replace(hour=17, minute=5, second=9), "2027-01-31 17:05:09", Kind.DATE),
    (dt.time(12, 30), "12:30:00", Kind.DATE),
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


@settings(max_examples=20)
@given(st.lists(st.tuples(*[st.sampled_from(VALUES)] * 2), min_size=1, max_size=20))
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


MOMENTS = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31))  # noqa: DTZ001 as above


@settings(max_examples=10)
@given(st.lists(MOMENTS, min_size=1, max_size=100))
def test_any_moment_is_read_to_the_second(moments: list[dt.datetime]) -> None:
    """Excel keeps a moment as a fraction of days; the second that was meant comes out."""
    moments = [moment.replace(microsecond=0) for moment in moments]
    shown = [moment.isoformat(" ").removesuffix(" 00:00:00") for moment in moments]
    assert table_of(tuple(moments)).cells["7"].to_list() == shown


LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"], include_characters="\n\t")
TEXTS = st.text(LETTERS, min_size=1, max_size=30)
NUMBERS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-(10**9), 10**9, places=2).map(float),
    st.floats(-1e12, 1e12).map(lambda x: float(f"{x:.15g}")),
)
CELLS = st.one_of(
    st.none(),
    TEXTS.map(lambda text: (text, text, Kind.TEXT)),
    NUMBERS.map(lambda x: (x, plain(x), Kind.NUMBER)),
    st.booleans().map(lambda truth: (truth, str(truth).lower(), Kind.BOOL)),
    st.dates(dt.date(1900, 3, 1)).map(lambda day: (day, day.isoformat(), Kind.DATE)),
    MOMENTS.map(lambda m: m.replace(microsecond=0, second=1)).map(
        lambda moment: (moment, moment.isoformat(" "), Kind.DATE)
    ),
)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(CELLS, min_size=width, max_size=width).map(tuple), min_size=1, max_size=12
    )
)


def plain(number: float) -> str:
    """Return a number as 15 digits at most without an exponent, from its decimal expansion."""
    text = format(Decimal(f"{number:.15g}"), "f")
    return "0" if Decimal(text) == 0 else text


def by_openpyxl(table: Sequence[Sequence[Cell]], top: int, left: int) -> bytes:
    """Return a workbook of openpyxl's with the table so many rows and columns from A1."""
    rows = [[None] * left + [cell and cell[0] for cell in cells] for cells in table]
    return xlsx_bytes({"S": [*[[]] * top, *rows]})


def by_xlsxwriter(table: Sequence[Sequence[Cell]], top: int, left: int) -> bytes:
    """Return the same by XlsxWriter, whose texts are shared ones."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with xlsxwriter.Workbook(buffer, options) as book:
        page = book.add_worksheet("S")
        for row_number, cells in enumerate(table, top):
            for column, cell in enumerate(cells, left):
                if cell is not None and isinstance(cell[0], str):
                    page.write_string(row_number, column, cell[0])
                elif cell is not None:
                    page.write(row_number, column, cell[0])
    return buffer.getvalue()


@settings(max_examples=30)
@given(TABLES, st.integers(0, 3), st.integers(0, 3), st.sampled_from([by_openpyxl, by_xlsxwriter]))
def test_any_table_reads_back(
    table: list[tuple[Cell, ...]],
    top: int,
    left: int,
    write: Callable[[Sequence[Sequence[Cell]], int, int], bytes],
) -> None:
    """Every cell comes back as the user sees it, in its own row and column."""
    texts_written = [cell[0] for cells in table for cell in cells if cell and cell[2] is Kind.TEXT]
    # openpyxl doesn't have blanks alone preserved, so that they are lost before we read.
    assume(write is by_xlsxwriter or all(str(text).strip() for text in texts_written))
    grid = read_workbook(PATH, write(table, top, left), Opening())
    texts = {
        (y, x): text for y, cells in enumerate(grid.cells.rows()) for x, text in enumerate(cells)
    }
    found = {place: (text, grid.kinds.row(place[0])[place[1]]) for place, text in texts.items()}
    assert {place: cell for place, cell in found.items() if cell[0] is not None} == {
        (top + y, left + x): (cell[1], cell[2])
        for y, cells in enumerate(table)
        for x, cell in enumerate(cells)
        if cell is not None
    }


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (10866613.810000001, "10866613.81"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (1234567890123456, "1234567890123460"),
        (1e20, "100000000000000000000"),
        (-0.0, "0"),
        (999999999999999, "999999999999999"),
    ],
)
def test_numbers_have_15_digits(number: float, shown: str) -> None:
    """As Excel keeps and shows them: what was typed, without the noise of binary fractions."""
    assert show_number(number) == shown


def test_calendar_of_1904(tmp_path: Path) -> None:
    """A workbook that counts days from 1904 shows the same dates."""
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    for cells in (HEADERS, (*row()[:-1], DAY)):
        book.active.append(cells)
    assert read(tmp_path, save(book)).cells.row(0)[-1] == "2027-01-31"


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


def test_the_users_own_mapping_tells_which_sheet_fits() -> None:
    """A header that only the mapping knows makes its sheet the one that is read."""
    named = ("Ours", *HEADERS[1:])
    data = xlsx_bytes({"Cover": [["x"]], "Data": [named, row()]})
    mapped = Opening(columns={"Ours": Field.REFERENCE_ID})
    assert read_workbook(PATH, data, mapped).sheet == "Data"
    both = xlsx_bytes({"A": SHEET, "B": [named, row()]})
    assert read_workbook(PATH, both, Opening()).sheet == "A"


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


def test_a_hidden_sheet_is_named_where_no_other_fits(tmp_path: Path) -> None:
    """The invoices are in a hidden sheet: it isn't read, but said how it can be."""
    book = Workbook()
    book.active.append(["Cover"])
    hidden = book.create_sheet("Old")
    hidden.append(HEADERS)
    hidden.append(row())
    hidden.sheet_state = "veryHidden"
    with pytest.raises(FileError, match=r'hidden sheet: "Old".*--sheet "Old"'):
        read(tmp_path, save(book))


def test_a_chart_is_no_sheet(tmp_path: Path) -> None:
    """A sheet that holds a chart alone is left out, and isn't offered."""
    book = Workbook()
    for cells in SHEET:
        book.active.append(cells)
    book.create_chartsheet("Chart").add_chart(BarChart())
    assert read(tmp_path, save(book)).sheet == "Sheet"
    with pytest.raises(FileError, match=r'no sheet "Chart"\. Its sheets: "Sheet"\.'):
        read(tmp_path, save(book), sheet="Chart")


def test_a_sheet_of_nearly_that_name_is_offered(tmp_path: Path) -> None:
    """A slip in --sheet is answered with the sheet that was meant."""
    with pytest.raises(FileError, match=r'no sheet "Aprl"\. Did you mean --sheet "April"\?'):
        read(tmp_path, xlsx_bytes({"March": SHEET, "April": SHEET}), sheet="Aprl")


def test_blank_text_down_to_the_last_row_is_nothing(tmp_path: Path) -> None:
    """Formulas that give nothing, filled down to the end of the sheet, are no rows."""
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="str"><f>""</f><v></v></c></row>' % (n, n)
        for n in range(1, 1_048_577)
    )
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD_BOOK)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            xml = source.read(name)
            if name.startswith("xl/worksheets/"):
                xml = xml.replace(
                    b"</sheetData>", cells[cells.index(b'<row r="3">') :] + b"</sheetData>"
                )
            target.writestr(name, xml)
    assert read(tmp_path, buffer.getvalue()).height == 1


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


@pytest.mark.parametrize("left", [[PROBLEMS_SHEET], [SUMMARY_SHEET, PROBLEMS_SHEET, "Notes"]])
def test_sheet_of_our_edited_results_is_read(tmp_path: Path, left: list[str]) -> None:
    """It still is, with columns gone and spelt anew, a sheet gone or another there."""
    ours = ["Invoice Number", "Status"]
    results = [[*ours, *HEADERS], ["INV-1", "created", *row()]]
    sheets = {**dict.fromkeys(left, results), "Notes": [["x"]], RESULTS_SHEET: results}
    table = read(tmp_path, xlsx_bytes(sheets))
    assert (table.sheet, table.headers) == (RESULTS_SHEET, HEADERS)


def test_another_sheet_beside_our_results_is_asked_about(tmp_path: Path) -> None:
    """A sheet with invoices that no results have may be meant as well."""
    results = [[*HEADERS, *RESULT_COLUMNS], [*row(), "created", "INV-1", 1, None, 2]]
    with pytest.raises(FileError, match='several sheets with invoices: "Results", "May"'):
        read(tmp_path, xlsx_bytes({RESULTS_SHEET: results, "May": SHEET}))


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
        (
            zip_of(word__document_xml=b""),
            r"text document \(\.docx\), no spreadsheet\. Copy the table in it into a workbook",
        ),
        (zip_of(ppt__presentation_xml=b""), r"presentation \(\.pptx\).*Copy the table"),
        (
            zip_of(Index__Document_iwa=b""),
            r"Numbers or Pages document\. Export it as",
        ),
        (zip_of(readme_txt=b""), "zip archive, no workbook"),
        (zip_of(xl__workbook_xml=b"<workbook"), "damaged"),
        (GOOD_BOOK[: len(GOOD_BOOK) // 2], "damaged"),
        (b"PK\x03\x04junk", "damaged"),
        (without_sheet(), "damaged"),
        (xlsx_bytes({"S": []}), "has no rows"),
        (xlsx_bytes({"S": [], "T": []}), "has no rows"),
        (xlsx_bytes({"S": [HEADERS]}), "headers in row 1 but no invoices"),
        (
            xlsx_bytes({"S": [HEADERS, [" ", "\N{NO-BREAK SPACE}"]]}),
            "headers in row 1 but no invoices",
        ),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_unreadable_workbook_is_one_clear_line(tmp_path: Path, data: bytes, message: str) -> None:
    """What can't be read is told by what it is, in one line that names the file."""
    with pytest.raises(FileError, match=message) as caught:
        read(tmp_path, data)
    assert str(caught.value).startswith(str(tmp_path / "invoices.file"))
    assert "\n" not in str(caught.value)


@settings(max_examples=40)
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
