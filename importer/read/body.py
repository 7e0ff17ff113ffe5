"""The rows under a header: which are the table's, which are a total, a page's end, another table.

Whose counterparty is a number is a row of the table. Only the others are looked at closely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from importer.columns import count_fields
from importer.headers import header_key
from importer.model import REQUIRED_FIELDS, Field, required_fields
from importer.read.footers import is_footer, is_footer_text
from importer.read.header import Cells, Header

INDEX = "index"
NUMBER = r"^\s*[+-]?\d[\d., ]*$"
"""What no header, no title and no total has where the counterparty is."""

MOST_CELLS = 2
"""A line that is no row has no more than these of the required fields' cells."""

FIELDS_NAMED = 3
"""A row whose cells name as many fields is another header."""


@dataclass(frozen=True, slots=True)
class Body:
    """A header, and what stands under it.

    Attributes:
        header: Where the header is.
        positions: The sheet's columns that are looked at, from 0.
        headers: The header of each, as written.
        titles: Their raw cells in each row of the header.
        cells: String columns by their names in the grid; row i is `first` + i of the sheet.
        fields: The column, by position in `cells`, of each field that exactly one header names.
        columns: The user's own mapping, header → field.
        suspect: The rows, by position, that the reader couldn't read for certain: they always stay.
        formulas: The rows that hold formulas without a stored value: they aren't blank.
    """

    header: Header
    positions: tuple[int, ...]
    headers: tuple[str, ...]
    titles: tuple[Cells, ...]
    cells: pl.DataFrame
    fields: Mapping[Field, int]
    columns: Mapping[str, Field]
    suspect: frozenset[int] = frozenset()
    formulas: frozenset[int] = frozenset()

    @property
    def first(self) -> int:
        """The number of the first row under the header, as the sheet shows it."""
        return self.header.last + 2

    @property
    def required(self) -> tuple[int, ...]:
        """The columns of the fields that need one; empty unless all of them are known."""
        needed = required_fields(self.columns)
        if self.fields.keys() >= needed:
            return tuple(self.fields[field] for field in Field if field in needed)
        return ()


@dataclass(frozen=True, slots=True)
class Sifted:
    """The rows of a body that are no rows, all by position.

    Attributes:
        blank: Rows that hold nothing.
        footers: Totals and page lines, with their words.
        repeats: The header again, as page breaks repeat it.
        another: Where the header of another table is; None where there is none.
    """

    blank: frozenset[int]
    footers: Mapping[int, str]
    repeats: tuple[int, ...] = ()
    another: int | None = None

    def left_out(self) -> list[int]:
        """Return all rows that are not the table's."""
        return sorted({*self.blank, *self.footers, *self.repeats})


def sift(body: Body) -> Sifted:
    """Tell which rows of a body are none.

    Args:
        body: What stands under the header.
    """
    odd = _odd_rows(body)
    blank = frozenset(odd.filter(~_filled(odd))[INDEX]) - body.suspect - body.formulas
    if not body.required:
        return Sifted(blank, {})
    filled = odd.filter(~pl.col(INDEX).is_in(blank))
    sparse = filled.filter(~pl.col(INDEX).is_in(body.suspect), _count_filled(body) <= MOST_CELLS)
    footers = {i: text for i, cells in _rows(sparse) if (text := _footer(body, cells))}
    titles = frozenset(sparse[INDEX]) - footers.keys()
    repeats: list[int] = []
    for i, cells in _rows(_likely_headers(body, filled)):
        apart = i - 1 in blank or i - 1 in titles
        if _is_repeat(body, cells):
            if apart and i - 1 not in repeats:
                return Sifted(blank, footers, tuple(repeats), i)
            if i not in body.suspect:
                repeats.append(i)
        elif count_fields(_texts(cells), body.columns) >= FIELDS_NAMED or (
            apart and _looks_like_header(body, cells)
        ):
            return Sifted(blank, footers, tuple(repeats), i)
    for i in repeats:
        footers.pop(i, None)
    return Sifted(blank, footers, tuple(repeats))


def find_names(cells: pl.DataFrame, columns: Mapping[str, Field]) -> int | None:
    """Return the first row, by position, whose cells name several fields; None where none does.

    Args:
        cells: String columns.
        columns: The user's own mapping, header → field.
    """
    likely = _naming(cells.with_row_index(INDEX), columns)
    found = (i for i, row in _rows(likely) if count_fields(_texts(row), columns) >= FIELDS_NAMED)
    return next(found, None)


def looks_like_row(cells: Cells, fields: Mapping[Field, int]) -> bool:
    """Tell whether cells are an invoice's rather than a title's.

    Args:
        cells: A whole row.
        fields: Where the fields are in it; those that tell a row from a title at least.
    """
    values = {field: (cells[p] or "").strip() for field, p in fields.items()}
    filled = sum(bool(values[field]) for field in values.keys() & REQUIRED_FIELDS)
    return (
        values.get(Field.COUNTERPARTY_ID, "").isdecimal()
        and bool(values.get(Field.REFERENCE_ID))
        and (filled > FIELDS_NAMED or _is_code(values.get(Field.CURRENCY, "")))
    )


def is_filled() -> pl.Expr:
    """Return whether a cell of a selected column shows anything."""
    return pl.all().str.contains(r"\S").fill_null(value=False)


def _odd_rows(body: Body) -> pl.DataFrame:
    """Return the rows that have no number for a counterparty."""
    cells = body.cells
    position = body.fields.get(Field.COUNTERPARTY_ID)
    if position is None:
        return cells.with_row_index(INDEX)
    odd = ~cells.to_series(position).str.contains(NUMBER).fill_null(value=False)
    places = odd.arg_true().alias(INDEX)
    return cells[places].insert_column(0, places)


def _filled(rows: pl.DataFrame) -> pl.Series:
    cells = rows.drop(INDEX)
    if not cells.width:
        return pl.repeat(value=False, n=rows.height, eager=True)
    return cells.select(pl.any_horizontal(is_filled())).to_series()


def _count_filled(body: Body) -> pl.Expr:
    """Return how many of the required fields' cells a row has."""
    names = [body.cells.columns[p] for p in body.required]
    return pl.sum_horizontal(
        pl.col(name).str.contains(r"\S").fill_null(value=False) for name in names
    )


def _rows(rows: pl.DataFrame) -> Iterator[tuple[int, Cells]]:
    for index, *cells in rows.iter_rows():
        yield index, cells


def _texts(cells: Cells) -> list[str]:
    return [(cell or "").strip() for cell in cells]


def _footer(body: Body, cells: Cells) -> str:
    """Return a footer's words; the empty text where a row carries something of its own."""
    own = [text for p in body.required if (text := (cells[p] or "").strip())]
    if not all(is_footer_text(text) for text in own) or not is_footer(cells):
        return ""
    texts = [text for text in _texts(cells) if text]
    return next((text for text in texts if is_footer_text(text)), " ".join(texts))


def _likely_headers(body: Body, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows to look at: some cells are names, or it is the header, or all are words."""
    names = [body.cells.columns[p] for p in body.required]
    words = pl.all_horizontal(pl.exclude(INDEX).str.contains(r"\d").fill_null(value=False).not_())
    many = pl.sum_horizontal(pl.col(n).is_not_null() for n in names) >= len(names) - 1
    same = [
        pl.all_horizontal(
            pl.col(name).str.strip_chars().replace("", None).eq_missing(pl.lit(text or None))
            for name, text in zip(body.cells.columns, _texts(title), strict=True)
        )
        for title in body.titles
    ]
    likely = rows.filter(pl.any_horizontal(words & many, *same))
    both = pl.concat([likely, _naming(rows, body.columns)])
    return both.unique(INDEX).sort(INDEX)


def _naming(rows: pl.DataFrame, columns: Mapping[str, Field]) -> pl.DataFrame:
    """Return the rows in which as many cells name a field as in a header.

    What is compared is each text but once, and no text that is too long for a header, or that has a
    digit where no mapped header has.
    """
    digits = any(c.isdigit() for header in columns for c in header)

    def named(name: str) -> pl.Expr:
        texts = rows[name].drop_nulls()
        texts = texts.filter(texts.str.len_bytes() <= 100)  # noqa: PLR2004 far longer than a name
        if not digits:
            texts = texts.filter(~texts.str.contains(r"\d"))
        names = [text for text in texts.unique() if count_fields([text.strip()], columns)]
        return pl.col(name).is_in(names).fill_null(value=False)

    found = [named(name) for name in rows.columns if name != INDEX]
    if not found or rows.is_empty():
        return rows.clear()
    return rows.filter(pl.sum_horizontal(found) >= FIELDS_NAMED)


def _is_repeat(body: Body, cells: Cells) -> bool:
    keys = [header_key(text) for text in _texts(cells)]
    return any(
        keys == [header_key(text) for text in _texts(title)]
        for title in (body.headers, *body.titles)
    )


def _looks_like_header(body: Body, cells: Cells) -> bool:
    """Tell whether a row is all words where a row's values would be others."""
    texts = _texts(cells)
    own = [texts[position] for position in body.required]
    currency = body.fields.get(Field.CURRENCY)
    return (
        sum(map(bool, own)) >= len(own) - 1
        and not any(c.isdigit() for text in texts for c in text)
        and not (currency is not None and _is_code(texts[currency]))
    )


def _is_code(text: str) -> bool:
    """Tell whether a text has the form of a currency's code (ISO 4217)."""
    return len(text) == 3 and text.isalpha()  # noqa: PLR2004 letters
