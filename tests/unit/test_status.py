"""What `status` says of accounts: those of a sandbox that was reset are no others' namesakes."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

import pytest

import deeds
from importer.cli.status import tell_doubts, tell_reference
from importer.ledger.sqlite import SqliteLedger
from importer.model import Create, InvoiceRef
from importer.records import Claim, ReplyKind, RunStart, Settlement
from importer.sandbox.store import Store

NOW = dt.datetime(2027, 1, 4, 9, 5, tzinfo=dt.UTC)


def remember(ledger: Path, sandbox: str, run: str) -> None:
    """Write down that a reference was created at a sandbox."""
    create = Create(2, "Ref-1", "ref-1", "{}")
    settlement = Settlement(ReplyKind.CREATED, NOW, 200, None, InvoiceRef(3, "INV-000003"))
    with closing(SqliteLedger(ledger)) as store:
        account = store.account(f"sandbox:{sandbox}", "default")
        store.start_run(RunStart(run, account.id, NOW, "/a.csv", "", "u", "h", "{}", b""))
        deeds.settle(
            store, deeds.claim(store, Claim(account.id, run, create, run, NOW)), settlement
        )


def test_an_invoice_of_the_sandbox_before_its_reset_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once it is reset its invoices are gone: they and the new ones are not taken for doubles."""
    data, ledger = tmp_path / "sandbox.sqlite3", tmp_path / "ledger.sqlite3"
    monkeypatch.setenv("IMPORT_INVOICES_SANDBOX_DATA", str(data))
    told: list[list[str]] = []
    for number, reset in enumerate((False, True, False)):
        with closing(Store(data, reset=reset)) as store:
            if number != 1:
                remember(ledger, store.id, f"run-{number}")
        tell_reference("Ref-1", ledger, as_json=False)
        told.append([line for line in capsys.readouterr().out.splitlines() if line[0] != " "])
    now, before = (
        f"Ref-1 (default at the sandbox{n}): created as INV-000003"
        for n in ("", " before its reset")
    )
    assert told == [[now], [before], [before, now]]
    data.unlink()
    tell_reference("Ref-1", ledger, as_json=False)
    assert "reset" not in capsys.readouterr().out


def test_doubts_of_a_sandbox_that_was_reset_ask_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither an import nor `resolve` could reach them: they are told as gone."""
    data, ledger = tmp_path / "sandbox.sqlite3", tmp_path / "ledger.sqlite3"
    monkeypatch.setenv("IMPORT_INVOICES_SANDBOX_DATA", str(data))
    with closing(Store(data, reset=False)) as sandbox, closing(SqliteLedger(ledger)) as store:
        account = store.account(f"sandbox:{sandbox.id}", "default")
        store.start_run(RunStart("run", account.id, NOW, "/a.csv", "", "u", "h", "{}", b""))
        create = Create(2, "Ref-1", "ref-1", "{}")
        deeds.claim(store, Claim(account.id, "run", create, "key", NOW))
    tell_doubts(ledger, as_json=False)
    assert "resolve Ref-1" in capsys.readouterr().out
    with closing(Store(data, reset=True)):
        tell_doubts(ledger, as_json=False)
    told = capsys.readouterr().out
    assert "before its reset" in told
    assert "Nothing is to be done." in told
    assert "resolve" not in told
