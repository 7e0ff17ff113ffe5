"""The summary of a run: for people, and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importer.model import Status
from importer.statuses import TELLINGS

if TYPE_CHECKING:  # heavy, and no part of printing an error
    from importer.report import Summary

SCHEMA_VERSION = 1


def summary_text(summary: Summary) -> str:
    """Return the aligned summary of a run, for people."""
    lines = [f"{shown(summary.file.name)} to {summary.account}, {summary.duration_s:.1f} s"]
    lines.extend(status_lines(summary))
    lines.extend(f"Warning: {warning}" for warning in summary.warnings)
    if summary.error:
        lines.append(f"Stopped: {summary.error}.")
    lines.extend(
        f"{status}: {telling.remedy}."
        for status, telling in TELLINGS.items()
        if telling.remedy and summary.counts[status]
    )
    if summary.counts[Status.CREATED]:
        lines.append("Created invoices are drafts with total 0; lines and publishing come later.")
    if summary.output is not None:
        lines.append(f"Results: {summary.output}")
    return "\n".join(lines)


def status_lines(summary: Summary) -> Iterator[str]:
    """Yield an aligned line for every status that some row has, with its currencies."""
    for status, rows in summary.counts.items():
        if rows:
            told = f"{rows:>7,}   {_currencies(summary, status, rows)}".rstrip()
            yield f"  {status:<16}{told}"


def shown(name: str) -> str:
    """Return a name fit for the terminal: nothing in it that moves the cursor or turns the text."""
    return "".join(c if c.isprintable() else "�" for c in name)


def _currencies(summary: Summary, status: Status, rows: int) -> str:
    """Say in which currencies so many rows are, those without a readable one too."""
    counted = {c: by[status] for c, by in summary.by_currency.items() if by.get(status)}
    said = [f"{count:,} in {currency}" for currency, count in counted.items()]
    if (others := rows - sum(counted.values())) and said:
        said.append(f"{others:,} without a readable one")
    return ", ".join(said)


def summary_json(summary: Summary) -> str:
    """Return the summary of a run for machines: one object on one line; fields are only added."""
    return _json(
        run_id=summary.run_id or None,
        file=shown(str(summary.file)),
        account=summary.account or None,
        counts={status.value: rows for status, rows in summary.counts.items()},
        by_currency={
            currency: {status.value: rows for status, rows in by.items()}
            for currency, by in summary.by_currency.items()
        },
        duration_s=round(summary.duration_s, 3),
        output=str(summary.output) if summary.output is not None else None,
        exit_code=summary.exit_code,
        error=summary.error,
        warnings=list(summary.warnings),
    )


def error_json(message: str, exit_code: int) -> str:
    """Return the same object for a run that came to nothing."""
    return _json(
        run_id=None,
        file=None,
        account=None,
        counts={status.value: 0 for status in Status},
        by_currency={},
        duration_s=0.0,
        output=None,
        exit_code=exit_code,
        error=message,
        warnings=[],
    )


def _json(**fields: object) -> str:
    return json.dumps({"schema_version": SCHEMA_VERSION, **fields}, ensure_ascii=False)
