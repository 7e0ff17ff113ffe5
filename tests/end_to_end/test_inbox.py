"""A folder as FILE: every new file in it once."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from desk import TOKEN, Desk, Finished, Row, finish, row, rows
from odd_api import Gate, OddApi, Reply, created, detail
from terminal import terminal

BAD = row("X-1", Currency="XXL")
"""A row that is invalid."""

HOUR_S = 3600


@pytest.fixture
def inbox(desk: Desk) -> Path:
    """A folder on the desk."""
    folder = desk.folder / "inbox"
    folder.mkdir()
    return folder


def put(desk: Desk, name: str, rows: Sequence[Row]) -> Path:
    """Put a file into the inbox that was whole an hour ago."""
    return rest(desk.csv(f"inbox/{name}", rows))


def rest(file: Path) -> Path:
    """Let nobody have written to a file for an hour."""
    before = time.time() - HOUR_S
    os.utime(file, (before, before))
    return file


def put_nonsense(file: Path) -> None:
    """Put a file there that can't be imported at all."""
    file.write_text("nothing\n")
    rest(file)


def objects(done: Finished) -> list[dict[str, Any]]:
    """Return what `--json` printed: an object a file."""
    return [json.loads(line) for line in done.out.splitlines()]


def ends(done: Finished) -> list[tuple[str, int]]:
    """Return the files that were imported, in their order, and how each ended."""
    return [(Path(told["file"]).name, told["exit_code"]) for told in objects(done)]


def names(folder: Path) -> list[str]:
    """Return what is in a folder; nothing is in one that isn't there."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_every_new_file_once(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Files come in name order, each with an object and results of its own; the same bytes once."""
    put(desk, "b.csv", [row("B-1")])
    put(desk, "a.csv", rows(2))
    put(desk, "c.csv", [row("B-1")])
    done = desk.run("inbox/", "--api-url", api.url, "--json")
    assert (done.code, ends(done)) == (0, [("a.csv", 0), ("b.csv", 0)])
    assert [told["counts"]["created"] for told in objects(done)] == [2, 1]
    assert [Path(told["output"]).name[:2] for told in objects(done)] == ["a-", "b-"]
    assert all(Path(told["output"]).is_file() for told in objects(done))
    assert "c.csv (the same as b.csv)" in done.err
    again = desk.run("inbox", "--api-url", api.url, "--json")
    assert (again.code, again.out) == (0, "")
    assert "Nothing new in inbox." in again.err
    assert names(inbox) == ["a.csv", "b.csv", "c.csv"]
    assert api.references == ["A-1", "A-2", "B-1"]


def test_what_is_left_alone(desk: Desk, api: OddApi, inbox: Path) -> None:
    """What is young, hidden, unfinished, of another kind or in a subfolder isn't imported."""
    put(desk, "a.csv", rows(1)).rename(inbox / "a.csv.part")
    put(desk, ".b.csv", rows(1))
    put(desk, "~$c.csv", rows(1))
    put(desk, "d.csv", rows(1)).rename(inbox / "d.pdf")
    (inbox / "done").mkdir()
    put(desk, "done/e.csv", rows(1))
    desk.csv("inbox/young.csv", rows(1))
    done = desk.run("inbox", "--api-url", api.url)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "Left for later, since written to less than 60 s ago: young.csv.",
        "Left alone, being neither workbooks nor text files: d.pdf.",
        "Left alone, being folders: done. To import the files of one, name it.",
        "Nothing new in inbox.",
    ]
    assert not api.invoices


def test_workbooks_that_cannot_be_read_are_told_once(desk: Desk, api: OddApi, inbox: Path) -> None:
    """An .xls or .numbers file fails as it does by name, with how to save it, until it changes."""
    for name in ("a.xls", "b.numbers"):
        (inbox / name).write_bytes(b"\x09\x08\x10\x00" + name.encode())
        rest(inbox / name)
    words = ("inbox", "--api-url", api.url, "-q")
    done = desk.run(*words)
    lines = done.err.splitlines()
    assert (done.code, len(lines)) == (2, 2)
    assert all("save it as .xlsx" in line for line in lines)
    alone = desk.run("inbox/a.xls", "--api-url", api.url)
    assert alone.err == f"{lines[0]}\n"
    again = desk.run(*words)
    assert (again.code, again.out, again.err) == (0, "", "")


def test_errors_of_a_file_begin_with_its_name(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Where the message doesn't say it by itself."""
    put(desk, "april.csv", [{"Ref": "A-1", "Currency": "USD"}])
    (inbox / "may.csv").write_text("")
    rest(inbox / "may.csv")
    done = desk.run("inbox", "--api-url", api.url, "-q")
    assert done.code == 2
    april, *_, may = done.err.splitlines()
    assert april.startswith("import-invoices: april.csv: ")
    assert may.startswith("import-invoices: inbox/may.csv is empty.")


def test_remedies_name_the_inbox(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Who drops files corrects the results into the folder; a named file is imported by hand."""
    file = put(desk, "a.csv", [row("A-1"), BAD])
    words = ("--api-url", api.url, "-q")
    remedy = f"invalid: correct the cells in the sheet Results and save it into {inbox}."
    assert remedy in desk.run("inbox", *words).out.splitlines()
    alone = "invalid: correct the cells in the sheet Results and import that file."
    assert alone in desk.run(file, *words).out.splitlines()


@pytest.mark.parametrize(
    ("strict", "remedy"),
    [
        (False, "see to the reason in the column error; the next start goes on by itself."),
        (True, "they go with the others: correct the sheet Results and save it into "),
    ],
    ids=["stopped", "strict"],
)
def test_what_was_not_sent_comes_again(
    desk: Desk, api: OddApi, inbox: Path, strict: bool, remedy: str
) -> None:
    """By itself where the run stopped; with the corrected file where --strict held it back."""
    put(desk, "a.csv", [row("A-1"), row("A-2"), BAD])
    api.answer = lambda *_: detail(401, "no")
    words = ("inbox", "--api-url", api.url, "-q", *(["--strict"] if strict else []))
    done = desk.run(*words)
    assert done.code == (1 if strict else 4)
    (line,) = (line for line in done.out.splitlines() if line.startswith("not_sent: "))
    assert line.startswith(f"not_sent: {remedy}")


def test_other_accounts_are_other_inboxes(desk: Desk, api: OddApi, inbox: Path) -> None:
    """A file is imported once for each account."""
    put(desk, "a.csv", rows(1))
    for account in ("one", "two"):
        words = ("inbox", "--api-url", api.url, "--json", "--account", account)
        assert ends(desk.run(*words)) == [("a.csv", 0)]
        assert ends(desk.run(*words)) == []
    assert api.references == ["A-1", "A-1"]


def test_problems_of_one_file_are_no_others(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Exit 1 and 2 stop nothing, count as the highest, and come again when the bytes change."""
    put(desk, "a.csv", [row("A-1"), BAD])
    put_nonsense(inbox / "b.csv")
    put(desk, "c.csv", [row("C-1")])
    words = ("inbox", "--api-url", api.url, "--json")
    done = desk.run(*words)
    assert (done.code, ends(done)) == (2, [("a.csv", 1), ("b.csv", 2), ("c.csv", 0)])
    told = objects(done)[1]
    assert told["error"] in done.err
    assert told["counts"].keys() == objects(done)[0]["counts"].keys()
    again = desk.run(*words)
    assert (again.code, ends(again)) == (0, [])
    assert "a.csv (exit code 1), b.csv (exit code 2) and 1 more" in again.err
    put(desk, "a.csv", [row("A-1"), row("A-2")])
    put(desk, "b.csv", [row("B-1")])
    corrected = desk.run(*words)
    assert (corrected.code, ends(corrected)) == (0, [("a.csv", 0), ("b.csv", 0)])
    assert api.references == ["A-1", "A-2", "B-1", "C-1"]


def test_doubts_come_again(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Exit 3 is tried again next time, stops nothing, and isn't sent again."""
    put(desk, "a.csv", [row("A-1")])
    put(desk, "b.csv", [row("B-1")])
    words = ("inbox", "--api-url", api.url, "--json")
    api.answer = lambda invoice, n: (
        None if invoice["reference_id"] == "A-1" else created(invoice, n)
    )
    done = desk.run(*words)
    assert (done.code, ends(done)) == (3, [("a.csv", 3), ("b.csv", 0)])
    again = desk.run(*words)
    assert (again.code, ends(again)) == (3, [("a.csv", 3)])
    assert api.references == ["A-1", "B-1"]


def test_a_file_that_fails_each_time_keeps_no_other_waiting(
    desk: Desk, api: OddApi, inbox: Path
) -> None:
    """What is new has its turn first, then what was tried longest ago."""
    put(desk, "a.csv", [row("A-1")])
    words = ("inbox", "--api-url", api.url, "--json", "-q")
    api.answer = lambda invoice, n: (
        detail(401, "no") if invoice["reference_id"] in "A-1 B-1" else created(invoice, n)
    )
    assert ends(desk.run(*words)) == [("a.csv", 4)]
    put(desk, "b.csv", [row("B-1")])
    put(desk, "c.csv", [row("C-1")])
    assert ends(desk.run(*words)) == [("b.csv", 4)]
    assert ends(desk.run(*words)) == [("c.csv", 0), ("a.csv", 4)]
    again = desk.run(*words)
    assert ends(again) == [("b.csv", 4)]
    assert "Left for later: a.csv." in again.err


def test_other_options_give_a_file_another_turn(desk: Desk, api: OddApi, inbox: Path) -> None:
    """What could not be read, or was held back, may be with them; what is created stays so."""
    put(desk, "a.csv", [{name: cell for name, cell in row("A-1").items() if name != "Currency"}])
    put(desk, "b.csv", [row("B-1"), row("B-2", Currency="?")])
    put(desk, "c.csv", [row("C-1")])
    words = ("inbox", "--api-url", api.url, "--json", "-q")
    first = desk.run(*words, "--strict")
    assert ends(first) == [("a.csv", 2), ("b.csv", 1), ("c.csv", 0)]
    assert ends(desk.run(*words, "--strict")) == []
    desk.folder.joinpath("own.toml").write_text('[defaults]\ncurrency = "USD"\n', "utf-8")
    assert ends(desk.run(*words, "--config", "own.toml")) == [("a.csv", 0), ("b.csv", 1)]
    assert api.references == ["A-1", "B-1", "C-1"]


def test_what_stops_one_would_stop_all(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Where the token is refused, the other files wait, which is said even if quiet."""
    for name in ("a", "b", "c"):
        put(desk, f"{name}.csv", [row(f"{name}-1")])
    words = ("inbox", "--api-url", api.url, "--json", "-q")
    api.answer = lambda *_: detail(401, "no")
    refused = desk.run(*words)
    assert (refused.code, ends(refused)) == (4, [("a.csv", 4)])
    assert len(api.invoices) == 1
    assert "Left for later: b.csv and c.csv." in refused.err
    api.answer = created
    assert ends(desk.run(*words)) == [("b.csv", 0), ("c.csv", 0), ("a.csv", 0)]


def test_refusals_of_one_file_stop_no_other(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Row after row refused for one reason is a mistake in that file: the next has its turn."""

    def answer(invoice: Any, number: int) -> Reply:  # noqa: ANN401 JSON
        bad = invoice["reference_id"].startswith("A-")
        return detail(422, "no such customer") if bad else created(invoice, number)

    api.answer = answer
    put(desk, "a.csv", rows(60))
    put(desk, "b.csv", [row("B-1")])
    done = desk.run("inbox", "--api-url", api.url, "--json", "--rate", "1000")
    assert (done.code, ends(done)) == (4, [("a.csv", 4), ("b.csv", 0)])


def test_files_with_results_are_moved(desk: Desk, api: OddApi, inbox: Path) -> None:
    """--move-to takes what has results and won't come again, and overwrites nothing there."""
    file = put(desk, "a.csv", rows(1))
    put(desk, "b.csv", [BAD])
    put_nonsense(inbox / "c.csv")
    put(desk, "d.csv", [row("D-1")])
    api.answer = lambda invoice, n: (
        None if invoice["reference_id"] == "D-1" else created(invoice, n)
    )
    (inbox / "done").mkdir()
    (inbox / "done" / "a.csv").write_text("older")
    bytes_ = file.read_bytes()
    done = desk.run("inbox", "--api-url", api.url, "--move-to", "inbox/done")
    assert done.code == 3
    assert names(inbox) == ["c.csv", "d.csv", "done"]
    assert names(inbox / "done") == ["a-2.csv", "a.csv", "b.csv"]
    assert (inbox / "done" / "a.csv").read_text() == "older"
    assert (inbox / "done" / "a-2.csv").read_bytes() == bytes_
    assert f"Moved to {inbox / 'done' / 'a-2.csv'}" in done.out


def test_files_dealt_with_before_are_moved_too(desk: Desk, api: OddApi, inbox: Path) -> None:
    """What was left in the inbox by a run without --move-to, or killed, is moved by the next."""
    put(desk, "a.csv", rows(1))
    assert desk.run("inbox", "--api-url", api.url).code == 0
    done = desk.run("inbox", "--api-url", api.url, "--move-to", "done", "-q")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (names(inbox), names(desk.folder / "done")) == ([], ["a.csv"])
    assert len(api.invoices) == 1


def test_new_file_of_the_same_name_stays(desk: Desk, api: OddApi, inbox: Path) -> None:
    """What is saved while the old file is being sent isn't moved, but imported next time."""
    gate = api.answer = Gate()
    put(desk, "a.csv", rows(1))
    words = ("inbox", "--api-url", api.url, "--move-to", "done", "--json")
    with desk.started(*words) as process:
        gate.wait_for(1)
        put(desk, "a.csv", [row("NEW-1")])
        gate.open()
        done = finish(process)
    assert (done.code, ends(done)) == (0, [("a.csv", 0)])
    assert "a.csv is a new file by now" in done.err
    assert (names(inbox), names(desk.folder / "done")) == (["a.csv"], [])
    assert ends(desk.run(*words)) == [("a.csv", 0)]
    assert (names(inbox), names(desk.folder / "done")) == ([], ["a.csv"])
    assert api.references == ["A-1", "NEW-1"]


def test_results_in_a_folder_of_choice(desk: Desk, api: OddApi, inbox: Path) -> None:
    """--output names the folder of all results; those of a.csv and a.txt are two files."""
    put(desk, "a.csv", rows(1))
    put(desk, "a.txt", [row("T-1")])
    done = desk.run("inbox", "--api-url", api.url, "--json", "--output", "out/here/")
    outputs = [Path(told["output"]) for told in objects(done)]
    assert len(set(outputs)) == 2
    assert {output.parent for output in outputs} == {desk.folder / "out" / "here"}
    assert not (desk.folder / "reports").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("inbox", "--output", "x.xlsx"), "must name a folder"),
        (("inbox", "--output", "inbox"), "would be imported next time"),
        (("inbox", "--move-to", "inbox/../inbox"), "would be imported next time"),
        (("inbox", "--move-to", "inbox/a.csv"), "a file has its name"),
        (("reports",), "Name another folder with --output"),
        (("inbox/a.csv", "--move-to", "done"), "--move-to is for a folder of files"),
        (("nowhere", "--move-to", "done", "--sandbox"), "There is no file nowhere"),
        (("inbox",), "Which API is meant?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_options_that_cannot_be(desk: Desk, inbox: Path, words: tuple[str, ...], said: str) -> None:
    """Exit 2 before anything is imported, with what to do; nothing is made."""
    put(desk, "a.csv", rows(1))
    (desk.folder / "reports").mkdir()
    done = desk.run(*words)
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert {*names(desk.folder)} <= {"data", "inbox", "reports"}
    assert names(inbox) == ["a.csv"]
    assert names(desk.folder / "reports") == []


def test_move_to_in_a_variable_is_for_folders(desk: Desk, api: OddApi, inbox: Path) -> None:
    """A single file that is imported by hand stays where it is."""
    put(desk, "a.csv", rows(1))
    variables = {"IMPORT_INVOICES_TOKEN": TOKEN, "IMPORT_INVOICES_MOVE_TO": "done"}
    done = desk.run("inbox/a.csv", "--api-url", api.url, variables=variables)
    assert (done.code, names(inbox)) == (0, ["a.csv"])
    desk.run("inbox", "--api-url", api.url, variables=variables)
    assert names(inbox) == []


def test_empty_inbox_is_quick(desk: Desk, inbox: Path) -> None:
    """One line, none if quiet, exit 0; nothing heavy is imported for it, nothing is made."""
    command = (sys.executable, "-X", "importtime", "-m", "importer")
    done = desk.run("inbox", command=command)
    assert (done.code, done.out) == (0, "Nothing new in inbox.\n")
    assert not {"polars", "httpx", "openpyxl", "pandera"} & loaded(done)
    quiet = desk.run("inbox", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert names(desk.folder) == ["inbox"]


def test_inbox_without_news_is_quick(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Nothing heavy is imported where every file was dealt with."""
    put(desk, "a.csv", rows(1))
    words = ("inbox", "--api-url", api.url)
    assert desk.run(*words).code == 0
    done = desk.run(*words, command=(sys.executable, "-X", "importtime", "-m", "importer"))
    assert done.out == (
        "Nothing new in inbox. Dealt with before, and not imported again: 1 file.\n"
    )
    assert not {"polars", "httpx", "openpyxl", "pandera"} & loaded(done)


def loaded(done: Finished) -> set[str]:
    """Return what was imported, from what `-X importtime` says."""
    lines = (line for line in done.err.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines}


def test_ctrl_c_stops_the_lot(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Exit 130; the file that was interrupted and all behind it come next time."""
    gate = api.answer = Gate()
    put(desk, "a.csv", rows(20))
    put(desk, "b.csv", [row("B-1")])
    words = ("inbox", "--api-url", api.url, "--json", "--move-to", "done", "--rate", "1000")
    with desk.started(*words, "--concurrency", "2") as process:
        gate.wait_for(2)
        process.send_signal(signal.SIGINT)
        gate.open()
        done = finish(process)
    assert (done.code, ends(done)) == (130, [("a.csv", 130)])
    assert "Left for later: b.csv." in done.err
    assert names(inbox) == ["a.csv", "b.csv"]
    assert ends(desk.run(*words)) == [("a.csv", 0), ("b.csv", 0)]
    assert api.references == sorted({*api.references})


def test_two_at_once_import_each_file_once(desk: Desk, api: OddApi, inbox: Path) -> None:
    """A second run waits, sees what the first has dealt with, and imports nothing again."""
    gate = api.answer = Gate()
    put(desk, "a.csv", rows(1))
    put(desk, "b.csv", [row("B-1")])
    words = ("inbox", "--api-url", api.url, "--json")
    with desk.started(*words) as first:
        gate.wait_for(1)
        hurried = desk.run(*words, "--wait", "0")
        with desk.started(*words) as second:
            assert second.stderr is not None
            said = second.stderr.readline()
            gate.open()
            firsts, seconds = finish(first), finish(second)
    assert (hurried.code, ends(hurried)) == (4, [("a.csv", 4)])
    assert "Left for later: b.csv." in hurried.err
    assert "Another import" in said
    assert (firsts.code, seconds.code) == (0, 0)
    assert sorted(ends(firsts) + ends(seconds)) == [("a.csv", 0), ("b.csv", 0)]
    assert len(names(desk.folder / "reports")) == 2
    assert api.references == ["A-1", "B-1"]


def test_question_for_each_file(desk: Desk, api: OddApi, inbox: Path) -> None:
    """On a terminal each file is named and asked for; a no is for that file, and asked again."""
    put(desk, "a.csv", rows(1))
    put(desk, "b.csv", [row("B-1")])
    with terminal(desk, "inbox", "--api-url", api.url) as screen:
        screen.read_until("a.csv: 1 row")
        screen.read_until("[Y/n]")
        screen.type("n\n")
        screen.read_until("b.csv: 1 row")
        screen.shown = screen.shown.partition("b.csv: 1 row")[2]
        screen.read_until("[Y/n]")
        screen.type("y\n")
        assert screen.end() == 4
    assert api.references == ["B-1"]
    assert ends(desk.run("inbox", "--api-url", api.url, "--json")) == [("a.csv", 0)]


def test_limited_file_comes_again(desk: Desk, api: OddApi, inbox: Path) -> None:
    """With --limit a file isn't finished before its last row is: it comes again until then."""
    put(desk, "a.csv", rows(3))
    words = ("inbox", "--api-url", api.url, "--json", "--limit", "2", "--move-to", "done")
    assert [told["counts"]["created"] for told in objects(desk.run(*words))] == [2]
    assert names(inbox) == ["a.csv"]
    assert [told["counts"]["created"] for told in objects(desk.run(*words))] == [1]
    assert names(inbox) == []
    assert api.references == ["A-1", "A-2", "A-3"]


def test_total_of_several_files(desk: Desk, api: OddApi, inbox: Path) -> None:
    """For people there is a summary for each file, and one for all at the end."""
    put(desk, "a.csv", [*rows(2), BAD])
    put(desk, "b.csv", [row("B-1", Currency="EUR")])
    put_nonsense(inbox / "c.csv")
    done = desk.run("inbox", "--api-url", api.url)
    *_, title, made, bad = done.out.splitlines()
    assert title == "2 files of inbox together; 1 more came to nothing"
    assert made.split() == ["created", "3", "USD", "2,", "EUR", "1"]
    assert bad.split() == ["invalid", "1", "unclear", "1"]


def test_log_for_machines_is_json_alone(desk: Desk, api: OddApi, inbox: Path) -> None:
    """With --log-format json every line on standard error is an object, whatever is told."""
    put(desk, "a.csv", rows(1))
    put_nonsense(inbox / "b.csv")
    desk.csv("inbox/young.csv", rows(1))
    words = ("inbox", "--api-url", api.url, "--json", "--log-format", "json")
    done = desk.run(*words, "--move-to", "done")
    events = [json.loads(line) for line in done.err.splitlines()]
    assert ends(done) == [("a.csv", 0), ("b.csv", 2)]
    (error,) = (event for event in events if event["event"] == "error")
    assert (error["file"], error["exit_code"], error["run_id"]) == ("b.csv", 2, None)
    (end,) = (event for event in events if event["event"] == "end")
    assert end["run_id"] == objects(done)[0]["run_id"]
    total = events[-1]
    assert (total["event"], total["level"], total["run_id"]) == ("inbox_end", "error", None)
    assert (total["files"], total["failed"], total["exit_code"]) == (1, 1, 2)
    assert total["counts"] == objects(done)[0]["counts"]
    assert not [event for event in events if "together" in event["message"]][:-1]
    empty = desk.run("inbox", "--log-format", "json", "--api-url", api.url)
    *_, total = map(json.loads, empty.err.splitlines())
    assert (total["event"], total["files"], total["exit_code"]) == ("inbox_end", 0, 0)
    assert desk.run("inbox", "--log-format", "json", "--api-url", api.url, "-q").err == ""


def test_copy_of_a_file_that_failed_names_it(desk: Desk, api: OddApi, inbox: Path) -> None:
    """Whoever drops the same bytes again learns which file they were, and how that ended."""
    put(desk, "a.csv", [BAD])
    put(desk, "b.csv", [BAD])
    done = desk.run("inbox", "--api-url", api.url)
    assert "b.csv (the same as a.csv, exit code 1)" in done.out


def test_sandbox_serves_an_inbox(desk: Desk, inbox: Path) -> None:
    """A rehearsal works the same, and doesn't count for the real API."""
    put(desk, "a.csv", rows(1))
    assert ends(desk.run("inbox", "--sandbox", "--json")) == [("a.csv", 0)]
    assert ends(desk.run("inbox", "--sandbox", "--json")) == []
