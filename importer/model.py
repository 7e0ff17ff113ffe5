"""The values that pass between the rooms: frozen, slotted, made of the standard library alone.

Anything about many rows at once (the cells, the invoices, the plan) travels as a polars frame in
`importer.table`; anything about one row, one attempt or one run is a value from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """The fields of an invoice that a file gives, by the API's names."""

    REFERENCE_ID = "reference_id"
    COUNTERPARTY_ID = "counterparty_id"
    CURRENCY = "currency"
    NOTE = "note"
    FEE_BEARER = "fee_bearer"
    AS_PAYMENT_LINK = "as_payment_link"
    DUE_DATE = "due_date"


REQUIRED_FIELDS = frozenset(Field) - {Field.DUE_DATE}


class Status(StrEnum):
    """What became of a row; the only words for it, in results, summaries and messages."""

    CREATED = "created"
    ALREADY_CREATED = "already_created"
    INVALID = "invalid"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    IN_DOUBT = "in_doubt"
    NOT_SENT = "not_sent"
    READY = "ready"


NEEDS_USER = frozenset(Status) - {Status.CREATED, Status.ALREADY_CREATED, Status.READY}
"""The statuses of rows that somebody has to look at: the rows of the Problems sheet."""


class Severity(StrEnum):
    """Whether an issue keeps its row from being sent."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with one cell or row.

    Attributes:
        code: A stable name of the kind of issue, such as `currency_unknown`.
        row: The row's number as the sheet shows it.
        column: The header as written in the file; None where the whole row is meant.
        value: The cell as the user sees it; None where it is blank.
        message: What is wrong and what to write instead.
        severity: A warning stops nothing.
    """

    code: str
    row: int
    column: str | None
    value: str | None
    message: str
    severity: Severity = Severity.ERROR


class Step(StrEnum):
    """The steps that an invoice goes through at the API; today it is created, no more."""

    CREATE = "create"


@dataclass(frozen=True, slots=True)
class InvoiceRef:
    """An invoice at the API, by its two names."""

    id: int
    number: str


@dataclass(frozen=True, slots=True)
class Create:
    """One invoice to be created.

    Attributes:
        row: The row it comes from.
        reference: The `reference_id` as it is sent.
        key: The reference case-folded; two references with one key are never two invoices.
        body: The canonical JSON body, sent byte for byte (UTF-8).
        due_day: The due date (ISO) where the file gave a date alone, without a time.
    """

    row: int
    reference: str
    key: str
    body: str
    due_day: str | None = None


@dataclass(frozen=True, slots=True)
class ApiInvoice:
    """An invoice as the API answers or lists it; absent and null fields are None.

    Attributes are the API's `InvoiceResponse`, those that we use. `due_date` is as the server
    wrote it, RFC 3339.
    """

    id: int
    number: str
    reference: str | None
    counterparty_id: int | None
    currency: str | None
    status: str | None
    note: str | None
    fee_bearer: str | None
    as_payment_link: bool | None
    due_date: str | None
    owner_id: int | None

    @property
    def ref(self) -> InvoiceRef:
        """The invoice's two names."""
        return InvoiceRef(self.id, self.number)


# What a reply to one POST means. The rules that tell them apart are in `submit/policy.py`.


@dataclass(frozen=True, slots=True)
class Created:
    """The API created the invoice; `warnings` say what it answered differently."""

    invoice: ApiInvoice
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldError:
    """One complaint of the API about a request: `field` is ours, or None for the whole."""

    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The API refused this row for good; nothing was created."""

    http_status: int
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too many requests; nothing was created. `retry_after_s` is what the API asked for."""

    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request provably never reached the API."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Sent, but whether an invoice was created is unknown."""

    reason: str
    http_status: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Halt:
    """Every other row would fare the same: stop. Nothing was created by this request."""

    reason: str
    http_status: int | None = None


Reply = Created | Refused | Throttled | NotSent | Lost | Halt


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
    def other(self) -> InvoiceRef | None:
        """The invoice with other content that a look-up found under this reference."""
        for attempt in reversed(self.attempts):
            if attempt.resolution is not None and attempt.resolution.verdict is Verdict.OTHER:
                return attempt.resolution.invoice
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

    def __str__(self) -> str:
        return f"{self.name} at {self.url}"


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
    """What is known of a run at its end. `outcomes` is the compressed table of outcomes."""

    at: dt.datetime
    counts: Mapping[str, int]
    exit_code: int
    output: str | None
    error: str | None
    outcomes: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the ledger keeps it; `end` is None while it goes on, or when it died."""

    start: RunStart
    end: RunEnd | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row.

    Attributes:
        row: The row's number as the sheet shows it.
        status: One of the statuses.
        invoice: The invoice's names, where known.
        message: What the user has to know or do; empty where there is nothing to do.
    """

    row: int
    status: Status
    invoice: InvoiceRef | None = None
    message: str = ""
