"""Which rows of a body are taken into the table, and what is said of those that aren't."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl

from importer.read.body import Body, Sifted
from importer.read.places import NAMED, Places, capital

LONGEST = 60
"""How many characters of a line's words are quoted."""


def take_rows(
    body: Body,
    sifted: Sifted,
    places: Places,
    hidden: Collection[int],
    *,
    leave_out: Collection[int],
) -> tuple[pl.Series, tuple[str, ...]]:
    """Return whether each row of a body is taken, and warnings about those that are special.

    Args:
        body: What stands under the header.
        sifted: Which of its rows are none.
        places: How rows are named.
        hidden: The numbers of the rows that the sheet hides.
        leave_out: Those that are left out; all of the hidden ones, or none.
    """
    taken = pl.repeat(value=True, n=body.cells.height, eager=True)
    if left_out := sifted.left_out():
        taken = taken.scatter(left_out, values=False)
    warnings = list(_name_skipped(places, body, sifted))
    inside = range(body.first, body.first + len(taken))
    if concealed := [r for r in sorted(hidden) if r in inside and taken[r - body.first]]:
        warnings.append(_name_hidden(places, concealed, skip=bool(leave_out)))
        if leave_out:
            taken = taken.scatter([row - body.first for row in concealed], values=False)
    return taken, tuple(warnings)


def _name_skipped(places: Places, body: Body, sifted: Sifted) -> Iterator[str]:
    """Yield one warning that names the rows that are no rows, and their words."""
    skipped = {i: f'"{" ".join(text.split())[:LONGEST]}"' for i, text in sifted.footers.items()}
    skipped |= dict.fromkeys(sifted.repeats, "the headers again")
    if skipped:
        rows = sorted(skipped)
        words = list(dict.fromkeys(skipped[row] for row in rows))
        more = " and others" * (len(words) > NAMED)
        named = places.rows([row + body.first for row in rows])
        were = "was" if len(rows) == 1 else "were"
        yield f"{capital(named)} {were} skipped: {', '.join(words[:NAMED])}{more}."


def _name_hidden(places: Places, rows: Sequence[int], *, skip: bool) -> str:
    if len(rows) == 1:
        what, are = f"1 hidden row ({places.rows(rows)})", "is"
    else:
        what, are = f"{len(rows):,} hidden rows ({places.rows(rows)})", "are"
    if skip:
        return f"{what} {are} left out (--skip-hidden)."
    return f"{what} {are} imported too; --skip-hidden leaves hidden rows out."
