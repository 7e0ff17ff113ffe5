"""`import-invoices status`: what is known of a reference, and what waits in doubt."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.history import opened
from importer.cli.options import options
from importer.model import reference_key
from importer.records import Account, Attempt, Entry, EntryState

if TYPE_CHECKING:
    from importer.ledger.sqlite import SqliteLedger


@click.command("status")
@click.argument("reference", required=False)
@click.option("--in-doubt", is_flag=True, help="List every reference that is in doubt.")
@options("--ledger")
def command(reference: str | None, *, in_doubt: bool, ledger: Path | None) -> None:
    """Show all that is known of REFERENCE, attempt by attempt; or what is in doubt."""
    if (reference is None) is not in_doubt:
        raise click.UsageError("Name a REFERENCE, or say --in-doubt.")
    with opened(ledger) as store:
        known = _doubts(store, ledger) if reference is None else _known(store, reference)
        lines = list(known)
    nothing = "Nothing is in doubt." if reference is None else f'Nothing is known of "{reference}".'
    click.echo("\n".join(lines) if lines else nothing)


def _known(store: SqliteLedger, reference: str) -> Iterator[str]:
    key = reference_key(reference)
    for account in store.accounts():
        if (entry := store.entries(account.id, [key]).get(key)) is not None:
            yield f"{entry.reference} ({account}): {_state(entry)}"
            yield from (f"  {_attempt(attempt)}" for attempt in entry.attempts)


def _doubts(store: SqliteLedger, ledger: Path | None) -> Iterator[str]:
    for account in store.accounts():
        for entry in store.in_doubt(account.id):
            sent = entry.attempts[-1]
            resolve = (
                f"import-invoices resolve {shlex.quote(entry.reference)}{_options(account, ledger)}"
            )
            yield f"{entry.reference} ({account}), row {sent.create.row}: {_attempt(sent)}"
            yield f"  if you find it at the API:   {resolve} --invoice-number N"
            yield f"  if you are sure it isn't there: {resolve} --not-created"


def _options(account: Account, ledger: Path | None) -> str:
    """Return the options that lead to an account."""
    sandbox = account.url.startswith("sandbox:")
    where = " --sandbox" if sandbox else f" --api-url {shlex.quote(account.url)}"
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
    settlement, resolution = attempt.settlement, attempt.resolution
    told = [f"sent {attempt.claimed_at:%Y-%m-%d %H:%M:%S} UTC in run {attempt.run_id}"]
    if settlement is None:
        told.append("the run ended before the answer")
    else:
        told.append(" ".join(filter(None, [settlement.kind.value, settlement.detail])))
        if settlement.invoice is not None:
            told.append(settlement.invoice.number)
    if resolution is not None:
        number = f" as {resolution.invoice.number}" if resolution.invoice is not None else ""
        told.append(
            f"{resolution.verdict.value}{number} by {resolution.by}, "
            f"{resolution.at:%Y-%m-%d %H:%M:%S} UTC"
        )
    return ", ".join(told)
