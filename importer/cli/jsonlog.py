"""The log for machines: standard error as JSON, one object a line, whoever writes there."""

from __future__ import annotations

import datetime as dt
import io
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import TextIO

import click

OPTION, VARIABLE = "--log-format", "IMPORT_INVOICES_LOG_FORMAT"
TEXT, JSON = "text", "json"
WARNING = "Warning: "


class Level(IntEnum):
    """How much somebody has to heed an event."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


EVENTS: Mapping[str, str] = {
    "phase": "something begins that may take a while: reading, comparing, writing",
    "lock_wait": "another import is sending; `seconds`: how long it is waited for at most",
    "plan": "what will be sent; `creates`: how many invoices, `counts`: rows by status",
    "progress": "how far it is; `done`, `total`",
    "wait": "nothing is sent for so many `seconds`",
    "setback": "an attempt created nothing for certain (`-v`); `row`",
    "outcome": "what became of a row (`-v`); `row`, `status`, `invoice_number`",
    "stopping": "a signal came; what is in flight is awaited",
    "warning": "what somebody should know, and nothing stopped for",
    "problem": "a row that needs somebody; `row`, `reference`, `status`, `invoice_number`",
    "more_problems": "there are more than 20; `rows`: how many more, all of them in the results",
    "end": "the run is over; the fields of `--json`",
    "inbox_end": "an inbox is through; `files` imported, `failed`, `counts`, `exit_code`",
    "error": "the run, or a `file` of an inbox, came to nothing; `exit_code`",
    "message": "anything else",
}
"""The names of the events, and what each tells. Names are only added, as fields are."""


class JsonLog(io.TextIOBase):
    """A stream that writes one JSON object a line: of events, and of each line of text.

    Whatever is written to it as text becomes events too, so that nothing else than JSON ever stands
    on the stream beneath, whoever writes. Nobody reading changes nothing.

    Attributes:
        run_id: The run that the events belong to; None where none has begun.
        least: What is below isn't told.
    """

    def __init__(
        self,
        beneath: TextIO,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """Prepare.

        Args:
            beneath: Where the lines go.
            now: Tells the time, in UTC.
        """
        self.run_id: str | None = None
        self.least = Level.INFO
        self._beneath = beneath
        self._now = now
        self._begun = ""
        self._read = True  # somebody may; a stream that fails once isn't written again

    @property
    def watched(self) -> bool:
        """Whether somebody sits at a terminal and reads this."""
        return self._beneath.isatty()

    def writable(self) -> bool:
        """Tell that it may be written to."""
        return True

    def event(self, level: Level, name: str, message: str, **fields: object) -> None:
        """Write an event.

        Args:
            level: How much it is to be heeded.
            name: One of `EVENTS`.
            message: The same for people, in one sentence.
            fields: What else is known, as JSON has it.
        """
        if level >= self.least:
            self._write(level, name, message, **fields)

    def _write(self, level: Level, name: str, message: str, **fields: object) -> None:
        import json  # noqa: PLC0415 only where a log is written

        moment = self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = {"time": moment, "level": level.name.lower(), "event": name, "run_id": self.run_id}
        # A terminal's or cron's encoding may lack characters; JSON's own escapes need none.
        ascii_alone = (self._beneath.encoding or "").lower().replace("-", "") != "utf8"
        line = json.dumps({**record, "message": message, **fields}, ensure_ascii=ascii_alone)
        if self._read:
            try:
                self._beneath.write(f"{line}\n")
                self._beneath.flush()
            except (OSError, ValueError):
                self._read = False

    def write(self, text: str) -> int:
        """Take text; each whole line of it is told, whatever the least level is."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._tell(line)
        return len(text)

    def close(self) -> None:
        """Tell what has no line end."""
        left, self._begun = self._begun, ""
        self._tell(left)
        super().close()

    def _tell(self, line: str) -> None:
        told = click.unstyle(line).strip()
        if told:
            warns = told.startswith(WARNING)
            level, name = (Level.WARNING, "warning") if warns else (Level.INFO, "message")
            self._write(level, name, told.removeprefix(WARNING))


def json_log() -> JsonLog | None:
    """Return the log where standard error is one; None where people read it."""
    return sys.stderr if isinstance(sys.stderr, JsonLog) else None


def begin_log() -> None:
    """Make standard error a log for machines, unless it is one already."""
    if sys.stderr is not None and not isinstance(sys.stderr, JsonLog):
        sys.stderr = JsonLog(sys.stderr)


def wants_json(words: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Tell whether a command asks for the log in JSON, before anything of it is parsed.

    Args:
        words: What was typed behind the program's name.
        environment: The environment's variables.
    """
    asked = environment.get(VARIABLE, TEXT)
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name == OPTION:
            asked = value if equals else "".join(words[number + 1 : number + 2])
    return asked.strip().lower() == JSON


def choose_format(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Heed the option, wherever its value came from: click's callback."""
    del param
    if value == JSON and not ctx.resilient_parsing:
        begin_log()
    return value
