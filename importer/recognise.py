"""What a file's rows have in common with what was created before: likeness is told, not guessed."""

from __future__ import annotations

from collections.abc import Mapping

from importer.examples import hold_examples
from importer.ledger.port import Ledger
from importer.likeness import NUMBER, with_known, zero_key
from importer.plan import Knowledge
from importer.records import Account, EntryState
from importer.table import Invoices


def recognise(
    invoices: Invoices,
    known: Knowledge,
    ledger: Ledger,
    account: Account,
    listed: Mapping[str, str] | None = None,
) -> Invoices:
    """Add what is wrong with references that are almost those of invoices that exist.

    The template's own examples are held back from a real API here too.

    Args:
        invoices: The validated rows.
        known: What is known of their very references.
        ledger: Knows others, which differ in their leading zeros.
        account: Whose invoices they are.
        listed: More such references, by key, that the API lists; it may spell them as it likes.
    """
    entries, others = dict(known.entries), dict[str, str]()
    keys = invoices.frame["key"].drop_nulls()
    numbers = keys.filter(keys.str.contains(NUMBER)).to_list()
    if numbers:
        bare = {zero_key(key) for key in numbers}
        entries |= ledger.entries(account.id, bare)
        padded = ledger.padded(account.id).items()
        others = {key: reference for key, reference in padded if zero_key(key) in bare}
        others |= listed or {}
    # Not what is listed under the very key: a server may have its own way with case.
    sent = {
        k: entry.reference for k, entry in entries.items() if entry.state is not EntryState.FREE
    }
    references = sent | others
    found = invoices.with_issues(with_known(invoices.frame, invoices.columns, references))
    return found if account.is_sandbox else hold_examples(found)


def say_imported(ledger: Ledger, account: Account, sha256: str) -> tuple[str, ...]:
    """Return a warning where this very file was imported before."""
    run = ledger.last_import(account.id, sha256)
    if run is None:
        return ()
    warning = (
        f"This very file was imported already, at {run.start.at:%Y-%m-%d %H:%M} UTC (run "
        f"{run.start.id}): what was created then is not created again."
    )
    return (warning,)
