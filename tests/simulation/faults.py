"""Faults to plant: importers that are wrong in one thing each, to show that the model notices."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.campaign import Api
from importer.model import Create
from importer.records import Claim, Entry, ReplyKind, Settlement, Verdict
from importer.replies import Answer, ApiInvoice, Lost, NotSent, Refused, Throttled
from importer.submit.inquiry import Inquiry
from importer.submit.lister import ListingReply
from simulation.crashes import CrashingLedger, Fuse


class ClaimsAfterSending(CrashingLedger):
    """Writes an attempt down when its answer is there, not before it leaves."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        super().__init__(path, fuse)
        self._ids = itertools.count()
        self._claims: dict[int, Claim] = {}

    def claim(self, claim: Claim) -> int:
        ticket = next(self._ids)
        self._claims[ticket] = claim
        return ticket

    def settle(self, attempt_id: int, settlement: Settlement) -> None:
        super().settle(super().claim(self._claims.pop(attempt_id)), settlement)


class SettlesBeforeTheAnswer(CrashingLedger):
    """Settles an attempt as not sent as soon as it is claimed, and corrects that later."""

    def claim(self, claim: Claim) -> int:
        attempt = super().claim(claim)
        super().settle(attempt, Settlement(ReplyKind.NOT_SENT, claim.at))
        return attempt

    def settle(self, attempt_id: int, settlement: Settlement) -> None:
        with self.transaction("written") as db:
            db.execute(
                "UPDATE attempt SET reply = NULL, settled_at = NULL WHERE id = ?", (attempt_id,)
            )
        super().settle(attempt_id, settlement)


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """A client that passes everything on."""

    api: Api

    async def create(self, create: Create, key: str) -> Answer:
        return await self.api.create(create, key)

    async def list_invoices(self, visit: Callable[[ApiInvoice], None]) -> ListingReply:
        return await self.api.list_invoices(visit)


class TakesTimeoutsForUnsent(_Wrapped):
    """Believes that what wasn't answered in time was never sent."""

    async def create(self, create: Create, key: str) -> Answer:
        answer = await self.api.create(create, key)
        if isinstance(answer.reply, Lost) and answer.reply.reason.startswith("no answer within"):
            return Answer(NotSent(answer.reply.reason))
        return answer


class LetsRefusalsClearDoubts(_Wrapped):
    """Tries what was lost once more, and believes a refusal of that to be about both."""

    async def create(self, create: Create, key: str) -> Answer:
        answer = await self.api.create(create, key)
        if not isinstance(answer.reply, Lost):
            return answer
        again = await self.api.create(create, key)
        return again if isinstance(again.reply, Refused | Throttled) else answer


async def believe_absent(
    inquiry: Inquiry, doubts: Sequence[Entry], wanted: Collection[str]
) -> set[str]:
    """Settle doubts as `Inquiry.settle` does, but by taking all for absent without a look."""
    for entry in doubts:
        inquiry._resolve(entry.key, Verdict.ABSENT, None, None)  # noqa: SLF001 in its place
    return {entry.key for entry in doubts}


async def never_look(
    inquiry: Inquiry, doubts: Sequence[Entry], wanted: Collection[str]
) -> set[str]:
    """Settle no doubt, whatever `Inquiry.settle` could."""
    return set()
