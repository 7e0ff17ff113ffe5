"""The terminal during a run: questions, a progress bar, what is waited for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

import click

from importer.cli.jsonlog import json_log
from importer.cli.paint import can_move, paint_status
from importer.cli.plain import Plain, say
from importer.cli.screen import forget_typing, read_line, screen_width, tell, wrap
from importer.model import Outcome
from importer.printable import printable
from importer.signals import asking

if TYPE_CHECKING:  # heavy, and not needed to show anything
    from importer.cli.journal import Journal
    from importer.cli.progress import Display
    from importer.preview import Preview


class Console:
    """Tells a person how a run goes, on standard error; asks before sending.

    On a terminal that is a live bar; elsewhere, and on a terminal that can do nothing but print, a
    few plain lines. Quiet, nothing is told, but questions are asked; verbose, each row too.

    Attributes:
        warned: The warnings that were told before the question.
    """

    def __init__(
        self, *, ask: bool, keep_going: bool, quiet: bool = False, verbose: bool = False
    ) -> None:
        """Prepare to show.

        Args:
            ask: Ask before sending, where there is a terminal to ask on.
            keep_going: Go on where row after row is refused, without asking.
            quiet: Tell nothing.
            verbose: Tell what becomes of each row, and why an attempt is repeated.
        """
        terminal = is_terminal(sys.stderr)
        self._ask = ask and terminal and is_terminal(sys.stdin)
        self._keep_going = keep_going
        self._verbose = verbose
        self._told: set[int] = set()
        self.warned: Sequence[str] = ()
        self._view = None if quiet else _choose_view(live=terminal and can_move(), verbose=verbose)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._view is not None:
            self._view.stop()

    def on_run(self, run_id: str) -> None:
        """See `Events`: people read its name in the results."""

    def on_phase(self, what: str) -> None:
        """See `Listener`: say what goes on, where it can be seen at once."""
        if self._view is not None:
            self._view.phase(printable(what))

    def on_stopping(self) -> None:
        """See `Events`: say that the command has heard."""
        if self._view is not None:
            self._view.phase("Stopping: waiting for the answers to what was sent", stays=True)

    def on_lock_wait(self, seconds: float) -> None:
        """See `Events`."""
        if self._view is not None:
            self._view.stop()
            say_waiting(seconds)
            self._view.phase("Waiting for the other import")

    def on_plan(self, preview: Preview) -> bool:
        """See `Events`: ask, then show a bar."""
        from importer.cli.plan import plan_text, question, told_warnings  # noqa: PLC0415 as it says

        if self._view is not None:
            self._view.stop()
        if self._ask:
            tell(plan_text(preview, screen_width(err=True)), err=True)
            self.warned = told_warnings(preview)
            forget_typing()
            if not _confirm(question(preview)):
                return False
        if self._view is not None:
            self._view.begin(preview.creates)
        return True

    def on_outcome(self, outcome: Outcome) -> None:
        """See `Listener`: move the bar."""
        if self._view is not None:
            self._view.add(outcome)
            if self._verbose:
                self._told.add(outcome.row)
                self._view.say(say_outcome(outcome))

    def on_setback(self, row: int, reason: str) -> None:
        """See `Listener`: only who wants to hear everything hears of it."""
        if self._view is not None and self._verbose:
            self._view.say(f"row {row}: {printable(reason)}")

    def on_wait(self, reason: str, seconds: float) -> None:
        """See `Listener`: say what is waited for."""
        if self._view is not None:
            self._view.wait(printable(reason), seconds)

    def tell_rest(self, outcomes: Iterable[Outcome]) -> None:
        """Tell, if verbose, what became of the rows that were not told of yet."""
        if self._verbose:
            for outcome in outcomes:
                if outcome.row not in self._told:
                    say(say_outcome(outcome))

    def on_refusals(self, reason: str) -> bool:
        """See `Listener`: ask on a terminal, else stop unless --keep-going."""
        if self._keep_going or not self._ask:
            return self._keep_going
        if self._view is not None:
            self._view.stop()
        question = f"The API refuses row after row for one reason ({printable(reason)}). Go on?"
        try:
            forget_typing()
            go_on = _ask(question, default=False)
        except KeyboardInterrupt:
            go_on = False
        if self._view is not None:
            self._view.start()
        return go_on


def choose_console(
    *, ask: bool, keep_going: bool, quiet: bool = False, verbose: bool = False
) -> Console | Journal:
    """Return who is told how a run goes: a person, or a log for machines.

    Args:
        ask: Ask before sending, where there is a terminal to ask on.
        keep_going: Go on where row after row is refused, without asking.
        quiet: Tell nothing but problems.
        verbose: Tell what becomes of each row, and why an attempt is repeated.

    Raises:
        UsageError: When the log is for machines, and somebody would have to be asked.
    """
    if (log := json_log()) is None:
        return Console(ask=ask, keep_going=keep_going, quiet=quiet, verbose=verbose)
    from importer.cli.journal import Journal  # noqa: PLC0415 seldom needed

    return Journal(log, ask=ask, keep_going=keep_going, quiet=quiet, verbose=verbose)


def _confirm(text: str) -> bool:
    """Ask what a yes is the answer to."""
    try:
        return _ask(text, default=True)
    except KeyboardInterrupt:
        click.echo("\nNothing was sent.", err=True)  # behind the question, and its ^C
        raise


def _ask(text: str, *, default: bool) -> bool:
    """Ask until the answer is a yes or a no; where nobody is there to answer, it is no.

    Raises:
        KeyboardInterrupt: When a signal comes instead.
    """
    while True:
        with asking() as heard:
            width = screen_width(err=True)
            # Less two, so that the answer stands behind the question.
            asked = wrap(f"{text} [{'Y/n' if default else 'y/N'}]:", width and width - 2)
            click.echo("{} ".format("\n".join(asked)), nl=False, err=True)
            line = read_line(heard)
        if not line:
            return False
        if not line.strip():
            return default
        try:
            return click.BOOL.convert(line.strip(), None, None)
        except click.BadParameter:
            click.echo("Type y for yes, or n for no.", err=True)


def say_outcome(outcome: Outcome) -> str:
    """Return what became of a row, in one line that is fit for the terminal."""
    from importer.cli.brief import leave_out_claim  # noqa: PLC0415 heavy, and there by then

    number = f" {outcome.invoice.number}" if outcome.invoice is not None else ""
    message = f": {leave_out_claim(outcome.message)}" if outcome.message else ""
    return f"row {outcome.row}: {paint_status(outcome.status)}{printable(number + message)}"


def _choose_view(*, live: bool, verbose: bool) -> Display | Plain:
    """Return what shows how a run goes."""
    if not live:
        return Plain(verbose=verbose)
    from importer.cli.progress import Display  # noqa: PLC0415 only on a terminal

    return Display()


def say_waiting(seconds: float) -> None:
    """Say that another run is waited for, so many seconds at most."""
    tell(
        f"Another import is sending for this account; waiting up to {seconds:g} s for it.", err=True
    )


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether somebody sits there; a stream that was closed is None."""
    return stream is not None and stream.isatty()
