"""Ctrl-C and its kin: the first stops gently, the second at once."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

_Handler = Callable[[int, FrameType | None], Any] | int | None

REASONS = {
    "SIGINT": "you stopped it (Ctrl-C)",
    "SIGTERM": "it was told to stop (SIGTERM)",
    "SIGHUP": "its terminal was closed (SIGHUP)",
}
"""The signals that stop a run, and what is said of each."""

SIGNALS = tuple(number for number in signal.Signals if number.name in REASONS)
"""Those of them that there are: Windows has no SIGHUP."""


@contextmanager
def interrupting() -> Iterator[None]:
    """Let Ctrl-C interrupt whatever goes on, where it isn't heeded, event loops too.

    `asyncio.run` would have it cancel the running task instead, which notices once it waits: a
    question would go on, and its answer be acted on.
    """
    before = signal.getsignal(signal.SIGINT)

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    if before is signal.default_int_handler:  # the one that `asyncio.run` would replace
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, before)


@contextmanager
def asking() -> Iterator[socket.socket]:
    """Let every signal that stops a run interrupt a question, whoever else heeds it meanwhile.

    Yields:
        What becomes readable when a signal comes: one that comes just before the answer is waited
        for would interrupt nothing.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    heeded = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    heard, told = socket.socketpair()
    with heard, told:
        told.setblocking(False)
        wakeup = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        for number in heeded:
            signal.signal(number, signal.default_int_handler)
        try:
            yield heard
        finally:
            for number in heeded:
                signal.signal(number, before[number])
            signal.set_wakeup_fd(wakeup)


class Signals:
    """Turns the first signal of a kind into a stop; a second one has its usual effect.

    Attributes:
        received: The signals that came.
    """

    def __init__(self) -> None:
        """Prepare; nothing is heeded yet."""
        self.received: list[signal.Signals] = []

    @contextmanager
    def heeded(self, stop: Callable[[str], None]) -> Iterator[None]:
        """Heed signals while the context lasts, inside a running event loop.

        Args:
            stop: Called with the reason.
        """
        loop = asyncio.get_running_loop()
        before = self._usual()
        for number in before:
            with suppress(NotImplementedError):  # Windows: Ctrl-C interrupts at once there
                loop.add_signal_handler(number, self._receive, number, stop)
        try:
            yield
        finally:
            for number, usual in before.items():
                with suppress(NotImplementedError):
                    loop.remove_signal_handler(number)
                    if number not in self.received:
                        signal.signal(number, usual)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Take note of signals while the context lasts, outside of any event loop."""
        before = self._usual()

        def note(number: int, frame: FrameType | None) -> None:
            del frame
            self.received.append(signal.Signals(number))
            signal.signal(number, before[signal.Signals(number)])

        for number in before:
            signal.signal(number, note)
        try:
            yield
        finally:
            for number, usual in before.items():
                signal.signal(number, usual)

    def _usual(self) -> dict[signal.Signals, _Handler]:
        """Return what those do that neither came nor are ignored: nohup wants that."""
        usual = {number: signal.getsignal(number) for number in SIGNALS}
        return {
            number: handler
            for number, handler in usual.items()
            if number not in self.received and handler not in {None, signal.SIG_IGN}
        }

    def _receive(self, number: signal.Signals, stop: Callable[[str], None]) -> None:
        self.received.append(number)
        asyncio.get_running_loop().remove_signal_handler(number)
        stop(REASONS[number.name])
