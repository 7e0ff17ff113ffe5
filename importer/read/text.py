"""CSV → Grid. Polars where the file is provably plain, the strict reader where it isn't."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from itertools import islice, zip_longest
from pathlib import Path

import polars as pl

from importer.columns import count_fields
from importer.errors import FileError
from importer.read.grid import HEADER_ROWS, Grid, find_header
from importer.read.options import Opening
from importer.table import KIND, Kind

DELIMITERS = (",", ";", "\t")
LINE_MARK = "\x1f"
"""A character that no text file holds: with it as separator, polars reads whole lines."""


def read_text(path: Path, data: bytes, opening: Opening) -> Grid:
    """Read a CSV in UTF-8, with or without a byte order mark.

    Args:
        path: The file's name, for messages.
        data: Its bytes.
        opening: How it is read.

    Raises:
        FileError: When it isn't text in UTF-8, or its quotes don't match.
    """
    del opening
    text = _decode(path, data)
    delimiter = _find_delimiter(path, text)
    cells = _read_plain(text, delimiter)
    lengths = None
    if cells is None:
        cells, lengths = _read_strictly(path, text, delimiter)
    return Grid(cells=cells, kinds=_all_text(cells), lengths=lengths)


def _all_text(cells: pl.DataFrame) -> pl.DataFrame:
    text = pl.Series([Kind.TEXT.value], dtype=KIND).new_from_index(0, cells.height)
    return pl.DataFrame([text.alias(name) for name in cells.columns])


def _decode(path: Path, data: bytes) -> str:
    if b"\x00" in data:
        raise FileError(f"{path} is no spreadsheet. Save it as .xlsx or as CSV UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise FileError(
            f"{path} is not text in UTF-8 (line {line}). Save it as .xlsx, or as CSV UTF-8."
        ) from exc


def _find_delimiter(path: Path, text: str) -> str:
    """Return the delimiter under which some first row names the most fields."""
    head = "".join(islice(io.StringIO(text, newline=""), HEADER_ROWS))

    def score(delimiter: str) -> tuple[int, int]:
        rows = _read_head(head, delimiter)
        header = rows[find_header(rows)]
        return (count_fields(header), len(header))

    best = max(DELIMITERS, key=score)
    if score(best) <= (0, 1):
        raise FileError(
            f"{path} is no spreadsheet: no comma, semicolon or tab separates columns, and no "
            "header is known. Save it as .xlsx or as CSV UTF-8."
        )
    return best


def _read_head(head: str, delimiter: str) -> list[list[str]]:
    """Return the rows before the first that can't be read; at least one."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            rows.append(row)  # noqa: PERF402 what was read stays, also when a later row fails
    return rows or [[]]


def _read_plain(text: str, delimiter: str) -> pl.DataFrame | None:
    """Read a file without quotes whose lines all have the same number of separators, else None."""
    if '"' in text or LINE_MARK in text or text.count("\r") != text.count("\r\n"):
        return None
    data = text.encode()
    lines = _read_csv(data, LINE_MARK)
    separators = lines.to_series().str.count_matches(delimiter, literal=True)
    if separators.n_unique() != 1:
        return None
    cells = _read_csv(data, delimiter)
    if cells.height != text.rstrip("\r\n").count("\n") + 1:  # else row numbers would shift
        return None
    return cells.rename({old: str(new) for new, old in enumerate(cells.columns)})


def _read_csv(data: bytes, separator: str) -> pl.DataFrame:
    return pl.read_csv(
        data,
        has_header=False,
        separator=separator,
        quote_char=None,
        infer_schema=False,
        glob=False,
    )


def _read_strictly(path: Path, text: str, delimiter: str) -> tuple[pl.DataFrame, pl.Series]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as exc:
        raise FileError(
            f"{path} can't be read past line {reader.line_num}: {exc}. Look for a double quote that"
            " is not closed, or save the sheet as .xlsx. Nothing was sent."
        ) from exc
    columns = zip_longest(*rows, fillvalue="")
    cells = pl.DataFrame(
        {str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(columns)}
    )
    lengths = pl.Series([len(row) for row in rows], dtype=pl.UInt32)
    return cells.with_columns(pl.all().replace("", None)), lengths
