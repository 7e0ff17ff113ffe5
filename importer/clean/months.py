"""The names of months in the languages of our users' exports, as the CLDR has them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Literal

from babel.dates import get_month_names

LANGUAGES = ("en", "fr", "pt", "pt_PT", "es", "es_MX", "de", "de_AT", "it")
WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")

SHORT = 3
"""The letters that spreadsheet programs cut names to where the CLDR keeps more (janv., sept.)."""


def fold_name(name: str) -> str:
    """Return a name as it is compared: small letters, without accents and dots."""
    marked = unicodedata.normalize("NFD", name.casefold())
    return "".join(c for c in marked if not unicodedata.combining(c)).replace(".", "").strip()


def list_names() -> Iterator[tuple[str, int]]:
    """Yield every name of the CLDR with its month, in all languages."""
    for language in LANGUAGES:
        for width in WIDTHS:
            for context in CONTEXTS:
                for month, name in get_month_names(width, context, language).items():
                    yield fold_name(name), month


@cache
def month_numbers() -> dict[str, int]:
    """Return the month (1 to 12) of every name and of its first letters; none has two."""
    found: dict[str, set[int]] = defaultdict(set)
    for name, month in list_names():
        found[name].add(month)
        found[name[:SHORT]].add(month)
    return {name: next(iter(months)) for name, months in found.items() if len(months) == 1}
