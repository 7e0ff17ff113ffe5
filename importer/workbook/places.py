"""Where things stand in the results, which have no title lines, blank rows or gaps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from importer.blanks import join_blanks
from importer.model import Issue
from importer.report import Report
from importer.table import ROW, Table, cell_name, column_letters

NAMED = re.compile(
    r'"[^"]*"'  # what a cell says is left alone
    r"|\b(?P<noun>row|line)(?P<plural>s?) "
    r"(?P<numbers>\d+(?:, \d+)*(?: and \d+(?! more))?)"
    r"|\b(?P<letters>[A-Z]{1,3})(?P<number>\d+)\b"
)
"""Rows, lines and cells that a message names, as of `likeness.name_rows` and `Table.place`."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the file's rows and columns stand in the sheet Results.

    Attributes:
        rows: The rows there, by the numbers that the file's have.
        numbers: The same by what messages call them: rows of a sheet, lines of a CSV.
        letters: The columns there, by the file's; empty for a CSV, whose cells have no names.
        headers: The columns there, from 0, by the headers that fields are read from.
    """

    rows: Mapping[int, int]
    numbers: Mapping[int, int]
    letters: Mapping[str, str]
    headers: Mapping[str, int]

    def move(self, issue: Issue) -> Issue:
        """Return an issue that names cells and rows of the sheet Results.

        One of a row as a whole stays as it is: what a file's broken lines are is seen there alone.
        """
        if issue.column is None or issue.column not in self.headers or issue.row not in self.rows:
            return issue
        place = cell_name(self.rows[issue.row], self.headers[issue.column])
        return replace(issue, place=place, message=NAMED.sub(self._rename, issue.message))

    def _rename(self, found: re.Match[str]) -> str:
        if found["numbers"]:
            numbers = re.sub(
                r"\d+", lambda n: str(self.numbers.get(int(n[0]), n[0])), found["numbers"]
            )
            return f"row{found['plural']} {numbers}"
        if found["letters"] in self.letters and int(found["number"]) in self.rows:
            return f"{self.letters[found['letters']]}{self.rows[int(found['number'])]}"
        return found[0]


def find_places(table: Table, headers: Mapping[str, int]) -> Places:
    """Return where a table's rows and columns stand in the sheet Results.

    Args:
        table: The file's table.
        headers: The columns there, from 0, by the headers that fields are read from.
    """
    rows = {row: number for number, row in enumerate(table.cells[ROW], 2)}
    named = table.cells[ROW] if table.lines is None else table.lines
    letters = {
        column_letters(position): column_letters(column)
        for column, position in enumerate(table.positions)
    }
    return Places(
        rows=rows,
        numbers={name: number for number, name in enumerate(named, 2)},
        letters={} if table.sheet is None else letters,
        headers=headers,
    )


def move_issues(report: Report) -> Report:
    """Return a report whose issues and errors name cells and rows of the sheet Results.

    The file's own are named everywhere else; a reader of the results corrects those.

    Args:
        report: What is known of all rows.
    """
    headers = {c.header: int(c.name) for c in report.columns.columns.values()}
    if not any(issue.column in headers for issue in report.issues):
        return report
    places = find_places(report.table, headers)
    moved = tuple(map(places.move, report.issues))
    told: dict[int, list[tuple[Issue, Issue]]] = {}
    for old, new in zip(report.issues, moved, strict=True):
        if new is not old:
            told.setdefault(old.row, []).append((old, new))
    errors = [
        _replace(error, told[row]) if row in told else error
        for row, error in report.outcomes.select(ROW, "error").iter_rows()
    ]
    outcomes = report.outcomes.with_columns(error=pl.Series(errors, dtype=pl.String))
    return replace(report, issues=moved, outcomes=outcomes)


def _replace(error: str | None, told: Sequence[tuple[Issue, Issue]]) -> str | None:
    olds, news = (join_blanks([pair[which] for pair in told]) for which in (0, 1))
    for old, new in zip(olds, news, strict=True):
        error = error and error.replace(old.told(), new.told(), 1)
    return error
