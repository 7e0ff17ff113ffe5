"""What is wrong with a cell whatever its field: a formula's error, lost characters, a merge."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from importer.clean.cells import Cells, shown
from importer.model import Code, Field, Issue, explain
from importer.table import CUT, MARK_SCHEMA, ROW, ColumnMap, Kind, Mark, Table
from importer.unpack.formats import changes_digits, hidden_parts

FORMULA_ERROR = re.compile(
    r"#(N/A|N/D|NV"
    r"|(REF|VALUE|DIV/0|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|EXTERNAL|PYTHON|UNKNOWN"
    r"|BEZUG|WERT|ZAHL|ÜBERLAUF|KALK|FELD"
    r"|VALEUR|NOMBRE|NUL|PROPAGATION"
    r"|¡(REF|VALOR|DIV/0|NUM|NULO|DESBORDAMIENTO|CALC)"
    r"|VALOR|NÚM|NULO|DESPEJAR|DESPEJE|DESPEJO"
    r"|RIF|VALORE|NULLO|ESPANSIONE)!"
    r"|(NAME|NOM|NOME|¿NOMBRE|MACRO)\?)"
    r"|(Err|Fehler|Erro|Erreur):\d{3}"
)
"""What Excel and LibreOffice show where a formula has no result, in English, German, French,
Spanish, Portuguese and Italian (Microsoft's and LibreOffice's translations)."""

SUSPECT = r"^(?:#|Err|Feh)"
NARROW = re.compile("#{2,}")
LOST = r"[\x{80}-\x{9f}\x{fffd}]"
"""What stands for characters that an encoding didn't have, or was read with the wrong one."""

FORMULA = r"^=[^\s=]"

ZEROS = re.compile(r"0+")
"""A number format that only shows leading zeros."""


def find_faults(
    table: Table, columns: ColumnMap, cells: Cells, raw: pl.Series
) -> tuple[Cells, list[Issue]]:
    """Find the cells of a field that say nothing certain, whatever the field.

    Args:
        table: The file's table.
        columns: Which of its columns gives which field.
        cells: The field's cells.
        raw: Their texts as the file has them.

    Returns:
        The cells, those with an issue being blank, and the issues.
    """
    marked = list(_marked(table, columns, cells))
    odd = cells.frame[ROW].is_in([issue.row for issue in marked])
    faults = _faults(cells, raw).set(odd, None)
    found = list(cells.issues(faults, _say))
    return cells.without(odd | faults.is_not_null()), [*marked, *found]


def _faults(cells: Cells, raw: pl.Series) -> pl.Series:
    text, kind = pl.col("text"), pl.col("kind")
    suspects = cells.text.filter(cells.text.str.contains(SUSPECT)).unique()
    errors = [value for value in suspects if FORMULA_ERROR.fullmatch(value)]
    narrow = [value for value in suspects if NARROW.fullmatch(value)]
    known = [(errors, "error"), (narrow, "narrow")]
    faults = [(text.is_in(values), fault) for values, fault in known if values]
    if cells.field is Field.REFERENCE_ID and not cells.in_workbook:
        faults.append((text.str.contains(FORMULA), "formula"))
    if not cells.is_ascii:
        faults.append((pl.lit(raw).str.contains(LOST), "lost"))
        faults.append((text.str.ends_with(CUT), "cut"))
    if cells.in_workbook and cells.field in {Field.REFERENCE_ID, Field.NOTE}:
        faults += [(kind == Kind.DATE, "date"), (kind == Kind.BOOL, "truth")]
    if not faults:
        return pl.Series("fault", [None], dtype=pl.String).new_from_index(0, raw.len())
    named = (pl.when(has).then(pl.lit(fault)) for has, fault in faults)
    return cells.frame.select(pl.when(text.is_not_null()).then(pl.coalesce(*named))).to_series()


def _say(fault: str, text: str) -> tuple[Code, str]:
    value = shown(text)
    match fault:
        case "error":
            return Code.FORMULA_ERROR, explain(
                f"{value} is what a formula without a result shows",
                "expected a value",
                "correct the formula, or type the value over it.",
            )
        case "formula":
            return Code.FORMULA_WITHOUT_VALUE, explain(
                f"{value} is a formula, not its result",
                "expected a value",
                "type the value over it.",
            )
        case "narrow":
            return Code.CHARACTER_LOST, explain(
                f"{value} is what a column that is too narrow shows in place of its value",
                "expected the value itself",
                "open the original, widen the column, and save the file again.",
            )
        case "lost":
            return Code.CHARACTER_LOST, explain(
                f"{value} holds characters that were lost when the file was saved or converted",
                "expected the original letters",
                'type the cell again and save the file as .xlsx, or as "CSV UTF-8".',
            )
        case "cut":
            return Code.CHARACTER_LOST, explain(
                f"{value} was too long for a cell, and was cut in the results",
                "expected the whole text",
                "write a shorter one, or import the original.",
            )
        case _:
            what = "a date" if fault == "date" else "a truth value (TRUE or FALSE)"
            return Code.NOT_TEXT, explain(
                f"{value} is {what}, not text, so the sheet may show it otherwise, and something "
                "else may have been typed",
                "expected text",
                "format the column as Text (Home, Number, Text), then type the cell again.",
            )


def _marked(table: Table, columns: ColumnMap, cells: Cells) -> Iterator[Issue]:
    """Yield the issues of the cells of which a workbook says something besides their value."""
    column = columns.columns.get(cells.field)
    if column is None or table.marks.is_empty():
        return
    marks = table.marks.filter(pl.col("column") == column.name).select(
        pl.col("row").cast(MARK_SCHEMA["row"]).alias(ROW), "mark", pl.col("text").alias("note")
    )
    joined = cells.frame.join(marks, on=ROW, how="inner", maintain_order="left")
    joined = joined.filter(~_is_harmless(cells.field, joined))
    told = set()
    for row, text, kind, mark, note in joined.iter_rows():
        issue = _of_mark(cells, row, text, Kind(kind), Mark(mark), note or "")
        if issue is not None and row not in told:
            told.add(row)
            yield issue


def _of_mark(  # noqa: PLR0917 private, and called once
    cells: Cells, row: int, text: str | None, kind: Kind, mark: Mark, note: str
) -> Issue | None:
    match mark:
        case Mark.MERGED if text is None:
            code = Code.MERGED_CELL
            message = explain(
                f"The cell is blank because it is merged with {note}",
                "expected a value in each row",
                f"unmerge the cells (Home, Merge & Center) and write the value of {note} where "
                "it belongs.",
            )
        case Mark.FORMULA:
            code = Code.FORMULA_WITHOUT_VALUE
            message = explain(
                "The cell holds a formula whose result isn't stored in the file",
                "expected a value",
                "open the file in Excel, let it calculate (F9), save it, and import it again.",
            )
        case Mark.FORMAT if text is not None:
            code = Code.NUMBER_SHOWN_OTHERWISE
            message = _say_format(text, kind, note)
        case _:
            return None
    return Issue(code, row, cells.header, text, message)


def _say_format(text: str, kind: Kind, number_format: str) -> str:
    if kind is Kind.DATE:
        hidden = hidden_parts(number_format)
        rest = " and ".join(part for part in ("day", "month", "year") if part not in hidden)
        return explain(
            f"The cell holds {shown(text)}, but its format ({number_format}) makes the sheet show "
            f"{f'only {rest}' if rest else 'no date'}",
            "expected a date that the sheet shows whole",
            "format the column as a date with day, month and year, and check or correct the date.",
        )
    what = f"the text {shown(text)}" if kind is Kind.TEXT else f"the number {text}"
    return explain(
        f"The cell holds {what}, but its format ({number_format}) makes the sheet show something "
        "else",
        "expected a cell that holds what it shows",
        "format the column as Text, then type what is meant.",
    )


def _is_harmless(field: Field, marked: pl.DataFrame) -> pl.Series:
    """Tell which marks say nothing that matters to a field.

    A customer's number has no leading zeros, decimals or separators whatever the sheet shows. A
    date is read where a due date is: elsewhere it isn't what is expected anyhow.
    """
    formatted = pl.col("mark") == Mark.FORMAT
    if field is Field.COUNTERPARTY_ID:
        formats = marked.filter(formatted)["note"].drop_nulls().unique()
        same = [f for f in formats if ZEROS.fullmatch(f) or not changes_digits(f)]
        harmless = (pl.col("kind") == Kind.NUMBER) & pl.col("note").is_in(same)
    else:
        harmless = pl.lit(value=False)
    if field is not Field.DUE_DATE:
        harmless |= pl.col("kind") == Kind.DATE
    return marked.select((formatted & harmless).fill_null(value=False)).to_series()
