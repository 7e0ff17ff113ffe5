"""What a file has of our own results, where it is one of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl


def no_numbers() -> pl.DataFrame:
    """Return the invoice numbers of a file that has none."""
    return pl.DataFrame(schema={"row": pl.UInt32, "number": pl.String})


@dataclass(frozen=True, slots=True)
class Results:
    """What a table has of our own results.

    Attributes:
        headers: The headers of the columns that the results added, as written; the table lacks
            them. Empty where it is no table of our results.
        certain: Nobody else has such a file.
        numbers: The rows that say which invoice they are: `row` and `number` (String).
        doubts: The rows that say that they are in doubt.
    """

    headers: tuple[str, ...] = ()
    certain: bool = False
    numbers: pl.DataFrame = field(default_factory=no_numbers, compare=False)
    doubts: frozenset[int] = frozenset()
