"""What is said of cells that break a rule of the schema, for people who work with spreadsheets."""

from __future__ import annotations

import difflib
from functools import cache

from importer.clean.cells import shown
from importer.clean.numbers import REMEDY as CUSTOMER_REMEDY
from importer.model import Code, Field, explain
from importer.validate.currencies import UNITS, suggest
from importer.validate.currencies import name as currency_name

BEARERS = ("PAYER", "PAYEE")

BEARER_WORDS = {
    "PAYER": "payor customer client buyer debtor payeur acheteur pagador pagante comprador cliente "
    "kunde kundin käufer zahler klant koper betaler acquirente",
    "PAYEE": "us we me seller merchant supplier vendor receiver recipient beneficiary "
    "bénéficiaire vendeur beneficiário beneficiario vendedor",
}
"""What people write for the two; a sender may be either."""

CURRENCY_EXPECTED = "expected a three-letter ISO 4217 code"
BEARER_EXPECTED = "expected PAYER (the customer pays the fees) or PAYEE (you do)"

MISSING = {
    Field.REFERENCE_ID: (
        "expected the invoice's own reference",
        "write one that no other row has.",
    ),
    Field.COUNTERPARTY_ID: ("expected the customer's number", CUSTOMER_REMEDY),
    Field.CURRENCY: (CURRENCY_EXPECTED, "write one, such as USD."),
    Field.NOTE: ("expected what the invoice is for", "write it, such as Rent for May."),
    Field.FEE_BEARER: (BEARER_EXPECTED, "write one of the two."),
    Field.AS_PAYMENT_LINK: ("expected yes or no", "write one of the two."),
}


LONG = {
    Code.REFERENCE_TOO_LONG: ("reference", "--max-reference-length"),
    Code.NOTE_TOO_LONG: ("note", "--max-note-length"),
}
"""What is too long, and which option allows more."""


def say(  # noqa: PLR0911 a sentence for each code
    code: Code, field: Field, value: str | None, most: int
) -> str:
    """Return the message for a cell that breaks a rule of the schema.

    Args:
        code: The rule.
        field: The cell's field.
        value: The cell as the user sees it.
        most: The characters that a text of this field may have.
    """
    match code:
        case Code.MISSING_VALUE:
            return explain("The cell is blank", *MISSING[field])
        case Code.NOT_POSITIVE:
            return explain(
                f"{shown(value)} is no customer's number",
                "expected a whole number from 1 on",
                CUSTOMER_REMEDY,
            )
        case Code.CURRENCY_UNKNOWN:
            return say_currency(value or "")
        case Code.FEE_BEARER_UNKNOWN:
            return say_bearer(value or "")
        case Code.REFERENCE_TOO_LONG | Code.NOTE_TOO_LONG:
            return _say_long(code, value or "", most)
        case Code.REFERENCE_CHARACTERS:
            return explain(
                f"{shown(value)} holds characters that nobody sees",
                "expected letters, digits and signs alone",
                "type the reference anew.",
            )
        case _:
            return explain(
                f"{shown(value)} is not allowed here ({code})",
                "expected another value",
                "correct the cell.",
            )


@cache
def say_currency(value: str) -> str:
    """Return the message for a text that is no currency to invoice in, with those it may mean."""
    if (why := UNITS.get(value.upper())) is not None:
        return explain(
            f"{shown(value)} is no currency to invoice in: {why}",
            CURRENCY_EXPECTED,
            "write the currency that is paid in, such as USD.",
        )
    former = currency_name(value.upper())
    what = f"{shown(value)} is no currency" + (f" in use ({former})" if former else "")
    match suggest(value):
        case ():
            remedy = "write the code, such as USD."
        case (only,):
            remedy = f"did you mean {only}?"
        case (*others, last):
            remedy = f"write the one that is meant, such as {', '.join(others)} or {last}."
    return explain(what, CURRENCY_EXPECTED, remedy)


@cache
def say_bearer(value: str) -> str:
    """Return the message for a text that is no fee bearer, with the one it may mean."""
    meant = {bearer for bearer, words in BEARER_WORDS.items() if value.casefold() in words.split()}
    if not meant:
        ratios = {b: difflib.SequenceMatcher(None, value.upper(), b).ratio() for b in BEARERS}
        best = max(ratios.values())
        meant = {b for b, ratio in ratios.items() if ratio == best >= 0.6}  # noqa: PLR2004 difflib's own cutoff
    remedy = f"did you mean {meant.pop()}?" if len(meant) == 1 else "write one of the two."
    return explain(f"{shown(value)} is no fee bearer", BEARER_EXPECTED, remedy)


def say_duplicate(rows: str, references: tuple[str, ...]) -> str:
    """Return the message for rows that have one reference.

    Args:
        rows: The rows, as of `likeness.name_rows`.
        references: Their references, each spelling once.
    """
    what = (
        f"{shown(references[0])} is the reference of {rows}"
        if len(references) == 1
        else f"{shown(references[0])} and {shown(references[1])} differ only in case ({rows})"
    )
    return explain(
        what,
        "expected a reference that no other row has",
        "give each invoice its own, or remove the copy.",
    )


def _say_long(code: Code, value: str, most: int) -> str:
    what, option = LONG[code]
    return explain(
        f"The {what} has {len(value):,} characters",
        f"expected {most:,} at most",
        f"shorten it, or allow more with {option}.",
    )
