"""`check`: the whole way of a run but the sending. Nothing is sent, nothing is written down."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from importer.clock import Clock
from importer.examples import find_examples
from importer.ledger.port import Ledger
from importer.model import Outcome, Status
from importer.plan import Knowledge, Plan, plan
from importer.reading import read_invoices
from importer.recognise import recognise, say_imported
from importer.records import Account
from importer.renamed import named_numbers
from importer.report import Conduct, Report, build_report, order_outcomes
from importer.settings import Settings
from importer.submit.lister import (
    Lister,
    ListingDenied,
    ListingFailed,
    ListingReply,
    Unlisted,
    list_patiently,
)
from importer.submit.lookup import Listing
from importer.table import ColumnMap, Invoices

READY = Outcome(0, Status.READY)
WOULD_STOP = "A run would stop there and send nothing."

OnWait = Callable[[str, float], None]
"""Told why and how long is waited, in seconds."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a check compares a file with.

    Attributes:
        ledger: What was sent from here; an empty one where nothing was sent yet.
        account: Whose invoices they are.
        connect: Opens the connection to where they are listed; None to leave the API alone.
    """

    ledger: Ledger
    account: Account
    connect: Callable[[], AbstractAsyncContextManager[Lister]] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        report: The rows and what is wrong with them, as the results would show it.
        columns: Which column was taken for which field.
        examples: How many rows are examples of the template's, where they may be sent: nowhere
            but to the sandbox.
    """

    report: Report
    columns: ColumnMap
    examples: int = 0


def check_file(
    settings: Settings, memory: Memory | None, clock: Clock, on_wait: OnWait = lambda *_: None
) -> Checked:
    """Read, clean, validate and plan a file, and send nothing.

    Args:
        settings: The run's options; with an output, the checked rows are written there.
        memory: What was created earlier; None where no API was named.
        clock: What tells the time, and waits.
        on_wait: Told why and how long is waited, in seconds, before the API is asked again.

    Raises:
        FileError: When the file can't be imported at all, or the output can't be written.
        UsageError: When an option is wrong.
    """
    started = clock.now()
    output = None if settings.output is None else _prepare(settings.output)
    table, invoices = read_invoices(settings, started)
    warnings: tuple[str, ...] = ()
    if memory is None:
        planned = plan(invoices, Knowledge())
    else:
        planned, warning = asyncio.run(compare(invoices, memory, clock, on_wait))
        said = say_imported(memory.ledger, memory.account, table.sha256)
        warnings = (*said, warning) if warning else said
    outcomes = order_outcomes(table, planned.decided, READY, planned.invoices.issues)
    conduct = Conduct(
        id="",
        account="" if memory is None else str(memory.account),
        started_at=started,
        duration_s=(clock.now() - started).total_seconds(),
        output=output,
        warnings=warnings,
    )
    report = build_report(table, planned.invoices, outcomes, conduct)
    if output is not None:
        from importer.workbook import write_results  # noqa: PLC0415 takes long to load

        write_results(report, output)
    held = memory is not None and not memory.account.is_sandbox
    examples = 0 if held else find_examples(planned.invoices).height
    return Checked(report, invoices.columns, examples)


def _prepare(output: Path) -> Path:
    from importer.workbook import prepare_output  # noqa: PLC0415 takes long to load

    return prepare_output(output)


async def compare(
    invoices: Invoices, memory: Memory, clock: Clock, on_wait: OnWait
) -> tuple[Plan, str]:
    """Plan by the ledger and, where something would be created, by the API's listing, as a run.

    Args:
        invoices: The validated rows.
        memory: What to compare them with.
        clock: What waits.
        on_wait: Told what is waited for.

    Returns:
        The plan, and what the user should know about the listing; empty where there is nothing.
    """
    planned = _plan(invoices, memory)
    if memory.connect is None or not len(planned):
        return planned, ""
    witnesses, numbers = memory.ledger.witnesses(memory.account.id), named_numbers(invoices)

    def make() -> Listing:
        return Listing(planned.keys(), witnesses, numbers)

    reply, listing = await _read(memory.connect, make, clock, on_wait)
    usable, warning = judge_listing(reply, listing, memory.account.owner_id)
    return _plan(invoices, memory, listing) if usable else planned, warning


def _plan(invoices: Invoices, memory: Memory, listing: Listing | None = None) -> Plan:
    """Plan by all that is known by now, of references that are almost the rows' too."""
    keys = invoices.frame["key"].drop_nulls().to_list()
    known = Knowledge(
        entries=memory.ledger.entries(memory.account.id, keys),
        listed=listing.found if listing is not None else {},
        options=memory.account.options + memory.ledger.option,
        near=listing.near if listing is not None else {},
        named=listing.named if listing is not None else {},
    )
    return plan(recognise(invoices, known, memory.ledger, memory.account), known)


async def _read(
    connect: Callable[[], AbstractAsyncContextManager[Lister]],
    make: Callable[[], Listing],
    clock: Clock,
    on_wait: OnWait,
) -> tuple[ListingReply, Listing]:
    """Read the API's listing, with a run's own patience."""
    async with connect() as lister:
        return await list_patiently(
            lister,
            make,
            clock=clock,
            rng=random.Random(),  # noqa: S311 jitter, not a secret
            on_wait=on_wait,
        )


def judge_listing(reply: ListingReply, listing: Listing, owner: int | None) -> tuple[bool, str]:
    """Tell whether a listing says something of this account, and what a run would make of it.

    The rules are those of `Inquiry.survey`, which waits and reads again before it stops.

    Args:
        reply: How the reading ended.
        listing: What was read.
        owner: Whom the account's invoices belong to, once that is known.

    Returns:
        Whether to plan by it, and a warning; empty where a run would go on without a word.
    """
    match reply:
        case Unlisted(reason=reason):
            return False, (
                f"{reason[:1].upper()}{reason[1:]}: what exists there can't be looked up. A run "
                "says so, and sends all the same."
            )
        case ListingFailed(reason=reason) | ListingDenied(reason=reason):
            return False, f"The API's invoices can't be listed: {reason}. {WOULD_STOP}"
    expected = owner if owner is not None or len(listing.owners) != 1 else min(listing.owners)
    if strangers := sorted(listing.owners - {expected}):
        ours = "an account's belong to one" if expected is None else f"yours belong to {expected}"
        return False, (
            f"The API lists invoices of owner {', '.join(map(str, strangers))}, but {ours}. Check "
            f"the token, or name another --account. {WOULD_STOP}"
        )
    if not listing.whole:
        return True, (
            "The API's listing lacks invoices that were created from here, so that others may be "
            "missing from it too. A run would read it again, and send nothing if it is still so."
        )
    return True, ""
