"""Stopping: by Ctrl-C and its kin, wherever the run is, and by a disk that takes no more."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from books_api import BooksApi
from desk import Desk, finish, outlasts, read_results, rows
from odd_api import Gate, Invoice, Reply

from importer.signals import REASONS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits as POSIX has them")

IN_FLIGHT = 4

Command = Sequence[str | Path]


def hold(books: BooksApi, gate: Gate) -> None:
    """Book every create, and hold its answer back."""

    def answer(invoice: Invoice, number: int) -> Reply:
        reply = books.book(invoice, number)
        gate(invoice, number)
        return reply

    books.answer = answer


def wait_for(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something holds; fails when the command ends before it does."""
    for _ in range(2000):
        if holds():
            return
        assert outlasts(process, 0.01), process.communicate()
    raise TimeoutError("What the test waits for never came.")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_settles_what_is_in_flight(
    desk: Desk, books: BooksApi, gate: Gate, number: signal.Signals
) -> None:
    """What is in flight is awaited and settled, nothing new is sent, the results say so: 130."""
    hold(books, gate)
    words = ("--api-url", books.url, "--concurrency", str(IN_FLIGHT), "--rate", "100", "--json")
    with desk.started(desk.csv("a.csv", rows(20)), *words) as process:
        gate.wait_for(IN_FLIGHT)
        process.send_signal(number)
        assert outlasts(process, 1)
        gate.open()
        stopped = finish(process)
    assert stopped.code == stopped.summary["exit_code"] == 130
    assert stopped.counts == {"created": IN_FLIGHT, "not_sent": 20 - IN_FLIGHT}
    assert REASONS[number.name] in stopped.summary["error"]
    assert len(books.books) == IN_FLIGHT


def test_awaited_answer_that_never_comes_ends_with_the_timeout(
    desk: Desk, books: BooksApi, gate: Gate
) -> None:
    """Ctrl-C awaits what is in flight no longer than `--timeout`: then the row is in doubt."""
    hold(books, gate)
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--concurrency", "1", "--json")
    with desk.started(*words, "--timeout", "2") as process:
        gate.wait_for(1)
        process.send_signal(signal.SIGINT)
        stopped = finish(process)
    assert (stopped.code, stopped.counts) == (130, {"in_doubt": 1, "not_sent": 2})
    assert "no answer within 2 s" in stopped.results[0]["error"]


def test_second_interrupt_stops_at_once_and_loses_nothing(
    desk: Desk, books: BooksApi, gate: Gate
) -> None:
    """While a request hangs the second Ctrl-C ends the run; the next one settles every row."""
    hold(books, gate)
    words = (desk.csv("a.csv", rows(10)), "--api-url", books.url, "--json")
    with desk.started(*words, "--concurrency", str(IN_FLIGHT), "--rate", "100") as process:
        gate.wait_for(IN_FLIGHT)
        process.send_signal(signal.SIGINT)
        assert outlasts(process, 1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)  # and not the 30 s of --timeout
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert "again" in err
    gate.open()
    later = desk.run(*words, "--rate", "1000")
    assert (later.code, later.counts) == (0, {"created": 10})
    assert sorted(books.references) == sorted(f"A-{n}" for n in range(1, 11))
    for result in later.results:
        assert result["invoice_number"] == books.number(result["Ref"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_wait_before_a_look_up_can_be_interrupted(
    desk: Desk, books: BooksApi, number: signal.Signals
) -> None:
    """Nobody has to sit out `--lookup-delay`: the row is in doubt until the next run settles it."""
    books.answer = lambda invoice, n: (
        books.book(invoice, n) if invoice["reference_id"] != "A-3" else None
    )
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--rate", "100", "--json")
    with desk.started(*words, "--lookup-delay", "600", "--concurrency", "1") as process:
        wait_for(lambda: len(books.references) == 3, process)
        assert outlasts(process, 1)
        process.send_signal(number)
        stopped = finish(process)
    assert (stopped.code, stopped.counts) == (130, {"created": 2, "in_doubt": 1})
    assert len(stopped.results) == 3
    assert books.listings == 1  # before the first create
    books.answer = books.book
    later = desk.run(*words)
    assert (later.code, later.counts) == (0, {"already_created": 2, "created": 1})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_listing_can_be_interrupted(
    desk: Desk, books: BooksApi, gate: Gate, number: signal.Signals
) -> None:
    """A signal while the API is listed: 130, nothing was sent, and every row says so."""

    def listing(n: int) -> Iterator[bytes]:
        yield b"["
        gate({}, n)
        yield b"]"

    books.listing = listing
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    with desk.started(*words) as process:
        gate.wait_for(1)
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    gate.open()
    assert process.returncode == 130, err
    assert '"not_sent": 3' in out
    assert books.references == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_results_are_written_loses_none(
    desk: Desk, books: BooksApi, number: signal.Signals
) -> None:
    """They are written to their end, and the ledger has the run's; exit 130, in a sentence."""
    words = (desk.csv("a.csv", rows(400)), "--api-url", books.url, "--rate", "1000", "--json")
    with desk.started(*words, "--log-format", "json") as process:
        assert process.stderr is not None
        while "Writing the results" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(number)
        stopped = finish(process)
    assert (stopped.code, stopped.counts) == (130, {"created": 400})
    assert len(stopped.results) == 400
    (run,) = json.loads(desk.run("runs", "--json").out)["runs"]
    assert (run["exit_code"], run["output"]) == (130, stopped.summary["output"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_wait_for_another_run_can_be_interrupted(
    desk: Desk, books: BooksApi, gate: Gate, number: signal.Signals
) -> None:
    """A signal in a run that waits for another: 130 at once, and the other goes on undisturbed."""
    hold(books, gate)
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    with desk.started(*words) as first:
        gate.wait_for(1)
        with desk.started(*words) as second:
            assert second.stderr is not None
            assert "Another import" in second.stderr.readline()
            second.send_signal(number)
            stopped = finish(second)
        gate.open()
        done = finish(first)
    assert (stopped.code, stopped.counts) == (130, {})
    assert (done.code, done.counts) == (0, {"created": 3})


def put_a_file_in_its_place(folder: Path) -> None:
    """Make a folder a file."""
    shutil.rmtree(folder)
    folder.write_text("mine")


def put_a_file_in(folder: Path) -> None:
    """Take the results file's name."""
    (folder / "r.xlsx").write_text("mine")


@pytest.mark.parametrize("ruin", [shutil.rmtree, put_a_file_in_its_place, put_a_file_in])
def test_results_that_cannot_be_written_lose_nothing(
    desk: Desk, books: BooksApi, gate: Gate, ruin: Callable[[Path], None]
) -> None:
    """The results' place is lost during the run: exit 4, said so; `runs` writes them elsewhere."""
    hold(books, gate)
    folder = desk.folder / "out"
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    with desk.started(*words, "--output", "out/r.xlsx") as process:
        gate.wait_for(1)
        ruin(folder)
        gate.open()
        stopped = finish(process)
    assert stopped.code == 4
    assert str(folder / "r.xlsx") in stopped.summary["error"]
    assert "Traceback" not in stopped.err
    assert not list(desk.folder.rglob("*.tmp"))
    assert [path.read_text() for path in (folder, folder / "r.xlsx") if path.is_file()] in (
        [],
        ["mine"],
    )
    again = desk.run("runs", stopped.summary["run_id"], "--output", "again.csv")
    assert again.code == 0, again.err
    results = read_results(desk.folder / "again.csv")
    assert [result["invoice_number"] for result in results] == ["N-1", "N-2", "N-3"]
    later = desk.run(*words)
    assert (later.code, later.counts) == (0, {"already_created": 3})
    assert books.references == ["A-1", "A-2", "A-3"]


def test_ledger_that_takes_no_more_stops_the_run(desk: Desk, books: BooksApi, gate: Gate) -> None:
    """A claim that can't be written is not sent: exit 4, and the next run settles every row."""
    hold(books, gate)
    words = (desk.csv("a.csv", rows(20)), "--api-url", books.url, "--rate", "1000", "--json")
    with desk.started(*words, "--concurrency", str(IN_FLIGHT)) as process:
        gate.wait_for(IN_FLIGHT)
        full = desk.ledger.with_name(f"{desk.ledger.name}-wal").stat().st_size
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (full, full))
        gate.open()
        stopped = finish(process)
    assert stopped.code == 4, stopped.err
    assert str(desk.ledger) in stopped.summary["error"]
    assert len(books.books) == IN_FLIGHT
    later = desk.run(*words)
    assert (later.code, sum(later.counts.values())) == (0, 20)
    assert sorted(books.references) == sorted(f"A-{n}" for n in range(1, 21))
    for result in later.results:
        assert result["invoice_number"] == books.number(result["Ref"])


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Mount a small disk while the context lasts; skip the test where that isn't allowed."""
    folder.mkdir(parents=True)
    mount: Command = ("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("a disk can only be mounted by root")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_full_disk_of_the_ledger_stops_the_run(desk: Desk, books: BooksApi) -> None:
    """ENOSPC during the run: exit 4; with space again the next run creates the rest, none twice."""
    words = (desk.csv("a.csv", rows(300)), "--api-url", books.url, "--rate", "1000", "--json")
    with small_disk(desk.ledger.parent, "800k"):
        stopped = desk.run(*words)
        sent = len(books.books)
        assert stopped.code == 4, stopped.err
        assert "Free some space" in stopped.summary["error"]
        assert 0 < sent < 300
        bigger: Command = ("mount", "-o", "remount,size=16m", desk.ledger.parent)
        subprocess.run(bigger, check=True)
        later = desk.run(*words)
    assert (later.code, sum(later.counts.values())) == (0, 300)
    assert len(books.references) == len(set(books.references)) == 300
    for result in later.results:
        assert result["invoice_number"] == books.number(result["Ref"])


@pytest.mark.parametrize("size", ["16k", "64k"])
def test_disk_that_is_full_from_the_start_sends_nothing(
    desk: Desk, books: BooksApi, size: str
) -> None:
    """Where the ledger can't even be begun, that is found out before anything is sent."""
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    with small_disk(desk.ledger.parent, size):
        stopped = desk.run(*words)
    assert stopped.code in {2, 4}
    assert str(desk.ledger) in stopped.summary["error"]
    assert books.references == []


def test_full_disk_of_the_results_loses_nothing(desk: Desk, books: BooksApi) -> None:
    """No room for the workbook: exit 4, no part of it is left, and the next run finds all done."""
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    with small_disk(desk.folder / "out", "4k"):
        stopped = desk.run(*words, "--output", "out/r.xlsx")
        assert list((desk.folder / "out").iterdir()) == []
    assert stopped.code == 4, stopped.err
    assert str(desk.folder / "out" / "r.xlsx") in stopped.summary["error"]
    later = desk.run(*words)
    assert later.code == 0
    assert len(set(books.references)) == len(books.references)
