"""`check`: the whole way of a run but the sending. Nothing is sent, nothing is written down."""

from __future__ import annotations

from dataclasses import dataclass

from importer.clock import Clock
from importer.ledger.port import Ledger
from importer.model import Outcome, Status
from importer.plan import Knowledge, plan
from importer.reading import read_invoices
from importer.recognise import recognise, say_imported
from importer.records import Account
from importer.report import Conduct, Report, build_report, order_outcomes
from importer.settings import Settings
from importer.table import ColumnMap
from importer.workbook import prepare_output, write_results

READY = Outcome(0, Status.READY)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a check compares a file with: an account of a ledger."""

    ledger: Ledger
    account: Account


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        report: The rows and what is wrong with them, as the results would show it.
        columns: Which column was taken for which field.
    """

    report: Report
    columns: ColumnMap


def check_file(settings: Settings, memory: Memory | None, clock: Clock) -> Checked:
    """Read, clean, validate and plan a file, and send nothing.

    Args:
        settings: The run's options; with an output, the checked rows are written there.
        memory: What was created earlier; None where no API was named, or nothing sent to it yet.
        clock: What tells the time.

    Raises:
        FileError: When the file can't be imported at all, or the output can't be written.
        UsageError: When an option is wrong.
    """
    started = clock.now()
    output = None if settings.output is None else prepare_output(settings.output)
    table, invoices = read_invoices(settings, started)
    known = Knowledge()
    warnings: tuple[str, ...] = ()
    if memory is not None:
        keys = invoices.frame["key"].drop_nulls().to_list()
        known = Knowledge(entries=memory.ledger.entries(memory.account.id, keys))
        invoices = recognise(invoices, known, memory.ledger, memory.account)
        warnings = say_imported(memory.ledger, memory.account, table.sha256)
    planned = plan(invoices, known)
    outcomes = order_outcomes(table, planned.decided, READY, invoices.issues)
    conduct = Conduct(
        id="",
        account="" if memory is None else str(memory.account),
        started_at=started,
        duration_s=(clock.now() - started).total_seconds(),
        output=output,
        warnings=warnings,
    )
    report = build_report(table, invoices, outcomes, conduct)
    if output is not None:
        write_results(report, output)
    return Checked(report, invoices.columns)
