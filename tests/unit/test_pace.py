"""The rate in virtual time."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.clock import SECOND_NS
from importer.submit.pace import TOLERANCE_NS, Pacer
from virtual_time import VirtualClock, run_virtually


async def take_turns(rate: float, turns: int, *, late_ns: int = 0) -> list[int]:
    """Return when turns came to one sender that is late for each."""
    clock = VirtualClock()
    pacer, taken = Pacer(clock, rate), []
    for _ in range(turns):
        await pacer.turn()
        taken.append(clock.monotonic_ns())
        await clock.sleep_ns(late_ns)
    return taken


@given(rate=st.floats(0.1, 2000), turns=st.integers(2, 50))
def test_turns_are_evenly_spaced(rate: float, turns: int) -> None:
    """Turns come one interval apart, whatever the rate, the first at once."""
    taken = run_virtually(take_turns(rate, turns))
    assert taken[0] == 0
    interval = round(SECOND_NS / rate)
    assert all(abs(b - a - interval) <= 1 for a, b in pairwise(taken))


@given(rate=st.integers(1, 200), late_ns=st.integers(0, SECOND_NS // 100))
def test_no_second_has_more_turns_than_the_rate_and_its_tolerance(rate: int, late_ns: int) -> None:
    """Making up for late timers never puts more than 4 % over the rate into one second."""
    taken = run_virtually(take_turns(rate, 2 * rate, late_ns=late_ns))
    most = max(bisect_left(taken, a + SECOND_NS) - i for i, a in enumerate(taken))
    assert most <= rate + rate * TOLERANCE_NS / SECOND_NS + 1


def test_late_timers_cost_no_rate() -> None:
    """A sender that comes 3 ms late to each turn still gets 100 turns a second."""
    taken = run_virtually(take_turns(100, 1001, late_ns=3_000_000))
    assert taken[-1] <= 10 * SECOND_NS


def test_a_pause_holds_everybody() -> None:
    """No turn is given during a pause, also not to those who waited before it began."""

    async def main() -> list[int]:
        clock = VirtualClock()
        pacer, taken = Pacer(clock, 10), []

        async def sender() -> None:
            await pacer.turn()
            taken.append(clock.monotonic_ns())

        senders = [asyncio.create_task(sender()) for _ in range(5)]
        await clock.sleep_ns(SECOND_NS // 20)
        pacer.pause(7 * SECOND_NS)
        await asyncio.gather(*senders)
        return taken

    first, *others = run_virtually(main())
    assert first == 0
    assert len(others) == 4
    assert min(others) >= 7 * SECOND_NS


def test_a_cancelled_wait_costs_no_turn() -> None:
    """A sender that gives up leaves its turn to the next."""

    async def main() -> int:
        clock = VirtualClock()
        pacer = Pacer(clock, 1)
        await pacer.turn()
        waiting = asyncio.create_task(pacer.turn())
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await pacer.turn()
        return clock.monotonic_ns()

    assert run_virtually(main()) == SECOND_NS


async def let_through(pacer: Pacer, clock: VirtualClock, seconds: int, rate: int) -> None:
    """Let a number of requests a second go through for some seconds."""
    for _ in range(seconds * rate):
        await clock.sleep_ns(SECOND_NS // rate)
        pacer.speed_up()


def test_a_cut_for_want_of_requests_is_regained_in_ten_seconds() -> None:
    """Where little went through because the sender was busy, the rate is soon what it was."""

    async def main() -> tuple[float, float, float]:
        clock = VirtualClock()
        pacer = Pacer(clock, 100)
        await let_through(pacer, clock, 2, 20)
        pacer.slow_down(clock.monotonic_ns())
        cut = pacer.rate
        await let_through(pacer, clock, 5, round(cut))
        halfway = pacer.rate
        await let_through(pacer, clock, 6, 100)
        return cut, halfway, pacer.rate

    cut, halfway, last = run_virtually(main())
    assert cut == pytest.approx(19, abs=1)
    assert cut < halfway < 100
    assert last == 100


def test_what_a_search_overshot_is_not_regained() -> None:
    """The first throttling ends the search near what went through, whatever rate was tried."""

    async def main() -> tuple[float, float]:
        clock = VirtualClock()
        pacer = Pacer(clock, None)
        await let_through(pacer, clock, 2, 50)
        tried = pacer.rate
        pacer.slow_down(clock.monotonic_ns())
        await let_through(pacer, clock, 5, 50)
        return tried, pacer.rate

    tried, found = run_virtually(main())
    assert tried > 75
    assert 47 < found < 51
