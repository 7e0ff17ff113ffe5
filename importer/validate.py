"""The schema of an invoice: the only room that knows pandera.

The rules are the API's (`POST /v1/invoices/create`) and ours: a reference is required and unique,
because it is the idempotency key.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cache

import pandera.polars as pa
import polars as pl
from iso4217 import Currency
from pandera.errors import SchemaErrors

from importer.clean import Reading, clean, shown
from importer.columns import map_columns
from importer.model import Field, Issue
from importer.table import ROW, ColumnMap, Invoices, Table

CURRENCIES = frozenset(currency.code for currency in Currency)
BEARERS = ("PAYER", "PAYEE")

MOST_REFERENCE, MOST_NOTE = 255, 32_767
"""Characters at most. The API names no limits: these keep out what can only be a mistake; the
second is what a spreadsheet's cell holds."""

INVISIBLE = r"[\p{Cc}\p{Cf}]"
"""Control and format characters: two references that differ in one look the same to everybody."""


def _visible(data: pa.PolarsData) -> pl.LazyFrame:
    return data.lazyframe.select(~pl.col(str(data.key)).str.contains(INVISIBLE))


SCHEMA = pa.DataFrameSchema(
    {
        Field.REFERENCE_ID: pa.Column(
            pl.String,
            [
                pa.Check(_visible, error="reference_characters"),
                pa.Check.str_length(max_value=MOST_REFERENCE, error="reference_too_long"),
            ],
        ),
        "key": pa.Column(pl.String, nullable=True, unique=True),
        Field.COUNTERPARTY_ID: pa.Column(pl.Int64, pa.Check.gt(0, error="not_positive")),
        Field.CURRENCY: pa.Column(pl.String, pa.Check.isin(CURRENCIES, error="currency_unknown")),
        Field.NOTE: pa.Column(
            pl.String, pa.Check.str_length(max_value=MOST_NOTE, error="note_too_long")
        ),
        Field.FEE_BEARER: pa.Column(pl.String, pa.Check.isin(BEARERS, error="fee_bearer_unknown")),
        Field.AS_PAYMENT_LINK: pa.Column(pl.Boolean),
        Field.DUE_DATE: pa.Column(pl.String, nullable=True),
    }
)

MISSING = {
    Field.REFERENCE_ID: "Write the invoice's own reference, one that no other row has.",
    Field.COUNTERPARTY_ID: "Write the customer's number, such as 123.",
    Field.CURRENCY: "Write a three-letter code, such as USD.",
    Field.NOTE: "Write what the invoice is for.",
    Field.FEE_BEARER: "Write PAYER (the customer pays the fees) or PAYEE (you do).",
    Field.AS_PAYMENT_LINK: "Write yes or no.",
}


def interpret(table: Table, reading: Reading) -> Invoices:
    """Turn a file's table into validated invoices: map its columns, clean its cells, check them.

    Args:
        table: The file's table.
        reading: How dates are read.

    Raises:
        FileError: When a required column is missing, or a field has two.
    """
    return validate(clean(table, map_columns(table.headers), reading), table)


def validate(invoices: Invoices, table: Table) -> Invoices:
    """Check every row against the schema, all wrong cells at once.

    Args:
        invoices: The cleaned rows.
        table: The file's cells, for what messages quote.

    Returns:
        The same rows, with the schema's issues added, in the order of rows and columns.
    """
    try:
        SCHEMA.validate(invoices.frame, lazy=True)
        found: list[Issue] = []
    except SchemaErrors as exc:
        found = list(_issues(exc.failure_cases, invoices, table))
    order = {column.header: int(column.name) for column in invoices.columns.columns.values()}
    issues = sorted(
        (*invoices.issues, *found), key=lambda i: (i.row, order.get(i.column or "", -1))
    )
    return Invoices(frame=invoices.frame, columns=invoices.columns, issues=tuple(issues))


def _issues(failures: pl.DataFrame, invoices: Invoices, table: Table) -> Iterator[Issue]:
    """Turn pandera's failure cases into issues, leaving out cells that clean reported already."""
    unread = {(issue.row, issue.column) for issue in invoices.issues}
    twins = _twins(invoices.frame)
    cells = _cells(failures, invoices.columns, table)
    for name, check, row, value in cells.iter_rows():
        field = Field.REFERENCE_ID if name == "key" else Field(name)
        header = invoices.columns.header(field)
        if (row, header) in unread or (name == "key" and row not in twins):
            continue
        code = {"not_nullable": "missing_value", "field_uniqueness": "reference_duplicate"}.get(
            check, check
        )
        message = _say(code, field, value, twins.get(row, ()))
        yield Issue(code, row, header, value, message)


def _cells(failures: pl.DataFrame, columns: ColumnMap, table: Table) -> pl.DataFrame:
    """Return `column`, `check`, `row` and the cell's own text of every failure."""
    sources = {field.value: found.name for field, found in columns.columns.items()}
    sources["key"] = sources[Field.REFERENCE_ID]
    parts = [
        part.select(
            "column",
            "check",
            table.cells[ROW].gather(part["index"]),
            table.cells[sources[str(name)]].gather(part["index"]).str.strip_chars().alias("value"),
        )
        for (name,), part in failures.group_by("column", maintain_order=True)
    ]
    return pl.concat(parts)


def _twins(frame: pl.DataFrame) -> Mapping[int, tuple[tuple[int, str], ...]]:
    """Return, for every row whose reference another row has too, all rows that have it."""
    doubled = frame.filter(pl.col("key").is_not_null() & pl.col("key").is_duplicated())
    groups = doubled.group_by("key").agg(ROW, Field.REFERENCE_ID)
    return {
        row: tuple(zip(rows, references, strict=True))
        for _, rows, references in groups.iter_rows()
        for row in rows
    }


def _say(  # noqa: PLR0911 a sentence for each code
    code: str, field: Field, value: str | None, twins: tuple[tuple[int, str], ...]
) -> str:
    match code:
        case "missing_value":
            return f"The cell is blank. {MISSING[field]}"
        case "reference_duplicate":
            return _say_duplicate(twins)
        case "not_positive":
            return f"{shown(value)} is not a customer's number. Write a positive one, such as 123."
        case "currency_unknown":
            return f"{shown(value)} is no active ISO 4217 currency code. {_suggest_currency(value)}"
        case "reference_characters":
            return f"{shown(value)} holds characters that nobody sees. Type the reference anew."
        case "reference_too_long" | "note_too_long":
            most = MOST_REFERENCE if code == "reference_too_long" else MOST_NOTE
            return f"The text has {len(value or ''):,} characters. Write {most:,} at most."
        case "fee_bearer_unknown":
            return f"{shown(value)} is no fee bearer. {MISSING[Field.FEE_BEARER]}"
        case _:
            return f"{shown(value)} is not allowed here ({code})."


def _say_duplicate(twins: tuple[tuple[int, str], ...]) -> str:
    rows = ", ".join(str(row) for row, _ in twins[:10]) + (" and more" if len(twins) > 10 else "")  # noqa: PLR2004 enough to find them
    same = len({reference for _, reference in twins}) == 1
    how = "the same reference" if same else "references that differ only in case"
    return f"Rows {rows} have {how}. Give each invoice a reference of its own, or remove the copy."


@cache
def _suggest_currency(value: str | None) -> str:
    letters = "".join(c for c in (value or "").upper() if c.isalpha() and c.isascii())
    starting = sorted(code for code in CURRENCIES if len(letters) > 1 and code.startswith(letters))
    near = starting or difflib.get_close_matches(letters, sorted(CURRENCIES), n=1)
    return f"Did you mean {near[0]}?" if near else "Write a three-letter code, such as USD."
