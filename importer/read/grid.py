"""A grid of cells → Table: where the header is, which rows count, whose results it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from importer.columns import match_fields, result_column
from importer.errors import FileError
from importer.model import Code, Field, Issue, Status
from importer.read.body import Body, sift
from importer.read.header import HEADER_ROWS, Header, find_header, locate_header
from importer.read.headerless import find_stray_dates, name_headerless
from importer.read.options import Opening
from importer.read.ours import Found, find_ours
from importer.read.places import Places
from importer.read.several import refuse_several
from importer.read.skipped import take_rows
from importer.results import Results, no_numbers
from importer.table import CLAIM, ROW, Mark, Table, no_marks

__all__ = ["HEADER_ROWS", "Grid", "find_header", "locate_header", "tabulate"]

ESCAPED = r"^'('*[=+\-@])"
"""A text cell of our own CSV results that would have looked like a formula."""


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of one sheet.

    Attributes:
        cells: String columns "0", "1", …; row i of the frame is row i + 1 of the sheet, blank
            cells are null. Leading blank rows and columns are there.
        kinds: What each cell is (`KIND` columns of the same names and height).
        sheet: The sheet's name; None for CSV.
        issues: What is wrong with rows, wherever they are: those outside the table don't count.
        marks: As in `Table`, for every row of the sheet.
        lines: The line that each row begins on, for every row; None where it is the row's number.
        hidden: The numbers of the rows that the sheet hides, by hand or by a filter.
        date1904: As in `Table`.
        warnings: What the user should know about the file.
    """

    cells: pl.DataFrame
    kinds: pl.DataFrame
    sheet: str | None = None
    issues: tuple[Issue, ...] = ()
    marks: pl.DataFrame = field(default_factory=no_marks)
    lines: pl.Series | None = None
    hidden: frozenset[int] = frozenset()
    date1904: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def places(self) -> Places:
        """How its rows and columns are named."""
        return Places(self.sheet is not None, self.lines)


def tabulate(grid: Grid, *, path: Path, sha256: str, opening: Opening) -> Table:
    """Take the table out of a grid.

    Args:
        grid: All cells of the sheet.
        path: The file.
        sha256: The digest of its bytes, hex.
        opening: How it is read.

    Raises:
        FileError: When there are no rows under the header, or more than one table.
    """
    if grid.cells.is_empty():
        raise FileError(
            f"{path} has no rows. Put the headers in the first row and the invoices under them, "
            "and import it again. Nothing was sent."
        )
    header = locate_header(grid.cells.head(HEADER_ROWS).rows(), opening.columns)
    below = grid.cells.slice(header.last + 1)
    ours = find_ours(header.texts, lambda position: below[str(position)])
    own = [position for position in range(len(header.texts)) if position not in ours.columns]
    body = _find_body(grid, header, own, opening)
    sifted = sift(body)
    refuse_several(path, grid.cells, grid.places, body, sifted.another)
    hidden = grid.hidden if opening.skip_hidden else frozenset[int]()
    taken, warnings = take_rows(body, sifted, grid.places, grid.hidden, leave_out=hidden)
    if not taken.any():
        reason = "".join(f" {warning}" for warning in warnings)
        raise FileError(
            f"{path} has headers in {grid.places.row(body.first - 1)} but no invoices under "
            f"them.{reason} Write one in each row below, and import it again. Nothing was sent."
        )
    table = replace(_cut(grid, body, taken, path, sha256), results=_take_results(grid, body, ours))
    return _judge(table, grid, body, warnings=warnings)


def _find_body(grid: Grid, header: Header, own: Sequence[int], opening: Opening) -> Body:
    cells = grid.cells.slice(header.last + 1)
    kept = _without_margins(cells, header, own)
    headers = tuple(header.texts[position] for position in kept)
    names = [str(position) for position in kept]
    found = match_fields(headers, opening.columns)
    titles = grid.cells.slice(header.first, header.last + 1 - header.first).select(names)
    first = header.last + 2
    uncertain = {issue.row - first for issue in grid.issues if _is_uncertain(issue)}
    formulas = grid.marks.filter(pl.col("mark") == Mark.FORMULA, pl.col(ROW) >= first)[ROW]
    return Body(
        header=header,
        positions=kept,
        headers=headers,
        titles=tuple(titles.rows()),
        cells=cells.select(names),
        fields={field: p[0] for field, p in found.items() if len(p) == 1},
        columns=opening.columns,
        suspect=frozenset(index for index in uncertain if 0 <= index < cells.height),
        formulas=frozenset(row - first for row in formulas),
    )


def _is_uncertain(issue: Issue) -> bool:
    """Tell whether more than the number of its cells is wrong with a row: footers have few."""
    return issue.code is not Code.ROW_LENGTH


def _without_margins(
    cells: pl.DataFrame, header: Header, positions: Sequence[int]
) -> tuple[int, ...]:
    """Return the columns without the blank ones on either side."""
    inner = list(positions)
    for end in (0, -1):
        while inner and not header.texts[inner[end]] and not _shows(cells[str(inner[end])]):
            inner.pop(end)
    return tuple(inner)


def _shows(cells: pl.Series) -> bool:
    return bool(cells.str.contains(r"\S").any())


def _cut(grid: Grid, body: Body, taken: pl.Series, path: Path, sha256: str) -> Table:
    """Return the rows that are taken, with all that the grid says of them."""
    names = {old: str(new) for new, old in enumerate(body.cells.columns)}
    numbers = pl.int_range(body.first, body.first + len(taken), dtype=pl.UInt32, eager=True)
    cells = body.cells.rename(names).insert_column(0, numbers.alias(ROW))
    kinds = grid.kinds.slice(body.first - 1).select(*names).rename(names)
    lines = None if grid.lines is None else grid.lines.slice(body.first - 1)
    if not taken.all():
        cells, kinds = cells.filter(taken), kinds.filter(taken)
        lines = None if lines is None else lines.filter(taken)
    issues = [issue for issue in grid.issues if _has(taken, issue.row - body.first)]
    return Table(
        path=path,
        sha256=sha256,
        sheet=grid.sheet,
        header_row=body.first - 1,
        headers=body.headers,
        cells=cells,
        kinds=kinds,
        positions=body.positions,
        issues=tuple(issues),
        marks=_marks_of(grid, names, cells),
        lines=lines,
        header_line=None if grid.lines is None else grid.lines[body.first - 2],
        claims=_find_claims(grid.cells, body, taken),
        date1904=grid.date1904,
        warnings=grid.warnings,
    )


def _find_claims(cells: pl.DataFrame, body: Body, taken: pl.Series) -> Mapping[int, str]:
    """Return the fingerprints that our own results left in the column `error`, by row."""
    claims: dict[int, str] = {}
    for name, text in zip(cells.columns, body.header.texts, strict=False):
        if result_column(text) == "error" or text.strip().casefold() == "error (file)":
            found = cells[name].slice(body.first - 1).str.extract(CLAIM)
            for index in (found.is_not_null() & taken).arg_true():
                claims[body.first + index] = found[index]
    return claims


def _take_results(grid: Grid, body: Body, ours: Found) -> Results:
    """Return what the columns say that our results added; they aren't the table's."""
    numbers = (_texts_under(grid, body, position) for position in ours.where("invoice_number"))
    statuses = pl.concat(
        [no_numbers(), *(_texts_under(grid, body, each) for each in ours.where("status"))]
    )
    return Results(
        tuple(body.header.texts[position] for position in ours.columns),
        ours.certain,
        pl.concat([no_numbers(), *numbers]),
        frozenset(statuses.filter(pl.col("number") == Status.IN_DOUBT)[ROW].to_list()),
    )


def _texts_under(grid: Grid, body: Body, position: int) -> pl.DataFrame:
    """Return the texts in a column, by row, as `number`: those that there are, to spare memory."""
    texts = grid.cells[str(position)].slice(body.first - 1)
    filled = texts.is_not_null().arg_true()
    found = texts.gather(filled).str.strip_chars()
    if grid.sheet is None:
        found = found.str.replace(ESCAPED, "$1")
    rows = (filled + body.first).cast(pl.UInt32)
    return pl.DataFrame([rows.alias(ROW), found.alias("number")]).filter(pl.col("number") != "")


def _has(taken: pl.Series, index: int) -> bool:
    return 0 <= index < len(taken) and bool(taken[index])


def _marks_of(grid: Grid, names: Mapping[str, str], cells: pl.DataFrame) -> pl.DataFrame:
    """Return the marks of a table's rows and columns, the columns by their new names."""
    if grid.marks.is_empty():
        return grid.marks
    return (
        grid.marks.filter(pl.col("column").is_in(list(names)))
        .join(cells.select(ROW), on=ROW, how="semi", maintain_order="left")
        .with_columns(pl.col("column").replace(names))
    )


def _judge(table: Table, grid: Grid, body: Body, *, warnings: Sequence[str]) -> Table:
    """Return a table with what is wrong under its blank headers, and our own marks taken off."""
    columns = {str(i): p for i, p in enumerate(table.positions) if not table.headers[i]}
    strays: tuple[Issue, ...] = ()
    said: tuple[str, ...] = ()
    if columns:
        told = table.cells[ROW].is_in(sorted({issue.row for issue in table.issues}))
        cells, kinds = table.cells.filter(~told), table.kinds.filter(~told)
        due = body.fields.get(Field.DUE_DATE)
        named = {name: grid.places.columns([position]) for name, position in columns.items()}
        strays = find_stray_dates(cells, kinds, named, None if due is None else str(due))
        said = name_headerless(cells, columns, grid.places)
    headers, cells = table.headers, table.cells
    if table.results.headers and table.sheet is None:
        cells = cells.with_columns(pl.exclude(ROW).str.replace(ESCAPED, "$1"))
        headers = tuple(re.sub(ESCAPED, r"\1", text) for text in headers)
    return replace(
        table,
        headers=headers,
        cells=cells,
        issues=(*table.issues, *strays),
        warnings=(*table.warnings, *warnings, *said),
    )
