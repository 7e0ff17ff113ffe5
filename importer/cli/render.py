"""What the terminal shows: a progress bar, the summary, and the same for machines."""

from __future__ import annotations

import json
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from importer.model import NEEDS_USER, Outcome, Status

if TYPE_CHECKING:  # heavy, and no part of printing an error
    from importer.pipeline import Preview
    from importer.report import Summary

SCHEMA_VERSION = 1


class Console:
    """Tells a person on the terminal how a run goes, on standard error; asks before sending."""

    def __init__(self, *, ask: bool) -> None:
        """Prepare to show.

        Args:
            ask: Ask before sending, where there is a terminal to ask on.
        """
        self._terminal = sys.stderr.isatty()
        self._ask = ask and self._terminal and sys.stdin.isatty()
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


def summary_text(summary: Summary) -> str:
    """Return the aligned summary of a run, for people."""
    lines = [f"{summary.file.name} to {summary.account}, {summary.duration_s:.1f} s"]
    for status, rows in summary.counts.items():
        if rows:
            per = ", ".join(
                f"{currency} {by[status]}"
                for currency, by in summary.by_currency.items()
                if by.get(status)
            )
            lines.append(f"  {status:<16}{rows:>7,}   {per}".rstrip())
    lines.extend(f"Warning: {warning}" for warning in summary.warnings)
    if summary.error:
        lines.append(f"Stopped: {summary.error}.")
    wrong = sum(rows for status, rows in summary.counts.items() if status in NEEDS_USER)
    if wrong:
        which = "1 row needs you" if wrong == 1 else f"{wrong:,} rows need you"
        lines.append(f"{which}: see the sheet Problems, correct them in Results, import it again.")
    if summary.counts[Status.CREATED]:
        lines.append("Created invoices are drafts with total 0; lines and publishing come later.")
    lines.append(f"Results: {summary.output}")
    return "\n".join(lines)


def summary_json(summary: Summary) -> str:
    """Return the summary of a run for machines: one object on one line; fields are only added."""
    return _json(
        run_id=summary.run_id,
        file=str(summary.file),
        account=summary.account,
        counts={status.value: rows for status, rows in summary.counts.items()},
        by_currency={
            currency: {status.value: rows for status, rows in by.items()}
            for currency, by in summary.by_currency.items()
        },
        duration_s=round(summary.duration_s, 3),
        output=str(summary.output),
        exit_code=summary.exit_code,
        error=summary.error,
    )


def error_json(message: str, exit_code: int) -> str:
    """Return the same object for a run that came to nothing."""
    return _json(
        run_id=None,
        file=None,
        account=None,
        counts={status.value: 0 for status in Status},
        by_currency={},
        duration_s=0.0,
        output=None,
        exit_code=exit_code,
        error=message,
    )


def _json(**fields: object) -> str:
    return json.dumps({"schema_version": SCHEMA_VERSION, **fields}, ensure_ascii=False)
