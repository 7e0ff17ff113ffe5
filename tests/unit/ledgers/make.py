"""Dump a ledger as some version of the tool makes it, with runs and attempts in every state.

Done once for a version, before the ledger's format changes:

    git archive COMMIT importer | tar x -C OLD
    PYTHONPATH=OLD:tests/end_to_end python tests/unit/ledgers/make.py > tests/unit/ledgers/NAME.sql
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import platform
import sqlite3
import sys
import tempfile
from contextlib import closing, redirect_stdout, suppress
from dataclasses import replace
from pathlib import Path

from desk import Desk, Row, row
from odd_api import Invoice, Reply, created, detail, odd_api

import deeds
from importer.cli import main
from importer.ledger.sqlite import SqliteLedger
from importer.model import Create, InvoiceRef
from importer.records import Claim, ReplyKind, Resolution, Settlement, Verdict

URL = "https://api.example.com"
AT = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)
FOUND = InvoiceRef(70, "N-70")


def answer(invoice: Invoice, number: int) -> Reply | None:
    """Create, refuse the second, lose the third."""
    match invoice["reference_id"]:
        case "A-2":
            return detail(422, "The counterparty is unknown")
        case "A-3":
            return None
    return created(invoice, number)


def rows() -> list[Row]:
    """Five rows: created, refused, lost, created with a note in many scripts, invalid."""
    return [
        *(row(f"A-{number}", Due="2031-05-17") for number in (1, 2, 3)),
        row("A-4", Due="2031-05-17", Note="Café ☕ 請求書"),
        row("A-5", Due="2031-05-17", Currency="dollars"),
    ]


def body(reference: str) -> str:
    """Return what is sent for a reference."""
    return json.dumps(
        {
            "reference_id": reference,
            "counterparty_id": 10234,
            "currency": "USD",
            "note": f"Rent, {reference}",
            "fee_bearer": "PAYER",
            "as_payment_link": True,
            "due_date": "2031-05-17T23:59:59Z",
        },
        separators=(",", ":"),
    )


def add_states(ledger: SqliteLedger) -> None:
    """Add a run that was killed, and an attempt for every reply and every verdict."""
    account, *_ = ledger.accounts()
    (first,) = ledger.runs(1)
    whole = ledger.run(first.start.id)
    assert whole is not None
    ledger.start_run(replace(whole.start, id="20260301-093000-dead", at=AT))

    def claim(reference: str) -> int:
        create = Create(9, reference, reference.casefold(), body(reference), "2031-05-17")
        return deeds.claim(ledger, Claim(account.id, "20260301-093000-dead", create, "key", AT))

    for kind in ReplyKind:
        invoice = InvoiceRef(71, "N-71") if kind is ReplyKind.CREATED else None
        deeds.settle(ledger, claim(f"R-{kind}"), Settlement(kind, AT, 500, "why", invoice))
    for verdict in Verdict:
        claim(f"V-{verdict}")
        invoice = None if verdict is Verdict.ABSENT else FOUND
        resolution = Resolution(verdict, "ada@office", AT, invoice, "looked it up")
        ledger.resolve(account.id, f"v-{verdict}", resolution)
    claim("open")


def dump(path: Path, url: str) -> str:
    """Return the SQL that makes a ledger again, at the API of the tests."""
    with closing(sqlite3.connect(path)) as db:
        pragmas = [
            f"PRAGMA {name} = {db.execute(f'PRAGMA {name}').fetchone()[0]};"
            for name in ("application_id", "user_version")
        ]
        text = "\n".join([*db.iterdump(), *pragmas]) + "\n"
    who = f"'{getpass.getuser()}','{platform.node()}'"
    return text.replace(url, URL).replace(who, "'ada','office'")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, odd_api(answer) as api:
        desk = Desk(Path(folder))
        path = desk.folder / "ledger.sqlite3"
        os.environ.update({"IMPORT_INVOICES_TOKEN": "t", "IMPORT_INVOICES_LOOKUP_DELAY": "0"})
        os.chdir(folder)
        words = [str(desk.csv("a.csv", rows())), "--api-url", api.url, "--ledger", str(path)]
        with redirect_stdout(sys.stderr), suppress(SystemExit):
            main([*words, "--output", str(desk.folder / "results.csv")])
        with closing(SqliteLedger(path)) as ledger:
            add_states(ledger)
        sys.stdout.write(dump(path, api.url))
