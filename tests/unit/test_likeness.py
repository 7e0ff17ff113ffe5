from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest
from builders import HEADERS
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.columns import map_columns
from importer.likeness import in_file, is_number, name_rows, with_known, zero_key
from importer.model import Issue, Severity, reference_key
from importer.table import ROW

COLUMNS = map_columns(HEADERS)
CYRILLIC = "\u0410\u0412\u0421-1"
"""ABC-1 in Cyrillic letters, which look the same."""
EN_DASH = "INV\N{EN DASH}1"


def frame_of(*references: str | None) -> pl.DataFrame:
    """Return rows from 2 on with these references."""
    keys = [None if text is None else reference_key(text) for text in references]
    return pl.DataFrame(
        {ROW: range(2, len(references) + 2), "reference_id": references, "key": keys},
        schema={ROW: pl.UInt32, "reference_id": pl.String, "key": pl.String},
    )


def place(row: int, name: str | None) -> str:
    """Name a row as a workbook does."""
    assert name is None
    return f"row {row}"


def told(issues: tuple[Issue, ...]) -> list[tuple[int, str, Severity]]:
    """Return row, code and severity of every issue, by row."""
    return sorted((i.row, i.code, i.severity) for i in issues)


def inside(*references: str | None) -> list[tuple[int, str, Severity]]:
    """Return what is told of references in one file."""
    return told(in_file(frame_of(*references), COLUMNS, place))


def against(known: Mapping[str, str], *references: str | None) -> list[tuple[int, str, Severity]]:
    """Return what is told of references where others are known."""
    return told(with_known(frame_of(*references), COLUMNS, known))


def test_numbers_that_differ_in_leading_zeros_are_warned_of() -> None:
    """Both rows are told, each naming the other; nothing is held back."""
    issues = in_file(frame_of("7", "INV-1", "007"), COLUMNS, place)
    assert told(issues) == [
        (2, "leading_zeros", Severity.WARNING),
        (4, "leading_zeros", Severity.WARNING),
    ]
    assert issues[0].message.startswith('"7" differs from "007" (row 4) only in leading zeros')
    assert issues[1].message.startswith('"007" differs from "7" (row 2) only in leading zeros')


@pytest.mark.parametrize(
    "references",
    [
        ("INV-007", "INV-7"),
        ("70", "7"),
        ("007", "007"),
        ("\u0667", "0\u0667"),
        (None, "0"),
        ("7", "07a"),
    ],
)
def test_other_references_have_no_leading_zeros_to_lose(
    references: tuple[str | None, ...],
) -> None:
    """A spreadsheet drops zeros from digits alone, and a reference is not its own twin."""
    assert inside(*references) == []


def test_zero_alone_is_a_number_too() -> None:
    """0 and 00 differ only in leading zeros."""
    assert [row for row, _, _ in inside("0", "00")] == [2, 3]


@pytest.mark.parametrize(
    "pair",
    [
        (CYRILLIC, "ABC-1"),
        (CYRILLIC, "abc-1"),
        (EN_DASH, "INV-1"),
        ("\N{GREEK CAPITAL LETTER IOTA}NV-1", "INV-1"),
        ("\u0451", "\u00eb"),
        ("INV-\N{FULLWIDTH DIGIT ONE}", "INV-1"),
    ],
)
def test_references_that_look_alike_are_an_issue_for_both(pair: tuple[str, str]) -> None:
    """Nobody could tell which is meant, so neither goes out."""
    expected = [(row, "reference_looks_alike", Severity.ERROR) for row in (2, 4)]
    assert inside(pair[0], "INV-9", pair[1]) == expected
    assert inside(pair[1], "INV-9", pair[0]) == expected


def test_the_odd_character_is_named() -> None:
    """The message says which character it is, and where the other reference stands."""
    first, second = in_file(frame_of("INV-1", EN_DASH), COLUMNS, place)
    for issue, other in ((first, f'"{EN_DASH}" (row 3)'), (second, '"INV-1" (row 2)')):
        assert f"looks like {other}" in issue.message
        assert '"\N{EN DASH}" (En dash)' in issue.message


@pytest.mark.parametrize(
    "pair",
    [
        ("INV-O1", "INV-01"),
        ("INV-l", "INV-1"),
        ("rn", "m"),
        ("É-O1", "É-01"),
        ("É-1", "E-1"),
        ("Ü", "U"),
        ("INV-1", "inv-1"),
    ],
)
def test_ascii_likeness_and_accents_are_no_issue(pair: tuple[str, str]) -> None:
    """O and 0 may differ on purpose; é is another letter than e; case is another room's."""
    assert inside(*pair) == []


ASCII = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)


@settings(max_examples=30)
@given(st.lists(ASCII.filter(lambda text: not is_number(text)), max_size=30))
def test_plain_references_are_left_alone(references: list[str]) -> None:
    """Nothing is told of ASCII references that aren't numbers."""
    assert inside(*references) == []
    assert against({"é": "É"}, *references) == []


@given(st.text("0123456789", min_size=1, max_size=6), st.integers(0, 4))
def test_zero_key_is_what_leading_zeros_leave(number: str, zeros: int) -> None:
    """As many zeros as one likes before a number, but for another number."""
    assert zero_key("0" * zeros + number) == zero_key(number)
    assert int(zero_key(number)) == int(number)
    assert is_number(number)


@pytest.mark.parametrize("text", ["", "7a", "-7", "\u0667", "²", "7 8"])
def test_only_ascii_digits_are_a_number(text: str) -> None:
    """What a spreadsheet program would not shorten is none."""
    assert not is_number(text)


def test_a_known_reference_in_other_letters_is_an_issue() -> None:
    """Small and capital letters make no second invoice: which spelling is meant?"""
    [issue] = with_known(frame_of("inv-1"), COLUMNS, {"inv-1": "INV-1"})
    assert (issue.code, issue.severity) == ("reference_duplicate", Severity.ERROR)
    assert 'the known reference "INV-1" differ only in small and capital letters' in issue.message


@pytest.mark.parametrize(
    ("known", "reference"),
    [
        ("INV-1", "INV-1"),
        ("INV  1", "INV\N{NO-BREAK SPACE}1"),
        ("\u00c9", "E\u0301"),
        ("007", "007"),
        (CYRILLIC, CYRILLIC),
    ],
)
def test_a_known_reference_is_not_its_own_twin(known: str, reference: str) -> None:
    """A rerun says nothing of what it knows, however its spaces are written."""
    assert against({reference_key(known): known}, reference) == []


def test_a_new_number_is_compared_with_known_ones() -> None:
    """Excel opened the CSV: the message names the known reference."""
    [issue] = with_known(frame_of("7", "8"), COLUMNS, {"007": "007", "9": "9"})
    assert (issue.row, issue.code, issue.severity) == (2, "leading_zeros", Severity.WARNING)
    assert '"7" differs from the known reference "007" only in leading zeros' in issue.message


def test_a_row_that_is_known_is_compared_with_nothing_else() -> None:
    """Two known references that differ in zeros were accepted once; a rerun doesn't ask again."""
    assert against({"7": "7", "007": "007"}, "7") == []


def test_what_another_row_has_is_told_of_the_file() -> None:
    """A known reference that is in the file too isn't told a second time."""
    assert against({"007": "007"}, "7", "007") == []
    assert [row for row, _, _ in inside("7", "007")] == [2, 3]


@pytest.mark.parametrize(
    ("known", "reference"), [("ABC-1", CYRILLIC), (CYRILLIC, "ABC-1"), ("INV-1", EN_DASH)]
)
def test_a_reference_that_looks_like_a_known_one_is_an_issue(known: str, reference: str) -> None:
    """Whichever of the two has the odd character."""
    expected = [(2, "reference_looks_alike", Severity.ERROR)]
    assert against({reference_key(known): known}, reference) == expected


def test_nothing_is_told_where_nothing_is_known() -> None:
    """A first import is compared with itself alone."""
    assert against({}, "7", "07", "A", "a", "\u0410", None) == []


@pytest.mark.parametrize(
    ("rows", "total", "named"),
    [
        ([7], None, "row 7"),
        ([2, 6], None, "rows 2 and 6"),
        ([2, 6, 9], None, "rows 2, 6 and 9"),
        (range(1, 13), None, "rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"),
        (range(1, 11), 1500, "rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 1,490 more"),
    ],
)
def test_rows_are_named_up_to_ten(rows: list[int], total: int | None, named: str) -> None:
    """A message stays a message, however many rows it is about."""
    assert name_rows(rows, place, total=total) == named
