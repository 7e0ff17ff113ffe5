from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importer.table import Kind
from importer.workbook import write_results
from reports import (
    make_report,
    write_csv,
)


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
