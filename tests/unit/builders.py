"""What the tests of the reading half are built from: files, tables, invoices, ledger entries."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import polars as pl
from openpyxl import Workbook

from importer.clean import Reading, clean
from importer.columns import map_columns
from importer.content import write_bodies
from importer.model import Create, Field, InvoiceRef
from importer.read import Opening, read_table
from importer.records import Attempt, Entry, ReplyKind, Resolution, Settlement, Verdict
from importer.table import KIND, ROW, Invoices, Kind, Table
from importer.validate import validate

Row = Sequence[str | None]

HEADERS = tuple(field.value for field in Field)
GOOD = {
    "reference_id": "INV-1",
    "counterparty_id": "123",
    "currency": "USD",
    "note": "Rent",
    "fee_bearer": "PAYER",
    "as_payment_link": "yes",
    "due_date": None,
}
NOON = dt.datetime(2026, 10, 1, 12, 0, 0, tzinfo=dt.UTC)
INVOICE = InvoiceRef(900, "INV-900")


def row(**cells: str | None) -> tuple[str | None, ...]:
    """Return the cells of a good row, some of them replaced."""
    return tuple((GOOD | cells).values())


def csv_bytes(
    rows: Iterable[Sequence[object]],
    *,
    delimiter: str = ",",
    lineterminator: str = "\r\n",
    quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:
    """Return rows as Python's own csv module writes them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=lineterminator, quoting=quoting)
    writer.writerows(rows)
    return text.getvalue().encode()


def xlsx_bytes(sheets: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    """Return a workbook with these sheets; every text is a text cell."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, cells in enumerate(rows, 1):
            for column, value in enumerate(cells, 1):
                cell = sheet.cell(number, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    return save(book)


def save(book: Workbook) -> bytes:
    """Return a workbook's bytes."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(folder: Path, data: bytes, *, sheet: str | None = None) -> Table:
    """Put bytes into a file and read it."""
    path = folder / "invoices.file"
    path.write_bytes(data)
    return read_table(path, Opening(sheet=sheet))


def rows_of(table: Table) -> list[tuple[int | str | None, ...]]:
    """Return a table's rows: the row number, then the cells."""
    return table.cells.rows()


def make_table(rows: Sequence[Row], headers: Sequence[str] = HEADERS) -> Table:
    """Return a table of text cells, its rows numbered from 2."""
    names = [str(number) for number in range(len(headers))]
    cells = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    numbers = pl.Series(ROW, range(2, len(rows) + 2), dtype=pl.UInt32)
    kinds = pl.DataFrame({name: pl.Series([Kind.TEXT] * len(rows), dtype=KIND) for name in names})
    return Table(
        path=Path("/data/march.csv"),
        sha256="0" * 64,
        sheet=None,
        header_row=1,
        headers=tuple(headers),
        cells=cells.insert_column(0, numbers),
        kinds=kinds,
        positions=tuple(range(len(headers))),
    )


def clean_table(table: Table, reading: Reading | None = None) -> Invoices:
    """Clean a table whose columns are mapped by its own headers."""
    return clean(table, map_columns(table.headers), reading or Reading())


def validate_rows(*rows: Row, headers: Sequence[str] = HEADERS) -> Invoices:
    """Return rows as validated invoices."""
    table = make_table(rows, headers)
    return validate(clean_table(table), table)


@cache
def make_create(**cells: str | None) -> Create:
    """Return what would be sent for the good row, some of its cells replaced."""
    frame = validate_rows(row(**cells)).frame
    values = frame.with_columns(write_bodies(frame)).row(0, named=True)
    return Create(
        values[ROW], values["reference_id"], values["key"], values["body"], values["due_day"]
    )


def make_attempt(
    create: Create,
    kind: ReplyKind | None,
    *,
    verdict: Verdict | None = None,
    number: int = 1,
) -> Attempt:
    """Return an attempt in the ledger; `kind` None is one that was never settled."""
    invoice = INVOICE if kind is ReplyKind.CREATED else None
    found = INVOICE if verdict in {Verdict.FOUND, Verdict.OTHER} else None
    return Attempt(
        id=number,
        run_id="run",
        create=create,
        idempotency_key="key",
        claimed_at=NOON,
        settlement=None if kind is None else Settlement(kind, NOON, detail="why", invoice=invoice),
        resolution=None if verdict is None else Resolution(verdict, "listing", NOON, found),
    )


def make_entry(*attempts: Attempt) -> dict[str, Entry]:
    """Return what the ledger knows, by key."""
    return {attempts[-1].create.key: Entry(attempts)}
