"""A day of waiting in milliseconds: an event loop whose clock jumps to the next timer."""

from __future__ import annotations

import asyncio
import datetime as dt
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from importer.clock import SECOND_NS

Result = TypeVar("Result")
START = dt.datetime(2027, 1, 4, 9, 0, tzinfo=dt.UTC)


class _JumpingSelector(selectors.SelectSelector):
    """Never waits: where the loop would, the time goes on instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everything waits for something that never comes")
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time: `asyncio.sleep` and timeouts cost nothing."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self._jumping.now


class VirtualClock:
    """`Clock` on a virtual loop; the wall clock can be set, also backwards."""

    def __init__(self, start: dt.datetime = START) -> None:
        self.start = start

    def now(self) -> dt.datetime:
        return self.start + dt.timedelta(microseconds=self.monotonic_ns() // 1000)

    def monotonic_ns(self) -> int:
        return round(asyncio.get_event_loop().time() * SECOND_NS)

    async def sleep_ns(self, duration: int) -> None:
        await asyncio.sleep(duration / SECOND_NS)


def run_virtually(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
