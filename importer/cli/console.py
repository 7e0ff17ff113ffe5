"""The terminal during a run: questions, a progress bar, what is waited for."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from importer.model import NEEDS_USER, Outcome

if TYPE_CHECKING:  # heavy, and not needed to show anything
    from importer.pipeline import Preview


class Console:
    """Tells a person on the terminal how a run goes, on standard error; asks before sending."""

    def __init__(self, *, ask: bool, keep_going: bool) -> None:
        """Prepare to show.

        Args:
            ask: Ask before sending, where there is a terminal to ask on.
            keep_going: Go on where row after row is refused, without asking.
        """
        self._terminal = sys.stderr.isatty()
        self._interactive = self._terminal and sys.stdin.isatty()
        self._ask = ask and self._interactive
        self._keep_going = keep_going
        self._progress: Any = None
        self._task: Any = None
        self._wrong = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def on_lock_wait(self, seconds: float) -> None:
        """See `Events`."""
        click.echo(
            f"Another import is sending for this account; waiting up to {seconds:g} s for it.",
            err=True,
        )

    def on_plan(self, preview: Preview) -> bool:
        """See `Events`: ask, then show a bar."""
        what = "1 draft invoice" if preview.creates == 1 else f"{preview.creates} draft invoices"
        amounts = ", ".join(f"{c} {n}" for c, n in preview.by_currency.items())
        if self._ask and not click.confirm(
            f"Create {what} at {preview.url}? {amounts}", default=True, err=True
        ):
            return False
        if self._terminal:
            self._start_bar(preview.creates)
        return True

    def on_outcome(self, outcome: Outcome) -> None:
        """See `Events`: move the bar."""
        if outcome.status in NEEDS_USER:
            self._wrong += 1
        if self._progress is not None:
            wrong = f"{self._wrong} with problems" if self._wrong else ""
            self._progress.update(self._task, advance=1, note=wrong)

    def on_wait(self, reason: str, seconds: float) -> None:
        """See `Events`: say what is waited for."""
        if self._progress is not None:
            self._progress.update(self._task, note=f"{reason}; waiting {seconds:.0f} s")

    def on_refusals(self, reason: str) -> bool:
        """See `Listener`: ask on a terminal, else stop unless --keep-going."""
        if self._keep_going or not self._interactive:
            return self._keep_going
        if self._progress is not None:
            self._progress.stop()
        go_on = click.confirm(
            f"The API refuses row after row for one reason ({reason}). Go on?", err=True
        )
        if self._progress is not None:
            self._progress.start()
        return go_on

    def _start_bar(self, total: int) -> None:
        from rich.console import Console as RichConsole  # noqa: PLC0415 only on a terminal
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("Creating"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.speed:.1f}/s" if total else ""),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=RichConsole(stderr=True),
        )
        self._progress.start()
        self._task = self._progress.add_task("", total=total, note="")
