"""The contract: the fields of requests and answers, from the API's page "Create Invoice".

The page names the fields, their JSON types and the length of a currency. The statuses, the two
fee bearers, the routes around it and which field may be null are from the public documentation of
the same family of APIs.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StrictBool


def _in_utc(moment: dt.datetime) -> dt.datetime:
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:  # the first or last day of the calendar, by its offset
        raise ValueError("date-time out of range") from error


def _unicode(text: str) -> str:
    # JSON can escape half a character ("\\ud800"), which neither SQLite nor an answer can hold.
    text.encode()
    return text


MAX_ID = 2**63 - 1
"""The largest integer that SQLite stores."""

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Currency = Annotated[str, Field(min_length=3, max_length=3, pattern="^[A-Z]{3}$")]
Text = Annotated[str, AfterValidator(_unicode)]
Status = Literal["IDLE", "ACTIVE", "PROCESSING", "PAID", "CANCELED"]


class CreateInvoice(BaseModel):
    """The body of a create. A number in quotes is no number, and nothing but a bool is a bool."""

    counterparty_id: Annotated[Id, Field(strict=True)]
    currency: Currency
    note: Text
    fee_bearer: Literal["PAYER", "PAYEE"]
    as_payment_link: StrictBool
    reference_id: Text | None = None
    due_date: Annotated[AwareDatetime, AfterValidator(_in_utc)] | None = None


class InvoiceResponse(BaseModel):
    """An invoice as it is answered and listed; every field is always there."""

    id: int
    invoice_number: str
    counterparty_id: int
    currency: Currency
    total_amount: float
    status: str
    note: str
    fee_bearer: str
    due_date: AwareDatetime | None
    as_payment_link: bool
    owner_id: int
    owner_type: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    reference_id: str | None
    paid_at: AwareDatetime | None


class Counterparty(BaseModel):
    """Who is invoiced; the sandbox knows no more than the id."""

    id: int


class InvoiceDetail(InvoiceResponse):
    """An invoice as it is retrieved; the sandbox's invoices have no items yet."""

    invoice_items: list[dict[str, object]]
    counterparty: Counterparty


class Credentials(BaseModel):
    """What a client shows to get a token."""

    client_id: str
    client_secret: str


class IssuedToken(BaseModel):
    """A token and how long it is good for: `expires_in` is in minutes."""

    access_token: str
    expires_in: int


class SandboxState(BaseModel):
    """What the sandbox says of itself.

    `creates_received` counts every POST to create since the database was made, whatever came of it.
    """

    id: str
    owner_id: int
    invoices: int
    creates_received: int
