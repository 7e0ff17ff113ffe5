from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl
import pytest
from builders import clean_table, make_create, make_table, row, validate_rows
from hypothesis import given
from hypothesis import strategies as st
from server import invoice_for

from importer.clean import Reading
from importer.content import (
    collapse,
    differences,
    listed_differences,
    parse_instant,
    write_bodies,
)
from importer.model import Create, Field
from importer.table import ROW

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def send(reading: Reading, **cells: str | None) -> Create:
    """Return what is sent for a row under other options than the usual ones."""
    frame = clean_table(make_table([row(**cells)]), reading).frame
    return Create(2, "INV-1", "inv-1", write_bodies(frame)[0], frame["due_day"][0])


def test_body_is_the_api_s_request() -> None:
    """The body holds every field by the API's name, with the API's types."""
    assert json.loads(make_create(due_date="2027-01-31T10:00:00Z").body) == {
        "reference_id": "INV-1",
        "counterparty_id": 123,
        "currency": "USD",
        "note": "Rent",
        "fee_bearer": "PAYER",
        "as_payment_link": True,
        "due_date": "2027-01-31T10:00:00Z",
    }


def test_body_without_due_date_leaves_it_out() -> None:
    """No due date is no field: null might be understood in another way."""
    assert "due_date" not in json.loads(make_create().body)


@given(reference=TEXTS, note=TEXTS, number=st.integers(1, 2**63 - 1), link=st.booleans())
def test_body_is_valid_json_for_any_text(
    reference: str, note: str, number: int, *, link: bool
) -> None:
    """Quotes, controls, emoji: what is parsed is what was written, and UTF-8 can carry it."""
    frame = pl.DataFrame(
        {
            Field.REFERENCE_ID: [reference],
            Field.COUNTERPARTY_ID: [number],
            Field.CURRENCY: ["USD"],
            Field.NOTE: [note],
            Field.FEE_BEARER: ["PAYER"],
            Field.AS_PAYMENT_LINK: [link],
            Field.DUE_DATE: pl.Series([None], dtype=pl.String),
        }
    )
    body = json.loads(write_bodies(frame)[0].encode())
    assert body[Field.REFERENCE_ID] == reference
    assert body[Field.NOTE] == note
    assert body[Field.COUNTERPARTY_ID] == number
    assert body[Field.AS_PAYMENT_LINK] is link


def test_equal_content_gives_equal_bodies() -> None:
    """However the cells are written, what means the same is the same to the byte."""
    plain = make_create(due_date="2027-01-31T10:00:00Z")
    other = make_create(
        reference_id=" INV-1\N{NO-BREAK SPACE}",
        counterparty_id="123.0",
        currency="usd",
        note="Rent ",
        fee_bearer="Payer",
        as_payment_link="1",
        due_date="2027-01-31 11:00:00+01:00",
    )
    assert plain == other


def test_bodies_are_in_the_order_of_rows() -> None:
    """Each row has its own body, invalid ones too."""
    frame = validate_rows(row(reference_id="A"), row(currency=None), row(reference_id="B")).frame
    bodies = [json.loads(body) for body in write_bodies(frame)]
    assert [b["reference_id"] for b in bodies] == ["A", "INV-1", "B"]
    assert frame[ROW].to_list() == [2, 3, 4]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"counterparty_id": "124"}, "counterparty_id 123 (now 124)"),
        ({"currency": "LRD"}, 'currency "USD" (now "LRD")'),
        ({"note": "Rent, May"}, 'note "Rent" (now "Rent, May")'),
        ({"note": "rent"}, 'note "Rent" (now "rent")'),
        ({"fee_bearer": "PAYEE"}, 'fee_bearer "PAYER" (now "PAYEE")'),
        ({"as_payment_link": "no"}, "as_payment_link true (now false)"),
        ({"due_date": "2027-02-01"}, "due_date 2027-01-31 (now 2027-02-01)"),
        ({"due_date": None}, "due_date 2027-01-31 (now none)"),
        (
            {"due_date": "2027-01-31T23:59:58Z"},
            'due_date 2027-01-31 (now "2027-01-31T23:59:58Z")',
        ),
    ],
)
def test_each_field_makes_a_difference(cells: dict[str, str | None], said: str) -> None:
    """Every field that differs is told, with what was sent and what the file says now."""
    stored = make_create(due_date="2027-01-31")
    now = make_create(**({"due_date": "2027-01-31"} | cells))
    assert differences(now, stored) == (said,)


def test_a_due_date_that_is_new_is_a_difference() -> None:
    """Nothing before and a date now is not the same."""
    now = make_create(due_date="2027-01-31")
    assert differences(now, make_create()) == ("due_date none (now 2027-01-31)",)


def test_all_differences_are_told() -> None:
    """A row that changed twice is told twice, in the order of the fields."""
    now = make_create(currency="LRD", note="x")
    assert [d.split()[0] for d in differences(now, make_create())] == ["currency", "note"]


def test_a_day_is_the_same_day_in_any_zone() -> None:
    """Another --timezone moves the instant of a date alone, not its meaning."""
    here = send(Reading(timezone="Africa/Lagos"), due_date="2027-01-31")
    there = send(Reading(timezone="America/New_York"), due_date="2027-01-31")
    assert here.body != there.body
    assert differences(here, there) == ()


def test_a_time_in_another_zone_is_another_time() -> None:
    """A time without a zone is an instant: read in another zone, it is another one."""
    here = send(Reading(timezone="Africa/Lagos"), due_date="2027-01-31 12:00:00")
    there = send(Reading(timezone="America/New_York"), due_date="2027-01-31 12:00:00")
    assert len(differences(here, there)) == 1


def test_a_day_and_its_last_second_are_the_same() -> None:
    """Where one side has a time, instants are compared."""
    day, second = make_create(due_date="2027-01-31"), make_create(due_date="2027-01-31T23:59:59Z")
    assert differences(day, second) == differences(second, day) == ()


@pytest.mark.parametrize(
    "body",
    [
        {"note": "Cafe\u0301   Rent\n"},
        {"note": "\N{NO-BREAK SPACE}Café\N{NO-BREAK SPACE}Rent"},
        {"due_date": "2027-01-31T10:00:00.25Z"},
        {"due_date": "2027-01-31T11:00:00+01:00"},
    ],
)
def test_other_normalising_is_no_difference(body: dict[str, str]) -> None:
    """A body that an older version wrote differently still says the same."""
    now = make_create(note="Café Rent", due_date="2027-01-31T10:00:00Z")
    stored = Create(2, "INV-1", "inv-1", json.dumps(json.loads(now.body) | body))
    assert differences(now, stored) == ()


@given(st.permutations(list(Field)))
def test_order_and_spacing_of_keys_is_no_difference(order: list[Field]) -> None:
    """Content is compared, not bytes."""
    now = make_create(due_date="2027-01-31")
    body = json.loads(now.body)
    stored = json.dumps({field: body[field] for field in order}, indent=1)
    assert differences(now, Create(9, "INV-1", "inv-1", stored, now.due_day)) == ()


def test_case_of_the_reference_is_no_difference() -> None:
    """References that are equal after folding are one; the reference is the key, no content."""
    assert differences(make_create(reference_id="inv-1"), make_create()) == ()


def test_a_null_due_date_is_none() -> None:
    """A body with null says the same as one without the field."""
    now = make_create()
    stored = Create(2, "INV-1", "inv-1", json.dumps(json.loads(now.body) | {"due_date": None}))
    assert differences(now, stored) == ()


@given(st.text(" \t\n\N{NO-BREAK SPACE}aé\u0301", max_size=12))
def test_collapsing_is_done_once(note: str) -> None:
    """Collapsing what is collapsed changes nothing, and no white space is doubled or outside."""
    once = collapse(note)
    assert collapse(once) == once
    assert "  " not in once
    assert once == once.strip()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-01-31T10:00:00Z", dt.datetime(2027, 1, 31, 10, tzinfo=dt.UTC)),
        ("2027-01-31t10:00:00z", dt.datetime(2027, 1, 31, 10, tzinfo=dt.UTC)),
        ("2027-01-31T10:00:00.999999Z", dt.datetime(2027, 1, 31, 10, tzinfo=dt.UTC)),
        ("2027-01-31T11:00:00+01:00", dt.datetime(2027, 1, 31, 10, tzinfo=dt.UTC)),
        ("2027-01-31T10:00:00", dt.datetime(2027, 1, 31, 10, tzinfo=dt.UTC)),
        ("soon", None),
        ("", None),
        ("0001-01-01T00:00:00+01:00", None),
    ],
)
def test_instants_are_read_to_the_second(text: str, instant: dt.datetime | None) -> None:
    """What a server may answer is read in UTC; what is no instant is none."""
    assert parse_instant(text) == instant


NOTE = "Rent for the month of May, and the heating"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"note": f"  {NOTE}\n"},
        {"note": "Rent for the  month of May,"},
        {"note": "Rent for the month of May, and the h…"},
        {"note": "Rent for..."},
        {"note": "Rent…"},
        {"note": ""},
        {"note": None},
        {"currency": "usd", "fee_bearer": " payer"},
        {"currency": None, "fee_bearer": None, "as_payment_link": None, "counterparty_id": None},
        {"due_date": "2027-01-31T10:00:30.999Z"},
        {"due_date": "2027-01-31T11:00:30+01:00"},
        {"due_date": "2027-01-31T10:00:00Z"},
        {"due_date": "2027-01-31T10:01:00Z"},
        {"due_date": "2027-01-31T00:00:00Z"},
        {"due_date": "2027-01-31"},
        {"due_date": "some day"},
        {"due_date": None},
    ],
    ids=str,
)
def test_what_a_server_rewrites_is_no_difference(changes: dict[str, Any]) -> None:
    """Cut, tidied, rounded, in another case, left out: the invoice says the same."""
    ours = make_create(note=NOTE, due_date="2027-01-31T10:00:30Z")
    assert listed_differences(ours, invoice_for(ours, **changes)) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"counterparty_id": 124}, "counterparty_id 124 (now 123)"),
        ({"currency": "LRD"}, 'currency "LRD" (now "USD")'),
        ({"note": "Rent for May"}, f'note "Rent for May" (now "{NOTE}")'),
        ({"note": "Rent for"}, f'note "Rent for" (now "{NOTE}")'),
        ({"note": f"{NOTE}!"}, f'note "{NOTE}!" (now "{NOTE}")'),
        ({"note": "Hire…"}, f'note "Hire…" (now "{NOTE}")'),
        ({"fee_bearer": "PAYEE"}, 'fee_bearer "PAYEE" (now "PAYER")'),
        ({"as_payment_link": False}, "as_payment_link false (now true)"),
        (
            {"due_date": "2027-01-31T10:02:00Z"},
            'due_date "2027-01-31T10:02:00Z" (now "2027-01-31T10:00:30Z")',
        ),
        (
            {"due_date": "2027-02-01T00:00:00Z"},
            'due_date "2027-02-01T00:00:00Z" (now "2027-01-31T10:00:30Z")',
        ),
    ],
)
def test_what_no_server_rewrites_is_a_difference(changes: dict[str, Any], said: str) -> None:
    """Every field that is listed otherwise is told, with what is there and what the row says."""
    ours = make_create(note=NOTE, due_date="2027-01-31T10:00:30Z")
    assert listed_differences(ours, invoice_for(ours, **changes)) == (said,)


@pytest.mark.parametrize(
    ("listed", "same"),
    [
        ("2027-01-31", True),
        ("2027-01-31T23:59:59Z", True),
        ("2027-01-30T10:00:00Z", True),
        ("2027-02-01T11:59:59Z", True),
        ("2027-01-30T09:59:00Z", False),
        ("2027-02-01T12:01:00Z", False),
    ],
)
def test_a_day_is_listed_in_any_zone(listed: str, same: bool) -> None:
    """A date alone may be stored as that date's beginning or end anywhere on earth."""
    ours = make_create(due_date="2027-01-31")
    assert (listed_differences(ours, invoice_for(ours, due_date=listed)) == ()) == same


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-31"])
@pytest.mark.parametrize("listed", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_the_ends_of_the_calendar_are_days_like_any(day: str, listed: str) -> None:
    """A due date for ever, or a server's odd one, is compared and breaks nothing."""
    ours = make_create(due_date=day)
    different = listed_differences(ours, invoice_for(ours, due_date=listed))
    assert (different == ()) == (day[:4] == listed[:4])


def test_a_due_date_that_the_server_set_is_no_difference() -> None:
    """A row without one leaves it to the API."""
    ours = make_create()
    assert listed_differences(ours, invoice_for(ours, due_date="2027-01-31T00:00:00Z")) == ()


@given(note=st.text("aé \n….,", max_size=20), cut=st.integers(20, 60))
def test_a_note_cut_anywhere_is_ours(note: str, cut: int) -> None:
    """Whatever the note, what is left of it after a cut, or of its white space, is no other."""
    base = make_create()
    ours = Create(2, "INV-1", "inv-1", json.dumps(json.loads(base.body) | {"note": note * 5}))
    for listed in ((note * 5)[:cut], collapse(note * 5)):
        assert listed_differences(ours, invoice_for(ours, note=listed)) == ()
