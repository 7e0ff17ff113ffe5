"""calamine, polars and pandera alone: `bare_xlsx FILE` reads a workbook, counts what fails."""

from __future__ import annotations

import sys

import polars as pl
from python_calamine import CalamineWorkbook

from benchmarks.baselines.schema import check

header, *rows = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
texts = pl.DataFrame(
    {
        name: [str(value) if value != "" else None for value in column]
        for name, column in zip(header, zip(*rows, strict=True), strict=True)
    },
    schema=dict.fromkeys(header, pl.String),
).with_columns(pl.col("counterparty_id").str.strip_suffix(".0"))
failures = check(texts)
print(failures.height, failures.group_by("column").len().sort("column").rows())
