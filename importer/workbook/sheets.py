"""Report → workbook: the sheets Results and Problems, with openpyxl's write-only mode."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress

import polars as pl
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from importer.errors import FileError
from importer.model import Severity, Status
from importer.report import Report, count
from importer.table import CLAIM, PROBLEMS_SHEET, RESULT_COLUMNS, RESULTS_SHEET, ROW, SUMMARY_SHEET
from importer.workbook.cells import Value, text_cell, to_cells, to_text, to_texts
from importer.workbook.heading import say_advice, say_facts, say_title
from importer.workbook.layout import Layout, lay_out
from importer.workbook.notes import MOST_ROWS, Note, find_notes
from importer.workbook.style import (
    BLUE,
    BOLD,
    COLOURS,
    GREY,
    LINE_HEIGHT,
    MARKS,
    MAX_LINES,
    TITLE,
    TOP,
    UNDERLINED,
    WRAPPED,
    fill,
    font,
)
from importer.workbook.summary import write_summary

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""What a sheet holds, the header row included ("Excel specifications and limits")."""

MIN_WIDTH, MAX_WIDTH, ERROR_WIDTH, INTRO_WIDTH = 8, 40, 70, 130
"""Widths of columns, and of the lines above a table, in characters."""

Intro = tuple[Cell | None, ...]
"""A row above a table."""

TEXT = "@"
"""The number format Text."""

MIDNIGHT = " 00:00:00"
"""What a date is read with and not shown with."""


def require_size(rows: int, columns: int) -> None:
    """Make sure that a sheet holds so many rows (without the header) and columns.

    Raises:
        FileError: When it doesn't.
    """
    if rows >= MAX_ROWS or columns > MAX_COLUMNS:
        raise FileError(
            f"{rows:,} rows of {columns:,} columns are more than a workbook holds "
            f"({MAX_ROWS - 1:,} rows of {MAX_COLUMNS:,}). Write the results as CSV: "
            "--output results.csv. Nothing was sent."
        )


def workbook_bytes(report: Report) -> bytes:
    """Return the results as a workbook: Results, Problems, Summary.

    Raises:
        FileError: When a sheet can't hold so many rows or columns.
    """
    layout = lay_out(report)
    require_size(layout.cells.height, len(layout.headers))
    buffer = io.BytesIO()
    with _closing_sheets(Workbook(write_only=True)) as book:
        notes = find_notes(report, layout.outcomes[ROW])
        _write_layout(book.create_sheet(RESULTS_SHEET), layout, notes)
        _write_problems(book.create_sheet(PROBLEMS_SHEET), report, layout.problems())
        write_summary(book.create_sheet(SUMMARY_SHEET), report.summary)
        book.save(buffer)
    return buffer.getvalue()


@contextmanager
def _closing_sheets(book: Workbook) -> Iterator[Workbook]:
    """Close every sheet where the writing ends before its time.

    Each is written by generators within generators: left to themselves, they are closed in any
    order, and what can't be written then is printed.
    """
    try:
        yield book
    except BaseException:
        for sheet in book.worksheets:
            with suppress(Exception):
                sheet.close()
        raise


def _write_problems(sheet: Worksheet, report: Report, layout: Layout) -> None:
    """Write the rows that need somebody, under what has to be known of them."""
    sheet.row_dimensions[1].height = 2 * LINE_HEIGHT
    needy, summary = layout.cells.height, report.summary
    notes = find_notes(report, layout.outcomes[ROW]) if needy else {}
    counts = {status: rows for status, rows in count(layout.outcomes).items() if rows}
    marks = {note.severity for column in notes.values() for note in column.values()}
    title = say_title(summary, needy, report.table.height)
    claimed = bool(layout.outcomes["error"].str.contains(CLAIM).any())
    intro = _introduce(sheet, title, say_facts(summary, counts, marks, claimed=claimed))
    if not needy:
        _fit_to_page(sheet)
        for line in intro:
            sheet.append(list(line))
        return
    for status, advice in say_advice(counts):
        intro += _advise(sheet, status, advice)
    _write_layout(sheet, layout, notes, [*intro, ()])


def _introduce(sheet: Worksheet, title: str, text: str) -> list[Intro]:
    """Return a title, and a text in lines: Excel wraps only within one column."""
    heading = _text_cell(sheet, title)
    heading.font, heading.alignment = TITLE, TOP
    return [(heading,), *((_text_cell(sheet, line),) for line in textwrap.wrap(text, INTRO_WIDTH))]


def _advise(sheet: Worksheet, status: Status, advice: str) -> list[Intro]:
    """Return what a status asks of the reader."""
    label = _text_cell(sheet, status.value)
    label.fill = fill(COLOURS[status])
    first, *others = (_text_cell(sheet, line) for line in textwrap.wrap(advice, INTRO_WIDTH))
    return [(label, first), *((None, line) for line in others)]


def _text_cell(sheet: Worksheet, text: str) -> Cell:
    return text_cell(WriteOnlyCell(sheet), to_text(text))


def _write_layout(
    sheet: Worksheet,
    layout: Layout,
    notes: Mapping[str, Mapping[int, Note]],
    intro: Sequence[Intro] = (),
) -> None:
    """Write headers and rows; what concerns columns has to be said before the first row."""
    top = len(intro) + 1
    _set_up(sheet, layout, top)
    for line in intro:
        sheet.append(list(line))
    own = len(layout.headers) - len(RESULT_COLUMNS)
    sheet.append([_header_cell(sheet, h, own=n < own) for n, h in enumerate(layout.headers)])
    heights = dict(_heights(layout.outcomes["error"]))
    for index, lines in heights.items():
        sheet.row_dimensions[top + 1 + index].height = min(lines, MAX_LINES) * LINE_HEIGHT
    # Beside a long message the other cells stand at the top too.
    rows = layout.outcomes[ROW]
    tall = frozenset(rows.gather(list(heights)) if len(rows) <= MOST_ROWS else ())
    for part in layout.parts():
        for cells in zip(*_columns(sheet, part, notes, tall), strict=True):
            sheet.append(cells)


def _columns(
    sheet: Worksheet,
    layout: Layout,
    notes: Mapping[str, Mapping[int, Note]],
    tall: AbstractSet[int],
) -> Iterator[Iterable[Value | Cell]]:
    outcomes = layout.outcomes
    rows = outcomes[ROW].to_list()
    for name in layout.cells.columns:
        values = to_cells(sheet, layout.cells[name], layout.kinds[name])
        yield _dress(sheet, values, rows, notes.get(name, {}), tall)
    yield _status_cells(sheet, outcomes["status"])
    yield _dress(sheet, to_cells(sheet, outcomes["invoice_number"]), rows, {}, tall)
    yield _dress(sheet, outcomes["invoice_id"].to_list(), rows, {}, tall)
    yield _error_cells(sheet, outcomes["error"])
    yield _dress(sheet, rows, rows, {}, tall)


def _set_up(sheet: Worksheet, layout: Layout, top: int) -> None:
    """Say what concerns columns, and the sheet as a whole.

    Args:
        sheet: The sheet, still empty.
        layout: What it will show.
        top: The row of the headers.
    """
    for number, width in enumerate(_widths(layout), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = f"{get_column_letter(layout.frozen + 1)}{top + 1}"
    last_column = get_column_letter(len(layout.headers))
    sheet.auto_filter.ref = f"A{top}:{last_column}{layout.cells.height + top}"
    # Printed, the columns of a row stay on one page, under their headers.
    _fit_to_page(sheet)
    sheet.print_options.gridLines = True
    sheet.print_title_rows = f"{top}:{top}"


def _fit_to_page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _widths(layout: Layout) -> Iterator[int]:
    frame = pl.concat([layout.cells, layout.outcomes], how="horizontal")
    shown = pl.all().cast(pl.String).str.strip_suffix(MIDNIGHT)
    lengths = frame.select(shown.str.len_chars().max().fill_null(0)).row(0)
    for header, name, length in zip(layout.headers, frame.columns, lengths, strict=True):
        widest = ERROR_WIDTH if name == "error" else MAX_WIDTH
        # Two characters of air, and a little more for a header's filter button.
        yield min(max(length + 2, len(header) + 5, MIN_WIDTH), widest)


def _heights(errors: pl.Series) -> Iterator[tuple[int, int]]:
    """Yield the index of every long message, and how many lines it takes when wrapped.

    Said outright, since only some programs fit the height of a row when they open a file.
    """
    wrapped = pl.DataFrame({"lines": errors.str.len_chars() // (ERROR_WIDTH - 5) + 1})
    yield from wrapped.with_row_index("index").filter(pl.col("lines") > 1).iter_rows()


def _header_cell(sheet: Worksheet, header: str, *, own: bool) -> Cell:
    """Return a header; ours have another colour than the file's own."""
    cell = text_cell(WriteOnlyCell(sheet), to_text(header)) if header else WriteOnlyCell(sheet)
    cell.font, cell.fill, cell.border = BOLD, fill(GREY if own else BLUE), UNDERLINED
    return cell


def _dress(
    sheet: Worksheet,
    values: Iterable[Value | Cell],
    rows: Sequence[int],
    notes: Mapping[int, Note],
    tall: AbstractSet[int],
) -> Iterable[Value | Cell]:
    """Give the cells of a column what is said of them, and those of tall rows their place."""
    if not notes and not tall:
        return values
    return _dressed(sheet, values, rows, notes, tall)


def _dressed(
    sheet: Worksheet,
    values: Iterable[Value | Cell],
    rows: Sequence[int],
    notes: Mapping[int, Note],
    tall: AbstractSet[int],
) -> Iterator[Value | Cell]:
    """Yield a column's cells. One cell of a look serves all, see `to_cells`.

    A look never changes: openpyxl keeps it by reference once the cell was written.
    """
    cells: dict[tuple[Severity | None, object], Cell] = {}
    for row, value in zip(rows, values, strict=True):
        note = notes.get(row)
        if note is None and (row not in tall or value is None):
            yield value
            continue
        severity = note.severity if note is not None else None
        look = severity, value.number_format if isinstance(value, Cell) else type(value)
        if look not in cells:
            cells[look] = _styled_cell(sheet, severity, look[1])
        cell = cells[look]
        cell.comment = note.comment() if note is not None else None
        yield _fill_in(cell, value)


def _styled_cell(sheet: Worksheet, severity: Severity | None, of: object) -> Cell:
    cell = WriteOnlyCell(sheet)
    cell.alignment = TOP
    if severity is not None:
        background, foreground = MARKS[severity]
        cell.fill, cell.font = fill(background), font(colour=foreground)
        if of in {"General", str, type(None)}:
            # What is typed over it stays as typed: 007 no number, 2027-01-31 no date among texts.
            cell.number_format = TEXT
    return cell


def _fill_in(cell: Cell, value: Value | Cell) -> Cell:
    """Put a value into a cell of another look, or what a cell holds."""
    if not isinstance(value, Cell):
        cell.value = value
    elif value.data_type == "s":
        text_cell(cell, str(value.value))
    else:
        cell.number_format, cell.value = value.number_format, value.value
    return cell


def _status_cells(sheet: Worksheet, statuses: pl.Series) -> Iterator[Cell]:
    cells = {}
    for status, colour in COLOURS.items():
        cells[status.value] = text_cell(WriteOnlyCell(sheet), status.value)
        cells[status.value].fill, cells[status.value].alignment = fill(colour), TOP
    return (cells[status] for status in statuses.to_list())


def _error_cells(sheet: Worksheet, errors: pl.Series) -> Iterator[Cell | None]:
    """Wrap messages, so that they are read whole. One cell serves all, see `to_cells`."""
    cell = WriteOnlyCell(sheet)
    cell.alignment = WRAPPED
    return (text_cell(cell, text) if text else None for text in to_texts(errors))
