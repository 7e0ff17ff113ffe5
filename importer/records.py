"""What the ledger keeps: accounts, runs, attempts, and what the attempts add up to."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from importer.model import Create, InvoiceRef


class Step(StrEnum):
    """The steps that an invoice goes through at the API; today it is created, no more."""

    CREATE = "create"


class ReplyKind(StrEnum):
    """The kinds of reply as the ledger keeps them."""

    CREATED = "created"
    REFUSED = "refused"
    THROTTLED = "throttled"
    NOT_SENT = "not_sent"
    LOST = "lost"
    HALT = "halt"


class Verdict(StrEnum):
    """How the doubt about an attempt was settled later."""

    FOUND = "found"
    ABSENT = "absent"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is written down before a POST leaves.

    Attributes:
        account_id: The ledger's id of the account.
        run_id: The run that sends.
        create: What is sent.
        idempotency_key: The header that goes with it.
        at: Wall-clock time (UTC).
        step: The step that the POST takes.
    """

    account_id: int
    run_id: str
    create: Create
    idempotency_key: str
    at: dt.datetime
    step: Step = Step.CREATE


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is written down when a reply to a POST has come, or is known never to come."""

    kind: ReplyKind
    at: dt.datetime
    http_status: int | None = None
    detail: str | None = None
    invoice: InvoiceRef | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """An attempt's settlement.

    Attributes:
        attempt_id: The ledger's id of the attempt.
        settlement: What its reply came to.
    """

    attempt_id: int
    settlement: Settlement


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a reference's doubt was settled: by what, for whom, when.

    Attributes:
        verdict: Found (it is the invoice that we sent), absent, or other (the reference names an
            invoice with other content).
        by: `listing`, or who decided by hand (user and host).
        at: Wall-clock time (UTC).
        invoice: The invoice, where one was found.
        detail: A remark for whoever asks later.
    """

    verdict: Verdict
    by: str
    at: dt.datetime
    invoice: InvoiceRef | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST in the ledger: claimed, perhaps settled, its doubt perhaps resolved."""

    id: int
    run_id: str
    create: Create
    idempotency_key: str
    claimed_at: dt.datetime
    settlement: Settlement | None = None
    resolution: Resolution | None = None

    @property
    def invoice(self) -> InvoiceRef | None:
        """The invoice that this attempt is known to have made."""
        if self.settlement is not None and self.settlement.kind is ReplyKind.CREATED:
            return self.settlement.invoice
        if self.resolution is not None and self.resolution.verdict is Verdict.FOUND:
            return self.resolution.invoice
        return None

    @property
    def last_seen(self) -> dt.datetime:
        """When it was last heard of: when its answer was given up, else when it was claimed."""
        return self.claimed_at if self.settlement is None else self.settlement.at

    @property
    def in_doubt(self) -> bool:
        """Sent, with no certain answer, and not resolved since.

        A claim without a settlement counts: whoever holds the sender lock knows that its run died.
        """
        unknown = self.settlement is None or self.settlement.kind is ReplyKind.LOST
        return unknown and self.resolution is None


class EntryState(StrEnum):
    """What the attempts for one reference add up to."""

    FREE = "free"
    IN_DOUBT = "in_doubt"
    CREATED = "created"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """All that the ledger knows of one reference: its attempts, oldest first, at least one."""

    attempts: tuple[Attempt, ...]

    @property
    def reference(self) -> str:
        """The reference as it was last sent."""
        return self.attempts[-1].create.reference

    @property
    def key(self) -> str:
        """The reference's key."""
        return self.attempts[-1].create.key

    @property
    def state(self) -> EntryState:
        """What to believe. An invoice outweighs a doubt, a doubt outweighs every refusal."""
        if self.created is not None:
            return EntryState.CREATED
        if any(attempt.in_doubt for attempt in self.attempts):
            return EntryState.IN_DOUBT
        if self.other is not None:
            return EntryState.OTHER
        return EntryState.FREE

    @property
    def created(self) -> Attempt | None:
        """The attempt that made the invoice."""
        return next((a for a in self.attempts if a.invoice is not None), None)

    @property
    def other(self) -> Resolution | None:
        """How a look-up found an invoice with other content under this reference."""
        for attempt in reversed(self.attempts):
            if attempt.resolution is not None and attempt.resolution.verdict is Verdict.OTHER:
                return attempt.resolution
        return None


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the ledger's records are about.

    Attributes:
        id: The ledger's own number for it.
        url: The canonical API URL, or `sandbox:<id>`.
        name: What `--account` says.
        owner_id: The owner that the API named first; None until then.
        proves_absence: False once the API answered a create without our reference: then its
            listing can't show that a reference is absent.
    """

    id: int
    url: str
    name: str
    owner_id: int | None = None
    proves_absence: bool = True

    @property
    def options(self) -> str:
        """The options that lead a command to it, behind a space."""
        where = " --sandbox" if self.is_sandbox else f" --api-url {shlex.quote(self.url)}"
        return where + ("" if self.name == "default" else f" --account {shlex.quote(self.name)}")

    @property
    def is_sandbox(self) -> bool:
        """Whether its invoices are a rehearsal's."""
        return self.url.startswith("sandbox:")

    def __str__(self) -> str:
        url = "the sandbox" if self.is_sandbox else self.url
        return f"{self.name} at {url}"


@dataclass(frozen=True, slots=True)
class RunStart:
    """What is known of a run before its first send. `options` and `table` are opaque here.

    Attributes:
        id: The run's name.
        account_id: The account that it sends for.
        at: Wall-clock time (UTC).
        file: The absolute path of the file.
        sha256: The digest of the file's bytes, hex.
        user: The OS user.
        host: The machine's name.
        options: The options in force, JSON, no secrets.
        table: The file's table, compressed, from which the results can be written again.
    """

    id: str
    account_id: int
    at: dt.datetime
    file: str
    sha256: str
    user: str
    host: str
    options: str
    table: bytes


@dataclass(frozen=True, slots=True)
class RunEnd:
    """What is known of a run at its end.

    Attributes:
        at: Wall-clock time (UTC).
        counts: Rows by status; empty where the run ended before it could count them.
        exit_code: What its command ended with.
        output: The results file's absolute path; None where none was written.
        error: Why it stopped early; None where it went to its end.
        outcomes: The compressed table of outcomes; empty where the run ended before it had one:
            then they are found from the attempts, as for a run that was killed.
    """

    at: dt.datetime
    counts: Mapping[str, int]
    exit_code: int
    output: str | None
    error: str | None
    outcomes: bytes


@dataclass(frozen=True, slots=True)
class Size:
    """How much a ledger holds: records, and bytes of its file, some of them free for reuse."""

    runs: int
    attempts: int
    bytes: int
    free: int


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What became of a file of an inbox when it was last imported.

    Attributes:
        sha256: The digest of the file's bytes, hex.
        exit_code: How its import ended.
        at: Wall-clock time (UTC).
        name: What the file was called then.
        options: A digest of the options by which it was understood.
    """

    sha256: str
    exit_code: int
    at: dt.datetime
    name: str
    options: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the ledger keeps it.

    Attributes:
        start: How it began.
        end: How it ended; None while it goes on, or when it died.
        pruned: Its table and outcomes were emptied, being old. All else stays for good.
    """

    start: RunStart
    end: RunEnd | None = None
    pruned: bool = False
