"""The template: a workbook to fill in, which explains itself.

Formats and choices are given to whole columns, not to cells, so that the file is small and no row
below the last one that was filled in looks used. Limits are Excel's ("Excel specifications and
limits"; an input message has 255 characters at most).
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from importer.guide import EXAMPLE, Guide, example_rows, guide_columns
from importer.model import Field
from importer.workbook.help_sheets import (
    AIR,
    BLACK,
    CHOICES_SHEET,
    COLUMNS_SHEET,
    DARK,
    GREY,
    INVOICES_SHEET,
    LIGHT,
    LINE_HEIGHT,
    WHITE,
    count_lines,
    font,
    set_up_page,
    write_choices,
    write_explanations,
)
from importer.workbook.place import place

LAST_ROW = 1_048_576
"""Choices and formats reach down to the last row that a sheet has."""

WIDTHS = {
    Field.REFERENCE_ID: 20,
    Field.COUNTERPARTY_ID: 14,
    Field.CURRENCY: 11,
    Field.NOTE: 46,
    Field.FEE_BEARER: 13,
    Field.AS_PAYMENT_LINK: 15,
    Field.DUE_DATE: 20,
}
"""Widths of columns, in characters."""

FORMATS = {
    Field.REFERENCE_ID: "@",  # as text: 007 stays 007, and 1-2-2027 no date
    Field.COUNTERPARTY_ID: "0",
    Field.NOTE: "@",
    Field.DUE_DATE: "yyyy-mm-dd",
}
"""Number formats of columns (ECMA-376 part 1, 18.8.30)."""

LARGEST = "999999999999999"
"""The largest number of which a spreadsheet keeps every digit."""

FIRST_DAY = "36526"
"""1 January 2000, as spreadsheets count days: what is before it is no date that was meant."""

NOTE_WIDTH, NOTE_LINE = 300, 17
"""How wide a comment is, and how high each of its lines, in pixels."""

NOTE_CHARACTERS = 42
"""The characters on a line of a comment."""


def write_template(path: Path, today: dt.date, currencies: Sequence[tuple[str, str]]) -> None:
    """Write a template, whole or not at all, and never over another file.

    Args:
        path: Where to.
        today: The day, for the due dates of the example rows.
        currencies: The codes to choose from and their names, in the order in which they are shown.

    Raises:
        OSError: When it can't be written; nothing is left behind.
    """
    place(template_bytes(today, currencies, path.name), path)


def template_bytes(today: dt.date, currencies: Sequence[tuple[str, str]], name: str) -> bytes:
    """Return a template: the sheets Invoices, Columns and Choices.

    Args:
        today: The day, for the due dates of the example rows.
        currencies: The codes to choose from and their names, in the order in which they are shown.
        name: The file's name, for the commands that it shows.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    guides = guide_columns()
    invoices = book.create_sheet(INVOICES_SHEET)
    write_explanations(book.create_sheet(COLUMNS_SHEET), guides, name)
    lists = write_choices(book.create_sheet(CHOICES_SHEET), guides, currencies)
    _write_invoices(invoices, guides, today)
    for guide, letter in _lettered(guides):
        choice = _validation(guide, lists.get(guide.field))
        choice.add(f"{letter}2:{letter}{LAST_ROW}")
        invoices.add_data_validation(choice)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _lettered(guides: Sequence[Guide]) -> Iterable[tuple[Guide, str]]:
    return ((guide, get_column_letter(number)) for number, guide in enumerate(guides, start=1))


def _write_invoices(sheet: Worksheet, guides: Sequence[Guide], today: dt.date) -> None:
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = LINE_HEIGHT + 3 * AIR
    set_up_page(sheet)
    for guide, letter in _lettered(guides):
        column = sheet.column_dimensions[letter]
        column.width = WIDTHS[guide.field]
        column.number_format = FORMATS.get(guide.field, "General")
        column.alignment = _alignment(guide.field)
        header = sheet[f"{letter}1"]
        header.value = guide.header if guide.required else f"{guide.header} (optional)"
        header.font = font(bold=True, color=WHITE if guide.required else BLACK)
        header.fill = PatternFill("solid", start_color=DARK if guide.required else LIGHT)
        header.alignment = Alignment(vertical="center")
        header.comment = _comment(guide)
    examples = example_rows(today)
    for number, values in enumerate(examples, start=2):
        for guide, letter in _lettered(guides):
            cell = sheet[f"{letter}{number}"]
            cell.value = values[guide.field]
            cell.number_format = FORMATS.get(guide.field, "General")
            cell.alignment = _alignment(guide.field)
    # Grey for as long as it is an example: whoever types over one has a row like any other.
    grey = DifferentialStyle(font=Font(italic=True, color=GREY))
    example = Rule(type="expression", dxf=grey, formula=[f'LEFT($A2,{len(EXAMPLE)})="{EXAMPLE}"'])
    last = f"{get_column_letter(len(guides))}{len(examples) + 1}"
    sheet.conditional_formatting.add(f"A2:{last}", example)


def _alignment(field: Field) -> Alignment:
    """Wrap notes, so that they are read whole; numbers and dates to the left, as all the others."""
    return Alignment(horizontal="left", vertical="top", wrap_text=field is Field.NOTE)


def _need(guide: Guide) -> str:
    return "Required." if guide.required else "May stay blank."


def _comment(guide: Guide) -> Comment:
    """Return what one sees with the mouse on a header."""
    lines = (
        f"{_need(guide)} {guide.write}",
        f"For example: {' or '.join(guide.examples)}",
        f"Not taken: {'; '.join(guide.refused)}.",
    )
    text = "\n".join(lines)
    height = (count_lines(text, NOTE_CHARACTERS) + 1) * NOTE_LINE
    return Comment(text, "import-invoices", height=height, width=NOTE_WIDTH)


def _validation(guide: Guide, choices: str | None) -> DataValidation:
    """Return what a cell of a column shows when it is chosen, offers, and doesn't take."""
    match guide.field:
        case Field.REFERENCE_ID:
            longest = f"{guide.longest}"
            rule = DataValidation("textLength", operator="lessThanOrEqual", formula1=longest)
            rule.error = f"A reference has {longest} characters at most."
        case Field.COUNTERPARTY_ID:
            rule = DataValidation("whole", operator="between", formula1="1", formula2=LARGEST)
            rule.error = guide.write
        case Field.NOTE:
            rule = DataValidation()
        case Field.DUE_DATE:
            rule = DataValidation("date", operator="greaterThanOrEqual", formula1=FIRST_DAY)
            # It asks, and may be told to go on: a time with its zone is text to a spreadsheet.
            rule.errorStyle = "warning"
            rule.error = "Your spreadsheet program sees no date here. Write it as 2027-01-31."
        case _:
            rule = DataValidation("list", formula1=choices)
            rule.error = f"{guide.write} The sheet {CHOICES_SHEET} has them all."
    rule.promptTitle = rule.errorTitle = guide.header
    rule.prompt = f"{_need(guide)} {guide.write}"
    rule.allowBlank = rule.showInputMessage = rule.showErrorMessage = True
    return rule
