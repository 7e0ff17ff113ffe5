"""A run told as events of the log for machines, in place of the terminal's words."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Self

import click

from importer.cli.jsonlog import JsonLog, Level
from importer.cli.plain import Sparse
from importer.cli.tally import Tally, say_count, say_wait
from importer.errors import EXIT_IN_DOUBT, EXIT_OK, EXIT_ROWS
from importer.model import NEEDS_USER, Outcome
from importer.printable import printable

if TYPE_CHECKING:  # heavy, and not needed to tell anything
    from importer.preview import Preview
    from importer.report import Report

LEVELS = {EXIT_OK: Level.INFO, EXIT_ROWS: Level.WARNING, EXIT_IN_DOUBT: Level.WARNING}
"""How much the end of a run is to be heeded; an error where it stopped early."""


class Journal:
    """Tells machines how a run goes; see `Events`. Nobody is asked: there is nobody.

    Progress and waits are told as seldom as where no terminal is, since a log is kept.
    """

    warned: Sequence[str] = ()
    """The warnings that were told before a question."""

    def __init__(
        self,
        log: JsonLog,
        *,
        ask: bool,
        keep_going: bool,
        quiet: bool = False,
        verbose: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to tell.

        Args:
            log: Where.
            ask: Somebody at a terminal is to be asked before sending, which can't be done here.
            keep_going: Go on where row after row is refused.
            quiet: Tell problems alone.
            verbose: Tell what becomes of each row, and why an attempt is repeated.
            now: Tells the time, monotonic seconds.

        Raises:
            UsageError: When somebody would have to be asked.
        """
        if ask and log.watched and sys.stdin is not None and sys.stdin.isatty():
            raise click.UsageError(
                "--log-format json is for machines, and the question before sending can't be asked "
                "there. Add --yes to send without it, or say --log-format text."
            )
        log.least = Level.WARNING if quiet else Level.DEBUG if verbose else Level.INFO
        self._log = log
        self._keep_going = keep_going
        self._verbose = verbose
        self._now = now
        self._sparse = Sparse()
        self._tally = Tally(0, now())
        self._told: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to be done."""

    def on_run(self, run_id: str) -> None:
        """See `Events`: every event from here on names the run."""
        self._log.run_id = run_id

    def on_phase(self, what: str) -> None:
        """See `Listener`."""
        self._log.event(Level.INFO, "phase", printable(what))

    def on_stopping(self) -> None:
        """See `Events`."""
        told = "Stopping: waiting for the answers to what was sent"
        self._log.event(Level.WARNING, "stopping", told)

    def on_lock_wait(self, seconds: float) -> None:
        """See `Events`."""
        told = "Another import is sending for this account; waiting for it"
        self._log.event(Level.INFO, "lock_wait", told, seconds=seconds)

    def on_plan(self, preview: Preview) -> bool:
        """See `Events`: go on."""
        self._tally = Tally(preview.creates, self._now())
        told = self._sparse.begin(self._tally)
        counts = {status.value: rows for status, rows in preview.counts.items()}
        self._log.event(Level.INFO, "plan", told, creates=preview.creates, counts=counts)
        return True

    def on_outcome(self, outcome: Outcome) -> None:
        """See `Listener`."""
        line = self._sparse.add(outcome, self._now())
        if line is not None:
            done, total = self._tally.done, self._tally.total
            self._log.event(Level.INFO, "progress", line, done=done, total=total)
        if self._verbose:
            self._tell(outcome)

    def on_setback(self, row: int, reason: str) -> None:
        """See `Listener`."""
        self._log.event(Level.DEBUG, "setback", printable(reason), row=row)

    def on_wait(self, reason: str, seconds: float) -> None:
        """See `Listener`."""
        line = self._sparse.wait(reason, seconds, self._now())
        if line is not None or self._verbose:
            told = f"Waiting: {printable(say_wait(reason, seconds))}"
            self._log.event(Level.INFO, "wait", told, seconds=round(seconds, 3))

    def on_refusals(self, reason: str) -> bool:
        """See `Listener`: stop unless --keep-going."""
        del reason
        return self._keep_going

    def tell_rest(self, outcomes: Iterable[Outcome]) -> None:
        """Tell what became of the rows that were not told of yet."""
        for outcome in outcomes:
            if outcome.row not in self._told:
                self._tell(outcome)

    def _tell(self, outcome: Outcome) -> None:
        self._told.add(outcome.row)
        from importer.cli.brief import leave_out_claim  # noqa: PLC0415 heavy, as its run was

        number = None if outcome.invoice is None else outcome.invoice.number
        became = outcome.status.value if number is None else f"{outcome.status.value} as {number}"
        self._log.event(
            Level.WARNING if outcome.status in NEEDS_USER else Level.DEBUG,
            "outcome",
            printable(leave_out_claim(outcome.message) or became),
            row=outcome.row,
            status=outcome.status.value,
            invoice_number=None if number is None else printable(number),
        )


def log_end(log: JsonLog, report: Report) -> None:
    """Tell what of a run somebody has to know, and how it ended.

    Args:
        log: Where.
        report: What became of the file.
    """
    from importer.cli.brief import list_problems  # noqa: PLC0415 heavy, as its run was
    from importer.cli.render import summary_json  # noqa: PLC0415 the same

    summary = report.summary
    level = LEVELS.get(summary.exit_code, Level.ERROR)
    if level > Level.INFO or log.least < Level.WARNING:
        for warning in summary.warnings:
            log.event(Level.WARNING, "warning", printable(warning))
    problems, more = list_problems(report)
    for problem in problems:
        log.event(
            Level.WARNING,
            "problem",
            printable(problem.message),
            row=problem.row,
            reference=problem.reference and printable(problem.reference),
            status=problem.status.value,
            invoice_number=problem.number and printable(problem.number),
        )
    if more:
        told = f"{say_count(more, 'row')} more in the results' sheet Problems"
        log.event(Level.WARNING, "more_problems", told, rows=more)
    fields = json.loads(summary_json(summary))
    counted = [f"{status.value} {rows:,}" for status, rows in summary.counts.items() if rows]
    del fields["run_id"]
    log.event(level, "end", f"{printable(summary.file.name)}: {', '.join(counted)}", **fields)
