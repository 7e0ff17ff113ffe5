"""A ledger of many references, as many runs of the importer would have left it."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from dataclasses import asdict
from pathlib import Path

import polars as pl

from benchmarks.files import reference, write_csv
from importer.archive import pack_frame, pack_table
from importer.ledger.sqlite import SqliteLedger
from importer.read import read_table
from importer.records import RunEnd, RunStart
from importer.report import OUTCOME_SCHEMA
from importer.settings import Settings
from importer.table import ROW

URL = "https://api.example.com"
RUNS = 10

INSERT = """
    WITH RECURSIVE row(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM row WHERE n < :last)
    INSERT INTO attempt (
        account_id, step, key, reference, run_id, row, body, due_day, idempotency_key, claimed_at,
        reply, settled_at, http_status, invoice_id, invoice_number
    )
    SELECT :account, 'create', format('inv-2027-%07d', n), format('INV-2027-%07d', n), :run,
        n - :first + 2, json_object('reference_id', format('INV-2027-%07d', n),
            'counterparty_id', 10000 + n % 50000, 'currency', 'USD',
            'note', format('Rent job %d in week %d', n, n % 52 + 1), 'fee_bearer', 'PAYER',
            'as_payment_link', json('false'), 'due_date', '2027-01-31T00:00:00Z'),
        '2027-01-31', format('%s-%d', :run, n), :at, 'created', :at, 200, n, format('N-%d', n)
    FROM row
"""


def build(path: Path, references: int) -> None:
    """Make a ledger of one account and ten runs, all created.

    Args:
        path: The file, new.
        references: How many, `files.reference(1)` and so on.
    """
    ledger = SqliteLedger(path)
    account = ledger.account(URL, "default")
    ledger.pin_owner(account.id, 1)
    each = references // RUNS
    begun = dt.datetime.now(dt.UTC) - dt.timedelta(days=RUNS)
    for run in range(RUNS):
        at, first = begun + dt.timedelta(days=run), run * each + 1
        run_id = f"{at:%Y%m%d-%H%M%S}-{run:04x}"
        file = path.with_name(f"run-{run}.csv")
        write_csv(file, each, bad=0, first=first)
        ledger.start_run(_start(account.id, run_id, at, file))
        said = at.isoformat(timespec="microseconds")
        values = {"first": first, "last": first + each - 1, "account": account.id, "run": run_id}
        with sqlite3.connect(path) as db:
            db.execute(INSERT, values | {"at": said})
        db.close()
        end = at + dt.timedelta(hours=1)
        outcomes = pack_frame(_created(first, each))
        ledger.finish_run(run_id, RunEnd(end, {"created": each}, 0, None, None, outcomes))
    ledger.close()


def _start(account_id: int, run_id: str, at: dt.datetime, file: Path) -> RunStart:
    table = read_table(file)
    options = json.dumps(asdict(Settings(file, file)), default=str)
    return RunStart(
        run_id, account_id, at, str(file), table.sha256, "user", "host", options, pack_table(table)
    )


def _created(first: int, rows: int) -> pl.DataFrame:
    """Return the outcomes of a run in which every row was created."""
    numbers = pl.int_range(first, first + rows, eager=True)
    columns = {
        ROW: pl.int_range(2, rows + 2, eager=True),
        "status": pl.repeat("created", rows, eager=True),
        "invoice_number": "N-" + numbers.cast(pl.String),
        "invoice_id": numbers,
        "error": pl.repeat(None, rows, dtype=pl.String, eager=True),
    }
    return pl.DataFrame(columns).select(OUTCOME_SCHEMA.keys()).cast(OUTCOME_SCHEMA)


__all__ = ["build", "reference"]
