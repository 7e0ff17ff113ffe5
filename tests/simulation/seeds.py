"""Seeds, one by one or over several processes."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from unittest import mock

from simulation.crashes import POINTS
from simulation.fates import ListFate, PostFate
from simulation.invariants import ViolationError, check_recovery, check_result, check_server
from simulation.setting import Tool
from simulation.story import Story

RAM_DISK = Path("/dev/shm")
PROCESSES = 2

HAPPENINGS = (
    *(f"dies {point}" for point in POINTS),
    *(f": {fate}" for fate in PostFate),
    *(f"listing: {fate}" for fate in ListFate),
    "disk is full",
    "the user interrupts",
    "a second run is refused",
    "the credentials are another owner's",
    "the file is edited",
    "the ledger is lost",
    "the other desk's turn",
    "is created by hand",
    "is cancelled",
    "the clock jumps ahead",
    "the clock jumps back",
)
"""All that can happen in a story, in the words of its events."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a seed came to.

    Attributes:
        seed: Its number.
        invariant: The name of what didn't hold; None where everything did.
        failure: What went wrong, where something did.
        happened: Which of `HAPPENINGS` happened.
        events: What happened, line by line.
    """

    seed: int
    invariant: str | None
    failure: str
    happened: frozenset[str]
    events: tuple[str, ...]

    @property
    def replay(self) -> str:
        """The command that tells it again."""
        return f"replay: cd tests && python -m simulation --seed {self.seed} -v"


def play(seed: int, tool: Tool | None = None) -> Report:
    """Tell a seed's story and check it.

    Args:
        seed: Its number.
        tool: The importer; the real one by default.
    """
    with tempfile.TemporaryDirectory(dir=RAM_DISK if RAM_DISK.is_dir() else None) as folder:
        story = Story(seed, Path(folder), tool or Tool())
        invariant, failure = _check(story)
    text = "\n".join(story.events)
    happened = frozenset(happening for happening in HAPPENINGS if happening in text)
    return Report(seed, invariant, failure, happened, tuple(story.events))


def play_all(seeds: Iterable[int]) -> Iterator[Report]:
    """Tell the stories of many seeds over several processes, in order.

    The events of those that went well are left out.
    """
    # Spawned, not forked: polars has threads of its own. One is enough for a few rows.
    pool = ProcessPoolExecutor(PROCESSES, get_context("spawn"))
    with pool, mock.patch.dict(os.environ, POLARS_MAX_THREADS="1"):
        yield from pool.map(_play_briefly, seeds, chunksize=20)


def _play_briefly(seed: int) -> Report:
    report = play(seed)
    return report if report.failure else replace(report, events=())


def _check(story: Story) -> tuple[str | None, str]:
    """Return the name of the invariant that doesn't hold, if any, and what is wrong."""
    try:
        for result in story.tell():
            check_server(story.server)
            if result is not None:
                check_result(result, story.server)
            if result is not None and story.calm:
                check_recovery(result, story.server)
    except ViolationError as exc:
        return exc.invariant, str(exc)
    except Exception:  # noqa: BLE001 whatever it is, the seed has to be told
        return "no error", traceback.format_exc()
    return None, ""
