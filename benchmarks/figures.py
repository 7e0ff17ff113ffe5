"""Figures, each beside its baseline and what is to be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEADERS = ("what", "ours", "beside", "to be reached", "reached")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        what: What was measured.
        ours: What the importer took or did, with its unit.
        beside: What the baseline took or did, and what it is.
        target: What is to be reached.
        reached: Whether it was; None for what is told only.
    """

    what: str
    ours: str
    beside: str
    target: str = ""
    reached: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the figure's cells, as `HEADERS` name them."""
        verdict = {None: "", True: "yes", False: "NO"}[self.reached]
        return (self.what, self.ours, self.beside, self.target, verdict)


def at_most(what: str, ours: float, baseline: float, named: str, times: float) -> Figure:
    """Return a figure in seconds that may be so many times its baseline at most."""
    return Figure(
        what,
        f"{ours:.3g} s = {ours / baseline:.2f} times",
        f"{baseline:.3g} s, {named}",
        f"≤ {times:g} times",
        ours <= times * baseline,
    )


def at_least(what: str, ours: float, baseline: float, named: str, times: float) -> Figure:
    """Return a figure in rows a second that has to be so many times its baseline at least."""
    return Figure(
        what,
        f"{ours:,.1f} rows/s = {ours / baseline:.3f} times",
        f"{baseline:,.1f} rows/s, {named}",
        f"≥ {times:g} times",
        ours >= times * baseline,
    )


def below(what: str, ours: float, limit: float, unit: str, beside: str = "") -> Figure:
    """Return a figure with a limit of its own."""
    return Figure(what, f"{ours:.3g} {unit}", beside, f"≤ {limit:g} {unit}", ours <= limit)


def to_markdown(figures: Sequence[Figure]) -> str:
    """Return a table."""
    rows = [HEADERS, tuple("---" for _ in HEADERS), *(figure.cells for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
