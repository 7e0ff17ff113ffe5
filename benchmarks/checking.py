"""Checking files, and importing again what exists."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figure, at_most, below
from benchmarks.files import write_csv, write_xlsx
from benchmarks.measure import COMMAND, Size, Took, run, serving

BAD = 0.01
"""The share of cells that are wrong."""

ROUNDS = 2

SOME_WRONG = (0, 1)
"""How a check ends."""


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Measure the checking.

    Args:
        folder: Where to work, an empty folder.
        size: How much of it.
    """
    rounds = min(ROUNDS, size.rounds)
    yield from _measure_csv(folder, size.rows(1_000_000), rounds)
    yield from _measure_xlsx(folder, size.rows(100_000), rounds)
    yield from _measure_rerun(folder, size.rows(100_000), rounds)


def _measure_csv(folder: Path, most: int, rounds: int) -> Iterator[Figure]:
    took = {}
    for rows in (most // 100, most // 10, most):
        file = folder / f"some-{rows}.csv"
        write_csv(file, rows, BAD)
        took[rows], bare = _best_of(folder, rounds, _check(file), _bare("bare_csv", file))
        named = "polars and pandera alone"
        limit = 3.0 if rows == most else None
        what = f"check, CSV of {rows:,} rows"
        yield _beside(what, took[rows], bare, named, limit)
    ten, hundred, all_ = took.values()
    yield below("its peak memory", all_.peak_mib, 2048, "MiB")
    yield at_most(
        f"its time for {most:,} rows", all_.wall_s, hundred.wall_s, "a tenth of the rows", 11
    )
    yield at_most(
        f"its time for {most // 10:,} rows", hundred.wall_s, ten.wall_s, "a tenth of the rows", 11
    )


def _measure_xlsx(folder: Path, rows: int, rounds: int) -> Iterator[Figure]:
    file = folder / f"some-{rows}.xlsx"
    write_xlsx(file, rows, BAD)
    ours, bare = _best_of(folder, rounds, _check(file), _bare("bare_xlsx", file))
    yield _beside(f"check, XLSX of {rows:,} rows", ours, bare, "calamine and pandera alone", 2)


def _measure_rerun(folder: Path, rows: int, rounds: int) -> Iterator[Figure]:
    """Import a file, then import it again, beside a check of it; all know the same ledger."""
    file = folder / f"good-{rows}.csv"
    write_csv(file, rows, bad=0)
    with serving() as server:
        options = ("--api-url", server.url)
        again = (COMMAND, file, *options, "--rate", "100000", "--yes", "--output")
        first = folder / "first.xlsx"
        run((*again, first), folder=folder, IMPORT_INVOICES_TOKEN="t0ken")
        server.rows_a_second(rows)
        best: list[Took] = []
        check: list[Took] = []
        for turn in range(rounds):
            results = folder / f"again-{turn}.xlsx"
            best.append(run((*again, results), folder=folder, IMPORT_INVOICES_TOKEN="t"))
            check.append(run((*_check(file), *options), folder=folder, ends=SOME_WRONG))
        told = folder / "again.csv"
        plain = run((*again, told), folder=folder, IMPORT_INVOICES_TOKEN="t")
        server.rows_a_second(rows)
    ours, beside = _best(best), _best(check)
    what = f"import of {rows:,} rows that all exist"
    yield _beside(what, ours, beside, "their check", 1.5)
    yield _beside(f"{what}, results as CSV", plain, beside, "their check", 1.5)


def _check(file: Path) -> tuple[str | Path, ...]:
    return (COMMAND, "check", file)


def _bare(script: str, file: Path) -> tuple[str | Path, ...]:
    return (sys.executable, "-m", f"benchmarks.baselines.{script}", file)


def _best_of(folder: Path, rounds: int, *commands: Sequence[str | Path]) -> list[Took]:
    """Return the best that each command took, in turns."""
    turns = [
        [run(command, folder=folder, ends=SOME_WRONG) for command in commands]
        for _ in range(rounds)
    ]
    return [_best(list(each)) for each in zip(*turns, strict=True)]


def _best(several: Sequence[Took]) -> Took:
    return min(several, key=lambda took: took.wall_s)


def _beside(what: str, ours: Took, bare: Took, named: str, times: float | None) -> Figure:
    if times is None:
        return Figure(what, f"{ours.wall_s:.3g} s", f"{bare.wall_s:.3g} s, {named}")
    return at_most(what, ours.wall_s, bare.wall_s, named, times)
