"""The results in LibreOffice: what it shows, and what comes of correcting a cell there.

LibreOffice opens many a broken file without a word, so all that it shows is compared with what was
written. Where it must be there (CI, IMPORT_INVOICES_REQUIRE_OFFICE), its absence is a failure.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import office
import pytest
from desk import DUE, Desk, Finished, row
from odd_api import odd_api
from openpyxl import load_workbook

REQUIRED = os.environ.get("CI") == "true" or "IMPORT_INVOICES_REQUIRE_OFFICE" in os.environ

pytestmark = pytest.mark.skipif(
    not REQUIRED and office.missing() is not None, reason=office.missing() or ""
)

FORMULA = '=HYPERLINK("http://x","y")'
PAST = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=3)

ROWS = [
    row("A-1", Customer_ID=10234, Due=dt.date.fromisoformat(DUE)),
    row("A-2", Currency="US$", Customer_ID="00042"),
    row("A-3", Due="31/02/2027"),
    dict.fromkeys(row("", Done=None), None),
    row("A-4", Note=FORMULA, Fee_Bearer="=1+1"),
    row("A-5", Due=PAST),
    row("A-6", Note=None, Due=dt.datetime(2027, 1, 31, 14, 5, 9)),  # noqa: DTZ001 a sheet's
]
"""A file with a blank row, so that the results' rows are not those of the file."""

WRONG = {"C3": "Did you mean USD?", "G4": "write it as 2027-01-31", "E5": "Write one of the two"}
"""Cells of the sheet Results, and what their comments tell to write."""

CORRECTIONS = {"C3": "USD", "G4": DUE, "E5": "PAYER", "D7": "Rent"}

RED, YELLOW = "#FF9AA2", "#FFE699"


@dataclass(frozen=True, slots=True)
class Story:
    """A file imported, its results opened, corrected and saved by LibreOffice, and imported again.

    Attributes:
        written: The cells of each sheet of the results, as they were written.
        told: What LibreOffice showed of them.
        sent: The references that the API got, in order.
    """

    first: Finished
    written: Mapping[str, list[list[str]]]
    told: Mapping[str, Any]
    sent: list[str]
    again: Finished


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Import the file, correct its results in LibreOffice, import those."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    file = desk.workbook("may.xlsx", {"May": [line | {"Done": None} for line in ROWS]})
    fixed = desk.folder / "fixed.xlsx"
    with odd_api() as api:
        options = ("--api-url", api.url, "--concurrency", "1", "--json")
        first = desk.run(file, *options)
        results = Path(first.summary["output"])
        told = office.open_and(desk.folder, results)
        office.open_and(desk.folder, results, fill=CORRECTIONS, save=fixed)
        again = desk.run(fixed, *options)
    return Story(
        first=first,
        written=read_cells(results),
        told=told,
        sent=[invoice["reference_id"] for invoice in api.invoices],
        again=again,
    )


def read_cells(path: Path) -> Mapping[str, list[list[str]]]:
    """Return the cells of every sheet as a person is to see them."""
    with closing(load_workbook(path)) as book:
        return {
            sheet.title: [[show(value) for value in line] for line in sheet.values]
            for sheet in book.worksheets
        }


def show(value: object) -> str:
    """Return how a value is to be shown: dates as 2027-01-31, with the time where there is one."""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time.min else f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def test_results_open_without_a_question(story: Story) -> None:
    """LibreOffice asks for no repair and warns of nothing."""
    assert story.first.counts == {"created": 2, "invalid": 4}
    assert story.told["asked"] == []
    assert list(story.told["sheets"]) == ["Results", "Problems", "Summary"]


@pytest.mark.parametrize("title", ["Results", "Problems", "Summary"])
def test_all_cells_are_shown_as_they_were_written(story: Story, title: str) -> None:
    """Every cell of every sheet shows what was written: text as text, numbers, dates."""
    assert trim(story.told["sheets"][title]["cells"]) == trim(story.written[title])


def trim(lines: list[list[str]]) -> list[list[str]]:
    """Leave out the blank cells and lines at the end, of which programs count more or fewer."""
    filled = [max((n for n, text in enumerate(line, 1) if text), default=0) for line in lines]
    cut = [line[:width] for line, width in zip(lines, filled, strict=True)]
    return cut[: max(n for n, line in enumerate(cut, 1) if line)]


def test_wrong_cells_are_marked_and_say_what_to_write(story: Story) -> None:
    """A wrong cell is red and its comment holds the remedy; hostile text is text there too."""
    shown = story.told["sheets"]["Results"]
    for name, remedy in WRONG.items():
        assert shown["colours"][name] == RED
        assert remedy in shown["comments"][name]
    assert shown["comments"]["E5"].startswith('"=1+1" is no fee bearer\n')
    assert shown["colours"]["G6"] == YELLOW
    assert shown["comments"]["G6"].startswith("Warning: ")
    assert shown["comments"].keys() == {*WRONG, "D7", "G6"}


def test_problems_are_marked_too(story: Story) -> None:
    """The same comments stand in Problems, at the rows that need somebody."""
    results, problems = (story.told["sheets"][title] for title in ("Results", "Problems"))
    told = set(results["comments"].values()) - {results["comments"]["G6"]}
    assert set(problems["comments"].values()) == told
    assert RED in problems["colours"].values()


def test_status_has_its_colour(story: Story) -> None:
    """Each status cell has a colour, those of created and invalid rows different ones."""
    shown = story.told["sheets"]["Results"]
    position = story.written["Results"][0].index("status")
    column = chr(ord("A") + position)
    colours = {
        line[position]: shown["colours"].get(f"{column}{number}")
        for number, line in enumerate(story.written["Results"], 1)
    }
    assert colours["created"] == "#E2F0D9"
    assert colours["invalid"] == "#F8D7DA"


def test_sheets_are_set_up(story: Story) -> None:
    """Filters are set, headers and references frozen, and Summary has its chart."""
    sheets = story.told["sheets"]
    width = chr(ord("A") + len(story.written["Results"][0]) - 1)
    assert sheets["Results"]["filter"] == f"A1:{width}7"
    top = 1 + next(n for n, line in enumerate(story.written["Problems"]) if "status" in line)
    assert sheets["Problems"]["filter"] == f"A{top}:{width}{top + 4}"
    assert sheets["Results"]["frozen"] == "B2"
    assert sheets["Problems"]["frozen"] == f"B{top + 1}"
    assert [sheets[title]["charts"] for title in sheets] == [0, 0, 1]


def test_corrected_cells_are_imported_again(story: Story) -> None:
    """Corrected in LibreOffice and saved there, comments and all, the rows are created, once."""
    assert story.again.counts == {"created": 4, "already_created": 2}, story.again.err
    assert story.again.code == 0
    assert story.sent == ["A-1", "A-5", "A-2", "A-3", "A-4", "A-6"]


def test_results_of_corrected_results_mark_what_is_wrong_now(story: Story) -> None:
    """Old comments and colours are not carried on: what was corrected is no longer marked."""
    with closing(load_workbook(story.again.summary["output"])) as book:
        marked = [cell.coordinate for line in book["Results"] for cell in line if cell.comment]
    assert marked == ["G6"]
