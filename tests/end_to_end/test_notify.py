"""Telling people: a webhook learns how a run went, and nothing else learns of the webhook."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from books_api import BooksApi
from desk import WITH_TOKEN, Desk, Finished, row, rows

from webhook import PATH, Webhook, webhook

SECRET = PATH.rpartition("/")[2]


@pytest.fixture
def hook() -> Iterator[Webhook]:
    """A webhook that takes whatever it is told."""
    with webhook() as hook:
        yield hook


def spilled(folder: Path) -> list[str]:
    """Return the files in a folder, and what is packed in them, that hold the webhook's path."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        parts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name) for name in archive.namelist()]
        if any(SECRET.encode() in part for part in parts):
            found.append(path.name)
    return found


def leaks(done: Finished, desk: Desk) -> bool:
    """Tell whether the webhook's path shows in what was printed or written."""
    return SECRET in done.out + done.err or bool(spilled(desk.folder))


def test_a_problem_is_told_with_the_results(desk: Desk, books: BooksApi, hook: Webhook) -> None:
    """The object of `--json`, and a text of three lines: what, what to do, the results' path."""
    lines = [*rows(2), row("A-3", Currency="Dollar")]
    words = (desk.csv("a.csv", lines), "--api-url", books.url, "--json", "--notify", hook.url)
    done = desk.run(*words)
    assert done.code == 1
    (told,) = hook.told
    text = told.pop("text").splitlines()
    assert told == done.summary
    assert "a.csv to default at http://127.0.0.1" in text[0]
    assert "2 created, 1 invalid (exit code 1)" in text[0]
    assert text[1].startswith("invalid: ")
    assert text[2] == f"Results: {done.summary['output']}"
    assert Path(told["output"]).is_absolute()
    assert not leaks(done, desk)


def test_what_went_well_is_told_only_if_wanted(desk: Desk, books: BooksApi, hook: Webhook) -> None:
    """By default, no news is good news."""
    words = (desk.csv("a.csv", rows(1)), "--api-url", books.url)
    variables = WITH_TOKEN | {"IMPORT_INVOICES_NOTIFY": hook.url}
    assert desk.run(*words, variables=variables).code == 0
    assert hook.told == []
    done = desk.run(*words, "--notify-on", "always", variables=variables)
    assert done.code == 0
    (told,) = hook.told
    assert told["counts"]["already_created"] == 1
    assert not leaks(done, desk)


def test_the_address_may_be_in_a_file(desk: Desk, books: BooksApi, hook: Webhook) -> None:
    """As a token may; and no warning says that nobody knows the variable."""
    path = desk.folder.parent / f"{desk.folder.name}-hook.txt"
    path.write_text(f"{hook.url}\n", "utf-8")
    variables = WITH_TOKEN | {"IMPORT_INVOICES_NOTIFY_FILE": str(path)}
    words = (desk.csv("a.csv", [row("A-1", Currency="?")]), "--api-url", books.url)
    done = desk.run(*words, variables=variables)
    assert (done.code, len(hook.told)) == (1, 1)
    assert "Warning" not in done.err
    assert not leaks(done, desk)


def test_the_address_may_be_in_the_configuration(
    desk: Desk, books: BooksApi, hook: Webhook
) -> None:
    """It is told of a wrong command too, and `config` doesn't show it."""
    path = desk.folder.parent / f"{desk.folder.name}-own.toml"
    path.write_text(f'notify = "{hook.url}"\nrate = 100\n', "utf-8")
    words = (desk.csv("a.csv", rows(1)), "--api-url", books.url, "--config", path)
    done = desk.run(*words, "--limit", "many")
    assert (done.code, [told["exit_code"] for told in hook.told]) == (2, [2])
    assert not leaks(done, desk)
    assert desk.run("gone.csv", *words[1:], "--notify", "").code == 2
    assert len(hook.told) == 1
    shown = desk.run("config", "--config", path)
    assert shown.code == 0
    assert "notify" in shown.out
    assert not leaks(shown, desk)
    assert SECRET not in desk.run("config", "--config", path, "--json").out


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("gone.csv", ()),
        ("a.csv", ("--rate", "fast")),
        ("a.csv", ("--rat", "5")),
        ("a.csv", ("--timezone", "Nowhere")),
    ],
)
def test_what_came_to_nothing_is_told(
    desk: Desk, books: BooksApi, hook: Webhook, name: str, options: tuple[str, ...]
) -> None:
    """Exit 2, before anything was read or sent: the message is told as it was printed."""
    desk.csv("a.csv", rows(1))
    variables = WITH_TOKEN | {"IMPORT_INVOICES_NOTIFY": hook.url}
    done = desk.run(name, "--api-url", books.url, "--json", *options, variables=variables)
    assert done.code == 2
    (told,) = hook.told
    text = told.pop("text")
    assert told == done.summary
    assert told["error"]
    assert f"{name}: nothing was imported (exit code 2)." in text or "a file: nothing" in text
    assert not leaks(done, desk)


def test_a_wrong_configuration_is_told(desk: Desk, books: BooksApi, hook: Webhook) -> None:
    """Where the variable has the address; unless the command says that nobody is to be told."""
    desk.folder.joinpath("wrong.toml").write_text("rat = 5\n", "utf-8")
    words = (desk.csv("a.csv", rows(1)), "--api-url", books.url)
    variables = WITH_TOKEN | {"IMPORT_INVOICES_NOTIFY": hook.url}
    done = desk.run(*words, "--config", "wrong.toml", variables=variables)
    assert done.code == 2
    assert "line 1" in hook.told[0]["text"]
    assert not leaks(done, desk)
    assert desk.run("gone.csv", *words[1:], "--notify", "", variables=variables).code == 2
    assert len(hook.told) == 1


def test_a_run_that_stops_is_told(desk: Desk, books: BooksApi, hook: Webhook) -> None:
    """The API doesn't take the token: exit 4, and the reason."""
    books.good = lambda _: False
    words = (desk.csv("a.csv", rows(2)), "--api-url", books.url, "--notify", hook.url)
    done = desk.run(*words)
    assert done.code == 4
    assert "Stopped: " in hook.told[0]["text"]
    assert not leaks(done, desk)


def test_no_other_command_tells(desk: Desk, books: BooksApi, hook: Webhook) -> None:
    """The variable is for runs alone."""
    variables = {"IMPORT_INVOICES_NOTIFY": hook.url}
    assert desk.run("status", variables=variables).code == 2
    assert desk.run("check", "gone.csv", variables=variables).code == 2
    assert hook.told == []


def test_a_webhook_that_fails_changes_nothing(desk: Desk, books: BooksApi, hook: Webhook) -> None:
    """The exit code, the summary and the results stand; one line on standard error warns."""
    hook.statuses = [500, 500]
    words = (desk.csv("a.csv", [row("A-1", Currency="?")]), "--api-url", books.url, "--json")
    done = desk.run(*words, "-q", "--notify", hook.url)
    assert (done.code, done.counts, len(hook.told)) == (1, {"invalid": 1}, 2)
    warnings = [line for line in done.err.splitlines() if line.startswith("Warning:")]
    assert len(warnings) == 1
    assert "The message about this run didn't reach 127.0.0.1: it answered 500." in warnings[0]
    assert not leaks(done, desk)


def test_a_webhook_that_fails_is_left_alone(desk: Desk, books: BooksApi, hook: Webhook) -> None:
    """The files of an inbox that follow don't wait for it again; each is imported."""
    hook.statuses = [500] * 9
    for name in "abc":
        path = desk.csv(f"{name}.csv", [row(f"{name}-1", Currency="?")])
        os.utime(path, (1_700_000_000, 1_700_000_000))
    done = desk.run(".", "--api-url", books.url, "--notify", hook.url)
    assert (done.code, len(hook.told)) == (1, 2)
    assert done.err.count("Warning:") == 1
    assert len(list(desk.folder.glob("reports/*.xlsx"))) == 3


def test_nobody_at_the_address_changes_nothing(desk: Desk, books: BooksApi) -> None:
    """A run that went well goes well."""
    with webhook() as gone:
        url = gone.url
    words = (desk.csv("a.csv", rows(1)), "--api-url", books.url, "--notify-on", "always")
    done = desk.run(*words, "--notify", url)
    assert done.code == 0
    assert "it refuses connections" in done.err
    assert not leaks(done, desk)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"http://hooks.example{PATH}", "add --allow-http"),
        (f"hooks.example{PATH}", "no web address"),
    ],
)
def test_an_unfit_address_stops_before_anything_is_sent(
    desk: Desk, books: BooksApi, url: str, said: str
) -> None:
    """Exit 2, as any wrong option; the address is not shown."""
    done = desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url, "--notify", url)
    assert (done.code, books.references) == (2, [])
    assert said in done.err
    assert not leaks(done, desk)


def test_the_ledger_keeps_no_address(desk: Desk, books: BooksApi, hook: Webhook) -> None:
    """The options that a run is recorded with don't even name it."""
    words = (desk.csv("a.csv", rows(1)), "--api-url", books.url, "--notify", hook.url)
    assert desk.run(*words, "--notify-on", "always").code == 0
    with sqlite3.connect(desk.ledger) as ledger:
        ((options,),) = ledger.execute("SELECT options FROM run").fetchall()
    ledger.close()
    assert json.loads(options)
    assert "notify" not in options
    assert len(hook.told) == 1
    assert spilled(desk.folder) == []


def test_every_path_of_results_is_absolute(desk: Desk, books: BooksApi) -> None:
    """Of a run, of `check`, of `runs` and of `template`, whatever was typed."""
    desk.csv("a.csv", rows(1))
    done = desk.run("a.csv", "--api-url", books.url, "--output", "one.csv")
    assert f"Results: {desk.folder / 'one.csv'}" in done.out
    done = desk.run("a.csv", "--api-url", books.url)
    assert f"Results: {desk.folder / 'reports'}/" in done.out
    checked = desk.run("check", "a.csv", "--output", "checked.csv", variables={})
    assert f"{desk.folder / 'checked.csv'}" in checked.out
    assert f"Template: {desk.folder / 'mine.xlsx'}" in desk.run("template", "mine.xlsx").out
    with sqlite3.connect(desk.ledger) as ledger:
        ((run,), *_) = ledger.execute("SELECT id FROM run ORDER BY seq").fetchall()
    ledger.close()
    shown = desk.run("runs", run)
    assert f"{desk.folder / 'one.csv'}" in shown.out
    again = desk.run("runs", run, "--output", "again.csv")
    assert f"{desk.folder / 'again.csv'}" in again.out
