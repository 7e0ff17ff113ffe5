"""A reference looked for in the rows of earlier runs, sent or not."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from importer.archive import unpack_frame, unpack_table
from importer.clean.cells import take_cells
from importer.clean.references import fold, without_harmless
from importer.columns import map_columns
from importer.errors import ImporterError
from importer.ledger.port import Ledger
from importer.model import Field, InvoiceRef, Outcome, Status, UserColumns, reference_key
from importer.records import Run
from importer.table import ROW, ColumnMap, Table

GOES_ON = "Not sent so far: the run goes on, or was killed before its turn. Run the file again."

MOST_RUNS = 100
"""Through the rows of how many runs, the latest ones, a reference is looked for."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A row of an earlier run that had a reference, and what became of it then."""

    run: Run
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Search:
    """What was found of a reference in the rows of earlier runs.

    Attributes:
        seen: The rows, those of the latest run first.
        runs: Through the rows of how many runs it was looked for.
    """

    seen: tuple[Seen, ...]
    runs: int


def search_runs(ledger: Ledger, reference: str) -> Search:
    """Look for a reference in the rows of the latest runs, as far as they are kept.

    Args:
        ledger: Where they are kept.
        reference: The reference, in any spelling that counts as the same.
    """
    key = reference_key(reference)
    seen: list[Seen] = []
    runs = 0
    for known in ledger.runs(MOST_RUNS):
        run = None if known.pruned else ledger.run(known.start.id)
        if run is None or run.pruned:
            continue
        try:
            seen += _see(ledger, run, key)
        except ImporterError:  # its headers or options are read otherwise by now
            continue
        runs += 1
    return Search(tuple(seen), runs)


def _see(ledger: Ledger, run: Run, key: str) -> Iterator[Seen]:
    """Yield the rows of a run whose reference has this key."""
    rows = _rows_of(run, key)
    if not rows:
        return
    found = _outcomes(ledger, run).filter(pl.col(ROW).is_in(rows))
    for row, status, number, identity, error in found.iter_rows():
        invoice = None if number is None else InvoiceRef(identity or 0, number)
        outcome = Outcome(row, Status(status), invoice, error or "")
        if run.end is None and outcome.status is Status.NOT_SENT:
            outcome = replace(outcome, message=GOES_ON)
        yield Seen(run, outcome)


def _outcomes(ledger: Ledger, run: Run) -> pl.DataFrame:
    """Return what became of a run's rows."""
    if run.end is not None and run.end.outcomes:
        return unpack_frame(run.end.outcomes)
    from importer.history import find_outcomes  # noqa: PLC0415 heavy, and seldom needed

    return find_outcomes(ledger, run, unpack_table(run.start.table))


def _rows_of(run: Run, key: str) -> list[int]:
    """Return the rows whose reference, as the file has it, has this key, valid or not."""
    given = _user_columns(run)

    def wanted(headers: Sequence[str]) -> Collection[str]:
        column = map_columns(headers, given).columns.get(Field.REFERENCE_ID)
        return () if column is None else (column.name,)

    table = unpack_table(run.start.table, wanted)
    columns = map_columns(table.headers, given)
    table = _narrow(table, columns, key)
    cells, _ = take_cells(table, columns, Field.REFERENCE_ID)
    keys = fold(without_harmless(cells.text).str.strip_chars())
    return table.cells[ROW].filter(keys == key).to_list()


def _user_columns(run: Run) -> UserColumns:
    """Return what the user said of the columns of a run's file."""
    options = json.loads(run.start.options)
    return UserColumns(
        {header: Field(name) for header, name in options.get("columns", {}).items()},
        {Field(name): text for name, text in options.get("defaults", {}).items()},
    )


def _narrow(table: Table, columns: ColumnMap, key: str) -> Table:
    """Return a table without most of the rows that can't have a key: folding takes its time.

    A reference of ASCII alone has each word of its key in it, but for case. Any other stays.
    """
    column = columns.columns.get(Field.REFERENCE_ID)
    if column is None:
        return table
    word = max(key.split(), key=len, default="")
    texts = table.cells[column.name]
    ascii_alone = texts.str.len_bytes() == texts.str.len_chars()
    like = texts.str.contains_any([word], ascii_case_insensitive=True)
    kept = (like | ~ascii_alone).fill_null(value=False)
    return replace(table, cells=table.cells.filter(kept), kinds=table.kinds.filter(kept))
