"""Three months later: what happened to one invoice, from the ledger alone."""

from __future__ import annotations

import getpass
import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from books_api import BooksApi, books_api
from desk import Desk, read_results, row
from odd_api import Invoice, Reply, detail

LOST, WRONG, REFUSED, FINE = "INV-7", "INV-8", "INV-9", "INV-10"


@dataclass(frozen=True, slots=True)
class Past:
    """What was done long ago: one file imported three times, then thrown away with its results."""

    desk: Desk
    sha256: str
    runs: tuple[str, ...]


def import_thrice(desk: Desk, books: BooksApi) -> Past:
    """Lose an answer, refuse a row; then look up what was lost; then correct the rest."""

    def answer(invoice: Invoice, number: int) -> Reply | None:
        if invoice["reference_id"] == REFUSED and invoice["counterparty_id"] == 666:
            return detail(422, "no such customer")
        reply = books.book(invoice, number)
        return None if invoice["reference_id"] == LOST else reply

    books.answer = answer
    bad = [row(LOST), row(WRONG, Currency="?"), row(REFUSED, Customer_ID="666"), row(FINE)]
    good = [row(LOST), row(WRONG), row(REFUSED), row(FINE)]
    runs = []
    for lines in (bad, bad, good):
        path = desk.csv("june.csv", lines)
        done = desk.run(path, "--api-url", books.url, "--json")
        runs.append(done.summary["run_id"])
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    path.unlink()
    shutil.rmtree(desk.folder / "reports")
    return Past(desk, sha256, tuple(runs))


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """The past, and an API that is gone since."""
    with books_api() as books:
        return import_thrice(Desk(tmp_path_factory.mktemp("desk")), books)


def ask(past: Past, *words: str | Path) -> str:
    """Ask without a token, and return what is told."""
    done = past.desk.run(*words, variables={})
    assert (done.code, done.err) == (0, "")
    return done.out


def test_a_lost_answer_has_its_whole_story(past: Past) -> None:
    """When it was sent, that the answer was lost, who found it, its number, its row, the person."""
    told = ask(past, "status", LOST)
    assert re.search(rf"^{LOST} .*: created as \S+$", told, re.MULTILINE)
    assert "the answer was lost" in told
    assert "found as " in told
    assert f"in run {past.runs[0]}" in told
    assert f"row 2 of {past.desk.folder / 'june.csv'}, imported by {getpass.getuser()}@" in told


def test_a_refusal_and_what_came_of_it_are_told(past: Past) -> None:
    """Each attempt with its run, in order: refused, with the API's reason, then created."""
    told = ask(past, "status", REFUSED)
    attempts = [line for line in told.splitlines() if line.startswith("  sent ")]
    assert [re.findall(r"in run ([\w-]+): (\w+)", line)[0] for line in attempts] == [
        (past.runs[0], "refused"),
        (past.runs[1], "refused"),
        (past.runs[2], "created"),
    ]
    assert "no such customer" in attempts[0]


def test_a_row_that_was_invalid_was_never_sent_before_it_was_right(past: Past) -> None:
    """Its one attempt is of the run whose file had it right."""
    told = ask(past, "status", WRONG)
    assert re.findall(r"in run ([\w-]+)", told) == [past.runs[2]]


def test_a_run_says_who_when_which_file_and_how_it_ended(past: Past) -> None:
    """The file by name and SHA-256, so that a copy can be told to be it or not."""
    listed = ask(past, "runs").splitlines()
    assert [line.split()[0] for line in listed] == list(reversed(past.runs))
    told = ask(past, "runs", past.runs[2])
    assert all(part in told for part in (past.sha256, "june.csv", getpass.getuser(), "exit 0"))


@pytest.mark.parametrize("number", [0, 2])
def test_results_that_are_gone_are_written_again(past: Past, number: int) -> None:
    """Row by row as they were, of any run, though file, results and API are gone."""
    path = past.desk.folder / f"again-{number}.xlsx"
    ask(past, "runs", past.runs[number], "--output", path)
    statuses = {result["Ref"]: result["status"] for result in read_results(path)}
    first = {LOST: "created", WRONG: "invalid", REFUSED: "rejected", FINE: "created"}
    last = dict.fromkeys((LOST, FINE), "already_created") | dict.fromkeys(
        (WRONG, REFUSED), "created"
    )
    assert statuses in (first | {LOST: "in_doubt"}, first) if number == 0 else statuses == last


def test_a_backup_gives_the_same_account(past: Past) -> None:
    """Asked in place of the ledger, it tells the same story."""
    backup = past.desk.folder / "backup.sqlite3"
    ask(past, "ledger", "backup", backup)
    asked = ask(past, "status", LOST, "--ledger", backup)
    assert asked == ask(past, "status", LOST)


def test_a_program_gets_the_same_account(past: Past) -> None:
    """`--json`: one object on one line, of a reference, of a run, of all."""
    for words in (("status", LOST), ("runs", past.runs[0]), ("runs",)):
        (line,) = ask(past, *words, "--json").splitlines()
        told = json.loads(line)
        assert told["schema_version"] == 1
        assert past.runs[0] in line
