"""The summary of a run: for people, and for machines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from importer.cli.fields import to_json
from importer.cli.paint import BAD, DOUBTFUL, paint, paint_status
from importer.errors import EXIT_OK
from importer.inbox import FINAL
from importer.model import NEEDS_USER, Status
from importer.printable import printable
from importer.statuses import TELLINGS

if TYPE_CHECKING:  # heavy, and no part of printing an error
    from importer.report import Summary

JSON_FIELDS: Mapping[str, str] = {
    "schema_version": "a number that only grows when a field's meaning changes; fields are added",
    "run_id": "the run's name, for `runs RUN`; null where nothing was begun",
    "file": "the absolute path of the file; null where none was named",
    "account": "the account's name and the API's URL; null where the run came to nothing",
    "counts": "rows by status, every status, zeros too",
    "by_currency": 'rows by currency and status: `{"USD": {"created": 3}}`; without those whose '
    "currency is unclear",
    "duration_s": "seconds from start to results",
    "output": "the absolute path of the results; null where none were written",
    "exit_code": "what the command ends with",
    "error": "why it stopped; null where it went to its end",
    "warnings": "what one should know and nothing stopped for, a list of sentences",
}
"""The fields of `--json`: what stands in each."""


def summary_text(summary: Summary, inbox: Path | None = None, typed: str = "") -> str:
    """Return the aligned summary of a run, for people.

    Args:
        summary: The run in figures.
        inbox: The folder that the file was dropped into, if it wasn't named itself.
        typed: The options of reading that the results need again, as words.
    """
    problems = _problems(summary, inbox, typed)
    lines = [_title(summary), *status_lines(summary, frozenset(Status)), *problems]
    if summary.counts[Status.CREATED]:
        lines.append("Created invoices are drafts with total 0; lines and publishing come later.")
    return "\n".join([*lines, *_results(summary)])


def problems_text(
    summary: Summary, rows: Iterable[str] = (), inbox: Path | None = None, typed: str = ""
) -> str:
    """Return what of a run's summary somebody has to look at; empty where nobody has to.

    Args:
        summary: The run in figures.
        rows: What is said of single rows, a line each.
        inbox: The folder that the file was dropped into, if it wasn't named itself.
        typed: The options of reading that the results need again, as words.
    """
    if summary.exit_code == EXIT_OK:
        return ""
    problems = _problems(summary, inbox, typed)
    lines = [_title(summary), *status_lines(summary, NEEDS_USER), *rows, *problems]
    return "\n".join([*lines, *_results(summary)])


def status_lines(summary: Summary, statuses: Collection[Status]) -> Iterator[str]:
    """Yield an aligned line for each of some statuses that a row has, with its currencies."""
    for status, rows in summary.counts.items():
        if rows and status in statuses:
            told = f"{rows:>7,}   {_currencies(summary, status, rows)}".rstrip()
            yield f"  {paint_status(status, f'{status:<16}')}{told}"


def _title(summary: Summary) -> str:
    account = summary.account.removeprefix("default at ")  # nobody gave it that name
    return f"{printable(summary.file.name)} to {account}, {summary.duration_s:.1f} s"


def _problems(summary: Summary, inbox: Path | None, typed: str) -> Iterator[str]:
    """Yield what somebody should know, and what is to be done."""
    yield from (
        f"{paint('Warning:', DOUBTFUL)} {printable(warning)}" for warning in summary.warnings
    )
    if summary.error:
        yield f"{paint('Stopped:', BAD)} {printable(summary.error)}."
    for status, telling in TELLINGS.items():
        rows = summary.counts[status] - (summary.left if status is Status.NOT_SENT else 0)
        if telling.remedy and rows:
            remedy = _remedy(summary, status, inbox)
            if typed and inbox is None and status in {Status.INVALID, Status.REJECTED}:
                remedy += f" with the same {typed}"
            yield f"{paint_status(status)}: {name_sheet(remedy, summary.output)}."
    if summary.left and summary.error is None:
        left = "1 row was" if summary.left == 1 else f"{summary.left:,} rows were"
        yield f"{left} left for later: run the same command without --limit."


def name_sheet(text: str, output: Path | None) -> str:
    """Return a text that names a sheet of the results; CSV results have none.

    Args:
        text: What names `the sheet Results` or `the sheet Problems`.
        output: Where the results are; None where there are none.
    """
    if output is None or output.suffix.casefold() != ".csv":
        return text
    return text.replace("the sheet Results", "the results").replace(
        "the sheet Problems of the results", "the results"
    )


def _remedy(summary: Summary, status: Status, inbox: Path | None) -> str:
    """Return what a status asks of the reader.

    A file of an inbox whose exit code isn't final is tried again without anybody.
    """
    usual = TELLINGS[status].remedy
    if inbox is None:
        return usual
    save = f"save it into {printable(str(inbox.absolute()))}"
    again = summary.exit_code not in FINAL
    match status:
        case Status.INVALID | Status.REJECTED:
            return f"correct the cells in the sheet Results and {save}"
        case Status.IN_DOUBT:
            return "the next start looks again, or see import-invoices status --in-doubt"
        case Status.NOT_SENT if again:
            return "see to the reason in the column error; the next start goes on by itself"
        case Status.NOT_SENT:  # of --strict: the results have these rows too
            return f"they go with the others: correct the sheet Results and {save}"
        case _:
            return usual


def _results(summary: Summary) -> Iterator[str]:
    if summary.output is not None:
        yield f"Results: {printable(str(summary.output))}"


def _currencies(summary: Summary, status: Status, rows: int) -> str:
    """Say in which currencies so many rows are, largest first, as the plan does."""
    counted = [(by[status], c) for c, by in summary.by_currency.items() if by.get(status)]
    ranked = sorted(counted, key=lambda pair: -pair[0])
    said = [f"{currency} {count:,}" for count, currency in ranked]
    if others := rows - sum(count for count, _ in counted):
        said.append(f"unclear {others:,}")
    return ", ".join(said)


def summary_json(summary: Summary) -> str:
    """Return the summary of a run for machines: one object on one line; fields are only added."""
    return to_json(
        run_id=summary.run_id or None,
        file=printable(str(summary.file)),
        account=summary.account or None,
        counts={status.value: rows for status, rows in summary.counts.items()},
        by_currency={
            currency: {status.value: rows for status, rows in by.items()}
            for currency, by in summary.by_currency.items()
        },
        duration_s=round(summary.duration_s, 3),
        output=printable(str(summary.output)) if summary.output is not None else None,
        exit_code=summary.exit_code,
        error=summary.error,
        warnings=list(summary.warnings),
    )


def error_json(message: str, exit_code: int, file: Path | None = None, run_id: str = "") -> str:
    """Return the same object for a run that came to nothing.

    Args:
        message: Why.
        exit_code: What it ends with.
        file: The file, where one was named.
        run_id: The run, where it had begun.
    """
    return to_json(
        run_id=run_id or None,
        file=None if file is None else printable(str(file.absolute())),
        account=None,
        counts={status.value: 0 for status in Status},
        by_currency={},
        duration_s=0.0,
        output=None,
        exit_code=exit_code,
        error=message,
        warnings=[],
    )
