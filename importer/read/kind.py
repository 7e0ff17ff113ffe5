"""What a file is, told by its content: its name only says what somebody believed."""

from __future__ import annotations

import re
from pathlib import Path

import puremagic

from importer.errors import FileError

WORKBOOK = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How zip archives (.xlsx and others) and OLE files (.xls, encrypted .xlsx) begin."""

WORKBOOK_NAMES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
TEXT_NAMES = frozenset({".csv", ".tsv", ".txt"})

SAVE_AS = "Open it in a spreadsheet program and save it as .xlsx. Nothing was sent."
EXPORT = "Export the sheet as .xlsx or as CSV UTF-8. Nothing was sent."
UNPACK = "Unpack it and import the sheet in it. Nothing was sent."

FORMS: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), what, remedy)
    for pattern, what, remedy in (
        (
            rb"\s*(<\?xml[^>]*\?>\s*)?(<!--.*?-->\s*)*<(!doctype html|html|head|body|meta|table)\b",
            "a web page (HTML), as some programs export under the name of a spreadsheet",
            SAVE_AS,
        ),
        (
            rb"\s*<\?xml.*?(urn:schemas-microsoft-com:office:spreadsheet|progid=.Excel\.Sheet)",
            "an XML spreadsheet of Excel 2003",
            SAVE_AS,
        ),
        (rb"\s*<\?xml.*?urn:oasis:names:tc:opendocument", "an OpenDocument file", SAVE_AS),
        (rb"\s*(<\?xml\b|<svg\b)", "an XML file", EXPORT),
        (rb"\s*(MIME-Version:|From: <Saved by)", "a web archive or an e-mail", SAVE_AS),
        (rb"\s*\{\\rtf", "a text document (RTF)", EXPORT),
        (rb"\s*%PDF-", "a PDF", EXPORT),
        (rb'\s*(\{\s*("|\}\s*$)|\[\s*(\{|\[|"[^"\r\n]*"\s*[,\]]))', "a JSON file", EXPORT),
        (rb"ID;P[A-Z0-9;]*\s*\n[A-Z];", "a SYLK file", SAVE_AS),
        (rb"TABLE\r?\n0,1\r?\n", "a DIF file", SAVE_AS),
        (rb"\x09[\x00\x02\x04\x08][\x00-\x10]\x00", "a workbook of the old .xls kind", SAVE_AS),
        (rb"\x00\x00[\x02\x1a]\x00", "a Lotus 1-2-3 workbook", SAVE_AS),
        (rb"PAR1", "a Parquet file", EXPORT),
        (rb"ARROW1", "an Arrow file", EXPORT),
        (rb"SQLite format 3\x00", "an SQLite database", EXPORT),
        (rb"BZh\d|\xfd7zXZ\x00|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd|.{257}ustar", "an archive", UNPACK),
    )
)
"""How files begin that are neither workbook nor CSV."""

HEAD = 4096


def is_workbook(data: bytes) -> bool:
    """Tell whether a file is a zip archive or an OLE file, which `read_workbook` looks into."""
    return data.startswith(WORKBOOK)


def require_text(name: Path, data: bytes) -> None:
    """Refuse a file that is of another known kind than CSV.

    Args:
        name: The file, for messages.
        data: Its bytes.

    Raises:
        FileError: Says what it is and how to save it.
    """
    head = data[:HEAD].removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    for pattern, what, remedy in FORMS:
        if pattern.match(head):
            raise FileError(f"{name} is {what}. {remedy}")


def say_binary(name: Path, data: bytes) -> str:
    """Return what to tell of a file that is no text: what it is, where that can be told.

    Args:
        name: The file.
        data: Its bytes.
    """
    try:
        found = puremagic.magic_string(data[:HEAD])
    except (puremagic.PureError, ValueError):
        found = []
    what = f" but looks like this: {found[0].name}" if found and found[0].name else ""
    return f"{name} is no spreadsheet{what}. Save it as .xlsx or as CSV UTF-8. Nothing was sent."


def say_misnamed(name: Path, *, workbook: bool) -> tuple[str, ...]:
    """Return the warning that a file's name doesn't say what it is, if so.

    Args:
        name: The file.
        workbook: It is a workbook; else text.
    """
    suffix = Path(name.stem).suffix if name.suffix.lower() == ".gz" else name.suffix
    if workbook and suffix.lower() in TEXT_NAMES:
        return (f"{name.name} is named {suffix} but is a workbook; it was read as one.",)
    if not workbook and suffix.lower() in WORKBOOK_NAMES:
        return (f"{name.name} is named {suffix} but is a text file (CSV); it was read as one.",)
    return ()
