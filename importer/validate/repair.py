"""Rows that our own results show as whole, though they were damaged in the file that was read.

A workbook of results can't show everything that was wrong: digits that were lost, a formula without
a value, a cell that stood in another column. Such a row says in its `error` with which cells it was
read, and why; while they are the same, it isn't repaired.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

import polars as pl

from importer.clean.cells import shown
from importer.model import Code, Field, Issue, Severity, explain
from importer.table import ROW, ColumnMap, Invoices, Table

REASONS = {
    Code.ROW_LENGTH: "it had too many or too few cells",
    Code.ROW_BROKEN: "it wasn't certain where it begins and ends",
    Code.STRAY_QUOTE: "a double quote was out of place",
    Code.ENCODING_UNCERTAIN: "its letters weren't certain",
    Code.CELL_WITHOUT_HEADER: "a date stood in a column without a header",
    Code.CHARACTER_LOST: "characters were lost",
    Code.FORMULA_WITHOUT_VALUE: "a formula had no value",
    Code.MERGED_CELL: "a cell was merged with others",
    Code.NOT_TEXT: "a date or a truth value stood where text belongs",
    Code.NUMBER_ROUNDED: "digits of a number were lost",
    Code.NUMBER_SHOWN_OTHERWISE: "a cell showed something else than it held",
    Code.NOT_A_WHOLE_NUMBER: "it wasn't a whole number",
    Code.DATE_MIXED: "day and month may be swapped",
    Code.NOTE_TOO_LONG: "its note was too long, and may be cut here",
    Code.REFERENCE_CHANGED: "its reference may have been changed",
}
"""What the results can't show, or what can't be seen once other rows are corrected."""

FIELDS = {
    Code.NOT_A_WHOLE_NUMBER: Field.COUNTERPARTY_ID,
    Code.DATE_MIXED: Field.DUE_DATE,
    Code.REFERENCE_CHANGED: Field.REFERENCE_ID,
}
"""The cell that is meant, where the reason is of one field alone."""

LOST = " \N{REPLACEMENT CHARACTER}"
"""What results put in place of a character that a workbook can't hold, and blanks."""

COMPARED = 1_000
"""Characters of a cell that are compared: results cut what is too long for them."""

Texts = Mapping[Field, str | None]
"""The cells of a row that are a field's."""


def find_unrepaired(table: Table, invoices: Invoices) -> Iterator[Issue]:
    """Yield an issue for every row of our own results that is whole only in appearance.

    Args:
        table: The file's table.
        invoices: Its rows; those with an error of their own need no other.
    """
    invalid = invoices.invalid_rows()
    for row, claim, reason, value in _claimed(table, invoices.columns):
        if row not in invalid:
            issue = _unrepaired(row, reason, value, invoices.columns)
            yield replace(issue, fingerprint=claim)


def add_fingerprints(table: Table, invoices: Invoices) -> Invoices:
    """Return the same rows; issues that the results can't show know the cells of their row.

    What a row of our own results says is kept while it holds, also where the row has another error
    now: once that is corrected, nothing else would tell.
    """
    errors = [i for i in invoices.issues if i.severity is Severity.ERROR]
    cells = dict(_cells(table, invoices.columns, {i.row for i in errors if i.code in REASONS}))
    prints: dict[int, list[str]] = {}
    for row, claim, *_ in _claimed(table, invoices.columns):
        prints.setdefault(row, []).append(claim)
    if not cells and not prints:
        return invoices

    def told(issue: Issue) -> Issue:
        new = issue.row in cells and issue.code in REASONS
        if not new and issue.row not in prints:
            return issue
        own = [_digest(cells[issue.row], issue.code)] if new else []
        both = dict.fromkeys([*own, *prints.get(issue.row, ())])
        return replace(issue, fingerprint=" ".join(both))

    return replace(invoices, issues=tuple(map(told, invoices.issues)))


def references_in_doubt(table: Table, columns: ColumnMap) -> dict[int, str]:
    """Return the fingerprints of the references of rows that say that they are in doubt.

    If they are held back, the next results no longer say so.
    """
    cells = _cells(table, columns, set(table.results.doubts))
    return {row: _digest(texts, Code.REFERENCE_CHANGED) for row, texts in cells}


def _claimed(
    table: Table, columns: ColumnMap
) -> Iterator[tuple[int, str, Code | None, str | None]]:
    """Yield what rows say they were read as and still are, with the reason and the cell meant."""
    for row, texts in _cells(table, columns, set(table.claims)):
        reasons = {_digest(texts, reason): reason for reason in (None, *REASONS)}
        for claim in table.claims[row].split():
            if claim in reasons:
                reason = reasons[claim]
                yield row, claim, reason, texts.get(FIELDS[reason]) if reason in FIELDS else None


def _unrepaired(row: int, reason: Code | None, value: str | None, columns: ColumnMap) -> Issue:
    """Return what is said of a row, at the cell that is meant if that is known."""
    what = "This row" if value is None else shown(value)
    why = f" ({REASONS[reason]})" if reason else ""
    message = explain(
        f"{what} was held back in the import before{why} and has not been changed since",
        "expected what somebody has compared with the original",
        "compare it with your original and correct it; or, if it is right as it stands, clear this "
        "row's cell in the column error.",
    )
    header = columns.header(FIELDS[reason]) if reason in FIELDS else None
    return Issue(Code.NOT_REPAIRED, row, header, value, message)


def _cells(table: Table, columns: ColumnMap, rows: set[int]) -> Iterator[tuple[int, Texts]]:
    """Yield rows and the cells of their fields, without the user's own columns."""
    if not rows:
        return
    names = {field: columns.columns[field].name for field in Field if field in columns.columns}
    wanted = pl.Series(sorted(rows), dtype=table.cells[ROW].dtype).implode()
    cells = table.cells.filter(pl.col(ROW).is_in(wanted)).select(ROW, *names.values())
    for row, *texts in cells.iter_rows():
        yield row, dict(zip(names, texts, strict=True))


def _digest(texts: Texts, reason: Code | None) -> str:
    """Return a digest of what is wrong: of the cell that is meant, or else of all, and the reason.

    Only what every kind of results keeps of a cell counts. In results of earlier versions the
    digest is that of all cells alone.
    """
    meant = [FIELDS[reason]] if reason in FIELDS else list(texts)
    parts = [_kept(texts.get(field)) for field in meant]
    if reason is not None:
        parts.append(reason)
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=4).hexdigest()


@lru_cache(maxsize=64)
def _kept(text: str | None) -> str:
    """Return what every kind of results keeps of a cell."""
    shortened = (text or "").lstrip("'")[:COMPARED]
    return "".join(c for c in shortened if c.isprintable() and c not in LOST)
