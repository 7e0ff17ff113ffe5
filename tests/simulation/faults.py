"""Faults to plant: importers that are wrong in one thing each, to show that the model notices."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.campaign import Api
from importer.model import Create
from importer.records import Claim, Entry, ReplyKind, Settled, Settlement, Verdict
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

    def record(self, deeds: Sequence[Claim | Settled]) -> list[int]:
        return [self._note(d) if isinstance(d, Claim) else self._write(d) for d in deeds]

    def _note(self, claim: Claim) -> int:
        ticket = next(self._ids)
        self._claims[ticket] = claim
        return ticket

    def _write(self, settled: Settled) -> int:
        [attempt_id] = super().record([self._claims.pop(settled.attempt_id)])
        super().record([Settled(attempt_id, settled.settlement)])
        return settled.attempt_id


class SettlesBeforeTheAnswer(CrashingLedger):
    """Settles an attempt as not sent as soon as it is claimed, and corrects that later."""

    def record(self, deeds: Sequence[Claim | Settled]) -> list[int]:
        settled = [(d.attempt_id,) for d in deeds if isinstance(d, Settled)]
        with self.transaction("written") as db:
            db.executemany(
                "UPDATE attempt SET reply = NULL, settled_at = NULL WHERE id = ?", settled
            )
        ids = super().record(deeds)
        for deed, attempt_id in zip(deeds, ids, strict=True):
            if isinstance(deed, Claim):
                unsent = Settlement(ReplyKind.NOT_SENT, deed.at)
                super().record([Settled(attempt_id, unsent)])
        return ids


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
