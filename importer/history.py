"""What the ledger remembers of earlier runs: their results, which can be written again."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from importer.archive import unpack_frame, unpack_table
from importer.errors import EXIT_INTERRUPTED, UsageError
from importer.ledger.port import Ledger
from importer.model import Outcome, Status
from importer.plan import Knowledge, plan
from importer.reading import to_reading
from importer.records import Entry, EntryState, Run
from importer.report import Conduct, Report, build_report, order_outcomes
from importer.table import Invoices, Table
from importer.validate import interpret
from importer.workbook import prepare_output, write_results

DIED = Outcome(
    0, Status.NOT_SENT, message="Not sent: the run ended before its turn. Run the file again."
)


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
    place = prepare_output(output, sent="")
    table = unpack_table(run.start.table)
    invoices = _interpret(run, table)
    outcomes = find_outcomes(ledger, run, table, invoices)
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
    write_results(report, place, ledger.option)
    return report


def _interpret(run: Run, table: Table) -> Invoices:
    return interpret(table, to_reading(json.loads(run.start.options), run.start.at))


def find_outcomes(
    ledger: Ledger, run: Run, table: Table, invoices: Invoices | None = None
) -> pl.DataFrame:
    """Return what became of a run's rows, as it was kept, or found anew where it was not.

    Args:
        ledger: Where the run is kept.
        run: The run, with its table and outcomes.
        table: Its table, unpacked.
        invoices: What its rows say, if that is known already.
    """
    if run.end is not None and run.end.outcomes:
        return unpack_frame(run.end.outcomes)
    return _remaining(ledger, run, table, invoices or _interpret(run, table))


def _remaining(ledger: Ledger, run: Run, table: Table, invoices: Invoices) -> pl.DataFrame:
    """Return what became of the rows of a run that never got to its end, from its attempts."""
    keys = invoices.frame["key"].drop_nulls().to_list()
    entries = ledger.entries(run.start.account_id, keys)
    made_then = {key for key, entry in entries.items() if _made_in(entry, run)}
    [account] = (a for a in ledger.accounts() if a.id == run.start.account_id)
    options = account.options + ledger.option
    planned = plan(invoices, Knowledge(entries, found=made_then, options=options))
    return order_outcomes(table, planned.decided, DIED, invoices.issues)


def _made_in(entry: Entry, run: Run) -> bool:
    made = entry.created
    return entry.state is EntryState.CREATED and made is not None and made.run_id == run.start.id
