"""Rows that our own results show as whole, though they were damaged in the file that was read.

A workbook of results can't show everything that was wrong: digits that were lost, a formula without
a value, a cell that stood in another column. Such a row says in its `error` with which cells it was
read; while they are the same, it isn't repaired.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from importer.model import Code, Field, Issue, Severity, explain
from importer.table import ROW, ColumnMap, Invoices, Table

UNSEEN = frozenset(
    {
        Code.NOT_REPAIRED,
        Code.ROW_LENGTH,
        Code.ROW_BROKEN,
        Code.STRAY_QUOTE,
        Code.ENCODING_UNCERTAIN,
        Code.CELL_WITHOUT_HEADER,
        Code.CHARACTER_LOST,
        Code.FORMULA_WITHOUT_VALUE,
        Code.MERGED_CELL,
        Code.NOT_TEXT,
        Code.NUMBER_ROUNDED,
        Code.NUMBER_SHOWN_OTHERWISE,
        Code.NOT_A_WHOLE_NUMBER,
        Code.DATE_MIXED,
        Code.NOTE_TOO_LONG,
    }
)
"""What the results can't show, or what can't be seen once other rows are corrected."""

LOST = " \N{REPLACEMENT CHARACTER}"
"""What results put in place of a character that a workbook can't hold, and blanks."""

COMPARED = 1_000
"""Characters of a cell that are compared: results cut what is too long for them."""

MESSAGE = explain(
    "This row was damaged in the file that these results are of, and still stands as it was read",
    "expected a row that was compared with the original and corrected",
    "correct it; if it is right as it stands, clear its cell in the column error.",
)


def find_unrepaired(table: Table, invoices: Invoices) -> Iterator[Issue]:
    """Yield an issue for every row of our own results that is whole only in appearance.

    Args:
        table: The file's table.
        invoices: Its rows; those with an error of their own need no other.
    """
    invalid = invoices.invalid_rows()
    rows = [row for row in table.claims if row not in invalid]
    now = _fingerprints(table, invoices.columns, rows)
    for row in rows:
        if now[row] == table.claims[row]:
            yield Issue(Code.NOT_REPAIRED, row, None, None, MESSAGE)


def add_fingerprints(table: Table, invoices: Invoices) -> Invoices:
    """Return the same rows; issues that the results can't show know the cells of their row."""
    damaged = {i.row for i in invoices.issues if i.severity is Severity.ERROR and i.code in UNSEEN}
    if not damaged:
        return invoices
    prints = _fingerprints(table, invoices.columns, sorted(damaged))
    issues = (
        replace(issue, fingerprint=prints[issue.row]) if issue.code in UNSEEN else issue
        for issue in invoices.issues
    )
    return replace(invoices, issues=tuple(issues))


def _fingerprints(table: Table, columns: ColumnMap, rows: list[int]) -> dict[int, str]:
    """Return a digest of the fields' cells, of what every kind of results keeps of them."""
    names = [columns.columns[field].name for field in Field if field in columns.columns]
    cells = table.cells.filter(pl.col(ROW).is_in(rows)).select(ROW, *names)
    return {row: _digest(texts) for row, *texts in cells.iter_rows()}


def _digest(texts: list[str | None]) -> str:
    kept = (
        "".join(c for c in (text or "").lstrip("'")[:COMPARED] if c.isprintable() and c not in LOST)
        for text in texts
    )
    return hashlib.blake2b("\0".join(kept).encode(), digest_size=4).hexdigest()
