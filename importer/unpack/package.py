"""The parts of a workbook: a zip archive whose directory is not believed."""

from __future__ import annotations

import copy
import io
import math
import posixpath
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from importer.unpack.formats import Styles, number_format, sort_styles

CHUNK = 1 << 20
WORKBOOK, STRINGS = "xl/workbook.xml", "xl/sharedstrings.xml"
DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
SHEET_TYPE = "/worksheet"
"""How the type of a relationship to a worksheet ends, in both namespaces of OOXML."""

MIB = 1 << 20

SAVE_AS = "Open it in a spreadsheet program and save it as .xlsx"
COPY = "Copy the table in it into a workbook and save that as .xlsx"

OTHERS = (
    ("xl/workbook.bin", "a binary workbook (.xlsb)", SAVE_AS),
    ("word/document.xml", "a text document (.docx), no spreadsheet", COPY),
    ("ppt/presentation.xml", "a presentation (.pptx), no spreadsheet", COPY),
    ("content.xml", "an OpenDocument file (.ods or a kin of it)", SAVE_AS),
    ("mimetype", "an OpenDocument file (.ods or a kin of it)", SAVE_AS),
    (
        "index/document.iwa",
        "a Numbers or Pages document",
        "Export it as .xlsx from Numbers (File, Export To, Excel), or copy the table from Pages",
    ),
)
"""Files that are zip archives too: a part that tells them, what they are, what to do."""

PROTECTED = (
    "is protected by a password. Open it, remove the password (File, Info, Protect Workbook, "
    "Encrypt with Password, empty the box), save it, and import it again"
)


class RefusedError(Exception):
    """The workbook isn't read.

    The message goes on after the file's name: what it is, and what to do, without the last full
    stop.
    """


class DamagedError(Exception):
    """The workbook contradicts itself."""


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook's archive.

    Attributes:
        archive: The open archive.
        parts: Its parts, by their names in lower case with slashes: some programs write others.
    """

    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo]

    def read(self, name: str) -> bytes:
        """Return a part, unpacked to its very end and checked against its checksum.

        Raises:
            DamagedError: When it is missing, longer than the directory says, or no plain XML.
        """
        info = self.parts.get(name.lower())
        if info is None:
            raise DamagedError(name)
        unbound = copy.copy(info)
        unbound.file_size = info.file_size + CHUNK  # else zipfile stops where the directory says
        pieces, size = [], 0
        with self.archive.open(unbound) as part:
            while piece := part.read(CHUNK):
                size += len(piece)
                if size > info.file_size:
                    raise DamagedError(name)
                pieces.append(piece)
        data = b"".join(pieces)
        if size != info.file_size or b"\0" in data[:CHUNK] or DOCTYPE.search(data[:CHUNK]):
            raise DamagedError(name)
        return data


def open_package(data: bytes, file_size: int) -> Package:
    """Open a workbook's archive.

    Args:
        data: The file's bytes.
        file_size: How much it may unpack to, in bytes.

    Raises:
        RefusedError: When it is something else, or unpacks to more.
    """
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = {info.filename.replace("\\", "/").lower(): info for info in archive.infolist()}
    if WORKBOOK not in parts:
        for part, what, remedy in OTHERS:
            if part in parts:
                raise RefusedError(f"is {what}. {remedy}")
        raise RefusedError("is a zip archive, no workbook. Unpack it, and import what is in it")
    unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > file_size:
        raise RefusedError(
            f"unpacks to {_size(unpacked)}, more than --max-file-size allows ({_size(file_size)}). "
            "Copy the table into a new workbook and save that as .xlsx, save the sheet as CSV "
            "UTF-8, or allow more with --max-file-size"
        )
    return Package(archive, parts)


def _size(count: int) -> str:
    """Return a number of bytes as people say it, rounded up: more than is allowed looks so."""
    return f"{math.ceil(count / MIB):,} MiB" if count >= MIB else f"{count:,} bytes"


def find_sheets(package: Package) -> dict[str, str]:
    """Return the part of every worksheet, by the sheet's name."""
    rels = ET.fromstring(package.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 without a DTD
    targets = {
        rel.get("Id"): posixpath.normpath(posixpath.join("/xl", rel.get("Target", "")))[1:]
        for rel in rels
        if rel.get("Type", "").endswith(SHEET_TYPE)
    }
    sheets = {}
    for sheet in _book(package).iter():
        if _local(sheet.tag) == "sheet":
            ids = (value for key, value in sheet.items() if _local(key) == "id")
            part = targets.get(next(ids, None))
            if part is not None:
                sheets[sheet.get("name", "")] = part
    return sheets


def counts_from_1904(package: Package) -> bool:
    """Tell whether the workbook's days are counted from 1904 (ECMA-376 part 1, 18.2.28)."""
    return any(
        element.get("date1904") in {"1", "true", "on"}
        for element in _book(package).iter()
        if _local(element.tag) == "workbookPr"
    )


def find_styles(package: Package) -> Styles:
    """Return the styles whose number format may show something else than the cell holds.

    A cell's `s` names an `xf` of `cellXfs`, which names the format (ECMA-376 part 1, 18.8.10).
    """
    if "xl/styles.xml" not in package.parts:
        return Styles()
    root = ET.fromstring(package.read("xl/styles.xml"))  # noqa: S314 without a DTD
    own = {
        element.get("numFmtId", ""): element.get("formatCode", "")
        for element in root.iter()
        if _local(element.tag) == "numFmt"
    }
    xfs = next((element for element in root if _local(element.tag) == "cellXfs"), ())
    return sort_styles(number_format(xf.get("numFmtId", "0"), own) for xf in xfs)


def _book(package: Package) -> ET.Element:
    return ET.fromstring(package.read(WORKBOOK))  # noqa: S314 without a DTD


def _local(name: str) -> str:
    return name.rpartition("}")[2]
