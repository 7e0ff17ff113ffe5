"""A backup takes a ledger's place whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from importer.errors import LedgerError
from importer.ledger.care import back_up
from importer.ledger.restore import restore
from importer.ledger.sqlite import SqliteLedger

URL = "https://api.example.com"


def ledger_of(path: Path, *accounts: str) -> Path:
    """Make a ledger with some accounts."""
    store = SqliteLedger(path)
    for name in accounts:
        store.account(URL, name)
    store.close()
    return path


def accounts(path: Path) -> list[str]:
    """Return the names of a ledger's accounts."""
    store = SqliteLedger(path)
    try:
        return [account.name for account in store.accounts()]
    finally:
        store.close()


def test_what_was_there_is_kept_beside(tmp_path: Path) -> None:
    """With its -wal file under the same name; the backup stays, and the new file is private."""
    backup = tmp_path / "backup.sqlite3"
    ledger = ledger_of(tmp_path / "ledger.sqlite3", "one")
    back_up(ledger, backup)
    ledger_of(ledger, "two")
    (tmp_path / "ledger.sqlite3-wal").write_bytes(b"of a killed run")
    kept = restore(ledger, backup)
    assert kept is not None
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"of a killed run"
    kept.with_name(f"{kept.name}-wal").unlink()
    assert ledger.stat().st_mode & 0o777 == 0o600
    assert (accounts(ledger), accounts(kept)) == (["one"], ["one", "two"])
    assert accounts(backup) == ["one"]


def test_a_restore_that_fails_half_way_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the last rename is refused, the ledger has its name again, and nothing is left over."""
    backup = tmp_path / "backup.sqlite3"
    ledger = ledger_of(tmp_path / "ledger.sqlite3", "one")
    back_up(ledger, backup)
    before = sorted(path.name for path in tmp_path.iterdir())
    rename = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(source).suffix == ".tmp":
            raise OSError(13, "Permission denied")
        rename(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(LedgerError, match="The ledger is as it was"):
        restore(ledger, backup)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert accounts(ledger) == ["one"]
