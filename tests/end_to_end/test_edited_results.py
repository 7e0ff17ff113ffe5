"""Our own results, edited as people and programs edit them, and imported again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from books_api import BooksApi, books_api
from desk import Desk, Finished, read_results, row
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

OWN = "Belegkennung XY"
"""A header that no field has."""

MAPPED = ("--columns", f"{OWN}=reference_id")
CHANGED = {"0017954347310": "17954347310", "1-2": "02-Jan"}
"""References that a spreadsheet program took for a number and a date."""


@dataclass(frozen=True, slots=True)
class Story:
    """What was imported, and where it is imported again.

    Attributes:
        desk: The user's desk.
        books: The API, with what was created.
        results: The results of the first import.
    """

    desk: Desk
    books: BooksApi
    results: Path

    def run(self, file: Path, *words: str) -> Finished:
        """Import a file."""
        return self.desk.run(file, *words, "--api-url", self.books.url, "--json")

    def edit(self, change: Callable[[Worksheet], object], *without: str) -> Path:
        """Return a copy of the results with the sheet Results changed, and some sheets gone."""
        path = self.desk.folder / "edited.xlsx"
        with closing(load_workbook(self.results)) as book:
            change(book["Results"])
            for name in without:
                del book[name]
            book.save(path)
        return path


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Two invoices and a row that is wrong, under a header that had to be explained."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    with books_api() as books:
        rows = [{OWN: each.pop("Ref"), **each} for each in (row("A-1"), row("A-2"), row("A-3"))]
        rows[2]["Currency"] = "US$"
        file = desk.workbook("a.xlsx", {"May": rows})
        done = desk.run(file, *MAPPED, "--api-url", books.url, "--json")
        assert done.counts == {"created": 2, "invalid": 1}
        yield Story(desk, books, Path(done.summary["output"]))


def column(sheet: Worksheet, header: str) -> int:
    """Return the number of a column; fails unless exactly one has this header."""
    (number,) = (cell.column for cell in sheet[1] if cell.value == header)
    return int(number)


def to_front(sheet: Worksheet, header: str) -> None:
    """Move a column before all others."""
    number = column(sheet, header)
    texts = [sheet.cell(each, number).value for each in range(1, sheet.max_row + 1)]
    sheet.delete_cols(number)
    sheet.insert_cols(1)
    for each, text in enumerate(texts, 1):
        sheet.cell(each, 1, text)


def test_our_number_never_becomes_a_reference(story: Story) -> None:
    """With a column of ours deleted the others still are ours: no row is sent by its number."""
    file = story.edit(lambda s: s.delete_cols(column(s, "row")), "Problems", "Summary")
    done = story.run(file)
    assert done.code == 2
    error = done.summary["error"]
    assert "The column reference_id is missing" in error
    assert '"invoice_number" is not taken for it' in error
    assert "rename" not in error.partition("invoice_number")[2]
    assert len(story.books.books) == 2


def test_our_number_is_not_made_a_reference_by_an_option(story: Story) -> None:
    """Moved to the front and named in --columns: refused, as a column of the results."""
    file = story.edit(lambda s: to_front(s, "invoice_number"), "Problems", "Summary")
    done = story.run(file, "--columns", "invoice_number=reference_id")
    assert done.code == 2
    assert '"invoice_number" is a column of the results' in done.summary["error"]
    assert len(story.books.books) == 2


def keep_the_number(sheet: Worksheet) -> None:
    """Delete every column of ours but one."""
    for header in ("status", "invoice_id", "error", "row"):
        sheet.delete_cols(column(sheet, header))


def test_our_number_alone_makes_no_second_invoice(story: Story) -> None:
    """As the only one of ours that is left, and without the mapping, it stands for the reference.

    Rows that say the same as the invoices of these numbers are held back; the third has none.
    """
    done = story.run(story.edit(keep_the_number, "Problems", "Summary"))
    assert done.counts == {"invalid": 3}
    assert len(story.books.books) == 2
    assert 'says the same, with the reference "A-1"' in done.results[0]["error"]


def spread(sheet: Worksheet) -> None:
    """Rename, move, delete and part our columns, as people do, and correct the wrong cell."""
    sheet.cell(1, column(sheet, "invoice_number"), "Invoice Number")
    to_front(sheet, "error")
    sheet.delete_cols(column(sheet, "invoice_id"))
    sheet.insert_cols(column(sheet, "row"))
    sheet.cell(1, column(sheet, "row") - 1, "Checked by")
    sheet.cell(4, column(sheet, "Currency"), "USD")


def test_what_was_corrected_in_edited_results_is_imported(story: Story) -> None:
    """The sheet Results is meant beside Problems, and only the corrected row is new."""
    done = story.run(story.edit(spread), *MAPPED)
    assert done.counts == {"already_created": 2, "created": 1}
    assert [invoice["reference_id"] for invoice in story.books.books] == ["A-1", "A-2", "A-3"]
    assert "Checked by" in done.results[0]
    assert "Invoice Number" not in done.results[0]


def test_a_changed_reference_makes_no_second_invoice(desk: Desk, books: BooksApi) -> None:
    """A row that names its invoice is held back under another reference, until it names none."""
    file = desk.csv("a.csv", [row(reference) for reference in [*CHANGED, "A-3"]])
    results = desk.folder / "results.csv"
    desk.run(file, "--api-url", books.url, "--output", results)
    saved = read_results(results)
    changed = [each | {"Ref": CHANGED.get(each["Ref"], each["Ref"])} for each in saved]
    again = desk.run(desk.csv("b.csv", changed), "--api-url", books.url, "--json")
    assert again.counts == {"invalid": 2, "already_created": 1}
    assert len(books.books) == 3
    for before, after in zip(saved[:2], again.results, strict=False):
        said = f'{before["invoice_number"]}, which this row says it is: that is "{before["Ref"]}"'
        assert said in after["error"]
        assert "leading zeros" not in after["error"]
    untouched = desk.run(Path(again.summary["output"]), "--api-url", books.url, "--json")
    assert untouched.counts == again.counts
    changed[0]["invoice_number"] = ""
    cleared = desk.run(desk.csv("c.csv", changed), "--api-url", books.url, "--json")
    assert cleared.counts == {"created": 1, "invalid": 1, "already_created": 1}


def test_an_unsent_row_goes_on_saying_which_invoice_it_is(desk: Desk, books: BooksApi) -> None:
    """Wrong elsewhere, checked, written again or corrected: no second invoice is made of it."""
    results = desk.folder / "results.csv"
    desk.run(desk.csv("a.csv", [row("0042")]), "--api-url", books.url, "--output", results)
    (saved,) = read_results(results)
    file = desk.csv("b.csv", [saved | {"Ref": "B-9", "Currency": "US$"}])
    wrong = desk.run(file, "--api-url", books.url, "--json")
    checked = desk.run("check", wrong.summary["output"], "--output", "checked.xlsx", "--json")
    again = desk.folder / "again.xlsx"
    desk.run("runs", wrong.summary["run_id"], "--output", again)
    for path in (Path(wrong.summary["output"]), desk.folder / "checked.xlsx", again):
        (held,) = read_results(path)
        assert (held["status"], held["invoice_number"]) == ("invalid", saved["invoice_number"])
        corrected = desk.csv("c.csv", [held | {"Currency": saved["Currency"]}])
        last = desk.run(corrected, "--api-url", books.url, "--json")
        assert last.counts == {"invalid": 1}
        assert 'that is "0042"' in last.results[0]["error"]
    assert checked.counts == {"invalid": 1}
    assert len(books.books) == 1


def test_an_invoice_of_its_own_takes_the_place_of_the_one_that_a_row_named(
    desk: Desk, books: BooksApi
) -> None:
    """A copy that says something else is created, and its results say as what."""
    results = desk.folder / "results.csv"
    desk.run(desk.csv("a.csv", [row("A-1")]), "--api-url", books.url, "--output", results)
    (saved,) = read_results(results)
    copy = saved | {"Ref": "A-2", "Note": "Something else"}
    done = desk.run(desk.csv("b.csv", [saved, copy]), "--api-url", books.url, "--json")
    assert done.counts == {"already_created": 1, "created": 1}
    numbers = [each["invoice_number"] for each in done.results]
    assert numbers[0] == saved["invoice_number"] != numbers[1]


def test_a_changed_reference_is_known_by_the_listing(desk: Desk, books: BooksApi) -> None:
    """With another ledger, as on another machine, the API's own list says whose number it is."""
    results = desk.folder / "results.csv"
    desk.run(desk.csv("a.csv", [row("0042")]), "--api-url", books.url, "--output", results)
    (saved,) = read_results(results)
    file = desk.csv("b.csv", [saved | {"Ref": "B-9"}])
    words = ("--api-url", books.url, "--ledger", desk.folder / "other.sqlite3", "--json")
    assert desk.run("check", file, *words).counts == {"invalid": 1}
    done = desk.run(file, *words)
    assert done.counts == {"invalid": 1}
    assert 'that is "0042"' in done.results[0]["error"]
    assert len(books.books) == 1


def test_a_row_in_doubt_is_not_sent_under_another_reference(desk: Desk, books: BooksApi) -> None:
    """Held back, however often its results are imported, until somebody says that it is right."""
    ours = {"status": "in_doubt", "invoice_number": "", "invoice_id": "", "error": "", "row": "2"}
    file = desk.csv("a.csv", [row("7") | ours])
    first = desk.run(file, "--api-url", books.url, "--json")
    second = desk.run(first.summary["output"], "--api-url", books.url, "--json")
    for done, said in ((first, "was never sent from here"), (second, "may have been changed")):
        assert done.counts == {"invalid": 1}
        assert said in done.results[0]["error"]
    assert not books.books
    right = [
        desk.csv("b.csv", [row("7") | ours | {"status": ""}]),
        desk.csv("c.csv", [row("8") | ours | {"status": "invalid"}]),
    ]
    for each in right:
        assert desk.run(each, "--api-url", books.url, "--json").counts == {"created": 1}
