"""What is wrong with a file, for people: each mistake once, the first of every kind."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from builders import make_table, row
from hypothesis import given
from hypothesis import strategies as st

from importer.clean import Reading
from importer.cli.problems import (
    MOST,
    MOST_OF_A_KIND,
    choose,
    gather,
    problem_lines,
)
from importer.model import Code, Issue, Severity
from importer.plan import Knowledge, plan
from importer.validate import interpret
from importer.warn import name_places


def lines_for(*rows: Sequence[str | None]) -> list[str]:
    """Return what is told of a file with these rows."""
    table = make_table(rows)
    return list(problem_lines(interpret(table, Reading()).issues, table))


def issue(code: Code, number: int, message: str = "It is wrong.") -> Issue:
    """Return an issue in a row."""
    return Issue(code, number, "Ref", None, message, place=f"A{number}")


def test_a_good_file_has_no_problems() -> None:
    """Not even a heading; a warning is none."""
    table = make_table([row()])
    warning = Issue(Code.SAME_CONTENT, 2, None, None, "Hm.", Severity.WARNING)
    assert list(problem_lines([warning], table)) == []


def test_rows_of_one_reference_are_told_once() -> None:
    """Each of the pair has the issue; the user has one mistake."""
    heading, told = lines_for(row(), row(reference_id="INV-2"), row())
    assert heading == "What is wrong, in 2 rows:"
    assert told.startswith('  lines 2 and 4 (reference_id): "INV-1" is the reference of')


def test_one_mistake_in_many_rows_is_told_once() -> None:
    """The first cells are named, the others counted."""
    rows = [row(reference_id=f"INV-{number}", currency="US$") for number in range(9)]
    (_, told) = lines_for(*rows)
    assert told.startswith('  lines 2, 3, 4 and 6 more (currency): "US$" is no currency')


def test_a_row_of_totals_is_one_line() -> None:
    """All its blank cells are one problem, and it may be no invoice at all."""
    total = ("Total", None, None, None, None, None, None)
    (_, told) = lines_for(row(), total)
    assert told.startswith("  line 3: 5 cells are blank (counterparty_id, currency, note, ")
    assert "delete the row" in told


def test_one_blank_cell_says_what_belongs_there() -> None:
    """As its issue does."""
    (_, told) = lines_for(row(note=None))
    assert told.startswith("  line 2 (note): The cell is blank")


def test_the_rest_is_counted_by_kind() -> None:
    """In cells, each kind by its name."""
    wrong = [issue(Code.DATE_UNREADABLE, number, f"{number}") for number in range(2, 9)]
    wrong += [issue(Code.NOTE_TOO_LONG, number, "long") for number in range(2, 9)]
    *_, last = problem_lines(wrong, make_table([row()]))
    assert last == "  … and 4 more: date unreadable (4)."


def test_what_is_shown_goes_down_the_sheet() -> None:
    """Whoever corrects it goes from row to row, whatever kinds of mistakes there are."""
    wrong = [
        issue(Code.DATE_UNREADABLE, 9, "late"),
        issue(Code.NOTE_TOO_LONG, 3, "early"),
        issue(Code.DATE_UNREADABLE, 4, "between"),
    ]
    _, *told = problem_lines(wrong, make_table([row()]))
    assert [line.split()[0] for line in told] == ["A3", "A4", "A9"]


def test_what_is_shown_of_a_row_goes_along_it() -> None:
    """From column to column, whatever kinds of mistakes there are."""
    odd = row(note=None, fee_bearer="x", reference_id="INV-2")
    twice = row(note="Rent, May", fee_bearer="y", reference_id="INV-3", currency="US$")
    _, *told = lines_for(odd, twice)
    headers = [line.partition("(")[2].partition(")")[0] for line in told]
    assert headers == ["note", "fee_bearer", "currency", "fee_bearer"]


def test_a_header_with_brackets_of_its_own_is_in_quotes() -> None:
    """Brackets within brackets are hard to read."""
    header = "Due date (optional)"
    wrong = [Issue(Code.DATE_UNREADABLE, 2, header, None, "No date.", place="A2")]
    (_, told) = problem_lines(wrong, make_table([row()]))
    assert told == '  A2 "Due date (optional)": No date.' == f"  {wrong[0].told()}"


def test_the_column_error_joins_blank_cells_as_the_terminal_does() -> None:
    """A row of totals is told once, in the same words; what isn't blank stays by itself."""
    total = ("Total", None, None, None, "both", None, None)
    table = make_table([total])
    invoices = interpret(table, Reading())
    error = plan(invoices, Knowledge()).decided[0].message
    (_, told, other) = problem_lines(invoices.issues, table)
    assert "delete the row" in told
    blanks = f"line 2 (counterparty_id): {told.partition(': ')[2]}"
    assert error == f"{blanks} | {other.strip()}"


def test_a_word_for_nothing_is_no_blank_cell() -> None:
    """It is named, and the blank cell beside it too."""
    _, *told = lines_for(row(reference_id="n/a", note=None))
    assert len(told) == 2


def test_a_header_is_fit_for_the_terminal() -> None:
    """Its line breaks are spaces, what moves the cursor is shown as nothing of the kind."""
    odd = Issue(Code.DATE_UNREADABLE, 2, "Due\n\x1b[2J", None, "It is no date.", place="A2")
    (_, told) = problem_lines([odd], make_table([row()]))
    assert told == "  A2 (Due �[2J): It is no date."


@given(
    st.lists(
        st.builds(issue, st.sampled_from(Code), st.integers(2, 40), st.sampled_from("abcdefgh")),
        max_size=60,
    )
)
def test_few_are_shown_and_none_is_lost(issues: list[Issue]) -> None:
    """At most ten, three of a kind, of every kind one while there is room; all are gathered."""
    problems = gather(issues, make_table([row()] * 40))
    assert sorted(map(id, issues)) == sorted(id(i) for p in problems for i in p.issues)
    chosen = choose(problems)
    kinds = [problem.code for problem in chosen]
    there = list(dict.fromkeys(problem.code for problem in problems))
    assert list(dict.fromkeys(kinds)) == there[:MOST]
    assert all(kinds.count(kind) <= MOST_OF_A_KIND for kind in kinds)
    possible = sum(min([p.code for p in problems].count(k), MOST_OF_A_KIND) for k in there)
    assert len(chosen) == min(MOST, possible)


@pytest.mark.parametrize(
    ("places", "total", "said"),
    [
        (("A5",), 1, "A5"),
        (("A5", "A6"), 2, "A5 and A6"),
        (("row 5", "row 6", "row 9"), 3, "rows 5, 6 and 9"),
        (("line 5", "line 6", "line 9"), 1003, "lines 5, 6, 9 and 1,000 more"),
    ],
)
def test_places_are_named_as_one_says_them(places: tuple[str, ...], total: int, said: str) -> None:
    """The noun once, the last behind an "and"."""
    assert name_places(places, total) == said
