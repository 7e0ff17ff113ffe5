"""`status`, `resolve` and `runs`: what was imported, what is in doubt, and settling it by hand."""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import json
import os
import platform
import re
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from books_api import BooksApi
from desk import SCRIPT, Desk, Finished, finish, read_results, row, rows
from odd_api import Gate, Invoice, OddApi, Reply, created, detail, odd_api
from terminal import terminal

from importer.cli.fields import ATTEMPT_FIELDS, REFERENCE_FIELDS, RUN_FIELDS, SEEN_FIELDS


def answer(invoice: Invoice, number: int) -> Reply | None:
    """Lose the second row's answer; the API offers neither a listing nor a look-up."""
    return None if invoice["reference_id"] == "A-2" else created(invoice, number)


@pytest.fixture
def lossy() -> Iterator[OddApi]:
    """An API that loses an answer."""
    with odd_api(answer) as api:
        yield api


def import_rows(desk: Desk, api: OddApi) -> Finished:
    """Import three rows, of which the second ends in doubt."""
    return desk.run(desk.csv("a.csv", rows(3)), "--api-url", api.url, "--json")


def test_in_doubt_lists_what_waits_with_the_commands_that_settle_it(
    desk: Desk, lossy: OddApi
) -> None:
    """`status --in-doubt` names the reference and two commands, each of which works as it is."""
    assert import_rows(desk, lossy).counts == {"created": 2, "in_doubt": 1}
    listed = desk.run("status", "--in-doubt")
    assert listed.code == 0
    assert f"In doubt (default at {lossy.url}): 1 row was sent" in listed.out
    assert "Import a.csv again first" in listed.out
    assert f"import-invoices resolve A-2 --api-url {lossy.url} --invoice-number N" in listed.out
    assert f"import-invoices resolve A-2 --api-url {lossy.url} --not-created" in listed.out


def test_several_doubts_are_a_line_each(desk: Desk, lossy: OddApi) -> None:
    """What to do is said once for all of them, the file to import again first."""
    lossy.answer = lambda invoice, number: None if number < 3 else created(invoice, number)
    assert import_rows(desk, lossy).counts == {"created": 1, "in_doubt": 2}
    heading, first, *doubts, _, found, _, absent = desk.run("status", "--in-doubt").out.splitlines()
    assert "2 rows were sent" in heading
    assert first.startswith("Import a.csv again first")
    assert [doubt.partition(":")[0] for doubt in doubts] == ["  A-1, row 2", "  A-2, row 3"]
    for command in (found, absent):
        assert f"import-invoices resolve REFERENCE --api-url {lossy.url} --" in command


def test_a_doubt_settled_with_a_number_is_already_created(desk: Desk, lossy: OddApi) -> None:
    """After `resolve --invoice-number`, the next run knows the invoice and sends nothing.

    That it was settled by hand is in its row, and no warning: it asks for nothing.
    """
    import_rows(desk, lossy)
    settled = desk.run("resolve", "A-2", "--invoice-number", "N-77", "--api-url", lossy.url)
    assert settled.code == 0, settled.err
    assert "A-2 is invoice N-77" in settled.out
    again = import_rows(desk, lossy)
    assert (again.code, again.counts) == (0, {"already_created": 3})
    assert again.results[1]["invoice_number"] == "N-77"
    assert not any("by hand" in warning for warning in again.summary["warnings"])
    assert len(lossy.references) == 3
    assert "Nothing is in doubt." in desk.run("status", "--in-doubt").out


def test_a_doubt_settled_as_not_created_is_sent_again(desk: Desk, lossy: OddApi) -> None:
    """After `resolve --not-created`, the next run sends the row again, once."""
    import_rows(desk, lossy)
    settled = desk.run("resolve", "A-2", "--not-created", "--api-url", lossy.url)
    assert settled.code == 0, settled.err
    lossy.answer = created
    again = import_rows(desk, lossy)
    assert (again.code, again.counts) == (0, {"created": 1, "already_created": 2})
    assert lossy.references == ["A-1", "A-2", "A-2", "A-3"]


def test_what_is_in_no_doubt_can_not_be_settled(desk: Desk, lossy: OddApi) -> None:
    """A created reference, an unknown one, and a call that says nothing are refused: exit 2."""
    import_rows(desk, lossy)
    for words, said in [
        (("A-1", "--not-created"), "it is invoice N-"),
        (("Z-9", "--not-created"), "knows nothing"),
        (("A-2",), "--invoice-number"),
        (("A-2", "A-3", "--invoice-number", "N-1"), "one reference"),
    ]:
        refused = desk.run("resolve", *words, "--api-url", lossy.url)
        assert refused.code == 2
        assert said in refused.err
    assert "A-2" in desk.run("status", "--in-doubt").out


def test_status_tells_a_reference_attempt_by_attempt(desk: Desk, lossy: OddApi) -> None:
    """`status REFERENCE` tells what became of it, in any case, and who settled it."""
    import_rows(desk, lossy)
    assert "created as N-" in desk.run("status", "a-1").out
    desk.run("resolve", "A-2", "--not-created", "--api-url", lossy.url)
    told = desk.run("status", "A-2").out
    assert re.search(r"sent 20\d\d-.* UTC in run 20\d+-\d+-\w+: the answer was lost \(", told)
    assert re.search(r"found not to exist by \S+@\S+", told)
    assert "Nothing is known" in desk.run("status", "Z-9").out


def test_looking_back_makes_no_ledger(desk: Desk) -> None:
    """Where nothing was imported yet, that is said, and no file is made."""
    for words in (("runs",), ("status", "A-1"), ("status", "--in-doubt")):
        told = desk.run(*words)
        assert told.code == 2
        assert "nothing was imported yet" in told.err
    assert not desk.ledger.exists()


def test_the_results_of_a_run_can_be_written_again(desk: Desk, api: OddApi) -> None:
    """`runs` lists the run, and `runs RUN --output` writes the very same results."""
    first = import_rows(desk, api)
    run = first.summary["run_id"]
    assert f"{run}  " in desk.run("runs").out
    again = desk.run("runs", run, "--output", "again.xlsx")
    assert again.code == 0, again.err
    assert read_results(desk.folder / "again.xlsx") == first.results
    assert first.summary["output"] in again.out


def test_the_results_of_a_killed_run_are_written_from_its_attempts(desk: Desk, api: OddApi) -> None:
    """A run that was killed has results all the same: created, in doubt, not sent."""
    gate = Gate()

    def first_one_only(invoice: Invoice, number: int) -> Reply | None:
        return created(invoice, number) if number == 1 else gate(invoice, number)

    api.answer = first_one_only
    file = desk.csv("a.csv", rows(5))
    with desk.started(file, "--api-url", api.url, "--concurrency", "1") as process:
        gate.wait_for(1)
        process.kill()
        finish(process)
    gate.open()
    [line] = desk.run("runs").out.splitlines()
    assert "goes on, or was killed" in line
    again = desk.run("runs", line.split()[0], "--output", "again.csv")
    assert again.code == 0, again.err
    statuses = [result["status"] for result in read_results(desk.folder / "again.csv")]
    assert statuses == ["created", "in_doubt", "not_sent", "not_sent", "not_sent"]


def settled_but_not_ended(desk: Desk) -> None:
    """Make the ledger one whose run was killed after its last answer, before its end."""
    with closing(sqlite3.connect(desk.ledger)) as db, db:
        db.execute(
            "UPDATE run SET ended_at = NULL, counts = NULL, exit_code = NULL, outcomes = NULL"
        )


def test_what_is_told_to_machines_is_utf_8(desk: Desk, api: OddApi) -> None:
    """Whatever bytes a file's name is made of."""
    desk.run(desk.csv(os.fsdecode(b"a\xff.csv"), rows(1)), "--api-url", api.url)
    (run,) = desk.run("runs", "--json").summary["runs"]
    assert run["file"] == str(desk.folder / "a\N{REPLACEMENT CHARACTER}.csv")
    assert "\udcff" not in run["options"]["file"]


def test_the_results_of_a_run_that_goes_on_are_not_told(
    desk: Desk, api: OddApi, gate: Gate
) -> None:
    """What it is about to send is not "not sent": exit 4, and to wait."""
    api.answer = gate
    with desk.started(desk.csv("a.csv", rows(2)), "--api-url", api.url) as process:
        gate.wait_for(1)
        (run,) = desk.run("runs", "--json").summary["runs"]
        refused = desk.run("runs", run["run_id"], "--output", "early.csv")
        told = desk.run("status", "A-1").out
        gate.open()
        assert finish(process).code == 0
    assert refused.code == 4
    assert "may still go on" in refused.err
    assert not (desk.folder / "early.csv").exists()
    assert "no answer was written down: the run goes on, or was killed" in told


def test_the_results_of_a_run_killed_at_its_very_end_are_whole(desk: Desk, lossy: OddApi) -> None:
    """Every row was settled, only the end is missing: the same results come out."""
    first = import_rows(desk, lossy)
    settled_but_not_ended(desk)
    run = first.summary["run_id"]
    assert desk.run("runs", run, "--output", "again.xlsx").code == 0
    again = read_results(desk.folder / "again.xlsx")
    assert [row["status"] for row in again] == ["created", "in_doubt", "created"]
    assert [row["invoice_number"] for row in again] == [
        row["invoice_number"] for row in first.results
    ]
    told = desk.run("runs", run, "--json").summary["run"]
    assert (told["ended_at"], told["counts"], told["exit_code"]) == (None, None, None)


def test_a_run_killed_before_its_first_send_is_known(desk: Desk, books: BooksApi) -> None:
    """While the API is listed nothing was sent yet: the run is there, and so are its results."""
    listed, go_on = threading.Event(), threading.Event()

    def hold(_: int) -> Reply:
        listed.set()
        go_on.wait(20)
        return Reply(200, b"[]")

    books.listing = hold
    file = desk.csv("a.csv", [*rows(2), row("A-3", Currency="dollars")])
    with desk.started(file, "--api-url", books.url) as process:
        assert listed.wait(20)
        process.kill()
        finish(process)
    go_on.set()
    [line] = desk.run("runs").out.splitlines()
    assert "goes on, or was killed" in line
    assert desk.run("runs", line.split()[0], "--output", "again.csv").code == 0
    statuses = [result["status"] for result in read_results(desk.folder / "again.csv")]
    assert statuses == ["not_sent", "not_sent", "invalid"]


def test_a_run_that_was_declined_is_known(desk: Desk, api: OddApi) -> None:
    """A no, or Ctrl-C, at the question: kept with the exit code; already created rows stay so."""
    first = desk.run(desk.csv("a.csv", rows(1)), "--api-url", api.url, "--json")
    file = desk.csv("a.csv", rows(2))
    with terminal(desk, file, "--api-url", api.url, "--json") as screen:
        screen.read_until("[Y/n]")
        screen.type("n\n")
        assert screen.end() == 4
    told = json.loads(screen.shown[screen.shown.index('{"') :])
    with terminal(desk, file, "--api-url", api.url) as screen:
        screen.read_until("[Y/n]")
        screen.press_ctrl_c()
        assert screen.end() == 130
    interrupted, declined, imported = desk.run("runs", "--json").summary["runs"]
    assert imported["run_id"] == first.summary["run_id"]
    assert (told["run_id"], told["file"]) == (declined["run_id"], str(file))
    assert [(run["exit_code"], run["error"]) for run in (declined, interrupted)] == [
        (4, "You said no: nothing was sent"),
        (130, "interrupted"),
    ]
    assert "exit 4: You said no" in desk.run("runs").out
    assert desk.run("runs", declined["run_id"], "--output", "no.csv").code == 0
    statuses = [result["status"] for result in read_results(desk.folder / "no.csv")]
    assert statuses == ["already_created", "not_sent"]


def test_runs_are_listed_in_columns_newest_first(desk: Desk, api: OddApi) -> None:
    """Columns under one another; accounts where there are several; how to see older ones.

    A terminal that is too narrow has two lines a run.
    """
    for name, account in (("a.csv", "default"), ("a longer name.csv", "shop-2"), ("b.csv", "x")):
        desk.run(desk.csv(name, rows(1)), "--api-url", api.url, "--account", account)
    lines = desk.run("runs").out.splitlines()
    assert [line.split("  ")[2] for line in lines] == ["b.csv", "a longer name.csv", "a.csv"]
    assert len({line.index("exit 0: created 1") for line in lines}) == 1
    assert f"shop-2 at {api.url}" in lines[1]
    with terminal(desk, "runs", columns=80) as screen:
        assert screen.end() == 0
    first, second, third, *_ = (part.rstrip() for part in screen.shown.splitlines()[2:])
    assert re.fullmatch(r"\S+  20\d\d-\S+ \S+ UTC  a longer name\.csv", first)
    assert re.fullmatch(rf"    shop-2 at {api.url} +exit 0: created 1", second)
    assert third.endswith("  a.csv")
    last = desk.run("runs", "--last", "2")
    assert (len(last.out.splitlines()), api.url in last.out) == (2, True)
    assert "older ones: import-invoices runs --last 4" in last.err
    assert desk.run("runs", "--last", "3").err == ""
    assert desk.run("runs", "20270101-000000-abcd", "--last", "3").code == 2


def test_a_run_is_told_whole(desk: Desk, api: OddApi) -> None:
    """Who, where, which bytes, for whom, with which options, how long, with what result."""
    file = desk.csv("a.csv", rows(2))
    words = ("--api-url", api.url, "--rate", "500", "--strict", "--no-check-server")
    done = desk.run(file, *words, "--columns", "Note=note; Due=due_date", "--json")
    told = desk.run("runs", done.summary["run_id"]).out
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    for text in (
        f"by {getpass.getuser()}@{platform.node()}, file {file}",
        f"SHA-256: {digest}",
        f"account: default at {api.url}",
        "--columns 'Note=note; Due=due_date' --rate 500 --strict --lookup-delay 0 --no-check-",
        " s\n",
        f"results: {done.summary['output']}\n",
    ):
        assert text in told
    Path(done.summary["output"]).rename(desk.folder / "moved.xlsx")
    assert "no longer there" in desk.run("runs", done.summary["run_id"]).out


def test_what_is_told_of_runs_to_machines(desk: Desk, api: OddApi) -> None:
    """One object, its fields pinned: they are only ever added to."""
    file = desk.csv("a.csv", rows(1))
    done = desk.run(file, "--api-url", api.url, "--json")
    listed = desk.run("runs", "--json").summary
    assert (list(listed), listed["schema_version"]) == (["schema_version", "runs"], 1)
    (run,) = listed["runs"]
    assert list(run) == [
        "run_id",
        "account",
        "started_at",
        "ended_at",
        "duration_s",
        "user",
        "host",
        "file",
        "sha256",
        "options",
        "counts",
        "output",
        "exit_code",
        "error",
        "pruned",
    ]
    assert list(run) == list(RUN_FIELDS)
    for name in ("run_id", "account", "file", "counts", "output", "exit_code", "error"):
        assert run[name] == done.summary[name]
    assert run["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (run["options"]["rate"], run["pruned"]) == (10, False)
    assert 0 < run["duration_s"] < 60
    one = desk.run("runs", run["run_id"], "--json").summary
    assert one == {"schema_version": 1, "run": run, "written": None}
    again = desk.run("runs", run["run_id"], "--json", "--output", "x.csv").summary
    assert again["written"] == str(desk.folder / "x.csv")


def test_what_is_told_of_a_reference_to_machines(desk: Desk, lossy: OddApi) -> None:
    """Every account's entry with every attempt, its run's file and user, and the verdict."""
    import_rows(desk, lossy)
    desk.run(desk.csv("b.csv", rows(1)), "--api-url", lossy.url, "--account", "shop-2")
    doubts = desk.run("status", "--in-doubt", "--json").summary
    assert list(doubts) == ["schema_version", "references", "seen"]
    assert (doubts["schema_version"], doubts["seen"]) == (1, [])
    assert [(r["reference"], r["state"]) for r in doubts["references"]] == [("A-2", "in_doubt")]
    desk.run("resolve", "A-2", "--invoice-number", "N-77", "--api-url", lossy.url)
    (told,) = desk.run("status", "a-2", "--json").summary["references"]
    assert list(told) == [
        "reference",
        "account",
        "state",
        "invoice_number",
        "invoice_id",
        "attempts",
    ]
    assert list(told) == list(REFERENCE_FIELDS)
    assert (told["state"], told["invoice_number"], told["invoice_id"]) == ("created", "N-77", None)
    (attempt,) = told["attempts"]
    assert list(attempt) == [
        "claimed_at",
        "run_id",
        "file",
        "row",
        "user",
        "host",
        "body",
        "idempotency_key",
        "reply",
        "resolution",
    ]
    assert list(attempt) == list(ATTEMPT_FIELDS)
    assert (attempt["row"], attempt["file"]) == (3, str(desk.folder / "a.csv"))
    assert attempt["body"]["reference_id"] == "A-2"
    names = ["invoice_number", "invoice_id"]
    assert list(attempt["reply"]) == ["kind", "at", "http_status", "detail", *names]
    assert list(attempt["resolution"]) == ["verdict", "by", "at", "detail", *names]
    assert (attempt["reply"]["kind"], attempt["resolution"]["verdict"]) == ("lost", "found")
    both = desk.run("status", "A-1", "--json").summary["references"]
    assert [entry["account"] for entry in both] == [
        f"default at {lossy.url}",
        f"shop-2 at {lossy.url}",
    ]
    assert desk.run("status", "--in-doubt", "--json").summary["references"] == []


def test_status_tells_where_an_attempt_came_from(desk: Desk, lossy: OddApi) -> None:
    """The row, the file, who ran it, and the status that the API answered with."""
    lossy.answer = lambda *_: detail(422, "unknown counterparty")
    file = import_rows(desk, lossy).summary["file"]
    told = desk.run("status", "A-2").out
    who = f"{getpass.getuser()}@{platform.node()}"
    assert f"row 3 of {file}, imported by {who}; HTTP 422" in told
    first, sent, _ = told.splitlines()
    assert first.endswith(
        ": not created, refused by the API; it is sent when its file is imported again"
    )
    assert "unknown counterparty" in sent


def test_a_reference_found_not_to_exist_is_told_to_be_sent_again(desk: Desk, lossy: OddApi) -> None:
    """Nobody refused it: that isn't said."""
    import_rows(desk, lossy)
    desk.run("resolve", "A-2", "--not-created", "--api-url", lossy.url)
    first = desk.run("status", "A-2").out.splitlines()[0]
    assert first.endswith(": not created; it is sent when its file is imported again")


def test_a_row_that_was_never_sent_is_told_from_the_rows_that_runs_had(
    desk: Desk, books: BooksApi
) -> None:
    """Invalid, left for later, or at the API from elsewhere: each row, by account, newest first."""
    desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url, "--ledger", "elsewhere.sqlite3")
    lines = [*rows(1), row("Straße-9", Currency="dollars"), row("K-1"), row("L-1"), row("M-1")]
    words = (desk.csv("j.csv", lines), "--api-url", books.url, "--limit", "1", "--json")
    first = desk.run(*words).summary
    second = desk.run(*words, "--account", "shop-2").summary
    heading = f"a-1 (default at {books.url}): nothing was sent for it from here"
    (started,) = (
        run["started_at"]
        for run in desk.run("runs", "--json").summary["runs"]
        if run["run_id"] == first["run_id"]
    )
    at = dt.datetime.fromisoformat(started)
    found = (
        f"  row 2 of j.csv in run {first['run_id']}, {at:%Y-%m-%d %H:%M} UTC: already_created as "
        "N-1: it existed at the API, and was not sent from here"
    )
    assert desk.run("status", "a-1").out.splitlines()[:2] == [heading, found]
    invalid = desk.run("status", " STRASSE-9").out
    assert "row 3 of j.csv" in invalid
    assert 'UTC: invalid, never sent: line 3 (Currency): "dollars" is no currency' in invalid
    assert f"(shop-2 at {books.url})" in invalid
    assert "UTC: not_sent: Left for later" in desk.run("status", "M-1").out
    told = desk.run("status", "STRASSE-9", "--json").summary
    assert told["references"] == []
    assert [seen["run_id"] for seen in told["seen"]] == [second["run_id"], first["run_id"]]
    seen = told["seen"][1]
    assert list(seen) == list(SEEN_FIELDS)
    error = seen.pop("error")
    assert error.startswith("line 3 (Currency)")
    assert seen == {
        "run_id": first["run_id"],
        "account": f"default at {books.url}",
        "started_at": started,
        "file": str(desk.folder / "j.csv"),
        "row": 3,
        "status": "invalid",
        "invoice_number": None,
    }
    sent = desk.run("status", "K-1", "--json").summary
    assert (len(sent["references"]), sent["seen"]) == (1, [])


def test_a_row_of_a_run_without_an_end_is_told_as_far_as_is_known(
    desk: Desk, books: BooksApi
) -> None:
    """It may go on yet, so its row may be sent still; an invalid one never is."""
    lines = [*rows(2), row("B-1", Currency="dollars")]
    desk.run(desk.csv("a.csv", lines), "--api-url", books.url, "--limit", "1")
    settled_but_not_ended(desk)
    assert "not_sent: Not sent so far: the run goes on, or was" in desk.run("status", "A-2").out
    assert "UTC: invalid, never sent: line 4 (Currency)" in desk.run("status", "B-1").out


def test_many_rows_that_were_never_sent_are_cut_short(desk: Desk, books: BooksApi) -> None:
    """The latest are told, and how many more there are."""
    file = desk.csv("a.csv", [row("B-1", Currency="dollars"), *[row("b-1")] * 11])
    desk.run(file, "--api-url", books.url)
    told = desk.run("status", "B-1").out.splitlines()
    assert (len(told), told[-1]) == (12, "  and 2 more rows, which --json lists")
    assert len(desk.run("status", "B-1", "--json").summary["seen"]) == 12


def test_nothing_known_says_where_that_was_looked_for(desk: Desk, api: OddApi) -> None:
    """The ledger by its path, how many runs it has, and where not all their rows are kept."""
    import_rows(desk, api)
    told = desk.run("status", "Z-9").out
    assert f"The ledger {desk.ledger} has 1 run: no row had it." in told
    grow_old(desk, 400)
    import_rows(desk, api)
    assert "has 2 runs; in the rows of the latest 1 it was not found." in (
        desk.run("status", "Z-9").out
    )


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("A-2", None),
        ("B-1", None),
        ("A1", "A-1"),
        ("A-001", "A-1"),
        ("a - 1", "A-1"),
        ("INV2027-15", "INV-2027-15"),
        ("CREDIT-15", None),
    ],
)
def test_a_near_reference_is_named_where_it_is_near_enough(
    desk: Desk, api: OddApi, asked: str, meant: str | None
) -> None:
    """A short one that differs in a letter or digit is another; signs and zeros are mistyped."""
    desk.run(desk.csv("a.csv", [row("A-1"), row("INV-2027-15")]), "--api-url", api.url)
    told = desk.run("status", asked).out
    assert ("Did you mean" in told) is (meant is not None)
    assert meant is None or f'Did you mean "{meant}"?' in told


def test_what_columns_were_replaced_by_is_told_of_a_run(desk: Desk, api: OddApi) -> None:
    """Of `[defaults]`, which is no option: nothing that looks as if it could be typed."""
    (desk.folder / "import-invoices.toml").write_text(
        '[defaults]\nfee_bearer = "PAYER"\ncurrency = "USD"\n', "utf-8"
    )
    lines = [{name: cell for name, cell in row("A-1").items() if name != "Currency"}]
    del lines[0]["Fee Bearer"]
    done = desk.run(desk.csv("a.csv", lines), "--api-url", api.url, "--json")
    assert done.counts == {"created": 1}
    told = desk.run("runs", done.summary["run_id"]).out
    assert "\n  defaults: fee_bearer PAYER, currency USD\n" in told
    assert "--defaults" not in told


def grow_old(desk: Desk, days: int) -> None:
    """Let the runs so far have been so many days earlier."""
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    with closing(sqlite3.connect(desk.ledger)) as db, db:
        db.execute("UPDATE run SET started_at = ?", (at.isoformat(timespec="microseconds"),))


def test_old_results_are_emptied_after_a_year(desk: Desk, api: OddApi) -> None:
    """At the end of a run, or sooner if so told; the run and the attempts stay, and it is said."""
    run = import_rows(desk, api).summary["run_id"]
    grow_old(desk, 364)
    import_rows(desk, api)
    assert desk.run("runs", run, "--json").summary["run"]["pruned"] is False
    desk.run(desk.folder / "a.csv", "--api-url", api.url, "--keep-results", "363")
    after = desk.run("runs", run, "--json").summary["run"]
    assert (after["pruned"], after["counts"]["created"]) == (True, 3)
    assert "its rows were emptied, being older than --keep-results" in desk.run("runs", run).out
    refused = desk.run("runs", run, "--output", "again.xlsx")
    assert refused.code == 2
    assert "can't be written again" in refused.err
    assert "Import the same file again" in refused.err
    assert not (desk.folder / "again.xlsx").exists()
    assert "created as N-" in desk.run("status", "A-2").out
    assert desk.run("runs", "--json").summary["runs"][0]["pruned"] is False


@pytest.mark.parametrize(
    "words", [("runs",), ("runs", "RUN"), ("status", "A-1"), ("status", "--in-doubt")], ids=" ".join
)
def test_looking_back_is_light(desk: Desk, api: OddApi, words: tuple[str, ...]) -> None:
    """Nothing that takes a second to import is imported, unless results are written."""
    run = import_rows(desk, api).summary["run_id"]
    named = [run if word == "RUN" else word for word in words]
    done = desk.run(*named, command=(sys.executable, "-X", "importtime", SCRIPT))
    assert done.code == 0
    imported = {line.rpartition("|")[2].strip() for line in done.err.splitlines()}
    assert "importer.cli.history" in imported
    assert not imported & {"polars", "pandera", "httpx", "openpyxl", "rich", "asyncio"}


def test_a_search_through_runs_loads_what_reads_tables_alone(desk: Desk, api: OddApi) -> None:
    """A reference that was never sent is looked for without what checks, sends and writes rows."""
    import_rows(desk, api)
    done = desk.run("status", "B-1", command=(sys.executable, "-X", "importtime", SCRIPT))
    assert "no row had it" in done.out
    imported = {line.rpartition("|")[2].strip() for line in done.err.splitlines()}
    assert "polars" in imported
    assert not imported & {"pandera", "httpx", "openpyxl", "rich", "asyncio", "importer.validate"}


def test_an_unknown_run_is_told(desk: Desk, api: OddApi, tmp_path: Path) -> None:
    """A run that the ledger doesn't know: exit 2, and the command that lists those it knows."""
    import_rows(desk, api)
    told = desk.run("runs", "yesterday", "--output", tmp_path / "x.xlsx")
    assert told.code == 2
    assert "import-invoices runs" in told.err
