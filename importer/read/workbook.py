"""A workbook → Grid, through a process of its own: every cell as text, no row left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from importer.errors import FileError
from importer.read.child import SAVE_AS, Child, open_child
from importer.read.grid import HEADER_ROWS, Grid
from importer.read.options import Opening
from importer.read.sheet import Head, choose_sheet
from importer.table import KIND, MARK_SCHEMA, Kind, Mark, cell_name, no_marks

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLE = b"\xd0\xcf\x11\xe0"

Place = tuple[int, int, str]
"""A row and a column, both from 0, and what is said of the cell."""

Group = tuple[str, int, Sequence[int]]
"""What is said of cells, their column and their rows, both from 0."""

Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell of a merged range, both from 0."""


HOLDS: dict[str, Callable[[pl.Series, pl.Series], pl.Series]] = {
    "numbers": lambda _, kinds: kinds == Kind.NUMBER,
    "whole": lambda texts, kinds: (kinds == Kind.NUMBER) & texts.str.contains(".", literal=True),
    "natural": lambda texts, kinds: (kinds == Kind.NUMBER) & texts.str.contains(r"\.|^0$"),
    "texts": lambda texts, kinds: (kinds == Kind.TEXT) & texts.is_not_null(),
    "dates": lambda _, kinds: kinds == Kind.DATE,
}
"""By what the child says of a format: which cells show something else, by their texts and kinds."""


def read_workbook(path: Path, data: bytes, opening: Opening) -> Grid:
    """Read one sheet of a workbook.

    Args:
        path: The file's name, for messages.
        data: Its bytes.
        opening: How it is read.

    Raises:
        FileError: When the file is no workbook that we can read, or the sheet isn't clear.
    """
    if data.startswith(OLE):
        raise FileError(f"{path} {_tell_ole(data)}")
    with open_child(path, data, opening.limits) as (child, opened):

        def heads_of(names: Sequence[str]) -> Sequence[Head]:
            heads: Sequence[Head] = child.ask({"heads": names, "rows": HEADER_ROWS})["heads"]
            return heads

        name = choose_sheet(path, dict(opened["sheets"]), opening, heads_of)
        return _read_sheet(path, child, name)


def _tell_ole(data: bytes) -> str:
    if ENCRYPTED in data:
        from importer.unpack.package import PROTECTED  # noqa: PLC0415 seldom needed

        return f"{PROTECTED}. Nothing was sent."
    return f"is a workbook of the old .xls kind. {SAVE_AS}"


def _read_sheet(path: Path, child: Child, name: str) -> Grid:
    """Put a sheet together from what the child says of it: its marks, its rows, its merges."""
    child.send({"read": name})
    texts: list[pl.DataFrame] = []
    kinds: list[pl.DataFrame] = []
    said: dict[str, Any] = {}
    for answer in child.answers():
        if "texts" in answer:
            texts.append(_to_texts(answer["texts"]))
            kinds.append(_to_kinds(answer["kinds"], answer["height"]))
        else:
            said |= answer
        if "merged" in answer:
            break
    else:
        raise child.dead()
    cells, types = _join(texts), _join(kinds)
    return Grid(
        cells=cells,
        kinds=types,
        sheet=name,
        marks=_to_marks(path, cells, types, said),
        hidden=frozenset(row + 1 for row in said["hidden"]),
        date1904=said["date1904"],
    )


def _to_texts(columns: Iterable[Sequence[str | None]]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [pl.Series(str(n), column, dtype=pl.String) for n, column in enumerate(columns)]
    )
    return frame.with_columns(pl.all().replace("", None))


def _to_kinds(columns: Iterable[str | Sequence[str]], height: int) -> pl.DataFrame:
    return pl.DataFrame(
        [
            _all_of(kinds, height).alias(str(n))
            if isinstance(kinds, str)
            else pl.Series(str(n), kinds, dtype=KIND)
            for n, kinds in enumerate(columns)
        ]
    )


def _all_of(kind: str, height: int) -> pl.Series:
    return pl.Series([kind], dtype=KIND).new_from_index(0, height)


def _join(chunks: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(chunks, rechunk=True) if chunks else pl.DataFrame()


def _to_marks(
    path: Path, cells: pl.DataFrame, kinds: pl.DataFrame, said: dict[str, Any]
) -> pl.DataFrame:
    """Return what the sheet says of its cells, where it matters.

    A formula's error counts as its value, a date isn't a number, what is merged but filled isn't
    blank.
    """
    merged = _find_merged(path, cells, said["merged"])
    return pl.concat(
        [
            _keep(merged, cells, lambda column: cells[column].is_null()),
            _to_places(said["formulas"], Mark.FORMULA),
            *(_find_formats(cells, kinds, name, said["formats"][name]) for name in HOLDS),
        ]
    ).sort("row", maintain_order=True)


def _find_formats(
    cells: pl.DataFrame, kinds: pl.DataFrame, name: str, groups: Sequence[Group]
) -> pl.DataFrame:
    """Return the cells that hold what their formats show otherwise."""
    schema: dict[str, Any] = {"text": pl.String, "column": pl.UInt32, "row": pl.List(pl.UInt32)}
    places = pl.DataFrame(groups, schema=schema, orient="row").explode("row")
    holds = HOLDS[name]
    return _keep(_named(places, Mark.FORMAT), cells, lambda c: holds(cells[c], kinds[c]))


def _to_places(places: Sequence[Place], mark: Mark) -> pl.DataFrame:
    frame = pl.DataFrame(
        places, schema={"row": pl.UInt32, "column": pl.UInt32, "text": pl.String}, orient="row"
    )
    return _named(frame, mark)


def _named(places: pl.DataFrame, mark: Mark) -> pl.DataFrame:
    return places.select(
        pl.col("row") + 1,
        pl.col("column").cast(pl.String),
        pl.lit(mark.value).alias("mark"),
        "text",
    ).cast(MARK_SCHEMA)  # type: ignore[arg-type]  # a schema of types is one


def _keep(
    marks: pl.DataFrame, cells: pl.DataFrame, wanted: Callable[[str], pl.Series]
) -> pl.DataFrame:
    """Return the marks of those cells of a column for which a truth value says so."""
    parts = [
        part.filter(wanted(str(column)).gather(part["row"] - 1))
        for (column,), part in marks.filter(pl.col("row") <= cells.height).group_by(
            "column", maintain_order=True
        )
        if str(column) in cells.columns
    ]
    return pl.concat(parts) if parts else no_marks()


def _find_merged(path: Path, cells: pl.DataFrame, ranges: Sequence[Range]) -> pl.DataFrame:
    """Return the cells of merged ranges but the first of each, which has the value of all.

    Raises:
        FileError: When ranges overlap, which no spreadsheet program lets them.
    """
    inside = [
        (top, min(bottom, cells.height - 1), left, min(right, cells.width - 1), top, left)
        for (top, left), (bottom, right) in ranges
        if top < cells.height and left < cells.width
    ]
    area = sum((bottom - top + 1) * (right - left + 1) for top, bottom, left, right, *_ in inside)
    if area > cells.height * cells.width:
        raise FileError(f"{path} is damaged and can't be read. {SAVE_AS}")
    names = [cell_name(top + 1, left) for top, *_, left in inside]
    schema = dict.fromkeys(("top", "bottom", "left", "right", "y", "x"), pl.Int64)
    frame = pl.DataFrame(inside, schema=schema, orient="row").with_columns(
        pl.Series("text", names, dtype=pl.String),
        row=pl.int_ranges("top", pl.col("bottom") + 1),
        column=pl.int_ranges("left", pl.col("right") + 1),
    )
    places = frame.explode("row").explode("column")
    others = places.filter((pl.col("row") != pl.col("y")) | (pl.col("column") != pl.col("x")))
    return _named(others, Mark.MERGED)
