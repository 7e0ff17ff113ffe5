"""The ledger in one SQLite file, durable against crashes of the program and of the machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby

from importer.garbage import uncollected
from importer.ledger import lock
from importer.ledger.history import History
from importer.ledger.place import to_option
from importer.ledger.port import contradiction
from importer.ledger.rows import (
    SELECT_ANY,
    SELECT_ATTEMPTS,
    SELECT_LATEST,
    SELECT_NUMBERED,
    SELECT_PADDED,
    to_account,
    to_attempt,
    to_names,
    to_text,
)
from importer.records import (
    Account,
    Claim,
    Entry,
    EntryState,
    Resolution,
    Settled,
    Size,
    Step,
)


class SqliteLedger(History):
    """The ledger of `port.Ledger` in a SQLite file; see there for what the methods promise.

    One object may be used by many threads. While it works, each method raises `StoppedError`
    where the file can't be read or written, and `LedgerError` where a record contradicts
    those that are there (a second open claim, an unknown run).

    Args:
        path: The file; made, with its folders, where it is missing.

    Raises:
        LedgerError: The file can't be used, see `files.connect`.
    """

    @property
    def option(self) -> str:
        """The option that leads a command to it, behind a space; empty where none is needed."""
        return to_option(self.path)

    def account(self, url: str, name: str) -> Account:
        """Return the account with this URL and name, made on first sight."""
        with self.transaction("written") as db:
            db.execute(
                "INSERT INTO account (url, name) VALUES (?, ?) ON CONFLICT DO NOTHING", (url, name)
            )
            row = db.execute(
                "SELECT * FROM account WHERE url = ? AND name = ?", (url, name)
            ).fetchone()
        return to_account(row)

    def accounts(self) -> list[Account]:
        """Return every account, in the order in which they were first seen."""
        with self.transaction("read") as db:
            return [to_account(row) for row in db.execute("SELECT * FROM account ORDER BY id")]

    def pin_owner(self, account_id: int, owner_id: int) -> int:
        """Pin the account's owner unless one is pinned; return the owner that is pinned."""
        with self.transaction("written") as db:
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
        with self.transaction("written") as db:
            done = db.execute("UPDATE account SET proves_absence = 0 WHERE id = ?", (account_id,))
            if not done.rowcount:
                raise contradiction(f"account {account_id} is unknown")

    @contextmanager
    def sender(
        self, account: Account, wait_s: float, on_wait: Callable[[], None]
    ) -> Iterator[None]:
        """Be the only sending run of this ledger and account while the context lasts."""
        with lock.held(
            self.path.with_name(f"{self.path.name}.{account.id}.lock"),
            wait_s,
            on_wait,
            busy=f"Another import is sending for {account}. Wait until it has ended, then run the "
            "same command again; or give it longer with --wait.",
        ):
            self.require_whole()
            yield

    @uncollected()
    def entries(
        self, account_id: int, keys: Iterable[str], step: Step = Step.CREATE
    ) -> Mapping[str, Entry]:
        """Return what is known of these references, by key; unknown ones are left out."""
        with self.transaction("read") as db:
            if not db.execute(SELECT_ANY, (account_id, step)).fetchone():
                return {}
            _want(db, keys)
            cursor = db.cursor()
            cursor.row_factory = None  # plain tuples
            attempts = map(to_attempt, cursor.execute(SELECT_ATTEMPTS, (account_id, step)))
            return {
                key: Entry(tuple(group))
                for key, group in groupby(attempts, key=lambda attempt: attempt.create.key)
            }

    def references(self, account_id: int, attempts: int) -> list[str]:
        """Return the references of the last attempts, newest first, each once; so many attempts."""
        with self.transaction("read") as db:
            rows = db.execute(SELECT_LATEST, (account_id, Step.CREATE, attempts)).fetchall()
        return [row["reference"] for row in rows]

    def padded(self, account_id: int) -> Mapping[str, str]:
        """Return the references of digits alone that begin with a zero, by key."""
        with self.transaction("read") as db:
            rows = db.execute(SELECT_PADDED, (account_id, Step.CREATE)).fetchall()
        return {row["key"]: row["reference"] for row in rows}

    @uncollected()
    def numbered(self, account_id: int, numbers: Iterable[str]) -> Mapping[str, Entry]:
        """Return the references whose invoices have these numbers, by number."""
        with self.transaction("read") as db:
            _want(db, numbers)
            rows = db.execute(SELECT_NUMBERED, (account_id, Step.CREATE)).fetchall()
        made = {row["number"]: row["key"] for row in rows}
        entries = self.entries(account_id, made.values())
        return {number: entries[key] for number, key in made.items()}

    def in_doubt(self, account_id: int, step: Step = Step.CREATE) -> list[Entry]:
        """Return every reference of the account whose state is in doubt, oldest first."""
        with self.transaction("read") as db:
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
        with self.transaction("read") as db:
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

    def record(self, deeds: Sequence[Claim | Settled]) -> list[int]:
        """Write down attempts before their POSTs leave, and the replies to others: all or none."""
        with self.transaction("written") as db:
            return [
                _claim(db, deed) if isinstance(deed, Claim) else _settle(db, deed) for deed in deeds
            ]

    def resolve(
        self, account_id: int, key: str, resolution: Resolution, step: Step = Step.CREATE
    ) -> None:
        """Settle the doubt about every in-doubt attempt of this reference."""
        with self.transaction("written") as db:
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

    def size(self) -> Size:
        """Return how much the ledger holds."""
        with self.transaction("read") as db:
            names = ("page_size", "page_count", "freelist_count")
            page, pages, free = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
            row = db.execute(
                "SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM attempt)"
            ).fetchone()
        return Size(row[0], row[1], bytes=page * pages, free=page * free)


def _want(db: sqlite3.Connection, texts: Iterable[str]) -> None:
    """Put texts into the temporary table `wanted`, each once; the transaction's end empties it."""
    # A table, not a list of parameters or a JSON text: SQLite bounds the one, and cuts strings at
    # U+0000 in the other.
    db.executemany("INSERT INTO wanted VALUES (?)", ((text,) for text in dict.fromkeys(texts)))


def _claim(db: sqlite3.Connection, claim: Claim) -> int:
    """Insert an attempt; return its id."""
    create = claim.create
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


def _settle(db: sqlite3.Connection, settled: Settled) -> int:
    """Complete an attempt; return its id."""
    settlement = settled.settlement
    done = db.execute(
        "UPDATE attempt SET reply = ?, settled_at = ?, http_status = ?, detail = ?,"
        " invoice_id = ?, invoice_number = ? WHERE id = ? AND reply IS NULL",
        (
            settlement.kind,
            to_text(settlement.at),
            settlement.http_status,
            settlement.detail,
            *to_names(settlement.invoice),
            settled.attempt_id,
        ),
    )
    if not done.rowcount:
        raise contradiction(f"attempt {settled.attempt_id} is unknown or settled already")
    return settled.attempt_id
