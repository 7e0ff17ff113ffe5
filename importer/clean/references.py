"""References and notes: the texts that are sent as the file has them, or not at all.

A reference tells one invoice from another. What nobody sees and changes nothing is taken out; what
makes two references look the same, or isn't what was typed, is an issue.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import polars as pl

from importer.clean.cells import EXACT_DIGITS, SHORTENED, Cells, find_rounded, is_ascii, shown
from importer.model import Code, Issue, explain
from importer.table import Kind

HARMLESS = r"[\x{ad}\x{200b}\x{200e}\x{200f}\x{2060}\x{feff}]"
"""Soft hyphen, zero-width space, direction marks, word joiner, byte order mark: shown by nothing
(Unicode, Default_Ignorable_Code_Point) and shaping no letter beside them."""

HIDDEN = r"[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\x{2800}]"
"""Control, format, private and other characters that show as nothing, or as a blank."""

PLAIN = r"^[A-Za-z][ -~]*$"
"""References that need no closer look, as most begin with a letter."""

FOREIGN = r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Coptic}\p{Lisu}]"
"""Scripts with letters that look like Latin ones (Unicode Technical Standard 39)."""

VARIANT = r"[\x{ff01}-\x{ff5e}\x{1d400}-\x{1d7ff}\x{2160}-\x{217f}\x{fb00}-\x{fb06}]"
"""Full-width and mathematical letters, Roman numerals, ligatures: ASCII in another dress."""

RETYPE = "format the column as Text (Home, Number, Text), then type the reference again."
EXPECTED = "expected the invoice's own reference, as it was typed"

CONTROLS = r"[\x00-\x08\x0e-\x1f\x7f]"
"""Control characters that neither break a line nor part words: no sheet has them, but escapes of an
encoding that was not known do (ISO-2022)."""

NOTHING = r"^(?i:[^\p{L}\p{N}]*|n/?a|<na>|nan|nat|none|null|nil|\\n|tbd|tba)$"
"""What people and programs write where there is nothing."""

LONGEST_NOTHING = 4
"""Bytes of the longest such word."""

UNEVEN = r"[^\S ]|  "
"""White space that is no single space."""

APOSTROPHES = r"^'(?:[^']|'')*''(?:[^']|'')*'$"
"""A text that is quoted by apostrophes: those within are doubled."""

UNWRITTEN = r"^(?:NULL|null|\\N|nan|NaN|<NA>|None|NaT)$"
"""What databases, pandas and R write for a text that there isn't."""

POINT_ZERO = r"^[0-9]+\.0$"
"""A whole number as programs save it that keep all numbers with decimals."""


def read_references(cells: Cells) -> tuple[pl.Series, list[Issue]]:
    """Read references.

    Args:
        cells: The cells.

    Returns:
        A String column, null where a cell is blank or not to be trusted, and the issues.
    """
    cleaned = cells.text if cells.is_ascii else without_harmless(cells.text)
    frame = cells.frame.with_columns(clean=cleaned).with_row_index("index")
    text, is_number = pl.col("clean"), pl.col("kind") == Kind.NUMBER
    short = text.str.len_bytes() <= LONGEST_NOTHING
    odd = frame.filter(text.is_not_null() & (is_number | short | ~text.str.contains(PLAIN)))
    if odd.is_empty():
        return cleaned.alias(cells.field), []
    odd = odd.with_columns(fault=_faults(cells, odd["clean"]))
    faults = pl.Series("fault", [None], dtype=pl.String).new_from_index(0, frame.height)
    faults = faults.scatter(odd["index"], odd["fault"])
    values = cleaned.set(faults.is_not_null(), None)
    return values.alias(cells.field), list(cells.issues(faults, _say))


def read_notes(cells: Cells) -> tuple[pl.Series, list[Issue]]:
    """Read notes: text, line breaks and all.

    Args:
        cells: The cells.

    Returns:
        A String column, null where a cell is blank or isn't what was typed, and the issues.
    """
    text = pl.col("text")
    rounded = parted = pl.lit(value=False)
    quoted = text.str.contains(APOSTROPHES) & (not cells.in_workbook)
    if cells.in_workbook:
        is_number = pl.col("kind") == Kind.NUMBER
        rounded = is_number & (text.str.count_matches("[0-9]") > EXACT_DIGITS)
        parted = is_number & text.str.contains(".", literal=True)
    faults = cells.frame.select(
        pl.when(rounded)
        .then(pl.lit("rounded"))
        .when(parted)
        .then(pl.lit("shown"))
        .when(text.str.contains(SHORTENED))
        .then(pl.lit("shortened"))
        .when(quoted)
        .then(pl.lit("quoted"))
        .when(text.str.contains(UNWRITTEN))
        .then(pl.lit("unwritten"))
        .when(text.str.contains(CONTROLS))
        .then(pl.lit("control"))
        .alias("fault")
    ).to_series()
    notes = cells.text.set(faults.is_not_null(), None)
    return notes.alias(cells.field), list(cells.issues(faults, _say))


def fold(references: pl.Series) -> pl.Series:
    """Return the keys of references, as of `model.reference_key`.

    Lower-casing is folding for ASCII; the others are folded one by one.

    Args:
        references: The references, trimmed and NFC.
    """
    if references.str.contains(UNEVEN).any():
        references = references.str.replace_all(r"\s+", " ")
    lower = references.str.to_lowercase()
    if is_ascii(references):
        return lower
    others = references.filter(~references.str.contains(r"^[\x00-\x7f]*$")).drop_nulls().unique()
    folded = {text: text.casefold() for text in others}
    return references.replace_strict(folded, default=lower, return_dtype=pl.String)


def without_harmless(texts: pl.Series) -> pl.Series:
    """Return texts as they are meant: NFC, and without characters that nobody sees or means."""
    if is_ascii(texts):
        return texts
    return texts.str.replace_all(HARMLESS, "").str.normalize("NFC")


def _faults(cells: Cells, texts: pl.Series) -> pl.Expr:
    text, is_number = pl.col("clean"), pl.col("kind") == Kind.NUMBER
    rounded = is_number & (text.str.count_matches("[0-9]") > EXACT_DIGITS)
    if not cells.in_workbook:
        rounded = pl.lit(find_rounded(texts))
    return (
        pl.when(text.str.contains(SHORTENED))
        .then(pl.lit("shortened"))
        .when(is_number & text.str.contains(r"[.,]"))
        .then(pl.lit("decimals"))
        .when(rounded)
        .then(pl.lit("rounded"))
        .when(text.str.contains(NOTHING))
        .then(pl.lit("nothing"))
        .when(text.str.starts_with("'"))
        .then(pl.lit("marked"))
        .when(text.str.contains(POINT_ZERO) & _have_decimals(texts))
        .then(pl.lit("point"))
        .when(text.str.contains(HIDDEN))
        .then(pl.lit("hidden"))
        .when(text.str.contains(VARIANT))
        .then(pl.lit("variant"))
        .when(text.str.contains(FOREIGN) & text.str.contains(r"\p{Latin}"))
        .then(pl.lit("foreign"))
    )


def _have_decimals(texts: pl.Series) -> bool:
    """Tell whether a column's numbers all end in `.0`, as no references do."""
    numbers = texts.filter(texts.str.contains(r"^[0-9]+(\.[0-9]+)?$"))
    return bool(numbers.str.contains(POINT_ZERO).all())


SAYINGS: Mapping[str, tuple[Code, str, str, str]] = {
    "nothing": (
        Code.MISSING_VALUE,
        "stands for no reference",
        EXPECTED,
        "write one that no other row has.",
    ),
    "point": (
        Code.NUMBER_SHOWN_OTHERWISE,
        "is a number that a program saved with a decimal",
        EXPECTED,
        (
            "format the column as Text (Home, Number, Text), write the references without the .0, "
            "and save the file again."
        ),
    ),
    "unwritten": (
        Code.MISSING_VALUE,
        "is what programs write where there is no text",
        "expected what the invoice is for",
        "write the note.",
    ),
    "marked": (
        Code.REFERENCE_CHARACTERS,
        "begins with the apostrophe by which sheets mark text",
        EXPECTED,
        "write the reference without it.",
    ),
    "quoted": (
        Code.STRAY_QUOTE,
        "stands in apostrophes, as some programs quote text in a CSV",
        "expected text, or text in double quotes",
        "take the outer apostrophes away, or save the sheet as .xlsx.",
    ),
    "control": (
        Code.CHARACTER_LOST,
        "holds a control character, which no sheet shows",
        "expected text",
        "type the note again, or say with --encoding how the file's letters are written.",
    ),
    "shortened": (
        Code.NUMBER_SHORTENED,
        "is a long number of which the sheet shows only the first digits; the others are lost here",
        "expected what was typed",
        (
            "format the column as Text (Home, Number, Text), type the number again, or export the "
            "file anew."
        ),
    ),
    "rounded": (
        Code.NUMBER_ROUNDED,
        (
            f"was kept as a number, of which a spreadsheet keeps {EXACT_DIGITS} digits: the others "
            "became zeros"
        ),
        "expected what was typed",
        (
            "format the column as Text (Home, Number, Text), type the number again, and save the "
            "file as .xlsx."
        ),
    ),
    "decimals": (
        Code.NOT_A_WHOLE_NUMBER,
        "is a number with decimals, of which the sheet may show more or fewer",
        EXPECTED,
        RETYPE,
    ),
    "shown": (
        Code.NUMBER_SHOWN_OTHERWISE,
        "is a number with decimals, of which the sheet may show more or fewer",
        "expected text",
        "format the column as Text (Home, Number, Text), then type the note again.",
    ),
}
"""By a fault: its code, what is said of the value, what was expected, what to do."""


def _say(fault: str, text: str) -> tuple[Code, str]:
    value = shown(text)
    if fault in SAYINGS:
        code, what, expected, remedy = SAYINGS[fault]
        return code, explain(f"{value} {what}", expected, remedy)
    if fault == "hidden":
        place, name = _find_hidden(text)
        return Code.REFERENCE_CHARACTERS, explain(
            f"{value} holds a character that nobody sees ({name}) in {place} place",
            "expected letters, digits and signs on one line",
            "delete the cell, then type the reference again.",
        )
    place, odd, name = _find_odd(text)
    return Code.REFERENCE_LOOKS_ALIKE, explain(
        f"{value} mixes letters that look alike: the {place} character is {name} {odd}",
        "expected letters of one alphabet",
        "delete the cell, then type the reference again.",
    )


def _find_hidden(text: str) -> tuple[str, str]:
    """Return the place and name of the first character of a text that shows as nothing."""
    letters = pl.Series(list(text))
    hidden = (letters.str.contains(HIDDEN) & ~letters.str.contains(HARMLESS)).arg_true()[0]
    names = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}
    name = names.get(text[hidden]) or unicodedata.name(text[hidden], "a control character").lower()
    return ordinal(hidden + 1), name


def _find_odd(text: str) -> tuple[str, str, str]:
    """Return the place of the first character of the lesser alphabet, itself, and its alphabet."""
    letters = pl.Series(list(text))
    odd = letters.str.contains(VARIANT)
    if not odd.any():
        foreign, latin = letters.str.contains(FOREIGN), letters.str.contains(r"\p{Latin}")
        odd = latin if latin.sum() < foreign.sum() else foreign
    place = odd.arg_true()[0]
    words = unicodedata.name(text[place], "special letter").split()
    return ordinal(place + 1), text[place], _article(words[0].capitalize())


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "AEIOU" else f"a {word}"


def ordinal(number: int) -> str:
    """Return a place in a row in words: 1st, 2nd, 3rd, 11th."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{ending or 'th'}"
