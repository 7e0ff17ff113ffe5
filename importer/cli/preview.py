"""What a check found, for people: which column was taken for what, the plan, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from importer.check import Checked
from importer.cli.render import shown, status_lines
from importer.model import Code, Field, Issue, Severity, Status
from importer.report import Report
from importer.table import ROW, Match, Table

HOW = {
    Match.NAME: "",
    Match.ALIAS: ", as a known name for it",
    Match.MAPPING: ", since --columns says so",
}
"""How a column was told to be a field's."""

EXAMPLES = 3
"""How many issues of a kind are shown before the others are counted."""


def check_text(checked: Checked, *, compared: bool) -> Iterator[str]:
    """Yield the lines that tell what a check found.

    Args:
        checked: What it found.
        compared: There was a ledger to compare the file with.
    """
    report = checked.report
    yield _title(report.table)
    yield ""
    yield from _columns(checked)
    yield ""
    yield from status_lines(report.summary)
    yield from (f"Warning: {warning}" for warning in report.summary.warnings)
    yield from _issues(report)
    yield from _others(report)
    yield ""
    yield from _next(report, compared=compared)


def _title(table: Table) -> str:
    rows = "1 row" if table.height == 1 else f"{table.height:,} rows"
    where = f", sheet {shown(table.sheet)}" if table.sheet is not None else ""
    header = table.place(table.header_row)
    return f"{shown(table.source.name)}{where}: {rows} under the headers in {header}"


def _columns(checked: Checked) -> Iterator[str]:
    """Yield the column mapping that was taken, and what is left over."""
    table = checked.report.table
    fields = {column.name: field for field, column in checked.columns.columns.items()}
    rows = [("column", "header", "is taken for")]
    places = (place.removeprefix("column ") for place in table.header_places())
    for number, (place, header) in enumerate(zip(places, table.headers, strict=True)):
        field = fields.get(str(number))
        if field is not None:
            how = HOW[checked.columns.columns[field].match]
            rows.append((place, _one_line(header), f"{field}{how}"))
        elif header:
            rows.append((place, _one_line(header), "nothing: carried to the results"))
    missing = [field for field in Field if field not in checked.columns.columns]
    rows.extend(("", "none", f"{field}, which may be left out") for field in missing)
    yield from _aligned(rows)


def _issues(report: Report) -> Iterator[str]:
    """Yield the first issues of every kind, and how many more there are."""
    wrong = [issue for issue in report.issues if issue.severity is Severity.ERROR]
    if not wrong:
        return
    counts = Counter(issue.code for issue in wrong)
    rows = len({issue.row for issue in wrong})
    yield ""
    yield f"What is wrong, in {rows:,} row{'s' if rows > 1 else ''}:"
    for code, number in counts.items():
        yield from (f"  {shown(issue.told())}" for issue in _first(wrong, code))
        if number > EXAMPLES:
            yield f"  … and {number - EXAMPLES:,} more of this kind ({code})."


def _left_out(report: Report) -> bool:
    """Tell whether there are more issues of a kind than are shown."""
    counts = Counter(i.code for i in report.issues if i.severity is Severity.ERROR)
    return any(number > EXAMPLES for number in counts.values())


def _others(report: Report) -> Iterator[str]:
    """Yield the first conflicts and doubts with what is to be done, and how many more there are."""
    for status in (Status.CONFLICT, Status.IN_DOUBT):
        rows = report.outcomes.filter(report.outcomes["status"] == status)
        for row, message in rows.select(ROW, "error").head(EXAMPLES).iter_rows():
            yield f"  {report.table.place(row)}, {status}: {shown(message or '')}"
        if rows.height > EXAMPLES:
            yield f"  … and {rows.height - EXAMPLES:,} more with the status {status}."


def _first(issues: Sequence[Issue], code: Code) -> Iterator[Issue]:
    return islice((issue for issue in issues if issue.code == code), EXAMPLES)


def _next(report: Report, *, compared: bool) -> Iterator[str]:
    """Yield what to do now."""
    summary = report.summary
    if not compared:
        yield (
            "What was created earlier was not looked at: name the API with --api-url, as for the "
            "import."
        )
    if summary.counts[Status.INVALID]:
        yield "Correct the file, save it, and check it again."
        if summary.output is None and _left_out(report):
            yield "To see what is wrong with every row: the same command with --output checked.xlsx"
    if summary.counts[Status.READY]:
        yield "Nothing was sent. To create what is ready: the same command without `check`."
    else:
        yield "Nothing was sent."
    if summary.output is not None:
        yield f"The checked rows: {summary.output}"


def _aligned(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'   '.join(cells)}".rstrip()


def _one_line(text: str) -> str:
    return shown(" ".join(text.split()))
