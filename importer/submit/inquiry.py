"""Asking the API what exists: settles what is in doubt, by listings and with patience."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from importer.clock import SECOND_NS, Clock
from importer.ledger.port import Ledger
from importer.model import InvoiceRef
from importer.records import Account, Entry, Resolution, Verdict
from importer.replies import ApiInvoice
from importer.submit.engine import Engine, Listener
from importer.submit.lister import (
    Listed,
    Lister,
    ListingDenied,
    ListingFailed,
    Unlisted,
    list_patiently,
)
from importer.submit.lookup import STALE, Listing, judge

Result = TypeVar("Result")

LISTINGS = 4
"""How many listings are read to settle some doubts at most."""

PROOF = 2
"""How many whole listings must be without a reference before it is believed to be absent."""


ONLY_ONE = "only one whole listing was without it"
PASSING = frozenset({STALE, ONLY_ONE})


class Inquiry:
    """Looks references up at the API and writes what it learns into the ledger.

    Attributes:
        found: The keys whose doubt was settled because an invoice was found.
        why: Why the doubt about a key could not be settled.
        warnings: What the user should know.
        numbers: The invoice numbers to look for too.
    """

    def __init__(
        self,
        account: Account,
        *,
        api: Lister,
        ledger: Ledger,
        clock: Clock,
        engine: Engine,
        listener: Listener,
        rng: random.Random,
        delay_s: float,
    ) -> None:
        """Prepare to ask.

        Args:
            account: Whose invoices they are.
            api: Where they are listed.
            ledger: Where what is learnt is written down.
            clock: What waits.
            engine: Who sends: is stopped when the listing isn't this account's.
            listener: Told what is waited for.
            rng: For the jitter of waiting.
            delay_s: How long the API may go on working on a create, in seconds.
        """
        self._account = account
        self._api = api
        self._ledger = ledger
        self._clock = clock
        self._engine = engine
        self._listener = listener
        self._rng = rng
        self._delay_s = delay_s
        self._listing: Listing | None = None
        self._left: dict[str, Entry] = {}
        self.found: set[str] = set()
        self.why: dict[str, str] = {}
        self.warnings: list[str] = []
        self.numbers: frozenset[str] = frozenset()

    @property
    def listed(self) -> Mapping[str, Sequence[ApiInvoice]]:
        """What the latest listing holds under the keys that it was asked for."""
        return self._listing.found if self._listing is not None else {}

    @property
    def near(self) -> Mapping[str, str]:
        """References in the latest listing that differ from wanted ones in leading zeros alone."""
        return self._listing.near if self._listing is not None else {}

    @property
    def named(self) -> Mapping[str, ApiInvoice]:
        """The invoices in the latest listing that have one of the numbers that were looked for."""
        return self._listing.named if self._listing is not None else {}

    async def survey(self, wanted: Collection[str]) -> None:
        """Look for references that the ledger has no invoice for, before they are created.

        A listing that lacks an invoice of which the ledger knows may lack others: it is read again
        a delay later, and if none is whole, nothing may be sent. A listing just read will do.

        Args:
            wanted: The keys to look for.
        """
        for turn in range(PROOF + 1):
            if turn:
                await self._wait(self._delay_s, "before the incomplete listing is read again")
            if turn or not self._knows(wanted):
                if not await self.list([*wanted, *self._left]):
                    return
                self._settle_found()
            if self._listing is not None and self._listing.whole:
                return
        self._engine.stop(
            "the API's listing lacks invoices that this ledger created, so that others may be "
            "missing from it too. Try again later; --no-check-server sends without it"
        )

    def forget(self) -> None:
        """Take no listing that was read before for what exists now."""
        self._listing = None

    async def settle(self, doubts: Sequence[Entry], wanted: Collection[str]) -> set[str]:
        """Look up references in doubt and write down what is found.

        Args:
            doubts: What is to be settled.
            wanted: Other keys to look for in the same listings.

        Returns:
            The keys that are proven absent.
        """
        left = {entry.key: entry for entry in doubts}
        proofs: Counter[str] = Counter()
        absent: set[str] = set()
        patience = self._patience(doubts)
        await self._wait(patience, _before_looking_up(left))
        enough = PROOF if patience else 1
        for turn in range(LISTINGS):
            if turn:
                await self._wait(self._delay_s, _before_looking_up(left))
            # All of them each time: `listed` has to know of each whatever became of it.
            if not await self.list([*(entry.key for entry in doubts), *wanted]):
                break
            verdicts = {key: self._settle_one(entry, proofs) for key, entry in left.items()}
            absent.update(key for key, verdict in verdicts.items() if verdict is Verdict.ABSENT)
            left = {key: entry for key, entry in left.items() if verdicts[key] is None}
            # What is found is a witness for the others. But where only somebody who looks can
            # tell, more listings are waited for in vain.
            hopeful = Verdict.FOUND in verdicts.values() or any(
                self.why[key] in PASSING for key in left
            )
            if not left or (not hopeful and turn + 1 >= enough):
                break
        self._left = left
        return absent

    def _knows(self, keys: Collection[str]) -> bool:
        """Tell whether the latest listing was asked for some keys."""
        return self._listing is not None and self._listing.wanted.issuperset(keys)

    def _settle_found(self) -> None:
        """Settle what a look-up left in doubt, where a later listing happens to show it."""
        for key, entry in list(self._left.items()):
            if key in self.listed:
                self._settle_one(entry, Counter())
                del self._left[key]

    def _settle_one(self, entry: Entry, proofs: Counter[str]) -> Verdict | None:
        """Settle one doubt by the latest listing, where it does."""
        listing = self._listing
        if listing is None:
            return None
        finding = judge(entry, listing.found.get(entry.key, ()))
        if finding is not None:
            self.found.add(entry.key)
            return self._resolve(entry.key, finding.verdict, finding.invoice, finding.detail)
        reason = listing.reason_against_absence(entry, trusted=self._trusted())
        if reason is None:
            proofs[entry.key] += 1
            if proofs[entry.key] == PROOF:
                return self._resolve(entry.key, Verdict.ABSENT, None, "absent from whole listings")
            reason = ONLY_ONE
        self.why[entry.key] = reason
        return None

    def _resolve(
        self, key: str, verdict: Verdict, invoice: InvoiceRef | None, detail: str | None
    ) -> Verdict:
        resolution = Resolution(verdict, "listing", self._clock.now(), invoice, detail)
        self._ledger.resolve(self._account.id, key, resolution)
        return verdict

    def _trusted(self) -> bool:
        """Tell whether the API has always named the reference; asked anew, it may have changed."""
        return self._ledger.account(self._account.url, self._account.name).proves_absence

    async def list(self, wanted: Iterable[str]) -> bool:
        """Read the API's listing into `_listing`; return whether that could be done."""
        self._listing = None
        if self._engine.stopped is not None:
            return False
        keys, witnesses = frozenset(wanted), self._ledger.witnesses(self._account.id)
        self._listener.on_phase("Listing what exists at the API")
        read = await self._unless_stopped(
            list_patiently(
                self._api,
                lambda: Listing(keys, witnesses, self.numbers),
                clock=self._clock,
                rng=self._rng,
                on_wait=self._listener.on_wait,
            )
        )
        match read:
            case None:
                return False
            case (Listed(), listing):
                return self._accept(listing)
            case (Unlisted(reason=reason), _):
                self._warn(f"{reason}: what exists there can't be looked up.")
            case (ListingFailed(reason=reason) | ListingDenied(reason=reason), _):
                self._engine.stop(f"the API's invoices can't be listed: {reason}")
        return False

    def _accept(self, listing: Listing) -> bool:
        if self._engine.owner is None and len(listing.owners) == 1:
            self._engine.pin(next(iter(listing.owners)))
        if strangers := listing.owners - {self._engine.owner}:
            theirs = ", ".join(map(str, sorted(strangers)))
            ours = (
                f"this account's belong to owner {self._engine.owner}"
                if self._engine.owner is not None
                else "an account's belong to one"
            )
            self._engine.stop(
                f"the API lists invoices of owner {theirs}, but {ours}. Check the token, or name "
                "another --account"
            )
            return False
        self._listing = listing
        return True

    def _patience(self, doubts: Iterable[Entry]) -> float:
        """Return how long the API may still be working on the last of some attempts, in seconds."""
        delay, now = self._delay_s, self._clock.now()
        last = max(a.last_seen for entry in doubts for a in entry.attempts if a.in_doubt)
        gone = (now - last).total_seconds()
        # A wall clock that ran backwards tells nothing: count from now.
        return delay if gone < 0 else max(delay - gone, 0.0)

    async def _wait(self, seconds: float, why: str) -> None:
        if seconds <= 0:
            return
        self._listener.on_wait(why, seconds)
        await self._unless_stopped(self._clock.sleep_ns(round(seconds * SECOND_NS)))

    async def _unless_stopped(self, work: Coroutine[Any, Any, Result]) -> Result | None:
        """Wait for something, or until stopped: then give it up and return None."""
        task = asyncio.create_task(work)
        stopping = asyncio.create_task(self._engine.stopping.wait())
        await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return None
        return task.result()

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


def _before_looking_up(left: Collection[str]) -> str:
    rows = "1 in-doubt row is" if len(left) == 1 else f"{len(left):,} in-doubt rows are"
    return f"before {rows} looked up"
