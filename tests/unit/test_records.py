from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from builders import HEADERS, read
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import FileError
from importer.model import Code
from importer.read import Limits, Opening
from importer.read.grid import Grid
from importer.read.text import read_text

PATH = Path("invoices.csv")
HEAD = ",".join(HEADERS)
A, B, C = (f"INV-{letter},123,USD,Rent,PAYER,yes,2027-01-31" for letter in "ABC")


def grid_of(*lines: str, end: str = "\n", limits: Limits | None = None) -> Grid:
    """Read lines as a file."""
    data = end.join(lines).encode() + end.encode()
    return read_text(PATH, data, Opening(limits=limits or Limits()))


def found(grid: Grid) -> list[tuple[Code, int]]:
    """Return what is wrong, by row."""
    return [(issue.code, issue.row) for issue in grid.issues]


def line_of(grid: Grid, number: int) -> int:
    """Return the line that a row begins on."""
    line: int = number if grid.lines is None else grid.lines[number - 1]
    return line


def test_whole_rows_have_no_issues() -> None:
    """A row is whole with quotes, quotes within quotes, and lines within quotes."""
    grid = grid_of(HEAD, '"INV-A","1","USD","a ""b"", c\nd","PAYER","yes",""', B)
    assert found(grid) == []
    assert grid.cells["3"].to_list()[1] == 'a "b", c\nd'
    assert (line_of(grid, 2), line_of(grid, 3)) == (2, 4)


@pytest.mark.parametrize(
    ("lines", "issues"),
    [
        ([A.replace("USD,", "USD"), B], [(Code.ROW_LENGTH, 2)]),
        ([A.replace("Rent", "Rent, May"), B], [(Code.ROW_LENGTH, 2)]),
        ([A, B + C], [(Code.ROW_LENGTH, 3)]),
        ([A, "INV-B,123,USD,", "Rent,PAYER,yes,", C], [(Code.ROW_LENGTH, 3), (Code.ROW_LENGTH, 4)]),
        # A quote too many or too few.
        ([A.replace("Rent", 'R"ent'), B], [(Code.STRAY_QUOTE, 2)]),
        ([A.replace("Rent", 'Rent"'), B], [(Code.STRAY_QUOTE, 2)]),
        ([A.replace("Rent", '"Rent'), B, C], [(Code.ROW_BROKEN, 2)]),
        ([A, B, C.replace("Rent", '"Rent')], [(Code.STRAY_QUOTE, 4)]),
        ([A.replace("Rent", '"Re"nt"'), B], [(Code.STRAY_QUOTE, 2)]),
        ([A.replace("Rent", '"Rent" '), B], [(Code.STRAY_QUOTE, 2)]),
        ([A.replace("Rent", ' "Rent"'), B], [(Code.STRAY_QUOTE, 2)]),
        ([A.replace("Rent", '"Re\\"nt"'), B], [(Code.STRAY_QUOTE, 2)]),
        # A row swallowed whole by two quotes in two rows.
        (
            [A.replace("Rent", '"Rent'), B, C.replace("Rent", 'Rent"'), A],
            [(Code.ROW_BROKEN, 2), (Code.ROW_BROKEN, 3), (Code.STRAY_QUOTE, 4)],
        ),
        (
            [A.replace("Rent", '"Rent'), B.replace("Rent", 'Rent"'), C],
            [(Code.ROW_BROKEN, 2), (Code.STRAY_QUOTE, 3)],
        ),
        # The rows after an open quote, up to the first that is whole.
        (
            [A.replace("Rent", '"Rent'), "INV-B,1,USD", 'C,1,USD,"a\nb",PAYER,yes,', B, C],
            [(Code.STRAY_QUOTE, 2), (Code.ROW_BROKEN, 3), (Code.ROW_BROKEN, 4)],
        ),
        # A line break in the first or the last cell leaves a row that looks whole.
        (["IN", "V-A,123,USD,Rent,PAYER,yes,", B], None),
        (
            [A, "IN", "V-B,123,USD,Rent,PAYER,yes,", C],
            [(Code.ROW_BROKEN, 2), (Code.ROW_LENGTH, 3), (Code.ROW_BROKEN, 4)],
        ),
        (
            [A, "INV-B,123,USD,Rent,PAYER,yes,2027", "-01-31", C],
            [(Code.ROW_BROKEN, 3), (Code.ROW_LENGTH, 4), (Code.ROW_BROKEN, 5)],
        ),
        (
            ['INV-A,1,USD,"Dear', "INV-Z,9,USD,x,PAYER,yes,", 'thanks",PAYER,yes,', B],
            [(Code.ROW_BROKEN, 2), (Code.ROW_BROKEN, 3), (Code.STRAY_QUOTE, 4)],
        ),
        ([A, B, "", "A note", "", C], [(Code.ROW_LENGTH, 5)]),
        ([A, "Page 1 of 2", B, "Total"], [(Code.ROW_LENGTH, 3), (Code.ROW_LENGTH, 5)]),
        # Separators at the ends of all rows move no cell.
        ([A + ",,", B + ",,"], []),
        ([A + ",,", B + ",,", C], [(Code.ROW_LENGTH, 4)]),
        ([A + ",x", B + ",x"], [(Code.ROW_LENGTH, 2), (Code.ROW_LENGTH, 3)]),
        ([A, ",,", "", B], []),
    ],
)
def test_damage_is_told_at_its_row(lines: list[str], issues: list[tuple[Code, int]] | None) -> None:
    """What isn't certain is told at its very row, and the other rows stay as they are."""
    if issues is None:
        with pytest.raises(FileError, match="line 2, directly under the header in line 1"):
            grid_of(HEAD, *lines)
        return
    grid = grid_of(HEAD, *lines)
    assert found(grid) == issues
    told = {number for _, number in issues}
    good = {tuple(line.split(",")) for line in (A, B, C)}
    for number, cells in enumerate(grid.cells.rows(), 1):
        if number > 1 and number not in told and cells[0]:
            assert cells[:7] in good


def test_messages_have_one_form() -> None:
    """What it is, what was expected, what to do."""
    grid = grid_of(HEAD, A + B, A.replace(",USD", ""), A.replace("Rent", 'R"'), C, "x", A)
    messages = [issue.message for issue in grid.issues]
    assert all(message.count(" — ") == 2 and message.endswith(".") for message in messages)
    assert "13 cells: two rows may have run together — expected 7, as the header has" in messages[0]
    assert "6 cells: a separator is missing" in messages[1]
    assert "Line 6 holds a single cell" in messages[3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_swallowed_rows_come_back(end: str) -> None:
    """A row within the quotes of another is a row again, on its own line."""
    grid = grid_of(HEAD, A.replace("Rent", '"Rent'), B, C, end=end)
    assert grid.cells["0"].to_list() == ["reference_id", "INV-A", "INV-B", "INV-C"]
    assert grid.lines is None


def test_due_date_shifted_out_of_its_column_is_told() -> None:
    """Where all rows have a separator more, one before a due date can't be told from the end."""
    head = f"{HEAD},team"
    shifted = [line.replace(",2027", ",,2027") + "," for line in (A, B)]
    assert found(grid_of(head, *shifted)) == [(Code.ROW_LENGTH, 2), (Code.ROW_LENGTH, 3)]
    assert found(grid_of(head, A + ",x,", B + ",,")) == []


def test_header_with_a_stray_quote_is_refused() -> None:
    """No row is certain where the header isn't."""
    with pytest.raises(FileError, match="header with a stray double quote in line 1"):
        grid_of(HEAD.replace("note", 'no"te'), A)


@pytest.mark.parametrize("sep", ["sep=;", '"sep=;"', "SEP=;"])
def test_sep_line_is_not_shown(sep: str) -> None:
    """A `sep=` line is no row, as in Excel; the lines of the file are still the file's."""
    grid = grid_of(sep, HEAD.replace(",", ";"), A.replace(",", ";"))
    assert grid.cells.row(1) == tuple(A.split(","))
    assert (line_of(grid, 1), line_of(grid, 2)) == (2, 3)


def test_sep_line_may_name_any_delimiter() -> None:
    """A delimiter that is looked for nowhere else is taken where the line names it."""
    grid = grid_of("sep=^", HEAD.replace(",", "^"), A.replace(",", "^"))
    assert grid.cells.row(1) == tuple(A.split(","))


def test_single_quotes_where_the_header_has_them() -> None:
    """Apostrophes are quotes only if the header's cells are in them."""
    quoted = [",".join(f"'{cell}'" for cell in line.split(",")) for line in (HEAD, A)]
    grid = grid_of(quoted[0], quoted[1].replace("Rent", "Rent, it''s May"))
    assert grid.cells["3"].to_list() == ["note", "Rent, it's May"]
    assert grid_of(HEAD, quoted[1]).cells["3"].to_list() == ["note", "'Rent'"]


def test_spaces_before_quotes_where_the_header_has_them() -> None:
    """Spaces after every delimiter of the header are no part of the cells."""
    spaced = [line.replace(",", ", ") for line in (HEAD, A.replace("Rent", '"Rent, May"'), B)]
    spaced[1] = spaced[1].replace("Rent,  May", "Rent, May")
    grid = grid_of(*spaced)
    assert found(grid) == []
    assert grid.cells["3"].to_list() == ["note", "Rent, May", "Rent"]


def test_line_ends_may_be_mixed() -> None:
    """Each line may end in its own way."""
    data = f"{HEAD}\r{A}\n{B}\r\n{C}".encode()
    grid = read_text(PATH, data, Opening())
    assert grid.cells["0"].to_list()[1:] == ["INV-A", "INV-B", "INV-C"]
    assert found(grid) == []


def test_header_over_several_lines() -> None:
    """A header whose cells hold line breaks is found, and the lines below are right."""
    grid = grid_of(HEAD.replace("reference_id", '"reference\nid"'), A, B)
    assert found(grid) == []
    assert [line_of(grid, number) for number in (1, 2, 3)] == [1, 3, 4]


@pytest.mark.parametrize("body", [A, A.replace("Rent", '"Rent"')], ids=["plain", "strict"])
@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(rows=3), "more than 3 rows.*--max-rows"),
        (Limits(columns=6), "more than 6 cells in line 1.*--max-columns"),
        (Limits(cell_length=13), "more than 13 characters in line 1.*--max-cell-length"),
    ],
)
def test_limits_are_named(body: str, limits: Limits, message: str) -> None:
    """What is over a limit is refused, by the line and with the option that allows more."""
    with pytest.raises(FileError, match=message):
        grid_of(HEAD, body, body, body, limits=limits)
    fitting = Limits(rows=4, columns=7, cell_length=15)
    assert grid_of(HEAD, body, body, body, limits=fitting).cells.height == 4


def test_place_of_a_damaged_row_is_its_line(tmp_path: Path) -> None:
    """Under a cell of several lines a row's number and its line differ; both are told."""
    note = A.replace("Rent", '"one\ntwo\nthree"')
    table = read(tmp_path, "\n".join([HEAD, note, B.replace(",USD", "")]).encode())
    assert [(i.code, i.row) for i in table.issues] == [(Code.ROW_LENGTH, 3)]
    assert table.place(3) == "line 5"


@given(
    at=st.integers(0, 170),
    what=st.sampled_from([",", '"', "\n", ",,", '""', "\r\n"]),
    quoted=st.booleans(),
    delete=st.booleans(),
)
def test_no_damage_is_silent(*, at: int, what: str, quoted: bool, delete: bool) -> None:
    """A separator, quote or line end put in or taken out anywhere never makes a wrong row.

    A row is either as written, or has an issue, or has what was put in within one cell.
    """
    rows = [line.split(",") for line in (A, B, C)]
    lines = [",".join(f'"{cell}"' if quoted else cell for cell in cells) for cells in rows]
    text = "\n".join(lines)
    at = min(at, len(text))
    if delete:
        at = next((i for i in range(at, len(text)) if text[i] in ',"\n'), len(text))
    put = () if delete else (what, what.replace('""', '"'))
    damaged = text[:at] + text[at + 1 :] if delete else text[:at] + what + text[at:]
    try:
        grid = grid_of(HEAD, damaged)
    except FileError:
        return
    told = {issue.row for issue in grid.issues}
    for number, cells in enumerate(grid.cells.rows(), 1):
        if number > 1 and number not in told and any(cells):
            assert any(_is_as_meant(cells, owned, put) for owned in rows), cells


def _is_as_meant(cells: tuple[str | None, ...], owned: list[str], put: tuple[str, ...]) -> bool:
    """Tell whether a row is as it was, or has what was put in within one of its cells."""
    apart = [
        (cell or "", meant) for cell, meant in zip(cells, owned, strict=False) if cell != meant
    ]
    return not apart or (
        len(apart) == 1 and any(apart[0][0].replace(part, "") == apart[0][1] for part in put)
    )


@pytest.mark.parametrize(
    "lines",
    [
        [A.replace("Rent", 'R"ent')] * 50_000,
        [A.replace("Rent", '"Rent')] * 50_000,
        ['a","'] * 50_000,
        ['"""'] * 50_000,
        ['"x', *["y"] * 50_000],
        [A, *['x"'] * 50_000],
        ['"' + "x," * 3_000_000],
    ],
    ids=["within", "open", "pairs", "triples", "swallow", "end", "one-line"],
)
def test_hopeless_quotes_take_no_longer(lines: list[str]) -> None:
    """However many quotes don't match, a file is read or refused in time."""
    start = time.process_time()
    with suppress(FileError):
        assert grid_of(HEAD, A, *lines).issues
    assert time.process_time() - start < 10
