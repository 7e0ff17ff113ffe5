"""The plan for people: what is to become of how many rows, by currency; the question about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from importer.cli.paint import paint_status
from importer.model import Status
from importer.printable import printable

if TYPE_CHECKING:  # heavy, and no part of showing a plan
    from importer.preview import Preview
    from importer.table import Table

WIDTH = 80
"""The columns of a plan at most, where no terminal is narrower."""

GAP = 3
"""The spaces before each column."""

NAMED = 5
"""How many currencies a question names."""

ROWS = (
    Status.READY,
    Status.CREATED,
    Status.ALREADY_CREATED,
    Status.CONFLICT,
    Status.INVALID,
    Status.IN_DOUBT,
    Status.NOT_SENT,
)
"""The statuses that a plan can have, in the order in which they are shown.

What was in doubt and has just been found is `created` already.
"""

OTHERS, TOTAL = "others", "total"
"""The heads of two columns that are no currency: the small ones for which there is no room, and
all rows."""

MOST_WARNINGS = 5
"""How many kinds of warnings are told before the question."""

Tally = Mapping[Status, int]


def title(table: Table) -> str:
    """Return what was read, in a line: file, sheet, how many rows, where the headers are."""
    rows = "1 row" if table.height == 1 else f"{table.height:,} rows"
    where = f", sheet {printable(table.sheet)}" if table.sheet is not None else ""
    header = table.place(table.header_row)
    return f"{printable(table.source.name)}{where}: {rows} under the headers in {header}"


def plan_text(preview: Preview, width: int | None = None) -> str:
    """Return what is shown before a run sends anything: what was read, and the plan.

    Args:
        preview: What the run is about to do.
        width: The columns of the terminal; None where there is none.
    """
    plan = plan_lines(preview.counts, preview.by_currency, width)
    lines = [title(preview.table), "", *plan, ""]
    if wrong := preview.counts[Status.INVALID] + preview.counts[Status.CONFLICT]:
        others = "1 row is" if wrong == 1 else f"{wrong:,} rows are"
        lines.append(
            f"{others} not sent. The results will say why; `import-invoices check` says it "
            "before anything is sent."
        )
    lines.extend(f"Warning: {printable(warning)}" for warning in told_warnings(preview))
    lines.append("Each invoice is a draft with total 0; lines and publishing come later.")
    return "\n".join(lines)


def told_warnings(preview: Preview) -> Sequence[str]:
    """Return the warnings that a plan tells of.

    Args:
        preview: What the run is about to do.
    """
    return preview.warnings[:MOST_WARNINGS]


def plan_lines(
    counts: Tally, by_currency: Mapping[str, Tally], width: int | None = None
) -> Iterator[str]:
    """Yield an aligned table, 80 columns wide at most: a line a status, a column a currency.

    Args:
        counts: Rows by status.
        by_currency: Rows by currency and status; rows without a readable currency are left out.
        width: The columns of the terminal; None where there is none.
    """
    most = min(width or WIDTH, WIDTH)
    statuses = [status for status in ROWS if counts.get(status) or status is Status.READY]
    ranked = sorted(by_currency, key=lambda currency: -sum(by_currency[currency].values()))
    for fitting in range(len(ranked), -1, -1):
        tallies = _columns(counts, by_currency, ranked[:fitting])
        lines = list(_table(statuses, tallies))
        if len(lines[0]) <= most:
            break
    yield from lines


def _columns(
    counts: Tally, by_currency: Mapping[str, Tally], named: Sequence[str]
) -> Mapping[str, Tally]:
    """Return a table's columns: the named currencies, the others together, what is left, all."""
    columns: dict[str, Tally] = {currency: by_currency[currency] for currency in named}
    if len(named) < len(by_currency):
        columns[OTHERS] = _sum(tally for name, tally in by_currency.items() if name not in named)
    clear = _sum(by_currency.values())
    unclear = {status: rows - clear.get(status, 0) for status, rows in counts.items()}
    if any(unclear.values()):
        columns["unclear"] = unclear
    return columns | {TOTAL: counts}


def _sum(tallies: Iterable[Tally]) -> Tally:
    total: Counter[Status] = Counter()
    for tally in tallies:
        total.update(tally)
    return total


def _table(statuses: Sequence[Status], columns: Mapping[str, Tally]) -> Iterator[str]:
    """Yield the head and a line for each status, numbers to the right, zeros left blank."""
    width = max(len(status) for status in ROWS)
    cells = [
        [head, *(f"{tally.get(s, 0):,}" if tally.get(s) else "" for s in statuses)]
        for head, tally in columns.items()
    ]
    if Status.READY in statuses and not cells[-1][1]:
        cells[-1][1] = "0"
    widths = [max(map(len, column)) + GAP for column in cells]
    labels = [" " * width, *(paint_status(status, f"{status:<{width}}") for status in statuses)]
    for label, *line in zip(labels, *cells, strict=True):
        numbers = "".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True))
        yield f"  {label}{numbers}".rstrip()


def question(preview: Preview) -> str:
    """Return what is asked before anything is sent.

    Args:
        preview: What a run is about to do.
    """
    what = "1 draft invoice" if preview.creates == 1 else f"{preview.creates:,} draft invoices"
    if preview.left:
        everything = preview.creates + preview.left
        what = f"the first {preview.creates:,} of {everything:,} draft invoices"
    return f"Create {what} at {preview.where}? {_shares(preview.by_currency)}"


def _shares(by_currency: Mapping[str, Tally]) -> str:
    """Return how many invoices will be created in which currency: `USD 96, LRD 22`."""
    ready = {c: tally.get(Status.READY, 0) for c, tally in by_currency.items()}
    ranked = sorted(((rows, c) for c, rows in ready.items() if rows), key=lambda pair: -pair[0])
    named = [f"{currency} {rows:,}" for rows, currency in ranked[:NAMED]]
    others = sum(rows for rows, _ in ranked[NAMED:])
    return ", ".join([*named, f"{OTHERS} {others:,}"] if others else named)
