"""The results as files: text that looks like a formula, names of columns, comments and limits."""

from __future__ import annotations

import re
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from desk import Desk, Finished, Row, read_results, row, rows
from odd_api import OddApi, created, odd_api
from openpyxl import load_workbook

FORMULA = '=HYPERLINK("http://x","y")'
NOTES = (FORMULA, "+1", "-2+3", "@SUM(A1)", "'=1", "1-2")
"""Notes that programs take for formulas, one that was kept from it, and one that is none."""
BALANCE = "=Balance"
SIGNS = "0=+-@=+"
"""What the invoice numbers of the API begin with."""

MOST_COMMENTED = 10_000
"""Rows of a sheet that has comments."""


@dataclass(frozen=True, slots=True)
class Story:
    """A workbook with odd cells imported, and its results as a workbook and, again, as CSV.

    Attributes:
        sent: The notes that the API got, in the order of the rows.
        texts: The cells of the Results sheet that are text.
        again: The CSV results, imported once more.
    """

    desk: Desk
    sent: list[str]
    first: Finished
    results: list[Row]
    texts: set[str]
    second: Finished
    as_csv: list[Row]
    again: Finished


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Import a workbook, the same with CSV results, and those results."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    lines = [
        row(f"A-{n}", Note=note, status="mine") | {BALANCE: -5} for n, note in enumerate(NOTES, 1)
    ]
    file = desk.workbook("a.xlsx", {"May": [lines[0], dict.fromkeys(lines[0]), *lines[1:]]})
    with odd_api(lambda invoice, n: created(invoice, n, invoice_number=f"{SIGNS[n]}1")) as api:
        options = ("--api-url", api.url, "--concurrency", "1", "--json")
        first = desk.run(file, *options, "--output", "out/r.xlsx")
        second = desk.run(file, *options, "--output", "out/r.csv")
        again = desk.run("out/r.csv", *options)
    with closing(load_workbook(first.summary["output"])) as book:
        cells = (cell for line in book["Results"] for cell in line)
        texts = {str(cell.value) for cell in cells if cell.data_type == "s"}
    return Story(
        desk=desk,
        sent=[invoice["note"] for invoice in api.invoices],
        first=first,
        results=first.results,
        texts=texts,
        second=second,
        as_csv=second.results,
        again=again,
    )


def test_formula_in_a_note_is_text_in_the_workbook(story: Story) -> None:
    """A note that looks like a formula goes to the API as it is, and is text in the results."""
    assert story.sent == list(NOTES)
    assert set(NOTES) <= story.texts


def test_text_of_the_api_is_no_formula_either(story: Story) -> None:
    """An invoice number that looks like a formula is text in the results."""
    numbers = [f"{sign}1" for sign in SIGNS[1:]]
    assert set(numbers) <= story.texts
    assert [line["invoice_number"] for line in story.as_csv] == [f"'{text}" for text in numbers]


def test_formula_is_escaped_in_csv_and_read_back(story: Story) -> None:
    """In CSV it gets an apostrophe, which is taken off when the results are imported again."""
    *formulas, text = NOTES
    assert [line["Note"] for line in story.as_csv] == [*(f"'{note}" for note in formulas), text]
    assert {line[f"'{BALANCE}"] for line in story.as_csv} == {"-5"}
    assert story.again.counts == {"already_created": len(NOTES)}
    assert [line["Note"] for line in story.again.results] == list(NOTES)


def test_column_named_like_ours_is_kept(story: Story) -> None:
    """The user's own column `status` stays, headed so that it can't be mistaken for ours."""
    for results in (story.results, story.again.results):
        assert results[0]["status (file)"] == "mine"
    assert story.results[0]["status"] == "created"


def test_row_numbers_are_those_of_the_sheet(story: Story) -> None:
    """A blank row in the middle is skipped, and those after it keep their numbers."""
    numbers = [(result["Ref"], result["row"]) for result in story.results]
    assert numbers == [("A-1", 2), *((f"A-{n}", n + 2) for n in range(2, len(NOTES) + 1))]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_output_names_the_results_file(story: Story, suffix: str) -> None:
    """`--output` is written as its suffix says, in a folder made for it, and printed absolute."""
    run = {"csv": story.second, "xlsx": story.first}[suffix]
    output = story.desk.folder / "out" / f"r.{suffix}"
    assert run.summary["output"] == str(output)
    assert output.read_bytes().startswith({"csv": b"\xef\xbb\xbfRef,", "xlsx": b"PK"}[suffix])


def test_checked_workbook_is_one_of_a_check(desk: Desk) -> None:
    """What `check --output` writes marks wrong cells too, and tells of no run: nothing was sent."""
    file = desk.workbook("a.xlsx", {"May": [row("A-1"), row("A-2", Currency="US$")]})
    done = desk.run("check", file, "--output", "checked.xlsx")
    assert done.code == 1
    with closing(load_workbook(desk.folder / "checked.xlsx")) as book:
        comment = book["Results"]["C3"].comment
        told = {line[0]: line[1] for line in book["Summary"].values if line[0]}
    assert comment.text.endswith("\nDid you mean USD?")
    assert told["Sent"] == "nothing: this is a check"
    assert (told["ready"], told["invalid"], told["Total"]) == (1, 1, 1)
    assert not told.keys() & {"Run", "Duration", "Started"}


def test_comments_are_for_ten_thousand_rows(desk: Desk) -> None:
    """A sheet of more rows has none, but messages and colours; one of as many has them all."""
    # All but the first are problems: Results has a row too many, Problems as many as may be.
    wrong = (row(f"A-{number}", Currency="US$") for number in range(MOST_COMMENTED))
    file = desk.csv("a.csv", [row("A"), *wrong])
    assert desk.run("check", file, "--output", "checked.xlsx").code == 1
    assert find_comments(desk.folder / "checked.xlsx") == {"sheet2": MOST_COMMENTED}
    with closing(load_workbook(desk.folder / "checked.xlsx", read_only=True)) as book:
        *_, good, last = book["Results"].iter_rows(max_row=3)
    told = [(line[7].value, line[7].fill.start_color.rgb, line[10].value) for line in (good, last)]
    assert told[0] == ("ready", "00DDEBF7", None)
    assert told[1][:2] == ("invalid", "00F8D7DA")
    assert told[1][2].endswith("did you mean USD?")


def find_comments(path: Path) -> dict[str, int]:
    """Return how many comments the sheets of a workbook have that have any, by their parts."""
    with zipfile.ZipFile(path) as parts:
        links = {
            Path(name).name.removesuffix(".xml.rels"): re.findall(
                r'Target="/(xl/comments/[^"]+)"', parts.read(name).decode()
            )
            for name in parts.namelist()
            if name.startswith("xl/worksheets/_rels/")
        }
        return {
            sheet: sum(parts.read(name).count(b"<comment ") for name in names)
            for sheet, names in links.items()
            if names
        }


@pytest.mark.parametrize("name", ["taken.xlsx", "may.pdf"], ids=["exists", "suffix"])
def test_unfit_output_is_refused_before_anything_is_sent(
    desk: Desk, api: OddApi, name: str
) -> None:
    """A results file that exists, or would be no spreadsheet: exit 2, untouched, nothing sent."""
    path = desk.folder / "taken.xlsx"
    path.write_text("mine")
    done = desk.run(desk.csv("a.csv", rows(2)), "--api-url", api.url, "--output", name)
    assert done.code == 2
    assert name in done.err
    assert "--output" in done.err
    assert path.read_text() == "mine"
    assert not api.invoices


def test_workbook_is_written_alike_where_lxml_is_installed(desk: Desk) -> None:
    """Another XML library in the user's environment has no part in it: its errors are unknown."""
    lxml = desk.folder / "site" / "lxml"
    lxml.mkdir(parents=True)
    (lxml / "__init__.py").touch()
    (lxml / "etree.py").write_text("LXML_VERSION = (9, 9, 9, 9)\n")  # and nothing else works
    file = desk.csv("a.csv", [row("A-1", Currency="US$")])
    variables = {"PYTHONPATH": str(desk.folder / "site")}
    done = desk.run("check", file, "--output", "checked.xlsx", variables=variables)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert len(read_results(desk.folder / "checked.xlsx")) == 1
