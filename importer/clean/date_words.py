"""What is said of due dates that can't be read for certain."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from importer.clean.cells import Cells, shown
from importer.clean.forms import take_apart
from importer.model import Code, explain
from importer.table import KIND, ROW, Kind

EXPECTED = "expected a date that can be read in one way only"
WRITE_ISO = "write it year-month-day, as 2027-01-31 for 31 January 2027"
SAY_FORMAT = "say with --date-format how the file's dates are written"

RUN_TOGETHER = 6
"""The digits of a date without separators, at least."""

MOST_TEXTS = 3
"""How many of the dates that are text a message names."""

LOOSE_TIME = (
    r"^(?P<date>.+?)(?:[Tt]|,? +)(?P<hour>[0-9]{1,2})(?:[.hH](?P<minute>[0-9]{2})?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?$"
)
"""A time as people write it and `forms` doesn't read it: 5pm, 17h, 5.30 pm."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is known of a date that isn't certain.

    Attributes:
        first: The date if the first of its two numbers is the day; None where there is none.
        second: The date if the second is.
        month_end: The last day of its month, where the day that is written comes after it.
        time: How its time is to be written, as of `suggest_times`.
        beside: The column's dates that are text, as of `name_texts`.
        zone: The IANA name of the zone of times without one.
    """

    first: dt.date | None
    second: dt.date | None
    month_end: dt.date | None = None
    time: str | None = None
    beside: str = ""
    zone: str = "UTC"


def name_texts(cells: Cells, texts: pl.Series) -> str:
    """Return a column's dates that are text, as a message names them, in the file's order.

    Args:
        cells: The column.
        texts: The texts.

    Returns:
        Three at most, with their rows where the file has a sheet: `"31.1.2027" (row 6) and 4 more`.
    """
    found = cells.frame.filter(pl.col("text").is_in(texts.unique().implode()))
    named = [
        f"{shown(text)} (row {row})" if cells.in_workbook else shown(text)
        for row, text in found.select(ROW, "text").head(MOST_TEXTS).iter_rows()
    ]
    more = found.height - len(named)
    last = f"{more:,} more" if more else named.pop()
    return f"{', '.join(named)} and {last}" if named else last


def suggest_times(texts: pl.Series) -> Mapping[str, str]:
    """Return how dates with a loosely written time are to be written, where the day is certain.

    Args:
        texts: Texts that are no date.

    Returns:
        By such a text, the time as in 2027-01-31T17:00.
    """
    loose = texts.to_frame("loose").with_columns(
        pl.col("loose").str.extract_groups(LOOSE_TIME).alias("part")
    )
    loose = loose.unnest("part").filter(pl.col("hour").is_not_null())
    if loose.is_empty():
        return {}
    clock = [pl.col("hour"), pl.lit(":"), pl.col("minute").fill_null("00"), pl.col("half")]
    written = loose.with_columns(
        text=pl.concat_str("date", pl.lit(" "), *clock, ignore_nulls=True),
        kind=pl.lit(Kind.TEXT.value, dtype=KIND),
    ).select("loose", written="date", text="text", kind="kind")
    apart = take_apart(written, in_workbook=False, date1904=False)
    first, second = pl.col("first"), pl.col("second")
    # 2027-03-04 stays as it is written, whichever of the two the column takes for the day.
    as_written = second.cast(pl.String) == pl.col("written")
    certain = first.is_null() | second.is_null() | (first == second) | as_written
    day = pl.when(as_written).then("written").when(certain).then(pl.coalesce(first, second))
    time = pl.lit("1970-01-01").str.to_date().cast(pl.Datetime) + pl.duration(seconds="clock")
    found = apart.select("loose", time=day.cast(pl.String) + time.dt.strftime("T%H:%M"))
    return dict(found.drop_nulls().iter_rows())


def say_date(  # noqa: PLR0911 a sentence for each fault
    fault: str, text: str, doubt: Doubt
) -> tuple[Code, str]:
    """Return the code and the message for a date that can't be read for certain.

    Args:
        fault: What is wrong, as `dates` names it.
        text: The cell.
        doubt: What else is known of it.
    """
    value = shown(text)
    match fault:
        case "ambiguous" | "year_first":
            readings = " or ".join(_in_words(day) for day in (doubt.first, doubt.second) if day)
            return Code.DATE_AMBIGUOUS, explain(
                f"{value} can be read as {readings}, and the column doesn't show which is meant",
                EXPECTED,
                f"{_choose(fault, doubt)}; or {SAY_FORMAT}: {_formats(fault, text)}.",
            )
        case "mixed":
            return Code.DATE_AMBIGUOUS, explain(
                f"{value} is in a column where some dates have the day first and some the month",
                EXPECTED,
                "write every date of the column year-month-day, as 2027-01-31 for 31 January "
                f"2027; or {SAY_FORMAT}.",
            )
        case "swapped":
            return Code.DATE_MIXED, _say_swapped(value, doubt)
        case "amount":
            return Code.DATE_AMBIGUOUS, explain(
                f"{value} may be an amount, or the number that stands for the date "
                f"{_in_words(doubt.first) if doubt.first else ''}".rstrip(),
                EXPECTED,
                f"{WRITE_ISO}; if the column holds amounts, give it another header.",
            )
        case "short_year":
            return Code.DATE_UNREADABLE, explain(
                f"{value} has a year of two digits",
                "expected a year of four digits",
                f"{WRITE_ISO}; or {SAY_FORMAT}, such as %d/%m/%y.",
            )
        case "clock":
            return Code.DATE_UNREADABLE, explain(
                f"{value} is in the hour in which the clocks of {doubt.zone} change: this time "
                "doesn't come, or comes twice",
                "expected a time that comes once",
                "write another time, or add its distance from UTC, as in 2027-01-31T17:00+01:00.",
            )
        case _:
            return Code.DATE_UNREADABLE, _say_unreadable(fault, text, doubt)


def _say_swapped(value: str, doubt: Doubt) -> str:
    now = f" (read as {_in_words(doubt.second)})" if doubt.second else ""
    return explain(
        f"{value}{now} may have day and month swapped. Other dates of the column are text, as "
        f"happens where a file is opened under another country's settings: {doubt.beside}",
        EXPECTED,
        "compare this date with your original and correct it; or, if it is right, clear the row's "
        "cell in the column error of the results. Then type the dates that are text again, "
        "year-month-day, as 2027-01-31 for 31 January 2027.",
    )


def _say_unreadable(fault: str, text: str, doubt: Doubt) -> str:
    value = shown(text)
    if (end := doubt.month_end) is not None:
        return explain(
            f"{value} is a day that doesn't exist: {end:%B %Y} has {end.day} days",
            "expected a day of the calendar",
            f"correct the date; the month's last day is written {end}.",
        )
    if doubt.time is not None:
        return explain(
            f"{value} has a time that can't be read for certain",
            "expected hours and minutes, such as 17:00",
            f"write it as {doubt.time}.",
        )
    if fault == "no_such_time":
        return explain(
            f"{value} has a time that doesn't exist",
            "expected a time from 00:00 to 23:59",
            "correct the time; 5 in the afternoon is written 17:00.",
        )
    return explain(
        f"{value} is not a date that can be read for certain",
        "expected a date, or a date and a time such as 2027-01-31T17:00Z",
        f"{WRITE_ISO}; or {SAY_FORMAT}." if _has_form(text) else f"{WRITE_ISO}.",
    )


def _has_form(text: str) -> bool:
    """Tell whether a text has the parts of a date, so that a pattern might read it."""
    numbers = re.findall("[0-9]+", text)
    if len(numbers) > 1 or any(len(number) >= RUN_TOGETHER for number in numbers):
        return True
    from importer.clean.months import fold_name, month_numbers  # noqa: PLC0415 most have no names

    words = re.findall(r"[^\W\d_]+", text)
    return bool(numbers) and any(fold_name(word) in month_numbers() for word in words)


def _choose(fault: str, doubt: Doubt) -> str:
    """Return how to write each of two readings; after a year, only the whole column shows it."""
    if fault == "year_first":
        return "write every date of the column year-month-day"
    days = [day for day in (doubt.first, doubt.second) if day]
    return "write " + ", or ".join(f"{day} for {day.day} {day:%B}" for day in days)


def _in_words(day: dt.date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _formats(fault: str, text: str) -> str:
    sign = next(c for c in text if c in "/-. ")
    if fault == "year_first":
        return " or ".join(sign.join(parts) for parts in (("%Y", "%m", "%d"), ("%Y", "%d", "%m")))
    day_first, month_first = (
        sign.join(parts) for parts in (("%d", "%m", "%Y"), ("%m", "%d", "%Y"))
    )
    return f"{day_first} (day first) or {month_first} (month first)"
