"""The sheet Summary: one run on a page, for whoever was not there."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from importer.model import Status
from importer.report import UNCLEAR, Summary
from importer.statuses import TELLINGS
from importer.workbook.cells import text_cell, to_text
from importer.workbook.chart import make_chart
from importer.workbook.style import (
    BLUE,
    BOLD,
    COLOURS,
    LINE_HEIGHT,
    MAX_LINES,
    RIGHT,
    SUMMED,
    TITLE,
    TOP,
    UNDERLINED,
    fill,
)

LABEL_WIDTH, COLUMN_WIDTH = 18, 16
"""Widths in characters; a status fits."""

CHARACTERS = 18
"""Of a usual text that a column has room for: a width counts digits, which are wider."""

LAST_COLUMN = 8
"""The columns over which texts run; as many as a screen shows."""

DRAFTS = (
    "A created invoice is a draft with total 0: adding its lines and amounts, and publishing it, "
    "are further steps."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the sheet.

    Attributes:
        cells: Its cells; None is blank.
        wide: The column (from 1) whose text runs on to the last one.
        lines: How many lines of text it is high.
    """

    cells: Sequence[Cell | None] = ()
    wide: int | None = None
    lines: int = 1


FILES_OWN = "Rows and cells that a warning names here are those of the file."


def write_summary(sheet: Worksheet, summary: Summary) -> None:
    """Write the sheet Summary."""
    page = _Page(sheet)
    occurring = [status for status in Status if summary.counts.get(status)]
    title = "Check of" if not summary.run_id else "Import of"
    page.add_title(f"{title} {summary.file.name}")
    page.add_facts(summary)
    first = page.add_outcomes(summary, occurring)
    if summary.by_currency:
        page.add_currencies(summary, occurring)
    if occurring:
        chart = make_chart(sheet, occurring, first_row=first)
        sheet.add_chart(chart, f"A{len(page.lines) + 1}")
        page.lines += [Line()] * (round(chart.height / POINT_CM / LINE_HEIGHT) + 1)
    for text in summary.warnings:
        page.add_text("Warning", text)
    if summary.warnings:
        page.add_text("Where", FILES_OWN)
    page.add_text("Note", DRAFTS)
    page.write()


POINT_CM = 2.54 / 72


def format_duration(seconds: float) -> str:
    """Return a duration as people say it: `12.3 s`, `2 min 5 s`, `1 h 2 min`."""
    if round(seconds, 1) < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


class _Page:
    """The sheet as it grows: rows are written last, since each may want a height."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.lines: list[Line] = []

    def add_title(self, text: str) -> None:
        cell = self._text(text)
        cell.font = TITLE
        self.lines.append(Line([cell], lines=2))

    def add_facts(self, summary: Summary) -> None:
        """Add what was imported, when and for whom; a check has no run and takes no time."""
        started = f"{summary.started_at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
        facts = {"File": str(summary.file), "Account": summary.account, "Run": summary.run_id}
        facts["Started" if summary.run_id else "Checked"] = started
        facts["Duration"] = format_duration(summary.duration_s) if summary.run_id else ""
        for label, text in facts.items():
            if text:
                self.lines.append(Line([self._label(label), self._text(text)]))
        if not summary.run_id:
            self.lines.append(Line([self._label("Sent"), self._text("nothing: this is a check")]))
        if summary.error:
            self.add_text("Stopped early", summary.error)
        self.lines.append(Line())

    def add_outcomes(self, summary: Summary, occurring: Sequence[Status]) -> int:
        """Add the rows by status, and what each asks; return the row of the first of them."""
        self._add_headers("Status", "Rows", texts=("What it means, and what it asks of you",))
        first = len(self.lines) + 1
        for status in occurring:
            telling = TELLINGS[status]
            said = telling.advice or f"{telling.meaning[:1].upper()}{telling.meaning[1:]}."
            label = self._text(status.value)
            label.fill, label.alignment = fill(COLOURS[status]), TOP
            number = self._number(summary.counts[status])
            number.alignment = Alignment(horizontal="right", vertical="top")
            self._add_wide([label, number], said)
        total = sum(summary.counts.values())
        self._add_sums(self._text("Total"), self._number(total))
        self.lines.append(Line())
        return first

    def add_currencies(self, summary: Summary, occurring: Sequence[Status]) -> None:
        """Add the rows by currency and status, with the sums of both."""
        self._add_headers("Currency", *(status.value for status in occurring), "Total")
        read = {
            status: sum(counts.get(status, 0) for counts in summary.by_currency.values())
            for status in occurring
        }
        unread = {status: summary.counts[status] - read[status] for status in occurring}
        rows = [*sorted(summary.by_currency.items())]
        if any(unread.values()):
            rows.append((UNCLEAR, unread))
        for currency, counts in rows:
            numbers = [counts.get(status, 0) for status in occurring]
            cells = [self._number(number) for number in (*numbers, sum(numbers))]
            self.lines.append(Line([self._text(currency), *cells]))
        sums = [summary.counts[status] for status in occurring]
        self._add_sums(self._text("Total"), *map(self._number, (*sums, sum(sums))))
        self.lines.append(Line())

    def add_text(self, label: str, text: str) -> None:
        self._add_wide([self._label(label)], text)

    def write(self) -> None:
        """Write all rows."""
        sheet = self.sheet
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.column_dimensions["A"].width = LABEL_WIDTH
        widest = max(LAST_COLUMN, *(len(line.cells) for line in self.lines))
        for number in range(2, widest + 1):
            sheet.column_dimensions[get_column_letter(number)].width = COLUMN_WIDTH
        for row, line in enumerate(self.lines, start=1):
            if line.lines > 1:
                sheet.row_dimensions[row].height = min(line.lines, MAX_LINES) * LINE_HEIGHT
            if line.wide is not None:
                left, right = get_column_letter(line.wide), get_column_letter(LAST_COLUMN)
                sheet.merged_cells.add(f"{left}{row}:{right}{row}")
            sheet.append(list(line.cells))

    def _add_headers(self, first: str, *numbers: str, texts: Sequence[str] = ()) -> None:
        """Add headers: a text's stands left, as the text does, a number's right."""
        cells = [self._text(first), *map(self._text, numbers), *map(self._text, texts)]
        cells += [WriteOnlyCell(self.sheet) for _ in range(LAST_COLUMN - len(cells)) if texts]
        for position, cell in enumerate(cells):
            cell.font, cell.fill, cell.border = BOLD, fill(BLUE), UNDERLINED
            if 1 <= position <= len(numbers):
                cell.alignment = RIGHT
            elif position:
                cell.alignment = Alignment(horizontal="left", indent=1)
        self.lines.append(Line(cells))

    def _add_sums(self, *cells: Cell) -> None:
        for cell in cells:
            cell.font, cell.border = BOLD, SUMMED
        self.lines.append(Line(cells))

    def _add_wide(self, cells: Sequence[Cell], text: str) -> None:
        wide = len(cells) + 1
        cell = self._text(text)
        # Where it stands beside a number, it keeps away from it.
        indent = 1 if wide > 2 else 0  # noqa: PLR2004 the third column
        cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=indent)
        characters = (LAST_COLUMN - wide + 1) * CHARACTERS
        lines = sum(len(textwrap.wrap(line, characters)) or 1 for line in text.splitlines())
        self.lines.append(Line([*cells, cell], wide=wide, lines=lines))

    def _label(self, text: str) -> Cell:
        cell = self._text(text)
        cell.font, cell.alignment = BOLD, TOP
        return cell

    def _text(self, text: str) -> Cell:
        return text_cell(WriteOnlyCell(self.sheet), to_text(text))

    def _number(self, number: int) -> Cell:
        cell = WriteOnlyCell(self.sheet, number)
        cell.number_format = "#,##0"
        return cell
