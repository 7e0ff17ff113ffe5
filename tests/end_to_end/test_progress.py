"""What is told while a run goes on: the bar, waits, few lines elsewhere; `-q`, `-v`, colours."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterable

import pytest
from books_api import BooksApi
from desk import SCRIPT, TOKEN, WITH_TOKEN, Desk, finish, row, rows
from odd_api import Gate, Invoice, OddApi, Reply, created, detail
from terminal import Terminal, terminal

COLOUR = re.compile(r"\x1b\[[\d;]*[349]\d[;m]")
"""A sequence that sets a colour (ECMA-48, SGR 30 to 49 and 90 to 97)."""

MOVING = re.compile(r"━ +(\d)/6 +(\d\.\d)/s +0:(\d\d) left")
"""The line of a bar that goes on to six rows."""

ESCAPE = re.compile(r"\x1b\[[?\d;]*[A-Za-z]")
REFUSED = detail(422, [{"loc": ["body", "currency"], "msg": "not in use here"}])


def first_throttled(invoice: Invoice, number: int) -> Reply:
    """Throttle the first create for two seconds."""
    return detail(429, "slow down", Retry_After="2") if number == 1 else created(invoice, number)


def second_refused(invoice: Invoice, number: int) -> Reply:
    """Refuse the second row."""
    return REFUSED if invoice["reference_id"] == "A-2" else created(invoice, number)


def frames(screen: Terminal) -> list[str]:
    """Return each line that was shown, one drawn over another counting as another."""
    return [ESCAPE.sub("", frame) for frame in re.split(r"[\r\n]", screen.shown)]


def test_a_wait_is_counted_down(desk: Desk, api: OddApi) -> None:
    """Shown are the rows done, the rate, the time left, and what is left of a wait."""
    api.answer = first_throttled
    words = (desk.csv("a.csv", rows(6)), "--api-url", api.url, "--yes", "--rate", "4")
    with terminal(desk, *words, columns=80) as screen:
        assert screen.end() == 0
    shown = frames(screen)
    for left in (2, 1):
        assert any(f"rate limited by the API, {left} s" in frame for frame in shown)
    moving = list(filter(None, map(MOVING.search, shown)))
    assert moving, shown
    done, rates, seconds = zip(*((int(m[1]), float(m[2]), int(m[3])) for m in moving), strict=True)
    assert sorted(done) == list(done)
    assert 0 < max(rates) <= 4
    assert seconds[0] > seconds[-1] > 0
    assert any("6/6" in frame and "━" in frame for frame in shown)


def test_rows_in_doubt_are_waited_for(desk: Desk, books: BooksApi) -> None:
    """How long it is until they are looked up is counted down, and then they are."""
    make = books.answer

    def hang_up(invoice: Invoice, number: int) -> Reply | None:
        reply = make(invoice, number)
        return None if number == 1 else reply

    books.answer = hang_up
    words = ("--api-url", books.url, "--yes", "--lookup-delay", "2")
    with terminal(desk, desk.csv("a.csv", rows(3)), *words, columns=80) as screen:
        assert screen.end() == 0
    assert "2 s before 1 in-doubt row is looked up" in screen.shown
    assert "1 s before 1 in-doubt row is looked up" in screen.shown
    assert "3/3" in screen.shown


def test_errors_so_far_are_shown(desk: Desk, api: OddApi) -> None:
    """A refused row is an error at once, while others are still to be answered."""
    gate = Gate()

    def refuse_then_hold(invoice: Invoice, number: int) -> Reply | None:
        if invoice["reference_id"] == "A-1":
            return REFUSED
        return gate(invoice, number)

    api.answer = refuse_then_hold
    file = desk.csv("a.csv", rows(3))
    with terminal(desk, file, "--api-url", api.url, "--yes", columns=80) as screen:
        screen.read_until("1 error")
        gate.open()
        assert screen.end() == 1


def test_what_goes_on_before_the_sending_is_shown(desk: Desk, books: BooksApi) -> None:
    """A listing that takes long is no dead screen."""
    gate = threading.Event()
    listing = books.listing

    def late(number: int) -> Reply | Iterable[bytes]:
        gate.wait(20)
        return listing(number)

    books.listing = late
    file = desk.csv("a.csv", rows(1))
    with terminal(desk, file, "--api-url", books.url, "--yes") as screen:
        screen.read_until("Listing what exists at the API…")
        gate.set()
        assert screen.end() == 0


@pytest.mark.parametrize("columns", [20, 40, 80])
def test_no_line_is_wider_than_the_terminal(desk: Desk, api: OddApi, columns: int) -> None:
    """Whatever the width, the live lines leave the last column free, so that nothing wraps."""
    api.answer = first_throttled
    file = desk.csv("a.csv", rows(3))
    with terminal(desk, file, "--api-url", api.url, "--yes", columns=columns) as screen:
        assert screen.end() == 0
    live = [frame for frame in frames(screen) if "/3" in frame or "rate limited" in frame]
    assert "3/3" in "".join(live)
    assert max(map(len, live)) < columns


def test_ctrl_c_leaves_the_terminal_as_it_was(desk: Desk, api: OddApi) -> None:
    """It is heard at once and said so; at the end the cursor is back and the summary follows."""
    gate = Gate()
    api.answer = gate
    file = desk.csv("a.csv", rows(30))
    with terminal(desk, file, "--api-url", api.url, "--yes") as screen:
        gate.wait_for(1)
        screen.press_ctrl_c()
        screen.read_until("Stopping")
        gate.open()
        assert screen.end() == 130
    assert screen.shown.rindex("\x1b[?25h") > screen.shown.rindex("\x1b[?25l")
    end = screen.shown.rpartition("\x1b[?25h")[2]
    assert ESCAPE.sub("", end).lstrip().startswith("a.csv to http://")


@pytest.mark.parametrize("no_color", ["", "1"])
def test_no_color_is_heeded(desk: Desk, api: OddApi, no_color: str) -> None:
    """`NO_COLOR` takes the colours out, of the bar too, unless it is empty; the rest stays."""
    api.answer = second_refused
    words = ("--api-url", api.url, "--yes")
    file = desk.csv("a.csv", rows(3))
    with terminal(desk, file, *words, variables={"NO_COLOR": no_color}) as screen:
        assert screen.end() == 1
    assert bool(COLOUR.search(screen.shown)) is not bool(no_color)
    plain = "  rejected              1   USD 1"
    assert (plain in screen.shown) is bool(no_color)
    assert plain in ESCAPE.sub("", screen.shown)


def test_a_terminal_that_only_prints_gets_plain_lines(desk: Desk, api: OddApi) -> None:
    """`TERM=dumb`: nothing moves and nothing has a colour, but the question is asked."""
    file = desk.csv("a.csv", rows(3))
    with terminal(desk, file, "--api-url", api.url, variables={"TERM": "dumb"}) as screen:
        screen.read_until("[Y/n]")
        screen.type("y\n")
        assert screen.end() == 0
    assert "Creating 3 invoices." in screen.shown
    assert "\x1b" not in screen.shown


def test_elsewhere_there_are_few_lines(desk: Desk, api: OddApi) -> None:
    """Standard error has one line for a run that is quick, standard output the summary alone."""
    done = desk.run(desk.csv("a.csv", rows(3)), "--api-url", api.url, "--rate", "500")
    assert done.err == "Creating 3 invoices.\n"
    assert done.out.startswith("a.csv to http://")
    assert "\x1b" not in done.out


def test_elsewhere_a_long_wait_is_a_line(desk: Desk, api: OddApi) -> None:
    """Why nothing happens can be read in a log."""
    api.answer = lambda *_: detail(429, "slow down", Retry_After="30")
    file = desk.csv("a.csv", rows(1))
    with desk.started(file, "--api-url", api.url) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "Creating 1 invoice.\n"
        assert process.stderr.readline() == "Waiting: rate limited by the API, 30 s.\n"
        process.send_signal(signal.SIGINT)
        assert finish(process).code == 130


@pytest.mark.parametrize("lost", ["2>/dev/full", "2>&1 | true"])
def test_nobody_reading_the_progress_changes_nothing(desk: Desk, api: OddApi, lost: str) -> None:
    """A run whose standard error can't be written is carried out, with its own exit code."""
    desk.csv("a.csv", rows(2))
    line = f"{SCRIPT} a.csv --api-url {api.url} -v {lost}; exit ${{PIPESTATUS[0]}}"
    done = desk.run(line, command=("bash", "-c"))
    assert done.code == 0, done.err
    assert api.references == ["A-1", "A-2"]


@pytest.mark.parametrize("words", [("-q",), ("--quiet",), ()])
def test_quiet_says_nothing_where_all_went_well(
    desk: Desk, api: OddApi, words: tuple[str, ...]
) -> None:
    """`-q`, or its variable: not a line on either stream; the results are written all the same."""
    variables = WITH_TOKEN | ({} if words else {"IMPORT_INVOICES_QUIET": "1"})
    file = desk.csv("a.csv", rows(3))
    done = desk.run(file, "--api-url", api.url, "--no-check-server", *words, variables=variables)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert len(list((desk.folder / "reports").iterdir())) == 1


def test_quiet_tells_problems(desk: Desk, api: OddApi) -> None:
    """Which rows need somebody, what to do and where the results are; nothing of the others."""
    api.answer = second_refused
    lines = [*rows(2), row("A-3", Currency="?")]
    file = desk.csv("a.csv", lines)
    done = desk.run(file, "--api-url", api.url, "--no-check-server", "-q")
    assert (done.code, done.err) == (1, "")
    title, *rest, results = done.out.splitlines()
    assert title.startswith("a.csv to http://")
    counts, single, remedies = rest[:2], rest[2:4], rest[4:]
    assert [line.split()[0] for line in counts] == ["invalid", "rejected"]
    assert sorted(line.partition(": ")[0] for line in single)[1] == "row 4 (A-3)"
    assert [line.split()[0] for line in remedies] == ["invalid:", "rejected:"]
    assert results.startswith("Results: ")


def test_quiet_tells_warnings_beside_problems_alone(desk: Desk, api: OddApi) -> None:
    """Cron sends no mail for a warning: it stops nothing, and stands in the results."""
    path = desk.csv("a.csv", rows(1))
    assert desk.run(path, "--api-url", api.url, "-q").out == ""
    api.answer = second_refused
    done = desk.run(desk.csv("b.csv", rows(2)), "--api-url", api.url, "-q")
    assert "Warning: " in done.out


def test_quiet_still_tells_what_stops_it(desk: Desk) -> None:
    """An error is no noise."""
    done = desk.run("nothing.csv", "--api-url", "http://127.0.0.1:9", "-q")
    assert (done.code, done.out) == (2, "")
    assert "nothing.csv" in done.err


def test_quiet_leaves_json_alone(desk: Desk, api: OddApi) -> None:
    """What a program reads is printed, and nothing beside it."""
    words = ("--api-url", api.url, "--no-check-server", "--json", "-q")
    done = desk.run(desk.csv("a.csv", rows(2)), *words)
    assert (done.code, done.err) == (0, "")
    assert done.counts == {"created": 2}


def test_verbose_tells_each_row_and_each_setback(desk: Desk, api: OddApi) -> None:
    """A line for whatever becomes of a row, why an attempt is repeated, and no secret."""

    def troubled(invoice: Invoice, number: int) -> Reply:
        if number == 1:
            return detail(429, f"slow down, {TOKEN}", Retry_After="0")
        if invoice["reference_id"] == "A-2":
            return detail(503, f"gone for {TOKEN}")
        return created(invoice, number)

    api.answer = troubled
    lines = [*rows(2), row("A-3", Currency="?")]
    words = ("--api-url", api.url, "--concurrency", "1")
    done = desk.run(desk.csv("a.csv", lines), *words, "-v")
    told = done.err.splitlines()
    assert "row 2: rate limited by the API (429), to be tried again" in told
    assert any(re.fullmatch(r"row 2: created N-\d+", line) for line in told)
    assert any(
        re.match("row 3: in doubt: the API answered 503.*to be looked up", line) for line in told
    )
    assert any(line.startswith("row 3: in_doubt: ") for line in told)
    assert any(line.startswith("row 4: invalid: ") for line in told)
    assert TOKEN not in done.err + done.out


def test_verbose_tells_rows_above_the_bar(desk: Desk, api: OddApi) -> None:
    """Each stays on the screen, whole, in lines that fit it, and the bar goes on below."""
    api.answer = lambda invoice, number: (
        created(invoice, number) if number < 4 else detail(422, "No such counterparty. " * 9)
    )
    words = (desk.csv("a.csv", rows(4)), "--api-url", api.url, "--concurrency", "1")
    with terminal(desk, *words, "--yes", "-v", columns=80) as screen:
        assert screen.end() == 1
    shown = [frame.strip() for frame in frames(screen)]
    assert [line for line in shown if re.fullmatch(r"row \d: created N-\d", line)] == [
        "row 2: created N-1",
        "row 3: created N-2",
        "row 4: created N-3",
    ]
    assert any(line.startswith("row 5: rejected: ") for line in shown)
    # The results' path is to be copied whole.
    assert max(len(line) for line in shown if not line.startswith("Results: ")) <= 80


def test_quiet_and_verbose_are_one_too_many(desk: Desk) -> None:
    """Both said in one way: exit 2, naming what was said."""
    typed = desk.run("a.csv", "-q", "-v")
    assert typed.code == 2
    assert "--quiet and --verbose" in typed.err
    both = {"IMPORT_INVOICES_QUIET": "1", "IMPORT_INVOICES_VERBOSE": "1"}
    variables = desk.run("a.csv", variables=both)
    assert variables.code == 2
    assert "IMPORT_INVOICES_QUIET and IMPORT_INVOICES_VERBOSE" in variables.err


def test_what_is_typed_beats_the_other_variable(desk: Desk, api: OddApi) -> None:
    """`-v` for once, where a variable makes every run quiet."""
    quiet = WITH_TOKEN | {"IMPORT_INVOICES_QUIET": "1"}
    done = desk.run(desk.csv("a.csv", rows(1)), "--api-url", api.url, "-v", variables=quiet)
    assert done.code == 0
    assert "row 2: created N-1" in done.err
