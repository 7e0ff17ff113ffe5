"""`template`: a workbook to fill in, which is imported as it was filled in."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import office
import pytest
from desk import DUE, Desk, Row
from odd_api import OddApi

NO_TOKEN: dict[str, str] = {}

REQUIRED = os.environ.get("CI") == "true" or "IMPORT_INVOICES_REQUIRE_OFFICE" in os.environ

needs_office = pytest.mark.skipif(
    not REQUIRED and office.missing() is not None, reason=office.missing() or ""
)

TYPED = (
    ("007", "123", "USD", "Rent, May", "PAYER", "yes", DUE),
    ("1-2-2027", "10234", "LRD", "2027", "PAYEE", "no", ""),
    ("12345678901234567890", "999999999", "NGN", "1,50 each; =2+2", "PAYER", "no", DUE),
    ("0.10", "55", "USD", "In a row below the examples", "PAYER", "no", DUE),
)
"""What a person types, cell by cell: what spreadsheet programs like to change among it."""

AMERICAN = dt.date.fromisoformat(DUE).strftime("%m/%d/%Y")
"""A due date as somebody types it where LibreOffice is told of no other country."""

TEXT_AND_NUMBER = ["text", "number", "text", "text", "text", "text"]

EXPLAINED = {
    "Reference": ("yes", "the same reference never becomes two invoices", "007"),
    "Customer ID": ("yes", "customer's number in your invoicing service", "10234"),
    "Currency": ("yes", "code of three letters (ISO 4217)", "USD"),
    "Note": ("yes", "What the invoice is for", "Rent, May 2027"),
    "Fee bearer": ("yes", "PAYER (the customer pays", "PAYEE"),
    "Payment link": ("yes", "yes or no", "no"),
    "Due date": ("no", "The last day to pay: year, month, day", "2027-01-31"),
}
"""Of each column: whether it is required, what to write (in part), and an example."""


@dataclass(frozen=True, slots=True)
class Story:
    """A template opened in LibreOffice, filled in and saved as a workbook and as CSV.

    Attributes:
        told: What LibreOffice told of it, see `office.open_and`.
    """

    desk: Desk
    told: Mapping[str, Any]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Fill in a template, over the examples and in the row below, and save it."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    assert desk.run("template", variables=NO_TOKEN).code == 0
    cells = {
        f"{letter}{number}": text
        for number, texts in enumerate(TYPED, start=2)
        for letter, text in zip("ABCDEFG", texts, strict=True)
    }
    told = office.open_and(
        desk.folder,
        desk.folder / "invoices.xlsx",
        fill=cells | {"G5": AMERICAN},
        save=[desk.folder / "filled.xlsx", desk.folder / "filled.csv"],
    )
    return Story(desk, told)


def as_typed(row: Row) -> tuple[str, ...]:
    """Return the cells of a row of the results as a person would type them."""
    cells = list(row.values())[: len(TYPED[0])]
    return tuple(str(cell or "").removesuffix(" 00:00:00") for cell in cells)


@pytest.fixture
def template(desk: Desk) -> Path:
    """A template on the desk."""
    assert desk.run("template", variables=NO_TOKEN).code == 0
    return desk.folder / "invoices.xlsx"


def test_template_is_written_and_checks(desk: Desk) -> None:
    """By default invoices.xlsx, here; what to do next is said, and can be done: three good rows."""
    done = desk.run("template", variables=NO_TOKEN)
    path = desk.folder.resolve() / "invoices.xlsx"
    assert (done.code, done.err) == (0, "")
    assert f"Template: {path}\n" in done.out
    assert done.out.endswith(f" import-invoices check {path}\n")
    checked = desk.run("check", path, "--json", variables=NO_TOKEN)
    assert (checked.code, checked.counts) == (0, {"ready": 3}), checked
    assert "Warning" not in checked.out + checked.err


def test_name_with_spaces_is_quoted(desk: Desk) -> None:
    """The command to type next is one that works; the folder is made where it is missing."""
    done = desk.run("template", "new folder/my invoices.XLSX", variables=NO_TOKEN)
    path = desk.folder.resolve() / "new folder" / "my invoices.XLSX"
    assert (done.code, path.exists()) == (0, True), done
    assert f"import-invoices check '{path}'" in done.out


def test_file_is_never_overwritten(desk: Desk, template: Path) -> None:
    """Exit 2, the file as it was, and a name that is free, which then is taken."""
    before = template.read_bytes()
    for free in ("invoices-2.xlsx", "invoices-3.xlsx"):
        done = desk.run("template", variables=NO_TOKEN)
        assert (done.code, done.out) == (2, "")
        assert "never overwrites" in " ".join(done.err.split())
        assert f"import-invoices template {free}" in " ".join(done.err.split())
        assert desk.run("template", free, variables=NO_TOKEN).code == 0
    assert template.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("march.csv", "import-invoices template march.xlsx"),
        ("march", "import-invoices template march.xlsx"),
        (
            "data",
            "data is a folder. Name a file in it: import-invoices template data/invoices.xlsx",
        ),
        ("file/a.xlsx", "The folder file can't be made"),
        ("n" * 300 + ".xlsx", "can't be written: File name too long"),
    ],
)
def test_impossible_name_is_explained(desk: Desk, name: str, said: str) -> None:
    """Exit 2, why, and what to type instead; nothing is written."""
    (desk.folder / "data").mkdir()
    (desk.folder / "file").write_text("")
    done = desk.run("template", name, variables=NO_TOKEN)
    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.split())
    assert "import-invoices template " in done.err
    assert sorted(path.name for path in desk.folder.rglob("*")) == ["data", "file"]


@needs_office
def test_template_shows_what_to_write(story: Story) -> None:
    """LibreOffice opens it without a question: headers, example rows with dates, choices."""
    sheets = story.told["sheets"]
    assert story.told["asked"] == []
    assert list(sheets) == ["Invoices", "Columns", "Choices"]
    headers, *examples = sheets["Invoices"]["cells"]
    assert headers == [*list(EXPLAINED)[:-1], "Due date (optional)"]
    assert [line[0] for line in examples] == ["EXAMPLE-1", "EXAMPLE-2", "EXAMPLE-3"]
    assert sheets["Invoices"]["kinds"][1:] == [
        [*TEXT_AND_NUMBER, "date"], [*TEXT_AND_NUMBER, "date"], [*TEXT_AND_NUMBER, ""],
    ]  # fmt: skip
    assert dt.date.fromisoformat(examples[0][6]) > dt.datetime.now(tz=dt.UTC).date()
    assert all(c["needed"] <= c["width"] for c in sheets["Invoices"]["columns"])


@needs_office
def test_every_column_is_explained(story: Story) -> None:
    """On a sheet of its own, with the command to go on with; and in the comment of its header."""
    shown = story.told["sheets"]["Columns"]["cells"]
    comments = story.told["sheets"]["Invoices"]["comments"]
    top = shown.index(["Column", "Required", "What to write", "For example", "Not taken"])
    assert any(line[0].endswith("import-invoices check invoices.xlsx") for line in shown[:top])
    assert [line[0] for line in shown[top + 1 :]] == list(EXPLAINED)
    assert list(comments) == [f"{letter}1" for letter in "ABCDEFG"]
    for (header, need, write, examples, refused), comment in zip(
        shown[top + 1 :], comments.values(), strict=True
    ):
        required, part, example = EXPLAINED[header]
        assert need == required
        assert part in write
        assert example in examples.replace("\N{BULLET} ", "").split("\n")
        assert refused.startswith("\N{BULLET} ")
        assert comment.startswith("Required. " if need == "yes" else "May stay blank. ")
        assert all(text in comment for text in (write, example, refused[2:].partition("\n")[0]))


@needs_office
def test_choices_are_offered_in_every_row(story: Story) -> None:
    """Drop-downs for currency, fee bearer and yes or no, also below the examples."""
    for sheet, rows in ((story.told["sheets"]["Invoices"], 3), (story.told["typed"], 4)):
        lists = sheet["lists"]
        assert len(lists) == 3 * rows
        for row in range(2, 2 + rows):
            currencies = lists[f"C{row}"]
            assert {"USD", "EUR", "LRD", "NGN"} <= set(currencies)
            assert len(set(currencies)) == len(currencies) > 100
            assert lists[f"E{row}"] == ["PAYER", "PAYEE"]
            assert lists[f"F{row}"] == ["yes", "no"]


@needs_office
def test_cells_show_what_was_typed(story: Story) -> None:
    """References stay text, and every date is shown as year, month, day, however it was typed."""
    typed = story.told["typed"]
    assert [tuple(line) for line in typed["cells"][1:]] == list(TYPED)
    dates = ["date" if line[6] else "" for line in TYPED]
    assert typed["kinds"][1:] == [[*TEXT_AND_NUMBER, date] for date in dates]


@needs_office
@pytest.mark.parametrize("name", ["filled.xlsx", "filled.csv"])
def test_filled_in_template_is_imported_as_typed(story: Story, name: str) -> None:
    """Filled in and saved by LibreOffice: no warning, every cell as it was typed."""
    own = {"XDG_DATA_HOME": str(story.desk.folder / f"data of {name}")}
    checked = story.desk.run("check", name, variables=own)
    assert checked.code == 0, checked
    done = story.desk.run(name, "--sandbox", "--json", variables=own)
    assert (done.code, done.counts) == (0, {"created": 4}), done
    assert "warning" not in (checked.out + checked.err + done.err).casefold()
    assert tuple(map(as_typed, done.results)) == TYPED


def test_examples_are_not_sent_to_a_real_api(desk: Desk, api: OddApi) -> None:
    """Left in the file, they are invalid, and nothing is sent; the sandbox takes them."""
    assert desk.run("template", "t.xlsx").code == 0
    told = "3 rows are examples of the template, which are never sent to a real API: delete them."
    assert told in desk.run("check", "t.xlsx").out
    done = desk.run("t.xlsx", "--api-url", api.url, "--json")
    assert (done.code, done.counts) == (1, {"invalid": 3})
    assert api.references == []
    assert all("example row of the template" in row["error"] for row in done.results)
