from __future__ import annotations

import csv
import hashlib
import re
from pathlib import Path

import pytest
from builders import HEADERS, csv_bytes, read, row, rows_of
from hypothesis import assume, given
from hypothesis import strategies as st

from importer.errors import FileError
from importer.model import Code
from importer.read import read_table
from importer.read.dialect import Dialect
from importer.read.options import Limits, Opening
from importer.read.records import read_records
from importer.read.text import _read_plain, _to_frame, read_text
from importer.table import RESULT_COLUMNS, Kind

PATH = Path("invoices.csv")
DELIMITERS = st.sampled_from([",", ";", "\t", "|"])
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
AWKWARD = st.text("ab \",;\t\r\n'=\ufeff\N{NO-BREAK SPACE}\x1f\x85\u2028é", max_size=6)


@given(
    rows=st.lists(st.tuples(*[TEXTS | AWKWARD] * len(HEADERS)), min_size=1),
    delimiter=DELIMITERS,
    style=st.sampled_from(
        [("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_NONNUMERIC), ("\n", csv.QUOTE_ALL)]
    ),
    bom=st.booleans(),
)
def test_what_csv_writes_is_read_back(
    rows: list[tuple[str, ...]], delimiter: str, style: tuple[str, int], *, bom: bool
) -> None:
    """Any table comes back cell by cell, untouched, with its row numbers and lines.

    All but those of which a quoted cell goes on over a line with as many separators as the header:
    nobody can tell it from a row that a lost quote swallowed. A few letters of two alphabets in one
    word are read all the same, and doubted.
    """
    end, quoting = style
    table = [HEADERS, *rows, row()]
    written = [
        csv_bytes([cells], delimiter=delimiter, lineterminator=end, quoting=quoting).decode()
        for cells in table
    ]
    parts = [re.findall(r"[^\r\n]*(?:\r\n|[\r\n])", text) for text in written]
    assume(all(line.count(delimiter) < len(HEADERS) - 1 for lines in parts for line in lines[1:]))
    grid = read_text(PATH, b"\xef\xbb\xbf" * bom + "".join(written).encode(), Opening())
    assert grid.cells.rows() == [tuple(cell or None for cell in cells) for cells in table]
    assert {issue.code for issue in grid.issues} <= {Code.ENCODING_UNCERTAIN}
    lines = [1 + sum(map(len, parts[:at])) for at in range(len(parts))]
    assert (lines if grid.lines is None else grid.lines.to_list()) == lines


@given(
    lines=st.lists(
        st.sampled_from([["", ""], ["a", "b"], ["x", ""], ["", "y"], ["é'", "="], [], ["a"], [" "]])
        | st.lists(st.text("a \r\n\x0b\x0c\x1f\x85\u2028", max_size=3), min_size=2, max_size=3),
        min_size=1,
        max_size=5,
    ),
    delimiter=DELIMITERS,
    newlines=st.lists(st.sampled_from(["\n", "\r\n"]), min_size=5, max_size=5),
    end=st.sampled_from(["", "\n", "\r\n", "\n\n"]),
)
def test_plain_and_strict_reader_agree(
    lines: list[list[str]], delimiter: str, newlines: list[str], end: str
) -> None:
    """Wherever the quick reader accepts a file, the careful one reads the same from it."""
    joined = [delimiter.join(cells) for cells in lines]
    text = "".join(line + at for line, at in zip(joined[:-1], newlines, strict=False))
    text += joined[-1] + end
    assume(text.strip())  # an empty file is refused before it comes here
    dialect = Dialect(delimiter)
    plain = _read_plain(PATH, text, dialect, Limits(), 0)
    if plain is not None:
        strict = _to_frame(read_records(PATH, text, dialect, Limits(), 0))
        assert plain.rows() == strict.rows()


QUOTED = st.sampled_from(['""', '"a"', '"a,b"', '"a;""b"', '""""', '"\x85\u2028"', '" "'])
STRAYS = st.sampled_from(['"', 'a"', '"a"b', '"a', ' "a"', "'a'"])


@given(
    lines=st.lists(
        st.lists(QUOTED | st.sampled_from(["a", "", " ", "é="]) | STRAYS, min_size=2, max_size=3)
        | st.lists(QUOTED | st.sampled_from(["a", ""]), min_size=2, max_size=2),
        min_size=1,
        max_size=5,
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    end=st.sampled_from(["", "\n", "\r\n", "\n\n"]),
)
def test_plain_and_strict_reader_agree_about_quotes(
    lines: list[list[str]], delimiter: str, newline: str, end: str
) -> None:
    """What the quick reader accepts has no stray quote, and the same cells for the careful one."""
    text = newline.join(map(delimiter.join, lines)) + end
    assume(text.strip())
    dialect = Dialect(delimiter)
    plain = _read_plain(PATH, text, dialect, Limits(), 0)
    if plain is not None:
        records = read_records(PATH, text, dialect, Limits(), 0)
        assert plain.rows() == _to_frame(records).rows()
        assert not records.faults
        assert not records.spans


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_plain_reader_takes_quoted_files(quoting: int) -> None:
    """Nor does it leave a file to the careful one whose quotes are all in pairs, a line a row."""
    cells = row(note='Rent, "May"')
    text = csv_bytes([HEADERS, cells, row()], quoting=quoting).decode()
    plain = _read_plain(PATH, text, Dialect(","), Limits(), 0)
    assert plain is not None
    assert plain.rows() == [HEADERS, cells, row()]


def test_a_separator_beyond_ascii_is_read(tmp_path: Path) -> None:
    """A `sep=` line may name any character, also one of several bytes."""
    data = "sep=§\n".encode() + csv_bytes([HEADERS, row()], delimiter="§")
    assert rows_of(read(tmp_path, data)) == [(2, *row())]


def test_plain_reader_takes_plain_files() -> None:
    """The quick reader isn't merely cautious: an ordinary file is its own."""
    text = csv_bytes([HEADERS, row(), row()]).decode()
    plain = _read_plain(PATH, text, Dialect(","), Limits(), 0)
    assert plain is not None
    assert plain.rows() == [HEADERS, row(), row()]


@pytest.mark.parametrize("note", ["Rent", "Rent, May"], ids=["plain", "quoted"])
def test_nothing_is_inferred(tmp_path: Path, note: str) -> None:
    """Leading zeros, long numbers, dates and words for nothing stay the text that they are."""
    cells = ("000123", "1234567890123456", "NA", note, "null", "1e5", "01.02.2027")
    table = read(tmp_path, csv_bytes([HEADERS, cells]))
    assert rows_of(table) == [(2, *cells)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    """Comma, semicolon, tab and | are told apart by the headers, whatever the notes hold."""
    cells = row(note="a,b;c\td|e,,,,;;;;||||")
    table = read(tmp_path, csv_bytes([HEADERS, cells], delimiter=delimiter))
    assert rows_of(table) == [(2, *cells)]


def test_table_knows_its_file(tmp_path: Path) -> None:
    """Path, digest, header row and the lack of sheets are kept."""
    data = csv_bytes([HEADERS, row()])
    table = read(tmp_path, data)
    assert table.path == tmp_path / "invoices.file"
    assert table.sha256 == hashlib.sha256(data).hexdigest()
    assert (table.sheet, table.header_row, table.height) == (None, 1, 1)


def test_cells_of_csv_are_text(tmp_path: Path) -> None:
    """A CSV has no numbers and no dates, in the shape of its cells."""
    kinds = read(tmp_path, csv_bytes([HEADERS, row(), [], row()])).kinds
    assert kinds.rows() == [(Kind.TEXT,) * len(HEADERS)] * 2
    assert kinds.columns == [str(i) for i in range(len(HEADERS))]


def test_blank_rows_keep_the_numbers(tmp_path: Path) -> None:
    """Blank lines, lines of separators and of white space are left out, and counted."""
    blank, white = [""] * len(HEADERS), [" ", "\N{NO-BREAK SPACE}", *[""] * 5]
    table = read(tmp_path, csv_bytes([HEADERS, [], row(), blank, white, [], row()]))
    assert table.cells["row"].to_list() == [3, 7]
    assert table.issues == ()


def test_title_rows_above_the_header(tmp_path: Path) -> None:
    """A title and a blank line don't hide the headers; row numbers stay the file's."""
    data = csv_bytes([["Invoices, March"], [], ["by", "Ada"], HEADERS, row()])
    table = read(tmp_path, data)
    assert (table.header_row, table.headers) == (4, HEADERS)
    assert rows_of(table) == [(5, *row())]
    assert table.issues == ()


def test_a_cell_of_several_lines_is_one_row(tmp_path: Path) -> None:
    """Line breaks in quotes don't count as rows, as in a spreadsheet program."""
    table = read(tmp_path, csv_bytes([HEADERS, row(note="a\nb\r\nc\rd"), row()]))
    assert table.cells["row"].to_list() == [2, 3]
    assert table.cells["3"].to_list() == ["a\nb\r\nc\rd", "Rent"]


def test_carriage_returns_alone_end_lines(tmp_path: Path) -> None:
    """The line ends of old Macs are read."""
    table = read(tmp_path, csv_bytes([HEADERS, row(), row()], lineterminator="\r"))
    assert table.cells["row"].to_list() == [2, 3]


def test_short_and_long_rows_are_issues(tmp_path: Path) -> None:
    """A row with a cell too few or too many is told by its number, and its cells are kept."""
    data = csv_bytes([HEADERS, row()[:-1], row(), (*row(), "more")])
    table = read(tmp_path, data)
    assert [(i.code, i.row, i.column) for i in table.issues] == [
        ("row_length", 2, None),
        ("row_length", 4, None),
    ]
    assert "This row has 6 cells" in table.issues[0].message
    assert rows_of(table)[2] == (4, *row(), "more")


def test_unknown_and_nameless_columns_are_carried(tmp_path: Path) -> None:
    """Columns that nobody knows stay, two of one name and one without a name too."""
    headers = [*HEADERS, "Team", "", "Team"]
    table = read(tmp_path, csv_bytes([headers, [*row(), "a", "b", "c"]]))
    assert table.headers == tuple(headers)
    assert rows_of(table) == [(2, *row(), "a", "b", "c")]


def test_columns_of_our_results_are_ignored(tmp_path: Path) -> None:
    """What the results added is left out where it stands in one piece, in the midst too."""
    headers = ["status", *HEADERS, *RESULT_COLUMNS, "Team"]
    cells = ["mine", *row(), "created", "INV-9", "9", "", "2", "a"]
    table = read(tmp_path, csv_bytes([headers, cells]))
    assert table.headers == ("status", *HEADERS, "Team")
    assert rows_of(table) == [(2, "mine", *row(), "a")]
    assert table.kinds.width == len(table.headers)


def test_a_row_of_our_results_alone_is_blank(tmp_path: Path) -> None:
    """A row that holds nothing of the user's is none, whatever the results say of it."""
    ours = ["invalid", "", "", "The cell is blank.", "3"]
    table = read(
        tmp_path,
        csv_bytes([[*HEADERS, *RESULT_COLUMNS], [*row(), *ours], [*[""] * len(HEADERS), *ours]]),
    )
    assert table.cells["row"].to_list() == [2]


@pytest.mark.parametrize(
    "headers", [["Status"], ["row", "error"], ["status", "row"], ["Row", "Status", "Error"]]
)
def test_columns_like_our_results_are_kept(tmp_path: Path, headers: list[str]) -> None:
    """Words that anybody may use, where no status of ours is, head the user's own columns."""
    table = read(tmp_path, csv_bytes([[*HEADERS, *headers], [*row(), *"abc"[: len(headers)]]]))
    assert table.headers == (*HEADERS, *headers)


@pytest.mark.parametrize(
    ("headers", "cells"),
    [
        ([*RESULT_COLUMNS[::-1]], ["2", "", "9", "-9", "done"]),
        (["Row", "STATUS ", "Invoice Number"], ["2", "done", "-9"]),
        (["InvoiceID", "errors", "invoice-number"], ["9", "", " '-9 "]),
        (["status", "invoice_number"], ["created", "'-9"]),
    ],
)
def test_columns_of_our_results_are_found_one_by_one(
    tmp_path: Path, headers: list[str], cells: list[str]
) -> None:
    """Three of them, or two with our statuses, are ours in any order and spelling, apart too."""
    (first, *others), (cell, *rest) = headers, cells
    table = read(tmp_path, csv_bytes([[first, *HEADERS, *others], [cell, *row(), *rest]]))
    assert table.headers == HEADERS
    assert rows_of(table) == [(2, *row())]
    assert set(table.results.headers) == {header.strip() for header in headers}
    assert table.results.numbers.rows() == [(2, "-9")]
    assert table.results.certain is (len(headers) in {2, 5})


def test_a_mark_of_our_results_holds_wherever_it_stands(tmp_path: Path) -> None:
    """In a column of its own among the user's, spelt otherwise."""
    cells = ["… [as read: ace036dd]", *row(), "invalid", "2"]
    table = read(tmp_path, csv_bytes([["Errors", *HEADERS, "Status", "Row"], cells]))
    assert table.claims == {2: "ace036dd"}


@pytest.mark.parametrize("status", ["created,done", ",", "Created"])
def test_two_of_our_names_are_ours_with_our_statuses_alone(tmp_path: Path, status: str) -> None:
    """One other word, or no word at all, and both columns are the user's."""
    rows = [[*row(), word, "x"] for word in status.split(",")]
    table = read(tmp_path, csv_bytes([[*HEADERS, "status", "row"], *rows]))
    assert table.headers == (*HEADERS, "status", "row")


def test_of_two_columns_of_one_name_ours_is_written_as_we_do(tmp_path: Path) -> None:
    """The user's "Invoice Number" stays theirs beside ours; a second one that is ours does not."""
    theirs = ("Invoice Number", *HEADERS[1:])
    ours = ["created", "INV-9", "9", "", "2"]
    rows = [["invoice_number", *theirs, *RESULT_COLUMNS], ["INV-9", *row(), *ours]]
    table = read(tmp_path, csv_bytes(rows))
    assert table.headers == theirs
    assert rows_of(table) == [(2, *row())]


def test_a_column_headed_as_the_users_is_the_users(tmp_path: Path) -> None:
    """What the results call "status (file)" is a column of the file, wherever it stands."""
    headers = ["status (file)", *HEADERS, "status", "error", "row"]
    table = read(tmp_path, csv_bytes([headers, ["paid", *row(), "invalid", "", "2"]]))
    assert table.headers == ("status (file)", *HEADERS)


def test_apostrophes_of_our_results_are_taken_off(tmp_path: Path) -> None:
    """One apostrophe before what looks like a formula is ours: in cells, and in headers."""
    headers = ["'=Team", *HEADERS, *RESULT_COLUMNS]
    cells = ["'=1+1", *row(note="''-x", reference_id="'tis"), "ready", "", "", "'=e", "2"]
    table = read(tmp_path, csv_bytes([headers, cells]))
    assert table.headers == ("=Team", *HEADERS)
    assert rows_of(table) == [(2, "=1+1", *row(note="'-x", reference_id="'tis"))]


def test_apostrophes_of_others_stay(tmp_path: Path) -> None:
    """In a file that isn't ours an apostrophe is the user's."""
    cells = row(note="'=1+1")
    assert rows_of(read(tmp_path, csv_bytes([HEADERS, cells]))) == [(2, *cells)]


def test_a_very_long_cell_is_read(tmp_path: Path) -> None:
    """The csv module's limit for a cell doesn't hide the header of a plain file."""
    cells = row(note="x" * 200_000)
    assert rows_of(read(tmp_path, csv_bytes([HEADERS, cells]))) == [(2, *cells)]


HEAD = csv_bytes([HEADERS])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (HEAD, "headers in line 1 but no invoices"),
        (HEAD + b"\r\n,,,,,,\r\n", "headers in line 1 but no invoices"),
        (b"\x00\x01\x02", "no spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no spreadsheet but looks like this: Portable Network"),
        (b"Dear Ada\nplease pay\n", "no comma, semicolon, tab or"),
        (
            b'"reference_id",' + HEAD.replace(b"reference_id", b'a "b"', 1) + b"x",
            "stray double quote",
        ),
        (HEAD + b"2027\r\n" + csv_bytes([row()]), "line 2, directly under the header in line 1"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_unreadable_file_is_one_clear_line(tmp_path: Path, data: bytes, message: str) -> None:
    """What can't be imported at all is said in one line that names the file."""
    with pytest.raises(FileError, match=message) as caught:
        read(tmp_path, data)
    assert str(caught.value).startswith(str(tmp_path / "invoices.file"))
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_missing_file_and_folder(tmp_path: Path) -> None:
    """A name that is no file is told as such."""
    with pytest.raises(FileError, match="There is no file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(FileError, match="is a folder"):
        read_table(tmp_path)


def test_csv_has_no_sheets(tmp_path: Path) -> None:
    """A sheet can't be chosen where there are none."""
    with pytest.raises(FileError, match="Leave --sheet out"):
        read(tmp_path, csv_bytes([HEADERS, row()]), sheet="March")


def test_lines_are_counted_before_they_are_read(tmp_path: Path) -> None:
    """Millions of lines of almost nothing are refused at once, by the cap on rows."""
    path = tmp_path / "invoices.csv"
    path.write_bytes(csv_bytes([HEADERS, row()]) + b'"\n"\n' * 100)
    with pytest.raises(FileError, match="--max-rows"):
        read_table(path, Opening(limits=Limits(rows=20)))
