"""The values that pass between the rooms: frozen, slotted, made of the standard library alone.

Anything about many rows at once (the cells, the invoices, the plan) travels as a polars frame in
`importer.table`; anything about one row is a value from here, about one POST and its answer from
`importer.replies`, about what the ledger keeps from `importer.records`.
"""

from __future__ import annotations

import unicodedata
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


def reference_key(reference: str) -> str:
    """Return what two references share that are never two invoices.

    Trimmed, NFC, every run of white space one space, case-folded.
    """
    return unicodedata.normalize("NFC", " ".join(reference.split())).casefold()


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
