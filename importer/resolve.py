"""Settling by hand what no listing settles: somebody looked, and says what is there."""

from __future__ import annotations

import json
from collections.abc import Sequence

from importer.clock import Clock
from importer.errors import StoppedError, UsageError
from importer.ledger.port import Ledger
from importer.model import BY_HAND, Field, InvoiceRef, reference_key
from importer.nearest import did_you_mean, nearest
from importer.records import Account, Entry, EntryState, Resolution, Verdict
from importer.replies import ApiInvoice
from importer.submit.lister import Lister, ListingDenied, ListingFailed, Unlisted
from importer.submit.lookup import Listing, could_be, in_doubt
from importer.submit.retriever import Missing, NotRetrieved, Retriever

UNKNOWN_ID = 0
"""The id of an invoice of which somebody knows the number alone."""


async def resolve_created(
    reference: str,
    number: str,
    *,
    account: Account,
    ledger: Ledger,
    api: Retriever,
    clock: Clock,
    by: str,
) -> str:
    """Settle a doubt: the invoice exists under a number. Checked at the API where it offers that.

    Args:
        reference: The reference in doubt.
        number: The invoice's number.
        account: Whose invoices they are.
        ledger: Where it is written down.
        api: Where the number is checked.
        clock: What time it is.
        by: Who says so.

    Returns:
        What was done, for people.

    Raises:
        UsageError: When the reference is in no doubt, or the number is not its invoice's.
        StoppedError: When the API doesn't answer.
    """
    entry = find_doubt(ledger, account, reference)
    retrieved = await api.retrieve(number)
    match retrieved:
        case ApiInvoice():
            _require_ours(entry, retrieved)
            ref, how = retrieved.ref, "checked at the API"
        case Missing():
            raise UsageError(
                f"The API knows no invoice {number}. Look its number up at the API, and name it "
                "as it stands there. Nothing was changed."
            )
        case NotRetrieved(offered=False):
            ref, how = InvoiceRef(UNKNOWN_ID, number), "not checked: the API offers no look-up"
        case NotRetrieved(reason=reason):
            raise StoppedError(
                f"Invoice {number} can't be checked: {reason}. Nothing was changed; run the same "
                "command again later."
            )
    resolution = Resolution(Verdict.FOUND, by, clock.now(), ref, f"{BY_HAND}, {how}")
    ledger.resolve(account.id, entry.key, resolution)
    return f"{entry.reference} is invoice {ref.number} ({how})."


async def resolve_absent(
    references: Sequence[str],
    *,
    account: Account,
    ledger: Ledger,
    api: Lister,
    clock: Clock,
    by: str,
) -> str:
    """Settle doubts: nothing was created. Refused where the API's listing shows an invoice.

    Args:
        references: The references in doubt.
        account: Whose invoices they are.
        ledger: Where it is written down.
        api: Where they are looked for.
        clock: What time it is.
        by: Who says so.

    Returns:
        What was done, for people.

    Raises:
        UsageError: When a reference is in no doubt, or is listed. Then nothing is changed.
        StoppedError: When the listing can't be read.
    """
    entries = [find_doubt(ledger, account, reference) for reference in references]
    listing = Listing(frozenset(entry.key for entry in entries), {})
    reply = await api.list_invoices(listing.add)
    if isinstance(reply, ListingFailed | ListingDenied):
        raise StoppedError(
            f"The API's invoices can't be listed: {reply.reason}. Nothing was changed; run the "
            "same command again later."
        )
    for entry in entries:
        if found := listing.found.get(entry.key):
            raise UsageError(
                f"The API lists invoice {found[0].number} under {entry.reference}: it was created. "
                f"Settle it with --invoice-number {found[0].number}. Nothing was changed."
            )
    how = "the API offers no listing" if isinstance(reply, Unlisted) else "not listed by the API"
    for entry in entries:
        resolution = Resolution(Verdict.ABSENT, by, clock.now(), None, f"{BY_HAND}, {how}")
        ledger.resolve(account.id, entry.key, resolution)
    names = ", ".join(entry.reference for entry in entries)
    return f"Not created ({how}): {names}. The next run of their file sends them again."


def find_doubt(ledger: Ledger, account: Account, reference: str) -> Entry:
    """Return what the ledger knows of a reference that is in doubt.

    Raises:
        UsageError: When it isn't.
    """
    entry = ledger.entries(account.id, [reference_key(reference)]).get(reference_key(reference))
    if entry is None:
        near = nearest(reference, (doubt.reference for doubt in ledger.in_doubt(account.id)))
        raise UsageError(
            f'The ledger knows nothing of "{reference}" for the account {account}.'
            + did_you_mean(f'"{near}"' if near else None)
            + " `import-invoices status --in-doubt` lists what is in doubt, with the command that "
            "settles it. Nothing was changed."
        )
    if entry.state is not EntryState.IN_DOUBT:
        invoice = entry.created.invoice if entry.created is not None else None
        made = f": it is invoice {invoice.number}" if invoice is not None else ""
        raise UsageError(
            f'"{entry.reference}" is not in doubt{made}, so there is nothing to settle. Nothing '
            "was changed."
        )
    return entry


def _require_ours(entry: Entry, invoice: ApiInvoice) -> None:
    """Refuse an invoice that can't be what was sent."""
    if invoice.reference is not None and reference_key(invoice.reference) != entry.key:
        raise UsageError(
            f'Invoice {invoice.number} has the reference "{invoice.reference}", not '
            f'"{entry.reference}": it is another one. Name the invoice that has this reference. '
            "Nothing was changed."
        )
    body = json.loads(in_doubt(entry).create.body)
    if not could_be(invoice, body[Field.CURRENCY], body[Field.COUNTERPARTY_ID]):
        raise UsageError(
            f"Invoice {invoice.number} is for counterparty {invoice.counterparty_id} in "
            f"{invoice.currency}; {entry.reference} was for {body[Field.COUNTERPARTY_ID]} in "
            f"{body[Field.CURRENCY]}: it is another one. Name the invoice that was made of this "
            "reference. Nothing was changed."
        )
