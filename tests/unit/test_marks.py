from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from builders import HEADERS, row, save, xlsx_bytes
from openpyxl import Workbook

from importer.errors import FileError
from importer.read.grid import Grid
from importer.read.options import Limits, Opening
from importer.read.workbook import read_workbook
from importer.table import Mark
from importer.unpack.formats import shows_otherwise
from importer.unpack.marks import Marks, find_marks
from importer.unpack.package import DamagedError

PATH = Path("invoices.xlsx")
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"


def sheet(rows: bytes, prefix: bytes = b"") -> bytes:
    """Return a sheet's XML."""
    head = b'<worksheet xmlns%b="%b">' % (b":" + prefix[:-1] if prefix else b"", MAIN)
    return re.sub(
        rb"<(/?)(?=\w)",
        rb"<\1" + prefix,
        head + b"<sheetData>" + rows + b"</sheetData></worksheet>",
    )


def read_book(book: Workbook) -> Grid:
    """Read an openpyxl workbook."""
    return read_workbook(PATH, save(book), Opening())


def marks_of(grid: Grid) -> list[tuple[Any, ...]]:
    """Return a grid's marks as rows."""
    return grid.marks.rows()


def patched(data: bytes, parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """Return a workbook, some of its parts changed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w") as target,
    ):
        for name in source.namelist():
            target.writestr(name, parts.get(name, bytes)(source.read(name)))
    return buffer.getvalue()


def with_rows(rows: bytes) -> bytes:
    """Return a workbook with a sheet of these rows."""
    return patched(xlsx_bytes({"S": [["x"]]}), {SHEET: lambda _: sheet(rows)})


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, False) for code in ("General", "0", "0.00", "#,##0", "#,##0.00", "@", "")),
        *((code, False) for code in ("0.00E+00", "##0.0E+0", "#,##0_);[Red](#,##0)", "[$USD] 0")),
        *(
            (code, False)
            for code in ('"€" #,##0.00', "[$€-407] 0.00", "_-* #,##0.00 _€_-", "# ##0")
        ),
        *(
            (code, False)
            for code in ("yyyy-mm-dd", "[h]:mm", "[$-409]d/mmm/yy;@", '"on" d', "h:mm")
        ),
        *((code, True) for code in ("00000", "000-000", '"INV-"0', "0%", "0.00%", "# ?/?", "0,")),
        *((code, True) for code in ('0" days"', r"\d0", "0.0,,", ";;;", "[DBNum1]0", 'General"x"')),
        *((code, True) for code in ("[<=9999999]###-####;(###) ###-####", '[>9]0;"few"', "ggge")),
    ],
)
def test_formats_that_show_something_else(code: str, expected: bool) -> None:
    """Leading zeros, letters, percent and scaling are another text; looks are not."""
    assert shows_otherwise(code) is expected


def test_numbers_that_are_shown_otherwise_are_marked() -> None:
    """A number under such a format is marked with it; texts, dates and blank cells are not."""
    book = Workbook()
    for position, (value, code) in enumerate(
        [(123, "00000"), ("123", "00000"), (0.5, "0%"), (dt.date(2027, 1, 31), "yyyy"), (5, "0")]
    ):
        cell = book.active.cell(3, 2 + position, value)
        cell.number_format = code
    book.active.cell(9, 2).number_format = "00000"
    assert marks_of(read_book(book)) == [(3, "1", "format", "00000"), (3, "3", "format", "0%")]


def test_formulas_without_a_stored_value_are_marked() -> None:
    """What a program wrote without computing it is marked, also where 0 stands for the value."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["a", "b"])
        page.write_formula(1, 0, "=1+1")
        page.write_formula(2, 0, "=1+1", None, 2)
        page.write_formula(3, 0, '="x"', None, "x")
        page.write_formula(4, 0, "=FALSE()", None, False)
    grid = read_workbook(PATH, buffer.getvalue(), Opening())
    assert marks_of(grid) == [(2, "0", "formula", "0")]
    assert grid.cells["0"].to_list() == ["a", "0", "2", "x", "false"]


def test_a_formula_that_gives_nothing_has_its_value() -> None:
    """The empty text is a value that spreadsheet programs store; it needs no mark."""
    rows = (
        b'<row r="1"><c r="A1" t="str"><f>""</f><v></v></c><c r="B1" t="str"><f>""</f><v/></c>'
        b'<c r="C1" t="str"><f>x</f></c><c r="D1"><f>x</f><v/></c></row>'
    )
    assert find_marks(sheet(rows), {}).formulas == [(0, 2, ""), (0, 3, "")]


def test_a_row_of_nothing_but_formulas_is_there() -> None:
    """Rows and columns whose formulas have no value are no blank ones, wherever they are."""
    book = Workbook()
    book.active["A1"] = "a"
    book.active["C5"] = "=A1"
    grid = read_book(book)
    assert grid.cells.rows() == [("a", None, None), *[(None,) * 3] * 4]
    assert grid.kinds.shape == grid.cells.shape
    assert marks_of(grid) == [(5, "2", "formula", "")]


def test_error_values_are_text() -> None:
    """A failed formula shows its error, in the last row, in leading columns' sheets, everywhere."""
    book = Workbook()
    book.active["C2"] = "x"
    for name in ("D4", "C6"):
        book.active[name] = "#REF!"
        book.active[name].data_type = "e"
    cells = read_book(book).cells
    assert cells.rows()[3] == (None, None, None, "#REF!")
    assert cells.rows()[5] == (None, None, "#REF!", None)


def test_an_unknown_error_value_is_told_with_its_cell() -> None:
    """An error value that calamine stops at is named, with its place."""
    rows = b'<row r="7"><c r="D7" t="e"><v>#SPILL!</v></c></row>'
    with pytest.raises(FileError, match=r'"#SPILL!", in D7 of the sheet "S"'):
        read_workbook(PATH, with_rows(rows), Opening())


def test_hidden_rows_are_known() -> None:
    """Rows hidden by hand or by a filter; low rows and hidden columns hide no row."""
    book = Workbook()
    for number in range(1, 8):
        book.active.cell(number, 1, number)
    book.active.row_dimensions[2].hidden = True
    book.active.row_dimensions[5].height = 0.75
    book.active.row_dimensions[6].hidden = True
    book.active.column_dimensions["B"].hidden = True
    assert read_book(book).hidden == frozenset({2, 6})


def test_merged_cells_name_the_first() -> None:
    """Each blank cell of a merged range inside the table's area says where its value is."""
    book = Workbook()
    for number in range(1, 6):
        book.active.cell(number, 2, number)
        book.active.cell(number, 3, "x")
    book.active.merge_cells("B2:B4")
    book.active.merge_cells("C5:Z90")
    assert marks_of(read_book(book)) == [(3, "1", "merged", "B2"), (4, "1", "merged", "B2")]


def test_the_calendar_of_1904_is_known() -> None:
    """A workbook says so itself."""
    book = Workbook()
    book.active["A1"] = 1
    assert not read_book(book).date1904
    book.epoch = dt.datetime(1904, 1, 1)  # noqa: DTZ001 a workbook's dates have no zone
    assert read_book(book).date1904


REMARKABLE = (
    b'<row r="2" hidden="1"><c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>1</f></c></row>'
    b'<row r="4" ht="0" customHeight="1"/>'
    b'<row r="5"><c r="C5" s="3"><v>7</v></c><c r="D5" s="3"/><c r="E5"><f>2</f><v>0</v></c></row>'
)
EXPECTED = Marks(
    hidden=[1, 3],
    errors=[(1, 0, "#N/A")],
    formulas=[(1, 1, ""), (4, 4, "0")],
    formats=[(4, 2, "00")],
)


@pytest.mark.parametrize("prefix", [b"", b"x:"])
@pytest.mark.parametrize("comment", [b"", b"<!-- -->"])
def test_marks_are_found_however_the_xml_is_written(prefix: bytes, comment: bytes) -> None:
    """The quick search and the whole pass find the same, with and without a prefix."""
    xml = sheet(REMARKABLE, prefix).replace(b"sheetData>", b"sheetData>" + comment, 1)
    assert find_marks(xml, {"3": "00"}) == EXPECTED


def test_cells_without_a_place_are_counted() -> None:
    """Rows and cells that don't say where they are follow those before them."""
    rows = b'<row/><row><c/><c t="e"><v>#N/A</v></c></row>'
    assert find_marks(sheet(rows), {}).errors == [(1, 1, "#N/A")]


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>',
        b'<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v><![CDATA[5]]></v></c></row>',
    ],
)
def test_what_calamine_would_lose_is_damaged(rows: bytes) -> None:
    """A row that comes twice takes another's place, CDATA reads as blank: refused."""
    with pytest.raises(DamagedError):
        find_marks(sheet(rows), {})
    with pytest.raises(FileError, match="damaged"):
        read_workbook(PATH, with_rows(rows), Opening())


def test_strict_ooxml_is_read() -> None:
    """The other namespace of the same format; its dates are ISO text."""
    data = patched(
        xlsx_bytes({"S": [HEADERS, row()]}),
        {
            name: lambda xml: xml.replace(MAIN, STRICT).replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            for name in (SHEET, BOOK, "xl/_rels/workbook.xml.rels", "xl/styles.xml")
        },
    )
    assert read_workbook(PATH, data, Opening()).cells.rows() == [HEADERS, row()]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(rows=2), r"3 rows or more.*--max-rows allows \(2\)"),
        (Limits(columns=3), r"4 columns.*--max-columns allows \(3\)"),
        (Limits(cell_length=9), r"10 characters in D2.*--max-cell-length allows \(9\)"),
        (Limits(file_size=100), r"--max-file-size allows \(100\)"),
    ],
)
def test_limits_are_named(limits: Limits, message: str) -> None:
    """What is too much says which option allows more; blank rows at the end don't count."""
    data = xlsx_bytes({"S": [["a"], ["b", "c", "d", "e" * 10], ["f"], [" "], ["\t"]]})
    with pytest.raises(FileError, match=message):
        read_workbook(PATH, data, Opening(limits=limits))
    assert (
        read_workbook(PATH, data, Opening(limits=Limits(3 << 29, 1 << 20, 3, 4, 10))).sheet == "S"
    )


def test_marks_have_words_of_their_own() -> None:
    """The words in the frame are those of the enumeration."""
    assert {"merged", "formula", "format"} == {mark.value for mark in Mark}
