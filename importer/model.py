"""The values that pass between the rooms: frozen, slotted, made of the standard library alone.

Anything about many rows at once (the cells, the invoices, the plan) travels as a polars frame in
`importer.table`; anything about one row is a value from here, about one POST and its answer from
`importer.replies`, about what the ledger keeps from `importer.records`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, eq=False)
class UserColumns(Mapping[str, Field]):
    """What the user says of columns: a mapping, header → field, and what needs no column.

    Attributes:
        headers: The fields by the file's own headers.
        defaults: The values of fields for whose column the file may have none, as in a cell.
    """

    headers: Mapping[str, Field] = field(default_factory=dict)
    defaults: Mapping[Field, str] = field(default_factory=dict)

    def __getitem__(self, header: str) -> Field:
        return self.headers[header]

    def __iter__(self) -> Iterator[str]:
        return iter(self.headers)

    def __len__(self) -> int:
        return len(self.headers)


def defaults_of(columns: Mapping[str, Field]) -> Mapping[Field, str]:
    """Return the values of fields that need no column; none where the mapping has no such."""
    return columns.defaults if isinstance(columns, UserColumns) else {}


def required_fields(columns: Mapping[str, Field]) -> frozenset[Field]:
    """Return the fields for which a file needs a column: those without a default."""
    return REQUIRED_FIELDS - defaults_of(columns).keys()


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


class Code(StrEnum):
    """The kinds of issues, by their stable names; each has a section in `docs/issues.md`."""

    # The row as a whole.
    NOT_REPAIRED = "not_repaired"
    ROW_LENGTH = "row_length"
    ROW_BROKEN = "row_broken"
    STRAY_QUOTE = "stray_quote"
    EXAMPLE_ROW = "example_row"
    # Any cell.
    MISSING_VALUE = "missing_value"
    MERGED_CELL = "merged_cell"
    CELL_WITHOUT_HEADER = "cell_without_header"
    FORMULA_ERROR = "formula_error"
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    CHARACTER_LOST = "character_lost"
    ENCODING_UNCERTAIN = "encoding_uncertain"
    # reference_id
    REFERENCE_DUPLICATE = "reference_duplicate"
    REFERENCE_LOOKS_ALIKE = "reference_looks_alike"
    REFERENCE_CHANGED = "reference_changed"
    REFERENCE_CHARACTERS = "reference_characters"
    REFERENCE_TOO_LONG = "reference_too_long"
    NUMBER_ROUNDED = "number_rounded"
    NUMBER_SHORTENED = "number_shortened"
    NUMBER_SHOWN_OTHERWISE = "number_shown_otherwise"
    NOT_TEXT = "not_text"
    # The other fields.
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"
    NUMBER_AMBIGUOUS = "number_ambiguous"
    NOT_POSITIVE = "not_positive"
    CURRENCY_UNKNOWN = "currency_unknown"
    NOTE_TOO_LONG = "note_too_long"
    FEE_BEARER_UNKNOWN = "fee_bearer_unknown"
    NOT_YES_OR_NO = "not_yes_or_no"
    DATE_UNREADABLE = "date_unreadable"
    DATE_AMBIGUOUS = "date_ambiguous"
    DATE_MIXED = "date_mixed"
    # Warnings.
    DUE_IN_THE_PAST = "due_in_the_past"
    DUE_FAR_AHEAD = "due_far_ahead"
    SAME_CONTENT = "same_content"
    CURRENCY_UNUSUAL = "currency_unusual"
    LEADING_ZEROS = "leading_zeros"


def explain(what: str, expected: str, remedy: str) -> str:
    """Return an issue's message in the one form that all have.

    Args:
        what: What it is: the value, and what is wrong with it.
        expected: What was expected there.
        remedy: What to do, as a sentence's end, with its full stop.
    """
    return f"{what} — {expected} — {remedy}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with one cell or row.

    Attributes:
        code: The kind of issue, such as `currency_unknown`.
        row: The row's number as the sheet shows it.
        column: The header as written in the file; None where the whole row is meant.
        value: The cell as the user sees it; None where it is blank.
        message: What it is, what was expected, what to do; see `explain`.
        severity: A warning stops nothing.
        place: Where it is, as the user finds it: `D17` in a workbook, `line 17` in a CSV; filled in
            once the whole file is known.
        fingerprint: What the row's cells were, if the results can't show what is wrong with them;
            several for several reasons, with blanks between.
    """

    code: Code
    row: int
    column: str | None
    value: str | None
    message: str
    severity: Severity = Severity.ERROR
    place: str = ""
    fingerprint: str = ""

    def told(self) -> str:
        """Return where it is and what it is: `D17 (Currency): …`."""
        header = name_header(self.column) if self.column else ""
        where = " ".join(filter(None, (self.place, header)))
        return f"{where}: {self.message}" if where else self.message


def name_header(header: str) -> str:
    """Return a header as messages name it beside a place: in brackets; in quotes if it has some."""
    name = " ".join(header.split())
    return f'"{name}"' if name.endswith((")", "]")) else f"({name})"


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


NOTE = "Note: "
"""Begins what is remarked about an invoice that exists."""

BY_HAND = "settled by hand"
"""Begins the remark about what somebody settled, who knows it."""


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
