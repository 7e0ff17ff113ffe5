"""polars and pandera alone: `bare_csv FILE` reads a CSV, casts it, and counts what fails."""

from __future__ import annotations

import sys

import polars as pl

from benchmarks.baselines.schema import check

failures = check(pl.read_csv(sys.argv[1], infer_schema=False))
print(failures.height, failures.group_by("column").len().sort("column").rows())
