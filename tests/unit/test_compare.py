"""What a check makes of the ledger and the API's listing: the same as a run, and it says so."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from server import OWNER, Heard, History, Server, create_for, invoice_for, rows_for

from importer.campaign import Campaign, Terms
from importer.check import Memory, compare
from importer.plan import Plan
from importer.submit.engine import Sending
from importer.submit.lister import TRIES, Lister, ListingDenied, ListingFailed, Unlisted
from importer.table import Invoices
from virtual_time import VirtualClock, run_virtually

Prepare = Callable[[History, Server], object]


@dataclass(frozen=True, slots=True)
class Compared:
    """What a check came to."""

    plan: Plan
    warning: str
    listed: int
    waits: tuple[tuple[str, float], ...]


def check(
    invoices: Invoices, prepare: Prepare = lambda *_: None, **history: int | None
) -> Compared:
    """Compare rows with what a ledger and an API know."""

    async def main() -> Compared:
        past, server, heard = History(**history), Server(VirtualClock()), Heard()
        prepare(past, server)

        @asynccontextmanager
        async def connect() -> AsyncIterator[Lister]:
            yield server

        memory = Memory(past.ledger, past.account, connect)
        planned, warning = await compare(invoices, memory, server.clock, heard.on_wait)
        return Compared(planned, warning, len(server.listed_at), tuple(heard.waits))

    return run_virtually(main())


def prepare_run(invoices: Invoices, prepare: Prepare, **history: int | None) -> tuple[Plan, str]:
    """Return what a run plans of the same, and why it stops; empty where it doesn't."""

    async def main() -> tuple[Plan, str]:
        past, server = History(**history), Server(VirtualClock())
        prepare(past, server)
        campaign = Campaign(
            Terms(Sending(past.account, "run", 4, 300), 1000, 60),
            api=server,
            ledger=past.ledger,
            clock=server.clock,
            events=Heard(),
            rng=random.Random(1),
        )
        planned = await campaign.prepare(invoices)
        return planned, campaign.stopped or ""

    return run_virtually(main())


def nothing(_: History, __: Server) -> None:
    """Neither the ledger nor the API has anything."""


def listed(_: History, server: Server) -> None:
    """The API has one of the rows, and one with another note."""
    server.keep(create_for("1"))
    server.keep(create_for("2", note="Other"))


def near(_: History, server: Server) -> None:
    """The API has a reference with more leading zeros."""
    server.keep(create_for("001"))


def whole(past: History, server: Server) -> None:
    """The API lists all that the ledger has."""
    past.witness(server)
    server.keep(create_for("3"))


def stale(past: History, server: Server) -> None:
    """The API doesn't list what the ledger has, time and again."""
    past.created(create_for("W"), invoice_for(create_for("W"), 1))
    server.keep(create_for("1"))


def unlisted(_: History, server: Server) -> None:
    """The API offers no listing."""
    server.listings = [Unlisted("the API offers no listing of its invoices (501)")] * 9


def failing(_: History, server: Server) -> None:
    """The listing fails however often it is asked for."""
    server.listings = [ListingFailed("the API answered 500")] * TRIES


def denied(_: History, server: Server) -> None:
    """The API doesn't take the token."""
    server.listings = [ListingDenied("the API refuses the token (401)")]


def strange(_: History, server: Server) -> None:
    """The API lists another owner's invoices."""
    server.keep(create_for("1"), owner_id=OWNER + 1)


def mixed(_: History, server: Server) -> None:
    """The API lists the invoices of two owners."""
    server.keep(create_for("1"), owner_id=1)
    server.keep(create_for("2"), owner_id=2)


SETTINGS: tuple[Prepare, ...] = (
    *(nothing, listed, near, whole, stale, unlisted, failing, denied, strange, mixed),
)


@pytest.mark.parametrize("owner", [None, OWNER])
@pytest.mark.parametrize("prepare", SETTINGS)
def test_a_check_foretells_a_run(prepare: Prepare, owner: int | None) -> None:
    """The same outcomes, creates and issues; a warning that it would stop exactly where it does."""
    rows = rows_for("1", "2", "3")
    found = check(rows, prepare, owner=owner)
    planned, stopped = prepare_run(rows, prepare, owner=owner)
    assert set(found.plan.decided) == set(planned.decided)
    assert found.plan.keys() == planned.keys()
    assert found.plan.invoices.issues == planned.invoices.issues
    assert ("send nothing" in found.warning) == bool(stopped)


def test_what_is_known_already_needs_no_listing() -> None:
    """Nothing to create: the API is left alone."""

    def known(past: History, _: Server) -> None:
        past.created(create_for("1"), invoice_for(create_for("1")))

    assert check(rows_for("1"), known).listed == 0


def test_a_doubt_is_no_business_of_a_check() -> None:
    """What is in doubt stays so, whatever is listed: settling it writes to the ledger."""

    def doubtful(past: History, server: Server) -> None:
        past.lost(create_for("1"))
        server.keep(create_for("1"))

    found = check(rows_for("1", "2"), doubtful)
    assert [outcome.status for outcome in found.plan.decided] == ["in_doubt"]
    assert found.listed == 1


def test_a_passing_failure_is_waited_for() -> None:
    """What is waited for is told; the second listing will do."""

    def once(_: History, server: Server) -> None:
        server.listings = [ListingFailed("the API answered 503", 7.0)]

    found = check(rows_for("1"), once)
    assert found.waits == (("the listing failed: the API answered 503", 7.0),)
    assert (found.warning, found.listed) == ("", 2)


def test_nothing_is_written() -> None:
    """The ledger holds after a check what it held before, the owner unpinned too."""
    kept: list[History] = []

    def keep(past: History, server: Server) -> None:
        kept.append(past)
        server.keep(create_for("1"))

    check(rows_for("1"), keep, owner=None)
    (past,) = kept
    assert past.account.owner_id is None
    assert past.ledger.in_doubt(past.account.id) == []


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (unlisted, "offers no listing of its invoices (501)"),
        (failing, "answered 500"),
        (denied, "refuses the token"),
        (strange, f"owner {OWNER + 1}, but yours belong to {OWNER}"),
        (stale, "lacks invoices that were created from here"),
    ],
)
def test_warnings_are_sentences(prepare: Prepare, said: str) -> None:
    """They say what is the matter, from a capital letter to a full stop."""
    warning = check(rows_for("1", "2"), prepare).warning
    assert said in warning
    assert warning.startswith("The API")
    assert warning.endswith(".")
