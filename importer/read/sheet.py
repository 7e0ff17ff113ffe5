"""Which sheet of a workbook is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from importer.columns import count_fields, fits
from importer.errors import FileError
from importer.model import Field
from importer.nearest import did_you_mean, nearest
from importer.read.header import locate_header
from importer.read.options import Opening
from importer.read.ours import find_ours
from importer.table import PROBLEMS_SHEET, RESULTS_SHEET, SUMMARY_SHEET

Head = Sequence[Sequence[str | None]]
"""The first rows of a sheet."""


@dataclass(frozen=True, slots=True)
class Top:
    """What a sheet's first rows say: its headers, and whether it is one of our results."""

    headers: tuple[str, ...]
    ours: bool


def choose_sheet(
    path: Path,
    sheets: Mapping[str, bool],
    opening: Opening,
    heads_of: Callable[[Sequence[str]], Sequence[Head]],
) -> str:
    """Return the sheet that is read: the one asked for, or the visible one whose headers fit.

    Args:
        path: The workbook's name, for messages.
        sheets: The worksheets, in order: whether each is visible.
        opening: How the workbook is read.
        heads_of: Returns the first rows of sheets.

    Raises:
        FileError: When none or several can be meant.
    """
    if opening.sheet is not None:
        return _find_sheet(path, list(sheets), opening.sheet)
    visible = [name for name, is_visible in sheets.items() if is_visible]
    hidden = [name for name in sheets if name not in visible]
    if len(visible) == 1 and not hidden:
        return visible[0]
    tops = _tops(visible, heads_of, opening.columns)
    fitting = [name for name, top in tops.items() if fits(top.headers, opening.columns)]
    if _are_results(tops, fitting):
        return RESULTS_SHEET
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise FileError(
            f"{path} has several sheets with invoices: {_listed(fitting)}. Choose one, such as "
            f'--sheet "{fitting[0]}". Nothing was sent.'
        )
    fitting = [
        name
        for name, top in _tops(hidden, heads_of, opening.columns).items()
        if fits(top.headers, opening.columns)
    ]
    if fitting:
        raise FileError(
            f"{path} has its invoices in a hidden sheet: {_listed(fitting)}. Unhide it (right-click"
            f' a sheet\'s tab, Unhide), or name it: --sheet "{fitting[0]}". Nothing was sent.'
        )
    if not visible:
        raise FileError(
            f"{path} has no visible sheet with cells. Unhide the one with invoices (right-click a "
            "sheet's tab, Unhide). Nothing was sent."
        )
    return max(visible, key=lambda name: count_fields(tops[name].headers, opening.columns))


def _find_sheet(path: Path, names: Sequence[str], wanted: str) -> str:
    by_form = {name.strip().casefold(): name for name in reversed(names)}
    form = wanted.strip().casefold()
    if wanted in names:
        return wanted
    if form in by_form:
        return by_form[form]
    near = nearest(wanted.strip(), names)
    hint = did_you_mean(f'--sheet "{near}"' if near else None)
    raise FileError(
        f'{path} has no sheet "{wanted}".{hint} Its sheets: {_listed(names)}. Nothing was sent.'
    )


def _are_results(tops: Mapping[str, Top], fitting: Sequence[str]) -> bool:
    """Tell whether a workbook is one of our results: its other sheets hold a part of them."""
    parts = {PROBLEMS_SHEET, SUMMARY_SHEET}
    return (
        RESULTS_SHEET in tops
        and tops[RESULTS_SHEET].ours
        and (parts <= tops.keys() or set(fitting) <= {RESULTS_SHEET, *parts})
    )


def _tops(
    names: Sequence[str],
    heads_of: Callable[[Sequence[str]], Sequence[Head]],
    columns: Mapping[str, Field],
) -> dict[str, Top]:
    heads = zip(names, heads_of(names), strict=True) if names else ()
    return {name: _to_top(rows, columns) for name, rows in heads}


def _to_top(rows: Head, columns: Mapping[str, Field]) -> Top:
    if not rows:
        return Top((), ours=False)
    header = locate_header(rows, columns)
    below = rows[header.last + 1 :]

    def cells(position: int) -> pl.Series:
        texts = [row[position] for row in below if position < len(row)]
        return pl.Series(texts, dtype=pl.String)

    return Top(header.texts, ours=bool(find_ours(header.texts, cells).columns))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
