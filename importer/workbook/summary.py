"""The sheet Summary: one run on a page, for whoever was not there."""

from __future__ import annotations

import datetime as dt
import textwrap

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from importer.model import Status
from importer.report import Summary
from importer.statuses import TELLINGS
from importer.workbook.cells import text_cell, to_text

LABEL_WIDTH, COLUMN_WIDTH, LINE = 18, 16, 120
"""Widths in characters; a long text runs on over the empty columns beside it."""

DRAFTS = (
    "A created invoice is a draft with total 0: adding its lines and amounts, and publishing it, "
    "are further steps."
)

Line = tuple[str | int | None, ...]


def write_summary(sheet: Worksheet, summary: Summary) -> None:
    """Write the sheet Summary."""
    sheet.column_dimensions["A"].width = LABEL_WIDTH
    for number in range(2, len(Status) + 2):
        sheet.column_dimensions[get_column_letter(number)].width = COLUMN_WIDTH
    _append(sheet, _run_lines(summary))
    _append_table(sheet, _count_lines(summary))
    _append(sheet, _advice_lines(summary))
    if summary.by_currency:
        _append_table(sheet, _currency_lines(summary))
    if summary.warnings:
        _append(sheet, [line for text in summary.warnings for line in _wrap("Warning", text)])
    _append(sheet, _wrap("Note", DRAFTS))


def _run_lines(summary: Summary) -> list[Line]:
    started = summary.started_at.astimezone(dt.UTC)
    lines: list[Line] = [
        ("File", str(summary.file)),
        ("Account", summary.account),
        ("Run", summary.run_id),
        ("Started", f"{started:%Y-%m-%d %H:%M:%S} UTC"),
        ("Duration", format_duration(summary.duration_s)),
    ]
    return lines + (_wrap("Stopped early", summary.error) if summary.error else [])


def _count_lines(summary: Summary) -> list[Line]:
    counts = [(status.value, summary.counts.get(status, 0)) for status in Status]
    return [("Status", "Rows"), *counts, ("Total", sum(count for _, count in counts))]


def _advice_lines(summary: Summary) -> list[Line]:
    asking = [(status, telling.advice) for status, telling in TELLINGS.items() if telling.advice]
    occurring = [(status, advice) for status, advice in asking if summary.counts.get(status)]
    return [line for status, advice in occurring for line in _wrap(status.value, advice)]


def _currency_lines(summary: Summary) -> list[Line]:
    rows: list[Line] = [
        (currency, *(counts.get(status, 0) for status in Status))
        for currency, counts in sorted(summary.by_currency.items())
    ]
    return [("Currency", *(status.value for status in Status)), *rows]


def format_duration(seconds: float) -> str:
    """Return a duration as people say it: `12.3 s`, `2 min 5 s`, `1 h 2 min`."""
    if round(seconds, 1) < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _wrap(label: str, text: str) -> list[Line]:
    """Break a long text into lines of its own, since Excel wraps only within one column."""
    first, *others = textwrap.wrap(text, LINE) or [""]
    return [(label, first), *((None, line) for line in others)]


def _append(sheet: Worksheet, lines: list[Line]) -> None:
    """Write lines with a bold first column, and a blank line after them."""
    for first, *others in lines:
        sheet.append([_cell(sheet, first, bold=True), *(_cell(sheet, value) for value in others)])
    if lines:
        sheet.append([])


def _append_table(sheet: Worksheet, lines: list[Line]) -> None:
    """Write lines under bold headers, and a blank line after them."""
    headers, *rows = lines
    sheet.append([_cell(sheet, header, bold=True) for header in headers])
    _append(sheet, rows)


def _cell(sheet: Worksheet, value: str | int | None, *, bold: bool = False) -> Cell:
    cell = WriteOnlyCell(sheet, value if isinstance(value, int) else None)
    if isinstance(value, str):
        text_cell(cell, to_text(value))
    if bold:
        cell.font = Font(bold=True)
    return cell
