from __future__ import annotations

import calendar
import datetime as dt
import zoneinfo
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.clean.cells import Cells
from importer.clean.dates import Calendar, read_dates
from importer.clean.months import fold_name, list_names, month_numbers
from importer.model import Field, Issue
from importer.table import KIND, ROW, Kind

ZONES = st.sampled_from(
    ["UTC", "Africa/Monrovia", "Africa/Lagos", "America/New_York", "Europe/Paris", "Asia/Kolkata"]
)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))
FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d %B %Y",
    "%b %d, %Y",
    "%d-%b-%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%d/%m/%y",
    "%Y-%d-%m",
)
Kinds = Sequence[Kind] | None


def read_column(
    texts: Sequence[str | None], kinds: Kinds = None, calendar: Calendar | None = None
) -> tuple[list[str | None], list[Issue]]:
    """Return the days or instants of a column, and the issues; with kinds it is a workbook's."""
    frame = pl.DataFrame(
        {
            ROW: pl.Series(range(2, len(texts) + 2), dtype=pl.UInt32),
            "text": pl.Series(texts, dtype=pl.String),
            "kind": pl.Series(kinds or [Kind.TEXT] * len(texts), dtype=KIND),
        }
    )
    cells = Cells(Field.DUE_DATE, "due_date", kinds is not None, frame)
    (due, day), issues = read_dates(cells, calendar or Calendar())
    assert {issue.row for issue in issues} == {
        row for row, text, read in zip(frame[ROW], texts, due, strict=True) if text and not read
    }
    return [alone or instant for alone, instant in zip(day, due, strict=True)], issues


def days_of(
    texts: Sequence[str | None], kinds: Kinds = None, calendar: Calendar | None = None
) -> list[str | None]:
    """Return what is read of a column: days, instants, or None."""
    return read_column(texts, kinds, calendar)[0]


def codes_of(
    texts: Sequence[str | None], kinds: Kinds = None, calendar: Calendar | None = None
) -> dict[int, str]:
    """Return the issues' codes by row, the first being row 2."""
    return {i.row: i.code.value for i in read_column(texts, kinds, calendar)[1]}


def read_date(
    text: str | None, zone: str = "UTC", date_format: str | None = None
) -> tuple[str | None, str | None]:
    """Return the instant and the day of one cell."""
    frame = pl.DataFrame(
        {ROW: [2], "text": [text], "kind": [Kind.TEXT]},
        schema={ROW: pl.UInt32, "text": pl.String, "kind": KIND},
    )
    cells = Cells(Field.DUE_DATE, "due_date", in_workbook=False, frame=frame)
    (due, day), _ = read_dates(cells, Calendar(zone, date_format))
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
        "03/04/2027",
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
        "2027-01-31 and later",
        "x 2027-01-31",
        "2027-01-31\n2027-02-28",
        "\u0662027-01-31",
        "29999",
        "80001",
        "4641",
        "46418,5",
        "31/01-2027",
        "31/02/2027",
        "31/01/27",
        "31 Jan",
        "Jan 2027",
        "31 Foo 2027",
        "31 Jan 27",
        "31 feb 2027",
        "2027-01-31 13:00 PM",
        "2027-01-31 0:30 AM",
        "31012027",
        "31/01/0027",
        "1e300",
    ],
)
def test_what_is_no_date_for_certain_is_unreadable(text: str) -> None:
    """No other way of writing is guessed at, and no day or time that doesn't exist is bent."""
    assert read_date(text)[0] is None


def test_year_that_rfc_3339_cannot_write_is_unreadable() -> None:
    """The end of the last day of year 9999 is, in New York, in the year 10000."""
    assert read_date("9999-12-31", "America/New_York")[0] is None


def test_blank_cell_is_no_date() -> None:
    """Nothing in, nothing out."""
    assert read_column([None, None], None, Calendar(date_format="%d/%m/%Y")) == ([None, None], [])


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


@pytest.mark.parametrize("text", ["31/01/27", "31/02/2027", "01/31/2027"])
def test_a_format_is_meant_exactly(text: str) -> None:
    """A year of two digits is not the year 27; months end at twelve."""
    assert read_date(text, "UTC", "%d/%m/%Y")[0] is None


def test_a_format_wins_over_iso() -> None:
    """Whoever says that the day stands before the month isn't overruled by a standard."""
    texts = ["2027-31-01", "2027-04-03", "2027-01-31", "2027-04-03 17:00"]
    assert days_of(texts, None, Calendar(date_format="%Y-%d-%m")) == [
        "2027-01-31",
        "2027-03-04",
        None,
        "2027-03-04T17:00:00Z",
    ]


def test_a_format_settles_the_order_of_its_own_dates_alone() -> None:
    """With a time too; but other separators, or a pattern with the year first, say nothing."""
    texts = ["03/04/2027", "03/04/2027 17:00", "03.04.2027"]
    read = days_of(texts, None, Calendar(date_format="%m/%d/%Y"))
    assert read == ["2027-03-04", "2027-03-04T17:00:00Z", None]
    assert days_of(["03/04/2027"], None, Calendar(date_format="%Y-%m-%d")) == [None]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2027/01/31", "2027-01-31"),
        ("2027.01.31", "2027-01-31"),
        ("20270131", "2027-01-31"),
        ("46418", "2027-01-31"),
        ("46418.0", "2027-01-31"),
        ("46418.70833333", "2027-01-31T17:00:00Z"),
        ("46418.9999999", "2027-02-01"),
        ("31 Jan 2027", "2027-01-31"),
        ("Jan 31, 2027", "2027-01-31"),
        ("January 31st 2027", "2027-01-31"),
        ("31-janv.-2027", "2027-01-31"),
        ("1er FÉVRIER 2027", "2027-02-01"),
        ("31 de enero de 2027", "2027-01-31"),
        ("1º de março de 2027", "2027-03-01"),
        ("31. März 2027", "2027-03-31"),
        ("31 ago 2027", "2027-08-31"),
        ("2027-Jan-31", "2027-01-31"),
        ("31 Jan 2027 5:05 p.m.", "2027-01-31T17:05:00Z"),
        ("2027-01-31T12:00:00 PM", "2027-01-31T12:00:00Z"),
        ("2027-01-31 12:00:00 AM", "2027-01-31"),
        ("31/01/2027 17:00", "2027-01-31T17:00:00Z"),
    ],
)
def test_other_ways_of_writing(text: str, read: str) -> None:
    """A date that can be read in one way only is read, however it is written."""
    assert days_of([text]) == [read]


def test_a_serial_in_a_workbook_is_a_number_in_its_calendar() -> None:
    """Text isn't; and Macintosh calendars begin in 1904 (day 46418 is 1,462 days later there)."""
    assert days_of(["46418"], [Kind.NUMBER]) == ["2027-01-31"]
    assert days_of(["46418"], [Kind.TEXT]) == [None]
    assert days_of(["46418"], [Kind.NUMBER], Calendar(date1904=True)) == ["2031-02-01"]


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["31/01/2027", "03/04/2027"], ["2027-01-31", "2027-04-03"]),
        (["01/31/2027", "03/04/2027"], ["2027-01-31", "2027-03-04"]),
        (["03/04/2027", "05/05/2027"], [None, "2027-05-05"]),
        (["31/01/2027", "01/31/2027", "03/04/2027", "05/05/2027"], [None] * 3 + ["2027-05-05"]),
        (["31/02/2027", "03/04/2027"], [None, None]),
        (["99/01/2027", "31/01/2027", "03/04/2027"], [None, "2027-01-31", "2027-04-03"]),
        (["01/31/2027", "03.04.2027"], ["2027-01-31", None]),
        (["2027-31-01", "2027-04-03", "2027-04-30"], [None, None, "2027-04-30"]),
    ],
)
def test_a_column_shows_the_order_of_its_dates(texts: list[str], read: list[str | None]) -> None:
    """Some number above twelve in one place, and none in the other, says which is the day."""
    assert days_of(texts) == read


def test_both_readings_are_written_out() -> None:
    """Whoever has to choose sees what between."""
    _, issues = read_column(["03/04/2027"])
    assert issues[0].code.value == "date_ambiguous"
    assert "3 April 2027 or 4 March 2027" in issues[0].message


def test_dates_beside_texts_may_be_swapped() -> None:
    """A file opened under the wrong locale leaves texts where a day is above twelve."""
    texts = ["2027-04-03", "2027-04-30", "2027-05-05", "46480", "31/01/2027"]
    kinds = [Kind.DATE, Kind.DATE, Kind.DATE, Kind.NUMBER, Kind.TEXT]
    assert codes_of(texts, kinds) == {2: "date_mixed", 5: "date_mixed"}
    assert codes_of(texts[:4], kinds[:4]) == {}
    assert codes_of(["2027-04-03", "31/01/27"], [Kind.DATE, Kind.TEXT]) == {
        2: "date_mixed",
        3: "date_unreadable",
    }


def test_the_texts_that_give_it_away_are_named() -> None:
    """Three at most, with their rows, in the file's order: they are what has to be retyped too."""
    texts = ["2027-04-03", "31/01/2027", "30.06.2027", "soon", "31/01/2027", "1/2/27"]
    kinds = [Kind.DATE, *[Kind.TEXT] * 5]
    said = read_column(texts, kinds)[1][0].message
    assert '"31/01/2027" (row 3), "30.06.2027" (row 4), "31/01/2027" (row 6) and 1 more' in said
    assert 'settings: "31/01/2027" (row 3) —' in read_column(texts[:2], kinds[:2])[1][0].message


def test_a_text_file_has_no_rows_to_name() -> None:
    """Its lines may be others than its rows; the texts themselves are there to be searched."""
    said = read_column(["2027-04-03", "31/01/2027", "30.06.2027"])[1][0].message
    assert 'settings: "31/01/2027" and "30.06.2027" —' in said


@pytest.mark.parametrize(
    ("texts", "remedy"),
    [
        (["31/02/2026"], "correct the date; the month's last day is written 2026-02-28."),
        (["2027-01-31 25:00"], "correct the time; 5 in the afternoon is written 17:00."),
        (["03/04/2027"], "write 2027-04-03 for 3 April, or 2027-03-04 for 4 March; or say with "),
        (["2027-03-04", "2027-31-01"], "write every date of the column year-month-day; or say "),
    ],
)
def test_a_remedy_is_no_answer_to_copy(texts: list[str], remedy: str) -> None:
    """What may be typed as it stands there is what the cell itself may mean."""
    assert f" — {remedy}" in read_column(texts)[1][0].message


def test_the_formats_that_are_offered_fit_the_file() -> None:
    """With its own signs between the parts: another pattern would read nothing."""
    said = read_column(["2027/03/04", "2027/31/01"])[1][0].message
    assert said.endswith("dates are written: %Y/%m/%d or %Y/%d/%m.")


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        *(("end of month", False), ("asap", False), ("30 days", False), ("2027", False)),
        *(("31|01|2027", True), ("31 sept 27", True), ("Q1 2027 3", True), ("310127", True)),
    ],
)
def test_a_format_is_offered_where_one_may_help(text: str, offered: bool) -> None:
    """Two numbers, a number and a month's name, or digits that run together."""
    assert ("--date-format" in read_column([text])[1][0].message) is offered


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2027-02-31", "February 2027 has 28 days"),
        ("2028-02-30 17:00", "February 2028 has 29 days"),
        ("31/02/2027", "February 2027 has 28 days"),
        ("04.31.2027", "April 2027 has 30 days"),
        ("20270431", "April 2027 has 30 days"),
        ("31 Feb 2027", "February 2027 has 28 days"),
        ("Sept 31, 2027", "September 2027 has 30 days"),
        ("2027-01-31T24:00", "a time that doesn't exist"),
        ("2027-01-31 13:00 PM", "a time that doesn't exist"),
        ("2027-01-31 5pm", "write it as 2027-01-31T17:00."),
        ("2027-03-04, 5 p.m.", "write it as 2027-03-04T17:00."),
        ("31/01/2027 17h30", "write it as 2027-01-31T17:30."),
        ("31 Jan 2027 12am", "write it as 2027-01-31T00:00."),
        ("2027-02-31 5pm", "is not a date"),
        ("03/04/2027 5pm", "is not a date"),
        ("2027-01-31 13pm", "is not a date"),
        ("31/13/2027", "is not a date"),
        ("2027-13-01", "is not a date"),
        ("soon 25:00", "is not a date"),
    ],
)
def test_what_is_wrong_with_a_date_is_said(text: str, says: str) -> None:
    """A day or time that doesn't exist is told from one that is only written in another way."""
    (issue,) = read_column([text])[1]
    assert issue.code.value == "date_unreadable"
    assert says in issue.message


@given(year=st.integers(1901, 9998), month=st.integers(1, 12), day=st.integers(1, 99))
def test_a_day_is_told_not_to_exist_if_it_does_not(year: int, month: int, day: int) -> None:
    """As Python's own calendar has it, whether the year comes first or last."""
    for text in (f"{year}-{month:02}-{day:02}", f"{day:02}/{month:02}/{year}"):
        told = any("doesn't exist" in issue.message for issue in read_column([text])[1])
        assert told == (day > calendar.monthrange(year, month)[1])


def test_a_text_file_may_come_from_such_a_sheet() -> None:
    """Unless it has texts that would have become dates."""
    assert codes_of(["2027-04-03", "31/01/2027"]) == {2: "date_mixed"}
    assert codes_of(["2027-04-03", "31/01/2027", "05/06/2027"]) == {}


def test_no_name_is_two_months() -> None:
    """No name of the CLDR is left out because another language has it for another month."""
    names = set(list_names())
    assert {month_numbers().get(name) for name, _ in names} == set(range(1, 13))
    assert all(month_numbers().get(name) == month for name, month in names)
    assert fold_name("Févr.") == "fevr"


@given(days=st.lists(DAYS, min_size=1, max_size=4), form=st.sampled_from(FORMS))
def test_no_date_is_read_as_another(days: list[dt.date], form: str) -> None:
    """Where every day is written in a form of one column, each is that day or an issue.

    But nothing tells a whole column of %Y-%d-%m from ISO 8601 if no day is above twelve.
    """
    for day, read in zip(days, days_of([f"{d:{form}}" for d in days]), strict=True):
        if form != "%Y-%d-%m" or max(d.day for d in days) > 12:
            assert read in {None, day.isoformat()}


@given(days=st.lists(DAYS, min_size=1, max_size=4), form=st.sampled_from(FORMS[:7]))
def test_a_named_or_iso_date_is_read(days: list[dt.date], form: str) -> None:
    """Forms that are certain need no help from their column."""
    assert days_of([f"{d:{form}}" for d in days]) == [d.isoformat() for d in days]


@given(
    days=st.lists(DAYS, min_size=1, max_size=4),
    form=st.sampled_from([form for form in FORMS if "%y" not in form]),
)
def test_any_order_is_read_where_the_format_says_it(days: list[dt.date], form: str) -> None:
    """--date-format settles what a column doesn't show."""
    texts = [f"{d:{form}}" for d in days]
    assert days_of(texts, None, Calendar(date_format=form)) == [d.isoformat() for d in days]


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


@pytest.mark.parametrize("text", ["2027-01-3", "2027-1-31", "2027-01-", "2027-01"])
def test_a_date_that_may_be_cut_short_is_none(text: str) -> None:
    """ISO 8601 has two digits for month and day; what has fewer may be what a cut left."""
    assert days_of([text]) == [None]


@pytest.mark.parametrize(
    ("texts", "kinds"),
    [
        (["46500", "1200"], [Kind.NUMBER, Kind.NUMBER]),
        (["46500.00"], None),
        (["46500", "81000"], None),
    ],
)
def test_numbers_that_may_be_amounts_are_no_dates(
    texts: list[str], kinds: list[Kind] | None
) -> None:
    """Beside numbers that are no day's, or with two decimals, a serial may be an amount due."""
    assert days_of(texts, kinds) == [None] * len(texts)


@pytest.mark.parametrize(
    ("pattern", "text", "day"),
    [
        ("%d/%m/%y", "1/2/27", "2027-02-01"),
        ("%d/%m/%y", "1/2/7", None),
        ("%d%m%y", "11127", None),
        ("%d%m%y", "011127", "2027-11-01"),
        ("%d/%m/%Y", "1/02/2027", "2027-02-01"),
        ("%d %b %Y", "1 Feb 2027", "2027-02-01"),
    ],
)
def test_a_pattern_is_kept_to_its_digits(pattern: str, text: str, day: str | None) -> None:
    """Only zeros before day and month may be missing, and only where something parts them."""
    assert days_of([text], calendar=Calendar(date_format=pattern)) == [day]
