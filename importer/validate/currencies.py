"""The currencies to invoice in, and which of them somebody may have meant.

What is found is only ever suggested: no text but the code itself is taken for a currency.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from iso4217 import Currency

UNITS: Mapping[str, str] = {
    "XXX": "it stands for no currency at all",
    "XTS": "it is reserved for tests",
    "XAU": "it is gold",
    "XAG": "it is silver",
    "XPT": "it is platinum",
    "XPD": "it is palladium",
    "XBA": "it is a unit of the bond market",
    "XBB": "it is a unit of the bond market",
    "XBC": "it is a unit of the bond market",
    "XBD": "it is a unit of the bond market",
    "XDR": "it is the unit of the International Monetary Fund",
    "XSU": "it is a unit that only states settle in",
    "XUA": "it is the unit of the African Development Bank",
    "XAD": "it is the unit of the Arab Monetary Fund",
    "USN": "it is a dollar that only banks deal in",
}
"""Codes of ISO 4217 that nobody pays an invoice in, and what they are."""

CURRENCIES = frozenset(currency.code for currency in Currency) - UNITS.keys()
"""The active codes of ISO 4217 that an invoice can be in."""

USUAL = ("USD", "EUR", "GBP", "XOF", "XAF", "NGN", "GHS", "LRD", "SLE", "ZAR", "KES", "CAD", "AUD")
"""Named first where several fit."""

SIGNS = {
    "$": ("USD", "LRD", "CAD", "AUD"),
    "us$": ("USD",),
    "$us": ("USD",),
    "l$": ("LRD",),
    "ld$": ("LRD",),
    "ld": ("LRD",),
    "€": ("EUR",),
    "£": ("GBP", "EGP", "SSP"),
    "¥": ("JPY", "CNY"),
    "₦": ("NGN",),
    "₵": ("GHS",),
    "gh₵": ("GHS",),
    "gh¢": ("GHS",),
    "₹": ("INR",),
    "r": ("ZAR",),
    "r$": ("BRL",),
    "le": ("SLE",),
    "fcfa": ("XOF", "XAF"),
    "cfa": ("XOF", "XAF"),
    "ksh": ("KES",),
    "tsh": ("TZS",),
    "ush": ("UGX",),
    "fr": ("CHF", "XOF", "XAF"),
    "fc": ("CDF",),
    "fg": ("GNF",),
    "mt": ("MZN",),
    "kz": ("AOA",),
    "br": ("ETB",),
}
"""What people write for a currency, in small letters and without spaces."""

LANGUAGES = ("en", "fr", "pt", "es")
MOST = 4
"""How many codes are suggested at most."""


@cache
def suggest(text: str) -> tuple[str, ...]:
    """Return the codes that a text may stand for, the likeliest first; empty where none is near.

    Args:
        text: A cell that is no code of `CURRENCIES`: a sign, a name, a code with a slip.
    """
    plain = _plain(text)
    words = plain.split()
    if (former := name(text.upper())) is not None:
        return tuple(_named(_plain(former.partition("(")[0]).split()))
    found = (
        [word.upper() for word in words if word.upper() in CURRENCIES]
        or SIGNS.get("".join(words))
        or _named(words)
        or [code for word in words for code in SIGNS.get(word, ())]
        or _near("".join(c for c in plain.upper() if c.isalpha() and c.isascii()))
    )
    return tuple(_usual_first(found)[:MOST])


@cache
def name(code: str) -> str | None:
    """Return the English name of a code that is, or was, a currency's; None for any other."""
    from babel.core import Locale  # noqa: PLC0415 takes long to load

    found: str | None = Locale("en").currencies.get(code)
    return found


def _plain(text: str) -> str:
    """Return a text in small letters without accents, with nothing but letters, digits, signs."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return "".join(c if c.isalnum() or unicodedata.category(c) == "Sc" else " " for c in kept)


def _named(words: Iterable[str]) -> list[str]:
    """Return the codes whose name, in any language, has all these words, or is just these."""
    wanted = frozenset(words)
    if not any(len(word) > 2 for word in wanted):  # noqa: PLR2004 "de", "la"
        return []
    names = _names()
    same = [code for code, forms in names.items() if wanted in forms]
    return same or [code for code, forms in names.items() if any(wanted <= f for f in forms)]


@cache
def _names() -> Mapping[str, frozenset[frozenset[str]]]:
    """Return the names of each currency as sets of words: one and many, in all languages."""
    from babel.numbers import get_currency_name  # noqa: PLC0415 takes long to load

    names: dict[str, set[str]] = {
        code: {Currency(code).currency_name} for code in sorted(CURRENCIES)
    }
    for code, forms in names.items():
        for language in LANGUAGES:
            forms.update(get_currency_name(code, n, language) for n in (None, 1, 2))
    return {
        code: frozenset(frozenset(_plain(form).split()) for form in forms)
        for code, forms in names.items()
    }


SLIPS = range(2, 41)
"""How many letters a slip has: one is near to everything, and no currency's name is longer."""


def _near(letters: str) -> list[str]:
    """Return the codes that a slip may have made these letters of."""
    if len(letters) not in SLIPS:
        return []
    ordered = sorted(CURRENCIES)
    turned = [code for code in ordered if Counter(code) == Counter(letters)]
    begun = [code for code in ordered if code.startswith(letters) or letters.startswith(code)]
    if turned or begun:
        return turned or begun
    ratios = {code: difflib.SequenceMatcher(None, letters, code).ratio() for code in ordered}
    best = max(ratios.values())
    return [code for code in ordered if ratios[code] == best] if best >= 0.6 else []  # noqa: PLR2004 difflib's own


def _usual_first(codes: Iterable[str]) -> list[str]:
    """Return codes without doubles, those that are common where our users are first."""
    return sorted(dict.fromkeys(codes), key=lambda c: USUAL.index(c) if c in USUAL else len(USUAL))
