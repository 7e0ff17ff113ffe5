"""What tests write into a ledger, one at a time."""

from __future__ import annotations

from importer.ledger.port import Ledger
from importer.records import Claim, Settled, Settlement


def claim(ledger: Ledger, claim: Claim) -> int:
    """Claim; return the attempt's id."""
    [attempt_id] = ledger.record([claim])
    return attempt_id


def settle(ledger: Ledger, attempt_id: int, settlement: Settlement) -> None:
    """Settle an attempt."""
    ledger.record([Settled(attempt_id, settlement)])
