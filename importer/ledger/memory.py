"""The ledger in memory, for simulations and tests: nothing outlives the object."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from importer.errors import LedgerError, StoppedError
from importer.ledger.port import contradiction
from importer.model import Status
from importer.records import (
    Account,
    Attempt,
    Claim,
    Entry,
    EntryState,
    FileVerdict,
    ReplyKind,
    Resolution,
    Run,
    RunEnd,
    RunStart,
    Settled,
    Step,
    Verdict,
)


class MemoryLedger:
    """The ledger of `port.Ledger` in dictionaries; see there for what the methods promise."""

    option = ""

    def __init__(self) -> None:
        self._accounts: dict[int, Account] = {}
        self._sending: set[int] = set()
        self._runs: dict[str, Run] = {}
        self._attempts: dict[int, Attempt] = {}
        self._ids: dict[tuple[int, Step, str], list[int]] = {}
        self._files: dict[tuple[int, str], FileVerdict] = {}

    def account(self, url: str, name: str) -> Account:
        """Return the account with this URL and name, made on first sight."""
        for account in self._accounts.values():
            if (account.url, account.name) == (url, name):
                return account
        account = Account(len(self._accounts) + 1, url, name)
        self._accounts[account.id] = account
        return account

    def accounts(self) -> list[Account]:
        """Return every account, in the order in which they were first seen."""
        return list(self._accounts.values())

    def pin_owner(self, account_id: int, owner_id: int) -> int:
        """Pin the account's owner unless one is pinned; return the owner that is pinned."""
        account = self._known_account(account_id)
        pinned = owner_id if account.owner_id is None else account.owner_id
        self._accounts[account_id] = replace(account, owner_id=pinned)
        return pinned

    def distrust_absence(self, account_id: int) -> None:
        """Note that this account's listing can't prove that a reference is absent."""
        account = self._known_account(account_id)
        self._accounts[account_id] = replace(account, proves_absence=False)

    @contextmanager
    def sender(
        self,
        account: Account,
        wait_s: float,  # noqa: ARG002 - the port's; whoever could let go is in this very thread
        on_wait: Callable[[], None],
    ) -> Iterator[None]:
        """Be the only sending run of this account while the context lasts; never waits."""
        if account.id in self._sending:
            on_wait()
            raise StoppedError(f"Another import is sending for {account}.")
        self._sending.add(account.id)
        try:
            yield
        finally:
            self._sending.remove(account.id)

    def start_run(self, start: RunStart) -> None:
        """Keep a run and its table, before its first send."""
        self._known_account(start.account_id)
        if start.id in self._runs:
            raise contradiction(f"run {start.id} is known already")
        self._runs[start.id] = Run(start)

    def finish_run(self, run_id: str, end: RunEnd) -> None:
        """Keep how a run ended. A run that is finished again keeps the later end."""
        self._runs[run_id] = replace(self._known_run(run_id), end=end)

    def run(self, run_id: str, *, tables: bool = True) -> Run | None:
        """Return a run, or None where there is none of this name."""
        run = self._runs.get(run_id)
        return run if run is None or tables else _without_blobs(run)

    def runs(self, limit: int) -> list[Run]:
        """Return the latest runs, newest first, at most `limit`, without tables and outcomes."""
        return [_without_blobs(run) for run in reversed(self._runs.values())][:limit]

    def prune(self, before: dt.datetime, most: int) -> int:
        """Empty the tables and outcomes of old runs, the oldest first; attempts and runs stay."""
        last = {run.start.account_id: run for run in self._runs.values()}
        old = [
            run
            for run in self._runs.values()
            if not run.pruned
            and run.start.at < before
            and (run.end is not None or run is not last[run.start.account_id])
        ]
        for run in sorted(old, key=lambda run: run.start.at)[:most]:
            self._runs[run.start.id] = replace(_without_blobs(run), pruned=True)
        return min(len(old), most)

    def last_import(self, account_id: int, sha256: str) -> Run | None:
        """Return the account's latest run of these bytes that created something, or may have."""
        of_it = (account_id, sha256)
        runs = (
            run
            for run in self._runs.values()
            if (run.start.account_id, run.start.sha256) == of_it
            and (run.end is None or run.end.counts.get(Status.CREATED))
        )
        last = max(enumerate(runs), key=lambda numbered: numbered[0], default=None)
        return None if last is None else _without_blobs(last[1])

    def file_verdict(self, account_id: int, sha256: str) -> FileVerdict | None:
        """Return what became of a file of these bytes, or None where none was kept."""
        return self._files.get((account_id, sha256))

    def keep_file_verdict(self, account_id: int, verdict: FileVerdict) -> None:
        """Keep what became of a file, in place of what was kept of the same bytes."""
        self._known_account(account_id)
        self._files[account_id, verdict.sha256] = verdict

    def entries(
        self, account_id: int, keys: Iterable[str], step: Step = Step.CREATE
    ) -> Mapping[str, Entry]:
        """Return what is known of these references, by key; unknown ones are left out."""
        return {
            key: Entry(tuple(self._attempts_of(account_id, key, step)))
            for key in keys
            if (account_id, step, key) in self._ids
        }

    def references(self, account_id: int, attempts: int) -> list[str]:
        """Return the references of the last attempts, newest first, each once; so many attempts."""
        keys = {
            id_: key for (of, _, key), ids in self._ids.items() if of == account_id for id_ in ids
        }
        latest = sorted(keys, reverse=True)[:attempts]
        newest = {keys[id_]: id_ for id_ in reversed(latest)}
        return [
            self._attempts[id_].create.reference for id_ in sorted(newest.values(), reverse=True)
        ]

    def padded(self, account_id: int) -> Mapping[str, str]:
        """Return the references of digits alone that begin with a zero, by key."""
        keys = [
            key
            for account, _, key in self._ids
            if account == account_id and re.fullmatch("0[0-9]*", key)
        ]
        entries = self.entries(account_id, keys).values()
        return {e.key: e.reference for e in entries if e.state is not EntryState.FREE}

    def numbered(self, account_id: int, numbers: Iterable[str]) -> Mapping[str, Entry]:
        """Return the references whose invoices have these numbers, by number."""
        wanted = set(numbers)
        made = {
            attempt.invoice.number: key
            for attempt, key in sorted(
                (
                    (self._attempts[attempt_id], key)
                    for (of, _, key), ids in self._ids.items()
                    if of == account_id
                    for attempt_id in ids
                ),
                key=lambda pair: pair[0].id,
            )
            if attempt.invoice is not None and attempt.invoice.number in wanted
        }
        entries = self.entries(account_id, made.values())
        return {number: entries[key] for number, key in made.items()}

    def in_doubt(self, account_id: int, step: Step = Step.CREATE) -> list[Entry]:
        """Return every reference of the account whose state is in doubt, oldest first."""
        keys = [key for account, of, key in self._ids if (account, of) == (account_id, step)]
        entries = self.entries(account_id, keys, step).values()
        doubts = [entry for entry in entries if entry.state is EntryState.IN_DOUBT]
        return sorted(doubts, key=lambda e: min(a.id for a in e.attempts if a.in_doubt))

    def witnesses(self, account_id: int) -> Mapping[str, str]:
        """Return the number of every invoice that is known, with its currency."""
        return {
            attempt.invoice.number: json.loads(attempt.create.body)["currency"]
            for (of, _, key), ids in self._ids.items()
            if of == account_id
            for attempt in (self._attempts[attempt_id] for attempt_id in ids)
            if attempt.invoice is not None
        }

    def record(self, deeds: Sequence[Claim | Settled]) -> list[int]:
        """Write down attempts before their POSTs leave, and the replies to others: all or none."""
        done: list[tuple[Claim | Settled, int]] = []
        try:
            for deed in deeds:
                written = self._claim(deed) if isinstance(deed, Claim) else self._settle(deed)
                done.append((deed, written))
        except LedgerError:
            for deed, written in reversed(done):
                self._undo(deed, written)
            raise
        return [attempt_id for _, attempt_id in done]

    def _claim(self, claim: Claim) -> int:
        self._known_account(claim.account_id)
        self._known_run(claim.run_id)
        key = claim.create.key
        for attempt in self._attempts_of(claim.account_id, key, claim.step):
            if attempt.settlement is None and attempt.resolution is None:
                raise contradiction(f"{claim.create.reference} has an open claim")
        attempt_id = len(self._attempts) + 1
        self._attempts[attempt_id] = Attempt(
            attempt_id, claim.run_id, claim.create, claim.idempotency_key, claim.at
        )
        self._ids.setdefault((claim.account_id, claim.step, key), []).append(attempt_id)
        return attempt_id

    def _settle(self, settled: Settled) -> int:
        attempt_id, settlement = settled.attempt_id, settled.settlement
        attempt = self._attempts.get(attempt_id)
        if attempt is None or attempt.settlement is not None:
            raise contradiction(f"attempt {attempt_id} is unknown or settled already")
        if settlement.kind is ReplyKind.CREATED and settlement.invoice is None:
            raise contradiction(f"attempt {attempt_id} made an invoice without a name")
        self._attempts[attempt_id] = replace(attempt, settlement=settlement)
        return attempt_id

    def _undo(self, deed: Claim | Settled, attempt_id: int) -> None:
        if isinstance(deed, Settled):
            self._attempts[attempt_id] = replace(self._attempts[attempt_id], settlement=None)
            return
        del self._attempts[attempt_id]
        key = deed.account_id, deed.step, deed.create.key
        self._ids[key].remove(attempt_id)
        if not self._ids[key]:
            del self._ids[key]

    def resolve(
        self, account_id: int, key: str, resolution: Resolution, step: Step = Step.CREATE
    ) -> None:
        """Settle the doubt about every in-doubt attempt of this reference."""
        for attempt in self._attempts_of(account_id, key, step):
            if not attempt.in_doubt:
                continue
            if resolution.verdict is not Verdict.ABSENT and resolution.invoice is None:
                raise contradiction(f"{key} was found as an invoice without a name")
            self._attempts[attempt.id] = replace(attempt, resolution=resolution)

    def close(self) -> None:
        """Do nothing: there are no files."""

    def _known_account(self, account_id: int) -> Account:
        if account_id not in self._accounts:
            raise contradiction(f"account {account_id} is unknown")
        return self._accounts[account_id]

    def _known_run(self, run_id: str) -> Run:
        if run_id not in self._runs:
            raise contradiction(f"run {run_id} is unknown")
        return self._runs[run_id]

    def _attempts_of(self, account_id: int, key: str, step: Step) -> Iterator[Attempt]:
        ids = self._ids.get((account_id, step, key), [])
        return (self._attempts[attempt_id] for attempt_id in ids)


def _without_blobs(run: Run) -> Run:
    end = None if run.end is None else replace(run.end, outcomes=b"")
    return replace(run, start=replace(run.start, table=b""), end=end)
