"""What a file's rows have in common with what was created before: likeness is told, not guessed."""

from __future__ import annotations

import polars as pl

from importer.examples import hold_examples
from importer.ledger.port import Ledger
from importer.likeness import NUMBER, with_known, zero_key
from importer.model import Status
from importer.plan import Knowledge
from importer.records import Account, EntryState
from importer.renamed import find_renamed
from importer.table import ROW, Invoices

LEFT_TO_DO = (Status.NOT_SENT, Status.IN_DOUBT)
"""What a run asks to import its very file again for."""


def recognise(
    invoices: Invoices,
    known: Knowledge,
    ledger: Ledger,
    account: Account,
) -> Invoices:
    """Add what is wrong with references that are almost those of invoices that exist.

    So it is with those that aren't the references of the invoices which their rows, in our own
    results, name. The template's own examples are held back from a real API here too.

    Args:
        invoices: The validated rows.
        known: What is known of their references.
        ledger: Knows others, which differ in their leading zeros, and by which numbers they go.
        account: Whose invoices they are.
    """
    entries, others = dict(known.entries), dict[str, str]()
    keys = invoices.frame["key"].drop_nulls()
    numbers = keys.filter(keys.str.contains(NUMBER)).to_list()
    if numbers:
        bare = {zero_key(key) for key in numbers}
        entries |= ledger.entries(account.id, bare)
        padded = ledger.padded(account.id).items()
        others = {key: reference for key, reference in padded if zero_key(key) in bare}
        others |= known.near
    # Not what is listed under the very key: a server may have its own way with case.
    sent = {
        k: entry.reference for k, entry in entries.items() if entry.state is not EntryState.FREE
    }
    references = sent | others
    changed = tuple(find_renamed(invoices, known, ledger, account))
    told = [issue.row for issue in changed]
    untold = invoices.frame.filter(~pl.col(ROW).is_in(told)) if told else invoices.frame
    near = with_known(untold, invoices.columns, references)
    found = invoices.with_issues((*changed, *near))
    return found if account.is_sandbox else hold_examples(found)


def say_imported(ledger: Ledger, account: Account, sha256: str) -> tuple[str, ...]:
    """Return a warning where this very file was imported before, and nothing was left to do."""
    run = ledger.last_import(account.id, sha256)
    if run is None or run.end is None or any(run.end.counts.get(each) for each in LEFT_TO_DO):
        return ()
    warning = (
        f"This very file was imported already, at {run.start.at:%Y-%m-%d %H:%M} UTC (run "
        f"{run.start.id}): what was created then is not created again."
    )
    return (warning,)
