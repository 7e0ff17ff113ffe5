"""The results in LibreOffice: what it shows, and what comes of correcting a cell there.

LibreOffice opens many a broken file without a word, so what it shows is compared with the file
that was imported, and with what this one says. Where it must be there (CI,
IMPORT_INVOICES_REQUIRE_OFFICE), its absence is a failure.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import office
import pytest
from desk import DUE, Desk, Finished, row
from odd_api import Invoice, Reply, created, detail, odd_api
from openpyxl import load_workbook

REQUIRED = os.environ.get("CI") == "true" or "IMPORT_INVOICES_REQUIRE_OFFICE" in os.environ

pytestmark = pytest.mark.skipif(
    not REQUIRED and office.missing() is not None, reason=office.missing() or ""
)

FORMULA = '=HYPERLINK("http://x","y")'
PAST = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=3)
CLOSED = "Rent for an account that is closed"

LINES = (
    row("A-1", Customer_ID=10234, Due=dt.date.fromisoformat(DUE), Paid=7.25),
    row("A-2", Currency="US$", Customer_ID="00042"),
    row("A-3", Due="31/02/2027"),
    dict.fromkeys(row("")),
    row("A-4", Note=FORMULA, Fee_Bearer="=1+1"),
    row("A-5", Due=PAST, Currency="LRD", Customer_ID=55),
    row("A-6", Note=None, Due=dt.datetime(2027, 1, 31, 14, 5, 9)),  # noqa: DTZ001 a sheet's
    row("A-7", Note=CLOSED),
)
ROWS = [line | {"Paid": line.get("Paid")} for line in LINES]
"""A file with a blank row, so that the results' rows are not those of the file."""

OUTCOMES = [
    ("created", "N-1", 1, 2),
    ("invalid", None, None, 3),
    ("invalid", None, None, 4),
    ("invalid", None, None, 6),
    ("created", "N-2", 2, 7),
    ("invalid", None, None, 8),
    ("rejected", None, None, 9),
]
"""What becomes of them: status, the invoice's number and id, and the row in the file."""

WRONG = {
    "C3": "Did you mean USD?",
    "G4": "the month's last day is written 2027-02-28",
    "E5": "Write one of the two",
    "D7": "The cell is blank",
    "D8": "The API refused this:\nthis account is closed",
}
"""Cells of the sheet Results, and what their comments tell."""

CORRECTIONS = {"C3": "USD", "G4": DUE, "E5": "PAYER", "D7": "Rent", "D8": "Rent"}

RED, YELLOW = "#FF9AA2", "#FFE699"

ADVICE = {
    "invalid": r"Not sent\. .+ import this workbook",
    "rejected": "Refused by the API.+ import this workbook",
}
"""What the statuses ask of a reader who wasn't there."""

Seen = tuple[str, str]
"""What a cell shows, and what it holds."""


@dataclass(frozen=True, slots=True)
class Story:
    """A file imported, its results opened, corrected and saved by LibreOffice, and imported again.

    Attributes:
        told: What LibreOffice showed of the sheets of the results.
        asked: What it asked before.
        sent: The references that the API got, in order.
    """

    first: Finished
    told: Mapping[str, Any]
    asked: Sequence[str]
    sent: Sequence[str]
    again: Finished


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Import the file, correct its results in LibreOffice, import those."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    file = desk.workbook("may.xlsx", {"May": ROWS})
    fixed = desk.folder / "fixed.xlsx"
    with odd_api(refuse_closed) as api:
        options = ("--api-url", api.url, "--concurrency", "1", "--json")
        first = desk.run(file, *options)
        told = office.open_and(
            desk.folder, Path(first.summary["output"]), fill=CORRECTIONS, save=[fixed]
        )
        again = desk.run(fixed, *options)
    return Story(
        first=first,
        told=told["sheets"],
        asked=told["asked"],
        sent=[invoice["reference_id"] for invoice in api.invoices],
        again=again,
    )


def refuse_closed(invoice: Invoice, number: int) -> Reply:
    """Refuse one note."""
    if invoice["note"] == CLOSED:
        return detail(422, [{"loc": ["body", "note"], "msg": "this account is closed"}])
    return created(invoice, number)


def seen(value: object) -> Seen:
    """Return how a cell is to show a value, and what it is to hold."""
    match value:
        case None:
            return "", ""
        case dt.datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}", "date"
        case dt.date():
            return value.isoformat(), "date"
        case int() | float():
            return str(value), "number"
    return str(value), "text"


def lines_of(sheet: Mapping[str, Any]) -> list[list[Seen]]:
    """Return the lines of a sheet, cell by cell, without the blank cells at their ends."""
    lines = [
        list(zip(texts, kinds, strict=True))
        for texts, kinds in zip(sheet["cells"], sheet["kinds"], strict=True)
    ]
    for line in lines:
        while line and line[-1] == ("", ""):
            line.pop()
    return lines


def texts_of(sheet: Mapping[str, Any]) -> list[list[str]]:
    """Return the texts of the lines of a sheet."""
    return [[text for text, _ in line] for line in lines_of(sheet)]


OWN = [line.values() for line in ROWS if line["Ref"]]
EXPECTED = [
    [*map(seen, own), *map(seen, outcome)] for own, outcome in zip(OWN, OUTCOMES, strict=True)
]
"""The rows of Results without the column `error`, the last but one."""

HEADERS = [
    "Ref", "Customer ID", "Currency", "Note", "Fee Bearer", "Payment Link", "Due", "Paid",
    "status", "invoice_number", "invoice_id", "error", "row",
]  # fmt: skip


def without_error(line: list[Seen]) -> list[Seen]:
    """Return a row of Results without its column `error`."""
    return [cell for header, cell in zip(HEADERS, line, strict=True) if header != "error"]


def test_results_open_without_a_question(story: Story) -> None:
    """LibreOffice asks for no repair and warns of nothing."""
    assert story.first.counts == {"created": 2, "invalid": 4, "rejected": 1}
    assert story.asked == []
    assert list(story.told) == ["Results", "Problems", "Summary"]


def test_cells_are_what_they_were_in_the_file(story: Story) -> None:
    """Numbers are numbers, dates dates, text is text, a formula's too; then what became of it."""
    headers, *lines = lines_of(story.told["Results"])
    assert [text for text, _ in headers] == HEADERS
    assert [without_error(line) for line in lines] == EXPECTED
    errors = [line[HEADERS.index("error")] for line in lines]
    assert [kind for _, kind in errors] == ["", "text", "text", "text", "text", "text", "text"]
    assert errors[1][0].startswith('C3 (Currency): "US$" is no currency')


def test_wrong_cells_are_marked_and_say_what_to_write(story: Story) -> None:
    """A wrong cell is red and its comment holds the remedy; hostile text is text there too."""
    shown = story.told["Results"]
    for name, remedy in WRONG.items():
        assert shown["colours"][name] == RED
        assert remedy in shown["comments"][name]
    assert shown["comments"]["E5"].startswith('"=1+1" is no fee bearer\n')
    assert shown["colours"]["G6"] == YELLOW
    assert shown["comments"]["G6"].startswith("Warning: ")
    assert shown["comments"].keys() == {*WRONG, "G6"}


def test_problems_are_ready_to_forward(story: Story) -> None:
    """Above what concerns whom it is, and what each status asks; then those rows, comments too."""
    results, problems = story.told["Results"], story.told["Problems"]
    lines = texts_of(problems)
    top = lines.index(HEADERS)
    assert lines[0] == ["5 of 7 rows need somebody: may.xlsx"]
    when = " ".join(line[0] for line in lines[1 : top - 3])
    assert re.match(r"Imported into \w.* on \d{4}-\d\d-\d\d at \d\d:\d\d UTC\.", when)
    assert "Cells on red are wrong: point at one" in when
    asked = dict(lines[top - 3 : top - 1])
    assert asked.keys() == ADVICE.keys()
    assert re.match(f"4 rows. {ADVICE['invalid']}", asked["invalid"])
    assert re.match(f"1 row. {ADVICE['rejected']}", asked["rejected"])
    rows = [without_error(line) for line in lines_of(problems)[top + 1 :]]
    assert rows == [line for line in EXPECTED if ("created", "text") not in line]
    told = set(results["comments"].values()) - {results["comments"]["G6"]}
    assert set(problems["comments"].values()) == told
    assert RED in problems["colours"].values()


def test_summary_tells_counts_and_what_they_ask(story: Story) -> None:
    """The run, its rows by status with what each asks, its rows by currency; what a draft is."""
    lines = lines_of(story.told["Summary"])
    facts = {line[0][0]: line[1][0] for line in lines if len(line) == 2}
    assert lines[0] == [("Import of may.xlsx", "text")]
    assert facts["File"] == story.first.summary["file"]
    assert facts["Run"] == story.first.summary["run_id"]
    assert facts.keys() >= {"Account", "Started", "Duration"}
    told = {line[0][0]: line[1:] for line in lines if len(line) == 3}
    assert [told[status][0] for status in ("created", *ADVICE)] == [*map(seen, (2, 4, 1))]
    assert told["created"][1][0].startswith("Created in this run")
    for status, advice in ADVICE.items():
        assert re.match(advice, told[status][1][0])
    assert [seen("Total"), seen(7)] in lines
    tables = [list(map(seen, line)) for line in CURRENCIES]
    first = lines.index(tables[0])
    assert lines[first : first + len(tables)] == tables
    assert "a draft with total 0" in facts["Note"]


CURRENCIES = [
    ("Currency", "created", "invalid", "rejected", "Total"),
    ("LRD", 1, 0, 0, 1),
    ("USD", 1, 3, 1, 5),
    ("unclear", 0, 1, 0, 1),
    ("Total", 2, 4, 1, 7),
]
"""A table of the sheet Summary."""


def test_chart_draws_the_outcomes(story: Story) -> None:
    """One bar for each status that occurs, named, as long as it has rows; on Summary alone."""
    charts = {title: sheet["charts"] for title, sheet in story.told.items()}
    drawn = {"labels": ["created", "invalid", "rejected"], "values": [[2, 4, 1]]}
    assert charts == {"Results": [], "Problems": [], "Summary": [drawn]}


def test_columns_fit_their_texts(story: Story) -> None:
    """Nothing is cut, nor shown as ###, and none is far wider; messages are wrapped instead."""
    for first, title in enumerate(["Results", "Problems"]):
        # Above the table of Problems texts run on over other columns.
        columns = list(zip(HEADERS, story.told[title]["columns"], strict=True))[2 * first :]
        for header, column in columns:
            widest = 20_000 if header == "error" else 2 * column["needed"]
            assert column["needed"] <= column["width"] <= widest, (title, header)


def test_status_has_its_colour(story: Story) -> None:
    """Each status cell has a colour, those of created and invalid rows different ones."""
    shown = story.told["Results"]["colours"]
    colours = [shown.get(f"I{number}") for number, _ in enumerate(OUTCOMES, start=2)]
    green, red = "#E2F0D9", "#F8D7DA"
    assert colours == [green, red, red, red, green, red, red]


def test_sheets_are_set_up(story: Story) -> None:
    """Filters are set; headers and references are frozen."""
    results, problems = story.told["Results"], story.told["Problems"]
    top = 1 + texts_of(problems).index(HEADERS)
    assert results["filter"] == "A1:M8"
    assert problems["filter"] == f"A{top}:M{top + 5}"
    assert results["frozen"] == "B2"
    assert problems["frozen"] == f"B{top + 1}"


def test_corrected_cells_are_imported_again(story: Story) -> None:
    """Corrected in LibreOffice and saved there, comments and all, the rows are created, once."""
    assert story.again.counts == {"created": 5, "already_created": 2}, story.again.err
    assert story.again.code == 0
    assert story.sent == ["A-1", "A-5", "A-7", "A-2", "A-3", "A-4", "A-6", "A-7"]


def test_results_of_corrected_results_mark_what_is_wrong_now(story: Story) -> None:
    """Old comments and colours are not carried on: what was corrected is no longer marked."""
    with closing(load_workbook(story.again.summary["output"])) as book:
        marked = [cell.coordinate for line in book["Results"] for cell in line if cell.comment]
    assert marked == ["G6"]
