"""The forms that dates are written in: text → year, month, day and time of day, as far as certain.

Nothing is decided here that depends on other cells: where day and month may be swapped, both
readings are given.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from importer.table import Kind

CLOCK = (
    r"^(?P<date>.+?)(?:(?:[Tt]|,? +)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)? ?(?P<half>[AaPp]\.?[Mm]\.?)?"
    r" ?(?P<zone>[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?$"
)
"""A date, and perhaps a time of day and its zone (RFC 3339, and as spreadsheets write it)."""

COMPACT = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
NUMERIC = r"^([0-9]{1,4})([-/.])([0-9]{1,2})([-/.])([0-9]{1,4})$"
NAMED = (
    (
        r"^(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|o|º|°|ª)?\.?[ \-./]*(?:de |d' ?|of )?"
        r"(?P<month>\p{L}+)\.?[ ,\-./]*(?:de |del |do |of )?(?P<year>[0-9]{4}|[0-9]{2})$"
    ),
    (
        r"^(?P<month>\p{L}+)\.?[ \-./]*(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
        r"[ ,\-./]+(?P<year>[0-9]{4}|[0-9]{2})$"
    ),
    r"^(?P<year>[0-9]{4})[ \-./]+(?P<month>\p{L}+)\.?[ \-./]+(?P<day>[0-9]{1,2})$",
)
"""31 Jan 2027; Jan 31, 2027; 2027-Jan-31: in small letters, without accents."""

SERIAL = r"^([0-9]{5})(?:\.([0-9]+))?$"
FIRST_SERIAL, LAST_SERIAL = 30_000, 80_000
"""1982 to 2119 in the calendar that begins with 1900."""

MONEY = r"\.[0-9]{2}$"
"""An amount's two decimals: no program writes a time of day so."""

EPOCH, EPOCH_1904 = "1899-12-30", "1904-01-01"
"""Day 0 of a workbook's two calendars (ECMA-376 part 1, 18.17.4.1); the first holds for days after
February 1900."""

FIRST_YEAR, LAST_YEAR = 1900, 9999
"""Excel's calendar, and RFC 3339's four digits; a year before is two digits or a time alone."""

NOON, DAY = 12, 86_400


class Shape(StrEnum):
    """How a date is written."""

    YEAR_FIRST = "year_first"
    YEAR_LAST = "year_last"
    SHORT_YEAR = "short_year"
    NAMED = "named"
    SERIAL = "serial"


def take_apart(cells: pl.DataFrame, *, in_workbook: bool, date1904: bool) -> pl.DataFrame:
    """Take dates apart.

    Args:
        cells: `text` (String, trimmed, none null) and `kind` (`KIND`).
        in_workbook: The cells are a workbook's, where a serial is a number.
        date1904: The workbook counts days from 1904.

    Returns:
        The same rows with `shape` (a `Shape`; null where there is none), `sign` (what parts its
        numbers), `a` and `b` (the two numbers beside the year, in their order), `first` and
        `second` (Date: where `a`, or `b`, is the day; the same where the order is certain; null
        where there is no such day), `month_end` (Date: the month's last day, where the day that is
        written comes after it), `clock` (seconds of the day, null without a time), `timed`
        (whether there is one), `fraction` (whether it has one of a second) and `zone` (such as
        +01:00).
    """
    frame = cells.with_columns(part=pl.col("text").str.extract_groups(CLOCK)).unnest("part")
    frame = frame.with_columns(_clock())
    frame = _numeric(frame)
    if frame["date"].str.contains(r"\p{L}").any():
        frame = _named(frame)
    is_serial = pl.col("text").str.contains(SERIAL)
    if in_workbook:
        is_serial &= pl.col("kind") == Kind.NUMBER
    else:
        is_serial &= ~pl.col("text").str.contains(MONEY)
    frame = _serial(frame, is_serial, EPOCH_1904 if date1904 else EPOCH)
    return frame.select(
        *cells.columns,
        "shape",
        "sign",
        "a",
        "b",
        "first",
        "second",
        "month_end",
        "clock",
        "timed",
        "fraction",
        "zone",
    )


def _clock() -> list[pl.Expr]:
    hour, minute, second = (
        pl.col(name).cast(pl.Int64, strict=False) for name in ("hour", "minute", "second")
    )
    second = second.fill_null(0)
    half = pl.col("half").str.slice(0, 1).str.to_lowercase()
    of_day = (
        pl.when(half.is_null() & (hour < 2 * NOON))
        .then(hour)
        .when(hour.is_between(1, NOON) & half.is_not_null())
        .then(hour % NOON + pl.when(half == "p").then(NOON).otherwise(0))
    )
    return [
        pl.when((minute < 60) & (second < 60))  # noqa: PLR2004 minutes and seconds
        .then(of_day * 3600 + minute * 60 + second)
        .alias("clock"),
        pl.col("hour").is_not_null().alias("timed"),
        pl.col("fraction").str.contains("[1-9]").fill_null(value=False).alias("fraction"),
        pl.col("zone"),
    ]


def _numeric(frame: pl.DataFrame) -> pl.DataFrame:
    """Add what is written in digits with separators, or in eight digits.

    ISO 8601 has two digits for month and day: 2027-01-3 may be what is left of 2027-01-31.
    """
    parts = pl.col("date").str.replace(COMPACT, "$1-$2-$3").str.extract_groups(NUMERIC)
    frame = frame.with_columns(number=parts).unnest("number")
    long, short = pl.col("1").str.len_chars(), pl.col("5").str.len_chars()
    same, two, four = pl.col("2") == pl.col("4"), 2, 4
    padded = (pl.col("2") != "-") | ((pl.col("3").str.len_chars() == two) & (short == two))
    shape = (
        pl.when(same & (long == four) & (short <= two) & padded)
        .then(pl.lit(Shape.YEAR_FIRST))
        .when(same & (long <= two) & (short == four))
        .then(pl.lit(Shape.YEAR_LAST))
        .when(same & (long <= two) & (short <= two) & ((long == two) | (short == two)))
        .then(pl.lit(Shape.SHORT_YEAR))
    )
    leads = pl.col("shape") == Shape.YEAR_FIRST
    whole = leads | (pl.col("shape") == Shape.YEAR_LAST)
    frame = frame.with_columns(shape.alias("shape"), sign="2").with_columns(
        y=pl.when(leads).then("1").otherwise("5"),
        a=pl.when(leads).then("3").otherwise("1"),
        b=pl.when(leads).then("5").otherwise("3"),
    )
    frame = frame.with_columns(pl.col("a", "b").cast(pl.Int64, strict=False))
    frame = frame.with_columns(
        first=pl.when(whole).then(_date("y", "b", "a")),
        second=pl.when(whole).then(_date("y", "a", "b")),
    )
    no_day = whole & pl.col("first").is_null() & pl.col("second").is_null()
    if not frame.select(no_day.any()).item():
        return frame.with_columns(month_end=pl.lit(None, dtype=pl.Date))
    # The greater is the day: no month has a number above 12, and no day up to 12 is too many.
    month, day = pl.min_horizontal("a", "b"), pl.max_horizontal("a", "b")
    return frame.with_columns(month_end=pl.when(no_day).then(_exceeded("y", month, day)))


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    """Add what is written with a month's name."""
    text = pl.col("date").str.to_lowercase().str.normalize("NFD").str.replace_all(r"\p{Mn}", "")
    found = [text.str.extract_groups(pattern).struct for pattern in NAMED]
    names = frame.select(
        **{
            part: pl.coalesce(groups.field(part) for groups in found)
            for part in ("day", "month", "year")
        }
    )
    if names["month"].is_null().all():
        return frame
    from importer.clean.months import month_numbers  # noqa: PLC0415 most files have no names

    names = names.with_columns(
        pl.col("month").replace_strict(month_numbers(), default=None)
    ).with_columns(
        is_named=pl.col("month").is_not_null() & pl.col("day").is_not_null(),
        is_short=pl.col("year").str.len_chars() == 2,  # noqa: PLR2004 a year's digits
        named=_date("year", "month", "day"),
        exceeded=_exceeded("year", pl.col("month"), pl.col("day").cast(pl.Int64, strict=False)),
    )
    is_long = pl.col("is_named") & ~pl.col("is_short")
    return frame.with_columns(
        names.select("is_named", "is_short", "named", "exceeded")
    ).with_columns(
        pl.when(is_long)
        .then(pl.lit(Shape.NAMED))
        .when("is_named")
        .then(pl.lit(Shape.SHORT_YEAR))
        .otherwise("shape")
        .alias("shape"),
        *(
            pl.when(is_long).then("named").otherwise(name).alias(name)
            for name in ("first", "second")
        ),
        pl.when(is_long).then("exceeded").otherwise("month_end").alias("month_end"),
    )


def _serial(frame: pl.DataFrame, is_serial: pl.Expr, epoch: str) -> pl.DataFrame:
    """Add what is the number of a day, its fraction being the time."""
    seconds = (
        (pl.col("text").cast(pl.Float64, strict=False) * DAY).round().cast(pl.Int64, strict=False)
    )
    number = seconds // DAY
    within = is_serial & number.is_between(FIRST_SERIAL, LAST_SERIAL)
    day = pl.lit(epoch).str.to_date() + pl.duration(days=number)
    return frame.with_columns(
        pl.when(within).then(pl.lit(Shape.SERIAL)).otherwise("shape").alias("shape"),
        *(pl.when(within).then(day).otherwise(name).alias(name) for name in ("first", "second")),
        pl.when(within).then(seconds % DAY).otherwise("clock").alias("clock"),
        (within | pl.col("timed")).alias("timed"),
    )


def _date(year: str, month: str, day: str) -> pl.Expr:
    parts = [pl.col(year), *(pl.col(n).cast(pl.String).str.zfill(2) for n in (month, day))]
    date = pl.concat_str(parts, separator="-").str.to_date("%Y-%m-%d", strict=False)
    return pl.when(date.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(date)


def _exceeded(year: str, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return the last day of a month, where a day comes after it."""
    parts = [pl.col(year), month.cast(pl.String).str.zfill(2), pl.lit("01")]
    first = pl.concat_str(parts, separator="-").str.to_date("%Y-%m-%d", strict=False)
    last = first.dt.month_end()
    return pl.when(last.dt.year().is_between(FIRST_YEAR, LAST_YEAR), day > last.dt.day()).then(last)
