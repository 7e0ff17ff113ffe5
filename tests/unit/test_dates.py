from __future__ import annotations

import datetime as dt
import zoneinfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.dates import read_dates

ZONES = st.sampled_from(
    ["UTC", "Africa/Monrovia", "Africa/Lagos", "America/New_York", "Europe/Paris", "Asia/Kolkata"]
)


def read_date(
    text: str | None, zone: str = "UTC", date_format: str | None = None
) -> tuple[str | None, str | None]:
    """Return the instant and the day of one cell."""
    due, day = read_dates(pl.Series([text], dtype=pl.String), zone, date_format)
    return due[0], day[0]


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2027-01-31", "UTC", "2027-01-31T23:59:59Z"),
        ("2027-01-31", "Africa/Lagos", "2027-01-31T22:59:59Z"),
        ("2027-01-31", "America/New_York", "2027-02-01T04:59:59Z"),
        ("2027-07-31", "America/New_York", "2027-08-01T03:59:59Z"),
        ("2028-02-29", "UTC", "2028-02-29T23:59:59Z"),
        ("9999-12-31", "UTC", "9999-12-31T23:59:59Z"),
        # The day on which clocks change, and a zone whose clocks go back at midnight: its second
        # 23:59:59 ends the day.
        ("2027-03-14", "America/New_York", "2027-03-15T03:59:59Z"),
        ("2018-02-17", "America/Sao_Paulo", "2018-02-18T02:59:59Z"),
        ("2018-11-03", "America/Sao_Paulo", "2018-11-04T02:59:59Z"),
    ],
)
def test_date_alone_is_the_end_of_that_day(text: str, zone: str, instant: str) -> None:
    """A date means its last second in the zone."""
    assert read_date(text, zone) == (instant, text)


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-31 00:00:00",
        "2027-01-31T00:00:00",
        "2027-01-31t00:00:00",
        "2027-01-31T00:00",
        "2027-01-31 00:00:00.000",
    ],
)
def test_midnight_without_a_zone_is_a_date_alone(text: str) -> None:
    """A workbook has no other dates than those at midnight, however it is written."""
    assert read_date(text, "Africa/Lagos") == ("2027-01-31T22:59:59Z", "2027-01-31")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z"),
        ("2027-01-31T17:05:09Z", "2027-01-31T17:05:09Z"),
        ("2027-01-31t17:05:09z", "2027-01-31T17:05:09Z"),
        ("2027-01-31 17:05:09 +01:00", "2027-01-31T16:05:09Z"),
        ("2027-01-31T17:05+0530", "2027-01-31T11:35:00Z"),
        ("2027-01-31T17:05:09-00:30", "2027-01-31T17:35:09Z"),
        ("2027-01-01T00:30:00+01:00", "2026-12-31T23:30:00Z"),
        ("2027-01-31T17:05:09.999999Z", "2027-01-31T17:05:09Z"),
        ("2027-01-31 17:05:09.5", "2027-01-31T16:05:09Z"),
        ("2027-01-31 17:05", "2027-01-31T16:05:00Z"),
    ],
)
def test_date_time_is_an_instant(text: str, instant: str) -> None:
    """A time is taken in its own zone, else in the given one; fractions are cut off."""
    assert read_date(text, "Africa/Lagos") == (instant, None)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2027-03-14 02:30:00", "America/New_York"),
        ("2027-11-07 01:30:00", "America/New_York"),
        ("2011-12-30", "Pacific/Apia"),
        ("2011-12-30 12:00", "Pacific/Apia"),
    ],
    ids=["skipped", "shown twice", "day skipped", "time of a day skipped"],
)
def test_time_that_clocks_skip_or_repeat_is_unreadable(text: str, zone: str) -> None:
    """Which instant is meant can't be known, so none is taken."""
    assert read_date(text, zone)[0] is None


def test_zone_in_the_cell_settles_an_ambiguous_time() -> None:
    """The same hour is certain once its offset is written."""
    assert read_date("2027-11-07T01:30:00-05:00", "America/New_York")[0] == "2027-11-07T06:30:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2027",
        "2027-02-29",
        "2027-13-01",
        "2027-00-10",
        "27-01-31",
        "2027-1-31",
        "31/01/2027",
        "20270131",
        "45000",
        "12:30:00",
        "1899-12-31 12:30:00",
        "0000-01-01",
        "0027-01-31",
        "10000-01-01",
        "2027-01-31T24:00:00",
        "2027-01-31T23:59:60Z",
        "2027-01-31T23:60:00Z",
        "2027-01-31T12:00:00+24:00",
        "2027-01-31T12:00:00+01:60",
        "2027-01-31T12:00:00 PM",
        "2027-01-31 and later",
        "x 2027-01-31",
        "2027-01-31\n2027-02-28",
        "\u0662027-01-31",
    ],
)
def test_what_is_no_date_for_certain_is_unreadable(text: str) -> None:
    """No other way of writing is guessed at, and no day or time that doesn't exist is bent."""
    assert read_date(text)[0] is None


def test_year_that_rfc_3339_cannot_write_is_unreadable() -> None:
    """The end of the last day of year 9999 is, in New York, in the year 10000."""
    assert read_date("9999-12-31", "America/New_York")[0] is None


def test_blank_cell_is_no_date() -> None:
    """Nothing in, nothing out; in the shape that was promised."""
    due, day = read_dates(pl.Series([None, None], dtype=pl.String), "UTC", "%d/%m/%Y")
    assert (due.name, due.dtype, due.to_list()) == ("due_date", pl.String, [None, None])
    assert (day.name, day.dtype, day.to_list()) == ("due_day", pl.String, [None, None])


@pytest.mark.parametrize(
    ("text", "date_format", "day"),
    [
        ("31/01/2027", "%d/%m/%Y", "2027-01-31"),
        ("1/2/2027", "%d/%m/%Y", "2027-02-01"),
        ("2/1/2027", "%m/%d/%Y", "2027-02-01"),
        ("31.01.27", "%d.%m.%y", "2027-01-31"),
        ("3 March 2027", "%d %B %Y", "2027-03-03"),
        ("2027-01-31", "%d/%m/%Y", "2027-01-31"),
        ("2027-01-31 00:00:00", "%d/%m/%Y", "2027-01-31"),
    ],
)
def test_a_format_is_read_besides_iso(text: str, date_format: str, day: str) -> None:
    """--date-format adds a way of writing dates alone; ISO and Excel's dates stay readable."""
    assert read_date(text, "UTC", date_format) == (f"{day}T23:59:59Z", day)


@pytest.mark.parametrize("text", ["31/01/27", "31/02/2027", "01/31/2027", "31/01/2027 12:30"])
def test_a_format_is_meant_exactly(text: str) -> None:
    """A year of two digits is not the year 27; a time isn't dropped; months end at twelve."""
    assert read_date(text, "UTC", "%d/%m/%Y")[0] is None


@given(
    local=st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2037, 12, 31)),  # noqa: DTZ001 the zone is drawn apart
    zone=ZONES,
    separator=st.sampled_from("T t"),
)
def test_any_time_agrees_with_the_time_zone_database(
    local: dt.datetime, zone: str, separator: str
) -> None:
    """A time is that of Python's own zones, where the clock shows it exactly once."""
    local = local.replace(microsecond=0)
    text = f"{local:%Y-%m-%d}{separator}{local:%H:%M:%S}"
    first, second = (
        local.replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=fold).astimezone(dt.UTC)
        for fold in (0, 1)
    )
    if local.time() == dt.time.min:
        assert read_date(text, zone)[1] == f"{local:%Y-%m-%d}"
    else:
        expected = f"{first:%Y-%m-%dT%H:%M:%SZ}" if first == second else None
        assert read_date(text, zone) == (expected, None)


@given(
    moment=st.datetimes(
        dt.datetime(1971, 1, 1),  # noqa: DTZ001 the zone is drawn apart
        dt.datetime(2037, 12, 31),  # noqa: DTZ001 the same
        timezones=st.integers(-1439, 1439).map(lambda m: dt.timezone(dt.timedelta(minutes=m))),
    ),
    zone=ZONES,
)
def test_any_rfc_3339_time_keeps_its_instant(moment: dt.datetime, zone: str) -> None:
    """A time with an offset is the same instant in UTC, whatever --timezone says."""
    utc = moment.astimezone(dt.UTC)
    assert read_date(moment.isoformat(), zone) == (f"{utc:%Y-%m-%dT%H:%M:%SZ}", None)


@given(day=st.dates(dt.date(1971, 1, 1), dt.date(2037, 12, 30)), zone=ZONES)
def test_any_day_ends_when_the_next_begins(day: dt.date, zone: str) -> None:
    """The last second of a day is the one before the first of the next."""
    tomorrow = dt.datetime.combine(
        day + dt.timedelta(1), dt.time.min, tzinfo=zoneinfo.ZoneInfo(zone)
    )
    end = tomorrow.astimezone(dt.UTC) - dt.timedelta(seconds=1)
    assert read_date(day.isoformat(), zone) == (f"{end:%Y-%m-%dT%H:%M:%SZ}", day.isoformat())
