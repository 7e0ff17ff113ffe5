"""A file → Table: every cell as the user sees it, with true row numbers. Nothing is inferred."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from importer.errors import FileError
from importer.read.grid import Grid, tabulate
from importer.read.kind import is_workbook, require_text, say_misnamed
from importer.read.options import Limits, Opening
from importer.read.source import Source, read_source
from importer.read.text import read_text
from importer.read.workbook import read_workbook
from importer.table import Table

__all__ = ["Limits", "Opening", "read_table"]


def read_table(path: Path, opening: Opening | None = None) -> Table:
    """Read a spreadsheet.

    Args:
        path: A workbook or a CSV file, packed by gzip or not; which of them is told by its content.
            `STDIN` is standard input.
        opening: How it is read.

    Raises:
        FileError: When the file can't be imported at all.
        UsageError: When no encoding has the name that was given.
    """
    opening = opening or Opening()
    source = read_source(path, opening.limits.file_size)
    grid = _read_grid(source, opening)
    table = tabulate(grid, path=source.name, sha256=source.sha256, opening=opening)
    return replace(table, path=path)


def _read_grid(source: Source, opening: Opening) -> Grid:
    name, data = source.name, source.data
    workbook = is_workbook(data)
    if workbook:
        grid = read_workbook(name, data, opening)
    else:
        require_text(name, data)
        if opening.sheet is not None:
            raise FileError(
                f"{name} is a text file without sheets. Leave --sheet out. Nothing was sent."
            )
        grid = read_text(name, data, opening)
    return replace(grid, warnings=(*say_misnamed(name, workbook=workbook), *grid.warnings))
