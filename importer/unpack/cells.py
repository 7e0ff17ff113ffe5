"""Rows as calamine gives them → columns of text as the user sees it, and what each cell is."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal

Value = str | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None

TEXT, NUMBER, DATE, BOOL = "text", "number", "date", "bool"
"""What a cell is, as `importer.table.Kind` has it."""

DIGITS = 15
"""How many significant digits Excel keeps and shows of a number ("Excel specifications and
limits": number precision)."""

WHOLE_BELOW = 10.0**DIGITS
ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")


def show_column(values: Sequence[Value]) -> tuple[list[str | None], str | list[str]]:
    """Return a column's texts and kinds; one kind alone where all cells have it.

    Args:
        values: The cells, as calamine gives them: a blank one is the empty text.
    """
    types = set(map(type, values))
    if types == {str}:
        return list(values), TEXT  # type: ignore[arg-type]  # all are str
    shown = {kind: SHOWN.get(kind, (str, TEXT)) for kind in types}
    if len(types) == 1:
        ((show, name),) = shown.values()
        return [show(value) for value in values], name
    texts = [shown[type(value)][0](value) for value in values]
    return texts, [shown[type(value)][1] for value in values]


def show_number(value: float) -> str:
    """Return a number as digits without an exponent, by as many digits as Excel keeps.

    Args:
        value: The number, such as 10866613.810000001 for 10866613.81.
    """
    if -WHOLE_BELOW < value < WHOLE_BELOW and value == int(value):
        return str(int(value))
    text = f"{value:.{DIGITS}g}"
    if "e" not in text or not math.isfinite(value):
        return text
    return format(Decimal(text), "f")


def show_moment(value: dt.datetime) -> str:
    """Return a date and time to the second, without the noise of days counted as fractions."""
    steady = value + dt.timedelta(microseconds=500)
    return steady.isoformat(" ", "seconds")


def show_day(value: Value) -> Value:
    """Return a date and time as the date alone, anything else as it is.

    Args:
        value: A cell whose format shows no time; an ISO text where the file has one for a date.
    """
    if isinstance(value, dt.datetime):
        return (value + dt.timedelta(microseconds=500)).date()
    if isinstance(value, str) and ISO_MOMENT.fullmatch(value):
        return value.partition("T")[0]
    return value


def show_duration(value: dt.timedelta) -> str:
    """Return a duration as hours, minutes and seconds, as `[h]:mm:ss` shows it."""
    seconds = round(value.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' * (seconds < 0)}{hours:02}:{rest // 60:02}:{rest % 60:02}"


def _show_time(value: dt.time) -> str:
    moment = dt.datetime.combine(dt.date(2000, 1, 1), value)
    return show_moment(moment).partition(" ")[2]


def _show_blank(_: None) -> None:
    return None


def _show_bool(value: bool) -> str:
    return "true" if value else "false"


SHOWN: dict[type, tuple[Callable[..., str | None], str]] = {
    str: (str, TEXT),
    float: (show_number, NUMBER),
    int: (show_number, NUMBER),
    bool: (_show_bool, BOOL),
    dt.date: (dt.date.isoformat, DATE),
    dt.datetime: (show_moment, DATE),
    dt.time: (_show_time, DATE),
    dt.timedelta: (show_duration, DATE),
    type(None): (_show_blank, TEXT),
}
"""By a cell's type: how it is shown, and what it is."""
