"""One field's cells on their way from text to values, and what all fields share on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import polars as pl

from importer.model import Code, Field, Issue
from importer.printable import printable
from importer.table import KIND, ROW, ColumnMap, Kind, Table

EXACT_DIGITS = 15
"""The digits that a spreadsheet keeps of a number (IEEE 754 doubles; Excel's own limit)."""

SHORTENED = r"^[+-]?[0-9]+(?:[.,][0-9]+[eE][+-]?|[eE][+-])[0-9]+$"
"""A number as programs write it that ran out of room: 1.23E+15. `12E3` may be a reference."""

END = r"[\s\p{Cf}]"
EDGES = rf"^{END}+|{END}+$"
"""White space of any kind, and characters that nobody sees, at either end of a cell."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one field.

    Attributes:
        field: The field.
        header: The user's own header of it.
        in_workbook: The cells are a workbook's, so that their kinds tell something.
        frame: A row per row of the table: `row` (UInt32), `text` (String; trimmed, NFC, null where
            blank) and `kind` (`KIND`).
        is_ascii: It is known that no cell has a character besides ASCII's, as the file has it.
    """

    field: Field
    header: str
    in_workbook: bool
    frame: pl.DataFrame
    is_ascii: bool = False

    @property
    def text(self) -> pl.Series:
        """The cells' texts."""
        return self.frame["text"]

    def without(self, odd: pl.Series) -> Cells:
        """Return the cells, blank where `odd` (Boolean, of the same height) is true."""
        return replace(self, frame=self.frame.with_columns(text=self.text.set(odd, None)))

    def issues(
        self, faults: pl.Series, say: Callable[[str, str], tuple[Code, str]]
    ) -> Iterator[Issue]:
        """Yield an issue for every cell that has a fault.

        Args:
            faults: The name of each cell's fault; null where it has none.
            say: From a fault and the cell's text to the issue's code and message.
        """
        say = cache(say)
        odd = self.frame.with_columns(faults.alias("fault")).filter(faults.is_not_null())
        for row, text, fault in odd.select(ROW, "text", "fault").iter_rows():
            code, message = say(fault, text)
            yield Issue(code, row, self.header, text, message)


def take_cells(table: Table, columns: ColumnMap, field: Field) -> tuple[Cells, pl.Series]:
    """Take a field's cells out of a table.

    Args:
        table: The file's table.
        columns: Which of its columns gives which field.
        field: The field.

    Returns:
        Its cells, and the same texts as the file has them.
    """
    column = columns.columns.get(field)
    if column is None:
        default = columns.defaults.get(field)
        raw = pl.Series("text", [default], dtype=pl.String).new_from_index(0, table.height)
        kind = pl.Series("kind", [default and Kind.TEXT], dtype=KIND)
        kind = kind.new_from_index(0, table.height)
    else:
        raw = _without_formula(table, table.cells[column.name].alias("text"))
        kind = table.kinds[column.name].alias("kind")
    plain = is_ascii(raw)
    text = _trimmed(raw) if plain else _tidied(raw, field)
    frame = pl.DataFrame([table.cells[ROW], text, kind])
    return Cells(field, columns.header(field), table.sheet is not None, frame, plain), raw


def _without_formula(table: Table, texts: pl.Series) -> pl.Series:
    """Return a text file's cells without the `="…"` that keeps spreadsheets from changing them."""
    if table.sheet is not None or not texts.str.starts_with("=").any():
        return texts
    return texts.str.replace(r'^\s*="([^"]*)"\s*$', "$1")


def is_ascii(texts: pl.Series) -> bool:
    """Tell whether no text of a column has a character besides ASCII's."""
    return bool((texts.str.len_bytes() == texts.str.len_chars()).all())


def find_rounded(texts: pl.Series) -> pl.Series:
    """Tell which cells of a text file are numbers that a spreadsheet has rounded.

    A spreadsheet puts zeros for every digit after the 15th. One such number may end so by chance;
    a column in which no long number ends otherwise doesn't.

    Args:
        texts: The cells, trimmed.
    """
    long = texts.str.contains(rf"^[0-9]{{{EXACT_DIGITS + 1},}}$").fill_null(value=False)
    zeros = texts.str.contains(rf"^[0-9]{{{EXACT_DIGITS}}}0+$").fill_null(value=False)
    return zeros if zeros.sum() == long.sum() else zeros & False


def shown(value: str | None) -> str:
    """Return a cell's text as messages quote it: on one line, not too long."""
    if value is None:
        return "blank"
    text = printable(value)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'  # noqa: PLR2004 about a line


def _trimmed(raw: pl.Series) -> pl.Series:
    """Return a column of ASCII trimmed, blank cells null."""
    text = raw.str.strip_chars()
    return text.set(text == "", None)


def _tidied(raw: pl.Series, field: Field) -> pl.Series:
    """Return a column trimmed (no-break spaces too) and NFC, blank cells null.

    Invisible characters stay inside notes (where they join emoji and letters) and references
    (which have rules of their own); elsewhere none can mean anything.
    """
    text = raw.str.normalize("NFC").str.replace_all(EDGES, "")
    if field not in {Field.NOTE, Field.REFERENCE_ID}:
        text = text.str.replace_all(r"\p{Cf}", "")
    return text.set(text == "", None)
