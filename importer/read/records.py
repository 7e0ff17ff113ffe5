"""The strict reader: text → records, each with the line it begins on and what broke it.

Python's csv module reads the records; what is decided here is where to go on after one that isn't
whole, so that a damaged record takes no other with it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path

from importer.errors import FileError
from importer.read.caps import say_cell_length, say_columns, say_rows
from importer.read.dialect import LINE, Dialect
from importer.read.options import Limits

MOST_REREAD = 8
"""How many times the file's length may be read again after quotes that don't match."""


class Fault(StrEnum):
    """Why a record isn't certain."""

    QUOTE = "quote"
    """Its quotes don't match RFC 4180."""
    SWALLOW = "swallow"
    """A quoted cell holds what looks like rows of their own."""
    WITHIN = "within"
    """It stands in such a cell, if that is one."""


@dataclass(frozen=True, slots=True)
class Records:
    """A text file's records, in order.

    Attributes:
        cells: The cells of each; none for a blank line.
        lines: The line that each begins on, from 1.
        faults: What broke a record, by its position.
        spans: The lines of a record, by its position, where they are several.
        singles: The positions of the records of one cell, not blank.
    """

    cells: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)
    spans: dict[int, int] = field(default_factory=dict)
    singles: list[int] = field(default_factory=list)


class _SwallowedError(Exception):
    """A line within quotes looks like a row of its own."""


def read_records(path: Path, text: str, dialect: Dialect, limits: Limits, offset: int) -> Records:
    """Read a text file record by record.

    Args:
        path: The file's name, for messages.
        text: Its text.
        dialect: How its cells are separated.
        limits: How many records, and cells of how many characters, are read at most.
        offset: How many lines come before the text.

    Raises:
        FileError: When it is over a limit, or its quotes make no sense at all.
    """
    lines: list[str] = LINE.findall(text)
    return _Reader(path, lines, dialect, limits, offset).read()


@dataclass(slots=True)
class _Reader:
    """The reading of one file: the position, and what was found so far."""

    path: Path
    lines: list[str]
    dialect: Dialect
    limits: Limits
    offset: int
    records: Records = field(default_factory=Records)
    at: int = 0
    reread: int = 0
    doubtful: int = 0

    def read(self) -> Records:
        """Read to the end."""
        found, limits, offset = self.records, self.limits, self.offset + 1
        budget = MOST_REREAD * sum(map(len, self.lines)) + limits.cell_length
        box: list[str] = []
        single = self.dialect.reader(iter(box.pop, None), strict=True)
        delimiter, quote, spaced = self.dialect.delimiter, self.dialect.quote, self.dialect.spaced
        grammar = self.dialect.grammar()
        while self.at < len(self.lines):
            start = self.at
            line = self.lines[start].rstrip("\r\n")
            is_quoted = quote in line
            self._check_width(line, is_quoted=is_quoted)
            if not is_quoted:
                cells = line.split(delimiter) if line else []
                if spaced:
                    cells = [cell.lstrip(" ") for cell in cells]
                self.at += 1
            elif len(line) <= limits.cell_length and grammar.fullmatch(line):
                box.append(line)
                cells = next(single)
                self.at += 1
            else:
                cells = self._read_quoted(grammar)
                if self.reread > budget:
                    raise FileError(self._say_hopeless(start + offset))
            if start < self.doubtful:
                found.faults.setdefault(len(found.cells), Fault.WITHIN)
            if len(cells) == 1 and cells[0].strip():
                found.singles.append(len(found.cells))
            if len(cells) > limits.columns or len(line) > limits.cell_length:
                self._check_size(cells, start + offset)
            found.lines.append(start + offset)
            found.cells.append(cells)
            if len(found.cells) > limits.rows:
                raise FileError(say_rows(self.path, limits.rows))
        return found

    def _read_quoted(self, grammar: re.Pattern[str]) -> list[str]:
        """Read the record that begins here and go on after it; after its first line if broken."""
        start, position = self.at, len(self.records.cells)
        fault = None
        try:
            cells = next(self.dialect.reader(self._feed(), strict=True))
        except _SwallowedError:
            fault = Fault.SWALLOW
            self.doubtful = max(self.doubtful, self._end_of_whole(start, grammar))
        except csv.Error as exc:
            if "field limit" in str(exc):
                most = self.limits.cell_length
                raise FileError(say_cell_length(self.path, start + self.offset + 1, most)) from exc
            fault = Fault.QUOTE
        else:
            raw = "".join(self.lines[start : self.at]).rstrip("\r\n")
            if self.at - start > 1:
                self.records.spans[position] = self.at - start
            if not grammar.fullmatch(raw):
                self.records.faults[position] = Fault.QUOTE
            return cells
        self.records.faults[position] = fault
        self.reread += sum(map(len, self.lines[start + 1 : self.at]))
        self.at = start + 1
        return next(self.dialect.reader([self.lines[start].rstrip("\r\n")]))

    def _end_of_whole(self, start: int, grammar: re.Pattern[str]) -> int:
        """Return where a record ends if its quotes are right, whatever its lines look like; else 0.

        Then nobody can tell whether it is one row, or what its lines look like.
        """
        taken: list[str] = []

        def feed() -> Iterator[str]:
            for line in islice(self.lines, start, None):
                taken.append(line)
                yield line

        try:
            cells = next(self.dialect.reader(feed(), strict=True))
        except csv.Error:
            return 0
        finally:
            self.reread += sum(map(len, taken))
        whole = len(cells) >= self.dialect.width and grammar.fullmatch(
            "".join(taken).rstrip("\r\n")
        )
        return start + len(taken) if whole else 0

    def _feed(self) -> Iterator[str]:
        """Yield the lines from here on, until one within quotes looks like a row of its own."""
        yield self._next_line()
        is_row = len(self.records.cells) >= self.dialect.top
        while self.at < len(self.lines):
            line = self._next_line()
            if is_row and line.count(self.dialect.delimiter) + 1 >= self.dialect.width:
                raise _SwallowedError
            yield line

    def _next_line(self) -> str:
        line = self.lines[self.at]
        self.at += 1
        return line

    def _check_size(self, cells: list[str], line: int) -> None:
        if len(cells) > self.limits.columns:
            raise FileError(say_columns(self.path, line, self.limits.columns))
        most = self.limits.cell_length
        if max(map(len, cells), default=0) > most:
            raise FileError(say_cell_length(self.path, line, most))

    def _check_width(self, line: str, *, is_quoted: bool) -> None:
        """Refuse a line before it is taken apart into more cells than can be meant."""
        most = self.limits.columns + is_quoted * self.limits.cell_length
        if len(line) > most and line.count(self.dialect.delimiter) >= most:
            raise FileError(say_columns(self.path, self.at + self.offset + 1, self.limits.columns))

    def _say_hopeless(self, line: int) -> str:
        return (
            f"{self.path} can't be read past line {line}: too many of its quotes don't match. Save "
            "the sheet as .xlsx. Nothing was sent."
        )
