"""What a check found, for people: which column was taken for what, the plan, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from importer.cli.paint import DOUBTFUL, paint
from importer.cli.plan import plan_lines, title
from importer.cli.problems import problem_lines
from importer.model import Field, Status
from importer.names import free_name
from importer.printable import printable
from importer.table import ROW, Match

if TYPE_CHECKING:
    from importer.check import Checked
    from importer.report import Report

HOW = {
    Match.NAME: "",
    Match.ALIAS: " (known by this name)",
    Match.MAPPING: ", since --columns says so",
}
"""How a column was told to be a field's."""

EXAMPLES = 3
"""How many conflicts and doubts are shown before the others are counted."""

HEADER_WIDTH = 27
"""What a header may take of a line; the longest line of the mapping has 80 columns then."""

MOST = 600
"""The characters of a message that are shown."""

CARRIED = 8
"""How many of the columns that are no field's are shown before the others are counted."""

CHECKED = Path("checked.xlsx")

HEADINGS = {Status.CONFLICT: "In conflict with invoices that exist", Status.IN_DOUBT: "In doubt"}


def check_text(checked: Checked, *, note: str, width: int | None = None) -> Iterator[str]:
    """Yield the lines that tell what a check found.

    Args:
        checked: What it found.
        note: What the file was not compared with; empty where with all that there is.
        width: The columns of the terminal; None where there is none.
    """
    report = checked.report
    summary = report.summary
    yield title(report.table)
    yield ""
    yield from _columns(checked)
    yield ""
    yield from plan_lines(summary.counts, summary.by_currency, width)
    parts = (
        [f"{paint('Warning:', DOUBTFUL)} {printable(warning)}" for warning in summary.warnings],
        list(problem_lines(report.issues, report.table)),
        *(list(_others(report, status)) for status in HEADINGS),
        list(_next(checked, note)),
    )
    for part in filter(None, parts):
        yield ""
        yield from part


def _columns(checked: Checked) -> Iterator[str]:
    """Yield the column mapping that was taken, and what is left over."""
    table, columns = checked.report.table, checked.columns.columns
    fields = {column.name: field for field, column in columns.items()}
    rows, carried = [("column", "header", "is taken for")], 0
    places = (place.removeprefix("column ") for place in table.header_places())
    for number, (place, header) in enumerate(zip(places, table.headers, strict=True)):
        field = fields.get(str(number))
        if field is not None:
            rows.append((place, header, f"{field}{_how(columns[field].match)}"))
        elif header:
            carried += 1
            if carried <= CARRIED:
                rows.append((place, header, "nothing: carried to the results"))
    if carried > CARRIED:
        rows.append(("…", f"{carried - CARRIED:,} more", "nothing: carried to the results"))
    for field in Field:
        if (default := checked.columns.defaults.get(field)) is not None:
            rows.append(("", "none", f"{field}: {_shortened(printable(default))}, from [defaults]"))
        elif field not in columns:
            rows.append(("", "none", f"{field}, which may be left out"))
    yield from _aligned(rows)


def _how(match: Match) -> str:
    """Return how a column was told to be a field's; a mapping has one place where it is said."""
    ctx = click.get_current_context(silent=True)
    source = None if ctx is None else ctx.get_parameter_source("columns")
    by_file = match is Match.MAPPING and source is ParameterSource.DEFAULT_MAP
    return ", since [columns] says so" if by_file else HOW[match]


def _aligned(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield the mapping's lines; a header that is too long is cut, one of wide letters counted."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 for this alone

    cut = []
    for place, header, what in rows:
        name = printable(" ".join(header.split()))
        if cell_len(name) > HEADER_WIDTH:
            name = f"{set_cell_size(name, HEADER_WIDTH - 1).rstrip()}…"
        cut.append((place, name, what))
    first, second = (max(cell_len(row[n]) for row in cut) for n in (0, 1))
    for place, header, what in cut:
        yield f"  {place:<{first}}   {set_cell_size(header, second)}   {what}".rstrip()


def _others(report: Report, status: Status) -> Iterator[str]:
    """Yield the first rows of a status with what is to be done, and how many more there are."""
    rows = report.outcomes.filter(report.outcomes["status"] == status)
    if rows.is_empty():
        return
    yield f"{HEADINGS[status]}, {'1 row' if rows.height == 1 else f'{rows.height:,} rows'}:"
    for row, message in rows.select(ROW, "error").head(EXAMPLES).iter_rows():
        yield f"  {report.table.place(row)}: {_shortened(printable(message or ''))}"
    if rows.height > EXAMPLES:
        yield f"  … and {rows.height - EXAMPLES:,} more with the status {status}."


def _shortened(message: str) -> str:
    """Return a message without the most of what a very long cell says."""
    return message if len(message) <= MOST else f"{message[: MOST // 2]} … {message[-MOST // 2 :]}"


def _next(checked: Checked, note: str) -> Iterator[str]:
    """Yield what to do now."""
    summary = checked.report.summary
    ready, invalid = summary.counts[Status.READY], summary.counts[Status.INVALID]
    if checked.examples:
        yield (
            "1 row is an example of the template, which is never sent to a real API: delete it."
            if checked.examples == 1
            else f"{checked.examples:,} rows are examples of the template, which are never sent to "
            "a real API: delete them."
        )
    if note:
        yield note
    if invalid:
        yield "Correct the cells in the file, save it, and check it again."
    if (invalid or summary.counts[Status.CONFLICT]) and summary.output is None:
        name = free_name(CHECKED)
        yield f"For a workbook that says it row by row: the same command with --output {name}"
    from importer.check import WOULD_STOP  # noqa: PLC0415 in memory already

    if ready and not any(WOULD_STOP in warning for warning in summary.warnings):
        where = "" if summary.account else ", and with --sandbox or --api-url"
        yield f"Nothing was sent. To create what is ready: the same command without `check`{where}."
    else:
        yield "Nothing was sent."
    if summary.output is not None:
        yield f"The checked rows: {summary.output}"
