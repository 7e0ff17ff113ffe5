from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from desk import SAMPLES, Desk, Finished, Row, row
from odd_api import OddApi
from openpyxl import Workbook, load_workbook

GOOD = {2, 3, 16, 25, 27, 28, 29, 30}
"""The rows of the sample that have no mistake."""

REFUSED = 26
"""The row of the sample whose counterparty the sandbox doesn't know."""

COLUMNS = {
    "Reference ID": "A",
    "Counterparty ID": "B",
    "Currency": "C",
    "Note": "D",
    "Fee Bearer": "E",
    "As Payment Link": "F",
    "Due Date": "G",
}
"""Where each column of the sample is."""

MISTAKES = {
    4: ("Reference ID", "blank", "write one that no other row has"),
    5: ("Reference ID", "rows 5 and 6", "give each invoice its own"),
    6: ("Reference ID", "rows 5 and 6", "give each invoice its own"),
    7: ("Reference ID", "rows 7 and 8", "differ only in case"),
    8: ("Reference ID", "rows 7 and 8", "differ only in case"),
    9: ("Counterparty ID", "blank", "write the customer's number"),
    10: ("Counterparty ID", '"12.5"', "write the customer's number"),
    11: ("Counterparty ID", '"-3"', "write the customer's number"),
    12: ("Counterparty ID", '"ACME"', "write the customer's number"),
    13: ("Currency", '"US$"', "did you mean USD?"),
    14: ("Currency", '"ZZZ"', "write the code"),
    15: ("Currency", "blank", "write one, such as USD"),
    17: ("Fee Bearer", '"CUSTOMER"', "did you mean PAYER?"),
    18: ("Fee Bearer", "blank", "write one of the two"),
    19: ("As Payment Link", '"maybe"', "write yes or no"),
    20: ("As Payment Link", "blank", "write one of the two"),
    21: ("Due Date", '"31/02/2027"', "the month's last day is written 2027-02-28"),
    22: ("Due Date", '"soon"', "write it year-month-day"),
    23: ("Note", "blank", "write"),
}
"""What the error of a row names: the file's own header, the cell, the remedy."""

CORRECTIONS: Mapping[int, Mapping[str, str | int | None]] = {
    4: {"Reference ID": "MLV-0103"},
    6: {"Reference ID": "MLV-0104b"},
    8: {"Reference ID": "MLV-0105b"},
    9: {"Counterparty ID": 10251},
    10: {"Counterparty ID": 10250},
    11: {"Counterparty ID": 10250},
    12: {"Counterparty ID": 10246},
    13: {"Currency": "LRD"},
    14: {"Currency": "NGN"},
    15: {"Currency": "USD"},
    17: {"Fee Bearer": "PAYER"},
    18: {"Fee Bearer": "PAYEE"},
    19: {"As Payment Link": "no"},
    20: {"As Payment Link": "yes"},
    21: {"Due Date": "2027-02-28"},
    22: {"Due Date": None},
    23: {"Note": "Rice"},
    24: {
        "Counterparty ID": 10317,
        "Currency": "NGN",
        "Fee Bearer": "PAYEE",
        "As Payment Link": "no",
        "Due Date": None,
    },
    REFUSED: {"Counterparty ID": 10256},
}
"""What a user writes into the Results sheet, by row."""


@dataclass(frozen=True, slots=True)
class Story:
    """The sample with mistakes imported, its results corrected and imported again."""

    finished: Finished
    results: dict[int, Row]
    corrected: Finished
    later: list[Row]
    sandbox: Path


def correct(results: Path, path: Path) -> None:
    """Write the corrections into a copy of a results workbook."""
    with closing(load_workbook(results)) as book:
        sheet = book["Results"]
        columns = {cell.value: position for position, cell in enumerate(sheet[1], start=1)}
        for row, changes in CORRECTIONS.items():
            for header, value in changes.items():
                sheet.cell(row, columns[header]).value = value
        book.save(path)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Import the sample, correct its results, import those."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    sample, options = SAMPLES / "invoices-with-mistakes.xlsx", ("--sandbox", "--json")
    finished = desk.run(sample, *options, "--rate", "1000")
    correct(Path(finished.summary["output"]), desk.folder / "corrected.xlsx")
    corrected = desk.run("corrected.xlsx", *options, "--rate", "1000")
    results = {result["row"]: result for result in finished.results}
    return Story(finished, results, corrected, corrected.results, desk.sandbox)


def test_good_rows_are_created_beside_bad_ones(story: Story) -> None:
    """Exit 1, and every row has its fate: created where it is good."""
    assert story.finished.code == 1
    assert {row for row, result in story.results.items() if result["status"] == "created"} == GOOD
    assert story.finished.counts == {"created": 8, "invalid": 20, "rejected": 1}


@pytest.mark.parametrize("row", MISTAKES)
def test_error_names_column_cell_and_remedy(story: Story, row: int) -> None:
    """A bad row's error begins with cell and header, and says what to write instead."""
    header, cell, remedy = MISTAKES[row]
    place = f"{COLUMNS[header]}{row}"
    result = story.results[row]
    assert result["status"] == "invalid"
    assert result["invoice_number"] is None
    assert result["error"].startswith(f"{place} ({header}): ")
    assert cell in result["error"]
    assert remedy in result["error"]


def test_all_mistakes_of_a_row_are_named_at_once(story: Story) -> None:
    """A row with five bad cells is told about five, each under its header."""
    named = [part.partition(":")[0] for part in story.results[24]["error"].split(" | ")]
    headers = ["Counterparty ID", "Currency", "Fee Bearer", "As Payment Link", "Due Date"]
    assert named == [f"{COLUMNS[header]}24 ({header})" for header in headers]


def test_refused_row_shows_the_reason_of_the_api(story: Story) -> None:
    """What only the API knows is `rejected`, in the API's own words."""
    result = story.results[REFUSED]
    assert result["status"] == "rejected"
    assert "Counterparty not found" in result["error"]


def test_problems_sheet_holds_the_rows_that_need_the_user_alone(story: Story) -> None:
    """The sheet Problems has every row that was not created, and no other."""
    with closing(load_workbook(story.finished.summary["output"])) as book:
        lines = list(book["Problems"].iter_rows(values_only=True))
    top = next(number for number, line in enumerate(lines) if "row" in line)
    headers, *rows = lines[top:]
    position = headers.index("row")
    assert {row[position] for row in rows} == story.results.keys() - GOOD


def test_corrected_results_create_the_corrected_rows_alone(story: Story) -> None:
    """The results with corrected cells are an input: what was created stays, the rest follows."""
    assert story.corrected.code == 0, story.corrected.err
    again = {result["row"] for result in story.later if result["status"] == "already_created"}
    assert again == GOOD
    assert story.corrected.counts == {"created": 21, "already_created": 8}
    for result in story.later:
        if result["row"] in GOOD:
            assert result["invoice_number"] == story.results[result["row"]]["invoice_number"]
    with closing(sqlite3.connect(story.sandbox)) as db:
        counted = "SELECT count(*), count(DISTINCT reference_id) FROM invoice"
        assert db.execute(counted).fetchone() == (29, 29)


def test_results_of_results_have_the_same_columns(story: Story) -> None:
    """The columns of an earlier results file are replaced, not kept beside new ones."""
    assert list(story.later[0]) == list(story.results[2])


def test_the_cell_that_an_error_names_is_the_one_to_correct(desk: Desk, api: OddApi) -> None:
    """Title and blank lines are no part of the results: what is named there is the cell there."""
    lines = [row("A-1"), row("A-2", Currency="US$"), row("A-3", Currency="LRD")]
    lines += [row("A-4"), row("A-4", Note="another")]
    book = Workbook()
    sheet = book.worksheets[0]
    for cells in (["Invoices of May"], [], ["", *lines[0]], *(["", *v.values()] for v in lines)):
        sheet.append(cells)
    book.save(desk.folder / "a.xlsx")
    first = desk.run("a.xlsx", "--api-url", api.url, "--json")
    assert first.counts == {"created": 2, "invalid": 3}
    results = Path(first.summary["output"])
    cell, _, message = first.results[1]["error"].partition(" ")
    assert message.startswith('(Currency): "US$"')
    with closing(load_workbook(results)) as found:
        assert found["Results"][cell].value == "US$"
        assert found["Results"][cell].comment is not None
        told = [str(line[10]) for line in found["Problems"].values if line[7] == "invalid"]
        assert told[0].startswith(cell)
        assert all('"A-4" is the reference of rows 5 and 6' in text for text in told[1:])
        assert [found["Results"][f"A{number}"].value for number in (5, 6)] == ["A-4", "A-4"]
        assert "rows 5 and 6" in found["Results"]["A5"].comment.text
        found["Results"].delete_rows(6)
        found["Results"][cell] = "USD"
        found.save(results)
    again = desk.run(results, "--api-url", api.url, "--json")
    assert (again.code, again.counts) == (0, {"already_created": 2, "created": 2})
