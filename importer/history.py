"""What the ledger remembers of earlier runs: their results, and the rows of a reference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from importer.archive import unpack_frame, unpack_table
from importer.clean.cells import take_cells
from importer.clean.references import fold, without_harmless
from importer.columns import map_columns
from importer.errors import EXIT_INTERRUPTED, ImporterError, UsageError
from importer.ledger.port import Ledger
from importer.model import Field, InvoiceRef, Outcome, Status, reference_key
from importer.plan import Knowledge, plan
from importer.reading import to_reading
from importer.records import Entry, EntryState, Run
from importer.report import Conduct, Report, build_report, order_outcomes
from importer.table import ROW, Invoices, Table
from importer.validate import interpret
from importer.workbook import prepare_output, write_results

DIED = Outcome(
    0, Status.NOT_SENT, message="Not sent: the run ended before its turn. Run the file again."
)

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
    table = unpack_table(run.start.table)
    rows = _rows_of(table, run, key)
    if not rows:
        return
    found = _outcomes(ledger, run, table).filter(pl.col(ROW).is_in(rows))
    for row, status, number, identity, error in found.iter_rows():
        invoice = None if number is None else InvoiceRef(identity or 0, number)
        outcome = Outcome(row, Status(status), invoice, error or "")
        if run.end is None and outcome.status is Status.NOT_SENT:
            outcome = replace(outcome, message=GOES_ON)
        yield Seen(run, outcome)


def _rows_of(table: Table, run: Run, key: str) -> list[int]:
    """Return the rows whose reference, as the file has it, has this key, valid or not."""
    reading = to_reading(json.loads(run.start.options), run.start.at)
    cells, _ = take_cells(table, map_columns(table.headers, reading.columns), Field.REFERENCE_ID)
    keys = fold(without_harmless(cells.text).str.strip_chars())
    return table.cells[ROW].filter(keys == key).to_list()


def rewrite_results(ledger: Ledger, run: Run, output: Path) -> Report:
    """Write the results of a run again, as they were, or as they are if the run never ended.

    Args:
        ledger: Where the run is kept.
        run: The run, with its table.
        output: Where to; `.xlsx` or `.csv`.

    Raises:
        UsageError: When nothing can be written there, or the run's table was emptied.
        FileError: When writing fails.
    """
    if run.pruned:
        raise UsageError(
            f"The results of run {run.start.id} can't be written again: its rows were emptied, "
            "being older than --keep-results. Import the same file again to get them: what was "
            "created is not created again. `import-invoices status REFERENCE` still tells all of "
            "one invoice."
        )
    place = prepare_output(output)
    table = unpack_table(run.start.table)
    invoices = _interpret(run, table)
    outcomes = _outcomes(ledger, run, table, invoices)
    accounts = {account.id: account for account in ledger.accounts()}
    end = run.end
    conduct = Conduct(
        id=run.start.id,
        account=str(accounts[run.start.account_id]),
        started_at=run.start.at,
        duration_s=(end.at - run.start.at).total_seconds() if end is not None else 0.0,
        output=place,
        stopped=end.error if end is not None else "the run ended without a word",
        interrupted=end is not None and end.exit_code == EXIT_INTERRUPTED,
    )
    report = build_report(table, invoices, outcomes, conduct)
    write_results(report, place)
    return report


def _interpret(run: Run, table: Table) -> Invoices:
    return interpret(table, to_reading(json.loads(run.start.options), run.start.at))


def _outcomes(
    ledger: Ledger, run: Run, table: Table, invoices: Invoices | None = None
) -> pl.DataFrame:
    """Return what became of a run's rows, as it was kept, or found anew where it was not."""
    if run.end is not None and run.end.outcomes:
        return unpack_frame(run.end.outcomes)
    return _remaining(ledger, run, table, invoices or _interpret(run, table))


def _remaining(ledger: Ledger, run: Run, table: Table, invoices: Invoices) -> pl.DataFrame:
    """Return what became of the rows of a run that never got to its end, from its attempts."""
    keys = invoices.frame["key"].drop_nulls().to_list()
    entries = ledger.entries(run.start.account_id, keys)
    made_then = {key for key, entry in entries.items() if _made_in(entry, run)}
    planned = plan(invoices, Knowledge(entries, found=made_then))
    return order_outcomes(table, planned.decided, DIED, invoices.issues)


def _made_in(entry: Entry, run: Run) -> bool:
    made = entry.created
    return entry.state is EntryState.CREATED and made is not None and made.run_id == run.start.id
