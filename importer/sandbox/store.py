"""The sandbox's invoices, in SQLite, so that they are remembered between runs."""

from __future__ import annotations

import datetime as dt
import secrets
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

from importer.sandbox.contract import CreateInvoice, InvoiceResponse, SandboxState

_APPLICATION_ID = 0x53424F58  # "SBOX", in the file's header: another program's file stays whole
_VERSION = 1
_BATCH = 1_000

_SCHEMA = (
    """CREATE TABLE sandbox (
        id TEXT NOT NULL,
        owner_id INTEGER NOT NULL,
        creates_received INTEGER NOT NULL DEFAULT 0
    )""",
    """CREATE TABLE invoice (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        invoice_number TEXT AS (printf('INV-%06d', id)) UNIQUE,
        counterparty_id INTEGER NOT NULL,
        currency TEXT NOT NULL,
        total_amount REAL NOT NULL DEFAULT 0,
        status TEXT NOT NULL DEFAULT 'IDLE',
        note TEXT NOT NULL,
        fee_bearer TEXT NOT NULL,
        due_date TEXT,
        as_payment_link INTEGER NOT NULL,
        owner_id INTEGER NOT NULL,
        owner_type TEXT NOT NULL DEFAULT 'MERCHANT',
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        reference_id TEXT,
        paid_at TEXT
    )""",
    "CREATE INDEX invoice_reference ON invoice (reference_id)",
)

_INSERT = """
INSERT INTO invoice (counterparty_id, currency, note, fee_bearer, as_payment_link, reference_id,
                     due_date, owner_id, created_at, updated_at)
VALUES (:counterparty_id, :currency, :note, :fee_bearer, :as_payment_link, :reference_id,
        :due_date, :owner_id, :now, :now)
"""

# SQLite writes the JSON of an answer: a listing of 500,000 needs no object of ours for each.
_FIELDS = dict.fromkeys(InvoiceResponse.model_fields) | {
    "as_payment_link": "json(iif(as_payment_link, 'true', 'false'))"  # SQLite has no booleans
}
_SELECT = "SELECT id, json_object({}) AS answer FROM invoice".format(  # noqa: S608 - names of ours
    ", ".join(f"'{field}', {expression or field}" for field, expression in _FIELDS.items())
)

_LIST = f"""{_SELECT}
WHERE id > :after AND (:currency IS NULL OR currency = :currency)
  AND (:status IS NULL OR status = :status)
ORDER BY id LIMIT :size
"""


class StoreError(Exception):
    """The file can't be used; the message says why and what to do."""


class Store:
    """The database. One connection, for the thread that made it.

    Every method is quick and commits what it writes. With `synchronous=NORMAL` a power cut may
    cost the last invoices, a crash of the sandbox costs none.

    Args:
        path: The SQLite file, made with its folders where there is none.
        reset: Empty it first, and draw a new id.

    Raises:
        StoreError: When the file can't be opened, or isn't a sandbox's.
    """

    def __init__(self, path: Path, *, reset: bool = False) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare(reset=reset)
            row = self._connection.execute("SELECT id, owner_id FROM sandbox").fetchone()
        except sqlite3.Error as error:
            self.close()
            raise self._unusable(error) from error
        except StoreError:
            self.close()
            raise
        self.id: str = row["id"]
        self.owner_id: int = row["owner_id"]

    def create(self, request: CreateInvoice, *, deduplicate: bool = False) -> InvoiceResponse:
        """Make an invoice.

        Args:
            request: What it says.
            deduplicate: Return the existing invoice where the reference is known.
        """
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            if deduplicate:  # no reference at all is NULL, which equals nothing in SQL
                known = self._find("reference_id = ?", request.reference_id)
                if known is not None:
                    return known
            values = request.model_dump(mode="json")
            cursor = self._connection.execute(
                _INSERT, values | {"owner_id": self.owner_id, "now": _now()}
            )
            row = self._connection.execute(
                f"{_SELECT} WHERE id = ?", (cursor.lastrowid,)
            ).fetchone()
            return InvoiceResponse.model_validate_json(row["answer"])

    def find(self, invoice_id: int) -> InvoiceResponse | None:
        """Return the invoice with this id."""
        return self._find("id = ?", invoice_id)

    def find_number(self, number: str) -> InvoiceResponse | None:
        """Return the invoice with this number."""
        return self._find("invoice_number = ?", number)

    def batches(
        self, *, currency: str | None = None, status: str | None = None
    ) -> Iterator[list[str]]:
        """Yield the invoices as JSON objects, oldest first, in batches.

        Each batch is a query of its own, so nothing is held open between two of them.

        Args:
            currency: Only those in this currency.
            status: Only those with this status.
        """
        wanted = {"currency": currency, "status": status, "size": _BATCH}
        after = 0
        while rows := self._connection.execute(_LIST, wanted | {"after": after}).fetchall():
            yield [row["answer"] for row in rows]
            after = rows[-1]["id"]

    def cancel(self, invoice_id: int) -> InvoiceResponse | None:
        """Cancel an invoice that is IDLE or ACTIVE; return None where it is neither."""
        changed = self._connection.execute(
            "UPDATE invoice SET status = 'CANCELED', updated_at = ?"
            " WHERE id = ? AND status IN ('IDLE', 'ACTIVE')",
            (_now(), invoice_id),
        ).rowcount
        return self.find(invoice_id) if changed else None

    def count_create(self) -> None:
        """Count a create that was received, whatever comes of it."""
        self._connection.execute("UPDATE sandbox SET creates_received = creates_received + 1")

    def state(self) -> SandboxState:
        """Return what the sandbox says of itself."""
        row = self._connection.execute(
            "SELECT *, (SELECT count(*) FROM invoice) AS invoices FROM sandbox"
        ).fetchone()
        return SandboxState.model_validate(dict(row))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _find(self, condition: str, value: int | str | None) -> InvoiceResponse | None:
        query = f"{_SELECT} WHERE {condition} ORDER BY id LIMIT 1"
        row = self._connection.execute(query, (value,)).fetchone()
        return None if row is None else InvoiceResponse.model_validate_json(row["answer"])

    def _prepare(self, *, reset: bool) -> None:
        with self._connection:
            # Two sandboxes may start on one new file: the second waits for the first.
            self._connection.execute("BEGIN IMMEDIATE")
            if self._is_new() or reset:
                self._make()
            elif self._pragma("user_version") != _VERSION:
                raise StoreError(
                    f"{self._path} was made by another version of the sandbox."
                    " Empty it with --reset, or name another file with --data."
                )
        # Not possible within a transaction, and not to be done to another program's file.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def _is_new(self) -> bool:
        if self._pragma("application_id") == _APPLICATION_ID:
            return False
        if self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError(
                f"{self._path} is no sandbox's file; it is left as it is."
                " Name another file with --data."
            )
        return True

    def _make(self) -> None:
        for table in ("invoice", "sandbox"):
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in _SCHEMA:
            self._connection.execute(statement)
        self._connection.execute(
            "INSERT INTO sandbox (id, owner_id) VALUES (?, ?)",
            (uuid.uuid4().hex, 1 + secrets.randbelow(999_999)),
        )
        self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        self._connection.execute(f"PRAGMA user_version = {_VERSION}")

    def _pragma(self, name: str) -> int:
        value: int = self._connection.execute(f"PRAGMA {name}").fetchone()[0]
        return value

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"The sandbox can't keep its data in {self._path}: {error}."
            " Name another file with --data."
        )


def _now() -> str:
    """Return the time as RFC 3339 in UTC."""
    return dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")
