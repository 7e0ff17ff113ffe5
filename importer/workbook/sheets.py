"""Report → workbook: the sheets Results and Problems, with openpyxl's write-only mode."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import polars as pl
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from importer.errors import FileError
from importer.model import Status
from importer.report import Report
from importer.table import PROBLEMS_SHEET, RESULTS_SHEET, SUMMARY_SHEET
from importer.workbook.cells import Value, text_cell, to_cells, to_text, to_values
from importer.workbook.layout import Layout, lay_out
from importer.workbook.summary import write_summary

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""What a sheet holds, the header row included ("Excel specifications and limits")."""

MIN_WIDTH, MAX_WIDTH, ERROR_WIDTH = 8, 40, 70
"""Widths of columns, in characters."""

LINE_HEIGHT = 15
"""Of one line of text, in points."""

GREEN, RED, ORANGE, YELLOW = "E2F0D9", "F8D7DA", "FCE4D6", "FFF2CC"
BLUE, GREY = "DDEBF7", "EDEDED"

COLOURS = {
    Status.CREATED: GREEN,
    Status.ALREADY_CREATED: GREEN,
    Status.INVALID: RED,
    Status.REJECTED: RED,
    Status.CONFLICT: ORANGE,
    Status.IN_DOUBT: YELLOW,
    Status.NOT_SENT: GREY,
    Status.READY: BLUE,
}

NO_PROBLEMS = "No row needs you."


def require_size(rows: int, columns: int) -> None:
    """Make sure that a sheet holds so many rows (without the header) and columns.

    Raises:
        FileError: When it doesn't.
    """
    if rows >= MAX_ROWS or columns > MAX_COLUMNS:
        raise FileError(
            f"{rows:,} rows of {columns:,} columns are more than a workbook holds "
            f"({MAX_ROWS - 1:,} rows of {MAX_COLUMNS:,}). Write the results as CSV: "
            "--output results.csv"
        )


def workbook_bytes(report: Report) -> bytes:
    """Return the results as a workbook: Results, Problems, Summary.

    Raises:
        FileError: When a sheet can't hold so many rows or columns.
    """
    layout = lay_out(report)
    require_size(layout.cells.height, len(layout.headers))
    book = Workbook(write_only=True)
    _write_layout(book.create_sheet(RESULTS_SHEET), layout)
    problems = layout.problems()
    sheet = book.create_sheet(PROBLEMS_SHEET)
    if problems.cells.is_empty():
        sheet.append([NO_PROBLEMS])
    else:
        _write_layout(sheet, problems)
    write_summary(book.create_sheet(SUMMARY_SHEET), report.summary)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_layout(sheet: Worksheet, layout: Layout) -> None:
    """Write headers and rows; what concerns columns has to be said before the first row."""
    for number, width in enumerate(_widths(layout), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    # Printed, the columns of a row stay on one page.
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    last_column = get_column_letter(len(layout.headers))
    sheet.auto_filter.ref = f"A1:{last_column}{layout.cells.height + 1}"
    sheet.append([_header_cell(sheet, header) for header in layout.headers])
    outcomes = layout.outcomes
    columns = [
        *(
            to_cells(sheet, to_values(layout.cells[n], layout.kinds[n]))
            for n in layout.cells.columns
        ),
        _status_cells(sheet, outcomes["status"]),
        to_cells(sheet, _texts(outcomes["invoice_number"])),
        outcomes["invoice_id"].to_list(),
        _error_cells(sheet, outcomes["error"]),
        outcomes["row"].to_list(),
    ]
    for number, lines in _heights(outcomes["error"]):
        sheet.row_dimensions[number].height = lines * LINE_HEIGHT
    for row in zip(*columns, strict=True):
        sheet.append(row)


def _widths(layout: Layout) -> Iterator[int]:
    frame = pl.concat([layout.cells, layout.outcomes], how="horizontal")
    lengths = frame.select(pl.all().cast(pl.String).str.len_chars().max().fill_null(0)).row(0)
    for header, name, length in zip(layout.headers, frame.columns, lengths, strict=True):
        widest = ERROR_WIDTH if name == "error" else MAX_WIDTH
        # Two characters of air, and a little more for a header's filter button.
        yield min(max(length + 2, len(header) + 4, MIN_WIDTH), widest)


def _heights(errors: pl.Series) -> Iterator[tuple[int, int]]:
    """Yield the sheet row of every long message, and how many lines it takes when wrapped.

    Said outright, since only some programs fit the height of a row when they open a file.
    """
    wrapped = pl.DataFrame({"lines": errors.str.len_chars() // (ERROR_WIDTH - 5) + 1})
    yield from wrapped.with_row_index("row", offset=2).filter(pl.col("lines") > 1).iter_rows()


def _header_cell(sheet: Worksheet, header: str) -> Cell | None:
    if not header:
        return None
    cell = text_cell(WriteOnlyCell(sheet), to_text(header))
    cell.font = Font(bold=True)
    return cell


def _texts(column: pl.Series) -> Iterable[Value]:
    return (text and to_text(text) for text in column.to_list())


def _status_cells(sheet: Worksheet, statuses: pl.Series) -> Iterator[Cell]:
    cells = {}
    for status, colour in COLOURS.items():
        cells[status.value] = text_cell(WriteOnlyCell(sheet), status.value)
        cells[status.value].fill = PatternFill("solid", start_color=colour)
    return (cells[status] for status in statuses.to_list())


def _error_cells(sheet: Worksheet, errors: pl.Series) -> Iterator[Cell | None]:
    """Wrap messages, so that they are read whole. One cell serves all, see `to_cells`."""
    cell = WriteOnlyCell(sheet)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return (text and text_cell(cell, to_text(text)) for text in errors.to_list())
