"""Due dates: text → the instant that is sent, and the day where the file gave no time."""

from __future__ import annotations

import datetime as dt

import polars as pl

from importer.model import Field

FIRST_YEAR, LAST_YEAR = 1900, 9999
"""Excel's calendar, and RFC 3339's four digits; a year before is two digits or a time alone."""

RFC3339 = "%Y-%m-%dT%H:%M:%SZ"
"""How an instant is written for the API, in UTC (RFC 3339, section 5.6)."""

DAY = r"^(\d{4}-\d{2}-\d{2})([Tt ]00:00(:00(\.0+)?)?)?$"
"""A date alone. A workbook has no other, so midnight without a zone is one."""

MOMENT = (
    r"^(?P<date>\d{4}-\d{2}-\d{2})[Tt ](?P<time>\d{2}:\d{2})(?P<seconds>:[0-5]\d)?(?:\.\d+)?"
    r" ?(?P<zone>[Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$"
)


def read_dates(texts: pl.Series, timezone: str, date_format: str | None) -> list[pl.Series]:
    """Read due dates: ISO dates, ISO date-times, Excel's dates, and one format more.

    A date alone means the last second of that day in `timezone`; a time without a zone is in it.
    A time that the zone's clocks skip or show twice can't be read: it would be a guess. Fractions
    of a second are cut off.

    Args:
        texts: The cells, trimmed; null where blank.
        timezone: The zone's IANA name.
        date_format: A strftime pattern to try as well, or None.

    Returns:
        Two String columns of the same height: `due_date`, the instant in RFC 3339 (UTC), null
        where there is none or it can't be read; and `due_day`, the ISO date where it stood alone.
    """
    frame = pl.DataFrame({"text": texts})
    parts = pl.col("text").str.extract_groups(MOMENT)
    frame = frame.select(
        _days(date_format).alias("day"),
        _moments(parts, timezone).alias("moment"),
    )
    end_of_day = (
        pl.col("day")
        .cast(pl.Datetime("us"))
        .dt.offset_by("86399s")
        .dt.replace_time_zone(timezone, ambiguous="latest", non_existent="null")
        .dt.convert_time_zone("UTC")
    )
    instant = pl.coalesce(end_of_day, "moment")
    read = frame.select(
        pl.when(instant.dt.year().is_between(FIRST_YEAR, LAST_YEAR))
        .then(instant.dt.strftime(RFC3339))
        .alias(Field.DUE_DATE),
        pl.col("day").dt.strftime("%Y-%m-%d").alias("due_day"),
    )
    return [read[Field.DUE_DATE], read["due_day"]]


def is_date_format(pattern: str) -> bool:
    """Tell whether a strftime pattern writes a day so that it can be read back, and no time."""
    day = dt.date(2027, 1, 31)
    written = dt.datetime.combine(day, dt.time(13, 45, 59)).strftime(pattern)
    read = pl.Series([written]).str.to_date(pattern, strict=False).to_list()
    return written == day.strftime(pattern) and read == [day]


def _days(date_format: str | None) -> pl.Expr:
    iso = pl.col("text").str.extract(DAY).str.to_date("%Y-%m-%d", strict=False)
    if date_format is None:
        return iso
    return pl.coalesce(iso, pl.col("text").str.to_date(date_format, strict=False))


def _moments(parts: pl.Expr, timezone: str) -> pl.Expr:
    part = parts.struct.field
    local = pl.concat_str(
        part("date"), pl.lit(" "), part("time"), part("seconds").fill_null(":00")
    ).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    in_zone = local.dt.replace_time_zone(timezone, ambiguous="null", non_existent="null")
    zone = part("zone").str.to_uppercase().replace("Z", "+00:00").str.replace(":", "", literal=True)
    hours = zone.str.slice(0, 3).cast(pl.Int64, strict=False)
    minutes = (zone.str.slice(0, 1) + zone.str.slice(3, 2)).cast(pl.Int64, strict=False)
    offset = pl.duration(hours=hours, minutes=minutes)
    return (
        pl.when(zone.is_null())
        .then(in_zone.dt.convert_time_zone("UTC"))
        .otherwise((local - offset).dt.replace_time_zone("UTC"))
    )
