"""Where the ledger is, and the option that leads there."""

from __future__ import annotations

import shlex
from pathlib import Path


def default_ledger() -> Path:
    """Return where the ledger is unless --ledger says otherwise."""
    import platformdirs  # noqa: PLC0415 `--help` doesn't need it

    return platformdirs.user_data_path("import-invoices", appauthor=False) / "ledger.sqlite3"


def to_option(ledger: Path) -> str:
    """Return the option that leads a command to a ledger; empty for the one that it takes anyway.

    Args:
        ledger: The ledger's file.
    """
    usual = ledger.resolve() == default_ledger().resolve()
    return "" if usual else f" --ledger {shlex.quote(str(ledger.resolve()))}"
