"""What a reader is told besides the rows that need him: each warning once, with its places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from importer.model import BY_HAND, NOTE, Code, Issue, Severity, Status
from importer.table import ROW, Table

PLACES = 5
"""How many places of a repeated warning are named."""

NEXT = " | "
"""Parts what is told of a row."""


def say_warnings(issues: Iterable[Issue]) -> tuple[str, ...]:
    """Return what a reader is told of warnings about rows: each kind once, with its places."""
    kinds: dict[Code, list[Issue]] = {}
    for issue in issues:
        if issue.severity is Severity.WARNING:
            kinds.setdefault(issue.code, []).append(issue)
    return tuple(_say_kind(found) for found in kinds.values())


def say_notes(table: Table, outcomes: pl.DataFrame) -> tuple[str, ...]:
    """Return what is remarked about invoices that exist: each note once, with its places.

    Args:
        table: The file's table.
        outcomes: What became of its rows, as of `order_outcomes`.
    """
    made = outcomes.filter(
        pl.col("status").is_in([Status.CREATED.value, Status.ALREADY_CREATED.value]),
        pl.col("error").str.starts_with(NOTE),
        ~pl.col("error").str.starts_with(NOTE + BY_HAND),
    )
    notes: dict[str, list[str]] = {}
    for row, error in made.select(ROW, "error").iter_rows():
        note = error.removeprefix(NOTE).partition(NEXT)[0]
        notes.setdefault(note, []).append(table.place(row))
    told = [
        f"{name_places(places[:PLACES], len(places))}: {note}" for note, places in notes.items()
    ]
    more = len(told) - PLACES
    remarks = "1 more remark" if more == 1 else f"{more:,} more remarks"
    rest = (f"{remarks}: see the column error.",) if more > 0 else ()
    return (*told[:PLACES], *rest)


def _say_kind(issues: list[Issue]) -> str:
    first, *others = issues
    if not others:
        return first.told()
    places = name_places([issue.place for issue in others[:PLACES]], len(others))
    return f"{first.told()} The same problem at {places}."


def name_places(places: Sequence[str], total: int) -> str:
    """Return places as people name them: `A5 and A6`, `lines 2, 3, 4 and 17 more`.

    Args:
        places: The first ones: `A5`, `row 5`, `line 5`; at least one.
        total: How many there are in all.
    """
    parted = [place.rpartition(" ") for place in places]
    nouns = {noun for noun, *_ in parted}
    same = len(nouns) == 1
    names = [number for *_, number in parted] if same else list(places)
    if total > len(places):
        names.append(f"{total - len(places):,} more")
    *most, last = names
    named = f"{', '.join(most)} and {last}" if most else last
    noun = nouns.pop() if same else ""
    return f"{noun}{'s' * bool(most)} {named}" if noun else named
