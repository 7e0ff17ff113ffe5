"""Due dates: text → the instant that is sent, and the day where the file gave no time.

Which of two numbers is the day is never guessed: a column shows it, or `--date-format` says it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import polars as pl

from importer.clean.cells import Cells
from importer.clean.date_words import Doubt, name_texts, say_date, suggest_times
from importer.clean.forms import FIRST_YEAR, Shape, take_apart
from importer.clean.instants import RFC3339, place_in_time
from importer.headers import header_key
from importer.model import Code, Field, Issue
from importer.table import KIND, Kind

__all__ = ["RFC3339", "Calendar", "read_dates"]

MONTHS = 12
SIGNS = "/-."

MAY_BE_AMOUNTS = frozenset({"due", "paymentdue"})
"""Headers, as of `header_key`, that name what is due as well as when."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a file's dates are read.

    Attributes:
        timezone: The IANA name of the zone of dates and of times without one.
        date_format: A strftime pattern of dates alone; what it fits is read so, and no other way.
        date1904: The workbook counts days from 1904.
    """

    timezone: str = "UTC"
    date_format: str | None = None
    date1904: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a pattern: its shape, what parts its numbers, which comes first of the two."""

    shape: Shape
    sign: str
    first: str


def read_dates(cells: Cells, calendar: Calendar) -> tuple[list[pl.Series], list[Issue]]:
    """Read due dates.

    A date alone means the last second of that day in the zone, and so does midnight without a
    zone, as a workbook has no other dates alone. A time without a zone is in the calendar's; one
    that the zone's clocks skip or show twice can't be read. Fractions of a second are cut off.

    Args:
        cells: The cells.
        calendar: How they are read.

    Returns:
        Two String columns of the same height, `due_date`, the instant in RFC 3339 (UTC), null where
        there is none or it can't be read, and `due_day`, the ISO date where it stood alone; and the
        issues.
    """
    keys = ["text", "kind"] if cells.in_workbook else ["text"]  # a text file's are all of a kind
    written = cells.frame.select("text", "kind").drop_nulls("text").unique(keys)
    if written.is_empty():
        nothing = cells.text
        return [nothing.alias(Field.DUE_DATE), nothing.alias("due_day")], []
    read = _judge(written, cells.in_workbook, calendar)
    read = _doubt_amounts(read, cells.header)
    read = place_in_time(read, calendar.timezone)
    joined = cells.frame.select(keys).join(
        read.select(*keys, Field.DUE_DATE, "due_day", "fault"),
        on=keys,
        how="left",
        maintain_order="left",
    )
    faulty = read.filter(pl.col("fault").is_not_null())
    beside = ""
    if "swapped" in faulty["fault"]:
        beside = name_texts(cells, read.filter(_is_text_date())["text"])
    times = suggest_times(faulty.filter(pl.col("fault") == "unreadable")["text"])
    doubts = {
        text: Doubt(first, second, month_end, times.get(text), beside, calendar.timezone)
        for text, first, second, month_end in faulty.select(
            "text", "first", "second", "month_end"
        ).iter_rows()
    }

    def say(fault: str, text: str) -> tuple[Code, str]:
        return say_date(fault, text, doubts[text])

    issues = list(cells.issues(joined["fault"], say))
    return [joined[Field.DUE_DATE], joined["due_day"]], issues


def _judge(written: pl.DataFrame, in_workbook: bool, calendar: Calendar) -> pl.DataFrame:
    """Choose a column's readings: add `day`, and `fault` where it isn't certain.

    Args:
        written: The column's different `text` and `kind`.
        in_workbook: They are a workbook's.
        calendar: How they are read.
    """
    frame = take_apart(written, in_workbook=in_workbook, date1904=calendar.date1904)
    told = pl.lit(None, dtype=pl.Date)
    if calendar.date_format is not None:
        told = pl.when(pl.col("kind") != Kind.DATE).then(
            pl.col("text").str.to_date(calendar.date_format, strict=False)
        )
    frame = frame.with_columns(told=told).with_columns(
        told=pl.when(
            pl.col("told").dt.year() >= FIRST_YEAR,
            _fits(pl.col("told"), calendar.date_format or ""),
        ).then("told")
    )
    known = _known_order(calendar.date_format)
    orders = {s: _shown_order(frame.filter(pl.col("sign") == s)) for s in SIGNS}
    if known is not None and known.shape == Shape.YEAR_LAST:
        orders[known.sign] = known.first
    backwards = known is not None and known.shape == Shape.YEAR_FIRST and known.first == "day"
    order = pl.col("sign").replace_strict(orders, default=None, return_dtype=pl.String)
    fault = (
        pl.when(_swapped(frame, in_workbook=in_workbook))
        .then(pl.lit("swapped"))
        .when(pl.col("told").is_not_null())
        .then(None)
        .when(pl.col("shape") == Shape.SHORT_YEAR)
        .then(pl.lit("short_year"))
        .when(pl.col("month_end").is_not_null())
        .then(pl.lit("no_such_day"))
        .when(pl.col("timed") & pl.col("clock").is_null())
        .then(
            pl.when(pl.col("shape").is_null())
            .then(pl.lit("unreadable"))
            .otherwise(pl.lit("no_such_time"))
        )
        .when(_is(Shape.YEAR_LAST) & order.is_in(["mixed", "ambiguous"]) & _differ())
        .then(order)
        .when(_is(Shape.YEAR_FIRST) & (pl.col("kind") != Kind.DATE) & _either(frame))
        .then(pl.lit("year_first"))
    )
    day_first = (_is(Shape.YEAR_LAST) & (order == "day")) | (
        pl.lit(backwards) & _is(Shape.YEAR_FIRST) & (pl.col("kind") != Kind.DATE)
    )
    day = pl.coalesce("told", pl.when(day_first).then("first").otherwise("second"))
    return frame.with_columns(day=day, fault=fault)


def _doubt_amounts(frame: pl.DataFrame, header: str) -> pl.DataFrame:
    """Add a fault where a bare number may be an amount due rather than the number of a day."""
    numbers = frame.filter(
        pl.col("shape").is_null() & pl.col("text").str.contains(r"^[0-9]+([.,][0-9]+)?$")
    )
    if numbers.is_empty() and header_key(header) not in MAY_BE_AMOUNTS:
        return frame
    doubted = _is(Shape.SERIAL) & pl.col("told").is_null()
    fault = pl.when(doubted).then(pl.lit("amount")).otherwise("fault")
    return frame.with_columns(fault=fault)


def _fits(told: pl.Expr, pattern: str) -> pl.Expr:
    """Tell whether a text is what its pattern writes, but for zeros before day and month.

    Digits that run together leave nothing to tell which zero is missing.
    """
    forms = {pattern}
    if not re.search(r"%[a-zA-Z]%", pattern):
        forms |= {re.sub(r"%([dm])", r"%-\1", pattern)}
        forms |= {pattern.replace("%d", "%-d"), pattern.replace("%m", "%-m")}
    same = (told.dt.strftime(form) == pl.col("text") for form in sorted(forms))
    return pl.any_horizontal(*same) | pl.lit(bool(re.search(r"%[^dmYy]", pattern)))


def _is(shape: Shape) -> pl.Expr:
    return pl.col("shape") == shape


def _differ() -> pl.Expr:
    """Tell where the two readings of a date aren't one and the same."""
    return pl.col("first").ne_missing(pl.col("second"))


def _known_order(date_format: str | None) -> Order | None:
    """Return the order that a pattern of digits with one separator says."""
    written = dt.date(2033, 11, 22).strftime(date_format or "")
    sample = pl.DataFrame(
        {"text": [written], "kind": [Kind.TEXT.value]}, schema_overrides={"kind": KIND}
    )
    shape, sign, a = (
        take_apart(sample, in_workbook=False, date1904=False).select("shape", "sign", "a").row(0)
    )
    if shape not in {Shape.YEAR_FIRST, Shape.YEAR_LAST}:
        return None
    return Order(Shape(shape), sign, "day" if a == 22 else "month")  # noqa: PLR2004 the sample's


def _shown_order(frame: pl.DataFrame) -> str:
    """Return which number is the day in dates with one separator.

    Returns:
        "day" (the first number is), "month" (the second), "mixed" or "ambiguous".
    """
    last = frame.filter(_is(Shape.YEAR_LAST))
    days = last.filter((pl.col("a") > MONTHS) & (pl.col("b") <= MONTHS))
    months = last.filter((pl.col("b") > MONTHS) & (pl.col("a") <= MONTHS))
    if days.height and months.height:
        return "mixed"
    if days["first"].is_not_null().any():
        return "day"
    return "month" if months["second"].is_not_null().any() else "ambiguous"


def _either(frame: pl.DataFrame) -> pl.Expr:
    """Tell where day and month may be swapped after the year, as some dates of the column show."""
    backwards = frame.filter(
        _is(Shape.YEAR_FIRST)
        & pl.col("told").is_null()
        & pl.col("second").is_null()
        & pl.col("first").is_not_null()
    )
    both = (pl.col("first") != pl.col("second")).fill_null(value=False)
    return pl.lit(backwards.height > 0) & both


def _swapped(frame: pl.DataFrame, *, in_workbook: bool) -> pl.Expr:
    """Tell which dates a spreadsheet program may have made of texts, swapping day and month.

    Opened under the wrong locale, 03/04/2027 becomes the date 4 March, and 31/01/2027, which is no
    date there, stays text: texts beside dates are the mark of it. A text file that was saved from
    such a sheet has the same mark, unless it still has texts that would have become dates.
    """
    texts = frame.filter(_is_text_date())
    made = pl.col("kind").is_in([Kind.DATE.value, Kind.NUMBER.value])
    marked = texts.height > 0
    if not in_workbook:
        made = ~_is(Shape.YEAR_LAST) & ~_is(Shape.SHORT_YEAR)
        left = (pl.col("a") <= MONTHS) & (pl.col("b") <= MONTHS) & (pl.col("a") != pl.col("b"))
        marked = marked and texts.filter(left).is_empty()
    day = pl.coalesce("told", "second")
    swappable = (day.dt.day() <= MONTHS) & (day.dt.day() != day.dt.month())
    return pl.lit(marked) & made & swappable


def _is_text_date() -> pl.Expr:
    """Tell which dates are written as no spreadsheet program leaves a date that it understands."""
    is_date = pl.col("first").is_not_null() | pl.col("second").is_not_null()
    short = _is(Shape.SHORT_YEAR) & pl.col("a").is_not_null()
    return short | (_is(Shape.YEAR_LAST) & is_date)
