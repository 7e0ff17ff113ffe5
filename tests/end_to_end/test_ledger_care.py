"""The ledger's file: where it is, whether it is whole, a copy, and what an old copy costs."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from books_api import BooksApi
from desk import Desk, row, rows

LEDGERS = Path(__file__).parents[1] / "unit" / "ledgers"
"""Ledgers as earlier versions made them."""


def test_path_is_told_before_there_is_one(desk: Desk) -> None:
    """An absolute path, of the default place or of the one that is named; nothing is made."""
    assert desk.run("ledger", "path").out == f"{desk.ledger.resolve()}\n"
    named = desk.run("ledger", "path", "--ledger", "mine.sqlite3").out
    assert named == f"{desk.folder.resolve() / 'mine.sqlite3'}\n"
    assert not desk.ledger.exists()


def test_a_whole_ledger_is_whole(desk: Desk, books: BooksApi) -> None:
    """Exit 0, its accounts, and how many references are in doubt."""
    desk.run(desk.csv("a.csv", rows(2)), "--api-url", books.url)
    done = desk.run("ledger", "check")
    assert done.code == 0, done
    assert "is whole" in done.out
    assert f"default at {books.url}" in done.out
    assert "runs: 1, attempts: 2, references in doubt: 0" in done.out


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
    assert f"delete {desk.ledger}-wal" in done.out
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


def test_the_ledger_command_says_what_it_can(desk: Desk) -> None:
    """Alone: its three commands; misspelt: the one that is meant."""
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
