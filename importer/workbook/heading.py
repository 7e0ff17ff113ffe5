"""What stands above the rows of the sheet Problems, for whoever was not there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from importer.model import Severity, Status
from importer.report import Summary
from importer.statuses import TELLINGS

NO_PROBLEMS = "Nothing is needed: no row of this file is wrong or waits for anybody."

WARNINGS_ALONE = (
    "No row of this file is wrong or waits for anybody; but read the warnings in the sheet Summary."
)

NEED_CORRECTION = frozenset({Status.INVALID, Status.REJECTED, Status.CONFLICT})

COPY = (
    "Correct them in the sheet Results, whose cells are named here; changes in this sheet have no "
    "effect."
)

CLAIMED = (
    '"[as read: …]" behind an error is a mark for the next import: leave it, unless the error says '
    "to clear the cell."
)

MARKED = {
    Severity.ERROR: "Cells on red are wrong: point at one to read why, and what to write instead.",
    Severity.WARNING: "Cells on yellow may be wrong.",
}


def say_when(summary: Summary, what: str = "") -> str:
    """Return when and where to a file was imported or checked, as a sentence.

    Args:
        summary: The run in figures.
        what: The file's name, where it isn't said beside it.
    """
    name = f" {what}" if what else ""
    when = f" on {summary.started_at.astimezone(dt.UTC):%Y-%m-%d at %H:%M} UTC"
    where = _say_where(summary.account)
    if summary.run_id:
        return f"Imported{name}{where and f' into {where}'}{when}."
    return f"Checked{name}{where and f' against {where}'}{when}; nothing was sent."


def _say_where(account: str) -> str:
    """Return an account's address; its name too, where somebody gave it one."""
    name, _, address = account.partition(" at ")
    return f"{address} (account {name})" if address and name != "default" else address or account


def say_title(summary: Summary, needy: int, height: int) -> str:
    """Return how many rows need somebody, or what else the reader has to know first.

    Args:
        summary: The run in figures.
        needy: How many rows the sheet shows.
        height: How many rows the file has.
    """
    if needy:
        every = "1 row" if height == 1 else f"{height:,} rows"
        needs = "needs" if needy == 1 else "need"
        return f"{needy:,} of {every} {needs} somebody: {summary.file.name}"
    return WARNINGS_ALONE if summary.warnings else NO_PROBLEMS


def say_facts(
    summary: Summary, shown: Iterable[Status], marks: Iterable[Severity], *, claimed: bool
) -> str:
    """Return what has to be known of the rows, as sentences.

    Args:
        summary: The run in figures.
        shown: The statuses of the rows that the sheet shows; empty where it shows none.
        marks: Which colours the sheet has.
        claimed: Some of the rows say as what they were read.
    """
    statuses, severities = set(shown), set(marks)
    name = "" if statuses else summary.file.name
    said = [say_when(summary, name)]
    said += [text for severity, text in MARKED.items() if severity in severities]
    said += [COPY] if statuses & NEED_CORRECTION else []
    said += [CLAIMED] if claimed else []
    said += [f"It stopped early: {summary.error}."] if summary.error else []
    return " ".join([*said, *_say_left(summary)])


def _say_left(summary: Summary) -> Iterable[str]:
    if summary.left:
        left = "1 row was" if summary.left == 1 else f"{summary.left:,} rows were"
        yield f"{left} left for later: import the file again without --limit."


def say_advice(counts: Mapping[Status, int]) -> Iterable[tuple[Status, str]]:
    """Yield what each status that occurs asks of the reader, with the number of its rows."""
    for status, rows in counts.items():
        if rows:
            yield status, f"{rows:,} {'row' if rows == 1 else 'rows'}. {TELLINGS[status].advice}"
