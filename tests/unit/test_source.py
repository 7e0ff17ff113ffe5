from __future__ import annotations

import gzip
import hashlib
import io
import sys
from pathlib import Path

import pytest
from builders import HEADERS, csv_bytes, row, rows_of, xlsx_bytes

from importer.errors import FileError
from importer.read import Limits, Opening, read_table
from importer.table import STDIN

CSV = csv_bytes([HEADERS, row()])
WORKBOOK = xlsx_bytes({"March": [HEADERS, row()]})


def write(folder: Path, name: str, data: bytes) -> Path:
    """Put bytes into a file of a name."""
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv", "a.xlsx"])
@pytest.mark.parametrize("data", [CSV, WORKBOOK], ids=["csv", "workbook"])
def test_gzip_is_unpacked_whatever_its_name(tmp_path: Path, name: str, data: bytes) -> None:
    """A gzip is told by its content; the digest is that of the file as it is."""
    packed = gzip.compress(data)
    table = read_table(write(tmp_path, name, packed))
    assert rows_of(table) == [(2, *row())]
    assert table.sha256 == hashlib.sha256(packed).hexdigest()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(gzip.compress(CSV)), "packed by gzip twice"),
        (gzip.compress(CSV)[:-6], "damaged"),
        (b"\x1f\x8b" + CSV, "damaged"),
        (gzip.compress(CSV)[:20] + b"\x00\xff" * 9 + gzip.compress(CSV)[38:], "damaged"),
        (gzip.compress(b"x" * 3000), "unpacks to more than 2,000 bytes.*--max-file-size"),
        (b"x" * 3000, "is larger than 2,000 bytes.*--max-file-size"),
        (gzip.compress(b""), "is empty"),
    ],
    ids=["twice", "short", "no header", "overwritten", "a bomb", "large", "empty"],
)
def test_what_cannot_be_unpacked_is_told(tmp_path: Path, data: bytes, message: str) -> None:
    """A gzip within a gzip, a damaged one and what is too large end in one line."""
    opening = Opening(limits=Limits(file_size=2000))
    with pytest.raises(FileError, match=message) as caught:
        read_table(write(tmp_path, "a.csv", data), opening)
    assert "\n" not in str(caught.value)


def test_file_of_just_the_size_is_read(tmp_path: Path) -> None:
    """The limit is what may be, not what may not."""
    data = csv_bytes([HEADERS, *[row()] * 50])
    opening = Opening(limits=Limits(file_size=len(data)))
    assert read_table(write(tmp_path, "a.csv", data), opening).height == 50
    assert read_table(write(tmp_path, "b.csv", gzip.compress(data)), opening).height == 50


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hyphen is standard input, and messages call it so."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CSV)))
    table = read_table(STDIN)
    assert (table.path, rows_of(table)) == (STDIN, [(2, *row())])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(FileError, match=r"^standard input is empty"):
        read_table(STDIN)


def test_near_name_is_suggested(tmp_path: Path) -> None:
    """A slip in the name of a file is named, but only where the folder has one like it."""
    write(tmp_path, "Invoices-March.csv", CSV)
    with pytest.raises(FileError, match=r"There is no file .*Did you mean .*Invoices-March\.csv\?"):
        read_table(tmp_path / "invoices-march.cvs")
    with pytest.raises(FileError, match=r"There is no file \S+\. Check the name"):
        read_table(tmp_path / "other.txt")
    with pytest.raises(FileError, match=r"There is no file"):
        read_table(tmp_path / "nowhere" / "other.txt")


@pytest.mark.parametrize("name", ["inv[1].csv", "a*b?.csv", "{x}.csv"])
def test_names_are_no_patterns(tmp_path: Path, name: str) -> None:
    """A name with brackets or stars is that file's name."""
    assert read_table(write(tmp_path, name, CSV)).height == 1


@pytest.mark.parametrize(
    ("name", "data", "warned"),
    [
        ("a.xlsx", CSV, "named .xlsx but is a text file (CSV)"),
        ("a.xls", CSV, "named .xls but is a text file (CSV)"),
        ("a.XLSX.gz", gzip.compress(CSV), "named .XLSX but is a text file"),
        ("a.csv", WORKBOOK, "named .csv but is a workbook"),
        ("a.csv", CSV, None),
        ("a.xlsx", WORKBOOK, None),
        ("a", CSV, None),
    ],
)
def test_wrong_name_is_a_warning(
    tmp_path: Path, name: str, data: bytes, warned: str | None
) -> None:
    """What a file is, is told by its content; a name that says otherwise is told."""
    table = read_table(write(tmp_path, name, data))
    assert rows_of(table) == [(2, *row())]
    assert any(warned in text for text in table.warnings) if warned else table.warnings == ()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<html><body><table><tr><td>reference_id</td></tr></table>", r"a web page \(HTML\)"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE HTML>\n<table>", r"a web page \(HTML\)"),
        ("<html><table>".encode("utf-16"), r"a web page \(HTML\)"),
        (b"<!-- export --><TABLE border=1>", r"a web page \(HTML\)"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>', "Excel 2003"),
        (b'<?xml version="1.0"?><invoices/>', "an XML file"),
        (b"MIME-Version: 1.0\nX-Document-Type: Workbook\n", "a web archive"),
        (b"{\\rtf1 hello}", "RTF"),
        (b"%PDF-1.7\n", "a PDF"),
        (b'[{"reference_id": "a"}]', "a JSON file"),
        (b'{"reference_id": "a"}\n{"reference_id": "b"}', "a JSON file"),
        (b"PAR1\x15\x04\x15", "a Parquet file"),
        (b"SQLite format 3\x00\x10", "an SQLite database"),
        (b"ID;PWXL;N;E\nP;PGeneral\n", "a SYLK file"),
        (b"BZh91AY&SY", "an archive"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "no spreadsheet but looks like this: .*J"),
    ],
)
def test_other_kinds_are_named(tmp_path: Path, data: bytes, what: str) -> None:
    """A file of another kind is called what it is, and how to save it is said."""
    with pytest.raises(FileError, match=what) as caught:
        read_table(write(tmp_path, "export.xls", data))
    assert str(caught.value).endswith("Nothing was sent.")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("title", ["[Draft] invoices", "{March}", "ID list", "TABLE 1", "<b>"])
def test_titles_are_no_other_kind(tmp_path: Path, title: str) -> None:
    """A CSV whose title begins like another kind is still a CSV."""
    data = csv_bytes([[title], [], HEADERS, row()])
    assert read_table(write(tmp_path, "a.csv", data)).height == 1
