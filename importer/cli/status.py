"""`import-invoices status`: what is known of a reference, and what waits in doubt."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.completion import complete_references
from importer.cli.fields import entry_fields, to_json
from importer.cli.history import opened, runs_of
from importer.cli.options import options
from importer.cli.screen import tell
from importer.model import reference_key
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

if TYPE_CHECKING:
    from importer.ledger.port import Ledger
    from importer.ledger.sqlite import SqliteLedger

LATEST = 20_000
"""Among how many attempts a reference like an unknown one is looked for: it takes a moment."""


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


@click.command("status")
@click.argument("reference", required=False, shell_complete=complete_references)
@click.option("--in-doubt", is_flag=True, help="List every reference that is in doubt.")
@options(
    "--ledger",
    "--json",
    helps={"--json": "Print one object for machines, with `references`, a list."},
)
def command(reference: str | None, *, in_doubt: bool, ledger: Path | None, as_json: bool) -> None:
    """Show all that is known of REFERENCE, attempt by attempt; or what is in doubt."""
    if (reference is None) is not in_doubt:
        raise click.UsageError(
            "Name one REFERENCE, such as `import-invoices status INV-7`, or say --in-doubt."
        )
    with opened(ledger) as store:
        if as_json:
            tell(_json(store, reference))
            return
        known = list_doubts(store, ledger) if reference is None else _known(store, reference)
        lines = list(known) or [_nothing(store, reference)]
    tell("\n".join(lines))


def _json(store: SqliteLedger, reference: str | None) -> str:
    """Return what is known of a reference, or of all that are in doubt, for machines."""
    found = [
        (account, entry)
        for account in store.accounts()
        for entry in (
            store.in_doubt(account.id) if reference is None else _of(store, account, reference)
        )
    ]
    runs = runs_of(store, (entry for _, entry in found))
    return to_json(references=[entry_fields(entry, account, runs) for account, entry in found])


def _of(store: Ledger, account: Account, reference: str) -> list[Entry]:
    """Return what an account knows of a reference: one entry, or none."""
    return list(store.entries(account.id, [reference_key(reference)]).values())


def _nothing(store: SqliteLedger, reference: str | None) -> str:
    """Return what is said where nothing is to be told, with a reference that may be meant."""
    if reference is None:
        return "Nothing is in doubt."
    sent = (name for a in store.accounts() for name in store.references(a.id, LATEST))
    near = nearest(reference, sent)
    return (
        f'Nothing is known of "{reference}": nothing was sent for it from here.'
        + did_you_mean(f'"{near}"' if near else None)
        + " `import-invoices runs` lists what was imported."
    )


def _known(store: SqliteLedger, reference: str) -> Iterator[str]:
    for account in store.accounts():
        for entry in _of(store, account, reference):
            runs = runs_of(store, [entry])
            yield f"{printable(entry.reference)} ({account}): {_state(entry)}"
            for attempt in entry.attempts:
                yield f"  {_attempt(attempt)}"
                yield f"    {_origin(attempt, runs[attempt.run_id])}"


def list_doubts(store: Ledger, ledger: Path | None) -> Iterator[str]:
    """Yield what is in doubt, a line each, and how it is settled; nothing where nothing is.

    Args:
        store: The ledger.
        ledger: Where it is, if an option says so.
    """
    for account in store.accounts():
        entries = store.in_doubt(account.id)
        if not entries:
            continue
        one = len(entries) == 1
        what = "1 row was" if one else f"{len(entries):,} rows were"
        files = _files(store, entries)
        yield f"In doubt ({account}): {what} sent, and no certain answer came."
        yield f"Import {files} again first: the API's list is looked at then, which settles most."
        for entry in entries:
            sent = entry.attempts[-1]
            yield f"  {printable(entry.reference)}, row {sent.create.row}: {_attempt(sent)}"
        reference = shlex.quote(entries[0].reference) if one else "REFERENCE"
        resolve = f"import-invoices resolve {reference}{_options(account, ledger)}"
        yield (
            f"If {'it' if one else 'one'} stays in doubt, look for its reference at your invoicing "
            "service. If it is there, name its invoice number:"
        )
        yield f"  {resolve} --invoice-number N"
        yield "If you are sure that it isn't there (the next import sends it again):"
        yield f"  {resolve} --not-created"


def _files(store: Ledger, entries: Iterable[Entry]) -> str:
    """Return the names of the files that in-doubt rows were sent from."""
    runs = runs_of(store, entries).values()
    names = list(dict.fromkeys(Path(run.start.file).name for run in runs))
    return printable(names[0]) if len(names) == 1 else "the same files"


def _options(account: Account, ledger: Path | None) -> str:
    """Return the options that lead to an account."""
    where = " --sandbox" if account.is_sandbox else f" --api-url {shlex.quote(account.url)}"
    name = "" if account.name == "default" else f" --account {shlex.quote(account.name)}"
    place = "" if ledger is None else f" --ledger {shlex.quote(str(ledger))}"
    return where + name + place


def _state(entry: Entry) -> str:
    match entry.state:
        case EntryState.CREATED if entry.created is not None and entry.created.invoice is not None:
            return f"created as {entry.created.invoice.number}"
        case EntryState.OTHER if entry.other is not None and entry.other.invoice is not None:
            return f"conflict: the API has {entry.other.invoice.number} under it, not the same"
        case EntryState.IN_DOUBT:
            return "in doubt"
        case _:
            return "not created; the next run of its file sends it"


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
        return "the run ended before the answer came"
    number = f" as {settlement.invoice.number}" if settlement.invoice is not None else ""
    detail = f" ({settlement.detail.rstrip('.')})" if settlement.detail else ""
    return f"{REPLIES[settlement.kind]}{number}{detail}"


def _at(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
