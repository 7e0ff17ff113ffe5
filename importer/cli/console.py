"""The terminal during a run: questions, a progress bar, what is waited for."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

import click

from importer.model import NEEDS_USER, Outcome

if TYPE_CHECKING:  # heavy, and not needed to show anything
    from importer.cli.progress import Bar
    from importer.pipeline import Preview

WORTH_SAYING_S = 1.0


class Console:
    """Tells a person on the terminal how a run goes, on standard error; asks before sending."""

    def __init__(self, *, ask: bool, keep_going: bool) -> None:
        """Prepare to show.

        Args:
            ask: Ask before sending, where there is a terminal to ask on.
            keep_going: Go on where row after row is refused, without asking.
        """
        self._terminal = _is_terminal(sys.stderr)
        self._ask = ask and self._terminal and _is_terminal(sys.stdin)
        self._keep_going = keep_going
        self._bar: Bar | None = None
        self._done: set[int] = set()
        self._wrong: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def on_lock_wait(self, seconds: float) -> None:
        """See `Events`."""
        say_waiting(seconds)

    def on_plan(self, preview: Preview) -> bool:
        """See `Events`: ask, then show a bar."""
        what = "1 draft invoice" if preview.creates == 1 else f"{preview.creates} draft invoices"
        amounts = ", ".join(f"{n:,} in {c}" for c, n in preview.by_currency.items())
        question = f"Create {what} with total 0 at {preview.url}? {amounts}"
        if self._ask and not click.confirm(question, default=True, err=True):
            return False
        if self._terminal:
            from importer.cli.progress import Bar  # noqa: PLC0415 only on a terminal

            self._bar = Bar(preview.creates)
        return True

    def on_outcome(self, outcome: Outcome) -> None:
        """See `Listener`: move the bar."""
        self._done.add(outcome.row)
        self._wrong.discard(outcome.row)
        if outcome.status in NEEDS_USER:
            self._wrong.add(outcome.row)
        if self._bar is not None:
            wrong = f"{len(self._wrong)} with problems" if self._wrong else ""
            self._bar.show(len(self._done), wrong)

    def on_wait(self, reason: str, seconds: float) -> None:
        """See `Listener`: say what is waited for, unless it is over at once."""
        if self._bar is not None:
            self._bar.show(len(self._done), f"{seconds:.0f} s: {reason}")
        elif self._terminal and seconds >= WORTH_SAYING_S:
            click.echo(f"Waiting {seconds:.0f} s: {reason}.", err=True)

    def on_refusals(self, reason: str) -> bool:
        """See `Listener`: ask on a terminal, else stop unless --keep-going."""
        if self._keep_going or not self._ask:
            return self._keep_going
        if self._bar is not None:
            self._bar.stop()
        question = f"The API refuses row after row for one reason ({reason}). Go on?"
        try:
            with _interruptible():
                go_on = click.confirm(question, err=True)
        except click.Abort:  # Ctrl-C, or the terminal is gone
            go_on = False
        if self._bar is not None:
            self._bar.start()
        return go_on


def say_waiting(seconds: float) -> None:
    """Say that another run is waited for, so many seconds at most."""
    click.echo(
        f"Another import is sending for this account; waiting up to {seconds:g} s for it.", err=True
    )


def _is_terminal(stream: TextIO | None) -> bool:
    """Tell whether somebody sits there; a stream that was closed is None."""
    return stream is not None and stream.isatty()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C interrupt a question, whoever else heeds it meanwhile."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
