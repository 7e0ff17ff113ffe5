"""The sheets of the template that help to fill it in: Columns explains, Choices has the lists."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from importer.guide import Guide
from importer.model import Field

INVOICES_SHEET, COLUMNS_SHEET, CHOICES_SHEET = "Invoices", "Columns", "Choices"

DARK, LIGHT, WHITE, BLACK = "1F4E78", "DDEBF7", "FFFFFF", "000000"
GREY, LINE = "808080", "BFBFBF"

FONT, FONT_SIZE = "Calibri", 11
"""Those of cells without a style; a font that names none is any that a program likes."""

LINE_HEIGHT, AIR = 15, 4
"""Of one line of text, and around it, in points."""

EXPLAINING = {"Column": 15, "Required": 11, "What to write": 50, "For example": 22, "Not taken": 52}
"""The columns of the sheet that explains the others, and how wide they are, in characters."""


def write_explanations(sheet: Worksheet, guides: Sequence[Guide], name: str) -> None:
    """Write the sheet that says what to do, and what each column is for.

    Args:
        sheet: An empty sheet.
        guides: What to say of each column.
        name: The file's name, for the commands that are shown.
    """
    for number, width in enumerate(EXPLAINING.values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    set_up_page(sheet)
    sheet.print_title_rows = None
    sheet["A1"] = "How to fill in this workbook"
    sheet["A1"].font = font(bold=True, size=14)
    sheet.row_dimensions[1].height = 2 * LINE_HEIGHT
    for row, step in enumerate(_steps(name), start=2):
        sheet[f"A{row}"] = step
    top = sheet.max_row + 2
    sheet.row_dimensions[top].height = LINE_HEIGHT + AIR
    for number, header in enumerate(EXPLAINING, start=1):
        _head(sheet, f"{get_column_letter(number)}{top}", header)
    for row, guide in enumerate(guides, start=top + 1):
        texts = (
            guide.header,
            "yes" if guide.required else "no",
            guide.write,
            _list(guide.examples),
            _list(guide.refused),
        )
        for number, text in enumerate(texts, start=1):
            cell = sheet[f"{get_column_letter(number)}{row}"]
            cell.value = text
            cell.number_format = "@"
            cell.font = font(bold=number == 1)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.border = Border(bottom=Side("thin", color=LINE))
        lines = max(map(count_lines, texts, EXPLAINING.values()))
        sheet.row_dimensions[row].height = lines * LINE_HEIGHT + AIR


def write_choices(
    sheet: Worksheet, guides: Sequence[Guide], currencies: Sequence[tuple[str, str]]
) -> dict[Field, str]:
    """Write what there is to choose from; return where each field's choices are.

    They come from a sheet, since a list in the rule itself has 255 characters at most, and tells
    "Yes" from "yes".

    Args:
        sheet: An empty sheet.
        guides: The columns.
        currencies: Codes and their names, in the order in which they are shown.
    """
    columns: list[tuple[Field | None, str, int, Sequence[str]]] = [
        (Field.CURRENCY, "Currency", 11, [code for code, _ in currencies]),
        (None, "Its name", 42, [name for _, name in currencies]),
        *((g.field, g.header, 15, g.choices) for g in guides if g.choices),
    ]
    sheet.freeze_panes = "A2"
    set_up_page(sheet)
    ranges = {}
    for number, (field, header, width, values) in enumerate(columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = width
        _head(sheet, f"{letter}1", header)
        for row, value in enumerate(values, start=2):
            sheet[f"{letter}{row}"] = value
        if field is not None:
            where = f"${letter}$2:${letter}${len(values) + 1}"
            ranges[field] = f"{quote_sheetname(sheet.title)}!{where}"
    return ranges


def _steps(name: str) -> tuple[str, ...]:
    file = f'"{name}"' if " " in name else name
    check, rehearse = f"import-invoices check {file}", f"import-invoices {file} --sandbox"
    first = f"Write one row for each invoice in the sheet {INVOICES_SHEET}."
    return (
        f"1.  {first} Every dark header needs a value in each row; the light one may stay blank.",
        "2.  Delete the three example rows, or type over them: they are never sent to a real API.",
        "3.  Columns of your own may be added: they come back in the results, and are not sent.",
        f"4.  Save the file, and check it in the terminal (nothing is sent):  {check}",
        f"5.  Rehearse with it on your own computer (nothing leaves it):  {rehearse}",
    )


def _list(texts: Sequence[str]) -> str:
    return "\n".join(f"\N{BULLET} {text}" for text in texts)


def _head(sheet: Worksheet, name: str, header: str) -> None:
    cell = sheet[name]
    cell.value = header
    cell.font = font(bold=True, color=WHITE)
    cell.fill = PatternFill("solid", start_color=DARK)
    cell.alignment = Alignment(vertical="center")


def set_up_page(sheet: Worksheet) -> None:
    """Print all columns on one page, and the headers on each."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def font(*, bold: bool, size: int = FONT_SIZE, color: str = BLACK) -> Font:
    """Return the font of the template, since one that is styled at all has to be named."""
    return Font(name=FONT, size=size, bold=bold, color=color)


def count_lines(text: str, width: int) -> int:
    """Return how many lines a text takes when it is wrapped at so many characters."""
    return sum(len(textwrap.wrap(line, width)) for line in text.split("\n"))
