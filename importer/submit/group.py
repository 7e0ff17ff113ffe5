"""Group commits: what many senders write down at one moment goes to the disk together.

Each waits until its own is durable, as if it were alone; the disk is waited for once
(DeWitt et al., "Implementation techniques for main memory database systems", 1984).
"""

from __future__ import annotations

import asyncio

from importer.errors import ImporterError
from importer.ledger.port import Ledger
from importer.records import Claim, Settled

Waiting = tuple[Claim | Settled, asyncio.Future[int]]


PATIENCE = 10
"""How many turns of the event loop may bring nobody new before the disk is waited for."""


class GroupCommit:
    """A ledger's writes, gathered while others are about to write too."""

    def __init__(self, ledger: Ledger) -> None:
        """Prepare; nothing is written yet.

        Args:
            ledger: Where to write.
        """
        self._ledger = ledger
        self._waiting: list[Waiting] = []

    async def write(self, deed: Claim | Settled) -> int:
        """Write down a claim or a settlement; return the attempt's id once it is durable.

        Raises:
            LedgerError: When it contradicts the ledger.
            StoppedError: When the ledger can't be written.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._gather, loop, 0, PATIENCE)
        durable: asyncio.Future[int] = loop.create_future()
        self._waiting.append((deed, durable))
        return await durable

    def _gather(self, loop: asyncio.AbstractEventLoop, known: int, patience: int) -> None:
        """Wait as long as somebody joins: whoever is on the way shares the commit."""
        patience = PATIENCE if len(self._waiting) > known else patience - 1
        if patience:
            loop.call_soon(self._gather, loop, len(self._waiting), patience)
        else:
            self._commit()

    def _commit(self) -> None:
        """Write what is waiting. Where that fails, one by one: each has its own answer."""
        group, self._waiting = self._waiting, []
        try:
            ids = self._ledger.record([deed for deed, _ in group])
        except ImporterError as exc:
            if len(group) > 1:
                for waiting in group:
                    self._waiting = [waiting]
                    self._commit()
            else:
                _answer(group[0][1], exc)
            return
        for (_, durable), attempt_id in zip(group, ids, strict=True):
            _answer(durable, attempt_id)


def _answer(durable: asyncio.Future[int], result: int | Exception) -> None:
    if durable.cancelled():
        return
    if isinstance(result, Exception):
        durable.set_exception(result)
    else:
        durable.set_result(result)
