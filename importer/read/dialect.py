"""How a text file separates its cells: delimiter, quote, spaces, a `sep=` line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from importer.columns import count_fields
from importer.errors import FileError
from importer.model import Field
from importer.read.caps import say_cell_length
from importer.read.header import HEADER_ROWS, Header, locate_header

DELIMITERS = (",", ";", "\t", "|")

HEAD = 1 << 20
"""The characters in which the header is looked for."""

LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+")
"""A line with its end: as RFC 4180 has it, or as Unix or old Macs do."""

SEP = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n|\r|\n)', re.IGNORECASE)
"""Excel's own: a first line that names the delimiter, and isn't shown."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are separated.

    Attributes:
        delimiter: Between cells.
        quote: Around cells.
        spaced: Spaces after a delimiter are no part of the cell.
        width: How many cells the header has, up to the last that isn't blank.
        top: How many records there are down to the header, as far as they are certain.
    """

    delimiter: str
    quote: str = '"'
    spaced: bool = False
    width: int = 2
    top: int = 0

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[list[str]]:
        """Return Python's csv reader of some lines."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            skipinitialspace=self.spaced,
            strict=strict,
        )

    def grammar(self) -> re.Pattern[str]:
        """Return what matches a whole record: RFC 4180, section 2, for these characters."""
        quote, delimiter = re.escape(self.quote), re.escape(self.delimiter)
        bare = f"[^{quote}]*+"
        quoted = f"{' *+' if self.spaced else ''}{quote}{bare}(?:{quote}{quote}{bare})*+{quote}"
        cell = rf"(?:{quoted}|[^{quote}{delimiter}\r\n]*+)"
        return re.compile(f"{cell}(?:{delimiter}{cell})*+")

    def count_separators(self, line: str) -> int:
        """Return how many separators a line has that is a whole record; 0 where it is none."""
        if not self.grammar().fullmatch(line):
            return 0
        with suppress(csv.Error):  # a cell is too long
            return len(next(self.reader([line]))) - 1
        return 0

    def line(self, separators: int) -> str:
        """Return what matches a line that is a whole record, as `grammar`, for polars.

        Args:
            separators: How many there are in it.
        """
        quote, delimiter = (rf"\x{{{ord(sign):x}}}" for sign in (self.quote, self.delimiter))
        quoted = f"{quote}[^{quote}]*(?:{quote}{quote}[^{quote}]*)*{quote}"
        cell = rf"(?:{quoted}|[^{quote}{delimiter}]*)"
        return f"^{cell}(?:{delimiter}{cell}){{{separators}}}$"


def take_sep(text: str) -> tuple[str | None, str]:
    """Return the delimiter that a `sep=` line names, if there is one, and the text without it."""
    found = SEP.match(text)
    return (found[1], text[found.end() :]) if found else (None, text)


def find_dialect(path: Path, text: str, named: str | None, columns: Mapping[str, Field]) -> Dialect:
    """Return the dialect under which some first row names the most fields.

    Args:
        path: The file's name, for messages.
        text: Its text, without a `sep=` line.
        named: The delimiter that a `sep=` line named; it is taken where others fit no better.
        columns: Which of the file's headers gives which field, besides those that are known.

    Raises:
        FileError: When nothing separates columns.
    """
    head = text[:HEAD]
    delimiters = dict.fromkeys((named, *DELIMITERS) if named else DELIMITERS)
    found = [_Found(*at, columns) for at in _read_heads(head, map(Dialect, delimiters), columns)]
    if not found:  # whatever the dialect, the first cell is too long
        raise FileError(say_cell_length(path, 1, csv.field_size_limit()))
    best = max(found, key=_Found.score)
    if best.score() <= (0, 1):
        raise FileError(
            f"{path} is no spreadsheet: no comma, semicolon, tab or | separates columns, and no "
            "header is known. Save it as .xlsx or as CSV UTF-8. Nothing was sent."
        )
    if best.has_apostrophes():
        quoted = Dialect(best.dialect.delimiter, "'")
        found = [_Found(*at, columns) for at in _read_heads(head, [quoted], columns)]
        best = max(found, key=_Found.score)
    return best.to_dialect()


@dataclass(frozen=True, slots=True)
class _Found:
    """A header that was found in the first rows.

    Attributes:
        dialect: How they were read.
        rows: Their cells.
        whole: They were read as records; else line by line.
        header: The header.
        columns: The user's own mapping.
    """

    dialect: Dialect
    rows: list[list[str]]
    whole: bool
    header: Header
    columns: Mapping[str, Field]

    def score(self) -> tuple[int, int]:
        """Return how well it fits: the fields that it names, then its cells."""
        return count_fields(self.header.texts, self.columns), len(self.header.texts)

    def cells(self) -> list[str]:
        """Return the cells of the header's last row that aren't blank, as they were read."""
        return [cell for cell in self.rows[self.header.last] if cell.strip()]

    def has_apostrophes(self) -> bool:
        """Tell whether all its cells are in apostrophes."""
        cells = [cell.strip() for cell in self.cells()]
        return bool(cells) and all(
            cell[0] == cell[-1] == "'" and len(cell) > 1 for cell in (cells[0], cells[-1])
        )

    def to_dialect(self) -> Dialect:
        """Return how the file is read."""
        texts, spaced = self.header.texts, self.cells()[1:]
        return replace(
            self.dialect,
            spaced=bool(spaced) and all(cell.startswith(" ") for cell in spaced),
            width=max((at for at, text in enumerate(texts, 1) if text), default=2),
            top=self.header.last + 1 if self.whole else 0,
        )


def _read_heads(
    head: str, dialects: Iterable[Dialect], columns: Mapping[str, Field]
) -> Iterator[tuple[Dialect, list[list[str]], bool, Header]]:
    """Yield the first rows in each dialect: as records, and line by line.

    A quote above the header may hide it from the one, a line break within it from the other.
    """
    first = list(islice((found[0] for found in LINE.finditer(head)), HEADER_ROWS * 4))
    for dialect in dialects:
        whole: list[list[str]] = []
        with suppress(csv.Error):
            for row in islice(dialect.reader(first), HEADER_ROWS):
                whole.append(row)  # noqa: PERF402 what was read stays, also when a later row fails
        single: list[list[str]] = []
        for line in first[:HEADER_ROWS]:
            with suppress(csv.Error):
                single.extend(dialect.reader([line]))
        for rows in (whole, single):
            if rows:
                yield dialect, rows, rows is whole, locate_header(rows, columns)


@contextmanager
def cell_limit(most: int) -> Iterator[None]:
    """Let Python's csv module read cells of so many characters, and no longer ones."""
    before = csv.field_size_limit(most)
    try:
        yield
    finally:
        csv.field_size_limit(before)
