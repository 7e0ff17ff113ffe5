"""Whatever kind of file comes in: read rightly, or exit 2 with one line that says what to do."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from books_api import BooksApi
from desk import SCRIPT, WITH_TOKEN, Desk, row, rows


def refused(desk: Desk, path: Path, *options: str) -> str:
    """Check a file that can't be imported; return the one line that says why."""
    done = desk.run("check", path, *options)
    assert done.code == 2, done
    assert done.out == ""
    (line,) = done.err.splitlines()
    return line


def test_gzip_is_unpacked(desk: Desk) -> None:
    """A gzipped CSV is imported like the file inside, whatever its name."""
    plain = desk.csv("a.csv", rows(3)).read_bytes()
    for name in ("a.csv.gz", "b.csv"):
        (desk.folder / name).write_bytes(gzip.compress(plain))
        assert desk.run("check", name, "--json").counts == {"ready": 3}


def test_standard_input_is_a_file(desk: Desk, books: BooksApi) -> None:
    """`-` is a CSV on standard input: imported, and the results named after it."""
    done = subprocess.run(
        [SCRIPT, "-", "--api-url", books.url],
        input=desk.csv("a.csv", rows(2)).read_text("utf-8"),
        cwd=desk.folder,
        env=desk.environment(WITH_TOKEN),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done
    assert done.stdout.startswith("standard input to http://")
    assert len(books.books) == 2
    assert [path.name[:6] for path in (desk.folder / "reports").iterdir()] == ["stdin-"]


def test_kind_is_told_by_content(desk: Desk) -> None:
    """A CSV named .xlsx is read, and said to be none; an HTML page named .xls is named."""
    disguised = desk.csv("a.xlsx", rows(2))
    done = desk.run("check", disguised)
    assert done.code == 0
    assert "Warning: " in done.out
    page = desk.folder / "export.xls"
    page.write_text("<html><table><tr><td>Ref</td></tr></table></html>", "utf-8")
    assert "HTML" in refused(desk, page)
    assert ".xlsx" in refused(desk, page)


@pytest.mark.parametrize(
    ("option", "value", "limit"),
    [
        ("--max-rows", "3", "--max-rows"),
        ("--max-columns", "6", "--max-columns"),
        ("--max-cell-length", "5", "--max-cell-length"),
        ("--max-file-size", "1", "--max-file-size"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_caps_name_their_option(desk: Desk, kind: str, option: str, value: str, limit: str) -> None:
    """A file beyond a cap: exit 2, one line, which names the option."""
    lines = rows(5)
    if option == "--max-file-size":  # one of these would not fit into the cell's own cap
        lines = [row(f"A-{n}", Note=f"{n:09}" * 3_000, Cost=f"{n:07}" * 4_000) for n in range(60)]
    path = desk.csv("a.csv", lines) if kind == "csv" else desk.workbook("a.xlsx", {"A": lines})
    assert limit in refused(desk, path, option, value)


def bomb() -> bytes:
    """A workbook of a few kilobytes whose one cell is at the far end of the sheet."""
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {
            "[Content_Types].xml": (
                '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
            ),
            "xl/workbook.xml": (
                '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
                ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
                '<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": (
                "<Relationships"
                ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                '<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type="http://schemas.'
                'openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
            ),
            "xl/worksheets/sheet1.xml": (
                '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
                '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
            ),
        }.items():
            archive.writestr(name, text)
    return book.getvalue()


def test_bomb_ends_in_one_line(desk: Desk) -> None:
    """A workbook that asks for 550 GB: exit 2, one line that says what to do."""
    path = desk.folder / "bomb.xlsx"
    path.write_bytes(bomb())
    line = refused(desk, path)
    assert "bomb.xlsx" in line
    assert ".xlsx" in line.partition("bomb.xlsx")[2]


def test_legacy_encoding_is_said(desk: Desk, books: BooksApi) -> None:
    """A Windows-1252 export is read rightly, and the summary says which encoding it took."""
    text = io.StringIO(newline="")
    lines = [row("A-1", Note="Café Élan, loyer de février"), row("A-2", Note="Peças à medida")]
    writer = csv.DictWriter(text, lines[0], delimiter=";")
    writer.writeheader()
    writer.writerows(lines)
    path = desk.folder / "a.csv"
    path.write_bytes(text.getvalue().encode("cp1252"))
    done = desk.run(path, "--api-url", books.url, "--encoding", "windows-1252")
    assert done.code == 0, done
    assert [book["note"] for book in books.books] == [line["Note"] for line in lines]
    guessed = desk.run("check", path)
    assert "Windows-1252" in guessed.out


def test_wrong_encoding_is_refused(desk: Desk) -> None:
    """An encoding that there isn't: exit 2, and the nearest."""
    line = refused(desk, desk.csv("a.csv", rows(1)), "--encoding", "windows-1525")
    assert "--encoding" in line
