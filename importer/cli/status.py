"""What is known of a reference, and what waits in doubt."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from importer.cli.fields import entry_fields, seen_fields, to_json
from importer.cli.history import opened, require_ledger, runs_of
from importer.cli.loading import loading
from importer.cli.screen import emit, tell
from importer.model import Status, reference_key
from importer.nearest import did_you_mean, nearest
from importer.printable import printable
from importer.records import (
    Account,
    Attempt,
    Entry,
    EntryState,
    ReplyKind,
    Run,
    Settlement,
    Verdict,
)
from importer.sandbox.data import current_id

if TYPE_CHECKING:
    from importer.ledger.port import Ledger
    from importer.ledger.sqlite import SqliteLedger
    from importer.search import Search, Seen

LATEST = 20_000
"""Among how many attempts a reference like an unknown one is looked for: it takes a moment."""

SHORT = 6
"""A reference of fewer characters that differs in one is another: INV-7 is not meant by INV-8."""

NEAR = 0.8
"""How like a longer reference must be, from 0 to 1."""

MOST_SEEN = 10
"""How many rows of earlier runs are told."""


REPLIES = {
    ReplyKind.CREATED: "created",
    ReplyKind.REFUSED: "refused",
    ReplyKind.THROTTLED: "put off by the API",
    ReplyKind.NOT_SENT: "it never left",
    ReplyKind.LOST: "the answer was lost",
    ReplyKind.HALT: "turned away",
}
"""What the API made of an attempt, in words."""

VERDICTS = {
    Verdict.FOUND: "found as {}",
    Verdict.ABSENT: "found not to exist",
    Verdict.OTHER: "found to be another invoice, {},",
}
"""How a doubt was settled, in words."""


def tell_doubts(ledger: Path | None, *, as_json: bool) -> None:
    """Tell of what is in doubt.

    Args:
        ledger: Where an option says the ledger is, if one does.
        as_json: Print one object for machines.
    """
    with opened(ledger) as store:
        if as_json:
            emit(_doubts_json(store))
        else:
            tell(_doubts(store))


def tell_reference(reference: str, ledger: Path | None, *, as_json: bool) -> None:
    """Tell all that is known of a reference.

    Args:
        reference: The reference, in any spelling that counts as the same.
        ledger: Where an option says the ledger is, if one does.
        as_json: Print one object for machines.
    """
    with opened(ledger) as store:
        known = _find(store, reference)
        seen = None if known else _search(store, reference)
        if as_json:
            emit(_json(store, known, seen.seen if seen is not None else ()))
        elif seen is None:
            tell("\n".join(_known(store, known)))
        else:
            rows = "\n".join(_seen(store, reference, seen))
            tell(rows or _nothing(store, reference, seen, require_ledger(ledger)))


def _doubts(store: SqliteLedger) -> str:
    return "\n".join(list_doubts(store)) or "Nothing is in doubt."


def _doubts_json(store: SqliteLedger) -> str:
    """Return what is known of all that are in doubt, for machines."""
    return _json(
        store, [(account, e) for account in store.accounts() for e in store.in_doubt(account.id)]
    )


def _json(
    store: SqliteLedger, found: Sequence[tuple[Account, Entry]], seen: Sequence[Seen] = ()
) -> str:
    runs = runs_of(store, (entry for _, entry in found))
    accounts = {account.id: account for account in store.accounts()}
    return to_json(
        references=[entry_fields(entry, account, runs) for account, entry in found],
        seen=[seen_fields(each, accounts[each.run.start.account_id]) for each in seen],
    )


def _find(store: SqliteLedger, reference: str) -> list[tuple[Account, Entry]]:
    """Return what the accounts know of a reference: one entry each, or none."""
    key = reference_key(reference)
    return [(a, entry) for a in store.accounts() for entry in store.entries(a.id, [key]).values()]


def _search(store: SqliteLedger, reference: str) -> Search:
    """Look for the rows of earlier runs that had a reference which was never sent."""
    with loading():
        from importer.search import search_runs  # noqa: PLC0415 heavy

    return search_runs(store, reference)


def _seen(store: Ledger, reference: str, search: Search) -> Iterator[str]:
    """Yield the rows of earlier runs that had a reference which was never sent, by account."""
    for account in store.accounts():
        rows = [seen for seen in search.seen if seen.run.start.account_id == account.id]
        if rows:
            yield f"{printable(reference)} ({_name(account)}): nothing was sent for it from here"
            yield from (f"  {_row(seen)}" for seen in rows[:MOST_SEEN])
        if len(rows) > MOST_SEEN:
            yield f"  and {len(rows) - MOST_SEEN:,} more rows, which --json lists"


def _row(seen: Seen) -> str:
    """Return where a row was that was never sent, and what became of it then."""
    start, outcome = seen.run.start, seen.outcome
    invoice = outcome.invoice.number if outcome.invoice is not None else "an invoice"
    file, error = printable(Path(start.file).name), printable(outcome.message)
    match outcome.status:
        case Status.ALREADY_CREATED:
            what = (
                f"already_created as {invoice}: it existed at the API, and was not sent from here"
            )
            what += f" ({error})" if error else ""
        case Status.CONFLICT:
            what = f"conflict with {invoice}, never sent: {error}"
        case Status.INVALID:
            what = f"invalid, never sent: {error}"
        case status:
            what = f"{status}: {error}"
    return f"row {outcome.row} of {file} in run {start.id}, {start.at:%Y-%m-%d %H:%M} UTC: {what}"


def _nothing(store: SqliteLedger, reference: str, search: Search, place: Path) -> str:
    """Return what is said where nothing is known: where that was looked for, and what is near."""
    runs = store.size().runs
    held = f"{runs:,} run{'s' * (runs != 1)}: no row had it" if runs else "no runs yet"
    if search.runs < runs:
        held = f"{runs:,} runs; in the rows of the latest {search.runs:,} it was not found"
    near = _near(store, reference)
    return (
        f'Nothing is known of "{printable(reference)}": nothing was sent for it from here. '
        f"The ledger {printable(str(place))} has {held}."
        + did_you_mean(f'"{printable(near)}"' if near else None)
        + " `import-invoices runs` lists what was imported; --ledger names another ledger."
    )


def _near(store: Ledger, reference: str) -> str | None:
    """Return a reference that may be meant: the same but for signs and zeros, or a long one."""
    sent = [name for a in store.accounts() for name in store.references(a.id, LATEST)]
    bare = _bare(reference)
    same = next((name for name in sent if _bare(name) == bare), None) if bare else None
    return nearest(reference, sent, cutoff=NEAR) if not same and len(reference) >= SHORT else same


def _bare(reference: str) -> str:
    """Return a reference's letters and digits, without case and leading zeros."""
    digits = re.sub(r"(?<!\d)0+(?=\d)", "", reference_key(reference))
    return "".join(filter(str.isalnum, digits))


def _known(store: Ledger, found: Iterable[tuple[Account, Entry]]) -> Iterator[str]:
    for account, entry in found:
        runs = runs_of(store, [entry])
        yield f"{printable(entry.reference)} ({_name(account)}): {_state(entry)}"
        for attempt in entry.attempts:
            yield f"  {_attempt(attempt)}"
            yield f"    {_origin(attempt, runs[attempt.run_id])}"


def list_doubts(store: Ledger) -> Iterator[str]:
    """Yield what is in doubt, a line each, and how it is settled; nothing where nothing is.

    Args:
        store: The ledger.
    """
    for account in store.accounts():
        entries = store.in_doubt(account.id)
        if not entries:
            continue
        one = len(entries) == 1
        what = "1 row was" if one else f"{len(entries):,} rows were"
        if _is_reset(account):
            yield f"In doubt ({_name(account)}): {what} sent. Nothing is to be done."
            continue
        files = _files(store, entries)
        yield f"In doubt ({_name(account)}): {what} sent, and no certain answer came."
        yield (
            f"Import {files} again first: the API's listing is looked at then, which settles most."
        )
        for entry in entries:
            sent = entry.attempts[-1]
            yield f"  {printable(entry.reference)}, row {sent.create.row}: {_attempt(sent)}"
        reference = shlex.quote(entries[0].reference) if one else "REFERENCE"
        resolve = f"import-invoices resolve {reference}{account.options}{store.option}"
        yield (
            f"If {'it' if one else 'one'} stays in doubt, look for its reference at your invoicing "
            "service. If it is there, name its invoice number:"
        )
        yield f"  {resolve} --invoice-number N"
        yield "If you are sure that it isn't there (the next import sends it again):"
        yield f"  {resolve} --not-created"


def _name(account: Account) -> str:
    return f"{account} before its reset" if _is_reset(account) else str(account)


def _is_reset(account: Account) -> bool:
    """Tell whether an account is of a sandbox whose invoices are gone with its reset."""
    return account.is_sandbox and current_id() not in {
        None,
        account.url.removeprefix("sandbox:"),
    }


def _files(store: Ledger, entries: Iterable[Entry]) -> str:
    """Return the names of the files that in-doubt rows were sent from."""
    runs = runs_of(store, entries).values()
    names = list(dict.fromkeys(Path(run.start.file).name for run in runs))
    return printable(names[0]) if len(names) == 1 else "the same files"


def _state(entry: Entry) -> str:
    match entry.state:
        case EntryState.CREATED if entry.created is not None and entry.created.invoice is not None:
            return f"created as {entry.created.invoice.number}"
        case EntryState.OTHER if entry.other is not None and entry.other.invoice is not None:
            return f"conflict: the API has {entry.other.invoice.number} under it, not the same"
        case EntryState.IN_DOUBT:
            return "in doubt"
        case _:
            last = entry.attempts[-1].settlement
            refused = last is not None and last.kind is ReplyKind.REFUSED
            why = ", refused by the API" if refused else ""
            return f"not created{why}; it is sent when its file is imported again"


def _attempt(attempt: Attempt) -> str:
    """Return what is known of an attempt, in the order in which it happened."""
    told = f"sent {_at(attempt.claimed_at)} in run {attempt.run_id}: {_reply(attempt.settlement)}"
    resolution = attempt.resolution
    if resolution is None:
        return told
    number = resolution.invoice.number if resolution.invoice is not None else ""
    verdict = VERDICTS[resolution.verdict].format(number)
    by = "the API's listing" if resolution.by == "listing" else resolution.by
    detail = f" ({resolution.detail})" if resolution.detail else ""
    return f"{told}; {verdict} by {by}, {_at(resolution.at)}{detail}"


def _origin(attempt: Attempt, run: Run) -> str:
    """Return where an attempt came from, and the status that the API answered with."""
    start, settlement = run.start, attempt.settlement
    answered = settlement.http_status if settlement is not None else None
    status = "" if answered is None else f"; HTTP {answered}"
    file = printable(start.file)
    return f"row {attempt.create.row} of {file}, imported by {start.user}@{start.host}{status}"


def _reply(settlement: Settlement | None) -> str:
    if settlement is None:
        return "no answer was written down: the run goes on, or was killed"
    number = f" as {settlement.invoice.number}" if settlement.invoice is not None else ""
    detail = f" ({settlement.detail.rstrip('.')})" if settlement.detail else ""
    return f"{REPLIES[settlement.kind]}{number}{detail}"


def _at(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
