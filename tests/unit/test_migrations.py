"""Ledgers as earlier versions made them (`ledgers/*.sql`, by `ledgers/make.py`), used today."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from importer.errors import LedgerError
from importer.history import rewrite_results
from importer.ledger import files
from importer.ledger.care import find_faults
from importer.ledger.sqlite import SqliteLedger
from importer.records import EntryState, FileVerdict, ReplyKind, RunEnd, Verdict

DUMPS = sorted((Path(__file__).parent / "ledgers").glob("*.sql"))
NEWEST = len(files.MIGRATIONS) + 1

STATES = {
    "a-1": EntryState.CREATED,
    "a-2": EntryState.FREE,
    "a-3": EntryState.IN_DOUBT,
    "a-4": EntryState.CREATED,
    "r-created": EntryState.CREATED,
    "r-refused": EntryState.FREE,
    "r-throttled": EntryState.FREE,
    "r-not_sent": EntryState.FREE,
    "r-lost": EntryState.IN_DOUBT,
    "r-halt": EntryState.FREE,
    "v-found": EntryState.CREATED,
    "v-absent": EntryState.FREE,
    "v-other": EntryState.OTHER,
    "open": EntryState.IN_DOUBT,
}
"""What is believed of the references in every dump."""


@pytest.fixture(params=DUMPS, ids=lambda dump: dump.stem)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A ledger's file as an earlier version left it."""
    path = tmp_path / "ledger.sqlite3"
    dump: Path = request.param
    with closing(sqlite3.connect(path)) as db:
        db.executescript(dump.read_text("utf-8"))
    return path


@pytest.fixture
def ledger(old: Path) -> Iterator[SqliteLedger]:
    """The same, opened by today's code."""
    with closing(SqliteLedger(old)) as ledger:
        yield ledger


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table's rows."""
    with closing(sqlite3.connect(path)) as db:
        names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        return {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in names}


def schema(path: Path) -> set[tuple[str, str]]:
    """What every table and index is made of, white space and quotes aside."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return {(name, re.sub(r'[\s"]+', "", sql)) for name, sql in rows}


def format_of(path: Path) -> int:
    """The format that a file says it has."""
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_every_earlier_format_has_its_dumps() -> None:
    """Whoever changes the format leaves a ledger of the one before."""
    told = {
        int(match[1])
        for dump in DUMPS
        for match in re.finditer(r"\nPRAGMA user_version = (\d+);", dump.read_text("utf-8"))
    }
    assert told >= set(range(1, NEWEST))


def test_a_migrated_ledger_is_made_as_a_new_one(old: Path, tmp_path: Path) -> None:
    """Same tables, same indexes, and the file is whole."""
    SqliteLedger(old).close()
    new = tmp_path / "new.sqlite3"
    SqliteLedger(new).close()
    assert schema(old) == schema(new)
    assert format_of(old) == format_of(new) == NEWEST
    assert find_faults(old) == []


def test_every_record_is_kept(old: Path) -> None:
    """No row of any table is lost or changed, but for the version's own."""
    before = tables(old)
    SqliteLedger(old).close()
    after = tables(old)
    assert {name: rows for name, rows in after.items() if name in before} == before


def test_a_backup_is_made_first(old: Path) -> None:
    """It has the ledger as it was, in its own format; a second opening makes no second one."""
    before, was = tables(old), format_of(old)
    for _ in range(2):
        SqliteLedger(old).close()
    (backup,) = old.parent.glob("*.backup")
    assert backup.name.startswith(f"ledger.sqlite3.format-{was}.")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert (tables(backup), format_of(backup)) == (before, was)


def test_a_version_that_knows_no_later_format_leaves_it_alone(old: Path) -> None:
    """Once migrated, the older version refuses the file and names the one that it takes."""
    SqliteLedger(old).close()
    before = old.read_bytes()
    with pytest.raises(LedgerError, match=r"newer version.*Install import-invoices \d"):
        files.connect(old, files.MIGRATIONS[:-1])
    assert old.read_bytes() == before


def test_what_is_believed_of_every_reference_is_the_same(ledger: SqliteLedger) -> None:
    """Every reply and every verdict reads back, and adds up to what it did."""
    (account,) = ledger.accounts()
    assert (account.owner_id, account.proves_absence) == (7, True)
    entries = ledger.entries(account.id, STATES)
    assert {key: entry.state for key, entry in entries.items()} == STATES
    doubts = [entry.key for entry in ledger.in_doubt(account.id)]
    assert doubts == ["a-3", "r-lost", "open"]
    attempts = [attempt for entry in entries.values() for attempt in entry.attempts]
    assert {a.settlement.kind for a in attempts if a.settlement} == set(ReplyKind)
    assert {a.resolution.verdict for a in attempts if a.resolution} == set(Verdict)
    assert entries["a-4"].attempts[0].create.body.count("Café ☕ 請求書") == 1


def test_every_run_is_told_and_its_results_are_written_again(
    ledger: SqliteLedger, tmp_path: Path
) -> None:
    """One that ended, as it was; one that died, from its attempts; with the note in all scripts."""
    killed, ended = ledger.runs(9)
    assert (killed.start.id, killed.end) == ("20260301-093000-dead", None)
    assert ended.end is not None
    assert (ended.end.exit_code, ended.start.user, ended.start.host) == (3, "ada", "office")
    expected = {
        ended.start.id: ["created", "rejected", "in_doubt", "created", "invalid"],
        killed.start.id: ["already_created", "not_sent", "in_doubt", "already_created", "invalid"],
    }
    for run_id, statuses in expected.items():
        run = ledger.run(run_id)
        assert run is not None
        report = rewrite_results(ledger, run, tmp_path / f"{run_id}.csv")
        written = pl.read_csv(tmp_path / f"{run_id}.csv")
        assert written["status"].to_list() == statuses
        assert "Café ☕ 請求書" in written["Note"].to_list()
        assert Counter(report.summary.counts) == Counter(statuses)


def test_what_is_new_works_in_it(ledger: SqliteLedger) -> None:
    """Verdicts on files are kept, old runs are emptied, a run that went on may end."""
    (account,) = ledger.accounts()
    killed, ended = ledger.runs(9)
    verdict = FileVerdict(ended.start.sha256, 3, ended.start.at, "a.csv")
    ledger.keep_file_verdict(account.id, verdict)
    assert ledger.file_verdict(account.id, verdict.sha256) == verdict
    assert ended.end is not None
    assert ledger.prune(ended.end.at, 9) == 1  # the killed run is the account's last one
    ledger.finish_run(killed.start.id, RunEnd(ended.end.at, {}, 4, None, "it died", b""))
    assert ledger.prune(ended.end.at, 9) == 1
    assert [run.pruned for run in ledger.runs(9)] == [True, True]
