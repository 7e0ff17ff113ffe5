from __future__ import annotations

import tomllib
from importlib import resources

import pytest
from builders import HEADERS
from hypothesis import given
from hypothesis import strategies as st

from importer.columns import count_fields, fits, map_columns, match_fields, normalise
from importer.errors import FileError
from importer.model import REQUIRED_FIELDS, Field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Reference ID", Field.REFERENCE_ID),
        ("REFERENCE_ID", Field.REFERENCE_ID),
        ("reference-id", Field.REFERENCE_ID),
        (" Reference\n ID * ", Field.REFERENCE_ID),
        ("Reference\N{NO-BREAK SPACE}ID:", Field.REFERENCE_ID),
        ("Reference", Field.REFERENCE_ID),
        ("Customer ID", Field.COUNTERPARTY_ID),
        ("Memo", Field.NOTE),
        ("Due", Field.DUE_DATE),
        ("As payment link", Field.AS_PAYMENT_LINK),
        ("Fee Bearer", Field.FEE_BEARER),
        ("CURRENCY", Field.CURRENCY),
    ],
)
def test_header_names_its_field(header: str, field: Field) -> None:
    """Case, spaces, underscores and a mark of obligation don't matter; aliases are known."""
    assert match_fields([header]) == {field: [0]}


@pytest.mark.parametrize("header", ["", "Cost centre", "id", "referenceid2", "status", "date"])
def test_other_headers_name_nothing(header: str) -> None:
    """A header that isn't on the list is nobody's: there is no guessing."""
    assert count_fields([header]) == 0


@given(field=st.sampled_from(Field), data=st.data())
def test_any_spelling_of_a_field_is_found(field: Field, data: st.DataObject) -> None:
    """Any case and any separator between the words give the same field."""
    words = [
        "".join(data.draw(st.sampled_from([c, c.upper()])) for c in word)
        for word in field.value.split("_")
    ]
    separator = data.draw(st.sampled_from([" ", "_", "-", ".", "  ", " _ ", "\n", "\t"]))
    assert match_fields([separator.join(words)]) == {field: [0]}


def test_no_alias_stands_for_two_fields() -> None:
    """Every alias is written as it is compared, and belongs to one field alone."""
    text = resources.files("importer").joinpath("columns.toml").read_text("utf-8")
    aliases = tomllib.loads(text)
    names = [*Field, *(name for listed in aliases.values() for name in listed)]
    assert aliases.keys() == set(Field)
    assert [normalise(name) for name in names] == names
    assert len(names) == len(set(names))


def test_columns_keep_position_and_spelling() -> None:
    """Each field knows its column and the header as written; unknown columns are nobody's."""
    headers = ["Cost centre", "Due", *(h.upper() for h in HEADERS if h != Field.DUE_DATE)]
    columns = map_columns(headers)
    assert {f: (c.name, c.header) for f, c in columns.columns.items()} == {
        Field.DUE_DATE: ("1", "Due"),
        Field.REFERENCE_ID: ("2", "REFERENCE_ID"),
        Field.COUNTERPARTY_ID: ("3", "COUNTERPARTY_ID"),
        Field.CURRENCY: ("4", "CURRENCY"),
        Field.NOTE: ("5", "NOTE"),
        Field.FEE_BEARER: ("6", "FEE_BEARER"),
        Field.AS_PAYMENT_LINK: ("7", "AS_PAYMENT_LINK"),
    }


def test_due_date_may_be_left_out() -> None:
    """A file without due dates fits; messages then use the API's name."""
    headers = [h for h in HEADERS if h != Field.DUE_DATE]
    assert fits(headers)
    assert Field.DUE_DATE not in map_columns(headers).columns
    assert map_columns(headers).header(Field.DUE_DATE) == "due_date"


@pytest.mark.parametrize("field", sorted(REQUIRED_FIELDS))
def test_missing_column_is_named(field: Field) -> None:
    """One error names the missing column and lists the headers found."""
    headers = [h.title() for h in HEADERS if h != field]
    assert not fits(headers)
    with pytest.raises(FileError, match=f"The column {field} is missing") as caught:
        map_columns(headers)
    message = str(caught.value)
    assert all(f'"{header}"' in message for header in headers)
    assert message.endswith("Nothing was sent.")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("Refrence ID", Field.REFERENCE_ID),
        ("Curency", Field.CURRENCY),
        ("Custmer ID", Field.COUNTERPARTY_ID),
        ("Fee bearr", Field.FEE_BEARER),
    ],
)
def test_nearest_header_is_suggested(written: str, field: Field) -> None:
    """A misspelt header is suggested for the column that is missing, by its own spelling."""
    headers = [written if h == field else h for h in HEADERS]
    with pytest.raises(FileError, match=f'Did you mean the column "{written}"'):
        map_columns(headers)


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    """A header that resembles nothing is listed but not suggested, nor is one already in use."""
    headers = ["xyz" if h == Field.CURRENCY else h for h in HEADERS]
    with pytest.raises(FileError) as caught:
        map_columns(headers)
    assert "Did you mean" not in str(caught.value)


def test_a_column_in_use_is_not_suggested() -> None:
    """A header that gives another field already is no misspelling of the missing one."""
    with pytest.raises(FileError) as caught:
        map_columns([*(h for h in HEADERS[:-1] if h != Field.AS_PAYMENT_LINK), "Payment due"])
    assert "Did you mean" not in str(caught.value)


def test_all_missing_columns_are_told_at_once() -> None:
    """Whoever has to rename three columns reads of three."""
    with pytest.raises(FileError) as caught:
        map_columns(["reference_id", "", "note", "fee_bearer"])
    message = str(caught.value)
    assert [f for f in Field if f"The column {f} is missing" in message] == [
        Field.COUNTERPARTY_ID,
        Field.CURRENCY,
        Field.AS_PAYMENT_LINK,
    ]
    assert 'Headers found: "reference_id", "note", "fee_bearer".' in message


def test_two_columns_for_one_field_stop_the_import() -> None:
    """Which of two columns is meant can't be known: both are named."""
    with pytest.raises(FileError, match='Two columns give reference_id: "reference_id" and "Ref"'):
        map_columns([*HEADERS, "Ref"])
