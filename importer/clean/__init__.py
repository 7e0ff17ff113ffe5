"""Text → typed columns, vectorised; what can't be read for certain is an issue, never a guess."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from importer.clean.cells import Cells, shown, take_cells
from importer.clean.dates import Calendar, read_dates
from importer.clean.faults import find_faults
from importer.clean.numbers import read_numbers
from importer.clean.patterns import is_date_format, spell_format
from importer.clean.references import fold, read_notes, read_references
from importer.errors import UsageError
from importer.model import Code, Field, Issue, explain
from importer.nearest import did_you_mean, nearest
from importer.table import ROW, ColumnMap, Invoices, Table

__all__ = ["Reading", "clean", "shown"]

UTC = "UTC"
"""The zone of dates and times that name none, unless an option says otherwise."""

NO_PLACES = frozenset({"Factory", "localtime"})
"""Files of the time zone database that name no zone."""

NEAR_ZONE = 0.75
"""How like a zone's name, or its city's, must be: Liberia is not Libya."""

TRUTHS = {
    **dict.fromkeys(
        (
            "yes",
            "y",
            "true",
            "1",
            "1.0",
            "oui",
            "sim",
            "sí",
            "si",
            "sì",
            "ja",
            "vrai",
            "verdadeiro",
            "verdadero",
            "vero",
            "wahr",
            "waar",
        ),
        True,
    ),
    **dict.fromkeys(("no", "n", "false", "0", "0.0", "non", "não", "nao", "nein", "nee"), False),
    **dict.fromkeys(("faux", "falso", "falsch", "onwaar"), False),
}
"""Yes and no in the languages of the headers, and as spreadsheets show truth values."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How cells are read.

    Attributes:
        timezone: The IANA name of the zone that dates and times without one are in.
        date_format: A strftime pattern that dates may be written in, besides ISO 8601.
        today: The day on which the file is read; None to say nothing about days past or far ahead.
        columns: Which of the file's headers gives which field, besides those that are known.
        max_reference: The characters that a reference may have.
        max_note: The characters that a note may have; by default what a spreadsheet's cell holds.
        warnings_as_errors: Keep rows back for what would be a warning.
    """

    timezone: str = UTC
    date_format: str | None = None
    today: dt.date | None = None
    columns: Mapping[str, Field] = field(default_factory=dict)
    max_reference: int = 255
    max_note: int = 32_767
    warnings_as_errors: bool = False

    def __post_init__(self) -> None:
        """Refuse a zone that the time zone database doesn't know, and a pattern that is no date's.

        Raises:
            UsageError: When one of them is wrong.
        """
        if not _is_known(self.timezone):
            raise UsageError(
                f'--timezone "{self.timezone}" is no time zone.'
                f"{did_you_mean(_near_zone(self.timezone))} Write a name such as UTC, "
                "Africa/Monrovia or Europe/Paris."
            )
        if self.date_format is not None and not is_date_format(self.date_format):
            meant = spell_format(self.date_format)
            raise UsageError(
                f'--date-format "{self.date_format}" is no date pattern.{did_you_mean(meant)} '
                "Write %d for the day, %m for the month and %Y for the year (%y for two digits), "
                "and no time: %d/%m/%Y for 31/01/2027."
            )


def _is_known(zone: str) -> bool:
    """Tell whether the time zone database has a zone that is a place's, or UTC."""
    if zone == UTC:  # as in most runs: to find the names of all takes a while
        with suppress(zoneinfo.ZoneInfoNotFoundError):
            return zoneinfo.ZoneInfo(zone).key == zone
    return zone in _zones()


@cache
def _zones() -> frozenset[str]:
    """Return the names of all zones."""
    return frozenset(zoneinfo.available_timezones()) - NO_PLACES


def _near_zone(text: str) -> str | None:
    """Return the zone that may be meant: one of a like name, or one named by a like city."""
    # None like Etc/GMT+1, which is an hour *behind* UTC: whoever writes GMT+1 means the other.
    if any(c.isdigit() for c in text):
        return None
    known = (zone for zone in _zones() if not zone.startswith("Etc/"))
    zones = sorted(known, key=lambda zone: (-zone.count("/"), zone))
    bare = text.strip().replace(" ", "_")
    by_city = {zone.rpartition("/")[2]: zone for zone in zones}
    city = nearest(bare.rpartition("/")[2], by_city, cutoff=NEAR_ZONE)
    return by_city[city] if city else nearest(bare, zones, cutoff=NEAR_ZONE)


def clean(table: Table, columns: ColumnMap, reading: Reading) -> Invoices:
    """Turn the text of a table's cells into the values that the API takes.

    Args:
        table: The file's table.
        columns: Which of its columns gives which field.
        reading: How dates are read.

    Returns:
        The rows, and one issue for every cell that can't be read for certain, in the order of rows
        and columns after those of the table itself.
    """
    calendar = Calendar(reading.timezone, reading.date_format, table.date1904)
    values = [table.cells[ROW]]
    found: list[Issue] = []

    def take(name: Field) -> tuple[list[pl.Series], list[Issue]]:
        cells, raw = take_cells(table, columns, name)
        cells, faults = find_faults(table, columns, cells, raw)
        read, issues = _read_field(cells, calendar)
        return read, [*faults, *issues]

    with ThreadPoolExecutor() as pool:  # polars lets others work while it does
        for read, issues in pool.map(take, Field):
            values += read
            found += issues
    frame = pl.DataFrame(values).select(
        ROW,
        Field.REFERENCE_ID,
        fold(values[1]).alias("key"),
        pl.exclude(ROW, Field.REFERENCE_ID),
    )
    return Invoices(frame=frame, columns=columns, issues=(*table.issues, *columns.in_order(found)))


def _read_field(cells: Cells, calendar: Calendar) -> tuple[list[pl.Series], Iterable[Issue]]:
    """Return a field's values, a column or two, and the issues of those that aren't certain."""
    match cells.field:
        case Field.REFERENCE_ID:
            values, issues = read_references(cells)
        case Field.COUNTERPARTY_ID:
            values, issues = read_numbers(cells)
        case Field.NOTE:
            values, issues = read_notes(cells)
        case Field.AS_PAYMENT_LINK:
            values, issues = _read_truths(cells)
        case Field.DUE_DATE:
            return read_dates(cells, calendar)
        case _:
            values, issues = cells.text.str.to_uppercase(), []
    return [values.alias(cells.field)], issues


def _read_truths(cells: Cells) -> tuple[pl.Series, list[Issue]]:
    truths = cells.text.str.to_lowercase().replace_strict(
        TRUTHS, default=None, return_dtype=pl.Boolean
    )
    faults = cells.frame.select(
        pl.when(pl.col("text").is_not_null() & pl.lit(truths).is_null()).then(pl.lit("unread"))
    ).to_series()
    return truths, list(cells.issues(faults, _say_truth))


def _say_truth(fault: str, text: str) -> tuple[Code, str]:
    del fault
    return Code.NOT_YES_OR_NO, explain(
        f"{shown(text)} is neither yes nor no", "expected yes or no", "write yes or no."
    )
