"""Ctrl-C and its kin: the first stops gently, the second at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

REASONS = {
    "SIGINT": "you stopped it (Ctrl-C)",
    "SIGTERM": "it was told to stop (SIGTERM)",
    "SIGHUP": "its terminal was closed (SIGHUP)",
}
"""The signals that stop a run, and what is said of each."""

SIGNALS = tuple(number for number in signal.Signals if number.name in REASONS)
"""Those of them that there are: Windows has no SIGHUP."""


class Signals:
    """Turns the first signal into a stop; a second one of its kind has its usual effect.

    Attributes:
        received: The signals that came.
    """

    def __init__(self, stop: Callable[[str], None]) -> None:
        """Prepare; nothing is heeded yet.

        Args:
            stop: Called with the reason.
        """
        self._stop = stop
        self.received: list[signal.Signals] = []

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Heed signals while the context lasts, inside a running event loop."""
        loop = asyncio.get_running_loop()
        left = [number for number in SIGNALS if number not in self.received]
        for number in left:
            with suppress(NotImplementedError):  # Windows: Ctrl-C interrupts at once there
                loop.add_signal_handler(number, self._receive, number)
        try:
            yield
        finally:
            for number in left:
                with suppress(NotImplementedError):
                    loop.remove_signal_handler(number)

    def _receive(self, number: signal.Signals) -> None:
        self.received.append(number)
        asyncio.get_running_loop().remove_signal_handler(number)
        self._stop(REASONS[number.name])
