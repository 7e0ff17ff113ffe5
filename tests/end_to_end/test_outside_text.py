"""What comes from outside shows itself as text: no terminal is steered, no file is damaged."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from desk import SCRIPT, Desk, Finished, read_results, row, rows
from odd_api import OddApi
from openpyxl import load_workbook
from terminal import terminal

STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

NASTY = "Curr\x1b]0;PWN\x07\x1b[31m\x9b31m\u202eency"


@pytest.mark.parametrize("command", [("check",), ("run",)])
def test_headers_do_not_steer_the_terminal(desk: Desk, command: tuple[str, ...]) -> None:
    """A header with escapes is named in the error, without them."""
    path = desk.csv("a.csv", [{(NASTY if k == "Currency" else k): v for k, v in row("A").items()}])
    done = desk.run(*command, path, "--sandbox")
    assert done.code == 2
    assert "Curr" in done.err
    assert not STEERING.search(done.err + done.out)


def test_names_of_files_do_not_steer_the_terminal(desk: Desk) -> None:
    """A file that isn't there is named without the escapes in its name."""
    for words in (("nope\x1b[31m.csv",), ("template", "no\x1b[31m.xlsx"), ("status", "A\x1b[31m")):
        done = desk.run(*words, "--sandbox") if len(words) == 1 else desk.run(*words)
        assert not STEERING.search(done.err + done.out)


def test_a_name_that_is_no_text_is_imported(desk: Desk) -> None:
    """A file's name of bytes that are no UTF-8: imported, told, and in whole results."""
    path = desk.csv("a.csv", rows(2))
    odd = path.rename(Path(os.fsdecode(os.fsencode(desk.folder) + b"/sur\xff\xe9.csv")))
    done = desk.run(odd, "--sandbox", "--json")
    assert (done.code, done.counts) == (0, {"created": 2})
    (results,) = (desk.folder / "reports").iterdir()
    assert len(read_results(results)) == 2
    load_workbook(results).close()
    assert "created 2" in desk.run("runs").out


def test_a_cut_text_is_never_imported(desk: Desk, api: OddApi) -> None:
    """What a cell of the results can't hold is cut there, says so, and is never sent so."""
    note = "\N{GRINNING FACE}" * 20_000
    path = desk.csv("a.csv", [row("A-1", Note=note, Currency="US$")])
    first = desk.run(path, "--api-url", api.url, "--output", "r.xlsx", "--json")
    assert first.counts == {"invalid": 1}
    book = load_workbook(desk.folder / "r.xlsx")
    book["Results"]["C2"] = "USD"
    book.save(desk.folder / "r.xlsx")
    again = desk.run("r.xlsx", "--api-url", api.url, "--json")
    assert again.counts == {"invalid": 1}
    assert "was cut in the results" in again.results[0]["error"]
    assert api.references == []


BROKEN = pytest.mark.parametrize("broken", ["2>/dev/full", "2>&-", "| true", ">/dev/full"])


def run_broken(desk: Desk, words: str, broken: str) -> Finished:
    """Run the command with an output that nobody reads, or can be written to."""
    shell = f"set -o pipefail; {SCRIPT} {words} {broken}"
    return desk.run("-c", shell, command=("/bin/bash",))


@BROKEN
@pytest.mark.parametrize("words", ["a.csv --sandbox --json", "check a.csv --sandbox --json"])
def test_a_broken_output_changes_no_exit_code(desk: Desk, words: str, broken: str) -> None:
    """Nobody reads what is told: what was done is done, and the code and the JSON say it."""
    desk.csv("a.csv", rows(2))
    done = run_broken(desk, words, broken)
    assert done.code == 0, done
    if broken.startswith("2"):
        assert done.summary["exit_code"] == 0


@pytest.fixture(scope="module")
def run_before(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk where something was imported."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    assert desk.run(desk.csv("a.csv", rows(2)), "--sandbox").code == 0
    return desk


@BROKEN
def test_looking_back_into_a_broken_output_is_no_failure(run_before: Desk, broken: str) -> None:
    """What is only told has nothing to lose."""
    done = run_broken(run_before, "runs", broken)
    assert done.code == 0, done


def test_what_is_typed_too_early_is_no_answer(desk: Desk, api: OddApi) -> None:
    """Enter pressed while the file is read is no yes to a question that nobody saw."""
    with terminal(desk, desk.csv("a.csv", rows(3)), "--api-url", api.url) as screen:
        screen.type("\n\ny\n")
        screen.read_until("[Y/n]")
        screen.type("n\n")
        assert screen.end() == 4
    assert api.references == []


def test_warnings_come_before_the_question(desk: Desk, api: OddApi) -> None:
    """Who says yes knows that a due date is in the past."""
    path = desk.csv("a.csv", [row("A-1", Due="2020-01-31"), row("A-2")])
    with terminal(desk, path, "--api-url", api.url) as screen:
        screen.read_until("[Y/n]")
        assert "in the past" in screen.shown
        screen.type("n\n")
        assert screen.end() == 4
