"""Finding out how things are: asks the API, opens the ledger, looks at the disks and the clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
import sqlite3
import zoneinfo
from contextlib import closing
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path

from importer.clean import Reading
from importer.clock import Clock
from importer.doctor.facts import (
    Configuration,
    Facts,
    LedgerFacts,
    Listed,
    Notified,
    NotListed,
    Room,
    Target,
    Zone,
)
from importer.errors import ImporterError, UsageError
from importer.ledger import files
from importer.ledger.sqlite import SqliteLedger
from importer.replies import ApiInvoice
from importer.settings import Api
from importer.submit.api import HttpApi
from importer.submit.lister import Listed as ReadToEnd
from importer.submit.lister import ListingDenied, ListingFailed, Unlisted
from importer.submit.policy import HALTS
from importer.submit.probe import Reached, Unreached, probe
from importer.submit.retriever import NotRetrieved

NO_NUMBER = "0"
"""The number of an invoice that hardly exists: whether it does is not what is asked."""

PATIENCE_S = 60.0
"""How long the listing may take here, in seconds; an import reads on as long as something comes."""

MOST_DAMAGE = 3
"""How much of what is broken is told, in lines."""

LOCALTIME = Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class Setup:
    """What is to be looked at.

    Attributes:
        configuration: The configuration's file, as far as it was read.
        target: Where invoices are to go.
        api: The same with what proves who we are; None where that is missing.
        account_url: What the ledger calls the URL.
        ledger: The ledger's file.
        results: The folder of the results.
        timezone: The zone of dates and times that name none.
        zone_given: Whether somebody chose it.
        zone_in_file: Whether the configuration's file did, and is blamed for it.
        notified: Who is told of runs.
        timeout_s: How long an answer may take, in seconds.
    """

    configuration: Configuration
    target: Target
    api: Api | None
    account_url: str
    ledger: Path
    results: Path
    timezone: str
    zone_given: bool
    zone_in_file: bool
    notified: Notified
    timeout_s: float


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the ledger knows: its state, and the invoices of the account, by number."""

    facts: LedgerFacts
    witnesses: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Tally:
    """Counts a listing as it streams by."""

    witnesses: frozenset[str]
    invoices: int = 0
    nameless: int = 0
    blind: bool = False
    owners: set[int] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def add(self, invoice: ApiInvoice) -> None:
        """Take note of a listed invoice."""
        self.invoices += 1
        if invoice.owner_id is not None:
            self.owners.add(invoice.owner_id)
        known = invoice.number in self.witnesses
        if known:
            self.seen.add(invoice.number)
        if not (invoice.reference or "").strip():
            self.nameless += 1
            self.blind |= known

    def listed(self) -> Listed:
        """Return what it came to."""
        return Listed(
            invoices=self.invoices,
            owners=frozenset(self.owners),
            missing=len(self.witnesses) - len(self.seen),
            witnesses=len(self.witnesses),
            nameless=self.nameless,
            blind=self.blind,
        )


def gather(setup: Setup, clock: Clock) -> Facts:
    """Find out how things are. Nothing is sent, nor changed but for what opening a ledger does.

    Args:
        setup: What is to be looked at.
        clock: Tells the time.
    """
    memory = _look_into_ledger(setup)
    reach, listing = asyncio.run(_ask(setup, memory, clock))
    return Facts(
        configuration=setup.configuration,
        target=setup.target,
        reach=reach,
        listing=listing,
        ledger=memory.facts,
        rooms=(
            _look_at_room("the ledger", setup.ledger.parent),
            _look_at_room("the results", setup.results),
        ),
        zone=_look_at_zone(setup, clock.now()),
        notified=setup.notified,
    )


async def _ask(
    setup: Setup, memory: _Memory, clock: Clock
) -> tuple[Reached | Unreached | None, Listed | NotListed | None]:
    """Ask the API: first whether it is there, then, with the token, what it lists."""
    if setup.target.url is None:
        return None, None
    reach = await probe(setup.target.url, clock, timeout_s=setup.timeout_s)
    if setup.api is None or not isinstance(reach, Reached) or reach.redirects or reach.is_broken:
        return reach, None
    try:
        http = HttpApi(setup.api, clock, timeout_s=setup.timeout_s, concurrency=1)
    except UsageError as exc:  # the token's file, gone by now
        return reach, NotListed(str(exc), refused=True)
    async with http:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return reach, await _list(http, memory)
        except TimeoutError:
            return reach, NotListed(f"it did not come to its end within {PATIENCE_S:g} s")


async def _list(http: HttpApi, memory: _Memory) -> Listed | NotListed:
    tally = _Tally(memory.witnesses)
    match await http.list_invoices(tally.add):
        case ReadToEnd():
            return tally.listed()
        case Unlisted(reason=reason):
            found = await http.retrieve(NO_NUMBER)
            if not isinstance(found, NotRetrieved):
                return NotListed(reason, offered=False, accepted=True)
            if found.offered:
                return NotListed(found.reason, offered=False, refused=True)
            # Of a create, an answer of 404 that gives no detail stops a run, in these words.
            astray = found.reason == HALTS[HTTPStatus.NOT_FOUND]
            return NotListed(found.reason if astray else reason, offered=False, astray=astray)
        case ListingDenied(reason=reason):
            return NotListed(reason, refused=True)
        case ListingFailed(reason=reason):
            return NotListed(reason)


def _look_into_ledger(setup: Setup) -> _Memory:
    path = setup.ledger.expanduser().resolve()
    facts = LedgerFacts(path, exists=os.path.exists(path))  # noqa: PTH110 never raises
    try:
        if not facts.exists:
            files.refuse_network(path, files.read_mounts())
            return _Memory(facts)
        with closing(files.connect(path)) as db:
            damage = [line for (line,) in db.execute(f"PRAGMA quick_check({MOST_DAMAGE})")]
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
        if damage != ["ok"]:
            lines = [line.strip() for text in damage for line in text.splitlines()]
            return _Memory(replace(facts, damage="; ".join(lines)))
        with closing(SqliteLedger(path)) as ledger:
            return _remember(facts, ledger, setup)
    except ImporterError as exc:
        return _Memory(replace(facts, problem=str(exc)))
    except sqlite3.Error as exc:
        problem = f"The ledger {path} can't be used: {exc}. {files.advice(exc)}"
        return _Memory(replace(facts, problem=problem))


def _remember(facts: LedgerFacts, ledger: SqliteLedger, setup: Setup) -> _Memory:
    for account in ledger.accounts():
        if (account.url, account.name) == (setup.account_url, setup.target.account):
            found = replace(
                facts,
                owner=account.owner_id,
                trusted=account.proves_absence,
                doubts=len(ledger.in_doubt(account.id)),
            )
            return _Memory(found, frozenset(ledger.witnesses(account.id)))
    return _Memory(facts)


def _look_at_room(what: str, folder: Path) -> Room:
    """Look at a folder, or at what it would be made in."""
    place = folder.expanduser().absolute()
    there = next((p for p in (place, *place.parents) if os.path.exists(p)), place)  # noqa: PTH110
    writable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    try:
        return Room(what, place, shutil.disk_usage(there).free, writable)
    except OSError:
        return Room(what, place, None, writable)


def _look_at_zone(setup: Setup, now: dt.datetime) -> Zone:
    here = now.astimezone()
    offset: dt.timedelta | None = None
    problem = ""
    try:
        zone = zoneinfo.ZoneInfo(Reading(timezone=setup.timezone).timezone)
        offset = now.astimezone(zone).utcoffset()
    except UsageError as exc:
        problem = "" if setup.zone_in_file else str(exc)
    return Zone(
        chosen=setup.timezone,
        offset=offset,
        given=setup.zone_given,
        machine=_name_zone() or str(here.tzinfo),
        machine_offset=here.utcoffset() or dt.timedelta(),
        problem=problem,
    )


def _name_zone() -> str | None:
    """Return the name of this computer's zone, where it can be told."""
    name = os.environ.get("TZ") or str(LOCALTIME.resolve()).partition("zoneinfo/")[2]
    return name if name in zoneinfo.available_timezones() else None
