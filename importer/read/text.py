"""CSV → Grid. Polars where every line is provably a row, the strict reader where one isn't."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from importer.errors import FileError
from importer.model import Issue
from importer.read.caps import say_cell_length, say_columns, say_rows
from importer.read.dialect import Dialect, cell_limit, find_dialect, take_sep
from importer.read.encoding import Decoded, decode, say_uncertain
from importer.read.grid import Grid
from importer.read.header import HEADER_ROWS, locate_header
from importer.read.options import Limits, Opening
from importer.read.records import (
    Records,
    read_records,
)
from importer.read.suspects import find_suspects
from importer.table import KIND, Kind

LINES_A_ROW = 8
"""The lines that a row has at most, on the whole: notes may have several."""

QUOTED_WIDTHS = range(1, 200)
"""How many separators the lines of a file with quotes may have to be read by polars: what matches
a line grows with them."""

LINE_MARK = "\x1f"
"""A character that no text file holds: with it as separator, polars reads whole lines."""


def read_text(path: Path, data: bytes, opening: Opening) -> Grid:
    """Read a text file whose lines are rows.

    Args:
        path: The file's name, for messages.
        data: Its bytes.
        opening: How it is read.

    Raises:
        FileError: When it is no such file, or over a limit.
        UsageError: When no encoding has the name that was given.
    """
    if max(data.count(b"\n"), data.count(b"\r")) > LINES_A_ROW * opening.limits.rows:
        raise FileError(say_rows(path, opening.limits.rows))  # before it takes time and memory
    decoded = decode(path, data, opening.encoding)
    named, text = take_sep(decoded.text)
    offset = 0 if named is None else 1
    if not text.strip():
        raise FileError(
            f"{path} is empty. Export the sheet again, then import the new file. Nothing was sent."
        )
    with cell_limit(opening.limits.cell_length):
        dialect = find_dialect(path, text, named, opening.columns)
        cells = _read_plain(path, text, dialect, opening.limits, offset)
        issues: tuple[Issue, ...] = ()
        lines: Sequence[int] = range(
            offset + 1, offset + 1 + (0 if cells is None else cells.height)
        )
        if cells is None:
            records = read_records(path, text, dialect, opening.limits, offset)
            header = locate_header(records.cells[:HEADER_ROWS], opening.columns)
            issues = find_suspects(path, records, header, opening.columns, dialect.delimiter)
            cells, lines = _to_frame(records), records.lines
    return Grid(
        cells=cells,
        kinds=_all_text(cells),
        issues=(*issues, *_doubts(decoded, lines)),
        lines=_to_lines(lines),
        warnings=decoded.warnings,
    )


def _all_text(cells: pl.DataFrame) -> pl.DataFrame:
    text = pl.Series([Kind.TEXT.value], dtype=KIND).new_from_index(0, cells.height)
    return pl.DataFrame([text.alias(name) for name in cells.columns])


def _to_lines(lines: Sequence[int]) -> pl.Series | None:
    """Return the line of each row; None where it is the row's number throughout."""
    if not lines or (lines[0] == 1 and lines[-1] == len(lines)):
        return None
    return pl.Series(lines, dtype=pl.UInt32)


def _doubts(decoded: Decoded, lines: Sequence[int]) -> Iterator[Issue]:
    """Yield an issue for every row whose letters depend on a guess."""
    told = 0
    for line, doubt in sorted(decoded.doubts.items()):
        row = bisect_right(lines, line)
        if row > told:
            yield say_uncertain(row, doubt)
            told = row


def _read_plain(
    path: Path, text: str, dialect: Dialect, limits: Limits, offset: int
) -> pl.DataFrame | None:
    """Read a file each of whose lines is a row of as many cells as the others, else None."""
    if not dialect.delimiter.isascii() or dialect.spaced or LINE_MARK in text:
        return None
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        return None
    data, quote = text.encode(), dialect.quote if dialect.quote in text else None
    lines = _read_csv(data, LINE_MARK).to_series()
    separators = _count_separators(lines, dialect, is_quoted=quote is not None)
    if separators is None:
        return None
    if separators >= limits.columns:
        raise FileError(say_columns(path, offset + 1, limits.columns))
    if lines.len() > limits.rows:
        raise FileError(say_rows(path, limits.rows))
    cells = _read_csv(data, dialect.delimiter, quote)
    height = text.rstrip("\r\n").count("\n") + 1
    if cells.shape != (height, separators + 1):  # else row numbers would shift
        return None
    _check_cells(path, cells, lines, limits, offset)
    return cells.select(
        _without_blanks(cells[old]).alias(str(new)) for new, old in enumerate(cells.columns)
    )


def _count_separators(lines: pl.Series, dialect: Dialect, *, is_quoted: bool) -> int | None:
    """Return how many separators each line has; None where they differ, or a quote is a stray."""
    if is_quoted:
        first = lines[0] or ""
        if first.count(dialect.delimiter) not in QUOTED_WIDTHS:
            return None
        separators = dialect.count_separators(first)
        if not separators:
            return None
        whole = lines.str.contains(dialect.line(separators)).fill_null(value=False)
        return separators if whole.all() else None
    counts = lines.str.count_matches(dialect.delimiter, literal=True)
    return counts[0] if counts.n_unique() == 1 else None


def _check_cells(
    path: Path, cells: pl.DataFrame, lines: pl.Series, limits: Limits, offset: int
) -> None:
    longest = lines.str.len_chars().max()
    if not isinstance(longest, int) or longest <= limits.cell_length:
        return
    over = cells.select(pl.any_horizontal(pl.all().str.len_chars() > limits.cell_length))
    if (first := over.to_series().arg_true()).len():
        raise FileError(say_cell_length(path, first[0] + offset + 1, limits.cell_length))


def _read_csv(data: bytes, separator: str, quote: str | None = None) -> pl.DataFrame:
    return pl.read_csv(
        data,
        has_header=False,
        separator=separator,
        quote_char=quote,
        infer_schema=False,
        glob=False,
    )


def _to_frame(records: Records) -> pl.DataFrame:
    width = max(map(len, records.cells), default=0)
    return pl.DataFrame(
        [
            pl.Series(
                str(at),
                [row[at] or None if at < len(row) else None for row in records.cells],
                dtype=pl.String,
            )
            for at in range(width)
        ]
    )


def _without_blanks(texts: pl.Series) -> pl.Series:
    return texts.set(texts == "", None)
