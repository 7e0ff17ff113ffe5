"""Where a sheet's header is: in one of its first rows, or in several that belong together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from importer.columns import NO_MAPPING, count_fields, fits
from importer.model import Field

HEADER_ROWS = 30
"""How far down the header row is looked for."""

DEEPEST = 3
"""The rows that one header may have."""

DIGIT = re.compile(r"\d")

Cells = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Header:
    """A sheet's header.

    Attributes:
        first: Its first row, from 0.
        last: Its last row, from 0; the data begins below.
        texts: The header of each column; those of several rows are joined by spaces.
    """

    first: int
    last: int
    texts: tuple[str, ...]


def locate_header(rows: Sequence[Cells], columns: Mapping[str, Field] = NO_MAPPING) -> Header:
    """Return the header: the first row that fits, or rows that fit together, or the nearest row.

    Rows are a header together only where none of them holds a digit: a row of data does.

    Args:
        rows: The cells of the sheet's first rows; at least one.
        columns: The user's own mapping, header → field.
    """
    rows = rows[:HEADER_ROWS]
    for depth in range(1, DEEPEST + 1):
        for first in range(len(rows) - depth + 1):
            block = rows[first : first + depth]
            texts = _join(block)
            if fits(texts, columns) and (depth == 1 or _are_words(block)):
                return Header(first, first + depth - 1, texts)
    singles = [_join([row]) for row in rows]
    nearest = max(
        range(len(singles)),
        key=lambda i: (count_fields(singles[i], columns), any(singles[i]), -i),
    )
    return Header(nearest, nearest, singles[nearest])


def find_header(rows: Sequence[Cells], columns: Mapping[str, Field] = NO_MAPPING) -> int:
    """Return which of a sheet's first rows is the last of the header, from 0.

    Args:
        rows: The cells of the first rows; at least one.
        columns: The user's own mapping, header → field.
    """
    return locate_header(rows, columns).last


def _join(rows: Sequence[Cells]) -> tuple[str, ...]:
    """Return the texts of some rows, column by column."""
    return tuple(
        " ".join(text for cell in cells if (text := (cell or "").strip()))
        for cells in zip_longest(*rows)
    )


def _are_words(rows: Sequence[Cells]) -> bool:
    """Tell whether every row says something, and none holds a digit."""
    return all(
        any((cell or "").strip() for cell in row)
        and not any(DIGIT.search(cell) for cell in row if cell)
        for row in rows
    )
