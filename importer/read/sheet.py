"""Which sheet of a workbook is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from importer.columns import count_fields, fits
from importer.errors import FileError
from importer.model import Field
from importer.nearest import did_you_mean, nearest
from importer.read.grid import has_result_columns
from importer.read.header import locate_header
from importer.read.options import Opening
from importer.table import PROBLEMS_SHEET, RESULTS_SHEET, SUMMARY_SHEET

Head = Sequence[Sequence[str | None]]
"""The first rows of a sheet."""


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
    headers = _headers(visible, heads_of, opening.columns)
    if {RESULTS_SHEET, PROBLEMS_SHEET, SUMMARY_SHEET} <= headers.keys() and has_result_columns(
        headers[RESULTS_SHEET]
    ):
        return RESULTS_SHEET
    fitting = [name for name, found in headers.items() if fits(found, opening.columns)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise FileError(
            f"{path} has several sheets with invoices: {_listed(fitting)}. Choose one, such as "
            f'--sheet "{fitting[0]}". Nothing was sent.'
        )
    fitting = [
        name
        for name, found in _headers(hidden, heads_of, opening.columns).items()
        if fits(found, opening.columns)
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
    return max(visible, key=lambda name: count_fields(headers[name], opening.columns))


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


def _headers(
    names: Sequence[str],
    heads_of: Callable[[Sequence[str]], Sequence[Head]],
    columns: Mapping[str, Field],
) -> dict[str, tuple[str, ...]]:
    heads = zip(names, heads_of(names), strict=True) if names else ()
    return {name: locate_header(rows, columns).texts if rows else () for name, rows in heads}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
