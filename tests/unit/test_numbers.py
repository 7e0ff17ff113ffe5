from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.clean.cells import Cells
from importer.clean.numbers import read_numbers
from importer.model import Field, Issue
from importer.table import KIND, ROW, Kind

NNBSP = "\N{NARROW NO-BREAK SPACE}"


def read_column(
    texts: Sequence[str | None], kinds: Sequence[Kind] | None = None
) -> tuple[list[int | None], list[Issue]]:
    """Return the numbers of a column, and the issues; with kinds it is a workbook's."""
    frame = pl.DataFrame(
        {
            ROW: pl.Series(range(2, len(texts) + 2), dtype=pl.UInt32),
            "text": pl.Series(texts, dtype=pl.String),
            "kind": pl.Series(kinds or [Kind.TEXT] * len(texts), dtype=KIND),
        }
    )
    cells = Cells(Field.COUNTERPARTY_ID, "customer", kinds is not None, frame)
    values, issues = read_numbers(cells)
    assert {issue.row for issue in issues} == {
        row
        for row, text, read in zip(frame[ROW], texts, values, strict=True)
        if text and read is None
    }
    return values.to_list(), issues


def code_of(text: str, kind: Kind | None = None) -> str:
    """Return the code of the one issue of a cell."""
    _, [issue] = read_column([text], None if kind is None else [kind])
    return issue.code.value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("1,234,567.00", 1234567),
        ("1.234.567,0", 1234567),
        ("1,234.00", 1234),
        ("1.234,00", 1234),
        ("1 234", 1234),
        (f"1{NNBSP}234{NNBSP}567", 1234567),
        ("12\u00a0345,00", 12345),
        ("12'345", 12345),
        ("12\u2019345", 12345),
        ("-1,234,567", -1234567),
        ("123.0000", 123),
    ],
)
def test_separators_that_are_certain(text: str, number: int) -> None:
    """Two groups, or signs that part no decimals in any language."""
    assert read_column([text]) == ([number], [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12,345", "number_ambiguous"),
        ("12.345", "number_ambiguous"),
        ("123.000", "number_ambiguous"),
        ("12.5", "not_a_whole_number"),
        ("12,5", "not_a_whole_number"),
        ("0,123", "not_a_whole_number"),
        ("12,34,567", "not_a_whole_number"),
        ("1,234,56", "not_a_whole_number"),
        ("1 23", "not_a_whole_number"),
        ("1,234 567", "not_a_whole_number"),
        ("1,234,567.000", "not_a_whole_number"),
        ("9" * 19, "not_a_whole_number"),
        ("9,999,999,999,999,999,999", "not_a_whole_number"),
        ("1.23E+15", "number_shortened"),
        ("1e5", "number_shortened"),
        ("1234567890123450", "number_rounded"),
    ],
)
def test_what_is_not_certain_is_an_issue(text: str, code: str) -> None:
    """A number that may be another is told with the reason."""
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1,234,567", "12,345"], [1234567, 12345]),
        (["1.234.567", "123.000"], [1234567, 123000]),
        (["1,234,567", "12,345", "12,5"], [1234567, None, None]),
        (["1.234.567", "12.345", "7.0"], [1234567, None, 7]),
        (["1,234,567", "12.345"], [1234567, None]),
        (["1,234,567", "1.234.567", "12.345", "12,345"], [1234567, 1234567, None, None]),
    ],
)
def test_a_column_shows_what_a_separator_means(texts: list[str], numbers: list[int | None]) -> None:
    """Two groups elsewhere prove one, unless the sign parts decimals somewhere too."""
    assert read_column(texts)[0] == numbers


@pytest.mark.parametrize(
    ("text", "what"),
    [
        *((amount, "looks like an amount") for amount in ("1.234,50", "12.5", "$ 1 200.00", "0,5")),
        *((name, "has letters") for name in ("Acme Ltd", "K-10234")),
        ("9" * 30, "has more digits than any"),
        ("12-34", "is not a whole number"),
    ],
)
def test_what_else_a_cell_looks_like_is_said(text: str, what: str) -> None:
    """An amount's digits alone would be another customer's number: its own is asked for."""
    (issue,) = read_column([text])[1]
    assert issue.message.startswith(f'"{text}" {what}')
    assert "as your invoicing service shows it" in issue.message


def test_both_readings_are_shown() -> None:
    """Whoever has to choose sees what between."""
    _, [issue] = read_column(["12,345"])
    assert "12345" in issue.message
    assert "12.345" in issue.message


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("12.345", Kind.NUMBER, "not_a_whole_number"),
        ("1234567890123456", Kind.NUMBER, "number_rounded"),
        ("2027-01-31", Kind.DATE, "not_a_whole_number"),
        ("true", Kind.BOOL, "not_a_whole_number"),
        ("12.345", Kind.TEXT, "number_ambiguous"),
    ],
)
def test_a_workbook_says_what_a_cell_is(text: str, kind: Kind, code: str) -> None:
    """A number's decimals are decimals there, and its sixteenth digit is not to be trusted."""
    assert code_of(text, kind) == code


def test_long_numbers_that_end_otherwise_are_whole() -> None:
    """A column was not rounded if one of its long numbers doesn't end in zeros; text never is."""
    texts = ["1234567890123450", "1234567890123451"]
    assert read_column(texts) == ([1234567890123450, 1234567890123451], [])
    assert read_column(texts[:1], [Kind.TEXT]) == ([1234567890123450], [])


@given(
    numbers=st.lists(st.integers(0, 10**12), min_size=1, max_size=4),
    separator=st.sampled_from([",", ".", " ", "'", NNBSP]),
)
def test_no_grouped_number_is_read_as_another(numbers: list[int], separator: str) -> None:
    """A number with separators is itself or an issue."""
    texts = [f"{number:,}".replace(",", separator) for number in numbers]
    for number, read in zip(numbers, read_column(texts)[0], strict=True):
        assert read in {None, number}
        assert read is not None or separator in ",."


@given(
    numbers=st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=4),
    point=st.sampled_from([",", "."]),
)
def test_no_decimal_is_read_as_a_whole_number(numbers: list[object], point: str) -> None:
    """Three decimals look like a group: they never become one."""
    texts = [str(number).replace(".", point) for number in numbers]
    for text, read in zip(texts, read_column(texts)[0], strict=True):
        assert read is None or text == f"{read}.000"
