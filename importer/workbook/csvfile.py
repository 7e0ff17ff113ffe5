"""Report → CSV: the Results sheet alone."""

from __future__ import annotations

import polars as pl

from importer.report import Report
from importer.table import Kind
from importer.workbook.layout import Layout, lay_out

FORMULA = r"^'*[=+\-@]"
"""Text that Excel would take for a formula, and text that was kept from it, so that taking one
apostrophe off gives the text back (OWASP, CSV injection)."""

MIDNIGHT = " 00:00:00"


def csv_bytes(report: Report) -> bytes:
    """Return the results as UTF-8 with a byte order mark, which Excel needs to see the encoding.

    A text that begins like a formula gets an apostrophe in front, headers too; a negative number
    of a workbook stays one.
    """
    layout = lay_out(report)
    body = pl.concat([_own_cells(layout), _result_cells(layout)], how="horizontal")
    # The headers are a row of their own, since polars wants a frame's names unique.
    named = [header or None for header in layout.headers]
    headers = pl.DataFrame([named], schema=body.schema, orient="row")
    lines = pl.concat([headers.select(_escape(pl.all())), body])
    text = lines.write_csv(include_header=False, include_bom=True, line_terminator="\r\n")
    return text.encode()


def _own_cells(layout: Layout) -> pl.DataFrame:
    kinds = layout.kinds.select(pl.all().name.suffix(" kind"))
    return pl.concat([layout.cells, kinds], how="horizontal").select(
        _own_cell(pl.col(name), pl.col(f"{name} kind")) for name in layout.cells.columns
    )


def _own_cell(text: pl.Expr, kind: pl.Expr) -> pl.Expr:
    is_number = (kind == Kind.NUMBER) & text.cast(pl.Float64, strict=False).is_not_null()
    is_date = kind == Kind.DATE
    return (
        pl.when(is_number)
        .then(text)
        .when(is_date)
        .then(text.str.strip_suffix(MIDNIGHT))
        .otherwise(_escape(text))
    )


def _result_cells(layout: Layout) -> pl.DataFrame:
    return layout.outcomes.select(_escape(pl.all().cast(pl.String)))


def _escape(text: pl.Expr) -> pl.Expr:
    return text.str.replace(FORMULA, "'$0")
