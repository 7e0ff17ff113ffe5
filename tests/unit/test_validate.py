from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from builders import (
    HEADERS,
    clean_table,
    csv_bytes,
    make_table,
    read,
    row,
    validate_rows,
    xlsx_bytes,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from iso4217 import Currency

from importer.clean import Reading
from importer.model import REQUIRED_FIELDS, Code, Field, Issue, Severity
from importer.table import Invoices
from importer.validate import interpret, validate
from importer.validate.currencies import CURRENCIES
from importer.validate.wording import say_currency


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
    assert re.fullmatch("The cell is blank — expected .* — write .*", invoices.issues[0].message)


def test_due_date_may_be_blank() -> None:
    """The one field that the API doesn't ask for."""
    assert validate_rows(row(due_date=None)).issues == ()


@pytest.mark.parametrize(
    ("field", "text", "code", "says"),
    [
        (Field.COUNTERPARTY_ID, "0", "not_positive", '"0".* such as 123'),
        (Field.COUNTERPARTY_ID, "-3", "not_positive", '"-3"'),
        (Field.CURRENCY, "ZZZ", "currency_unknown", '"ZZZ" is no currency — .* such as USD'),
        (Field.FEE_BEARER, "both", "fee_bearer_unknown", '"both".*PAYER .* or PAYEE'),
        (Field.COUNTERPARTY_ID, "n/a", "not_a_whole_number", '"n/a"'),
        (Field.AS_PAYMENT_LINK, "?", "not_yes_or_no", "yes or no"),
        (Field.DUE_DATE, "soon", "date_unreadable", "2027-01-31"),
        (Field.NOTE, "#REF!", "formula_error", "correct"),
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
        ("INV-1", "INV-1", '"INV-1" is the reference of lines'),
        ("INV-1", " INV-1\N{NO-BREAK SPACE}", '"INV-1" is the reference of lines'),
        ("INV-1", "inv-1", "differ only in case"),
        ("Straße", "STRASSE", "differ only in case"),
        ("É", "E\u0301", '"É" is the reference of lines'),
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
    assert "lines 2 and 6" in invoices.issues[0].message
    assert how in invoices.issues[0].message


def test_many_copies_are_not_all_named() -> None:
    """A message stays a message, however often a reference comes."""
    message = validate_rows(*[row()] * 12).issues[-1].message
    assert "lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more" in message


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


def only(**cells: str | None) -> Issue:
    """Return the only issue of the good row with some cells replaced."""
    [issue] = validate_rows(row(**cells)).issues
    return issue


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("us$", "USD"),
        ("USDD", "USD"),
        ("UDS", "USD"),
        ("USD ($)", "USD"),
        ("US Dollars", "USD"),
        ("€", "EUR"),
        ("euro", "EUR"),
        ("Euros", "EUR"),
        ("naira", "NGN"),
        ("₦", "NGN"),
        ("L$", "LRD"),
        ("Liberian dollars", "LRD"),
        ("dollar libérien", "LRD"),
        ("franco suíço", "CHF"),
        ("SLL", "SLE"),
    ],
)
def test_the_nearest_currency_is_suggested(text: str, meant: str) -> None:
    """Signs, names in our users' languages, slips: one is near."""
    issue = only(currency=text)
    assert issue.code is Code.CURRENCY_UNKNOWN
    assert issue.message.endswith(f" — did you mean {meant}?")


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("$", "USD, LRD, CAD or AUD"),
        ("Dollars", "USD, LRD, CAD or AUD"),
        ("FCFA", "XOF or XAF"),
        ("F CFA", "XOF or XAF"),
        ("CFA", "XOF or XAF"),
        ("£", "GBP, EGP or SSP"),
    ],
)
def test_several_currencies_that_fit_are_all_named(text: str, some: str) -> None:
    """Which dollar it is only the owner of the file knows."""
    message = only(currency=text).message
    assert message.endswith(f" — write the one that is meant, such as {some}.")


@pytest.mark.parametrize(
    ("text", "name"), [("HRK", "Croatian Kuna"), ("BGN", "Bulgarian Lev"), ("DEM", "German Mark")]
)
def test_a_former_currency_is_named_and_replaced_by_no_guess(text: str, name: str) -> None:
    """The nearest code would be another country's."""
    message = only(currency=text).message
    assert f'"{text}" is no currency in use ({name})' in message
    assert message.endswith(" — write the code, such as USD.")


@pytest.mark.parametrize(
    ("code", "why"),
    [("XXX", "no currency at all"), ("XTS", "tests"), ("XAU", "gold"), ("XDR", "Monetary Fund")],
)
def test_codes_of_no_currency_are_refused_with_the_reason(code: str, why: str) -> None:
    """ISO 4217 has codes that nobody pays an invoice in."""
    issue = only(currency=code.lower())
    assert issue.code is Code.CURRENCY_UNKNOWN
    assert re.search(f"is no currency to invoice in: it .*{why}", issue.message)


def test_every_code_without_a_minor_unit_is_refused() -> None:
    """Metals, units of account and the reserved codes have none; currencies do."""
    units = {currency.code for currency in Currency if currency.exponent is None}
    assert len(units) == 13
    assert not units & CURRENCIES


@given(st.text(max_size=12))
def test_any_text_for_a_currency_is_explained(text: str) -> None:
    """No text makes the suggestion fail, and none is taken for a currency but a code."""
    parts = say_currency(text).split(" — ")
    assert parts[-2] == "expected a three-letter ISO 4217 code"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("payor", "did you mean PAYER?"),
        ("customer", "did you mean PAYER?"),
        ("PAYES", "write one of the two."),
        ("PAYEER", "write one of the two."),
        ("seller", "did you mean PAYEE?"),
        ("bénéficiaire", "did you mean PAYEE?"),
        ("sender", "write one of the two."),
        ("both", "write one of the two."),
    ],
)
def test_the_nearest_fee_bearer_is_suggested(text: str, remedy: str) -> None:
    """Only where one of the two is nearer."""
    message = only(fee_bearer=text).message
    assert message == (
        f'"{text}" is no fee bearer — expected PAYER (the customer pays the fees) or PAYEE (you '
        f"do) — {remedy}"
    )


def test_a_fee_bearers_case_and_spaces_are_no_matter() -> None:
    """They can mean nothing else."""
    assert validate_rows(row(fee_bearer="payer ")).issues == ()


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


@settings(max_examples=40)
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


@pytest.mark.parametrize("odd", ["\u202e", "\x07", "\n", "\t"])
def test_a_reference_with_characters_that_nobody_sees_is_an_issue(odd: str) -> None:
    """Two references that look the same to everybody are not two invoices."""
    [issue] = validate_rows(row(reference_id=f"INV{odd}7")).issues
    assert issue.code == "reference_characters"


def test_references_that_differ_in_white_space_are_the_same() -> None:
    """A no-break space or a second space makes no other reference."""
    rows = [row(reference_id=text) for text in ("INV 8", "INV\u00a08", "INV  8")]
    issues = validate_rows(*rows).issues
    assert [issue.code for issue in issues] == ["reference_duplicate"] * 3


@pytest.mark.parametrize(
    ("field", "most", "option"),
    [("reference_id", 255, "--max-reference-length"), ("note", 32_767, "--max-note-length")],
)
def test_a_text_that_is_too_long_is_an_issue(field: str, most: int, option: str) -> None:
    """The longest is taken; one character more is an issue that names the limit and its option."""
    assert not validate_rows(row(**{field: "x" * most})).issues
    [issue] = validate_rows(row(**{field: "x" * (most + 1)})).issues
    assert f"has {most + 1:,} characters — expected {most:,} at most" in issue.message
    assert option in issue.message


def test_the_limits_are_the_users() -> None:
    """Each run's own limits hold, whatever another had."""
    table = make_table([row(reference_id="x" * 20, note="x" * 20)])
    for reading, expected in (
        (Reading(max_reference=19, max_note=20), ["reference_too_long"]),
        (Reading(max_reference=20, max_note=19), ["note_too_long"]),
        (Reading(), []),
    ):
        assert [issue.code for issue in interpret(table, reading).issues] == expected


def test_every_issue_knows_its_place(tmp_path: Path) -> None:
    """A workbook's cells by name, from where the table really stands."""
    data = xlsx_bytes({"March": [(), (None, *HEADERS), (None, *row(currency="US$", note=None))]})
    issues = interpret(read(tmp_path, data), Reading()).issues
    assert [(i.row, i.column, i.place) for i in issues] == [
        (3, "currency", "D3"),
        (3, "note", "E3"),
    ]


@pytest.mark.parametrize("code", [Code.ROW_LENGTH, Code.ROW_BROKEN, Code.STRAY_QUOTE])
def test_nothing_is_told_of_the_cells_of_a_row_that_is_not_certain(code: Code) -> None:
    """They may be those of other columns: one issue says what to do."""
    table = make_table([(None, "May", "PAYER", None, "x", "USD", "yes"), row()])
    broken = Issue(code, 2, None, None, "why")
    [issue] = interpret(replace(table, issues=(broken,)), Reading()).issues
    assert issue.fingerprint
    assert replace(issue, fingerprint="") == replace(broken, place="line 2")


def test_a_copy_of_an_uncertain_rows_reference_is_told() -> None:
    """The other row may be the same invoice."""
    table = make_table([row(note="a"), row(currency="x")])
    broken = Issue(Code.ROW_LENGTH, 3, None, None, "why")
    issues = interpret(replace(table, issues=(broken,)), Reading()).issues
    assert [(i.row, i.code) for i in issues] == [
        (2, "reference_duplicate"),
        (3, "row_length"),
        (3, "reference_duplicate"),
    ]


def test_a_warning_about_a_cell_hides_no_error_of_it() -> None:
    """Only an error tells enough of a cell."""
    table = make_table([row(currency="ZZZ")])
    warning = Issue(Code.ENCODING_UNCERTAIN, 2, "currency", "ZZZ", "why", Severity.WARNING)
    issues = interpret(replace(table, issues=(warning,)), Reading()).issues
    assert sorted(issue.code for issue in issues) == ["currency_unknown", "encoding_uncertain"]


def test_ten_thousand_copies_of_a_reference_take_no_time() -> None:
    """What is said of a group is said once for all its rows."""
    issues = validate_rows(*[row()] * 10_000).issues
    assert len(issues) == 10_000
    assert len({id(issue.message) for issue in issues}) == 1


def test_a_quote_in_one_cell_is_told_of_that_cell(tmp_path: Path) -> None:
    """Only where a whole row is torn are its cells passed over; here one alone is wrong."""
    data = csv_bytes([HEADERS, row(note="'O''Brien & Sons'", currency="ZZZ")])
    invoices = interpret(read(tmp_path, data), Reading())
    assert {i.code for i in invoices.issues} == {Code.STRAY_QUOTE, Code.CURRENCY_UNKNOWN}
