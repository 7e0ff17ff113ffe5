"""A file → Table: every cell as the user sees it, with true row numbers. Nothing is inferred."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

from importer.errors import FileError
from importer.read.grid import Grid, tabulate
from importer.read.options import Limits, Opening
from importer.read.text import read_text
from importer.read.workbook import read_workbook
from importer.table import Table

__all__ = ["Limits", "Opening", "read_table"]

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_table(path: Path, opening: Opening | None = None) -> Table:
    """Read a spreadsheet.

    Args:
        path: A CSV or XLSX file; which of them is told by its content.
        opening: How it is read.

    Raises:
        FileError: When the file can't be imported at all.
    """
    data = _read_bytes(path)
    opening = opening or Opening()
    grid = _read_grid(path, data, opening)
    return tabulate(grid, path=path, sha256=hashlib.sha256(data).hexdigest(), opening=opening)


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as exc:
        raise FileError(f"There is no file {path}. Check the name and the folder.") from exc
    except IsADirectoryError as exc:
        raise FileError(
            f"{path} is a folder. Name the file in it that you want to import."
        ) from exc
    except OSError as exc:
        raise FileError(f"{path} can't be read: {exc.strerror}.") from exc
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise FileError(f"{path} is empty. Export the sheet again, then import the new file.")
    return data


def _read_grid(path: Path, data: bytes, opening: Opening) -> Grid:
    if data.startswith((ZIP, OLE)):
        return read_workbook(path, data, opening)
    if opening.sheet is not None:
        raise FileError(f"{path} is a text file without sheets. Leave --sheet out.")
    return read_text(path, data, opening)
