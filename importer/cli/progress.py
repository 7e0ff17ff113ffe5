"""The progress bar: done, rate, time left, and what is waited for."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """Rows a second, once that can be told."""

    def render(self, task: Task) -> Text:
        """Show the rate of a task."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")


class Bar:
    """A bar on standard error, shown from its making to `stop`."""

    def __init__(self, total: int) -> None:
        """Show the bar.

        Args:
            total: How many rows are to be done.
        """
        self._progress = Progress(
            TextColumn("Creating"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("", total=total, note="")
        self._progress.start()

    def start(self) -> None:
        """Show the bar again."""
        self._progress.start()

    def stop(self) -> None:
        """Leave the bar as it is, for something else to be shown."""
        self._progress.stop()

    def show(self, done: int, note: str) -> None:
        """Show how many rows are done, and a remark behind the bar."""
        self._progress.update(self._task, completed=done, note=note)
