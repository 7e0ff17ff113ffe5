"""Tables as bytes: what a run keeps, so that its results can be written again at any time."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl

from importer.model import Issue, Severity
from importer.table import ROW, Table


def pack_table(table: Table, kinds: pl.DataFrame) -> bytes:
    """Compress a table and what its cells are (Arrow IPC, zstandard)."""
    about = {
        "path": str(table.path),
        "sha256": table.sha256,
        "sheet": table.sheet,
        "header_row": table.header_row,
        "headers": table.headers,
        "issues": [[i.code, i.row, i.column, i.value, i.message, i.severity] for i in table.issues],
    }
    names = {name: f"kind {name}" for name in kinds.columns}
    both = pl.concat([table.cells, kinds.rename(names)], how="horizontal")
    return json.dumps(about).encode() + b"\n" + pack_frame(both)


def unpack_table(data: bytes) -> Table:
    """Return the table that `pack_table` compressed."""
    head, _, body = data.partition(b"\n")
    about = json.loads(head)
    both = unpack_frame(body)
    kinds = both.select(pl.col(r"^kind .*$").name.replace("kind ", ""))
    issues = (
        Issue(code, row, column, value, message, Severity(severity))
        for code, row, column, value, message, severity in about["issues"]
    )
    return Table(
        path=Path(about["path"]),
        sha256=about["sha256"],
        sheet=about["sheet"],
        header_row=about["header_row"],
        headers=tuple(about["headers"]),
        cells=both.select(ROW, *kinds.columns),
        read_kinds=lambda: kinds,
        issues=tuple(issues),
    )


def pack_frame(frame: pl.DataFrame) -> bytes:
    """Compress a frame (Arrow IPC, zstandard)."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def unpack_frame(data: bytes) -> pl.DataFrame:
    """Return the frame that `pack_frame` compressed."""
    return pl.read_ipc(io.BytesIO(data))
