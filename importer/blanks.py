"""Blank cells of one row: told together, since such a row may be no invoice at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from importer.model import Code, Issue, explain

EXPECTED = "expected a value in each"

DELETE = "delete the row if it is no invoice, such as one of totals."


def several_blanks(issues: Iterable[Issue]) -> Mapping[int, Sequence[Issue]]:
    """Return the issues of blank cells of every row that has more than one, by row.

    Args:
        issues: What is wrong; a word that stands for nothing is no blank cell.
    """
    rows: dict[int, list[Issue]] = {}
    for issue in issues:
        if issue.code is Code.MISSING_VALUE and not (issue.value or "").strip():
            rows.setdefault(issue.row, []).append(issue)
    return {row: found for row, found in rows.items() if len(found) > 1}


def say_blanks(headers: Sequence[str]) -> str:
    """Return what is said of blank cells of one row.

    Args:
        headers: Their headers.
    """
    names = ", ".join(" ".join(header.split()) for header in headers)
    return explain(
        f"{len(headers)} cells are blank ({names})", EXPECTED, f"fill them in, or {DELETE}"
    )


def join_blanks(issues: Sequence[Issue]) -> Iterator[Issue]:
    """Yield issues, the blank cells of a row as one, where the first was.

    Args:
        issues: What is wrong.
    """
    if len(issues) < 2:  # noqa: PLR2004 as in most rows
        yield from issues
        return
    blanks = several_blanks(issues)
    together = {id(issue) for found in blanks.values() for issue in found}
    for issue in issues:
        if id(issue) not in together:
            yield issue
        elif issue is blanks[issue.row][0]:
            said = say_blanks([other.column or "" for other in blanks[issue.row]])
            yield replace(issue, message=said)
