"""The progress bar: done, rate, time left, errors so far, and what is waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from importer.cli.screen import wrap
from importer.cli.tally import Tally, say_count, say_duration, say_wait
from importer.model import Outcome

WIDEST_BAR, NARROWEST_BAR = 40, 8

CALM = "green"
RATE_WIDTH, LEFT_WIDTH = len("100.0/s"), len("59:59 left")

BEFORE_BAR = 3
"""So many texts of the line matter more than the bar: the count, the errors, the time left."""

MARGIN = 2
"""What is left free at the right, so that the `^C` of a Ctrl-C doesn't begin another line."""

TIME_WIDTH = len("  , 9,999 s")
"""What of a line is for how long something takes still, and for what stands before it."""

REFRESHES = 5
"""How often a second it is drawn anew."""

WORTH_SAYING_S = 1.0
"""A shorter wait would only flicker."""

SOON_S = 0.3
"""What is over sooner isn't shown at all, for the same reason."""


class Display:
    """One or two live lines at the foot of a terminal, on standard error.

    The first tells what goes on: before the sending with a spinner, then with a bar. The second
    tells what is waited for. Once there it stays, blank, so that nothing moves up and down.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is shown yet.

        Args:
            now: Tells the time, monotonic seconds.
        """
        self._now = now
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._tally: Tally | None = None
        self._spinner = Spinner("line" if self._console.options.ascii_only else "dots")
        self._phase, self._stays, self._since = "", False, 0.0
        self._reason, self._until = "", 0.0
        self._tall = False

    def phase(self, what: str, *, stays: bool = False) -> None:
        """Show what goes on, in place of what was said and waited for before.

        Args:
            what: A few words, to be followed by an ellipsis.
            stays: Beside a bar, show it to the end, not just until the bar moves.
        """
        with self._lock:
            if what != self._phase:
                # Before the sending only the first phase waits to be worth showing.
                if self._tally is not None or not self._phase:
                    self._since = self._now()
                self._phase, self._stays, self._reason, self._until = what, stays, "", 0.0
        self.start()

    def begin(self, total: int) -> None:
        """Show a bar for so many rows from now on."""
        self.stop()
        self._tally = Tally(total, self._now())
        self.start()

    def add(self, outcome: Outcome) -> None:
        """Move the bar."""
        with self._lock:
            self._phase = self._phase if self._stays else ""
            if self._tally is not None:
                self._tally.add(outcome, self._now())

    def wait(self, reason: str, seconds: float) -> None:
        """Count down what is waited for; of several waits the longest is shown."""
        with self._lock:
            now = self._now()
            if self._tally is not None:
                self._tally.wait(seconds, now)
            if seconds >= WORTH_SAYING_S and now + seconds > self._until:
                self._reason, self._until = reason, now + seconds

    def say(self, line: str) -> None:
        """Write a line above; it may have colours."""
        with suppress(OSError):
            for part in wrap(line, self._console.width):
                self._console.print(Text.from_ansi(part), soft_wrap=True)

    def start(self) -> None:
        """Show it, again or for the first time."""
        if self._live is None:
            self._live = Live(
                get_renderable=self._draw,
                console=self._console,
                refresh_per_second=REFRESHES,
                redirect_stdout=False,
            )
            with suppress(OSError):  # nobody sits there any more
                self._live.start()

    def stop(self) -> None:
        """Leave the bar as it is and take everything else away, for something else to be shown."""
        if self._live is None:
            return
        with self._lock:
            self._phase, self._reason, self._tall = "", "", False
        live, self._live = self._live, None
        live.transient = self._tally is None
        with suppress(OSError):
            live.stop()

    def _draw(self) -> RenderableType:
        with self._lock:
            now = self._now()
            wait = self._wait(self._until - now) if self._reason else ""
            wait = wait if now < self._until else ""
            phase = f"{self._phase}…" if self._phase and now - self._since >= SOON_S else ""
            if self._tally is None:
                return self._turn(wait or phase)
            bar = Line(self._tally, now, waits=bool(wait))
            note = wait or phase
            self._tall = self._tall or bool(note)
            return Group(bar, self._note(f"  {note}", "yellow")) if self._tall else bar

    def _wait(self, seconds: float) -> str:
        """Return what is waited for; how long still has its room, however long the reason is."""
        reason = Text(self._reason)
        reason.truncate(self._console.width - MARGIN - TIME_WIDTH, overflow="ellipsis")
        return say_wait(reason.plain, seconds)

    def _turn(self, text: str) -> RenderableType:
        """Return a text behind a spinner, which shows that something goes on."""
        if not text:
            return ""
        frame = self._spinner.render(self._now())
        return self._note(f"{frame} {text}")

    def _note(self, text: str, style: str = "") -> Text:
        """Return a line that ends with an ellipsis where it is too long."""
        note = Text(text, style=style, no_wrap=True)
        note.truncate(self._console.width - MARGIN, overflow="ellipsis")
        return note


class Line:
    """The line with the bar, as it is at one moment."""

    def __init__(self, tally: Tally, now: float, *, waits: bool) -> None:
        """Take note of everything now, since it is drawn a little later.

        Args:
            tally: How far it is.
            now: The time, as of the tally.
            waits: Nothing is sent at the moment.
        """
        self._done, self._total = tally.done, tally.total
        rate, left, wrong = tally.rate(now), tally.left(now), len(tally.wrong)
        goes_on = self._done < self._total
        self._count = f"{self._done:>{len(f'{self._total:,}')},}/{self._total:,}"
        # Blank or not, they keep their width, so that the bar keeps its own.
        speed = f"{rate:.1f}/s" if rate is not None and not waits else ""
        time_left = f"{say_duration(left)} left" if left is not None else ""
        self._rate = f"{speed:>{RATE_WIDTH}}" if goes_on else ""
        self._left = f"{time_left:>{LEFT_WIDTH}}" if goes_on else ""
        self._wrong = say_count(wrong, "error") if wrong else ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as wide as the terminal allows."""
        del console
        texts = (self._count, self._wrong, self._left, self._rate, "Creating")
        bar, (count, wrong, left, rate, title) = fit(options.max_width - MARGIN, texts)
        cells: list[RenderableType] = [Text(title)] if title else []
        if bar:
            drawn = ProgressBar(
                max(self._total, 1), self._done, bar, complete_style=CALM, finished_style=CALM
            )
            cells.append(drawn)
        cells.append(Text(count))
        cells.extend(Text(text, style="cyan") for text in (rate, left) if text)
        cells.extend(Text(text, style="red") for text in (wrong,) if text)
        grid = Table.grid(padding=(0, 2, 0, 0))
        for _ in cells:
            grid.add_column(no_wrap=True)
        grid.add_row(*cells)
        yield grid


def fit(width: int, texts: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Tell what of a line with a bar fits: each text with two spaces, then the bar in the rest.

    Args:
        width: How many characters there are.
        texts: The texts, those first that matter most; the first is kept in any case. Those
            behind the first `BEFORE_BAR` leave room for the narrowest bar.

    Returns:
        The bar's width, 0 where none fits, and the texts; those that don't fit are empty.
    """
    kept: list[str] = []
    used = 0
    for number, text in enumerate(texts):
        room = width if number < BEFORE_BAR else width - NARROWEST_BAR - 2
        needs = len(text) + 2 if text else 0
        keeps = number == 0 or used + needs <= room
        kept.append(text if keeps else "")
        used += needs if keeps else 0
    bar = min(WIDEST_BAR, width - used - 2)
    return (bar if bar >= NARROWEST_BAR else 0), tuple(kept)
