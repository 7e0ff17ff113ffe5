from __future__ import annotations

import re

import pytest
from builders import HEADERS, clean_table, make_table, row, validate_rows
from hypothesis import given
from hypothesis import strategies as st

from importer.model import REQUIRED_FIELDS, Field, Severity
from importer.table import Invoices
from importer.validate import CURRENCIES, validate


def codes(invoices: Invoices) -> list[tuple[int, str | None, str]]:
    """Return row, column and code of every issue."""
    return [(i.row, i.column, i.code) for i in invoices.issues]


def test_good_rows_have_no_issues() -> None:
    """What the API takes is let through."""
    good = (row(), row(reference_id="INV-2", due_date="2027-01-31", fee_bearer="payee"))
    invoices = validate_rows(*good)
    assert invoices.issues == ()
    assert invoices.invalid_rows() == frozenset()


@pytest.mark.parametrize("field", sorted(REQUIRED_FIELDS))
@pytest.mark.parametrize("blank", [None, "  ", "\N{NO-BREAK SPACE}"])
def test_required_cell_may_not_be_blank(field: Field, blank: str | None) -> None:
    """A blank cell of a required field is told, with what to write."""
    invoices = validate_rows(row(), row(**{"reference_id": "INV-2", field: blank}))
    assert codes(invoices) == [(3, field, "missing_value")]
    assert invoices.issues[0].message.startswith("The cell is blank. Write ")


def test_due_date_may_be_blank() -> None:
    """The one field that the API doesn't ask for."""
    assert validate_rows(row(due_date=None)).issues == ()


@pytest.mark.parametrize(
    ("field", "text", "code", "says"),
    [
        (Field.COUNTERPARTY_ID, "0", "not_positive", '"0".*positive one, such as 123'),
        (Field.COUNTERPARTY_ID, "-3", "not_positive", '"-3"'),
        (Field.CURRENCY, "ZZZ", "currency_unknown", '"ZZZ" is no active ISO 4217'),
        (Field.CURRENCY, "us$", "currency_unknown", '"us\\$".*Did you mean USD'),
        (Field.CURRENCY, "USDD", "currency_unknown", "Did you mean USD"),
        (Field.CURRENCY, "HRK", "currency_unknown", "no active"),
        (Field.CURRENCY, "BGN", "currency_unknown", "no active"),
        (Field.CURRENCY, "€", "currency_unknown", "three-letter code"),
        (Field.FEE_BEARER, "both", "fee_bearer_unknown", '"both".*PAYER .* or PAYEE'),
        (Field.COUNTERPARTY_ID, "n/a", "not_a_whole_number", '"n/a"'),
        (Field.AS_PAYMENT_LINK, "?", "not_yes_or_no", "Write yes or no"),
        (Field.DUE_DATE, "soon", "date_unreadable", "Write it as 2027-01-31"),
        (Field.NOTE, "#REF!", "formula_error", "Correct it"),
    ],
)
def test_wrong_cell_is_told_once(field: Field, text: str, code: str, says: str) -> None:
    """Row, header, the value as the user sees it, and what to write: one issue a cell."""
    invoices = validate_rows(row(**{field: f" {text} "}))
    assert codes(invoices) == [(2, field, code)]
    issue = invoices.issues[0]
    assert issue.value == text
    assert issue.severity is Severity.ERROR
    assert re.search(says, issue.message)


def test_every_wrong_cell_of_every_row_is_told_in_order() -> None:
    """All that is wrong comes at once: by row, then in the order of the file's columns."""
    bad = row(
        reference_id=None,
        counterparty_id="-1",
        currency="naira",
        note=None,
        fee_bearer="both",
        as_payment_link="?",
        due_date="later",
    )
    expected = [
        ("reference_id", "missing_value"),
        ("counterparty_id", "not_positive"),
        ("currency", "currency_unknown"),
        ("note", "missing_value"),
        ("fee_bearer", "fee_bearer_unknown"),
        ("as_payment_link", "not_yes_or_no"),
        ("due_date", "date_unreadable"),
    ]
    assert codes(validate_rows(bad, row(), bad)) == [
        (number, *issue) for number in (2, 4) for issue in expected
    ]
    turned = codes(validate_rows(bad[::-1], headers=HEADERS[::-1]))
    assert turned == [(2, *issue) for issue in reversed(expected)]


@pytest.mark.parametrize(
    ("first", "second", "how"),
    [
        ("INV-1", "INV-1", "the same reference"),
        ("INV-1", " INV-1\N{NO-BREAK SPACE}", "the same reference"),
        ("INV-1", "inv-1", "differ only in case"),
        ("Straße", "STRASSE", "differ only in case"),
        ("É", "E\u0301", "the same reference"),
    ],
)
def test_reference_is_unique(first: str, second: str, how: str) -> None:
    """Two references that are equal after case folding are told at both rows, naming both."""
    others = row(reference_id="INV-2"), row(reference_id=None), row(reference_id=None)
    invoices = validate_rows(row(reference_id=first), *others, row(reference_id=second))
    assert [(i.row, i.code) for i in invoices.issues] == [
        (2, "reference_duplicate"),
        (4, "missing_value"),
        (5, "missing_value"),
        (6, "reference_duplicate"),
    ]
    assert invoices.issues[0].message.startswith("Rows 2, 6 have ")
    assert how in invoices.issues[0].message


def test_many_copies_are_not_all_named() -> None:
    """A message stays a message, however often a reference comes."""
    message = validate_rows(*[row()] * 12).issues[-1].message
    assert message.startswith("Rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and more have the same")


def test_messages_use_the_users_headers() -> None:
    """Issues of the schema name the file's own headers."""
    headers = [h.replace("_", " ").title() for h in HEADERS]
    invoices = validate_rows(row(currency="ZZZ"), row(reference_id=None), headers=headers)
    assert codes(invoices) == [
        (2, "Currency", "currency_unknown"),
        (3, "Reference Id", "missing_value"),
    ]


def test_currencies_are_the_active_ones() -> None:
    """The list knows what West Africa pays with, and what was abolished."""
    assert {"USD", "LRD", "NGN", "XOF", "GHS", "SLE"} <= CURRENCIES
    assert not {"SLL", "HRK", "BGN", "ZWL", "DEM"} & CURRENCIES


def test_frame_is_left_as_it_was() -> None:
    """Validation says what is wrong, it changes nothing."""
    table = make_table([row(currency="ZZZ"), row()])
    cleaned = clean_table(table)
    assert validate(cleaned, table).frame.equals(clean_table(table).frame)


CELLS = {
    Field.REFERENCE_ID: ["A", "a", "B", "C", None],
    Field.COUNTERPARTY_ID: ["1", "0", "x", None],
    Field.CURRENCY: ["usd", "ZZZ", None],
    Field.NOTE: ["Rent", None],
    Field.FEE_BEARER: ["payer", "me", None],
    Field.AS_PAYMENT_LINK: ["yes", "?", None],
    Field.DUE_DATE: ["2027-01-31", "soon", None],
}
GOOD_CELLS = {
    Field.COUNTERPARTY_ID: {"1"},
    Field.CURRENCY: {"usd"},
    Field.NOTE: {"Rent"},
    Field.FEE_BEARER: {"payer"},
    Field.AS_PAYMENT_LINK: {"yes"},
    Field.DUE_DATE: {"2027-01-31", None},
}


@given(st.lists(st.tuples(*(st.sampled_from(CELLS[f]) for f in Field)), min_size=1, max_size=6))
def test_exactly_the_wrong_cells_are_told(rows: list[tuple[str | None, ...]]) -> None:
    """Each wrong cell has one issue, each right one none, in any mixture."""
    folded = [(cells[0] or "").casefold() for cells in rows]
    expected = [
        (number, field.value)
        for number, cells in enumerate(rows, 2)
        for field, cell in zip(Field, cells, strict=True)
        if (
            cell not in GOOD_CELLS[field]
            if field in GOOD_CELLS
            else cell is None or folded.count(cell.casefold()) > 1
        )
    ]
    invoices = validate_rows(*rows)
    assert [(i.row, i.column) for i in invoices.issues] == expected


@pytest.mark.parametrize("odd", ["\u200b", "\u00ad", "\ufeff", "\u202e", "\x07", "\n"])
def test_a_reference_with_characters_that_nobody_sees_is_an_issue(odd: str) -> None:
    """Two references that look the same to everybody are not two invoices."""
    [issue] = validate_rows(row(reference_id=f"INV{odd}7")).issues
    assert issue.code == "reference_characters"


def test_references_that_differ_in_white_space_are_the_same() -> None:
    """A no-break space or a second space makes no other reference."""
    rows = [row(reference_id=text) for text in ("INV 8", "INV\u00a08", "INV  8")]
    issues = validate_rows(*rows).issues
    assert [issue.code for issue in issues] == ["reference_duplicate"] * 3


@pytest.mark.parametrize(("field", "most"), [("reference_id", 255), ("note", 32_767)])
def test_a_text_that_is_too_long_is_an_issue(field: str, most: int) -> None:
    """The longest is taken; one character more is an issue that names the limit."""
    assert not validate_rows(row(**{field: "x" * most})).issues
    [issue] = validate_rows(row(**{field: "x" * (most + 1)})).issues
    assert f"{most:,}" in issue.message
