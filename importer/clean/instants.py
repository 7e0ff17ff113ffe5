"""Days and times of day → instants in UTC, where the zone's clocks show them exactly once."""

from __future__ import annotations

import polars as pl

from importer.clean.forms import DAY, FIRST_YEAR, LAST_YEAR
from importer.model import Field

RFC3339 = "%Y-%m-%dT%H:%M:%SZ"
"""How an instant is written for the API, in UTC (RFC 3339, section 5.6)."""


def place_in_time(frame: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """Add the instants that are sent, and a fault where a day or time isn't to be placed.

    Args:
        frame: `told` and `day` (Date), `timed`, `clock`, `fraction` and `zone` as of
            `forms.take_apart`, and `fault` (String).
        timezone: The IANA name of the zone of dates and of times without one.

    Returns:
        The frame with `due_date` and `due_day`, both null where there is a fault.
    """
    alone = pl.col("told").is_not_null() | ~pl.col("timed")
    alone |= (pl.col("clock") == 0) & ~pl.col("fraction") & pl.col("zone").is_null()
    local = pl.col("day").cast(pl.Datetime("us"))
    end_of_day = _utc(local.dt.offset_by(f"{DAY - 1}s"), timezone, ambiguous="latest")
    moment = local + pl.duration(seconds="clock")
    instant = (
        pl.when(alone)
        .then(end_of_day)
        .when(pl.col("zone").is_null())
        .then(_utc(moment, timezone, ambiguous="null"))
        .otherwise((moment - _offset()).dt.replace_time_zone("UTC"))
    )
    placed = pl.col("instant").dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    unplaced = (
        pl.when(pl.col("day").dt.year().is_between(FIRST_YEAR, LAST_YEAR))
        .then(pl.lit("clock"))
        .otherwise(pl.lit("unreadable"))
    )
    fault = pl.coalesce("fault", pl.when(~placed.fill_null(value=False)).then(unplaced))
    return (
        frame.with_columns(instant=instant, alone=alone)
        .with_columns(fault=fault)
        .with_columns(
            pl.when(pl.col("fault").is_null())
            .then(pl.col("instant").dt.strftime(RFC3339))
            .alias(Field.DUE_DATE),
            pl.when(pl.col("fault").is_null() & pl.col("alone"))
            .then(pl.col("day").dt.strftime("%Y-%m-%d"))
            .alias("due_day"),
        )
    )


def _utc(local: pl.Expr, timezone: str, *, ambiguous: str) -> pl.Expr:
    zoned = local.dt.replace_time_zone(timezone, ambiguous=ambiguous, non_existent="null")  # type: ignore[arg-type]
    return zoned.dt.convert_time_zone("UTC")


def _offset() -> pl.Expr:
    """Return what a zone such as +01:00 is ahead of UTC."""
    zone = pl.col("zone").str.to_uppercase().replace("Z", "+0000")
    zone = zone.str.replace(":", "", literal=True)
    hours = zone.str.slice(0, 3).cast(pl.Int64, strict=False)
    minutes = (zone.str.slice(0, 1) + zone.str.slice(3, 2)).cast(pl.Int64, strict=False)
    return pl.duration(hours=hours, minutes=minutes)
