"""The template's example rows, left in a file: fine for a rehearsal, held back from a real API."""

from __future__ import annotations

import polars as pl

from importer.guide import EXAMPLE, EXAMPLE_NOTE
from importer.model import Code, Field, Issue, explain, reference_key
from importer.table import ROW, Invoices


def find_examples(invoices: Invoices) -> pl.DataFrame:
    """Return the rows that are examples of the template's, as they were made."""
    return invoices.frame.filter(
        pl.col("key").str.starts_with(reference_key(EXAMPLE))
        & pl.col(Field.NOTE).str.starts_with(EXAMPLE_NOTE)
    )


def hold_examples(invoices: Invoices) -> Invoices:
    """Add an issue to every row that is an example of the template's, as it was made."""
    examples = find_examples(invoices)
    return invoices.with_issues(
        Issue(
            Code.EXAMPLE_ROW,
            row,
            invoices.columns.header(Field.REFERENCE_ID),
            reference,
            explain(
                f'"{reference}" is an example row of the template',
                "expected an invoice of your own",
                "delete the row, or write your invoice over it.",
            ),
        )
        for row, reference in examples.select(ROW, Field.REFERENCE_ID).iter_rows()
    )
