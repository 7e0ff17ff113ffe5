# ruff: noqa: RUF001 - letters that look alike are what is tested
from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import polars as pl
import pytest
from builders import HEADERS, clean_table, make_table, row
from hypothesis import given
from hypothesis import strategies as st

from importer.clean.cells import Cells, take_cells
from importer.clean.references import ordinal, read_references
from importer.columns import map_columns
from importer.model import Code, Field, Issue
from importer.table import KIND, ROW, Kind

LETTERS = st.text("aB1é \u0301\u200b\u200e\ufeff\xad\u202e\u00a0\tАΑ１-", max_size=8)


def read_column(
    texts: Sequence[str | None], kinds: Sequence[Kind] | None = None
) -> tuple[list[str | None], list[Issue]]:
    """Return the references of a column, and the issues; with kinds it is a workbook's."""
    table = make_table([row(reference_id=text) for text in texts])
    cells, _ = take_cells(table, map_columns(HEADERS), Field.REFERENCE_ID)
    if kinds is not None:
        frame = cells.frame.with_columns(pl.Series("kind", kinds, dtype=KIND))
        cells = Cells(Field.REFERENCE_ID, "reference_id", in_workbook=True, frame=frame)
    values, issues = read_references(cells)
    told = {issue.row for issue in issues}
    blank = {r for r, text in zip(cells.frame[ROW], cells.text, strict=True) if text is None}
    unread = {r for r, value in zip(cells.frame[ROW], values, strict=True) if value is None}
    assert told == unread - blank
    return values.to_list(), issues


def codes_of(*texts: str) -> list[Code]:
    """Return the codes of what is wrong with the references of a text file."""
    table = make_table([row(reference_id=text) for text in texts])
    return [issue.code for issue in clean_table(table).issues]


def issue_of(text: str, kind: Kind | None = None) -> Issue:
    """Return the one issue of a cell."""
    _, [issue] = read_column([text], None if kind is None else [kind])
    return issue


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("\ufeff INV-1\u200b", "INV-1"),
        ("\u202aINV-1\u202c", "INV-1"),
        ("INV\xad-\u200b1", "INV-1"),
        ("I\u200eN\u200fV", "INV"),
        ("E\u200b\u0301", "É"),
        ("Счёт-1", "Счёт-1"),
        ("ΑΒΓ-1", "ΑΒΓ-1"),
        ("Nº 12/ª", "Nº 12/ª"),
        ("12E3", "12E3"),
        ("000123", "000123"),
        ("INV 1", "INV 1"),
        ("発票-1", "発票-1"),
        ("\u200b", None),
        ("12345678901234567", "12345678901234567"),
    ],
)
def test_reference_is_cleaned(text: str, reference: str | None) -> None:
    """What nobody sees and changes nothing is taken out; the rest stays as it was typed."""
    assert read_column([text]) == ([reference], [])


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("INV\n1", "reference_characters", "a line break"),
        ("INV\t1", "reference_characters", "a tab"),
        ("1\x002", "reference_characters", "in 2nd place"),
        ("INV\u202e1", "reference_characters", "right-to-left override"),
        ("INV\u200d1", "reference_characters", "zero width joiner"),
        ("INV\u31641", "reference_characters", "hangul filler"),
        ("INVА-1", "reference_looks_alike", "the 4th character is a Cyrillic А"),
        ("ΑBC", "reference_looks_alike", "the 1st character is a Greek Α"),
        ("АБВX", "reference_looks_alike", "the 4th character is a Latin X"),
        ("INV-１", "reference_looks_alike", "the 5th character is a Fullwidth １"),
        ("1.23E+15", "number_shortened", "the others are lost"),
        ("1,23457e15", "number_shortened", "the others are lost"),
        ("1234567890123400", "number_rounded", "keeps 15 digits"),
    ],
)
def test_reference_that_is_not_what_it_seems(text: str, code: str, words: str) -> None:
    """It becomes an issue that names what is wrong and where."""
    issue = issue_of(text)
    assert (issue.code.value, issue.value) == (code, text)
    assert words in issue.message
    assert issue.message.count(" — ") == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [("1234567890123456", "number_rounded"), ("12.5", "not_a_whole_number")],
)
def test_number_of_a_workbook(text: str, code: str) -> None:
    """A number keeps neither its sixteenth digit nor its last zeros; text does."""
    assert issue_of(text, Kind.NUMBER).code.value == code
    assert read_column([text, "123"], [Kind.TEXT, Kind.NUMBER]) == ([text, "123"], [])


def test_long_references_that_end_otherwise_are_whole() -> None:
    """A column was not rounded if one of its long references doesn't end in zeros."""
    texts = ["1234567890123400", "1234567890123401", "A"]
    assert read_column(texts) == (texts, [])
    assert read_column(texts[::2])[0] == [None, "A"]


@given(st.lists(LETTERS, min_size=1, max_size=4))
def test_cleaning_twice_is_cleaning_once(texts: list[str]) -> None:
    """A reference that was sent reads back from the results as it was sent."""
    once = read_column(texts)[0]
    assert read_column(once) == (once, [])


@given(first=LETTERS, second=LETTERS)
def test_two_visible_references_stay_two(first: str, second: str) -> None:
    """Only what shows as nothing is taken out: the letters that one sees stay, in their order."""

    def visible(text: str) -> str:
        return unicodedata.normalize("NFC", "".join(c for c in text if c.isprintable()).strip())

    values = read_column([first, second])[0]
    if None not in values and visible(first) != visible(second):
        assert values[0] != values[1]


def test_places_in_words() -> None:
    """1st, 2nd, 3rd; but 11th to 13th."""
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112, 122)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "122nd",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["-", "?", "N/A", "nan", "null", "None", "...", "TBD", "--"])
def test_what_stands_for_nothing_is_no_reference(text: str) -> None:
    """Signs alone, and the words that programs write for nothing, never go out as a reference."""
    assert codes_of(text) == [Code.MISSING_VALUE]


@pytest.mark.parametrize("text", ["A", "7", "NA-1", "null-1", "№5", "INV-1"])
def test_short_references_are_references(text: str) -> None:
    """What has a letter or a digit of its own is one."""
    assert codes_of(text) == []


def test_decimals_of_a_whole_column_are_a_programs() -> None:
    """Where every number ends in .0, none was typed so; beside others it may have been."""
    assert codes_of("1001.0", "1002.0", "A-7") == [Code.NUMBER_SHOWN_OTHERWISE] * 2
    assert codes_of("1001.0", "1002") == []
