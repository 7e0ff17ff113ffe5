"""The rows of a run that need somebody, in few lines: for the mail of cron, and for logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from importer.cli.paint import paint_status
from importer.cli.render import name_sheet
from importer.model import NEEDS_USER, Field, Status
from importer.printable import printable
from importer.report import Report
from importer.table import CLAIM, ROW

MOST = 20
"""So many rows are told one by one: a mail that somebody reads to its end."""

TOLD = NEEDS_USER - {Status.NOT_SENT}
"""What is told row by row. Rows that had no turn share one reason, which the summary gives."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that needs somebody.

    Attributes:
        row: Its number as the sheet shows it.
        reference: Its reference as the file has it; None where it has none.
        status: What became of it.
        number: The number of the invoice that is meant, where one is known.
        message: What is wrong, and what to do.
    """

    row: int
    reference: str | None
    status: Status
    number: str | None
    message: str

    def told(self) -> str:
        """Return it in one line, coloured where there are colours: `row 4 (INV-7): invalid: …`."""
        name = f" ({printable(self.reference)})" if self.reference else ""
        text = f": {printable(self.message)}" if self.message else ""
        return f"row {self.row}{name}: {paint_status(self.status)}{text}"


def list_problems(report: Report, most: int = MOST) -> tuple[tuple[Problem, ...], int]:
    """Return the first rows that need somebody, in the file's order, and how many more there are.

    Args:
        report: What became of the file.
        most: How many at most.
    """
    wrong = report.outcomes.filter(pl.col("status").is_in([status.value for status in TOLD]))
    column = report.columns.columns.get(Field.REFERENCE_ID)
    name = pl.lit(None, pl.String) if column is None else pl.col(column.name).cast(pl.String)
    names = report.table.cells.select(ROW, name.str.strip_chars().alias("reference"))
    first = wrong.head(most).join(names, on=ROW, how="left", maintain_order="left")
    found = first.select(ROW, "reference", "status", "invoice_number", "error").iter_rows()
    problems = tuple(
        Problem(row, reference, Status(status), number, leave_out_claim(message or ""))
        for row, reference, status, number, message in found
    )
    return problems, wrong.height - len(problems)


def leave_out_claim(message: str) -> str:
    """Return what is said of a row in one line, without what only the results are read back for."""
    return " ".join(re.sub(CLAIM, "", message).split())


def problem_lines(report: Report) -> Iterator[str]:
    """Yield a line for each of the first rows that need somebody, and one for the rest."""
    problems, more = list_problems(report)
    yield from (problem.told() for problem in problems)
    if more:
        rows = "1 row more needs" if more == 1 else f"{more:,} rows more need"
        told = f"… and {rows} somebody: see the sheet Problems of the results."
        yield name_sheet(told, report.summary.output)
