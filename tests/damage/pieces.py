"""Text files in pieces: each begins a row of the owner's or none, and all joined are the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from damage.owner import FIELDS, OWN, PLAIN, RICH, Row
from damage.variant import Meant, Variant

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text file: a record and its line end, as a rule.

    Attributes:
        text: Its text.
        owner: Which of the owner's rows begins here, from 0.
        rows: How many rows a spreadsheet program shows for it.
    """

    text: str
    owner: int | None = None
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Base:
    """A valid file.

    Attributes:
        name: What it is called in the names of its variants.
        rows: The owner's rows.
        columns: Its columns, in order.
        delimiter: Between cells.
        end: Of lines.
        quote_all: Whether every cell is quoted, or those alone that have to be.
        mark: The quote.
        escape: How a quote is written inside a quoted cell.
        headers: What a column is headed, where not by its own name.
    """

    name: str
    rows: tuple[Row, ...] = PLAIN
    columns: tuple[str, ...] = (*FIELDS, OWN)
    delimiter: str = ","
    end: str = "\n"
    quote_all: bool = False
    mark: str = '"'
    escape: str = '""'
    headers: tuple[tuple[str, str], ...] = ()

    def quote(self, text: str) -> str:
        """Return a cell as the file writes it."""
        special = any(c in text for c in (self.delimiter, self.mark, "\n", "\r"))
        if not (special or self.quote_all):
            return text
        return self.mark + text.replace(self.mark, self.escape) + self.mark

    def records(self) -> list[list[str]]:
        """Return the raw cells of the header and of every row."""
        named = dict(self.headers)
        header = [self.quote(named.get(column, column)) for column in self.columns]
        return [header, *([self.quote(r.cells[c]) for c in self.columns] for r in self.rows)]

    def join(self, cells: Sequence[str]) -> str:
        """Return a record's text, with its line end."""
        return self.delimiter.join(cells) + self.end

    def pieces(self) -> list[Piece]:
        """Return the whole file."""
        return [
            Piece(self.join(cells), owner=None if i == 0 else i - 1)
            for i, cells in enumerate(self.records())
        ]

    def everything(self) -> set[int]:
        """Return all of the owner's rows."""
        return set(range(len(self.rows)))


OWN_FIRST = (OWN, *FIELDS)
NOTE_LAST = (*(field for field in FIELDS if field != "note"), "note")

BASES = (
    Base("plain"),
    Base("quoted", RICH, OWN_FIRST, end="\r\n"),
    Base("due-last", RICH, FIELDS, delimiter=";", quote_all=True),
    Base("note-last", PLAIN, NOTE_LAST, delimiter="\t", end="\r\n"),
)
"""Their own column last, first, none; due date last, note last; no, some and all cells quoted."""


def make_variant(
    base: Base,
    name: str,
    pieces: Sequence[Piece],
    damaged: set[int] | None = None,
    why: str = "",
    *,
    torn: int | None = None,
    rows: Sequence[Row] | None = None,
    encoding: str = "utf-8",
    prefix: bytes = b"",
    file: str = "invoices.csv",
    **options: object,
) -> Variant:
    """Return a variant of a base, from its pieces after the damage.

    Args:
        base: What was damaged.
        name: What was done to it.
        pieces: The file.
        damaged: The owner's rows that the damage touched, or could have.
        why: Why they count as damaged.
        torn: The piece from which on spreadsheet programs may number rows in more than one way.
        rows: What the owner meant, where that isn't what the base holds.
        encoding: Of the text.
        prefix: Bytes before the text.
        file: The file's name.
        options: `opening` and `reading`.
    """
    meant = []
    text, number = "", 1
    for position, piece in enumerate(pieces):
        if piece.owner is not None:
            meant.append(
                Meant(
                    invoice=(rows or base.rows)[piece.owner].invoice,
                    number=number if torn is None or position <= torn else None,
                    line=len(LINE_END.findall(text)) + 1,
                    damaged=piece.owner in (damaged or set()),
                )
            )
        text += piece.text
        number += piece.rows
    data = prefix + text.encode(encoding)
    return Variant(f"csv/{base.name}/{name}", file, data, tuple(meant), why, **options)


def swap(pieces: Sequence[Piece], position: int, text: str) -> list[Piece]:
    """Return the pieces with another text in one of them."""
    changed = list(pieces)
    changed[position] = replace(changed[position], text=text)
    return changed
