"""The ledger's file: where it is, whether it is whole, a copy, and what an old copy costs."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from books_api import BooksApi
from desk import Desk, finish, row, rows
from odd_api import Gate, OddApi, created

from importer.cli.fields import LEDGER_FIELDS

LEDGERS = Path(__file__).parents[1] / "unit" / "ledgers"
"""Ledgers as earlier versions made them."""


def test_path_is_told_before_there_is_one(desk: Desk) -> None:
    """An absolute path, of the default place or of the one that is named; nothing is made."""
    assert desk.run("ledger", "path").out == f"{desk.ledger.resolve()}\n"
    named = desk.run("ledger", "path", "--ledger", "mine.sqlite3").out
    assert named == f"{desk.folder.resolve() / 'mine.sqlite3'}\n"
    told = desk.run("ledger", "path", "--json").summary
    assert told == {"schema_version": 1, "path": str(desk.ledger.resolve()), "exists": False}
    assert not desk.ledger.exists()


def test_a_whole_ledger_is_whole(desk: Desk, books: BooksApi) -> None:
    """Exit 0, its accounts, and how many references are in doubt."""
    desk.run(desk.csv("a.csv", rows(2)), "--api-url", books.url)
    done = desk.run("ledger", "check")
    assert done.code == 0, done
    assert "is whole" in done.out
    assert f"default at {books.url}" in done.out
    assert "runs: 1, attempts: 2, references in doubt: 0" in done.out
    told = desk.run("ledger", "check", "--json").summary
    assert list(told) == ["schema_version", *LEDGER_FIELDS]
    assert told.pop("bytes") > told.pop("free")
    assert told == {
        "schema_version": 1,
        "path": str(desk.ledger.resolve()),
        "whole": True,
        "faults": [],
        "runs": 1,
        "attempts": 2,
        "in_doubt": 0,
        "accounts": [f"default at {books.url}"],
    }
    assert desk.run("ledger", "path", "--json").summary["exists"] is True


def test_a_damaged_ledger_is_told_with_the_remedy(desk: Desk, books: BooksApi) -> None:
    """Exit 1, what SQLite found, and to restore the newest backup; and no backup is made of it."""
    desk.run(desk.csv("a.csv", rows(40)), "--api-url", books.url, "--rate", "500")
    with closing(sqlite3.connect(desk.ledger)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = db.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'attempt_by_key'"
        ).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    data = bytearray(desk.ledger.read_bytes())
    data[(page - 1) * size + 100 : page * size] = bytes(size - 100)
    desk.ledger.write_bytes(data)
    done = desk.run("ledger", "check")
    assert done.code == 1, done
    assert "is damaged" in done.out
    assert "import-invoices ledger restore" in done.out
    told = desk.run("ledger", "check", "--json")
    assert (told.code, told.summary["whole"], told.summary["runs"]) == (1, False, None)
    assert told.summary["faults"]
    assert list(told.summary) == ["schema_version", *LEDGER_FIELDS]
    assert desk.run("ledger", "backup", "b.sqlite3").code == 2
    assert not (desk.folder / "b.sqlite3").exists()


def test_a_backup_is_private_whole_and_never_overwrites(desk: Desk, books: BooksApi) -> None:
    """A file of mode 0600 that can be used as a ledger; a taken name is refused with a free one."""
    desk.run(desk.csv("a.csv", rows(3)), "--api-url", books.url)
    assert desk.run("ledger", "backup", "b.sqlite3").code == 0
    copy = desk.folder / "b.sqlite3"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in desk.folder.glob("b.sqlite3*")] == ["b.sqlite3"]
    again = desk.run("ledger", "backup", "b.sqlite3")
    assert again.code == 2
    assert "b-2.sqlite3" in again.err
    done = desk.run("a.csv", "--api-url", books.url, "--ledger", copy, "--json")
    assert done.counts == {"already_created": 3}


def test_a_backup_that_is_copied_over_a_killed_runs_ledger_is_noticed(
    desk: Desk, api: OddApi, gate: Gate
) -> None:
    """What the run left in its -wal file doesn't fit it: nothing is sent; `restore` heals it."""
    quick = ("--api-url", api.url, "--rate", "100000", "--lookup-delay", "0")
    first = desk.csv("a.csv", rows(300))
    desk.run(first, *quick)
    desk.run("ledger", "backup", "b.sqlite3")
    api.answer = lambda invoice, n: created(invoice, n) if n <= 1100 else gate(invoice, n)
    later = desk.csv("b.csv", [row(f"B-{n}") for n in range(900)])
    with desk.started(later, *quick) as process:
        gate.wait_for(1)
        process.kill()
    gate.open()
    shutil.copy(desk.folder / "b.sqlite3", desk.ledger)
    sent = len(api.references)
    done = desk.run(first, *quick)
    assert (done.code, len(api.references)) == (2, sent)
    assert "is damaged" in done.err
    assert "import-invoices ledger restore" in done.err
    restored = desk.run("ledger", "restore", "b.sqlite3")
    assert restored.code == 0, restored
    assert len(list(desk.ledger.parent.glob("ledger.sqlite3.replaced-*"))) >= 1
    assert desk.run("ledger", "check").code == 0
    again = desk.run(first, *quick, "--json")
    assert (again.counts, len(api.references)) == ({"already_created": 300}, sent)


def test_nothing_is_restored_while_an_import_goes_on(desk: Desk, api: OddApi, gate: Gate) -> None:
    """Exit 4, the ledger as it was; a file that is no backup is refused as well."""
    desk.run(desk.csv("a.csv", rows(2)), "--api-url", api.url)
    desk.run("ledger", "backup", "b.sqlite3")
    api.answer = gate
    with desk.started(desk.csv("b.csv", [row("B-1")]), "--api-url", api.url) as process:
        gate.wait_for(1)
        refused = desk.run("ledger", "restore", "b.sqlite3")
        gate.open()
        assert finish(process).code == 0
    assert refused.code == 4
    assert "An import goes on" in refused.err
    assert "created as" in desk.run("status", "B-1").out
    for name in ("a.csv", "gone.sqlite3"):
        assert desk.run("ledger", "restore", name).code == 2


def test_the_ledger_command_says_what_it_can(desk: Desk) -> None:
    """Alone: its commands; misspelt: the one that is meant."""
    alone = desk.run("ledger")
    assert alone.code == 2
    assert "ledger backup FILE" in alone.err
    misspelt = desk.run("ledger", "chek")
    assert misspelt.code == 2
    assert "Did you mean 'check'?" in misspelt.err


def test_an_import_goes_on_in_a_ledger_of_an_older_version(desk: Desk, books: BooksApi) -> None:
    """What it had created isn't sent again, what is new is; a backup was made first."""
    for number, dump in enumerate(sorted(LEDGERS.glob("*.sql"))):
        old = desk.folder / f"{number}.sqlite3"
        with closing(sqlite3.connect(old)) as db:
            db.executescript(dump.read_text("utf-8").replace("https://api.example.com", books.url))
            known = db.execute(
                "SELECT body, coalesce(invoice_number, found_number) FROM attempt"
                " WHERE reply = 'created' OR verdict = 'found'"
            ).fetchall()
        books.books[:] = [
            {**json.loads(body), "id": 900 + n, "invoice_number": name, "owner_id": 7}
            for n, (body, name) in enumerate(known)
        ]
        new = [row("A-1", Due="2031-05-17"), row("R-refused"), row("R-not_sent"), row("new")]
        done = desk.run(desk.csv("a.csv", new), "--api-url", books.url, "--ledger", old, "--json")
        assert done.counts == {"already_created": 1, "created": 3}, done
        assert len(list(desk.folder.glob(f"{old.name}.format-*.backup"))) == 1


def test_nothing_to_back_up_is_said(desk: Desk) -> None:
    """Without a ledger: exit 2, and neither a ledger nor a backup is made."""
    done = desk.run("ledger", "backup", "b.sqlite3")
    assert done.code == 2
    assert "nothing was imported yet" in done.err
    assert not desk.ledger.exists()
    assert not (desk.folder / "b.sqlite3").exists()


def test_restoring_an_old_backup_costs_no_second_invoice(desk: Desk, books: BooksApi) -> None:
    """What was sent after the backup is found in the API's listing, and not sent again."""
    everything = rows(6)
    desk.run(desk.csv("first.csv", everything[:2]), "--api-url", books.url)
    assert desk.run("ledger", "backup", "old.sqlite3").code == 0
    desk.run(desk.csv("all.csv", everything[:5]), "--api-url", books.url)
    for path in desk.ledger.parent.glob("ledger.sqlite3*"):
        path.unlink()
    shutil.copy(desk.folder / "old.sqlite3", desk.ledger)
    done = desk.run(desk.csv("later.csv", everything), "--api-url", books.url, "--json")
    assert done.counts == {"already_created": 5, "created": 1}
    assert sorted(i["reference_id"] for i in books.books) == [f"A-{n}" for n in range(1, 7)]
