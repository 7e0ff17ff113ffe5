"""Customers' numbers: text → whole numbers, with thousands separators only where they are certain.

A comma or dot before three last digits may part thousands or decimals (CLDR's number symbols differ
by language): `12,345` is read only where the column itself shows which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from importer.clean.cells import EXACT_DIGITS, SHORTENED, Cells, find_rounded, shown
from importer.model import Code, Issue, explain
from importer.table import Kind

WHOLE = r"^[+-]?[0-9]+(?:\.0+)?$"
LEAD = r"^[+-]?[1-9][0-9]{0,2}"

CERTAIN = "|".join(
    (
        rf"{LEAD}(?:[ \x{{a0}}\x{{2009}}\x{{202f}}][0-9]{{3}})+(?:[.,]0{{1,2}})?$",
        rf"{LEAD}(?:['\x{{2019}}][0-9]{{3}})+(?:[.,]0{{1,2}})?$",
    )
)
"""Groups that are parted by a space or an apostrophe: no language writes decimals so."""

EXPECTED = "expected the customer's whole number"
ZEROS = r"[.,]0{1,2}$"
"""The decimals of a number that is certain and has any: a group has three digits."""

REMEDY = "write the customer's number as your invoicing service shows it, such as 123."

AMOUNT = re.compile(r"[^\w+-]*[+-]?[0-9][0-9 .,'\u2019\xa0\u2009\u202f]*[.,][0-9]{1,2}\W*")
"""What looks like money: its digits alone would be another customer's number."""


@dataclass(frozen=True, slots=True)
class Separator:
    """A character that parts thousands in some languages and decimals in others.

    Attributes:
        single: One group: either may be meant.
        proof: Two groups or more, or one and the other character before zeros: it parts thousands.
        decimal: Any other number of digits after it: it parts decimals.
    """

    single: str
    proof: str
    decimal: str


COMMA = Separator(
    rf"{LEAD},[0-9]{{3}}$",
    rf"{LEAD}(?:(?:,[0-9]{{3}}){{2,}}(?:\.0{{1,2}})?|,[0-9]{{3}}\.0{{1,2}})$",
    r"^[+-]?[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})$",
)
DOT = Separator(
    rf"{LEAD}\.[0-9]{{3}}$",
    rf"{LEAD}(?:(?:\.[0-9]{{3}}){{2,}}(?:,0{{1,2}})?|\.[0-9]{{3}},0{{1,2}})$",
    r"^[+-]?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})$",
)


def read_numbers(cells: Cells) -> tuple[pl.Series, list[Issue]]:
    """Read whole numbers.

    Args:
        cells: The cells.

    Returns:
        An Int64 column, null where a cell is blank or can't be read for certain, and the issues.
    """
    text = pl.col("text")
    frame = cells.frame.with_columns(
        rounded=_rounded(cells),
        value=pl.when(text.str.contains(WHOLE))
        .then(text.str.replace(r"\.0+$", ""))
        .cast(pl.Int64, strict=False),
    ).with_row_index("index")
    grouped = (pl.col("kind") != Kind.NUMBER) & text.str.contains(DOT.single)
    odd = frame.filter(
        text.is_not_null()
        & (pl.col("value").is_null() | pl.col("rounded") | grouped | (pl.col("kind") == Kind.DATE))
    )
    if odd.is_empty():
        return frame["value"].alias(cells.field), []
    odd = odd.with_columns(
        fault=_faults(*_separators(cells.text)),
        value=text.str.replace(ZEROS, "")
        .str.replace_all("[^0-9+-]", "")
        .cast(pl.Int64, strict=False),
    ).with_columns(
        fault=pl.when(pl.col("value").is_null())
        .then(pl.coalesce("fault", pl.lit("wrong")))
        .otherwise("fault")
    )
    read = pl.when(pl.col("fault").is_null()).then("value")
    values = frame["value"].scatter(odd["index"], odd.select(read).to_series())
    faults = pl.Series("fault", [None], dtype=pl.String).new_from_index(0, frame.height)
    faults = faults.scatter(odd["index"], odd["fault"])
    return values.alias(cells.field), list(cells.issues(faults, _say))


def _rounded(cells: Cells) -> pl.Expr:
    if not cells.in_workbook:
        return pl.lit(find_rounded(cells.text))
    digits = pl.col("text").str.count_matches("[0-9]")
    return ((pl.col("kind") == Kind.NUMBER) & (digits > EXACT_DIGITS)).fill_null(value=False)


def _separators(texts: pl.Series) -> tuple[str, str]:
    """Return what a column's numbers may certainly look like, and what can be read in two ways."""
    texts = texts.filter(texts.str.contains("[.,]"))
    proven = {s: bool(texts.str.contains(s.proof).any()) for s in (COMMA, DOT)}
    decimal = {s: bool(texts.str.contains(s.decimal).any()) for s in (COMMA, DOT)}
    parting = [s for s in (COMMA, DOT) if proven[s] and not decimal[s]]
    certain = [CERTAIN, COMMA.proof, DOT.proof]
    if len(parting) == 1 and not proven[COMMA] & proven[DOT]:
        certain.append(parting[0].single)
    return "|".join(certain), f"{COMMA.single}|{DOT.single}"


def _faults(certain: str, single: str) -> pl.Expr:
    text, kind = pl.col("text"), pl.col("kind")
    return (
        pl.when("rounded")
        .then(pl.lit("rounded"))
        .when(text.str.contains(SHORTENED) | text.str.contains(r"^[0-9]+[eE][0-9]+$"))
        .then(pl.lit("shortened"))
        .when(kind == Kind.DATE)
        .then(pl.lit("date"))
        .when((kind != Kind.NUMBER) & text.str.contains(certain))
        .then(pl.lit(None, dtype=pl.String))
        .when((kind != Kind.NUMBER) & text.str.contains(single))
        .then(pl.lit("ambiguous"))
        .otherwise(pl.lit("wrong"))
    )


def _say(fault: str, text: str) -> tuple[Code, str]:
    value = shown(text)
    match fault:
        case "rounded":
            return Code.NUMBER_ROUNDED, explain(
                f"{value} has more than {EXACT_DIGITS} digits and was kept as a number, which "
                "turns the last ones into zeros",
                EXPECTED,
                "format the column as Text, then type the number again.",
            )
        case "shortened":
            return Code.NUMBER_SHORTENED, explain(
                f"{value} is a number of which the sheet shows only the first digits",
                EXPECTED,
                "format the column as Number without decimals and save the file again.",
            )
        case "ambiguous":
            digits = text.replace(",", "").replace(".", "")
            point = text.replace(",", ".")
            return Code.NUMBER_AMBIGUOUS, explain(
                f"{value} can be read as {digits} or as {point} with decimals",
                EXPECTED,
                f"write {digits} if that is the customer's number; otherwise the one that your "
                "invoicing service shows.",
            )
        case "date":
            return Code.NOT_A_WHOLE_NUMBER, explain(f"{value} is a date", EXPECTED, REMEDY)
        case _:
            return Code.NOT_A_WHOLE_NUMBER, explain(f"{value} {_say_what(text)}", EXPECTED, REMEDY)


def _say_what(text: str) -> str:
    """Return what a text is that is no whole number."""
    if AMOUNT.fullmatch(text):
        return "looks like an amount, not like a customer's number"
    if any(c.isalpha() for c in text):
        return "has letters, as no customer's number has"
    if re.fullmatch(WHOLE, text):
        return "has more digits than any customer's number"
    return "is not a whole number"
