"""Tables as bytes: what a run keeps, so that its results can be written again at any time."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import polars as pl

from importer.model import Code, Issue, Severity
from importer.results import Results
from importer.table import MARK_SCHEMA, ROW, Table

LINE = "line"
"""The packed column with the line that each row begins on."""

NUMBER = "number"
"""The packed column with the invoice that each row says it is."""


def pack_table(table: Table) -> bytes:
    """Compress a table (Arrow IPC, zstandard)."""
    about = {
        "path": str(table.path),
        "sha256": table.sha256,
        "sheet": table.sheet,
        "header_row": table.header_row,
        "headers": table.headers,
        "issues": [[i.code, i.row, i.column, i.value, i.message, i.severity] for i in table.issues],
        "positions": table.positions,
        "marks": table.marks.rows(),
        "lines": table.lines is not None,
        "header_line": table.header_line,
        "claims": list(table.claims.items()),
        "date1904": table.date1904,
        "warnings": table.warnings,
    }
    names = {name: f"kind {name}" for name in table.kinds.columns}
    both = pl.concat([table.cells, table.kinds.rename(names)], how="horizontal")
    if table.lines is not None:
        both = both.with_columns(table.lines.alias(LINE))
    if len(table.results.numbers):
        numbers = table.results.numbers.unique(ROW, keep="first")
        both = both.join(numbers, on=ROW, how="left", maintain_order="left")
    return json.dumps(about).encode() + b"\n" + pack_frame(both)


def unpack_table(
    data: bytes, wanted: Callable[[Sequence[str]], Collection[str]] | None = None
) -> Table:
    """Return the table that `pack_table` compressed.

    Args:
        data: What was packed.
        wanted: From the headers to the names of the frame columns that are needed, where only some
            are: the others are left out, and so are the lines.
    """
    head, _, body = data.partition(b"\n")
    about = json.loads(head)
    names = () if wanted is None else wanted(about["headers"])
    pairs = [ROW, *names, *(f"kind {name}" for name in names)]
    both = unpack_frame(body, None if wanted is None else pairs)
    kinds = both.select(pl.col(r"^kind .*$").name.replace("kind ", ""))
    issues = (
        Issue(Code(code), row, column, value, message, Severity(severity))
        for code, row, column, value, message, severity in about["issues"]
    )
    headers = tuple(about["headers"])
    # Tables that were packed by version 0.1 lack what is asked for by `get`.
    return Table(
        path=Path(about["path"]),
        sha256=about["sha256"],
        sheet=about["sheet"],
        header_row=about["header_row"],
        headers=headers,
        cells=both.select(ROW, *kinds.columns),
        kinds=kinds,
        positions=tuple(about.get("positions", range(len(headers)))),
        issues=tuple(issues),
        marks=pl.DataFrame(about.get("marks", []), schema=MARK_SCHEMA, orient="row"),
        lines=both[LINE] if LINE in both.columns else None,
        results=Results(numbers=both.select(ROW, NUMBER).drop_nulls())
        if NUMBER in both.columns
        else Results(),
        header_line=about.get("header_line"),
        claims=dict(about.get("claims", ())),
        date1904=about.get("date1904", False),
        warnings=tuple(about.get("warnings", ())),
    )


def pack_frame(frame: pl.DataFrame) -> bytes:
    """Compress a frame (Arrow IPC, zstandard)."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def unpack_frame(data: bytes, columns: list[str] | None = None) -> pl.DataFrame:
    """Return the frame that `pack_frame` compressed.

    Args:
        data: What was packed.
        columns: The names of the columns that are needed; None for all.
    """
    return pl.read_ipc(io.BytesIO(data), columns=columns)
