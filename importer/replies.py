"""What the API answers, and what that means. The rules that tell are in `submit/policy.py`."""

from __future__ import annotations

from dataclasses import dataclass

from importer.model import InvoiceRef


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

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled; it exists all the same."""
        return (self.status or "").upper() in {"CANCELED", "CANCELLED"}


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
    """Too many requests; nothing was created."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request provably never reached the API."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Sent, but whether an invoice was created is unknown.

    Attributes:
        reason: What is known.
        http_status: The answer's status, where there was one.
        misnamed: The answer named another reference: the API may have changed ours, and then no
            listing shows it.
    """

    reason: str
    http_status: int | None = None
    misnamed: bool = False


@dataclass(frozen=True, slots=True)
class Halt:
    """Every other row would fare the same: stop. Nothing was created by this request."""

    reason: str
    http_status: int | None = None


@dataclass(frozen=True, slots=True)
class Expired:
    """The token had expired; nothing was created, and another token has been obtained since."""


Reply = Created | Refused | Throttled | NotSent | Lost | Halt | Expired


@dataclass(frozen=True, slots=True)
class Answer:
    """What one POST came to.

    Attributes:
        reply: What it means.
        wait_s: How long the API asked everybody to wait, in seconds; None where it didn't.
    """

    reply: Reply
    wait_s: float | None = None
