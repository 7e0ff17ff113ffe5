"""Writing the results."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, at_most, below
from benchmarks.files import write_csv
from benchmarks.measure import Size, run

BAD = 0.001
"""The share of cells that are wrong."""

ROUNDS = 2


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Measure the writing of a results workbook.

    Args:
        folder: Where to work, an empty folder.
        size: How much of it.
    """
    rows = size.rows(100_000)
    file = folder / f"some-{rows}.csv"
    write_csv(file, rows, BAD)
    ours, plain, peak = [], [], 0.0
    for turn in range(min(ROUNDS, size.rounds)):
        written, again = folder / f"results-{turn}.xlsx", folder / f"again-{turn}.xlsx"
        took = run((sys.executable, "-m", "benchmarks.write", file, written), folder=folder)
        ours.append(float(json.loads(took.said)))
        peak = max(peak, took.peak_mib)
        script = (sys.executable, "-m", "benchmarks.baselines.write_only", written, again)
        plain.append(float(json.loads(run(script, folder=folder).said)))
    what = f"results workbook, {rows:,} rows"
    yield at_most(what, min(ours), min(plain), "openpyxl, write-only, no looks", 0.4)
    yield below("its peak memory, the report included", peak, 400, "MiB")
