"""What answers at once has to: help, a wrong option, what is known of a reference."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figure, at_most, below
from benchmarks.ledgers import build, reference
from benchmarks.measure import COMMAND, Size, run

ROUNDS = 15
USAGE = 2
NOT_USAGE = (0, 1)


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Measure the start-up.

    Args:
        folder: Where to work, an empty folder.
        size: How much of it.
    """
    rounds = min(ROUNDS, size.rounds)
    bare = (sys.executable, "-c", "import click")
    starts: dict[str, Sequence[str | Path]] = {
        "--help": (COMMAND, "--help"),
        "--version": (COMMAND, "--version"),
        "a wrong option": (COMMAND, "invoices.xlsx", "--rat", "5"),
    }
    beside, *took = _medians(folder, rounds, bare, *starts.values(), ends=(0, USAGE))
    for name, seconds in zip(starts, took, strict=True):
        yield at_most(name, seconds, beside, 'python -c "import click"', 1.5)
    yield from _measure_ledger(folder, size.rows(1_000_000), rounds)


def _measure_ledger(folder: Path, references: int, rounds: int) -> Iterator[Figure]:
    ledger = folder / "ledger.sqlite3"
    build(ledger, references)
    known = (COMMAND, "status", reference(references // 2), "--ledger", ledger)
    unknown = (COMMAND, "status", "nobody's", "--ledger", ledger)
    runs = (COMMAND, "runs", "--ledger", ledger)
    help_, *took = _medians(
        folder, rounds, (COMMAND, "--help"), runs, known, unknown, ends=NOT_USAGE
    )
    named = ("runs", "status of a reference", "status of an unknown one")
    for name, seconds in zip(named, took, strict=True):
        what = f"{name}, {references:,} references"
        yield below(what, seconds - help_, 0.5, "s", "beyond --help")


def _medians(
    folder: Path, rounds: int, *commands: Sequence[str | Path], ends: Sequence[int]
) -> list[float]:
    """Return what each command takes in the middle of several turns, in seconds."""
    turns = [
        [run(command, folder=folder, ends=ends).wall_s for command in commands]
        for _ in range(rounds)
    ]
    return [statistics.median(each) for each in zip(*turns, strict=True)]
