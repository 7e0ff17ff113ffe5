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
from importer.unpack.formats import (
    Styles,
    changes_digits,
    changes_numbers,
    changes_texts,
    hidden_parts,
    hides_time,
)
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
        *((code, False) for code in ("#,##0_);[Red](#,##0)", "[$USD] 0", "0;0", "_(* 0_)")),
        *(
            (code, False)
            for code in ('"€" #,##0.00', "[$€-407] 0.00", "_-* #,##0.00 _€_-", "# ##0")
        ),
        *(
            (code, False)
            for code in ("yyyy-mm-dd", "[h]:mm", "[$-409]d/mmm/yy;@", '"on" d', "h:mm")
        ),
        *((code, True) for code in ("0.00E+00", "##0.0E+0", "*00", "[$INV-]0", "[$1]0", "0,0")),
        *((code, True) for code in ("00000", "000-000", '"INV-"0', "0%", "0.00%", "# ?/?", "0,")),
        *((code, True) for code in ('0" days"', r"\d0", "0.0,,", ";;;", "[DBNum1]0", 'General"x"')),
        *((code, True) for code in ("[<=9999999]###-####;(###) ###-####", '[>9]0;"few"', "ggge")),
    ],
)
def test_formats_that_show_something_else(code: str, expected: bool) -> None:
    """Leading zeros, letters, percent and scaling are another text; looks are not."""
    assert changes_digits(code) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, False) for code in ("General", "0", "#", "@", "", "[Red]0", "0_)", "0;@")),
        *((code, False) for code in ("yyyy-mm-dd", "[h]:mm", "dd/mm/yyyy;@")),
        *((code, True) for code in ("0.0", "0.00", "#,##0", "0;0", "0.00E+00", "##", "0 ", "0;d")),
        *((code, True) for code in ('#,##0.00 "€"', '"$"#,##0', "[$€-407] 0", "a date", "00")),
    ],
)
def test_formats_that_show_more_than_a_number(code: str, expected: bool) -> None:
    """Where a number is sent as text, decimals, thousands, currencies and lost signs matter."""
    assert changes_numbers(code) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, False) for code in ("@", "General", "0", "0.00;-0", '0;0;"x"', "[Red]@", "_(@_)")),
        *((code, False) for code in ("0;0;0;@", "dd/mm/yyyy;@", '"INV-"0', '"@"0', "* @")),
        *((code, True) for code in ('"INV-"@', '@" (net)"', "@@", ";;;", '0;0;0;"x"', r"\N@")),
        *((code, True) for code in ('0;@" net"', "*.@", "[$€]@", "@ ")),
    ],
)
def test_formats_that_show_more_than_a_text(code: str, expected: bool) -> None:
    """A text's section with anything besides the text shows something else."""
    assert changes_texts(code) is expected


@pytest.mark.parametrize(
    ("code", "hidden"),
    [
        *((code, ()) for code in ("dd/mm/yyyy", "d-mmm-yy", "[$-F800]dddd, mmmm dd, yyyy")),
        *((code, ()) for code in ("yyyy-mm-dd h:mm", "d/m/yy;@", "ge.m.d")),
        *((code, ("day",)) for code in ("mmm-yy", "mmmm yyyy", "dddd mmm yyyy")),
        ("yyyy", ("day", "month")),
        ("d-mmm", ("year",)),
        ('dd/mm/"2028"', ("year",)),
        ("d mmmmm yy", ("month",)),
        *((code, ("day", "month", "year")) for code in ("h:mm AM/PM", "mm:ss", "[h]:mm")),
        ("d yyyy h:mm", ("month",)),
    ],
)
def test_what_a_dates_format_leaves_out(code: str, hidden: tuple[str, ...]) -> None:
    """Day, month and year are shown each for itself; minutes are no month."""
    assert hidden_parts(code) == hidden


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, True) for code in ("dd/mm/yyyy", "[$-409]d mmm yy;@", '"h"d/m/yyyy', "mmm-yy")),
        *((code, False) for code in ("d/m/yyyy h:mm", "h", "[h]", "d AM/PM", "General", "0;d")),
    ],
)
def test_formats_that_show_no_time(code: str, expected: bool) -> None:
    """A date's format without hours, minutes and seconds."""
    assert hides_time(code) is expected


def test_numbers_that_are_shown_otherwise_are_marked() -> None:
    """A number under such a format is marked with it; texts and blank cells are not."""
    book = Workbook()
    for position, (value, code) in enumerate(
        [(123, "00000"), ("123", "00000"), (0.5, "0%"), (5, "0"), (5.5, "0"), (0, "#"), (7, "#")]
    ):
        cell = book.active.cell(3, 2 + position, value)
        cell.number_format = code
    book.active.cell(9, 2).number_format = "00000"
    assert marks_of(read_book(book)) == [
        (3, "1", "format", "00000"),
        (3, "3", "format", "0%"),
        (3, "5", "format", "0"),
        (3, "6", "format", "#"),
    ]


def test_texts_that_are_shown_otherwise_are_marked() -> None:
    """A text under a format with more than @; numbers' formats leave texts alone."""
    book = Workbook()
    for position, code in enumerate(['"INV-"@', '@" (net)"', "@", "00000", ";;;"], 2):
        book.active.cell(2, position, "123").number_format = code
    book.active.cell(4, 2).number_format = '"INV-"@'
    assert marks_of(read_book(book)) == [
        (2, "1", "format", '"INV-"@'),
        (2, "2", "format", '@" (net)"'),
        (2, "5", "format", ";;;"),
    ]


@pytest.mark.parametrize("spelling", [b"<c r=", b"<c\tr="])
def test_a_style_that_no_cell_names_is_the_first(spelling: bytes) -> None:
    """Cells without a style have the workbook's first, whose format may be odd."""
    book = Workbook()
    book.active["A1"], book.active["B1"] = 123, "x"
    assert book.active["A1"].has_style is False
    data = patched(
        save(book),
        {
            "xl/styles.xml": lambda xml: re.sub(
                rb'(<cellXfs.*?numFmtId=)"0"', rb'\1"10"', xml, count=1, flags=re.DOTALL
            ),
            SHEET: lambda xml: xml.replace(b"<c r=", spelling).replace(b' s="0"', b""),
        },
    )
    assert marks_of(read_workbook(PATH, data, Opening())) == [(1, "0", "format", "0.00%")]


def test_a_time_that_nobody_sees_is_off() -> None:
    """A date's format without a time shows the day: =NOW() too; one with a time keeps it."""
    book = Workbook()
    moment = dt.datetime(2027, 1, 31, 13, 45)  # noqa: DTZ001 a workbook's dates have no zone
    for position, code in enumerate(["dd/mm/yyyy", "mm-dd-yy", "d/m/yyyy h:mm", "dd/mm/yyyy"], 2):
        book.active.cell(2, position, moment).number_format = code
    book.active.cell(3, 2, dt.date(2027, 2, 1)).number_format = "dd/mm/yyyy"
    data = patched(save(book), {SHEET: lambda xml: xml.replace(b'r="E2"', b'r = "E2"')})
    for made in (save(book), data):
        grid = read_workbook(PATH, made, Opening())
        assert grid.cells.rows()[1:] == [
            (None, "2027-01-31", "2027-01-31", "2027-01-31 13:45:00", "2027-01-31"),
            (None, "2027-02-01", None, None, None),
        ]
        assert grid.kinds["1"].to_list()[1:] == ["date", "date"]
        assert marks_of(grid) == []


def test_a_time_under_a_formula_is_off() -> None:
    """What a formula gave is looked at as what was typed is."""
    rows = b'<row r="1"><c r="A1" s="1"><f>NOW()+30</f><v>46418.57</v></c></row>'
    assert find_marks(sheet(rows), Styles(days={"1": "d/m/yy"})).days == [(0, 0, "d/m/yy")]


def test_dates_that_are_shown_in_part_are_marked() -> None:
    """Without day, month or year the sheet doesn't show which day is meant."""
    book = Workbook()
    for position, code in enumerate(["mmm-yy", "yyyy", "d-mmm", "dd/mm/yyyy", "h:mm"], 2):
        book.active.cell(2, position, dt.datetime(2027, 1, 31)).number_format = code  # noqa: DTZ001
    assert [(column, code) for _, column, _, code in marks_of(read_book(book))] == [
        ("1", "mmm-yy"),
        ("2", "yyyy"),
        ("3", "d-mmm"),
        ("5", "h:mm"),
    ]


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
    assert find_marks(sheet(rows), Styles()).formulas == [(0, 2, ""), (0, 3, "")]


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
    b'<row r="5"><c r="C5" s="3"><v>7</v></c><c r="D5" s="3"/><c r="E5"><f>2</f><v>0</v></c>'
    b'<c r="F5" s="4"><v>5.5</v></c><c r="G5" s="4"><v>5</v></c></row>'
)
EXPECTED = Marks(
    hidden=[1, 3],
    errors=[(1, 0, "#N/A")],
    formulas=[(1, 1, ""), (4, 4, "0")],
    numbers=[(4, 2, "00")],
    texts=[(4, 2, "x")],
    days=[(4, 5, "d")],
)


@pytest.mark.parametrize("prefix", [b"", b"x:"])
@pytest.mark.parametrize("comment", [b"", b"<!-- -->"])
def test_marks_are_found_however_the_xml_is_written(prefix: bytes, comment: bytes) -> None:
    """The quick search and the whole pass find the same, with and without a prefix."""
    xml = sheet(REMARKABLE, prefix).replace(b"sheetData>", b"sheetData>" + comment, 1)
    styles = Styles(numbers={"3": "00"}, texts={"3": "x"}, days={"4": "d"})
    assert find_marks(xml, styles) == EXPECTED


@pytest.mark.parametrize(
    "attribute", [b'hidden = "1"', b"hidden='true'", b"hidden\n=\n'1'", b'ht=".0"']
)
def test_hidden_rows_are_known_however_it_is_written(attribute: bytes) -> None:
    """White space around the equals sign, other quotes and other words mean the same."""
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2" ' + attribute + b"></row>"
    assert find_marks(sheet(rows), Styles()).hidden == [1]


def test_styles_are_known_however_they_are_written() -> None:
    """White space around the equals sign, the order of attributes, text that looks like one."""
    cells = (
        b"<row r=\"1\"><c r='A1' t='n' s='3'><v>7</v></c><c r=\"B1\" s%s\"3\"><v>7</v></c>"
        b'<c r="C1" ps="3"><v>7</v></c><c r="D1" t="str"><v> s="3" x</v></c></row>'
    )
    for equals in (b"=", b" ="):
        found = find_marks(sheet(cells % equals), Styles(numbers={"3": "00"})).numbers
        assert found == [(0, 0, "00"), (0, 1, "00")]


def test_rows_that_are_hidden_by_default_are_those_that_are_not_there() -> None:
    """Where unused rows are hidden, a row with cells in it is shown unless it says otherwise."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_column(0, 0, ["a", "b"])
        page.set_default_row(hide_unused_rows=True)
    assert b"zeroHeight" in zipfile.ZipFile(buffer).read(SHEET)
    assert read_workbook(PATH, buffer.getvalue(), Opening()).hidden == frozenset()


def test_cells_without_a_place_are_counted() -> None:
    """Rows and cells that don't say where they are follow those before them."""
    rows = b'<row/><row><c/><c t="e"><v>#N/A</v></c></row>'
    assert find_marks(sheet(rows), Styles()).errors == [(1, 1, "#N/A")]


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
        find_marks(sheet(rows), Styles())
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
        (Limits(rows=2), r"has more than 2 rows in.*allow more with --max-rows\."),
        (Limits(rows=1), r"has more than 1 row in"),
        (
            Limits(columns=3),
            r"4 columns.*--max-columns allows \(3\).*more with --max-columns\.",
        ),
        (
            Limits(cell_length=9),
            r"10 characters in D2.*length allows \(9\).*more with --max-cell",
        ),
        (
            Limits(file_size=100),
            r"allows \(100 bytes\).*more with --max-file-size\.",
        ),
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
