"""The schema that a plain user of pandera writes for the same file."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
from iso4217 import Currency
from pandera.errors import SchemaErrors

SCHEMA = pa.DataFrameSchema(
    {
        "reference_id": pa.Column(pl.String, pa.Check.str_length(1, 255), unique=True),
        "counterparty_id": pa.Column(pl.Int64, pa.Check.gt(0)),
        "currency": pa.Column(pl.String, pa.Check.isin([c.code for c in Currency])),
        "note": pa.Column(pl.String, pa.Check.str_length(1, 32_767)),
        "fee_bearer": pa.Column(pl.String, pa.Check.isin(["PAYER", "PAYEE"])),
        "as_payment_link": pa.Column(pl.Boolean),
        "due_date": pa.Column(pl.Date, nullable=True),
    }
)


def check(texts: pl.DataFrame) -> pl.DataFrame:
    """Cast a frame of texts, and return what fails, a row for each cell."""
    text = pl.all().str.strip_chars().replace("", None)
    typed = texts.with_columns(text).with_columns(
        pl.col("counterparty_id").cast(pl.Int64, strict=False),
        pl.col("currency", "fee_bearer").str.to_uppercase(),
        pl.col("as_payment_link")
        .str.to_lowercase()
        .replace_strict({"yes": True, "no": False}, default=None, return_dtype=pl.Boolean),
        pl.col("due_date").str.to_date("%Y-%m-%d", strict=False),
    )
    lost = pl.DataFrame(
        {
            "column": "due_date",
            "index": (texts["due_date"].is_not_null() & typed["due_date"].is_null()).arg_true(),
        }
    )
    try:
        SCHEMA.validate(typed, lazy=True)
    except SchemaErrors as error:
        return pl.concat(
            [error.failure_cases.select("column", "index"), lost], how="vertical_relaxed"
        )
    return lost
