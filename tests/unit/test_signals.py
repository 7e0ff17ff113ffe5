"""Signals: the first of its kind stops gently, a second has its usual effect."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

import pytest

from importer.signals import REASONS, SIGNALS, Signals


class Stop:
    """What is told to stop: remembers why, and can be waited for."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.told = asyncio.Event()

    def __call__(self, reason: str) -> None:
        self.reasons.append(reason)
        self.told.set()

    async def after(self, number: signal.Signals) -> None:
        """Let a signal come, and wait until its reason is told."""
        self.told.clear()
        signal.raise_signal(number)
        await self.told.wait()


def go(act: Callable[[Signals, Stop], Awaitable[None]]) -> tuple[Signals, Stop]:
    """Do something with signals and what they stop, in an event loop."""
    stop = Stop()
    signals = Signals()

    async def main() -> None:
        await act(signals, stop)

    asyncio.run(main())
    return signals, stop


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_stops_gently(number: signal.Signals) -> None:
    """The reason says it in words, and nothing else happens."""

    async def act(signals: Signals, stop: Stop) -> None:
        with signals.heeded(stop):
            await stop.after(number)

    signals, stop = go(act)
    assert signals.received == [number]
    assert stop.reasons == [REASONS[number.name]]


def test_each_kind_is_heeded() -> None:
    """Another kind after the first is taken note of, too."""

    async def act(signals: Signals, stop: Stop) -> None:
        with signals.heeded(stop):
            await stop.after(signal.SIGTERM)
            await stop.after(signal.SIGHUP)

    signals, stop = go(act)
    assert signals.received == [signal.SIGTERM, signal.SIGHUP]
    assert len(stop.reasons) == 2


async def interrupt() -> None:
    """Press Ctrl-C; where nobody heeds it, that ends the loop."""
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(0)


def test_the_second_ctrl_c_interrupts_at_once() -> None:
    """Whoever presses it twice doesn't want to wait."""

    async def act(signals: Signals, stop: Stop) -> None:
        with signals.heeded(stop):
            await stop.after(signal.SIGINT)
            await interrupt()
            stop("went on")

    stop = Stop()
    signals = Signals()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(act(signals, stop))
    assert stop.reasons == [REASONS["SIGINT"]]


@pytest.mark.parametrize("heeds", [True, False], ids=["before", "never"])
def test_afterwards_signals_have_their_usual_effect(heeds: bool) -> None:
    """Outside, as at the prompt, Ctrl-C is Ctrl-C."""

    async def act(signals: Signals, stop: Stop) -> None:
        if heeds:
            with signals.heeded(stop):
                await asyncio.sleep(0)
        await interrupt()
        stop("went on")

    stop = Stop()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(act(Signals(), stop))
    assert stop.reasons == []


def test_where_nothing_may_be_lost_signals_are_noted() -> None:
    """The first of a kind changes nothing else; the second, and those afterwards, interrupt."""
    signals = Signals()
    with signals.noted():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signals.received == [signal.SIGINT]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_what_is_ignored_stays_so() -> None:
    """Under nohup a run goes on when its terminal is closed."""

    async def act(signals: Signals, stop: Stop) -> None:
        with signals.heeded(stop):
            signal.raise_signal(signal.SIGHUP)
            await asyncio.sleep(0)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        signals, stop = go(act)
        with signals.noted():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (signals.received, stop.reasons) == ([], [])


def test_afterwards_whoever_heeded_before_does_again() -> None:
    """What the program made of SIGTERM holds again once the loop is left."""
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))

    async def act(signals: Signals, stop: Stop) -> None:
        with signals.heeded(stop):
            await asyncio.sleep(0)

    try:
        go(act)
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert came == [signal.SIGTERM]


def test_a_signal_that_came_is_not_heeded_a_second_time() -> None:
    """One that came while looking up: the next interrupts the sending that follows."""

    async def act(signals: Signals, stop: Stop) -> None:
        with signals.heeded(stop):
            await stop.after(signal.SIGINT)
        with signals.heeded(stop):
            await interrupt()
            stop("went on")

    stop = Stop()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(act(Signals(), stop))
    assert len(stop.reasons) == 1
