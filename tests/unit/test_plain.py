"""Which lines a run is worth where nobody watches: few, whatever happens."""

from __future__ import annotations

import pytest
from click import unstyle
from hypothesis import given
from hypothesis import strategies as st

from importer.cli.console import say_outcome
from importer.cli.plain import EVERY_S, LONG_S, PARTS, Plain, Sparse
from importer.cli.tally import Tally
from importer.model import Outcome, Status


def lines(total: int, rate: float) -> list[str]:
    """Return the lines that a sending at an even rate is worth, after the first."""
    sparse = Sparse()
    sparse.begin(Tally(total, 0))
    said = (sparse.add(Outcome(n, Status.CREATED), n / rate) for n in range(1, total + 1))
    return [line for line in said if line is not None]


@pytest.mark.parametrize(("total", "first"), [(1, "1 invoice"), (1204, "1,204 invoices")])
def test_the_beginning_is_told_at_once(total: int, first: str) -> None:
    """One line that says how many."""
    assert Sparse().begin(Tally(total, 0)) == f"Creating {first}."


def test_what_is_quick_has_no_further_line() -> None:
    """A sending of less than half a minute is told by its beginning and its summary."""
    assert lines(290, 10) == []


@pytest.mark.parametrize(("total", "rate"), [(1000, 10), (20_000, 10), (50, 0.01)])
def test_each_tenth_is_a_line_at_most(total: int, rate: float) -> None:
    """However long it takes there are no more than nine, and each says how far it is."""
    said = lines(total, rate)
    assert 0 < len(said) < PARTS
    assert f" of {total:,} done" in said[0]


@given(total=st.integers(1, 3000), rate=st.floats(0.001, 1000))
def test_lines_are_seldom(total: int, rate: float) -> None:
    """Neither more than one a half minute, nor more than one a tenth."""
    assert len(lines(total, rate)) <= min(PARTS - 1, total / rate / EVERY_S)


def test_a_line_tells_rate_time_left_and_errors() -> None:
    """All that the bar tells."""
    sparse = Sparse()
    sparse.begin(Tally(1000, 0))
    for n in range(1, 300):
        sparse.add(Outcome(n, Status.REJECTED if n <= 2 else Status.CREATED), n / 10)
    line = sparse.add(Outcome(300, Status.CREATED), 30)
    assert line == "300 of 1,000 done, 10.0/s, 1:10 left, 2 errors"


def test_waits_are_told_ever_more_seldom() -> None:
    """A day of waits leaves a handful of lines, the first at once."""
    sparse = Sparse()
    said = [at for at in range(0, 86_400, 20) if sparse.wait("busy", 20, at)]
    assert said[:3] == [0, 40, 100]
    assert len(said) < 14


def test_short_waits_are_not_told() -> None:
    """Those are over before the line is read."""
    sparse = Sparse()
    assert sparse.wait("busy", LONG_S - 0.1, 0) is None
    assert sparse.wait("busy", LONG_S, 0) == "Waiting: busy, 10 s."


def test_verbose_tells_every_wait_and_phase(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, and no count between the rows that are told themselves."""
    plain = Plain(verbose=True, now=iter(range(0, 4000, 40)).__next__)
    plain.phase("Reading a.csv")
    plain.begin(10)
    plain.wait("busy", 2)
    for row in range(10):
        plain.add(Outcome(row, Status.CREATED))
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err.splitlines() == [
        "Reading a.csv.",
        "Creating 10 invoices.",
        "Waiting: busy, 2 s.",
    ]


def test_a_row_is_told_without_what_its_results_are_read_back_for() -> None:
    """The mark of how a cell was read is for the next import of the results alone."""
    message = 'B4 (Due): "1/2" isn\'t certain — write it anew. [as read: e0d64e11] | Invoice N-1'
    told = unstyle(say_outcome(Outcome(4, Status.INVALID, message=message)))
    assert told == 'row 4: invalid: B4 (Due): "1/2" isn\'t certain — write it anew. | Invoice N-1'
