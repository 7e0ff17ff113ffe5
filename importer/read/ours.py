"""The columns that our results added, found one by one in a file that somebody may have edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from importer.columns import result_column
from importer.headers import header_key, known_headers
from importer.model import Status
from importer.table import RESULT_COLUMNS

ENOUGH = 3
"""So many of our headers make a table our results, where one of `OURS_ALONE` is among them."""

OURS_ALONE = {"invoice_number", "invoice_id"}
"""Our headers that few others write: "Row", "Status" and "Error" together may be anybody's."""

WITH_STATUSES = 2
"""So many are enough where `status` holds what we write there."""


@dataclass(frozen=True, slots=True)
class Found:
    """The columns of a table that our results added.

    Attributes:
        columns: Which of our columns stands where, by position; empty where the table isn't ours.
        certain: All of them are there, or `status` holds our statuses: nobody else has such a file.
    """

    columns: Mapping[int, str] = field(default_factory=dict)
    certain: bool = False

    def where(self, name: str) -> list[int]:
        """Return the positions of one of our columns."""
        return [position for position, found in self.columns.items() if found == name]


def find_ours(headers: Sequence[str], cells: Callable[[int], pl.Series]) -> Found:
    """Find the columns that our results added, wherever they stand and however they are spelt.

    Args:
        headers: A row of headers.
        cells: Returns what is under one of them, as texts.
    """
    met: dict[str, list[int]] = {}
    for position, header in enumerate(headers):
        if name := result_column(header):
            met.setdefault(name, []).append(position)
    if len(met) < WITH_STATUSES:
        return Found()
    told = any(_are_statuses(cells(position)) for position in met.get("status", ()))
    if not told and (len(met) < ENOUGH or not OURS_ALONE & met.keys()):
        return Found()
    block = _find_block(headers)
    columns = {p: name for name in met for p in _choose(name, met[name], headers, block)}
    return Found(columns, told or len(met) == len(RESULT_COLUMNS))


def _are_statuses(cells: pl.Series) -> bool:
    filled = cells.drop_nulls().unique().str.strip_chars()
    words = set(filled.to_list()) - {""}
    return bool(words) and words <= set(Status)


def _find_block(headers: Sequence[str]) -> range:
    """Return where all of ours stand together as we write them; nowhere, if they don't."""
    width = len(RESULT_COLUMNS)
    for start in range(len(headers) - width, -1, -1):
        if tuple(headers[start : start + width]) == RESULT_COLUMNS:
            return range(start, start + width)
    return range(0)


def _choose(
    name: str, positions: Sequence[int], headers: Sequence[str], block: range
) -> Sequence[int]:
    """Return which of several columns of one name are ours: those that are written as we do.

    "Invoice Number" beside our `invoice_number` is the user's. Of two that are written as ours, the
    one in the midst of ours is, and the other the user's; not so where a copy of ours would be
    taken for a field.
    """
    written = [p for p in positions if headers[p].strip() == name] or positions
    if header_key(name) in known_headers():
        return written
    return [p for p in written if p in block] or written
