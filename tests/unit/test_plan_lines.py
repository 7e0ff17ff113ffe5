"""The plan as a table, and the question about it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from builders import make_table, row
from click import unstyle
from hypothesis import given
from hypothesis import strategies as st

from importer.cli.plan import WIDTH, plan_lines, question
from importer.model import Status
from importer.preview import Preview

Tally = Mapping[Status, int]

CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3)
PLANNED = st.sampled_from(
    [Status.READY, Status.ALREADY_CREATED, Status.CONFLICT, Status.INVALID, Status.IN_DOUBT]
)
TALLIES = st.dictionaries(PLANNED, st.integers(1, 1_048_576), min_size=1)


def lines_of(by_currency: Mapping[str, Tally], unclear: Tally) -> list[str]:
    """Return the table without its colours."""
    return [unstyle(line) for line in plan_lines(add(by_currency, unclear), by_currency)]


def add(by_currency: Mapping[str, Tally], unclear: Tally) -> dict[Status, int]:
    """Return the rows by status of some currencies and of none."""
    tallies = [*by_currency.values(), unclear]
    return {status: sum(tally.get(status, 0) for tally in tallies) for status in Status}


def preview(by_currency: Mapping[str, Tally], *, left: int = 0) -> Preview:
    """Return what a run is about to do."""
    table = make_table([row()])
    return Preview(table, add(by_currency, {}), by_currency, left, "api.example.com")


def ready(**rows: int) -> dict[str, Tally]:
    """Return so many ready rows by currency."""
    return {currency: {Status.READY: number} for currency, number in rows.items()}


def test_a_plan_is_a_table() -> None:
    """A line a status, a column a currency, the largest first; then rows without one, and all."""
    by_currency = {
        "LRD": {Status.READY: 22},
        "USD": {Status.READY: 96, Status.ALREADY_CREATED: 3, Status.INVALID: 1},
    }
    assert lines_of(by_currency, {Status.INVALID: 4}) == [
        "                    USD   LRD   unclear   total",
        "  ready              96    22               118",
        "  already_created     3                       3",
        "  invalid             1               4       5",
    ]


def test_nothing_to_create_is_a_nought() -> None:
    """How many will be created is always told."""
    lines = lines_of({}, {Status.INVALID: 2})
    assert [line.split() for line in lines[1:]] == [["ready", "0"], ["invalid", "2", "2"]]


@given(st.dictionaries(CODES, TALLIES, max_size=40), st.one_of(st.just({}), TALLIES))
def test_a_plan_fits_and_adds_up(by_currency: Mapping[str, Tally], unclear: Tally) -> None:
    """No line is wider than 80; the currencies, the others and the unclear ones are the total."""
    counts = add(by_currency, unclear)
    head, *lines = lines_of(by_currency, unclear)
    assert all(len(line) <= WIDTH for line in (head, *lines))
    heads = head.split()
    named = set(heads) - {"others", "unclear", "total"}
    assert ("others" in heads) == (named < by_currency.keys())
    ends = [head.index(name) + len(name) for name in heads]
    for line in lines:
        status = Status(line.split()[0])
        starts = [18, *ends[:-1]]
        cells = [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]
        numbers = [int(cell.replace(",", "") or "0") for cell in cells]
        assert sum(numbers[:-1]) == numbers[-1] == counts[status]


def test_the_largest_currencies_are_named() -> None:
    """More currencies than fit: the small ones are one column."""
    by_currency = ready(**{f"A{letter}A": ord(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
    head, _ = lines_of(by_currency, {})
    assert head.split()[:2] == ["AZA", "AYA"]
    assert head.split()[-2:] == ["others", "total"]


@pytest.mark.parametrize(
    ("rows", "left", "asked"),
    [
        (
            {"USD": 96, "LRD": 22},
            0,
            "Create 118 draft invoices at api.example.com? USD 96, LRD 22",
        ),
        ({"USD": 1}, 0, "Create 1 draft invoice at api.example.com? USD 1"),
        (
            {"LRD": 2, "USD": 8},
            108,
            "Create the first 10 of 118 draft invoices at api.example.com? USD 8, LRD 2",
        ),
    ],
)
def test_the_question_names_what_and_where(rows: dict[str, int], left: int, asked: str) -> None:
    """How many, where, and in which currencies, the largest first."""
    assert question(preview(ready(**rows), left=left)) == asked


def test_the_question_names_five_currencies() -> None:
    """The others are one number."""
    currencies = ("AUD", "BGN", "CAD", "DKK", "EUR", "FJD", "GBP")
    rows = dict(zip(currencies, range(9, 2, -1), strict=True))
    asked = question(preview(ready(**rows)))
    assert asked.endswith("? AUD 9, BGN 8, CAD 7, DKK 6, EUR 5, others 7")


def test_what_is_not_created_is_not_asked_about() -> None:
    """A currency of invalid rows alone has no part in the question."""
    by_currency = {"USD": {Status.READY: 1}, "EUR": {Status.INVALID: 5}}
    assert question(preview(by_currency)).endswith("? USD 1")
