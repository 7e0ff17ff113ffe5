"""What a person sees: the question before sending, and the progress bar."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from desk import PATIENCE_S, SCRIPT, WITH_TOKEN, Desk, rows
from odd_api import Invoice, OddApi, Reply, created, detail


class Terminal:
    """A terminal with the command on it."""

    def __init__(self, master: int, process: subprocess.Popen[bytes]) -> None:
        self._master = master
        self._process = process
        self.shown = ""

    def read_until(self, text: str) -> None:
        """Read what is shown until some text comes, or the command ends."""
        while text not in self.shown:
            if not select.select([self._master], [], [], PATIENCE_S)[0]:
                raise TimeoutError(f"The command hangs, showing: {self.shown}")
            try:
                data = os.read(self._master, 4096)
            except OSError:  # Linux: nobody has the other end open any more
                return
            self.shown += data.decode()

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._master, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C until it is heard: a key pressed just before the question waits is lost."""
        with suppress(ProcessLookupError):
            while self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(10)

    def end(self) -> int:
        """Read to the end and return the exit code."""
        self.read_until("\0 never shown")
        return self._process.wait(PATIENCE_S)


@contextmanager
def terminal(desk: Desk, *words: str | Path) -> Iterator[Terminal]:
    """Run the command on a terminal of its own."""
    master, slave = pty.openpty()
    environment = desk.environment(WITH_TOKEN) | {"TERM": "xterm", "COLUMNS": "120"}
    with (
        closing(os.fdopen(master, "rb", buffering=0)),
        subprocess.Popen(
            [SCRIPT, *words],
            cwd=desk.folder,
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        ) as process,
    ):
        os.close(slave)
        try:
            yield Terminal(master, process)
        finally:
            with suppress(ProcessLookupError):
                process.kill()


QUESTION = "Create 3 draft invoices"


def test_a_yes_sends_and_shows_a_bar(desk: Desk, api: OddApi) -> None:
    """The question names how many, where and in which currency; then a bar runs to its end."""
    file = desk.csv("a.csv", rows(3))
    with terminal(desk, file, "--api-url", api.url) as screen:
        screen.read_until("[Y/n]")
        assert QUESTION in screen.shown
        assert f"with total 0 at {api.url}? 3 in USD" in screen.shown
        assert api.references == []
        screen.type("y\n")
        assert screen.end() == 0
    assert "3/3" in screen.shown
    assert api.references == ["A-1", "A-2", "A-3"]


def test_a_no_sends_nothing(desk: Desk, api: OddApi) -> None:
    """A "no" ends with exit 4; nothing was sent and no run is recorded."""
    file = desk.csv("a.csv", rows(3))
    with terminal(desk, file, "--api-url", api.url) as screen:
        screen.read_until("[Y/n]")
        screen.type("n\n")
        assert screen.end() == 4
    assert "nothing was sent" in screen.shown
    assert api.references == []
    assert desk.run("runs").out == "No runs yet.\n"


def test_ctrl_c_at_the_question_sends_nothing(desk: Desk, api: OddApi) -> None:
    """Ctrl-C is an answer too: exit 130, nothing sent."""
    file = desk.csv("a.csv", rows(3))
    with terminal(desk, file, "--api-url", api.url) as screen:
        screen.read_until("[Y/n]")
        screen.interrupt()
        assert screen.end() == 130
    assert api.references == []


def test_yes_and_nothing_to_send_ask_nothing(desk: Desk, api: OddApi) -> None:
    """`--yes` doesn't ask, and neither does a file that is created already."""
    file = desk.csv("a.csv", rows(3))
    for options in (("--yes",), ()):
        with terminal(desk, file, "--api-url", api.url, *options) as screen:
            assert screen.end() == 0
        assert "Create" not in screen.shown.replace("Created", "").replace("Creating", "")


@pytest.mark.parametrize(("said", "code", "sent"), [("n\n", 4, 20), ("y\n", 1, 30)])
def test_row_after_row_refused_is_asked_about(
    desk: Desk, api: OddApi, said: str, code: int, sent: int
) -> None:
    """When the first 20 rows are refused for one reason, it asks whether to go on."""

    def refuse(invoice: Invoice, number: int) -> Reply:
        del invoice, number
        return detail(422, "Counterparties are closed today")

    api.answer = refuse
    words = ("--api-url", api.url, "--rate", "500", "--concurrency", "1")
    with terminal(desk, desk.csv("a.csv", rows(30)), *words) as screen:
        screen.read_until("[Y/n]")
        screen.type("y\n")
        screen.read_until("Go on?")
        assert "Counterparties are closed today" in screen.shown
        api.answer = created if said == "n\n" else refuse
        screen.type(said)
        assert screen.end() == code
    assert len(api.references) == sent
