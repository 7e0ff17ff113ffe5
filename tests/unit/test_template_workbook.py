"""The template can be read by what it is made for, and says what is true."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import make_table, read, row, validate_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.datavalidation import DataValidation

from importer.clean import Reading
from importer.columns import map_columns, match_fields
from importer.guide import Guide, example_rows, guide_columns
from importer.model import REQUIRED_FIELDS, Code, Field
from importer.settings import Settings
from importer.validate import interpret
from importer.validate.currencies import CURRENCIES
from importer.validate.wording import BEARERS
from importer.workbook.template import template_bytes, write_template

TODAY = dt.date(2026, 10, 1)
CODES = [(code, f"name of {code}") for code in sorted(CURRENCIES)]
LETTERS = dict(zip(Field, "ABCDEFG", strict=True))
GUIDES = {guide.field: guide for guide in guide_columns()}


@pytest.fixture(scope="module")
def data() -> bytes:
    """A template's bytes."""
    return template_bytes(TODAY, CODES, "my invoices.xlsx")


@pytest.fixture
def book(data: bytes) -> Iterator[Workbook]:
    """The template, as openpyxl reads it."""
    with closing(load_workbook(io.BytesIO(data))) as book:
        yield book


def rule_of(book: Workbook, field: Field) -> DataValidation:
    """Return the one rule for what may be written in a column."""
    rules = book["Invoices"].data_validations.dataValidation
    (found,) = (rule for rule in rules if f"{LETTERS[field]}2" in rule.sqref)
    return found


def choices_of(book: Workbook, field: Field) -> list[str]:
    """Return what a column's drop-down offers."""
    sheet, _, where = str(rule_of(book, field).formula1).partition("!")
    column, first, _, last = range_boundaries(where)
    cells = book[sheet.strip("'")].iter_cols(column, column, first, last, values_only=True)
    return [str(value) for value in next(cells)]


def test_columns_are_guided_in_their_order() -> None:
    """Each field once, in the order in which everything else has them."""
    assert list(GUIDES) == list(Field)
    assert {field for field, guide in GUIDES.items() if guide.required} == REQUIRED_FIELDS


@pytest.mark.parametrize("guide", GUIDES.values(), ids=list(GUIDES))
def test_headers_are_understood(guide: Guide) -> None:
    """The template's header and the others that are told of mean the field, and nothing else."""
    for header in (guide.header, *guide.also):
        assert match_fields([header]) == {guide.field: [0]}, header


def test_limits_are_the_real_ones() -> None:
    """The characters that are told of are those that a run allows by default."""
    settings = Settings(file=Path("a"), ledger=Path("b"))
    assert GUIDES[Field.REFERENCE_ID].longest == settings.max_reference_length
    assert GUIDES[Field.NOTE].longest == settings.max_note_length
    own = {guide.field: guide for guide in guide_columns(max_reference=12, max_note=3_456)}
    assert "more than 12 characters" in own[Field.REFERENCE_ID].refused
    assert "more than 3,456 characters" in own[Field.NOTE].refused


@pytest.mark.parametrize("guide", GUIDES.values(), ids=list(GUIDES))
def test_examples_are_taken(guide: Guide) -> None:
    """Whatever stands under "For example", and every choice, is taken as it stands there."""
    for example in (*guide.examples, *guide.choices):
        assert validate_rows(row(**{guide.field: example})).issues == (), example


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (Field.REFERENCE_ID, "x" * 256, Code.REFERENCE_TOO_LONG),
        (Field.REFERENCE_ID, "A\n1", Code.REFERENCE_CHARACTERS),
        (Field.REFERENCE_ID, "A\u20611", Code.REFERENCE_CHARACTERS),
        (Field.COUNTERPARTY_ID, "Ama", Code.NOT_A_WHOLE_NUMBER),
        (Field.COUNTERPARTY_ID, "0", Code.NOT_POSITIVE),
        (Field.COUNTERPARTY_ID, "-1", Code.NOT_POSITIVE),
        (Field.COUNTERPARTY_ID, "1.5", Code.NOT_A_WHOLE_NUMBER),
        (Field.COUNTERPARTY_ID, "1,234", Code.NUMBER_AMBIGUOUS),
        (Field.CURRENCY, "$", Code.CURRENCY_UNKNOWN),
        (Field.CURRENCY, "dollar", Code.CURRENCY_UNKNOWN),
        (Field.CURRENCY, "XAU", Code.CURRENCY_UNKNOWN),
        (Field.CURRENCY, "DEM", Code.CURRENCY_UNKNOWN),
        (Field.NOTE, "x" * 32_768, Code.NOTE_TOO_LONG),
        (Field.FEE_BEARER, "us", Code.FEE_BEARER_UNKNOWN),
        (Field.AS_PAYMENT_LINK, "maybe", Code.NOT_YES_OR_NO),
        (Field.DUE_DATE, "03/04/2027", Code.DATE_AMBIGUOUS),
        (Field.DUE_DATE, "2027-02-30", Code.DATE_UNREADABLE),
        (Field.DUE_DATE, "soon", Code.DATE_UNREADABLE),
    ],
)
def test_what_is_said_to_be_refused_is(field: Field, value: str, code: Code) -> None:
    """Whatever stands under "Not taken" is an issue."""
    assert [issue.code for issue in validate_rows(row(**{field: value})).issues] == [code]


def test_references_that_differ_in_capitals_are_refused() -> None:
    """As the guide of references says."""
    found = validate_rows(row(reference_id="a-1"), row(reference_id="A-1"))
    assert {issue.code for issue in found.issues} == {Code.REFERENCE_DUPLICATE}


@settings(max_examples=15, deadline=None)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2200, 1, 1)))
def test_example_rows_validate_on_any_day(day: dt.date) -> None:
    """No issue, and no warning either: of no date that is past or far ahead, say."""
    rows = [
        [None if value is None else str(value) for value in example.values()]
        for example in example_rows(day)
    ]
    headers = [guide.header for guide in GUIDES.values()]
    assert len(rows) == 3
    assert interpret(make_table(rows, headers), Reading(today=day)).issues == ()


def test_template_is_read_by_itself(tmp_path: Path, data: bytes) -> None:
    """The sheet with the invoices is the one that is read; nothing is odd about its rows."""
    table = read(tmp_path, data)
    assert (table.sheet, table.height, table.warnings) == ("Invoices", 3, ())
    assert set(map_columns(table.headers).columns) == set(Field)
    invoices = interpret(table, Reading(today=TODAY))
    assert invoices.issues == ()
    assert invoices.frame[Field.REFERENCE_ID].to_list() == ["EXAMPLE-1", "EXAMPLE-2", "EXAMPLE-3"]
    assert invoices.frame["due_day"].to_list() == ["2026-11-30", "2026-12-30", None]


def test_nothing_below_the_examples_looks_used(book: Workbook, data: bytes) -> None:
    """Formats and choices are the columns', so the sheet ends with the examples, and is small."""
    assert book["Invoices"].dimensions == "A1:G4"
    assert len(data) < 20_000


def test_formats_keep_what_is_typed(book: Workbook) -> None:
    """References and notes are text, due dates dates: in the columns, and in the examples."""
    formats = {Field.REFERENCE_ID: "@", Field.NOTE: "@", Field.DUE_DATE: "yyyy-mm-dd"}
    for field, wanted in formats.items():
        sheet, letter = book["Invoices"], LETTERS[field]
        assert sheet.column_dimensions[letter].number_format == wanted
        assert {sheet[f"{letter}{number}"].number_format for number in (2, 3, 4)} == {wanted}


def test_choices_are_what_is_taken(book: Workbook) -> None:
    """Every currency in the order it was given, both fee bearers, yes and no; and nothing else."""
    assert choices_of(book, Field.CURRENCY) == [code for code, _ in CODES]
    assert choices_of(book, Field.FEE_BEARER) == list(BEARERS)
    assert choices_of(book, Field.AS_PAYMENT_LINK) == ["yes", "no"]
    for field in (Field.CURRENCY, Field.FEE_BEARER, Field.AS_PAYMENT_LINK):
        assert rule_of(book, field).type == "list"
        assert rule_of(book, field).errorStyle in {None, "stop"}  # the first means the second


@pytest.mark.parametrize("field", list(Field))
def test_every_cell_says_what_to_write(book: Workbook, field: Field) -> None:
    """The header by a comment, the cells below, as far as a sheet goes, by an input message."""
    guide, rule = GUIDES[field], rule_of(book, field)
    header = book["Invoices"][f"{LETTERS[field]}1"]
    assert guide.write in header.comment.text
    assert all(refused in header.comment.text for refused in guide.refused)
    assert guide.write in str(rule.prompt)
    assert f"{LETTERS[field]}1048576" in rule.sqref
    # More would make Excel repair the file.
    assert len(str(rule.prompt)) <= 255
    assert len(str(rule.error or "")) <= 225
    assert len(str(rule.promptTitle)) <= 32


def test_required_columns_are_marked(book: Workbook) -> None:
    """By the colour and the comment of the header; the optional one says so itself too."""
    for field, letter in LETTERS.items():
        header, required = book["Invoices"][f"{letter}1"], field in REQUIRED_FIELDS
        assert header.comment.text.startswith("Required." if required else "May stay blank.")
        assert header.value.endswith("(optional)") is not required
    colours = {
        field in REQUIRED_FIELDS: book["Invoices"][f"{letter}1"].fill.start_color.rgb
        for field, letter in LETTERS.items()
    }
    assert colours[True] != colours[False]


def test_header_stays_in_sight(book: Workbook) -> None:
    """It is frozen."""
    assert book["Invoices"].freeze_panes == "A2"


def test_every_column_is_explained(book: Workbook) -> None:
    """The sheet Columns has a row for each: whether it is required, what to write, what not."""
    rows = list(book["Columns"].iter_rows(values_only=True))
    explained = {line[0]: line for line in rows}
    for guide in GUIDES.values():
        _, required, write, examples, refused = explained[guide.header]
        assert (required, write) == ("yes" if guide.required else "no", guide.write)
        assert [line.removeprefix("• ") for line in examples.split("\n")] == list(guide.examples)
        assert [line.removeprefix("• ") for line in refused.split("\n")] == list(guide.refused)


def test_commands_name_the_file(book: Workbook) -> None:
    """The commands that the sheet Columns shows can be typed, spaces or not."""
    said = "\n".join(
        str(cell) for (cell,) in book["Columns"].iter_rows(max_col=1, values_only=True)
    )
    assert 'import-invoices check "my invoices.xlsx"' in said
    assert 'import-invoices "my invoices.xlsx" --sandbox' in said


def test_file_is_never_overwritten(tmp_path: Path) -> None:
    """Not even one that was made a moment ago; nothing else is left behind."""
    path = tmp_path / "invoices.xlsx"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write_template(path, TODAY, CODES)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(path.name, "mine")]
