"""Lines below or between the rows that are none: totals, page numbers, "printed on"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from importer.headers import load_words, normalise

LONGEST = 200
"""Characters: no line of this kind has more."""

AMOUNT = re.compile(
    r"[^\w\n]{0,3}[A-Za-z]{0,3}[^\w\n]{0,3}\d[\d\s.,:/'%()+-]*[^\w\n]{0,3}[A-Za-z]{0,3}\W*"
)
"""A number, an amount with its currency, a date, a time."""

NAMED = re.compile(r"[^\W\d][-_/.]?\d")
"""A digit next to a letter: "TOTAL-7" and "END2" are somebody's references."""


def is_footer(cells: Sequence[str | None]) -> bool:
    """Tell whether a row is a total or a page's line, by its words alone.

    One of its cells, or all of them read as one text, is such a line; the others hold nothing but
    numbers. Whether it carries a reference all the same is for the caller to see.

    Args:
        cells: The row's cells.
    """
    texts = [text for cell in cells if cell is not None and (text := cell.strip())]
    if not texts:
        return False
    if is_footer_text(" ".join(texts)):
        return True
    words = [text for text in texts if not AMOUNT.fullmatch(text)]
    return bool(words) and all(is_footer_text(text) for text in words)


@lru_cache(maxsize=4096)
def is_footer_text(text: str) -> bool:
    """Tell whether a text is a total or a page's line, such as "Total: 1,200.00 USD".

    Args:
        text: A cell's text, or a whole row's.
    """
    if len(text) > LONGEST or NAMED.search(text):
        return False
    words = normalise(text)
    return _page_lines().fullmatch(words) is not None or _is_total(words)


def _is_total(words: str) -> bool:
    found = _total_lines().match(words)
    if found is None:
        return False
    rest = words[found.end() :].split()
    return all(w.isdecimal() or w in _phrases("counted") or w in _currencies() for w in rest)


@cache
def _page_lines() -> re.Pattern[str]:
    begins = [rf"{phrase}(?: .*)?" for phrase in _phrases("begins")]
    return re.compile("|".join([*_phrases("pages"), *_phrases("ends"), *begins]))


@cache
def _total_lines() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(_phrases('totals'))})(?= |$)")


@cache
def _phrases(section: str) -> tuple[str, ...]:
    """Return a section's phrases as they are compared, the longest first."""
    groups = load_words()["footers"][section].values()
    phrases = {
        " ".join(r"\d+" if word == "#" else normalise(word) for word in phrase.split())
        for group in groups
        for phrase in group
    }
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


@cache
def _currencies() -> frozenset[str]:
    from iso4217 import Currency  # noqa: PLC0415 slow to load, and seldom needed here

    return frozenset(currency.code.casefold() for currency in Currency)
