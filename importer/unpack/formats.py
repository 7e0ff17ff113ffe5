"""Number formats: which of them show something else than a cell holds.

ECMA-376 part 1, 18.8.30 (`numFmt`, the built-in codes) and 18.8.31 (`numFmts`, the letters).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

BUILT_IN = {
    "1": "0",
    "2": "0.00",
    "3": "#,##0",
    "4": "#,##0.00",
    "5": '"$"#,##0;("$"#,##0)',
    "6": '"$"#,##0;[Red]("$"#,##0)',
    "7": '"$"#,##0.00;("$"#,##0.00)',
    "8": '"$"#,##0.00;[Red]("$"#,##0.00)',
    "9": "0%",
    "10": "0.00%",
    "11": "0.00E+00",
    "12": "# ?/?",
    "13": "# ??/??",
    "14": "m/d/yyyy",
    "15": "d-mmm-yy",
    "16": "d-mmm",
    "17": "mmm-yy",
    "18": "h:mm AM/PM",
    "19": "h:mm:ss AM/PM",
    "20": "h:mm",
    "21": "h:mm:ss",
    "22": "m/d/yyyy h:mm",
    "37": "#,##0;(#,##0)",
    "38": "#,##0;[Red](#,##0)",
    "39": "#,##0.00;(#,##0.00)",
    "40": "#,##0.00;[Red](#,##0.00)",
    "41": "#,##0;(#,##0)",
    "42": '"$"#,##0;("$"#,##0)',
    "43": "#,##0.00;(#,##0.00)",
    "44": '"$"#,##0.00;("$"#,##0.00)',
    "45": "mm:ss",
    "46": "[h]:mm:ss",
    "47": "mm:ss.0",
    "48": "##0.0E+0",
    "49": "@",
}
"""The formats that have no code of their own in the file; the others are General."""

EAST_ASIAN_DATE = "a date"
BUILT_IN_DATES = frozenset(str(n) for n in (*range(27, 37), *range(50, 59)))
"""Dates in East Asian editions only: numbers to calamine."""

GENERAL = frozenset({"", "general", "@"})
WHOLE, NATURAL = "0", "#"
"""Sections that show a number as it is: any, a whole one, a whole one but 0."""

DIGITS = re.compile(r"(general|@|[#?,]*[0#?](\.[0#?]*)?)?", re.IGNORECASE)
"""A section that shows a number's own digits, once currencies and spaces are off."""

TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | _(?P<space>.) | \*(?P<fill>.) |
    \[(?P<bracket>[^\]]*)\]? | (?P<end>;) | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
CONDITION = re.compile(r"[<>=]")
COLOUR = re.compile(
    r"color *\d+|black|blue|cyan|green|magenta|red|white|yellow|\$-[0-9a-f]{1,4}", re.IGNORECASE
)
"""What changes no character: a colour, or the language of a date's names."""

CURRENCY = re.compile(r"\$[^\d-]{0,4}(-[0-9a-f]+(,[0-9a-f]*)?)?", re.IGNORECASE)
DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)
"""What makes a format a date's to calamine; eras alone (`ggge`) are none, so they stay odd."""

ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
HALVES = re.compile(r"am/pm|a/p", re.IGNORECASE)
RUN = re.compile(r"([dmyebhs])\1*")
SHORTEST_NAME, INITIAL = 3, 5
"""`ddd` is a day's name, `mmmmm` the first letter of a month's."""


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles whose format may show something else: the format's code by the style's index.

    Attributes:
        numbers: Those that show any number otherwise.
        whole: Those that show a number otherwise unless it is whole.
        natural: Those that show a number otherwise unless it is whole and not 0.
        texts: Those that show a text otherwise.
        dates: Dates' formats that leave out the day, the month or the year.
        days: Dates' formats that show no time.
    """

    numbers: Mapping[str, str] = field(default_factory=dict)
    whole: Mapping[str, str] = field(default_factory=dict)
    natural: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)


def sort_styles(codes: Iterable[str]) -> Styles:
    """Tell what styles do.

    Args:
        codes: The code of each style's format, in their order.
    """
    styles = {str(index): code for index, code in enumerate(codes)}
    return Styles(
        numbers={style: code for style, code in styles.items() if changes_numbers(code)},
        whole={style: code for style, code in styles.items() if _plain(code) == WHOLE},
        natural={style: code for style, code in styles.items() if _plain(code) == NATURAL},
        texts={style: code for style, code in styles.items() if changes_texts(code)},
        dates={s: code for s, code in styles.items() if is_date(code) and hidden_parts(code)},
        days={style: code for style, code in styles.items() if hides_time(code)},
    )


def number_format(number: str, own: Mapping[str, str]) -> str:
    """Return a format's code.

    Args:
        number: Its `numFmtId`.
        own: The codes that the workbook itself defines, by their ids.
    """
    if number in BUILT_IN_DATES and number not in own:
        return EAST_ASIAN_DATE
    return own.get(number, BUILT_IN.get(number, "General"))


def changes_numbers(code: str) -> bool:
    """Tell whether a format shows more or less than a whole number's digits.

    Leading zeros, decimals, thousands, currencies, a sign that is left out: all of that. Dates: no,
    calamine reads them as what they are.

    Args:
        code: The format's code, such as `000-000`.
    """
    plain = GENERAL | {WHOLE, NATURAL}
    return code == EAST_ASIAN_DATE or not (is_date(code) or _plain(code) in plain)


def changes_digits(code: str) -> bool:
    """Tell whether a format shows a positive whole number with other digits, or with words.

    Leading zeros, words, percent, fractions, powers of ten, thousands left out: yes. Currency
    signs, decimal places, thousands separators: no.

    Args:
        code: The format's code, such as `000-000`.
    """
    if code == EAST_ASIAN_DATE:
        return True
    if is_date(code):
        return False
    sections = _sections(code, looks=True)
    conditional = _is_conditional(code)
    if not conditional and len(sections) > 1 and sections[0] == "":
        return True  # shows nothing at all
    looked_at = sections if conditional else sections[:1]
    return not all(DIGITS.fullmatch(section) for section in looked_at)


def changes_texts(code: str) -> bool:
    """Tell whether a format shows a text with more than its own letters, or not at all.

    A text has the fourth section, or the last that holds `@`.

    Args:
        code: The format's code, such as `"INV-"@`.
    """
    sections = _sections(code, looks=False)
    if len(sections) < 4 and "@" not in _unquoted(sections[-1]):  # noqa: PLR2004 the text's
        return False
    return sections[-1].casefold() not in {"@", "general"}


def is_date(code: str) -> bool:
    """Tell whether a format makes a number a date or a time: its first section does, to calamine.

    Args:
        code: The format's code.
    """
    first = _first(code)
    return bool(ELAPSED.search(first) or DATE_LETTER.search(_letters(first)))


def hides_time(code: str) -> bool:
    """Tell whether a format is a date's that shows no time.

    Args:
        code: The format's code.
    """
    first = _first(code)
    return (
        is_date(code)
        and ELAPSED.search(first) is None
        and not re.search(r"am/pm|a/p|[hs]", _letters(first).lower())
    )


def hidden_parts(code: str) -> tuple[str, ...]:
    """Return what a date's format leaves out of day, month and year.

    Args:
        code: The format's code, such as `mmm-yy`.
    """
    runs = [match[0] for match in RUN.finditer(HALVES.sub("", _letters(_first(code)).lower()))]
    shown = set()
    for before, run, after in zip(["", *runs], runs, [*runs[1:], ""], strict=False):
        if run[0] == "d" and len(run) < SHORTEST_NAME:
            shown.add("day")
        elif run[0] == "m" and len(run) != INITIAL and before[:1] != "h" and after[:1] != "s":
            shown.add("month")
        elif run[0] in "yeb":
            shown.add("year")
    if _is_conditional(code) or ELAPSED.search(_first(code)):
        shown.clear()
    return tuple(part for part in ("day", "month", "year") if part not in shown)


def _is_conditional(code: str) -> bool:
    return any(CONDITION.match(m["bracket"] or "") for m in TOKEN.finditer(code))


def _plain(code: str) -> str | None:
    """Return what a format of one section for numbers is, looks aside; None for others."""
    sections = _sections(code, looks=False)
    if len(sections) == 2 and sections[1] == "@":  # noqa: PLR2004 the second is for texts
        sections.pop()
    return sections[0].casefold() if len(sections) == 1 else None


def _first(code: str) -> str:
    """Return a format's first section, as it is written."""
    end = next((match.start() for match in TOKEN.finditer(code) if match["end"]), None)
    return code[:end]


def _letters(section: str) -> str:
    """Return the letters of a section that stand for something, a space for each thing else."""
    return "".join(match["plain"] or " " for match in TOKEN.finditer(section))


def _unquoted(section: str) -> str:
    return "".join(match["plain"] or "" for match in TOKEN.finditer(section))


def _sections(code: str, *, looks: bool) -> list[str]:
    """Return a format's sections without colours and padding.

    Args:
        code: The format's code.
        looks: What changes no digit is left out too: currencies, spaces, conditions.
    """
    sections = [""]
    for match in TOKEN.finditer(code):
        if match["end"]:
            sections.append("")
        elif match["bracket"] is not None:
            sections[-1] += "" if _is_look(match["bracket"], looks=looks) else "[]"
        elif match["fill"] is not None:
            sections[-1] += "" if match["fill"].isspace() else '"*"'
        elif match["space"] is None:
            literal = match["quoted"] or match["escaped"] or ""
            kept = literal or match["plain"] or ""
            if looks:
                kept = "".join(c for c in kept if not _is_currency(c))
            sections[-1] += f'"{kept}"' if literal and kept else kept
    return sections


def _is_look(bracket: str, *, looks: bool) -> bool:
    if COLOUR.fullmatch(bracket):
        return True
    return looks and bool(CURRENCY.fullmatch(bracket) or CONDITION.match(bracket))


def _is_currency(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Sc"
