"""The log for machines: one JSON object a line, whatever is written, and nothing else."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable
from typing import Any

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.cli.journal import Journal
from importer.cli.jsonlog import EVENTS, JsonLog, Level, wants_json
from importer.model import InvoiceRef, Outcome, Status

NOON = dt.datetime(2027, 1, 4, 12, 0, 0, 123456, tzinfo=dt.UTC)

Event = dict[str, Any]


def read(beneath: io.StringIO) -> list[Event]:
    """Read what was logged; fails unless every line is one object."""
    return [json.loads(line) for line in beneath.getvalue().split("\n") if line]


def new_log() -> tuple[JsonLog, io.StringIO]:
    """Return a log at noon, and what it writes to."""
    beneath = io.StringIO()
    return JsonLog(beneath, now=lambda: NOON), beneath


def test_an_event_has_its_stable_fields_in_order() -> None:
    """Time (RFC 3339, UTC), level, event, run, message; then what else is known."""
    log, beneath = new_log()
    log.run_id = "20270104-120000-7c1e"
    log.event(Level.WARNING, "problem", "No currency", row=4)
    (event,) = read(beneath)
    assert list(event.items()) == [
        ("time", "2027-01-04T12:00:00.123Z"),
        ("level", "warning"),
        ("event", "problem"),
        ("run_id", "20270104-120000-7c1e"),
        ("message", "No currency"),
        ("row", 4),
    ]


def test_names_are_stable() -> None:
    """Programs read them: a name may be added, none renamed or left out."""
    assert list(EVENTS) == [
        "phase", "lock_wait", "plan", "progress", "wait", "setback", "outcome", "stopping",
        "warning", "problem", "more_problems", "end", "inbox_end", "error",
        "message",
    ]  # fmt: skip
    assert [level.name.lower() for level in Level] == ["debug", "info", "warning", "error"]


@given(parts=st.lists(st.text()))
@example(parts=["a\u2028b", "\x1b[31mred\x1b[0m\n", "\udc80"])
def test_any_text_becomes_objects(parts: list[str]) -> None:
    """However it is cut, each line of text is one event, and nothing of it is lost."""
    log, beneath = new_log()
    for part in parts:
        log.write(part)
    log.close()
    lines = [click.unstyle(line).strip() for line in "".join(parts).split("\n")]
    told = [event["message"] for event in read(beneath)]
    assert told == [line.removeprefix("Warning: ") for line in lines if line]


def test_a_warning_in_text_is_a_warning() -> None:
    """It is told however little is wanted: whoever writes text means it to be read."""
    log, beneath = new_log()
    log.least = Level.ERROR
    log.write("Warning: the disk is nearly full\n")
    (event,) = read(beneath)
    assert (event["level"], event["event"]) == ("warning", "warning")
    assert event["message"] == "the disk is nearly full"


def test_an_encoding_without_the_characters_is_no_trouble() -> None:
    """JSON's own escapes stand for what cron's encoding lacks."""
    raw = io.BytesIO()
    log = JsonLog(io.TextIOWrapper(raw, encoding="ascii", errors="backslashreplace"))
    log.event(Level.INFO, "phase", "Reading Aïcha \N{EM DASH} mai.csv")
    assert json.loads(raw.getvalue())["message"] == "Reading Aïcha \N{EM DASH} mai.csv"


def test_nobody_reading_changes_nothing() -> None:
    """A log that can't be written is written no more."""

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, text)

    log = JsonLog(Full())
    log.event(Level.INFO, "phase", "Reading")
    log.event(Level.INFO, "phase", "Writing")


@pytest.mark.parametrize(
    ("words", "variable", "wanted"),
    [
        (["a.csv", "--log-format", "json"], None, True),
        (["a.csv", "--log-format=JSON"], None, True),
        (["a.csv", "--log-format", "text"], "json", False),
        (["a.csv", "--log-format", "json", "--log-format", "text"], None, False),
        (["a.csv"], " Json ", True),
        (["a.csv"], "", False),
        (["json"], None, False),
        (["a.csv", "--log-format"], None, False),
        (["a.csv", "--log-format=", "json"], None, False),
        ([], None, False),
    ],
)
def test_it_is_known_before_anything_is_parsed(
    words: list[str], variable: str | None, wanted: bool
) -> None:
    """The last option counts, before the variable: so that wrong options are told in JSON too."""
    environment = {} if variable is None else {"IMPORT_INVOICES_LOG_FORMAT": variable}
    assert wants_json(words, environment) is wanted


def journal(log: JsonLog, times: Iterable[float] = (), **loudness: bool) -> Journal:
    """Return a journal whose clock shows some times, then stands."""
    left = iter(times)
    return Journal(log, ask=True, keep_going=False, now=lambda: next(left, 1e6), **loudness)


def test_quiet_tells_no_news() -> None:
    """Nothing below a warning."""
    log, beneath = new_log()
    told = journal(log, quiet=True)
    told.on_phase("Reading a.csv")
    told.on_wait("rate limited by the API", 60)
    told.on_setback(3, "gone")
    told.on_outcome(Outcome(3, Status.CREATED))
    assert read(beneath) == []


def test_waits_are_as_few_as_in_plain_text() -> None:
    """A short one isn't told, a long one is, with its seconds."""
    log, beneath = new_log()
    told = journal(log)
    told.on_wait("rate limited by the API", 1)
    told.on_wait("rate limited by the API", 60)
    (event,) = read(beneath)
    assert (event["event"], event["seconds"]) == ("wait", 60)
    assert event["message"] == "Waiting: rate limited by the API, 60 s"


def test_verbose_tells_each_row_once() -> None:
    """As it is done, or at the end; with its status and number."""
    log, beneath = new_log()
    told = journal(log, verbose=True)
    done = Outcome(2, Status.CREATED, InvoiceRef(7, "N-7"))
    told.on_run("20270104-120000-7c1e")
    told.on_outcome(done)
    told.tell_rest([done, Outcome(3, Status.INVALID, message="No currency")])
    events = read(beneath)
    assert [event["event"] for event in events] == ["outcome", "outcome"]
    assert [event["row"] for event in events] == [2, 3]
    assert [event["level"] for event in events] == ["debug", "warning"]
    assert events[0]["invoice_number"] == "N-7"
    assert [event["message"] for event in events] == ["created as N-7", "No currency"]
    assert {event["run_id"] for event in events} == {"20270104-120000-7c1e"}


def test_what_results_are_read_back_for_is_not_told() -> None:
    """The fingerprint of a message is for the results; what is said around it stays."""
    log, beneath = new_log()
    message = "No currency [as read: cd34151c 00000000] | Invoice N-7 exists."
    journal(log, verbose=True).on_outcome(Outcome(3, Status.INVALID, message=message))
    (event,) = read(beneath)
    assert event["message"] == "No currency | Invoice N-7 exists."


def test_rows_are_not_told_unless_verbose() -> None:
    """A log of a million rows is no log."""
    log, beneath = new_log()
    told = journal(log)
    told.on_outcome(Outcome(2, Status.CREATED))
    told.on_setback(2, "gone")
    assert read(beneath) == []
