"""How far a sending is: counts, the rate of late, the time left, and how each is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.cli.tally import FEW, WINDOW_S, Tally, say_count, say_duration, say_wait
from importer.model import Outcome, Status

GOOD, BAD = Status.CREATED, Status.REJECTED


def run(tally: Tally, rows: range, *, since: float, rate: float) -> float:
    """Do some rows, evenly spaced; return when the last one is done."""
    now = since
    for row in rows:
        now += 1 / rate
        tally.add(Outcome(row, GOOD), now)
    return now


def test_a_row_counts_once_and_by_its_latest_outcome() -> None:
    """A row that is not sent and then created after all is done once, and no error."""
    tally = Tally(3, 0)
    for row, status in ((1, GOOD), (2, BAD), (3, Status.NOT_SENT), (3, GOOD)):
        tally.add(Outcome(row, status), 1)
    assert (tally.done, tally.wrong) == (3, {2})


@pytest.mark.parametrize("rate", [0.1, 1, 10, 1000])
def test_an_even_rate_is_told_as_it_is(rate: float) -> None:
    """Slow or fast, and the time left is what remains by that rate."""
    tally = Tally(2000, 100)
    now = run(tally, range(1000), since=100, rate=rate)
    assert tally.rate(now) == pytest.approx(rate, rel=0.05)
    assert tally.left(now) == pytest.approx(1000 / rate, rel=0.05)


def test_nothing_is_told_before_it_can_be() -> None:
    """Neither in the first second, nor before the first row; nor is there time left at the end."""
    tally = Tally(2, 0)
    assert tally.rate(5) is None
    tally.add(Outcome(1, GOOD), 0.5)
    assert tally.rate(0.9) is None
    assert tally.left(0.9) is None
    tally.add(Outcome(2, GOOD), 2)
    assert tally.left(2) is None


def test_the_rate_is_that_of_late() -> None:
    """A rate that changes is told within the window; what was before is forgotten."""
    tally = Tally(10_000, 0)
    now = run(tally, range(1000), since=0, rate=100)
    now = run(tally, range(1000, 1000 + int(WINDOW_S * 2 * 5)), since=now, rate=5)
    assert tally.rate(now) == pytest.approx(5, rel=0.1)


def test_a_long_wait_is_no_part_of_the_rate() -> None:
    """During it and after it the rate is that of the sending; the time left counts it down."""
    tally = Tally(1000, 0)
    now = run(tally, range(100), since=0, rate=10)
    tally.wait(60, now)
    for waited in (0, 30, 60):
        assert tally.rate(now + waited) == pytest.approx(10, rel=0.05)
        assert tally.left(now + waited) == pytest.approx(60 - waited + 90, rel=0.05)
    now = run(tally, range(100, 105), since=now + 60, rate=10)
    assert tally.rate(now) == pytest.approx(10, rel=0.05)


def test_short_waits_are_part_of_the_rate() -> None:
    """An API that allows 10 in every other second takes 5 a second, and that is told."""
    tally, now = Tally(10_000, 0), 0.0
    for turn in range(20):
        now = run(tally, range(turn * 10, turn * 10 + 10), since=now, rate=10)
        tally.wait(1, now)
        now += 1
    assert tally.rate(now) == pytest.approx(5, rel=0.1)


def test_of_waits_at_once_the_longest_counts() -> None:
    """A shorter one that comes during a longer one changes nothing."""
    tally = Tally(100, 0)
    now = run(tally, range(50), since=0, rate=10)
    tally.wait(60, now)
    tally.wait(2, now + 1)
    assert tally.left(now + 10) == pytest.approx(50 + 5, rel=0.05)


@given(
    gaps=st.lists(st.floats(0, 40), min_size=1, max_size=60),
    waits=st.lists(st.floats(0, 100), min_size=60, max_size=60),
)
def test_whatever_happens_the_figures_are_possible(gaps: list[float], waits: list[float]) -> None:
    """No rate or time left below zero, and little is remembered."""
    tally, now = Tally(len(gaps) + 1, 0), 0.0
    for row, (gap, wait) in enumerate(zip(gaps, waits, strict=False)):
        now += gap
        tally.add(Outcome(row, GOOD), now)
        if wait > 50:
            tally.wait(wait - 50, now)
        rate, left = tally.rate(now), tally.left(now)
        assert rate is None or 0 < rate <= row + 1
        assert left is None or left >= 0
    assert tally.done == len(gaps)


def test_a_fast_sending_takes_little_memory() -> None:
    """A mark every quarter of a second at most, for the length of the window."""
    tally = Tally(100_000, 0)
    run(tally, range(50_000), since=0, rate=2000)
    assert len(tally._marks) <= WINDOW_S / 0.25 + FEW  # noqa: SLF001 what is kept shows nowhere else


@pytest.mark.parametrize(
    ("reason", "seconds", "said"),
    [
        ("rate limited by the API", 2.2, "rate limited by the API, 3 s"),
        (
            "before 3 in-doubt rows are looked up",
            48,
            "48 s before 3 in-doubt rows are looked up",
        ),
        ("the API answered 503", 1800, "the API answered 503, 1,800 s"),
    ],
)
def test_a_wait_is_said_with_what_is_left_of_it(reason: str, seconds: float, said: str) -> None:
    """Why, and how long; or how long, and what comes then."""
    assert say_wait(reason, seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "0:01"), (59, "0:59"), (60, "1:00"), (3599.5, "1:00:00"), (9000, "2:30:00")],
)
def test_a_time_span_is_said_as_by_a_clock(seconds: float, said: str) -> None:
    """Minutes and seconds, hours where there are any; a second begun counts."""
    assert say_duration(seconds) == said


def test_a_very_long_time_is_said_in_days() -> None:
    """Nobody counts seconds then."""
    assert say_duration(86_400 * 12) == "12 days"


def test_one_is_not_several() -> None:
    """The plural is right, and thousands are told apart."""
    assert [say_count(n, "error") for n in (1, 2, 1204)] == ["1 error", "2 errors", "1,204 errors"]
