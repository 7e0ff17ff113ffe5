"""What a spreadsheet program makes of texts."""

from __future__ import annotations

import pytest

from importer.converted import can_become, swap


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("007", "7"),
        ("0012.50", "12.5"),
        ("1E5", "100000"),
        ("1,000", "1000"),
        ("0", "0.0"),
        ("true", "TRUE"),
        ("1-2", "02-Jan"),
        ("1-2", "2027-02-01 00:00:00"),
        ("May 2027", "May-27"),
        ("Mai 2027", "01.05.2027"),
        ("4-6", "2027-04-06"),
        ("August 2027", "août-27"),
        ("août 2027", "01/08/2027"),
        ("5. März", "05-Mär"),
    ],
)
def test_what_programs_do_is_known(text: str, other: str) -> None:
    """Zeros, signs and years are added and lost, months become numbers."""
    assert can_become(text, other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("May 2027", "Jun 2027"),
        ("05/2027", "06/2027"),
        ("Rent", "6/2027"),
        ("Rent 5", "Rent 6"),
        ("R-1", "J-1"),
        ("MAY-1", "APR-1"),
        ("5", "2027-05-05"),
        ("Rent", ""),
        ("", "5"),
    ],
)
def test_what_people_write_is_something_else(text: str, other: str) -> None:
    """The next month, the next number, other words."""
    assert not can_become(text, other)


def test_a_day_is_swapped_where_there_is_such_a_month() -> None:
    """So a program of another country reads it."""
    assert swap("2027-03-04") == "2027-04-03"
    assert [swap(day) for day in ("2027-03-14", "", None, "soon")] == ["", "", "", ""]
