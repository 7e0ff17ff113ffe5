"""Group commits: durable before each goes on, together where they can be."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import LedgerError, StoppedError
from importer.ledger.memory import MemoryLedger
from importer.model import Create, InvoiceRef
from importer.records import Claim, ReplyKind, RunStart, Settled, Settlement
from importer.submit.group import GroupCommit
from virtual_time import run_virtually

AT = dt.datetime(2027, 1, 4, tzinfo=dt.UTC)


class Noting(MemoryLedger):
    """A ledger that notes what it was told together, and can be full."""

    def __init__(self) -> None:
        super().__init__()
        account = self.account("https://api.example", "default")
        self.start_run(RunStart("run", account.id, AT, "f", "", "u", "h", "{}", b""))
        self.groups: list[int] = []
        self.full = False

    def record(self, deeds: Sequence[Claim | Settled]) -> list[int]:
        if self.full:
            raise StoppedError("the disk is full")
        ids = super().record(deeds)
        self.groups.append(len(deeds))
        return ids


def claim(key: str) -> Claim:
    """A claim of a reference."""
    return Claim(1, "run", Create(2, key, key, "{}"), "key", AT)


def test_what_comes_together_is_written_together() -> None:
    """Eight that are ready at one moment wait for the disk once, and each gets its own id."""
    ledger = Noting()

    async def main() -> list[int]:
        commits = GroupCommit(ledger)
        return await asyncio.gather(*(commits.write(claim(f"R-{n}")) for n in range(8)))

    assert run_virtually(main()) == list(range(1, 9))
    assert ledger.groups == [8]


def test_what_is_written_is_durable_when_its_writer_goes_on() -> None:
    """A writer goes on only once the ledger has its record, whatever the others do."""
    ledger = Noting()

    async def send(commits: GroupCommit, key: str) -> None:
        attempt = await commits.write(claim(key))
        assert ledger.entries(1, [key])[key].attempts[0].id == attempt
        settlement = Settlement(ReplyKind.CREATED, AT, 200, None, InvoiceRef(attempt, key))
        await commits.write(Settled(attempt, settlement))
        assert ledger.entries(1, [key])[key].attempts[0].settlement == settlement

    async def main() -> None:
        commits = GroupCommit(ledger)
        await asyncio.gather(*(send(commits, f"R-{n}") for n in range(5)))

    run_virtually(main())
    assert ledger.groups == [5, 5]


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6))
def test_a_contradiction_is_its_own_writers_alone(keys: list[str]) -> None:
    """The first claim of each reference is written; every further one is refused."""
    ledger = Noting()

    async def main() -> list[int | BaseException]:
        commits = GroupCommit(ledger)
        writes = (commits.write(claim(key)) for key in keys)
        return await asyncio.gather(*writes, return_exceptions=True)

    results = run_virtually(main())
    firsts = [keys.index(key) == place for place, key in enumerate(keys)]
    assert [isinstance(result, int) for result in results] == firsts
    assert all(
        isinstance(r, LedgerError) for r, first in zip(results, firsts, strict=True) if not first
    )
    assert set(ledger.entries(1, keys)) == set(keys)


def test_a_ledger_that_cannot_be_written_stops_every_writer() -> None:
    """Nobody goes on; what comes later is tried anew."""
    ledger = Noting()
    ledger.full = True

    async def main() -> int:
        commits = GroupCommit(ledger)
        writes = (commits.write(claim(key)) for key in "ab")
        results = await asyncio.gather(*writes, return_exceptions=True)
        assert [type(result) for result in results] == [StoppedError, StoppedError]
        ledger.full = False
        return await commits.write(claim("a"))

    assert run_virtually(main()) == 1


def test_a_writer_that_is_gone_holds_up_nobody() -> None:
    """What it wrote stays written: whether it left is another question."""
    ledger = Noting()

    async def main() -> int:
        commits = GroupCommit(ledger)
        gone = asyncio.create_task(commits.write(claim("a")))
        other = asyncio.create_task(commits.write(claim("b")))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await other

    assert run_virtually(main()) == 2
    assert set(ledger.entries(1, ["a", "b"])) == {"a", "b"}
