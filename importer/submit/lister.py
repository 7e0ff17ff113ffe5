"""Reading the API's listing, with patience: what became of it, and when to try again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from importer.clock import SECOND_NS, Clock
from importer.replies import ApiInvoice
from importer.submit.lookup import Listing
from importer.submit.policy import backoff_ns

TRIES = 4
"""How often a listing that fails is read; one that is throttled is waited for as long as asked."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The listing was read to its end."""


@dataclass(frozen=True, slots=True)
class Unlisted:
    """The API offers no listing."""

    reason: str


@dataclass(frozen=True, slots=True)
class ListingFailed:
    """The listing could not be read this time. `wait_s` is what the API asked for, in seconds."""

    reason: str
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class ListingDenied:
    """The listing can't be read, however often it is tried."""

    reason: str


ListingReply = Listed | Unlisted | ListingFailed | ListingDenied


class Lister(Protocol):
    """What a look-up needs of the API."""

    async def list_invoices(self, visit: Callable[[ApiInvoice], None]) -> ListingReply:
        """Read the API's listing once.

        Args:
            visit: Called with every invoice. What was visited counts only if the listing was read
                to its end.
        """
        ...


async def list_patiently(
    lister: Lister,
    make: Callable[[], Listing],
    *,
    clock: Clock,
    rng: random.Random,
    on_wait: Callable[[str, float], None],
) -> tuple[ListingReply, Listing]:
    """Read the listing, trying again after passing failures.

    Args:
        lister: Where to read it from.
        make: Makes an empty listing to fill.
        clock: What waits.
        rng: For the jitter of waiting.
        on_wait: Told why and how long is waited, in seconds.

    Returns:
        How the last try ended, and what it read.
    """
    for failures in range(1, TRIES + 1):
        listing = make()
        reply = await lister.list_invoices(listing.add)
        if not isinstance(reply, ListingFailed) or failures == TRIES:
            break
        backoff = backoff_ns(failures, rng)
        wait = backoff if reply.wait_s is None else round(reply.wait_s * SECOND_NS)
        on_wait(f"the listing failed: {reply.reason}", wait / SECOND_NS)
        await clock.sleep_ns(wait)
    return reply, listing
