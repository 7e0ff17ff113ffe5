"""The live lines, drawn at one moment: what fits, what is left out, what is counted down."""

from __future__ import annotations

import io
import re
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from importer.cli.progress import NARROWEST_BAR, WIDEST_BAR, Line, fit
from importer.cli.tally import Tally
from importer.model import Outcome, Status


def drawn(width: int, *, done: int = 340, total: int = 1180, waits: bool = False) -> str:
    """Return the line with the bar after some rows at 10 a second, the first two refused."""
    tally = Tally(total, 0)
    for n in range(1, done + 1):
        tally.add(Outcome(n, Status.REJECTED if n <= 2 else Status.CREATED), n / 10)
    screen = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    with screen.capture() as captured:
        screen.print(Line(tally, done / 10, waits=waits))
    (line,) = captured.get().splitlines()
    return line.rstrip()


def test_a_wide_line_tells_everything() -> None:
    """Done and total, the rate, the time left, the errors so far."""
    for width in (80, 120):
        line = drawn(width)
        assert line.startswith("Creating  ━")
        assert line.split("  ", 2)[2].split() == [
            "340/1,180", "10.0/s", "1:24", "left", "2", "errors",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("width", "kept"),
    [
        (64, {"bar", "340/1,180", "errors", "left", "/s"}),
        (52, {"bar", "340/1,180", "errors", "left"}),
        (40, {"340/1,180", "errors", "left"}),
        (28, {"340/1,180", "errors"}),
        (16, {"340/1,180"}),
    ],
)
def test_a_narrow_line_leaves_out_what_matters_least(width: int, kept: set[str]) -> None:
    """First the word, then the rate, the bar, the time left; the count stays."""
    line = drawn(width).replace("━", "bar")
    everything = {"Creating", "bar", "340/1,180", "/s", "left", "errors"}
    assert {part for part in everything if part in line} == kept


def test_the_bar_keeps_its_place_while_it_waits() -> None:
    """No rate then, and everything else is where it was."""
    runs, waits = drawn(80), drawn(80, waits=True)
    assert "/s" not in waits
    assert waits.replace("       ", "") == runs.replace(" 10.0/s", "").replace("       ", "")
    assert waits.index("left") == runs.index("left")


def test_at_the_end_only_the_count_is_left() -> None:
    """Neither a rate nor a time that nothing is left of."""
    line = drawn(80, done=1180)
    assert line.split("━")[-1].split() == ["1,180/1,180", "2", "errors"]


@given(width=st.integers(-4, 300), texts=st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_what_is_kept_fits(width: int, texts: list[str]) -> None:
    """Each text with two spaces and the bar are no wider than there is room, but for the first."""
    bar, kept = fit(width, texts)
    assert kept[0] == texts[0]
    assert all(text in {"", given} for text, given in zip(kept, texts, strict=True))
    used = bar + sum(len(text) + 2 for text in kept if text)
    assert used + (2 if bar else 0) <= max(width, len(texts[0]) + 2)
    assert bar == 0 or NARROWEST_BAR <= bar <= WIDEST_BAR


@pytest.mark.parametrize("system", ["standard", "256", "truecolor"])
def test_what_is_done_differs_from_what_is_not(
    system: Literal["standard", "256", "truecolor"],
) -> None:
    """The bar is green to its very end, with 16 colours too; what is missing never is."""
    tally = Tally(100, 0)
    screen = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=system)
    colours = []
    for n in range(1, 101):
        tally.add(Outcome(n, Status.CREATED), n)
        if n in {50, 100}:
            with screen.capture() as captured:
                screen.print(Line(tally, n, waits=False))
            colours.append(re.findall(r"\x1b\[([\d;]+)m━", captured.get()))
    (done, missing), finished = colours
    assert done == "32" != missing
    assert finished == ["32"]
