"""What a person sees: the question before sending, and the progress bar."""

from __future__ import annotations

import json

import pytest
from desk import Desk, row, rows
from odd_api import Invoice, OddApi, Reply, created, detail
from terminal import terminal

QUESTION = "Create 3 draft invoices"


def test_a_yes_sends_and_shows_a_bar(desk: Desk, api: OddApi) -> None:
    """The question names how many, where and in which currency; then a bar runs to its end.

    What is warned of before the question isn't warned of again behind it.
    """
    file = desk.csv("a.csv", [row(f"A-{n}", Due="2020-01-01") for n in (1, 2, 3)])
    with terminal(desk, file, "--api-url", api.url) as screen:
        screen.read_until("[Y/n]")
        assert QUESTION in screen.shown
        assert f"{QUESTION} at {api.url.removeprefix('http://')}? USD 3" in screen.shown
        assert "Each invoice is a draft with total 0" in screen.shown
        assert api.references == []
        screen.type("y\n")
        assert screen.end() == 0
    assert "3/3" in screen.shown
    assert " ".join(screen.shown.split()).count("is in the past") == 1
    assert api.references == ["A-1", "A-2", "A-3"]


def test_a_no_sends_nothing(desk: Desk, api: OddApi) -> None:
    """A "no" ends with exit 4; nothing was sent, and the ledger knows who said no, and when."""
    file = desk.csv("a.csv", rows(3))
    with terminal(desk, file, "--api-url", api.url) as screen:
        screen.read_until("[Y/n]")
        screen.type("perhaps\n")
        screen.read_until("Type y for yes, or n for no.")
        screen.type("n\n")
        assert screen.end() == 4
    assert "nothing was sent" in screen.shown
    assert api.references == []
    (run,) = json.loads(desk.run("runs", "--json").out)["runs"]
    assert (run["exit_code"], run["error"]) == (4, "You said no: nothing was sent")


def test_ctrl_c_at_the_question_sends_nothing(desk: Desk, api: OddApi) -> None:
    """Pressed once, it is an answer too: exit 130 at once, nothing sent or claimed."""
    file = desk.csv("a.csv", rows(3))
    with terminal(desk, file, "--api-url", api.url) as screen:
        screen.read_until("[Y/n]")
        screen.press_ctrl_c()
        assert screen.end() == 130
    assert "Nothing was sent." in screen.shown
    assert api.references == []
    assert "Nothing is in doubt" in desk.run("status", "--in-doubt").out


def test_yes_and_nothing_to_send_ask_nothing(desk: Desk, api: OddApi) -> None:
    """`--yes` doesn't ask, and neither does a file that is created already."""
    file = desk.csv("a.csv", rows(3))
    for options in (("--yes",), ()):
        with terminal(desk, file, "--api-url", api.url, *options) as screen:
            assert screen.end() == 0
        assert "Create" not in screen.shown.replace("Created", "").replace("Creating", "")


@pytest.mark.parametrize(("said", "code", "sent"), [("n\n", 4, 20), ("y\n", 1, 30), ("", 4, 20)])
def test_row_after_row_refused_is_asked_about(
    desk: Desk, api: OddApi, said: str, code: int, sent: int
) -> None:
    """When the first 20 rows are refused for one reason, it asks; SIGTERM there is a no, too."""

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
        screen.type(said) if said else screen.terminate()
        assert screen.end() == code
    assert len(api.references) == sent
