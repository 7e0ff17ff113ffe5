"""How dates are written: what `--date-format` may be, and what is meant by another way."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl

SPELT = {"yyyy": "%Y", "yy": "%y", "mmm": "%b"}
"""What spreadsheet programs write in their formats, where it isn't the same letter."""


def is_date_format(pattern: str) -> bool:
    """Tell whether a strftime pattern writes a day so that it can be read back, and no time."""
    day = dt.date(2027, 1, 31)
    written = dt.datetime.combine(day, dt.time(13, 45, 59)).strftime(pattern)
    try:
        read = pl.Series([written]).str.to_date(pattern, strict=False).to_list()
    except pl.exceptions.ComputeError:  # some parts of times raise, others read as nothing
        return False
    return written == day.strftime(pattern) and read == [day]


def spell_format(text: str) -> str | None:
    """Return the pattern that somebody means who writes DD/MM/YYYY; None where that is unclear.

    Args:
        text: What is no pattern, as of `is_date_format`.
    """
    if not re.fullmatch(r"[%dmy\W\d]+", text, re.IGNORECASE):
        return None
    spelt = re.sub(
        r"%?(y{4}|y{2}|m{1,3}|d{1,2})",
        lambda found: SPELT.get(found[1].lower(), f"%{found[1][0].lower()}"),
        text.strip(),
        flags=re.IGNORECASE,
    )
    return spelt if is_date_format(spelt) else None
