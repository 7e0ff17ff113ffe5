"""The ledger in one SQLite file, durable against crashes of the program and of the machine."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import Literal

from importer.errors import StoppedError
from importer.ledger import files, lock
from importer.ledger.port import contradiction
from importer.ledger.rows import (
    SELECT_ATTEMPTS,
    SELECT_LATEST,
    SELECT_PADDED,
    SELECT_RUNS,
    to_account,
    to_attempt,
    to_names,
    to_run,
    to_text,
)
from importer.records import (
    Account,
    Claim,
    Entry,
    EntryState,
    Resolution,
    Run,
    RunEnd,
    RunStart,
    Settlement,
    Step,
)


class SqliteLedger:
    """The ledger of `port.Ledger` in a SQLite file; see there for what the methods promise.

    One object may be used by many threads. While it works, each method raises `StoppedError`
    where the file can't be read or written, and `LedgerError` where a record contradicts
    those that are there (a second open claim, an unknown run).

    Args:
        path: The file; made, with its folders, where it is missing.

    Raises:
        LedgerError: The file can't be used, see `files.connect`.
    """

    def __init__(self, path: Path) -> None:
        # One ledger, one lock: the lock lies beside the file itself, not beside a link to it.
        self._path = path.expanduser().resolve()
        self._mutex = threading.Lock()
        self._db = files.connect(self._path)
        self._db.row_factory = sqlite3.Row
        self._db.execute("CREATE TEMP TABLE wanted (key TEXT NOT NULL)")

    def account(self, url: str, name: str) -> Account:
        """Return the account with this URL and name, made on first sight."""
        with self._transaction("written") as db:
            db.execute(
                "INSERT INTO account (url, name) VALUES (?, ?) ON CONFLICT DO NOTHING", (url, name)
            )
            row = db.execute(
                "SELECT * FROM account WHERE url = ? AND name = ?", (url, name)
            ).fetchone()
        return to_account(row)

    def accounts(self) -> list[Account]:
        """Return every account, in the order in which they were first seen."""
        with self._transaction("read") as db:
            return [to_account(row) for row in db.execute("SELECT * FROM account ORDER BY id")]

    def pin_owner(self, account_id: int, owner_id: int) -> int:
        """Pin the account's owner unless one is pinned; return the owner that is pinned."""
        with self._transaction("written") as db:
            row = db.execute(
                "UPDATE account SET owner_id = coalesce(owner_id, ?) WHERE id = ?"
                " RETURNING owner_id",
                (owner_id, account_id),
            ).fetchone()
            if row is None:
                raise contradiction(f"account {account_id} is unknown")
        return int(row["owner_id"])

    def distrust_absence(self, account_id: int) -> None:
        """Note that this account's listing can't prove that a reference is absent."""
        with self._transaction("written") as db:
            done = db.execute("UPDATE account SET proves_absence = 0 WHERE id = ?", (account_id,))
            if not done.rowcount:
                raise contradiction(f"account {account_id} is unknown")

    def sender(
        self, account: Account, wait_s: float, on_wait: Callable[[], None]
    ) -> AbstractContextManager[None]:
        """Be the only sending run of this ledger and account while the context lasts."""
        return lock.held(
            self._path.with_name(f"{self._path.name}.{account.id}.lock"),
            wait_s,
            on_wait,
            busy=f"Another import is sending for {account}. Wait until it has ended, then run the "
            "same command again; or give it longer with --wait.",
        )

    def start_run(self, start: RunStart) -> None:
        """Keep a run and its table, before its first send."""
        with self._transaction("written") as db:
            db.execute(
                "INSERT INTO run (id, account_id, started_at, file, sha256, user, host, options,"
                " file_table) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    start.id,
                    start.account_id,
                    to_text(start.at),
                    start.file,
                    start.sha256,
                    start.user,
                    start.host,
                    start.options,
                    start.table,
                ),
            )

    def finish_run(self, run_id: str, end: RunEnd) -> None:
        """Keep how a run ended. A run that is finished again keeps the later end."""
        with self._transaction("written") as db:
            done = db.execute(
                "UPDATE run SET ended_at = ?, counts = ?, exit_code = ?, output = ?, error = ?,"
                " outcomes = ? WHERE id = ?",
                (
                    to_text(end.at),
                    json.dumps(dict(end.counts)),
                    end.exit_code,
                    end.output,
                    end.error,
                    end.outcomes,
                    run_id,
                ),
            )
            if not done.rowcount:
                raise contradiction(f"run {run_id} is unknown")

    def run(self, run_id: str) -> Run | None:
        """Return a run, or None where there is none of this name."""
        with self._transaction("read") as db:
            row = db.execute("SELECT * FROM run WHERE id = ?", (run_id,)).fetchone()
        return None if row is None else to_run(row)

    def runs(self, limit: int) -> list[Run]:
        """Return the latest runs, newest first, at most `limit`, without tables and outcomes."""
        with self._transaction("read") as db:
            rows = db.execute(f"{SELECT_RUNS} ORDER BY seq DESC LIMIT ?", (limit,)).fetchall()
        return [to_run(row) for row in rows]

    def last_import(self, account_id: int, sha256: str) -> Run | None:
        """Return the latest run of the account with a file of these bytes."""
        with self._transaction("read") as db:
            row = db.execute(
                f"{SELECT_RUNS} WHERE account_id = ? AND sha256 = ? ORDER BY seq DESC LIMIT 1",
                (account_id, sha256),
            ).fetchone()
        return None if row is None else to_run(row)

    def entries(
        self, account_id: int, keys: Iterable[str], step: Step = Step.CREATE
    ) -> Mapping[str, Entry]:
        """Return what is known of these references, by key; unknown ones are left out."""
        with self._transaction("read") as db:
            # A table, not a list of parameters or a JSON text: SQLite bounds the one, and cuts
            # strings at U+0000 in the other. The transaction's end empties it.
            db.executemany("INSERT INTO wanted VALUES (?)", ((key,) for key in dict.fromkeys(keys)))
            cursor = db.cursor()
            cursor.row_factory = None  # plain tuples
            attempts = map(to_attempt, cursor.execute(SELECT_ATTEMPTS, (account_id, step)))
            return {
                key: Entry(tuple(group))
                for key, group in groupby(attempts, key=lambda attempt: attempt.create.key)
            }

    def references(self, account_id: int, attempts: int) -> list[str]:
        """Return the references of the last attempts, newest first, each once; so many attempts."""
        with self._transaction("read") as db:
            rows = db.execute(SELECT_LATEST, (account_id, Step.CREATE, attempts)).fetchall()
        return [row["reference"] for row in rows]

    def padded(self, account_id: int) -> Mapping[str, str]:
        """Return the references of digits alone that begin with a zero, by key."""
        with self._transaction("read") as db:
            rows = db.execute(SELECT_PADDED, (account_id, Step.CREATE)).fetchall()
        return {row["key"]: row["reference"] for row in rows}

    def in_doubt(self, account_id: int, step: Step = Step.CREATE) -> list[Entry]:
        """Return every reference of the account whose state is in doubt, oldest first."""
        with self._transaction("read") as db:
            rows = db.execute(
                "SELECT key FROM attempt INDEXED BY attempt_in_doubt"
                " WHERE account_id = ? AND step = ?"
                " AND verdict IS NULL AND (reply IS NULL OR reply = 'lost')"
                " GROUP BY key ORDER BY min(id)",
                (account_id, step),
            ).fetchall()
        entries = self.entries(account_id, (row["key"] for row in rows), step)
        return [entry for entry in entries.values() if entry.state is EntryState.IN_DOUBT]

    def witnesses(self, account_id: int) -> Mapping[str, str]:
        """Return the number of every invoice that is known, with its currency."""
        with self._transaction("read") as db:
            cursor = db.cursor()
            cursor.row_factory = None  # plain tuples
            return dict(
                cursor.execute(
                    "SELECT coalesce(invoice_number, found_number), body ->> '$.currency'"
                    " FROM attempt WHERE account_id = ?"
                    " AND (reply = 'created' OR verdict = 'found')",
                    (account_id,),
                )
            )

    def claim(self, claim: Claim) -> int:
        """Write down an attempt before its POST leaves; return the attempt's id."""
        create = claim.create
        with self._transaction("written") as db:
            row = db.execute(
                "INSERT INTO attempt (account_id, step, key, reference, run_id, row, body, due_day,"
                " idempotency_key, claimed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (
                    claim.account_id,
                    claim.step,
                    create.key,
                    create.reference,
                    claim.run_id,
                    create.row,
                    create.body,
                    create.due_day,
                    claim.idempotency_key,
                    to_text(claim.at),
                ),
            ).fetchone()
        return int(row["id"])

    def settle(self, attempt_id: int, settlement: Settlement) -> None:
        """Write down the reply to an attempt. An attempt is settled once."""
        with self._transaction("written") as db:
            done = db.execute(
                "UPDATE attempt SET reply = ?, settled_at = ?, http_status = ?, detail = ?,"
                " invoice_id = ?, invoice_number = ? WHERE id = ? AND reply IS NULL",
                (
                    settlement.kind,
                    to_text(settlement.at),
                    settlement.http_status,
                    settlement.detail,
                    *to_names(settlement.invoice),
                    attempt_id,
                ),
            )
            if not done.rowcount:
                raise contradiction(f"attempt {attempt_id} is unknown or settled already")

    def resolve(
        self, account_id: int, key: str, resolution: Resolution, step: Step = Step.CREATE
    ) -> None:
        """Settle the doubt about every in-doubt attempt of this reference."""
        with self._transaction("written") as db:
            db.execute(
                "UPDATE attempt SET verdict = ?, verdict_by = ?, verdict_at = ?,"
                " verdict_detail = ?, found_id = ?, found_number = ?"
                " WHERE account_id = ? AND step = ? AND key = ?"
                " AND verdict IS NULL AND (reply IS NULL OR reply = 'lost')",
                (
                    resolution.verdict,
                    resolution.by,
                    to_text(resolution.at),
                    resolution.detail,
                    *to_names(resolution.invoice),
                    account_id,
                    step,
                    key,
                ),
            )

    def close(self) -> None:
        """Let go of the files."""
        with self._mutex:
            self._db.close()

    @contextmanager
    def _transaction(self, purpose: Literal["read", "written"]) -> Iterator[sqlite3.Connection]:
        """Run one transaction; a write is durable once this is over, a read leaves nothing."""
        # A writer from the start: a reader that turns into one can find that it is too late.
        begin, end = ("BEGIN", "ROLLBACK") if purpose == "read" else ("BEGIN IMMEDIATE", "COMMIT")
        with self._mutex:
            try:
                self._db.execute(begin)
                yield self._db
                self._db.execute(end)
            except sqlite3.IntegrityError as exc:
                raise contradiction(str(exc)) from exc
            except sqlite3.Error as exc:
                raise StoppedError(
                    f"The ledger {self._path} can't be {purpose}: {exc}. Nothing more was sent. "
                    f"{files.advice(exc)}"
                ) from exc
            finally:
                if self._db.in_transaction:
                    with suppress(sqlite3.Error):  # the first error is the one to tell
                        self._db.execute("ROLLBACK")
