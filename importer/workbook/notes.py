"""What is said of single cells: a colour, and a comment with what is wrong and what to do."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl
from openpyxl.comments import Comment

from importer.blanks import DELETE, several_blanks
from importer.model import Issue, Severity, Status
from importer.report import Report
from importer.table import ROW
from importer.workbook.cells import to_text

AUTHOR = "import-invoices"

MOST_ROWS = 10_000
"""The rows of a sheet that has comments: each is a drawing, and many make a program slow."""

WIDTH_PX, LINE_PX, MARGIN_PX = 340, 17, 14
"""Of a comment, in the pixels that spreadsheet programs draw it with."""

LINE = 46
"""Characters of one line in it."""

MOST_LINES = 30
"""Of a comment that no screen is too low for; Excel lets a reader make it larger."""

DIFFERENCE = r"(?: with |, ){field} .*? \(now "
"""How the column `error` says what of an existing invoice is otherwise than in the row."""

REFUSAL = r"(?:^The API refused this row \(\d+\): | \| ){header}: (.+?)(?= \| |$)"
"""How the column `error` says what the API has against a field."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of one cell.

    Attributes:
        texts: A paragraph for each thing.
        severity: The worst of them.
    """

    texts: tuple[str, ...]
    severity: Severity

    def comment(self) -> Comment:
        """Return it as a comment that is large enough to be read whole."""
        text = "\n\n".join(self.texts)
        lines = sum(len(textwrap.wrap(line, LINE)) or 1 for line in text.splitlines())
        height = min(lines, MOST_LINES) * LINE_PX + MARGIN_PX
        return Comment(to_text(text), AUTHOR, height=height, width=WIDTH_PX)

    def joined(self, other: Note) -> Note:
        """Return this and another of the same cell as one."""
        worst = Severity.ERROR if Severity.ERROR in {self.severity, other.severity} else None
        new = tuple(text for text in other.texts if text not in self.texts)
        return replace(self, texts=self.texts + new, severity=worst or self.severity)


def find_notes(report: Report, rows: pl.Series) -> Mapping[str, Mapping[int, Note]]:
    """Return what is said of the cells of a sheet, by frame column and row.

    Args:
        report: What is known of all rows.
        rows: The rows that the sheet shows; nothing is said where they are too many.
    """
    if len(rows) > MOST_ROWS:
        return {}
    wanted = frozenset(rows.to_list())
    notes: dict[str, dict[int, Note]] = {}
    for name, row, note in (*_of_issues(report), *_of_refusals(report), *_of_conflicts(report)):
        if row in wanted:
            column = notes.setdefault(name, {})
            column[row] = column[row].joined(note) if row in column else note
    return notes


def _of_issues(report: Report) -> Iterator[tuple[str, int, Note]]:
    """Yield what the checks found in cells; a row as a whole has its column `error`."""
    # Of two columns with one header, only the one that is read can have issues.
    names = {column.header: column.name for column in report.columns.columns.values()}
    blanks = several_blanks(report.issues)
    for issue in report.issues:
        if issue.column in names:
            joined = any(issue is other for other in blanks.get(issue.row, ()))
            said = f"{_say(issue)}\nOr {DELETE}" if joined else _say(issue)
            yield names[issue.column], issue.row, Note((said,), issue.severity)


def _say(issue: Issue) -> str:
    """Return a message's parts as lines; only the first of them holds text from outside."""
    lines = (part[:1].upper() + part[1:] for part in issue.message.rsplit(" — ", 2))
    warning = "Warning: " if issue.severity is Severity.WARNING else ""
    return warning + "\n".join(lines)


def _of_refusals(report: Report) -> Iterator[tuple[str, int, Note]]:
    """Yield what the API has against fields."""
    refused = report.outcomes.filter(pl.col("status") == Status.REJECTED, pl.col("error") != "")
    for column in report.columns.columns.values():
        pattern = re.compile(REFUSAL.format(header=re.escape(column.header)))
        for row, error in refused.select(ROW, "error").iter_rows():
            if (found := pattern.search(error)) is not None:
                text = f"The API refused this:\n{found[1]}"
                yield column.name, row, Note((text,), Severity.ERROR)


def _of_conflicts(report: Report) -> Iterator[tuple[str, int, Note]]:
    """Yield which cells say something else than the invoice that exists."""
    conflicts = report.outcomes.filter(pl.col("status") == Status.CONFLICT, pl.col("error") != "")
    for field, column in report.columns.columns.items():
        pattern = re.compile(DIFFERENCE.format(field=field))
        for row, error, number in conflicts.select(ROW, "error", "invoice_number").iter_rows():
            if pattern.search(error):
                text = (
                    f"Invoice {number or 'under this reference'} was created with something else."
                )
                yield (
                    column.name,
                    row,
                    Note((f"{text}\nThe column error says what.",), Severity.ERROR),
                )
