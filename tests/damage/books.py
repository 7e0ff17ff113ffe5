"""Workbooks with invoices, as openpyxl and XlsxWriter write them."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import xlsxwriter
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from damage.owner import FIELDS, OWN, PLAIN, Row
from damage.variant import Meant, Variant

COLUMNS = (*FIELDS, OWN)
REFERENCE, NUMBER, CURRENCY, NOTE, BEARER, LINK, DUE = range(7)


def cells_of(row: Row) -> list[object]:
    """Return a row's cells with the types that a person's sheet has."""
    texts = [row.cells[column] for column in COLUMNS]
    due = texts[DUE]
    day = dt.date.fromisoformat(due) if len(due) == len("2027-01-31") else due or None
    return [texts[0], int(texts[NUMBER]), *texts[2:DUE], day, texts[-1] or None]


@dataclass(slots=True)
class Book:
    """A workbook in the making: cells by row and column (from 1) of its one sheet.

    Attributes:
        cells: Row 1 is the first line of the list.
        owners: Which of the owner's rows each line is, from 0.
        damaged: The owner's rows that the damage touched, or could have.
        after: What is done to the sheet once it is filled (openpyxl).
        rows: The owner's rows.
    """

    cells: list[list[object]]
    owners: list[int | None]
    damaged: set[int] = field(default_factory=set)
    after: list[Callable[[Worksheet], object]] = field(default_factory=list)
    rows: tuple[Row, ...] = PLAIN

    def line(self, owner: int) -> int:
        """Return where one of the owner's rows is, in `cells`."""
        return self.owners.index(owner)

    def put(self, owner: int, column: int, value: object) -> None:
        """Write another value into a cell of one of the owner's rows, which damages it."""
        self.cells[self.line(owner)][column] = value
        self.damaged.add(owner)

    def insert(self, at: int, *lines: Sequence[object]) -> None:
        """Insert lines that are nobody's."""
        self.cells[at:at] = [list(line) for line in lines]
        self.owners[at:at] = [None] * len(lines)

    def everything(self) -> None:
        """Say that nothing can be told apart."""
        self.damaged = set(range(len(self.rows)))


def new_book(rows: tuple[Row, ...] = PLAIN, headers: Sequence[str] = COLUMNS) -> Book:
    """Return a valid workbook."""
    return Book([list(headers), *map(cells_of, rows)], [None, *range(len(rows))], rows=rows)


def meant_by(book: Book) -> tuple[Meant, ...]:
    """Return the owner's rows, where they stand."""
    return tuple(
        Meant(book.rows[owner].invoice, number, None, owner in book.damaged)
        for number, owner in enumerate(book.owners, 1)
        if owner is not None
    )


def fill(sheet: Worksheet, cells: list[list[object]]) -> None:
    """Put cells into a sheet of openpyxl; what begins with = is a formula, None stays blank."""
    for number, line in enumerate(cells, 1):
        for column, value in enumerate(line, 1):
            if value is not None:
                sheet.cell(number, column, value)


def save(workbook: Workbook) -> bytes:
    """Return a workbook's bytes."""
    buffer = io.BytesIO()
    workbook.save(buffer)
    return without_clock(buffer.getvalue())


def without_clock(data: bytes) -> bytes:
    """Return a workbook that doesn't say when it was made: its bytes are always the same."""
    packed = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(data))
    with source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+", b"2027-01-01T00:00:00", part)
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, part)
    return packed.getvalue()


def by_openpyxl(name: str, book: Book, why: str = "touched", **options: object) -> Variant:
    """Return a variant that openpyxl writes: formulas have no stored value."""
    workbook = Workbook()
    fill(workbook.active, book.cells)
    for change in book.after:
        change(workbook.active)
    return as_variant(f"openpyxl/{name}", book, save(workbook), why, **options)


def by_xlsxwriter(name: str, book: Book, why: str = "touched", **options: object) -> Variant:
    """Return a variant that XlsxWriter writes: formulas have a stored 0."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = workbook.add_worksheet()
    date = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for number, line in enumerate(book.cells):
        for column, value in enumerate(line):
            if isinstance(value, dt.date | dt.datetime):
                sheet.write_datetime(number, column, value, date)
            elif value is not None:
                sheet.write(number, column, value)
    workbook.close()
    return as_variant(f"xlsxwriter/{name}", book, without_clock(buffer.getvalue()), why, **options)


def as_variant(name: str, book: Book, data: bytes, why: str, **options: object) -> Variant:
    """Return a workbook's bytes as a variant."""
    options.setdefault("file", "invoices.xlsx")
    return Variant(f"xlsx/{name}", data=data, meant=meant_by(book), why=why, **options)


def refused(variant: Variant, why: str, **changes: object) -> Variant:
    """Return a variant of which nothing can be told."""
    meant = tuple(replace(each, damaged=True) for each in variant.meant)
    return replace(variant, meant=meant, why=why, **changes)


def letter(column: int) -> str:
    """Return a column's letter, from 0."""
    return get_column_letter(column + 1)
