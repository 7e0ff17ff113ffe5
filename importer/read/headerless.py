"""Columns without a header that hold something: said, and kept from hiding a due date."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from importer.model import Code, Field, Issue, explain
from importer.read.places import Places, capital
from importer.table import ROW, Kind

DATED = (
    r"\d\s*[-/.]\s*\d+\s*[-/.]\s*\d"  # 31/01/2027
    r"|^\s*(\d{5}(\.\d+)?|\d{8})\s*$"  # a serial, 20270131
    r"|\d\W*(de\s+)?\p{L}{3,}\W*(de\s+)?\d"  # 31 Jan 2027, 31 de enero de 2027
    r"|\p{L}{3,}\W+\d+\W+\d{2}"  # January 31, 2027
)
"""What may be a date, in any of the forms that dates are read from."""


def name_headerless(
    rows: pl.DataFrame, columns: Mapping[str, int], places: Places
) -> tuple[str, ...]:
    """Return a warning that names the columns without a header that hold something.

    Args:
        rows: The table's rows.
        columns: The frame columns that have no header, and the sheet's column of each, from 0.
        places: How they are named.
    """
    filled = [position for name, position in columns.items() if _shown(rows[name]).any()]
    if not filled:
        return ()
    have, them = ("has", "it is") if len(filled) == 1 else ("have", "they are")
    warning = (
        f"{capital(places.columns(filled))} {have} values but no header: {them} not imported. "
        "Write a header above what belongs to the invoices."
    )
    return (warning,)


def find_stray_dates(
    rows: pl.DataFrame,
    kinds: pl.DataFrame,
    columns: Mapping[str, str],
    due: str | None,
) -> tuple[Issue, ...]:
    """Return an issue for each row without a due date that has a date under no header.

    The row's cells may have been pushed aside, or the due date's header may be gone.

    Args:
        rows: The table's rows.
        kinds: What their cells are.
        columns: The frame columns that have no header, and what the user calls each.
        due: The due date's frame column; None where there is none.
    """
    free = pl.repeat(value=True, n=rows.height, eager=True) if due is None else ~_shown(rows[due])
    return tuple(
        _issue(row, value, place)
        for name, place in columns.items()
        for row, value in rows.filter(free & _dated(rows[name], kinds[name]))
        .select(ROW, name)
        .iter_rows()
    )


def _shown(cells: pl.Series) -> pl.Series:
    return cells.str.contains(r"\S").fill_null(value=False)


def _dated(cells: pl.Series, kinds: pl.Series) -> pl.Series:
    return cells.str.contains(DATED).fill_null(value=False) | (
        (kinds == Kind.DATE.value) & cells.is_not_null()
    )


def _issue(row: int, value: str, place: str) -> Issue:
    return Issue(
        Code.CELL_WITHOUT_HEADER,
        row,
        None,
        value,
        explain(
            f'"{value.strip()[:60]}" is in {place}, which has no header; the row has no due date',
            f"expected each date under a header, the due date's under {Field.DUE_DATE}",
            "move it under that header, or write a header of its own above the column.",
        ),
    )
