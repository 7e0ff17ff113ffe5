"""Where a wrong cell stands in the results, which have no title lines, blank rows or gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
from openpyxl.utils import get_column_letter

from importer.model import Issue
from importer.report import Report
from importer.table import ROW


def name_own_cells(report: Report) -> pl.DataFrame:
    """Return a report's outcomes, whose errors name the cells of the sheet Results.

    The file's own cells are named everywhere else; a reader of the results corrects those.

    Args:
        report: What is known of all rows.
    """
    letters = {
        column.header: get_column_letter(int(column.name) + 1)
        for column in report.columns.columns.values()
    }
    issues: dict[int, list[Issue]] = {}
    for issue in report.issues:
        if issue.column in letters:
            issues.setdefault(issue.row, []).append(issue)
    if not issues:
        return report.outcomes
    rows = report.outcomes.select(ROW, "error").iter_rows()
    errors = [
        _rename(error, issues[row], letters, number) if error and row in issues else error
        for number, (row, error) in enumerate(rows, 2)
    ]
    return report.outcomes.with_columns(error=pl.Series(errors, dtype=pl.String))


def _rename(error: str, issues: list[Issue], letters: Mapping[str, str], number: int) -> str:
    for issue in issues:
        place = f"{letters[issue.column or '']}{number}"
        if place != issue.place:
            error = error.replace(issue.told(), replace(issue, place=place).told(), 1)
    return error
