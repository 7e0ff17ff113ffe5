"""Text → typed columns, vectorised; what can't be read for certain is an issue, never a guess."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from importer.dates import is_date_format, read_dates
from importer.errors import UsageError
from importer.model import Code, Field, Issue
from importer.table import ROW, ColumnMap, Invoices, Table

WHOLE = r"^[+-]?\d+(\.0+)?$"
NO_PLACES = frozenset({"Factory", "localtime"})
"""Files of the time zone database that name no zone."""

FORMULA_ERROR = r"^#(N/A|(REF|VALUE|DIV/0|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|CONNECT)!|NAME\?)$"
"""What Excel shows where a formula has no result; never something to send."""

TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Reading:
    """How cells are read.

    Attributes:
        timezone: The IANA name of the zone that dates and times without one are in.
        date_format: A strftime pattern that dates may be written in, besides ISO 8601.
        today: The day on which the file is read; None to say nothing about days past or far ahead.
        columns: Which of the file's headers gives which field, besides those that are known.
        max_reference: The characters that a reference may have.
        max_note: The characters that a note may have; by default what a spreadsheet's cell holds.
        warnings_as_errors: Keep rows back for what would be a warning.
    """

    timezone: str = "UTC"
    date_format: str | None = None
    today: dt.date | None = None
    columns: Mapping[str, Field] = field(default_factory=dict)
    max_reference: int = 255
    max_note: int = 32_767
    warnings_as_errors: bool = False

    def __post_init__(self) -> None:
        """Refuse a zone that the time zone database doesn't know, and a pattern that is no date's.

        Raises:
            UsageError: When one of them is wrong.
        """
        if self.timezone not in zoneinfo.available_timezones() - NO_PLACES:
            raise UsageError(
                f'--timezone "{self.timezone}" is no time zone. Write a name such as UTC, '
                "Africa/Monrovia or Europe/Paris."
            )
        if self.date_format is not None and not is_date_format(self.date_format):
            raise UsageError(
                f'--date-format "{self.date_format}" is no date pattern. Write day, month and '
                "year and no time, such as %d/%m/%Y for 31/01/2027."
            )


def clean(table: Table, columns: ColumnMap, reading: Reading) -> Invoices:
    """Turn the text of a table's cells into the values that the API takes.

    Args:
        table: The file's table.
        columns: Which of its columns gives which field.
        reading: How dates are read.
    """
    trimmed = _trimmed(table, columns)
    text = trimmed.with_columns(
        pl.when(~pl.exclude(ROW).str.contains(FORMULA_ERROR)).then(pl.exclude(ROW))
    )
    dates = read_dates(text[Field.DUE_DATE], reading.timezone, reading.date_format)
    frame = text.select(
        ROW,
        Field.REFERENCE_ID,
        _folded(text[Field.REFERENCE_ID]).alias("key"),
        pl.when(pl.col(Field.COUNTERPARTY_ID).str.contains(WHOLE))
        .then(pl.col(Field.COUNTERPARTY_ID).str.replace(r"\.0+$", ""))
        .cast(pl.Int64, strict=False),
        pl.col(Field.CURRENCY).str.to_uppercase(),
        Field.NOTE,
        pl.col(Field.FEE_BEARER).str.to_uppercase(),
        pl.col(Field.AS_PAYMENT_LINK)
        .str.to_lowercase()
        .replace_strict(TRUTHS, default=None, return_dtype=pl.Boolean),
    ).with_columns(dates)
    issues = (
        *table.issues,
        *(
            issue
            for field in Field
            for issue in _unread(trimmed, text, columns, field, Code.FORMULA_ERROR, _say_formula)
        ),
        *_unread(text, frame, columns, Field.COUNTERPARTY_ID, Code.NOT_A_WHOLE_NUMBER, _say_number),
        *_unread(text, frame, columns, Field.AS_PAYMENT_LINK, Code.NOT_YES_OR_NO, _say_truth),
        *_unread(text, frame, columns, Field.DUE_DATE, Code.DATE_UNREADABLE, _say_date),
    )
    return Invoices(frame=frame, columns=columns, issues=issues)


def shown(value: str | None) -> str:
    """Return a cell's text as messages quote it: on one line, not too long."""
    if value is None:
        return "blank"
    text = "".join(c if c.isprintable() else "�" for c in value)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'  # noqa: PLR2004 about a line


def _trimmed(table: Table, columns: ColumnMap) -> pl.DataFrame:
    """Return a String column per field: trimmed (no-break spaces too), NFC, blank cells null."""

    def column(field: Field) -> pl.Expr:
        if (found := columns.columns.get(field)) is None:
            return pl.lit(None, dtype=pl.String).alias(field)
        trimmed = pl.col(found.name).str.normalize("NFC").str.strip_chars()
        return pl.when(trimmed != "").then(trimmed).alias(field)

    return table.cells.select(ROW, *(column(field) for field in Field))


def _folded(references: pl.Series) -> pl.Series:
    """Return the keys of references, as of `model.reference_key`.

    Lower-casing is folding for ASCII; the others are folded one by one.
    """
    references = references.str.replace_all(r"\s+", " ")
    lower = references.str.to_lowercase()
    others = references.filter(~references.str.contains(r"^[\x00-\x7f]*$")).drop_nulls().unique()
    if others.is_empty():
        return lower
    folded = {text: text.casefold() for text in others}
    return references.replace_strict(folded, default=lower, return_dtype=pl.String)


def _unread(  # noqa: PLR0917 private, and always called with all six
    text: pl.DataFrame,
    frame: pl.DataFrame,
    columns: ColumnMap,
    field: Field,
    code: Code,
    say: Callable[[str], str],
) -> Iterable[Issue]:
    """Yield an issue for every cell of a field that holds text but gave no value."""
    wrong = text.filter(text[field].is_not_null() & frame[field].is_null())
    header = columns.header(field)
    for row, value in wrong.select(ROW, field).iter_rows():
        yield Issue(code, row, header, value, say(shown(value)))


def _say_formula(value: str) -> str:
    return f"{value} is what a formula without a result shows. Correct it, or write the value."


def _say_number(value: str) -> str:
    return f"{value} is not a whole number. Write the customer's number, such as 123."


def _say_truth(value: str) -> str:
    return f"{value} is neither yes nor no. Write yes or no."


def _say_date(value: str) -> str:
    return (
        f"{value} is not a date that can be read for certain. Write it as 2027-01-31 (with a time "
        "and its zone: 2027-01-31T17:00:00Z), or say with --date-format how dates are written."
    )
