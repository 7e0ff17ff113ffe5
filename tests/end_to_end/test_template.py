"""`template`: a workbook to fill in, which is imported as it was filled in."""

from __future__ import annotations

import os
from pathlib import Path

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
)
"""What a person types, cell by cell: what spreadsheet programs like to change among it."""


def fill(path: Path, desk: Desk, save: str) -> Path:
    """Fill in a template in LibreOffice, over the examples, and save it."""
    cells = {
        f"{letter}{number}": text
        for number, texts in enumerate(TYPED, start=2)
        for letter, text in zip("ABCDEFG", texts, strict=True)
    }
    told = office.open_and(desk.folder, path, fill=cells, save=desk.folder / save)
    assert told["asked"] == []
    return desk.folder / save


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
def test_template_shows_what_to_write(desk: Desk, template: Path) -> None:
    """LibreOffice opens it without a question, and shows hints and choices."""
    told = office.open_and(desk.folder, template)
    assert told["asked"] == []
    assert list(told["sheets"]) == ["Invoices", "Columns", "Choices"]
    invoices = told["sheets"]["Invoices"]
    assert set(invoices["comments"]) == {f"{letter}1" for letter in "ABCDEFG"}
    assert {"C2", "E2", "F2"} <= set(invoices["lists"])
    assert [row[0] for row in invoices["cells"]] == [
        "Reference", "EXAMPLE-1", "EXAMPLE-2", "EXAMPLE-3",
    ]  # fmt: skip


@needs_office
@pytest.mark.parametrize("name", ["filled.xlsx", "filled.csv"])
def test_filled_in_template_is_imported_as_typed(desk: Desk, template: Path, name: str) -> None:
    """Filled in and saved by LibreOffice: no warning, every cell as it was typed."""
    path = fill(template, desk, name)
    checked = desk.run("check", path, variables=NO_TOKEN)
    assert checked.code == 0, checked
    done = desk.run(path, "--sandbox", "--json", variables=NO_TOKEN)
    assert (done.code, done.counts) == (0, {"created": 3}), done
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
