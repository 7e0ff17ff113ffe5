"""The page about issues says what the tool says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from builders import HEADERS, NOON, csv_bytes, make_create, read, row, save
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from deeds import claim, settle
from importer.clean import Reading
from importer.guide import EXAMPLE_NOTE
from importer.ledger.memory import MemoryLedger
from importer.model import Code, InvoiceRef, Issue
from importer.plan import Knowledge
from importer.recognise import recognise
from importer.records import Claim, ReplyKind, RunStart, Settlement
from importer.table import RESULT_COLUMNS
from importer.validate import interpret

PAGE = Path(__file__).parents[2].joinpath("docs", "issues.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL))

GOOD = row()
TODAY = dt.date(2027, 5, 10)
NUMBER = "INV-000135"
"""The invoice that is known when the examples are read."""


@dataclass(frozen=True, slots=True)
class Example:
    """A file that has an issue.

    Attributes:
        data: The file's bytes.
        reading: How its cells are read.
    """

    data: bytes
    reading: Reading = field(default_factory=lambda: Reading(today=TODAY))


def text(*rows: tuple[str | None, ...]) -> Example:
    """Return a CSV of these rows."""
    return Example(csv_bytes([HEADERS, *rows]))


def raw(*lines: str, encoding: str = "utf-8") -> Example:
    """Return a CSV of these very lines under the headers."""
    whole = [",".join(HEADERS), *lines, ""]
    return Example("\r\n".join(whole).encode(encoding))


def book(change: Callable[[Worksheet], object]) -> Example:
    """Return a workbook of two good rows, its sheet changed."""
    made = Workbook()
    sheet = made.worksheets[0]
    for cells in (HEADERS, GOOD, row(reference_id="INV-2", note="Rent, May")):
        sheet.append(cells)
    change(sheet)
    return Example(save(made))


def put(name: str, value: object, number_format: str = "General") -> Example:
    """Return a workbook with one cell changed."""

    def change(sheet: Worksheet) -> None:
        sheet[name] = value
        sheet[name].number_format = number_format

    return book(change)


def unnamed_due_date(sheet: Worksheet) -> None:
    """Take the last header away and put a date under it."""
    sheet["G1"] = None
    sheet["G2"] = "2027-06-30"


def results(*rows: tuple[str | None, ...]) -> Example:
    """Return our own results, as CSV, of these rows and what is said of them."""
    return Example(csv_bytes([[*HEADERS, *RESULT_COLUMNS], *rows]))


EXAMPLES: Mapping[Code, Example] = {
    Code.NOT_REPAIRED: results((*GOOD, "invalid", None, None, "… [as read: ace036dd]", "2")),
    Code.ROW_LENGTH: raw("INV-1,123,USD,Rent, May,PAYER,yes,", "INV-2,123,USD,Rent,PAYER,yes,"),
    Code.ROW_BROKEN: raw('INV-1,123,USD,"Rent,PAYER,yes,', "INV-2,9,USD,Rent,PAYER,yes,"),
    Code.STRAY_QUOTE: raw('INV-1,123,USD,"Rent" for May,PAYER,yes,', "INV-2,9,USD,b,PAYER,yes,"),
    Code.EXAMPLE_ROW: text(row(reference_id="EXAMPLE-1", note=f"{EXAMPLE_NOTE} (rent)")),
    Code.MISSING_VALUE: text(row(currency=None)),
    Code.MERGED_CELL: book(lambda sheet: sheet.merge_cells("B2:B3")),
    Code.CELL_WITHOUT_HEADER: book(unnamed_due_date),
    Code.FORMULA_ERROR: text(row(note="#REF!")),
    Code.FORMULA_WITHOUT_VALUE: put("D2", '="Rent "&1'),
    Code.CHARACTER_LOST: text(row(note="Caf\N{REPLACEMENT CHARACTER}")),
    Code.ENCODING_UNCERTAIN: raw("INV-1,123,USD,Pap\u00e0,PAYER,yes,", encoding="cp1252"),
    Code.REFERENCE_DUPLICATE: text(GOOD, row(note="Rent, May")),
    Code.REFERENCE_LOOKS_ALIKE: text(GOOD, row(reference_id="INV\N{EN DASH}1", note="Rent, May")),
    Code.REFERENCE_CHANGED: results(
        (*row(reference_id="17954347310"), "created", NUMBER, "900", None, "2")
    ),
    Code.REFERENCE_CHARACTERS: text(row(reference_id="INV\x071")),
    Code.REFERENCE_TOO_LONG: text(row(reference_id="x" * 300)),
    Code.NUMBER_ROUNDED: put("A2", 1234567890123456789),
    Code.NUMBER_SHORTENED: text(row(reference_id="1.23457E+15")),
    Code.NUMBER_SHOWN_OTHERWISE: put("A2", 123, "00000"),
    Code.NOT_TEXT: put("A2", dt.datetime(2027, 4, 3), "d-m"),  # noqa: DTZ001 Excel knows no zones
    Code.NOT_A_WHOLE_NUMBER: text(row(counterparty_id="12.5")),
    Code.NUMBER_AMBIGUOUS: text(row(counterparty_id="12,345")),
    Code.NOT_POSITIVE: text(row(counterparty_id="0")),
    Code.CURRENCY_UNKNOWN: text(row(currency="US$")),
    Code.NOTE_TOO_LONG: text(row(note="x" * 40_000)),
    Code.FEE_BEARER_UNKNOWN: text(row(fee_bearer="payor")),
    Code.NOT_YES_OR_NO: text(row(as_payment_link="perhaps")),
    Code.DATE_UNREADABLE: text(row(due_date="end of May")),
    Code.DATE_AMBIGUOUS: text(row(due_date="03/04/2028")),
    Code.DATE_MIXED: book(
        lambda sheet: [
            sheet.cell(2, 7, dt.datetime(2027, 4, 3)),  # noqa: DTZ001 Excel knows no zones
            sheet.cell(3, 7, "31/01/2028"),
        ]
    ),
    Code.DUE_IN_THE_PAST: text(row(due_date="2027-03-31")),
    Code.DUE_FAR_AHEAD: text(row(due_date="2072-06-30")),
    Code.SAME_CONTENT: text(GOOD, row(reference_id="INV-2")),
    Code.CURRENCY_UNUSUAL: text(
        GOOD,
        row(reference_id="INV-2", note="Rent, May"),
        row(reference_id="INV-3", note="Rent, June", currency="LRD"),
    ),
    Code.LEADING_ZEROS: text(row(reference_id="007"), row(reference_id="7", note="Rent, May")),
}
"""A file for each code, small enough to be seen through."""


def issues_of(folder: Path, example: Example) -> list[Issue]:
    """Return what is told of an example."""
    invoices = interpret(read(folder, example.data), example.reading)
    ledger = MemoryLedger()
    account = ledger.account("https://api.example.com", "default")
    ledger.start_run(RunStart("run", account.id, NOON, "", "", "", "", "", b""))
    sent = make_create(reference_id="0017954347310")
    made = Settlement(ReplyKind.CREATED, NOON, invoice=InvoiceRef(900, NUMBER))
    settle(ledger, claim(ledger, Claim(account.id, "run", sent, "key", NOON)), made)
    return list(recognise(invoices, Knowledge(), ledger, account).issues)


def test_the_page_has_a_section_for_each_code() -> None:
    """In the order in which the code has them, none missing, none too many."""
    assert list(SECTIONS) == [code.value for code in Code]


def test_each_code_has_an_example() -> None:
    """A new kind of issue is shown, too."""
    assert EXAMPLES.keys() == set(Code)


@pytest.mark.parametrize("code", EXAMPLES, ids=str)
def test_the_example_is_what_the_tool_says(code: Code, tmp_path: Path) -> None:
    """The page shows the message of a real file literally, and it has the three parts."""
    messages = [i.message for i in issues_of(tmp_path, EXAMPLES[code]) if i.code is code]
    assert messages
    assert f"> {messages[0]}\n" in SECTIONS[code]


@pytest.mark.parametrize("code", EXAMPLES, ids=str)
def test_every_message_has_three_parts(code: Code, tmp_path: Path) -> None:
    """What it is — what was expected — what to do, and where it is."""
    for issue in issues_of(tmp_path, EXAMPLES[code]):
        what, expected, remedy = issue.message.split(" — ")
        assert what
        assert expected.startswith("expected ")
        assert remedy[-1] in ".?"
        assert issue.place


@pytest.mark.parametrize("code", Code, ids=str)
def test_each_section_is_short(code: Code) -> None:
    """What it means, what is said, how to repair it: nobody reads more."""
    lines = SECTIONS[code].strip().splitlines()
    assert 3 <= len(lines) <= 6
    assert sum(line.startswith("> ") for line in lines) == 1
