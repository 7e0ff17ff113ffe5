"""What to write in each column, for whoever fills one in: the one place for those words.

The template shows them, and the documentation is made from them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from importer.model import REQUIRED_FIELDS, Field


@dataclass(frozen=True, slots=True)
class Guide:
    """A column in words.

    Attributes:
        field: The field that it gives.
        header: Its header in the template.
        also: Some other headers that are understood.
        write: What to write, in whole sentences.
        examples: Values as one types them.
        refused: What is not taken, in few words.
        choices: The only values there are, where these are few.
        longest: The characters that a text may have; None where nobody counts them.
    """

    field: Field
    header: str
    also: tuple[str, ...]
    write: str
    examples: tuple[str, ...]
    refused: tuple[str, ...]
    choices: tuple[str, ...] = ()
    longest: int | None = None

    @property
    def required(self) -> bool:
        """Whether every row needs a value."""
        return self.field in REQUIRED_FIELDS


def guide_columns(max_reference: int = 255, max_note: int = 32_767) -> tuple[Guide, ...]:
    """Return what to write in each column, in the order of the fields.

    Args:
        max_reference: The characters that a reference may have.
        max_note: The characters that a note may have.
    """
    return (
        Guide(
            Field.REFERENCE_ID,
            "Reference",
            ("Reference ID", "Ref"),
            "Your own name for this invoice, such as its number in your books. Each row needs one "
            "of its own: the same reference never becomes two invoices.",
            ("INV-2027-001", "007"),
            (
                "a reference that another row has, or has in other capitals",
                f"more than {max_reference:,} characters",
                "line breaks, tabs and characters that nobody sees",
            ),
            longest=max_reference,
        ),
        Guide(
            Field.COUNTERPARTY_ID,
            "Customer ID",
            ("Counterparty ID", "Client ID"),
            "The customer's number in your invoicing service, in digits alone.",
            ("123", "10234"),
            ("names", "zero, minus and decimals", "1,234, which can mean two numbers: write 1234"),
        ),
        Guide(
            Field.CURRENCY,
            "Currency",
            ("Currency code", "CCY"),
            "The currency's code of three letters (ISO 4217). Choose it from the list, or type it.",
            ("USD", "LRD", "NGN"),
            (
                "signs and names, such as $ or dollar",
                "codes that are no longer used, and those of gold, silver or tests",
            ),
        ),
        Guide(
            Field.NOTE,
            "Note",
            ("Memo", "Description"),
            "What the invoice is for.",
            ("Rent, May 2027", "Consulting, 3 days"),
            (f"more than {max_note:,} characters",),
            longest=max_note,
        ),
        Guide(
            Field.FEE_BEARER,
            "Fee bearer",
            ("Fees paid by", "Bearer"),
            "Who pays the fees: PAYER (the customer pays them on top) or PAYEE (you absorb them).",
            ("PAYER", "PAYEE"),
            ("any other word",),
            choices=("PAYER", "PAYEE"),
        ),
        Guide(
            Field.AS_PAYMENT_LINK,
            "Payment link",
            ("As payment link", "Send payment link"),
            "Whether the invoice may be shared as a payment link: yes or no.",
            ("yes", "no"),
            ("words that are neither, such as maybe",),
            choices=("yes", "no"),
        ),
        Guide(
            Field.DUE_DATE,
            "Due date",
            ("Due", "Due on"),
            "The last day to pay: year, month, day. Leave it blank where there is none.",
            ("2027-01-31", "2027-01-31T12:00Z"),
            (
                "03/04/2027 typed as text, which can mean two days",
                "days that don't exist, and words such as soon",
            ),
        ),
    )


EXAMPLE = "EXAMPLE-"
"""How the reference of every example row begins."""

EXAMPLE_NOTE = "Example: delete this row"
"""How the note of every example row begins."""


def example_rows(today: dt.date) -> tuple[dict[Field, str | int | dt.date | None], ...]:
    """Return the template's example rows: valid on that day, and meant for nobody.

    Their customers' numbers are such as no API will know, so that a row that is sent by mistake is
    refused there.

    Args:
        today: The day on which the template is made; the due dates are some weeks later.
    """
    values: tuple[tuple[str | int | dt.date | None, ...], ...] = (
        (
            f"{EXAMPLE}1", 999_999_901, "USD", f"{EXAMPLE_NOTE} (rent, paid by a link)",
            "PAYER", "yes", today + dt.timedelta(days=60),
        ),
        (
            f"{EXAMPLE}2", 999_999_902, "LRD", f"{EXAMPLE_NOTE} (you absorb the fees)",
            "PAYEE", "no", today + dt.timedelta(days=90),
        ),
        (
            f"{EXAMPLE}3", 999_999_903, "NGN", f"{EXAMPLE_NOTE} (no due date)",
            "PAYER", "yes", None,
        ),
    )  # fmt: skip
    return tuple(dict(zip(Field, row, strict=True)) for row in values)
