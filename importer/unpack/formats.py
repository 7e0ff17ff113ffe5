"""Number formats: which of them show a number as something else (ECMA-376 part 1, 18.8.30/31)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

BUILT_IN = {"9": "0%", "10": "0.00%", "12": "# ?/?", "13": "# ??/??"}
"""The formats without a code of their own in the file that show other digits than the cell holds.
The others are General, plain numbers, accounting, dates, and text."""

BUILT_IN_DATES = frozenset(str(n) for n in (*range(27, 37), *range(50, 59)))
"""Dates in East Asian editions only: numbers to calamine."""

PLAIN = re.compile(r"(general|@|[#?,]*[0#?](\.[0#?]*)?(e[+-][0#?]+)?)?", re.IGNORECASE)
"""A section that shows the number's own digits, once the harmless parts are off."""

TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | (?P<padding>[_*].) |
    \[(?P<bracket>[^\]]*)\]? | (?P<end>;) | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
CONDITION = re.compile(r"[<>=]")
COLOUR = re.compile(
    r"\$.*|color *\d+|black|blue|cyan|green|magenta|red|white|yellow", re.IGNORECASE | re.DOTALL
)
DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)
"""What makes a format a date's to calamine; eras alone (`ggge`) are none, so they stay odd."""


def number_format(number: str, own: Mapping[str, str]) -> str:
    """Return a format's code.

    Args:
        number: Its `numFmtId`.
        own: The codes that the workbook itself defines, by their ids.
    """
    if number in BUILT_IN_DATES and number not in own:
        return "a date"
    return own.get(number, BUILT_IN.get(number, "General"))


def shows_otherwise(code: str) -> bool:
    """Tell whether a number format shows digits or letters that the number doesn't have.

    Leading zeros, words, percent, fractions, thousands left out: yes. Currency signs, decimal
    places, thousands separators: no. Dates: no, calamine reads them as what they are.

    Args:
        code: The format's code, such as `000-000`.
    """
    if code == "a date":
        return True
    if _is_date(code):
        return False
    sections = _sections(code)
    conditional = any(CONDITION.match(b) for b in re.findall(r"\[([^\]]*)\]", code))
    if not conditional and len(sections) > 1 and sections[0] == "":
        return True  # shows nothing at all
    looked_at = sections if conditional else sections[:1]
    return not all(PLAIN.fullmatch(section) for section in looked_at)


def _is_date(code: str) -> bool:
    bare = "".join(m["plain"] or "" for m in TOKEN.finditer(code) if not m["bracket"])
    elapsed = re.search(r"\[[hms]+\]", code, re.IGNORECASE)
    return bool(elapsed or DATE_LETTER.search(bare))


def _sections(code: str) -> list[str]:
    """Return a format's sections without what changes no digit: padding, colours, currencies."""
    sections = [""]
    for match in TOKEN.finditer(code):
        if match["end"]:
            sections.append("")
        elif match["bracket"] is not None:
            harmless = COLOUR.fullmatch(match["bracket"]) or CONDITION.match(match["bracket"])
            sections[-1] += "" if harmless else "[]"
        elif match["padding"] is None:
            literal = match["quoted"] or match["escaped"] or ""
            kept = "".join(c for c in literal or match["plain"] or "" if not _is_harmless(c))
            sections[-1] += f'"{kept}"' if literal and kept else kept
    return sections


def _is_harmless(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Sc"
