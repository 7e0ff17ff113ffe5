from __future__ import annotations

import unicodedata
from dataclasses import replace

import polars as pl
import pytest
from builders import HEADERS, clean_table, make_table, row
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.clean import Reading, shown
from importer.errors import UsageError
from importer.model import Code, Field, Issue, reference_key
from importer.table import KIND, MARK_SCHEMA, ROW, Kind, Mark, Table

NBSP = "\N{NO-BREAK SPACE}"
# Letters that Python's Unicode and polars' know alike; newer ones they may compose differently.
LETTERS = st.one_of(
    st.text("aZß \u0131İ\u017fKǰéE\u0301\u030c漢1-", max_size=8),
    st.text("Σςσ ΐέ\u0301\u0345漢1-", max_size=8),
)


def clean_cell(field: Field, text: str | None) -> tuple[object, list[Issue]]:
    """Return what a cell of the good row becomes, and the issues."""
    invoices = clean_table(make_table([row(**{field: text})]))
    return invoices.frame[field][0], list(invoices.issues)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (Field.REFERENCE_ID, f" {NBSP}\tINV-1\n{NBSP}", "INV-1"),
        (Field.REFERENCE_ID, "000123", "000123"),
        (Field.REFERENCE_ID, "1234567890123456", "1234567890123456"),
        (Field.REFERENCE_ID, "E\u0301", "É"),
        (Field.NOTE, f"{NBSP}Rent  for\nMay ", "Rent  for\nMay"),
        (Field.COUNTERPARTY_ID, "123", 123),
        (Field.COUNTERPARTY_ID, f"{NBSP}123 ", 123),
        (Field.COUNTERPARTY_ID, "123.0", 123),
        (Field.COUNTERPARTY_ID, "123.0000", 123),
        (Field.COUNTERPARTY_ID, "1 234", 1234),
        (Field.CURRENCY, "\u200bU\u200eSD\ufeff", "USD"),
        (Field.AS_PAYMENT_LINK, "\u200byes", True),
        (Field.DUE_DATE, "\u200e2027\u200e-\u200e01\u200e-\u200e31", "2027-01-31T23:59:59Z"),
        (Field.COUNTERPARTY_ID, "00123", 123),
        (Field.COUNTERPARTY_ID, "+5", 5),
        (Field.COUNTERPARTY_ID, "-3", -3),
        (Field.COUNTERPARTY_ID, "999999999999999999", 999999999999999999),
        (Field.CURRENCY, " usd ", "USD"),
        (Field.FEE_BEARER, "payer", "PAYER"),
        (Field.FEE_BEARER, f"Payee{NBSP}", "PAYEE"),
        *(
            (Field.AS_PAYMENT_LINK, t, True)
            for t in ("yes", "Yes", "Y", "TRUE", "true", " 1 ", "1.0")
        ),
        *(
            (Field.AS_PAYMENT_LINK, t, False)
            for t in ("no", "NO", "n", "False", "false", "0", "0.0")
        ),
        *((Field.AS_PAYMENT_LINK, t, True) for t in ("Oui", "sim", "SÍ", "si", "VRAI")),
        *((Field.AS_PAYMENT_LINK, t, True) for t in ("Ja", "sì", "WAHR", "vero", "waar")),
        *((Field.AS_PAYMENT_LINK, t, False) for t in ("Nein", "nee", "falsch", "onwaar")),
        *((Field.AS_PAYMENT_LINK, t, True) for t in ("Verdadeiro", "verdadero")),
        *((Field.AS_PAYMENT_LINK, t, False) for t in ("non", "Não", "nao", "FAUX", "falso")),
        (Field.DUE_DATE, " 2027-01-31 ", "2027-01-31T23:59:59Z"),
        *((field, None, None) for field in Field),
        *((field, f" {NBSP}\t", None) for field in Field),
    ],
    ids=repr,
)
def test_cell_is_cleaned(field: Field, text: str | None, value: object) -> None:
    """A cell that can be read for certain becomes its value, without an issue."""
    assert clean_cell(field, text) == (value, [])


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        *(
            (Field.COUNTERPARTY_ID, text, "not_a_whole_number")
            for text in (
                "ACME",
                "12.5",
                "0x1F",
                "12.",
                "--1",
                "٣",
                "9" * 19,
            )
        ),
        *(
            (Field.AS_PAYMENT_LINK, text, "not_yes_or_no")
            for text in ("maybe", "x", "2", "s", "1.5")
        ),
        *((Field.DUE_DATE, text, "date_unreadable") for text in ("soon", "2027-02-29", "31/01/27")),
        *(
            (field, text, "formula_error")
            for field in Field
            for text in ("#N/A", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!", "#BEZUG!", "#NOM?")
        ),
        *(
            (Field.NOTE, text, "formula_error")
            for text in ("#¡REF!", "#¿NOMBRE?", "#N/D", "#NV", "#VALEUR!", "#NÚM!", "Err:502")
        ),
        *((field, "########", "character_lost") for field in Field),
        *((field, "Caf\ufffd", "character_lost") for field in Field),
        (Field.NOTE, "50 \x80", "character_lost"),
        (Field.NOTE, "1.23E+15", "number_shortened"),
    ],
)
def test_uncertain_cell_is_an_issue(field: Field, text: str, code: str) -> None:
    """A cell that would have to be guessed becomes null and one issue that quotes it."""
    value, issues = clean_cell(field, f" {text} ")
    assert value is None
    assert [(i.code, i.row, i.column, i.value) for i in issues] == [(code, 2, field.value, text)]
    assert issues[0].message.startswith(shown(text))
    assert issues[0].message.count(" — ") == 2


@pytest.mark.parametrize("text", ["NULL", "\\N", "nan", "<NA>", "None"])
def test_what_programs_write_for_no_text_is_no_note(text: str) -> None:
    """A database's or a data frame's word for nothing never reaches a customer."""
    value, [issue] = clean_cell(Field.NOTE, text)
    assert (value, issue.code) == (None, Code.MISSING_VALUE)


def test_apostrophes_around_a_note_are_told() -> None:
    """A note that doubles its apostrophes between two others is quoted by them."""
    assert clean_cell(Field.NOTE, "'O''Brien & Sons'")[1][0].code is Code.STRAY_QUOTE
    assert clean_cell(Field.NOTE, "'tis O'Brien's") == ("'tis O'Brien's", [])


def test_formula_is_no_reference() -> None:
    """A formula that a CSV holds instead of its result is told; `="…"` is text all the same."""
    [issue] = clean_cell(Field.REFERENCE_ID, "=A1&B1")[1]
    assert issue.code is Code.FORMULA_WITHOUT_VALUE
    assert clean_cell(Field.REFERENCE_ID, '="00123"') == ("00123", [])


def test_apostrophe_is_no_part_of_a_reference() -> None:
    """The mark by which sheets keep a text a text doesn't belong to it."""
    assert clean_cell(Field.REFERENCE_ID, "'-A1")[1][0].code is Code.REFERENCE_CHARACTERS


def test_text_that_only_resembles_an_error_is_text() -> None:
    """A note may begin with a hash, or shout."""
    for text in ("#N/A, see file", "#URGENT!", "Error:", "# 1"):
        assert clean_cell(Field.NOTE, text) == (text, [])


def test_note_keeps_what_parts_and_joins() -> None:
    """Line breaks, tabs and what joins letters and emoji stay."""
    family = "\N{MAN}\u200d\N{WOMAN}"
    assert clean_cell(Field.NOTE, f"a\n\tb {family}") == (f"a\n\tb {family}", [])


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x1f", "\x7f"])
def test_control_characters_are_no_part_of_a_note(control: str) -> None:
    """Something went wrong with the letters around one: it is told, not taken out."""
    value, [issue] = clean_cell(Field.NOTE, f"a{control}b")
    assert (value, issue.code) == (None, Code.CHARACTER_LOST)


def workbook(
    cell: str | None, field: Field, kind: Kind = Kind.TEXT, mark: Mark | None = None, note: str = ""
) -> Table:
    """Return a table of a workbook with one good row, but for one cell."""
    table = make_table([row(**{field: cell})])
    name = str(list(Field).index(field))
    kinds = table.kinds.with_columns(pl.Series(name, [kind], dtype=KIND))
    marks = pl.DataFrame(
        [] if mark is None else [(2, name, mark, note)], schema=MARK_SCHEMA, orient="row"
    )
    return replace(table, sheet="Invoices", kinds=kinds, marks=marks)


@pytest.mark.parametrize("field", list(Field))
def test_blank_cell_of_a_merged_range_is_an_issue(field: Field) -> None:
    """A due date too, where a blank cell would be silently fine; it names where the value is."""
    issues = clean_table(workbook(None, field, mark=Mark.MERGED, note="A2")).issues
    assert [(i.code, i.column) for i in issues] == [("merged_cell", field)]
    assert "merged with A2" in issues[0].message


@pytest.mark.parametrize("field", list(Field))
@pytest.mark.parametrize("cell", [None, "0"])
def test_formula_without_a_value_is_an_issue(field: Field, cell: str | None) -> None:
    """Blank, or the 0 that programs put there: neither is what the formula gives."""
    invoices = clean_table(workbook(cell, field, Kind.NUMBER, Mark.FORMULA))
    assert [(i.code, i.row, i.column) for i in invoices.issues] == [
        ("formula_without_value", 2, field)
    ]
    assert invoices.frame[field][0] is None


@pytest.mark.parametrize("field", list(Field))
def test_number_shown_otherwise_is_an_issue(field: Field) -> None:
    """What the sheet shows and what the cell holds differ: which is meant?"""
    issues = clean_table(workbook("123", field, Kind.NUMBER, Mark.FORMAT, '"INV-"0')).issues
    assert [i.code for i in issues] == ["number_shown_otherwise"]
    assert '"INV-"0' in issues[0].message


def test_leading_zeros_of_an_id_are_harmless() -> None:
    """The API takes a number, which has none."""
    table = workbook("123", Field.COUNTERPARTY_ID, Kind.NUMBER, Mark.FORMAT, "00000")
    assert clean_table(table).issues == ()


@pytest.mark.parametrize("field", list(Field))
@pytest.mark.parametrize("code", ["0.00", "#,##0", "0;0", "0.00E+00", '#,##0.00 "€"', '"$"#,##0'])
def test_only_an_id_may_be_shown_with_more_than_its_digits(field: Field, code: str) -> None:
    """Decimals, thousands and currencies change no number, but the text of anything else."""
    issues = clean_table(workbook("1234", field, Kind.NUMBER, Mark.FORMAT, code)).issues
    harmless = field is Field.COUNTERPARTY_ID and code != "0.00E+00"
    assert [i.code for i in issues] == ([] if harmless else ["number_shown_otherwise"])


@pytest.mark.parametrize("field", list(Field))
def test_text_shown_otherwise_is_an_issue(field: Field) -> None:
    """A format may add letters to a text too, to a customer's number as well."""
    issues = clean_table(workbook("123", field, Kind.TEXT, Mark.FORMAT, "00@")).issues
    assert [i.code for i in issues] == ["number_shown_otherwise"]
    assert 'holds the text "123"' in issues[0].message


@pytest.mark.parametrize("mark", [None, Mark.FORMAT])
def test_blank_cell_under_any_format_is_blank(mark: Mark | None) -> None:
    """A cell that holds white space alone shows nothing that could be meant."""
    assert clean_table(workbook(" ", Field.DUE_DATE, Kind.TEXT, mark, '"x"@')).issues == ()


def test_due_date_shown_in_part_is_an_issue() -> None:
    """January 2027 isn't the 31st of it: nobody sees which day would be sent."""
    table = workbook("2027-01-31", Field.DUE_DATE, Kind.DATE, Mark.FORMAT, "mmm-yy")
    invoices = clean_table(table)
    assert [i.code for i in invoices.issues] == ["number_shown_otherwise"]
    assert "show only month and year" in invoices.issues[0].message
    assert invoices.frame["due_date"][0] is None


@pytest.mark.parametrize("field", [Field.REFERENCE_ID, Field.NOTE])
@pytest.mark.parametrize(("cell", "kind"), [("2027-04-03", Kind.DATE), ("true", Kind.BOOL)])
def test_text_that_a_sheet_took_for_something_else(field: Field, cell: str, kind: Kind) -> None:
    """3-4 became a date: what was typed can't be known."""
    invoices = clean_table(workbook(cell, field, kind))
    assert [i.code for i in invoices.issues] == ["not_text"]
    assert invoices.frame[field][0] is None


def test_number_with_more_digits_than_a_sheet_keeps() -> None:
    """A note of sixteen digits isn't what was typed if it is a number; as text it is."""
    digits = "1234567890123456"
    issues = clean_table(workbook(digits, Field.NOTE, Kind.NUMBER)).issues
    assert [i.code for i in issues] == ["number_rounded"]
    assert clean_table(workbook(digits, Field.NOTE)).issues == ()


def test_one_issue_per_cell_in_the_files_order() -> None:
    """A cell with several faults has one issue, and issues stand as cells do."""
    headers = tuple(reversed(HEADERS))
    bad = tuple(reversed(row(due_date="#REF!", counterparty_id="#REF!\ufffd", note="1.2E+20")))
    issues = clean_table(make_table([bad, bad], headers)).issues
    columns = ["due_date", "note", "counterparty_id"]
    assert [(i.row, i.column) for i in issues] == [(r, c) for r in (2, 3) for c in columns]


def test_issues_name_the_users_own_header() -> None:
    """Whoever calls the column Customer ID reads of Customer ID."""
    headers = ["Customer ID" if h == Field.COUNTERPARTY_ID else h for h in HEADERS]
    invoices = clean_table(make_table([row(), row(counterparty_id="x")], headers))
    assert [(i.row, i.column) for i in invoices.issues] == [(3, "Customer ID")]


def test_every_wrong_cell_is_told_at_once() -> None:
    """All rows and all fields are reported together; good cells of a bad row are kept."""
    bad = row(counterparty_id="x", as_payment_link="?", due_date="soon")
    invoices = clean_table(make_table([bad, row(), bad]))
    assert len(invoices.issues) == 6
    assert invoices.invalid_rows() == {2, 4}
    assert invoices.frame[Field.CURRENCY].to_list() == ["USD"] * 3


def test_issues_of_reading_are_kept() -> None:
    """A row of the wrong length stays an issue."""
    table = make_table([row()])
    issue = Issue(Code.ROW_LENGTH, 2, None, None, "short")
    table = replace(table, issues=(issue,))
    assert clean_table(table).issues == (issue,)


def test_frame_has_the_promised_types() -> None:
    """The frame's columns and types are those of `Invoices`, also where every cell is blank."""
    frame = clean_table(make_table([(None,) * len(HEADERS)])).frame
    assert frame.schema == {
        ROW: pl.UInt32,
        Field.REFERENCE_ID: pl.String,
        "key": pl.String,
        Field.COUNTERPARTY_ID: pl.Int64,
        Field.CURRENCY: pl.String,
        Field.NOTE: pl.String,
        Field.FEE_BEARER: pl.String,
        Field.AS_PAYMENT_LINK: pl.Boolean,
        Field.DUE_DATE: pl.String,
        "due_day": pl.String,
    }


def test_file_without_due_dates() -> None:
    """Where there is no such column, no invoice is due."""
    headers = [h for h in HEADERS if h != Field.DUE_DATE]
    invoices = clean_table(make_table([row()[:-1]], headers))
    assert invoices.frame[Field.DUE_DATE].to_list() == [None]
    assert invoices.issues == ()


@settings(max_examples=50)
@given(st.lists(LETTERS, min_size=1, max_size=6))
def test_key_is_the_case_folded_reference(texts: list[str]) -> None:
    """The key is the reference after trimming, NFC and full case folding, in any language."""
    texts = [f"{text}1" for text in texts]  # signs alone are no reference
    frame = clean_table(make_table([row(reference_id=text) for text in texts])).frame
    trimmed = [unicodedata.normalize("NFC", text).strip() or None for text in texts]
    assert frame[Field.REFERENCE_ID].to_list() == trimmed
    assert frame["key"].to_list() == [text and reference_key(text) for text in trimmed]


@settings(max_examples=50)
@given(number=st.integers(-(2**63), 2**63 - 1), zeros=st.sampled_from(["", ".0", ".00"]))
def test_any_whole_number_is_read(number: int, zeros: str) -> None:
    """A whole number of 64 bits comes out as it is, unless a spreadsheet may have rounded it."""
    if number >= 10**15 and set(str(number)[15:]) == {"0"} and not zeros:
        assert clean_cell(Field.COUNTERPARTY_ID, str(number))[1][0].code == "number_rounded"
        return
    assert clean_cell(Field.COUNTERPARTY_ID, f"{number}{zeros}") == (number, [])


@pytest.mark.parametrize("name", ["", "Mars/Base", "GMT+25", "localtime", "Factory", "../etc"])
def test_unknown_zone_is_refused(name: str) -> None:
    """A zone that is none is told before anything is read."""
    with pytest.raises(UsageError, match=r"is no time zone.*Africa/Monrovia"):
        Reading(timezone=name)


@pytest.mark.parametrize(
    "pattern", ["", "x", "%", "%Q", "%d/%m", "%m/%Y", "%H:%M", "%d/%m/%Y %H:%M"]
)
def test_pattern_that_is_no_date_is_refused(pattern: str) -> None:
    """A pattern without day, month and year, or with a time, is told before anything is read."""
    with pytest.raises(UsageError, match=r"--date-format.*%d/%m/%Y"):
        Reading(date_format=pattern)


@pytest.mark.parametrize("pattern", ["%d/%m/%Y", "%d.%m.%y", "%d %B %Y", "%b %d, %Y", "%Y%m%d"])
def test_pattern_of_a_date_is_taken(pattern: str) -> None:
    """The usual ways of writing a date are allowed."""
    assert Reading(date_format=pattern).date_format == pattern


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "blank"),
        ("a b", '"a b"'),
        ("a\nb\x07", '"a\ufffdb\ufffd"'),
        ("x" * 60, f'"{"x" * 60}"'),
        ("x" * 61, f'"{"x" * 60}…"'),
    ],
)
def test_messages_quote_cells_on_one_line(value: str | None, text: str) -> None:
    """What is quoted holds no line break, and isn't longer than a line."""
    assert shown(value) == text
