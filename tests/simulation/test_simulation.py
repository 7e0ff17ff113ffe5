"""Many seeds, none of which may break an invariant; and that a seed is what it is said to be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner

from importer.submit.inquiry import Inquiry
from simulation.__main__ import main
from simulation.faults import believe_absent
from simulation.seeds import HAPPENINGS, Report, play, play_all

SEEDS = 1000


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    """Return what the seeds came to."""
    return list(play_all(range(SEEDS)))


def test_no_seed_breaks_an_invariant(reports: list[Report]) -> None:
    """Whatever fails, dies, lies or comes late: what the importer tells is true."""
    broken = [f"{report.failure}\n{report.replay}" for report in reports if report.failure]
    assert not broken, "\n".join(broken[:5])


def test_everything_happens_that_can(reports: list[Report]) -> None:
    """The process dies at every named point, and every fate is drawn."""
    happened = frozenset[str]().union(*(report.happened for report in reports))
    assert happened == set(HAPPENINGS)


def test_a_seed_replays_exactly() -> None:
    """A seed tells the same story in every process, whatever the order of its sets."""
    told = {
        subprocess.run(
            [sys.executable, "-m", "simulation", "--seed", "44", "-v"],
            cwd=Path(__file__).parents[1],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(told) == 1
    assert "calm from here on" in told.pop()


def test_a_failing_seed_prints_how_to_replay_it() -> None:
    """What failed, and the command that tells the story again."""
    with mock.patch.object(Inquiry, "settle", believe_absent):
        seed = next(seed for seed in range(100) if play(seed).failure)
        result = CliRunner().invoke(main, ["--seed", str(seed), "-v"])
    assert result.exit_code == 1
    assert "run 1 at the" in result.output
    assert f"replay: cd tests && python -m simulation --seed {seed} -v\n" in result.output
