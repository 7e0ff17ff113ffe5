"""The ledger as the other rooms see it: the durable record of every attempt to send.

Implementations (`sqlite`, `memory`) pass one contract suite, `tests/contract/test_ledger.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from importer.errors import LedgerError
from importer.records import (
    Account,
    Claim,
    Entry,
    FileVerdict,
    Resolution,
    Run,
    RunEnd,
    RunStart,
    Settled,
    Step,
)


class Ledger(Protocol):
    """The durable record. A method that writes returns once what it wrote would survive a crash."""

    @property
    def option(self) -> str:
        """The option that leads a command to it, behind a space; empty where none is needed."""
        ...

    def account(self, url: str, name: str) -> Account:
        """Return the account with this URL and name, made on first sight."""
        ...

    def accounts(self) -> list[Account]:
        """Return every account, in the order in which they were first seen."""
        ...

    def pin_owner(self, account_id: int, owner_id: int) -> int:
        """Pin the account's owner unless one is pinned; return the owner that is pinned."""
        ...

    def distrust_absence(self, account_id: int) -> None:
        """Note that this account's listing can't prove that a reference is absent."""
        ...

    def sender(
        self, account: Account, wait_s: float, on_wait: Callable[[], None]
    ) -> AbstractContextManager[None]:
        """Be the only sending run of this ledger and account while the context lasts.

        Args:
            account: The account to send for.
            wait_s: How long to wait for another run, in seconds.
            on_wait: Called once when there is another run to wait for.

        Raises:
            StoppedError: On entering, when the other run is not over in time.
        """
        ...

    def start_run(self, start: RunStart) -> None:
        """Keep a run and its table, before its first send."""
        ...

    def finish_run(self, run_id: str, end: RunEnd) -> None:
        """Keep how a run ended. A run that is finished again keeps the later end."""
        ...

    def run(self, run_id: str, *, tables: bool = True) -> Run | None:
        """Return a run, or None where there is none of this name.

        Args:
            run_id: The run's name.
            tables: Whether with its table and outcomes, which may be large; else they are empty.
        """
        ...

    def runs(self, limit: int) -> list[Run]:
        """Return the latest runs, newest first, at most `limit`, without tables and outcomes."""
        ...

    def prune(self, before: dt.datetime, most: int) -> int:
        """Empty the tables and outcomes of old runs, the oldest first; attempts and runs stay.

        A run that may still go on is left alone: one without an end that no later run of its
        account has followed.

        Args:
            before: Runs that were started earlier are old.
            most: How many runs at most.

        Returns:
            How many were emptied.
        """
        ...

    def last_import(self, account_id: int, sha256: str) -> Run | None:
        """Return the account's latest run of these bytes that created something, or may have.

        One that never said its end may have. Without table and outcomes, as `runs` does.
        """
        ...

    def file_verdict(self, account_id: int, sha256: str) -> FileVerdict | None:
        """Return what became of a file of these bytes, or None where none was kept."""
        ...

    def keep_file_verdict(self, account_id: int, verdict: FileVerdict) -> None:
        """Keep what became of a file, in place of what was kept of the same bytes."""
        ...

    def entries(
        self, account_id: int, keys: Iterable[str], step: Step = Step.CREATE
    ) -> Mapping[str, Entry]:
        """Return what is known of these references, by key; unknown ones are left out."""
        ...

    def references(self, account_id: int, attempts: int) -> list[str]:
        """Return the references of the last attempts, newest first, each once; so many attempts."""
        ...

    def padded(self, account_id: int) -> Mapping[str, str]:
        """Return the references of digits alone that begin with a zero, by key.

        Those of which it is certain that no invoice exists are left out.
        """
        ...

    def numbered(self, account_id: int, numbers: Iterable[str]) -> Mapping[str, Entry]:
        """Return the references whose invoices have these numbers, by number.

        The invoices are those that are known to be made of them; of two with one number it is the
        later. Unknown numbers are left out.
        """
        ...

    def in_doubt(self, account_id: int, step: Step = Step.CREATE) -> list[Entry]:
        """Return every reference of the account whose state is in doubt, oldest first."""
        ...

    def witnesses(self, account_id: int) -> Mapping[str, str]:
        """Return the number of every invoice that the account is known to have, with its currency.

        A listing that holds them all is whole.
        """
        ...

    def record(self, deeds: Sequence[Claim | Settled]) -> list[int]:
        """Write down attempts before their POSTs leave, and the replies to others: all or none.

        Args:
            deeds: What to write, in this order. An attempt is settled once.

        Returns:
            The id of the attempt of each.

        Raises:
            LedgerError: When one contradicts the ledger: a second open claim of a reference, an
                attempt that is unknown or settled already.
        """
        ...

    def resolve(
        self, account_id: int, key: str, resolution: Resolution, step: Step = Step.CREATE
    ) -> None:
        """Settle the doubt about every in-doubt attempt of this reference."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


def contradiction(what: str) -> LedgerError:
    """Return the error for a record that contradicts those that the ledger has.

    No input leads there: it is a fault of the tool, stopped before it could do harm.
    """
    return LedgerError(
        f"The ledger refuses a record: {what}. This is a fault of import-invoices, please report "
        "it. Nothing is lost: what was sent is in the ledger."
    )
