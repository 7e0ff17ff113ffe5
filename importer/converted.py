"""What a spreadsheet program makes of texts that it opens: numbers, dates, truth values."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from contextlib import suppress

CENTURY = 100
"""Years are written with four digits or with two."""


def can_become(text: str, other: str) -> bool:
    """Tell whether a program may have made one text of another: `7` of `007`, `02-Jan` of `1-2`.

    Args:
        text: What was written.
        other: What stands there now.
    """
    number = _number(text)
    if text.casefold() == other.casefold() or (number is not None and number == _number(other)):
        return True
    parts, parts_now = _parts(text), _parts(other)
    # A single number becomes no date.
    return None not in parts and parts.total() > 1 and parts <= parts_now


def swap(day: str | None) -> str:
    """Return a day (ISO) with its month and its day swapped; empty where there is no such."""
    with suppress(ValueError):
        year, month, number = (day or "").split("-")
        return str(dt.date(int(year), int(number), int(month)))
    return ""


def _number(text: str) -> float | None:
    with suppress(ValueError):
        return float(re.sub(r"[\s,]", "", text))
    return None


def _parts(text: str) -> Counter[int | None]:
    """Return the numbers of what may be a date, months by their numbers; None for other words."""
    from importer.clean.months import fold_name, month_numbers  # noqa: PLC0415 seldom needed

    months, words = month_numbers(), re.findall(r"[0-9]+|[^\W\d_]+", text)
    return Counter(
        int(word) % CENTURY if word.isdecimal() else months.get(fold_name(word)) for word in words
    )
