"""Values ↔ rows of the ledger's tables (`schema.sql`)."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from importer.errors import LedgerError
from importer.model import Create, InvoiceRef
from importer.records import (
    Account,
    Attempt,
    FileVerdict,
    ReplyKind,
    Resolution,
    Run,
    RunEnd,
    RunStart,
    Settlement,
    Verdict,
)

SELECT_RUNS = """
    SELECT id, account_id, started_at, file, sha256, user, host, options, ended_at, counts,
        exit_code, output, error, x'' AS file_table, x'' AS outcomes,
        length(file_table) = 0 AS pruned
    FROM run
"""
"""Runs without their blobs. Of a blob that is only measured SQLite reads no page but the first."""

SELECT_RUN = "SELECT *, length(file_table) = 0 AS pruned FROM run"
"""Runs with their blobs."""

PRUNE = """
    UPDATE run SET file_table = x'', outcomes = iif(outcomes IS NULL, NULL, x'')
    WHERE seq = (
        SELECT seq FROM run INDEXED BY run_with_table
        WHERE length(file_table) > 0 AND started_at < ? AND (
            ended_at IS NOT NULL
            OR EXISTS (
                SELECT 1 FROM run AS later
                WHERE later.account_id = run.account_id AND later.seq > run.seq
            )
        )
        ORDER BY started_at LIMIT 1
    )
"""
"""Empty the table and the outcomes of the oldest run that was started before a time.

One run sends for an account at a time: where a later one began, one without an end is dead.
"""

SELECT_PADDED = """
    SELECT key, reference FROM attempt INDEXED BY attempt_by_key
    WHERE account_id = ? AND step = ? AND key >= '0' AND key < '1' AND key NOT GLOB '*[^0-9]*'
        AND (reply = 'created' OR verdict IN ('found', 'other')
            OR verdict IS NULL AND (reply IS NULL OR reply = 'lost'))
    ORDER BY id
"""
"""The references of digits that begin with a zero, of an account and a step."""

SELECT_NUMBERED = """
    SELECT iif(reply = 'created', invoice_number, found_number) AS number, attempt.key
    FROM attempt NOT INDEXED
    WHERE account_id = ? AND step = ? AND (reply = 'created' OR verdict = 'found')
        AND number IN (SELECT key FROM wanted)
    ORDER BY id
"""
"""The keys of which the invoices were made whose numbers are in `wanted`, by an account and a step.

It walks through all attempts: seldom asked for, this needs no index that every write would pay for.
"""

SELECT_LATEST = """
    SELECT reference, max(id)
    FROM (
        SELECT id, key, reference FROM attempt NOT INDEXED
        WHERE account_id = ? AND step = ? ORDER BY id DESC LIMIT ?
    )
    GROUP BY key ORDER BY max(id) DESC
"""
"""The references of the last attempts of an account and a step."""

SELECT_ANY = """
    SELECT 1 FROM attempt INDEXED BY attempt_by_key WHERE account_id = ? AND step = ? LIMIT 1
"""
"""Whether there is any attempt of an account and a step."""

SELECT_ATTEMPTS = """
    SELECT id, run_id, row, reference, attempt.key, body, due_day, idempotency_key, claimed_at,
        reply, settled_at, http_status, detail, invoice_id, invoice_number,
        verdict, verdict_by, verdict_at, verdict_detail, found_id, found_number
    FROM wanted CROSS JOIN attempt INDEXED BY attempt_by_key
        ON account_id = ? AND step = ? AND attempt.key = wanted.key
    ORDER BY wanted.rowid, id
"""
"""The attempts for the keys in the temporary table `wanted`, of an account and a step.

CROSS JOIN and INDEXED BY: SQLite goes from key to key by the index, or fails, but never scans.
"""

_REPLY_KINDS = {kind.value: kind for kind in ReplyKind}


_Row = TypeVar("_Row")
_Value = TypeVar("_Value")


def _undamaged(read: Callable[[_Row], _Value]) -> Callable[[_Row], _Value]:
    """Have a reader of rows say what it means that one holds what nobody writes."""

    @wraps(read)
    def reads(row: _Row) -> _Value:
        try:
            return read(row)
        except (ValueError, TypeError, KeyError) as exc:
            raise LedgerError(
                f"A record of the ledger is damaged ({type(exc).__name__}: {exc}). Restore its "
                "newest backup: `import-invoices ledger restore FILE`."
            ) from exc

    return reads


def to_text(at: dt.datetime) -> str:
    """Return an aware time as it is kept: ISO 8601 in UTC, always with microseconds."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def to_names(invoice: InvoiceRef | None) -> tuple[int | None, str | None]:
    """Return an invoice's id and number as two columns."""
    return (None, None) if invoice is None else (invoice.id, invoice.number)


@_undamaged
def to_account(row: sqlite3.Row) -> Account:
    """Read a row of `account`."""
    return Account(
        id=row["id"],
        url=row["url"],
        name=row["name"],
        owner_id=row["owner_id"],
        proves_absence=bool(row["proves_absence"]),
    )


@_undamaged
def to_run(row: sqlite3.Row) -> Run:
    """Read a row of `run`."""
    start = RunStart(
        id=row["id"],
        account_id=row["account_id"],
        at=dt.datetime.fromisoformat(row["started_at"]),
        file=row["file"],
        sha256=row["sha256"],
        user=row["user"],
        host=row["host"],
        options=row["options"],
        table=row["file_table"],
    )
    pruned = bool(row["pruned"])
    if row["ended_at"] is None:
        return Run(start, pruned=pruned)
    end = RunEnd(
        at=dt.datetime.fromisoformat(row["ended_at"]),
        counts=json.loads(row["counts"]),
        exit_code=row["exit_code"],
        output=row["output"],
        error=row["error"],
        outcomes=row["outcomes"],
    )
    return Run(start, end, pruned)


@_undamaged
def to_file_verdict(row: sqlite3.Row) -> FileVerdict:
    """Read a row of `file_verdict`."""
    at = dt.datetime.fromisoformat(row["at"])
    return FileVerdict(row["sha256"], row["exit_code"], at, row["name"], row["options"])


@_undamaged
def to_attempt(row: tuple[Any, ...]) -> Attempt:
    """Read a row of `attempt`, its columns in the order of `SELECT_ATTEMPTS`.

    By position: by name takes half as long again, and there may be a million of them.
    """
    (
        attempt_id,
        run_id,
        *create,
        idempotency_key,
        claimed_at,
        reply,
        settled_at,
        http_status,
        detail,
        invoice_id,
        invoice_number,
        verdict,
        verdict_by,
        verdict_at,
        verdict_detail,
        found_id,
        found_number,
    ) = row
    return Attempt(
        attempt_id,
        run_id,
        Create(*create),
        idempotency_key,
        dt.datetime.fromisoformat(claimed_at),
        None
        if reply is None
        else Settlement(
            _REPLY_KINDS[reply],
            dt.datetime.fromisoformat(settled_at),
            http_status,
            detail,
            _to_invoice(invoice_id, invoice_number),
        ),
        None
        if verdict is None
        else Resolution(
            Verdict(verdict),
            verdict_by,
            dt.datetime.fromisoformat(verdict_at),
            _to_invoice(found_id, found_number),
            verdict_detail,
        ),
    )


def _to_invoice(invoice_id: int | None, number: str | None) -> InvoiceRef | None:
    return None if invoice_id is None or number is None else InvoiceRef(invoice_id, number)
