"""Reading the listing with patience: which failures are waited out, for how long."""

from __future__ import annotations

import random

import pytest
from server import Server, create_for

from importer.submit.lister import (
    TRIES,
    Listed,
    ListingDenied,
    ListingFailed,
    ListingReply,
    Unlisted,
    list_patiently,
)
from importer.submit.lookup import Listing
from virtual_time import VirtualClock, run_virtually

Waits = list[tuple[str, float]]


def read(*script: ListingReply | list[object]) -> tuple[ListingReply, Listing, Server, Waits]:
    """Read a listing that is answered so, then with one invoice."""

    async def main() -> tuple[ListingReply, Listing, Server, Waits]:
        clock = VirtualClock()
        server = Server(clock, listings=list(script))  # type: ignore[arg-type] # lists are invariant
        server.keep(create_for("A"))
        waits: Waits = []
        reply, listing = await list_patiently(
            server,
            lambda: Listing(frozenset({"a"}), {}),
            clock=clock,
            rng=random.Random(1),
            on_wait=lambda reason, seconds: waits.append((reason, seconds)),
        )
        return reply, listing, server, waits

    return run_virtually(main())


def test_a_listing_that_works_is_read_once() -> None:
    """No second request, no wait."""
    reply, listing, server, waits = read()
    assert reply == Listed()
    assert list(listing.found) == ["a"]
    assert (server.listed_at, waits) == ([0], [])


def test_a_passing_failure_is_tried_again() -> None:
    """What failed is told, backed off from, and read anew."""
    reply, listing, server, waits = read(ListingFailed("hiccup"), ListingFailed("hiccup"))
    assert reply == Listed()
    assert len(listing.found["a"]) == 1
    assert [reason for reason, _ in waits] == ["the listing failed: hiccup"] * 2
    assert server.listed_at == pytest.approx([0, waits[0][1], waits[0][1] + waits[1][1]])


def test_the_wait_that_is_asked_for_is_obeyed() -> None:
    """A `Retry-After` is waited for, to the second."""
    _, _, server, waits = read(ListingFailed("busy", 90.0), ListingFailed("busy", 0.0))
    assert server.listed_at == [0, 90, 90]
    assert [seconds for _, seconds in waits] == [90, 0]


def test_a_listing_that_keeps_failing_is_given_up() -> None:
    """After four failures it is, without a wait after the last."""
    failures = [ListingFailed(f"no {number}") for number in range(9)]
    reply, _, server, waits = read(*failures)
    assert reply == ListingFailed("no 3")
    assert (len(server.listed_at), len(waits)) == (TRIES, TRIES - 1)


@pytest.mark.parametrize("answer", [Unlisted("none"), ListingDenied("no")])
def test_what_won_t_change_is_not_tried_again(answer: ListingReply) -> None:
    """Not offered, not allowed: one request is enough."""
    reply, _, server, waits = read(answer)
    assert reply == answer
    assert (len(server.listed_at), waits) == (1, [])


def test_what_a_failed_listing_showed_does_not_count() -> None:
    """Half a listing leaves nothing behind in the next one."""

    class Breaking(Server):
        """Lists everything twice over, and then breaks, the first time."""

        async def list_invoices(self, visit):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 as the port's
            reply = await super().list_invoices(visit)
            return ListingFailed("broke") if len(self.listed_at) == 1 else reply

    async def main() -> Listing:
        clock = VirtualClock()
        server = Breaking(clock)
        server.keep(create_for("A"))
        _, listing = await list_patiently(
            server,
            lambda: Listing(frozenset({"a"}), {}),
            clock=clock,
            rng=random.Random(1),
            on_wait=lambda _reason, _seconds: None,
        )
        return listing

    assert len(run_virtually(main()).found["a"]) == 1
