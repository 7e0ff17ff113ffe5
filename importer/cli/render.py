"""The summary of a run: for people, and for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from importer.model import NEEDS_USER, Status

if TYPE_CHECKING:  # heavy, and no part of printing an error
    from importer.report import Summary

SCHEMA_VERSION = 1


def summary_text(summary: Summary) -> str:
    """Return the aligned summary of a run, for people."""
    lines = [f"{summary.file.name} to {summary.account}, {summary.duration_s:.1f} s"]
    for status, rows in summary.counts.items():
        if rows:
            per = ", ".join(
                f"{currency} {by[status]}"
                for currency, by in summary.by_currency.items()
                if by.get(status)
            )
            lines.append(f"  {status:<16}{rows:>7,}   {per}".rstrip())
    lines.extend(f"Warning: {warning}" for warning in summary.warnings)
    if summary.error:
        lines.append(f"Stopped: {summary.error}.")
    wrong = sum(rows for status, rows in summary.counts.items() if status in NEEDS_USER)
    if wrong:
        which = "1 row needs you" if wrong == 1 else f"{wrong:,} rows need you"
        lines.append(f"{which}: see the sheet Problems, correct them in Results, import it again.")
    if summary.counts[Status.CREATED]:
        lines.append("Created invoices are drafts with total 0; lines and publishing come later.")
    if summary.output is not None:
        lines.append(f"Results: {summary.output}")
    return "\n".join(lines)


def summary_json(summary: Summary) -> str:
    """Return the summary of a run for machines: one object on one line; fields are only added."""
    return _json(
        run_id=summary.run_id,
        file=str(summary.file),
        account=summary.account,
        counts={status.value: rows for status, rows in summary.counts.items()},
        by_currency={
            currency: {status.value: rows for status, rows in by.items()}
            for currency, by in summary.by_currency.items()
        },
        duration_s=round(summary.duration_s, 3),
        output=str(summary.output) if summary.output is not None else None,
        exit_code=summary.exit_code,
        error=summary.error,
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
    )


def _json(**fields: object) -> str:
    return json.dumps({"schema_version": SCHEMA_VERSION, **fields}, ensure_ascii=False)
