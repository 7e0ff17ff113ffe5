"""Several tables on one sheet: refused, with both shown. Which of them is meant can't be known."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import polars as pl

from importer.columns import fits, match_fields
from importer.errors import FileError
from importer.model import required_fields
from importer.read.body import Body, find_names, is_filled, looks_like_row
from importer.read.header import HEADER_ROWS
from importer.read.places import Places

Span = tuple[int, int]


def refuse_several(
    path: Path, cells: pl.DataFrame, places: Places, body: Body, another: int | None
) -> None:
    """Refuse a sheet with more than one table, or with rows above the header.

    Args:
        path: The file, for messages.
        cells: All cells of the sheet.
        places: How its rows and columns are named.
        body: The header that was found, and what is under it.
        another: The row of `body`, by position, that is another header; None where none is.

    Raises:
        FileError: When there is another table: beside, below, or rows above.
    """
    _refuse_twins(path, cells, places, body)
    if not body.required:
        _refuse_late_header(path, cells, places, body)
        return
    _refuse_rows_above(path, cells, places, body)
    if another is not None:
        row = body.first + another
        texts = cells.row(row - 1)
        filled = [i for i, text in enumerate(texts) if text and text.strip()]
        _refuse(path, cells, places, body, header=(row, filled))
    nameless = [str(i) for i in range(cells.width) if i not in _named(body)]
    beside = find_names(
        body.cells.select(n for n in body.cells.columns if n in nameless), body.columns
    )
    if beside is not None:
        row = body.first + beside
        texts = cells.row(row - 1)
        filled = [int(i) for i in nameless if (texts[int(i)] or "").strip()]
        _refuse(path, cells, places, body, header=(row, filled))


def _named(body: Body) -> list[int]:
    pairs = zip(body.positions, body.headers, strict=True)
    return [position for position, header in pairs if header]


def _refuse(
    path: Path, cells: pl.DataFrame, places: Places, body: Body, *, header: tuple[int, list[int]]
) -> NoReturn:
    """Refuse a sheet whose second table has its header in a row, in some columns."""
    row, columns = header[0], (header[1][0], header[1][-1])
    named = _named(body)
    own = (named[0], named[-1])
    apart = columns[0] > own[1] or columns[1] < own[0]
    end = cells.height if apart else row - 1
    top = body.header.first + 1
    first = places.region((top, _last(cells, own, top, end)), own)
    second = places.region((row, _last(cells, columns, row, cells.height)), columns)
    raise FileError(
        f"{path} has several tables on one sheet: {first} and {second}. Keep one of them, put the "
        "others on sheets or into files of their own, and import each. Nothing was sent."
    )


def _last(cells: pl.DataFrame, columns: Span, top: int, end: int) -> int:
    """Return the last row, between two, that holds anything in a span of columns."""
    names = [str(i) for i in range(columns[0], columns[1] + 1)]
    rows = cells.slice(top - 1, end - top + 1).select(names)
    filled = rows.select(pl.any_horizontal(is_filled())).to_series().arg_true()
    return top + int(filled[-1]) if len(filled) else top


def _refuse_twins(path: Path, cells: pl.DataFrame, places: Places, body: Body) -> None:
    """Refuse two tables side by side: every required field is named twice in one header."""
    found = match_fields(body.headers, body.columns)
    needed = required_fields(body.columns)
    if any(len(found.get(field, [])) != 2 for field in needed):  # noqa: PLR2004 twins
        return
    top, regions = body.header.first + 1, []
    for which in (0, 1):
        own = [
            body.positions[positions[min(which, len(positions) - 1)]]
            for field, positions in found.items()
            if field in needed
        ]
        span = (min(own), max(own))
        regions.append(places.region((top, _last(cells, span, top, cells.height)), span))
    raise FileError(
        f"{path} has two tables side by side: {regions[0]} and {regions[1]}. Put one below the "
        "other under one header, or into a file of its own. Nothing was sent."
    )


def _refuse_late_header(path: Path, cells: pl.DataFrame, places: Places, body: Body) -> None:
    """Refuse a sheet whose headers stand further down than they are looked for."""
    below = find_names(cells.slice(HEADER_ROWS), body.columns)
    if below is None:
        return
    row = below + HEADER_ROWS + 1
    if fits([(text or "").strip() for text in cells.row(row - 1)], body.columns):
        raise FileError(
            f"{path} has its headers in {places.row(row)}; they are looked for in the first "
            f"{HEADER_ROWS} rows. Remove rows above them and import it again. Nothing was sent."
        )


def _refuse_rows_above(path: Path, cells: pl.DataFrame, places: Places, body: Body) -> None:
    """Refuse a header that isn't above the rows, as when it was sorted in with them."""
    fields = {field: body.positions[i] for field, i in body.fields.items()}
    for index, row in enumerate(cells.head(body.header.first).rows()):
        if looks_like_row(row, fields):
            raise FileError(
                f"{path} has what looks like an invoice in {places.row(index + 1)}, above the "
                f"headers in {places.row(body.first - 1)}. Move the headers above all invoices "
                "and import it again. Nothing was sent."
            )
