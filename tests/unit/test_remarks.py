from __future__ import annotations

import datetime as dt

import pytest
from builders import HEADERS, Row, make_table, row
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.clean import Reading
from importer.model import Issue, Severity
from importer.table import Invoices
from importer.validate import interpret

TODAY = dt.date(2027, 5, 10)


def interpreted(*rows: Row, reading: Reading | None = None) -> Invoices:
    """Return rows as they are after the whole way from the table."""
    return interpret(make_table(rows, HEADERS), reading or Reading(today=TODAY))


def warned(*rows: Row, reading: Reading | None = None) -> list[tuple[int, str]]:
    """Return row and code of all warnings, and hold that there is nothing else."""
    issues = interpreted(*rows, reading=reading).issues
    assert {issue.severity for issue in issues} <= {Severity.WARNING}
    return [(issue.row, issue.code) for issue in issues]


def only(*rows: Row, reading: Reading | None = None) -> Issue:
    """Return the only issue there is."""
    [issue] = interpreted(*rows, reading=reading).issues
    return issue


@pytest.mark.parametrize(
    ("due", "code"),
    [
        ("2027-05-09", "due_in_the_past"),
        ("2027-05-10", None),
        ("2029-05-10", None),
        ("2029-05-11", "due_far_ahead"),
        ("2027-05-09T23:59:59Z", "due_in_the_past"),
        ("2027-05-10T00:00:01Z", None),
        (None, None),
    ],
)
def test_due_dates_are_compared_with_today(due: str | None, code: str | None) -> None:
    """Today and the day two years from now are neither past nor far ahead."""
    assert [c for _, c in warned(row(due_date=due))] == ([code] if code else [])


def test_today_is_the_day_in_the_users_zone() -> None:
    """An instant that is yesterday in UTC may be today where the user is, and the other way."""
    late = row(due_date="2027-05-09T22:30:00Z")
    assert warned(late, reading=Reading(timezone="Europe/Paris", today=TODAY)) == []
    assert warned(late) == [(2, "due_in_the_past")]
    early = row(due_date="2027-05-10T02:00:00Z")
    assert warned(early) == []
    reading = Reading(timezone="America/New_York", today=TODAY)
    assert warned(early, reading=reading) == [(2, "due_in_the_past")]


@settings(max_examples=20)
@given(
    st.lists(st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31)), min_size=1, max_size=30),
    st.sampled_from(["UTC", "Asia/Tokyo", "America/Santiago"]),
)
def test_exactly_the_days_outside_the_two_years_are_warned_of(
    days: list[dt.date], zone: str
) -> None:
    """Whatever the days and the zone."""
    last = TODAY.replace(year=2029)
    rows = [
        row(reference_id=f"INV-{n}", note=f"{n}", due_date=day.isoformat())
        for n, day in enumerate(days)
    ]
    expected = [
        (number, "due_in_the_past" if day < TODAY else "due_far_ahead")
        for number, day in enumerate(days, 2)
        if not TODAY <= day <= last
    ]
    assert warned(*rows, reading=Reading(timezone=zone, today=TODAY)) == expected


def test_two_years_from_a_leap_day_are_a_day_less() -> None:
    """29 February has no day of its own two years later."""
    reading = Reading(today=dt.date(2028, 2, 29))
    assert warned(row(due_date="2030-02-28"), reading=reading) == []
    assert warned(row(due_date="2030-03-01"), reading=reading) == [(2, "due_far_ahead")]


def test_without_today_nothing_is_said_of_days() -> None:
    """A file that is read again says the same as then."""
    assert warned(row(due_date="2001-01-31"), reading=Reading()) == []


def test_the_day_is_written_out() -> None:
    """The message shows the date as it was understood, and the issue the cell."""
    issue = only(row(due_date=" 2027-03-04 "))
    assert issue.message.startswith("The due date, 4 March 2027, is in the past — ")
    assert (issue.value, issue.column, issue.place) == ("2027-03-04", "due_date", "line 2")


def test_the_same_content_under_two_references_is_told_at_both() -> None:
    """Counterparty, currency, note and due date: each row names the others."""
    rows = (row(), row(reference_id="INV-2", fee_bearer="PAYEE"), row(reference_id="X", note="b"))
    issues = interpreted(*rows).issues
    assert [(i.row, i.code, i.value) for i in issues] == [
        (2, "same_content", "INV-1"),
        (3, "same_content", "INV-2"),
    ]
    assert "due date as line 3 — " in issues[0].message
    assert "due date as line 2 — " in issues[1].message


@pytest.mark.parametrize(
    "other",
    [
        {"counterparty_id": "9"},
        {"currency": "EUR"},
        {"note": "Rent, May"},
        {"due_date": "2027-06-30"},
    ],
)
def test_another_content_is_no_copy(other: dict[str, str]) -> None:
    """One field that differs makes another invoice."""
    assert warned(row(), row(reference_id="INV-2", **other)) == []


def test_many_copies_name_ten() -> None:
    """The last of 15 rows names the first ten of the others and counts the rest."""
    issues = interpreted(*(row(reference_id=f"INV-{n}") for n in range(15))).issues
    assert "lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4 more" in issues[-1].message
    assert "lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 4 more" in issues[0].message


def different(*currencies: str, customer: str = "123") -> list[Row]:
    """Return rows of one customer in these currencies, none a copy of another."""
    return [
        row(reference_id=f"{customer}-{n}", counterparty_id=customer, currency=code, note=f"{n}")
        for n, code in enumerate(currencies)
    ]


@pytest.mark.parametrize(
    ("currencies", "rows"),
    [
        (["USD", "USD", "LRD"], [4]),
        (["LRD", "USD", "USD", "EUR"], [2, 5]),
        (["USD", "LRD"], []),
        (["USD", "USD", "LRD", "LRD"], []),
        (["USD"], []),
    ],
)
def test_a_customers_only_row_in_a_currency(currencies: list[str], rows: list[int]) -> None:
    """It is told where two or more rows of the same customer agree on another."""
    assert warned(*different(*currencies)) == [(number, "currency_unusual") for number in rows]


def test_the_usual_currency_is_named() -> None:
    """The message says what the customer has otherwise, and how often."""
    rows = different("EUR", "EUR", "USD", "USD", "USD", "LRD")
    message = only(*rows, *different("LRD", "LRD", customer="9")).message
    assert message.startswith('"LRD" is used once for customer 123, who has 3 rows in USD — ')


def test_rows_with_errors_need_no_remarks() -> None:
    """What is invalid anyway is corrected first."""
    bad = row(fee_bearer="both", due_date="2001-01-31")
    issues = interpreted(bad, row(reference_id="INV-2", note="b")).issues
    assert [issue.code for issue in issues] == ["fee_bearer_unknown"]


def test_a_number_is_compared_with_those_of_invalid_rows_too() -> None:
    """The row that keeps its zeros may be corrected and sent next."""
    rows = (row(reference_id="007", fee_bearer="both"), row(reference_id="7", note="b"))
    issues = interpreted(*rows).issues
    assert [(i.row, i.code) for i in issues] == [(2, "fee_bearer_unknown"), (3, "leading_zeros")]


def test_look_alikes_are_issues_and_silence_remarks() -> None:
    """Neither is sent, so there is nothing to remark on them."""
    rows = (row(reference_id="INV-1"), row(reference_id="INV\N{EN DASH}1"))
    issues = interpreted(*rows).issues
    assert [(i.row, i.code, i.severity) for i in issues] == [
        (2, "reference_looks_alike", Severity.ERROR),
        (3, "reference_looks_alike", Severity.ERROR),
    ]


def test_warnings_may_be_made_errors() -> None:
    """With --warnings-as-errors what would be a warning keeps its row back."""
    rows = (row(due_date="2001-01-31"), row(reference_id="INV-2", note="b"))
    assert interpreted(*rows).invalid_rows() == frozenset()
    strict = interpreted(*rows, reading=Reading(today=TODAY, warnings_as_errors=True))
    assert strict.invalid_rows() == {2}
    assert strict.issues[0].code == "due_in_the_past"
