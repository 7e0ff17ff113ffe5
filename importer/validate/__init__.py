"""The schema of an invoice: the only room that knows pandera.

The rules are the API's (`POST /v1/invoices/create`) and ours: a reference is required and unique,
because it is the idempotency key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from importer.clean import Reading, clean
from importer.columns import map_columns
from importer.likeness import MOST_NAMED, Place, name_rows
from importer.model import Code, Field, Issue, Severity
from importer.table import ROW, ColumnMap, Invoices, Table, are_doubled
from importer.validate.currencies import CURRENCIES
from importer.validate.remarks import remark
from importer.validate.repair import add_fingerprints, find_unrepaired, references_in_doubt
from importer.validate.wording import BEARERS, say, say_duplicate

SHIFTED = frozenset({Code.ROW_LENGTH, Code.ROW_BROKEN, Code.STRAY_QUOTE})
"""What is told of a row that isn't certain as a whole, so that nothing is told of its cells."""

INVISIBLE = r"[\p{Cc}\p{Cf}]"
"""Control and format characters: two references that differ in one look the same to everybody."""

CODES = {"not_nullable": Code.MISSING_VALUE}
"""The codes of pandera's own checks; ours bear theirs as names."""


def interpret(table: Table, reading: Reading) -> Invoices:
    """Turn a file's table into validated invoices: map its columns, clean its cells, check them.

    Args:
        table: The file's table.
        reading: How cells are read, and what may be in them.

    Returns:
        The rows, and all that is wrong with them or worth a remark, each told its place.

    Raises:
        FileError: When a required column is missing, or a field has two.
    """
    sheet = f' of the sheet "{table.sheet}"' if table.sheet is not None else ""
    columns = map_columns(
        table.headers,
        reading.columns,
        places=table.header_places(),
        where=table.place(table.header_row) + sheet,
        results=table.results,
    )
    validated = validate(clean(table, columns, reading), table, reading)
    found = _without_shifted((*validated.issues, *remark(validated, table, reading)))
    placed = replace(
        validated,
        issues=(),
        place=table.place,
        warnings_as_errors=reading.warnings_as_errors,
        results=table.results,
        prints=references_in_doubt(table, validated.columns),
    )
    told = placed.with_issues(found)
    return add_fingerprints(table, told.with_issues(find_unrepaired(table, told)))


def validate(invoices: Invoices, table: Table, reading: Reading | None = None) -> Invoices:
    """Check every row against the schema, all wrong cells at once.

    Args:
        invoices: The cleaned rows.
        table: The file's cells, for what messages quote.
        reading: What may be in cells.

    Returns:
        The same rows, with the schema's issues added, in the order of rows and columns.
    """
    reading = reading or Reading()
    try:
        _schema(reading.max_reference, reading.max_note).validate(invoices.frame, lazy=True)
        found: list[Issue] = []
    except SchemaErrors as exc:
        found = list(_issues(exc.failure_cases, invoices, table, reading))
    return replace(invoices, issues=invoices.columns.in_order((*invoices.issues, *found)))


def object_to_values(values: Mapping[str, str], reading: Reading) -> dict[str, str]:
    """Return what is wrong with values that stand in place of cells, by field.

    Args:
        values: The values, as in a cell, by field.
        reading: How cells are read, and what may be in them.
    """
    row = pl.DataFrame({ROW: pl.Series([1], dtype=pl.UInt32)})
    table = Table(Path(), "", None, 1, (), row, row.drop(ROW), ())
    columns = ColumnMap({}, {Field(name): text for name, text in values.items()})
    issues = validate(clean(table, columns, reading), table, reading).issues
    wrong = [issue for issue in reversed(issues) if issue.severity is Severity.ERROR]
    return {name: issue.message for issue in wrong for name in values if issue.column == name}


def _without_shifted(issues: Iterable[Issue]) -> Iterator[Issue]:
    """Leave out what is told of the cells of rows whose cells are not where they belong.

    But for a reference that another row has too: that row names this one.
    """
    issues = tuple(issues)
    shifted = {i.row for i in issues if i.code in SHIFTED and i.column is None}
    for issue in issues:
        if (
            issue.column is None
            or issue.row not in shifted
            or issue.code is Code.REFERENCE_DUPLICATE
        ):
            yield issue


@cache
def _schema(max_reference: int, max_note: int) -> pa.DataFrameSchema:
    """Return the schema for these limits, in characters."""
    longest = pa.Check.str_length(max_value=max_reference, error=Code.REFERENCE_TOO_LONG.value)
    longest_note = pa.Check.str_length(max_value=max_note, error=Code.NOTE_TOO_LONG.value)
    visible = pa.Check(_visible, error=Code.REFERENCE_CHARACTERS.value)
    single = pa.Check(_single, error=Code.REFERENCE_DUPLICATE.value)
    positive = pa.Check.gt(0, error=Code.NOT_POSITIVE.value)
    currency = pa.Check.isin(CURRENCIES, error=Code.CURRENCY_UNKNOWN.value)
    bearer = pa.Check.isin(BEARERS, error=Code.FEE_BEARER_UNKNOWN.value)
    return pa.DataFrameSchema(
        {
            Field.REFERENCE_ID: pa.Column(pl.String, [visible, longest]),
            "key": pa.Column(pl.String, single, nullable=True),
            Field.COUNTERPARTY_ID: pa.Column(pl.Int64, positive),
            Field.CURRENCY: pa.Column(pl.String, currency),
            Field.NOTE: pa.Column(pl.String, longest_note),
            Field.FEE_BEARER: pa.Column(pl.String, bearer),
            Field.AS_PAYMENT_LINK: pa.Column(pl.Boolean),
            Field.DUE_DATE: pa.Column(pl.String, nullable=True),
        }
    )


def _visible(data: pa.PolarsData) -> pl.LazyFrame:
    return data.lazyframe.select(~pl.col(str(data.key)).str.contains(INVISIBLE))


def _single(data: pa.PolarsData) -> pl.LazyFrame:
    """Tell which values no other row has: as pandera's `unique`, in a fraction of the time."""
    values = data.lazyframe.select(str(data.key)).collect()
    return pl.LazyFrame([values.to_series().is_null() | ~are_doubled(values)])


def _issues(
    failures: pl.DataFrame, invoices: Invoices, table: Table, reading: Reading
) -> Iterator[Issue]:
    """Turn pandera's failure cases into issues, leaving out cells that cleaning told of already."""
    told = {(i.row, i.column) for i in invoices.issues if i.severity is Severity.ERROR}
    duplicates = _duplicates(failures, invoices.frame, table.place)
    most = {Field.REFERENCE_ID: reading.max_reference, Field.NOTE: reading.max_note}

    @cache
    def tell(name: str, check: str, value: str | None) -> tuple[Code, str, str]:
        field = _field(name)
        code = CODES.get(check) or Code(check)
        message = say(code, field, value, most.get(field, 0))
        return code, invoices.columns.header(field), message

    for name, check, row, value in _cells(failures, invoices.columns, table).iter_rows():
        code, header, message = tell(name, check, value)
        if (row, header) in told:
            continue
        if code is not Code.REFERENCE_DUPLICATE:
            yield Issue(code, row, header, value, message)
        elif row in duplicates:
            yield Issue(code, row, header, value, duplicates[row])


def _field(name: str) -> Field:
    """Return the field that a column of the schema is of."""
    return Field.REFERENCE_ID if name == "key" else Field(name)


def _cells(failures: pl.DataFrame, columns: ColumnMap, table: Table) -> pl.DataFrame:
    """Return `column`, `check`, `row` and the cell's own text of every failure."""
    parts = [
        part.select(
            "column",
            "check",
            table.cells[ROW].gather(part["index"]),
            _texts(str(name), columns, table, part["index"]).alias("value"),
        )
        for (name,), part in failures.group_by("column", maintain_order=True)
    ]
    return pl.concat(parts)


def _texts(name: str, columns: ColumnMap, table: Table, places: pl.Series) -> pl.Series:
    """Return the texts of a field's cells; what stands in their place where no column gives it."""
    field = _field(name)
    column = columns.columns.get(field)
    if column is not None:
        return table.cells[column.name].gather(places).str.strip_chars()
    default = columns.defaults.get(field)
    return pl.Series([default], dtype=pl.String).new_from_index(0, places.len())


def _duplicates(failures: pl.DataFrame, frame: pl.DataFrame, place: Place) -> Mapping[int, str]:
    """Return the message for every row whose reference another row has too."""
    doubled = frame[failures.filter(check=Code.REFERENCE_DUPLICATE.value)["index"].sort()]
    groups = doubled.group_by("key").agg(
        ROW, pl.col(Field.REFERENCE_ID).unique(maintain_order=True).head(MOST_NAMED)
    )
    messages = {}
    for _, rows, references in groups.iter_rows():
        message = say_duplicate(name_rows(rows, place), tuple(references))
        messages.update(dict.fromkeys(rows, message))
    return messages
