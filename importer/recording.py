"""What the ledger keeps of a run besides its attempts: its beginning, its end, its tables."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import platform
from contextlib import suppress
from dataclasses import asdict, dataclass

from importer.archive import pack_frame, pack_table
from importer.errors import EXIT_INTERRUPTED, EXIT_STOPPED, ImporterError
from importer.ledger.port import Ledger
from importer.printable import printable
from importer.records import Account, RunEnd, RunStart
from importer.report import Report
from importer.settings import Settings
from importer.table import Table

PRUNED_AT_ONCE = 3
"""How many old runs' tables are emptied at a run's end: more than one, so that it catches up."""


@dataclass(frozen=True, slots=True)
class Record:
    """A run, as the ledger keeps it.

    Attributes:
        settings: The run's options.
        table: The file.
        account: Whose invoices these are.
        started: When the run began.
        run_id: The run's name.
    """

    settings: Settings
    table: Table
    account: Account
    started: dt.datetime
    run_id: str

    def begin(self, ledger: Ledger) -> None:
        """Keep that the run begins, before anything of it is sent.

        Args:
            ledger: Where it is kept.

        Raises:
            StoppedError: When the ledger can't be written.
        """
        user, host = whoami()
        start = RunStart(
            id=self.run_id,
            account_id=self.account.id,
            at=self.started,
            file=os.fsencode(self.table.source).decode(errors="replace"),
            sha256=self.table.sha256,
            user=user,
            host=host,
            options=printable(json.dumps(asdict(self.settings), default=str)),
            table=pack_table(self.table),
        )
        ledger.start_run(start)

    def end(self, ledger: Ledger, report: Report, at: dt.datetime) -> None:
        """Keep how the run ended.

        Args:
            ledger: Where it is kept.
            report: What became of its rows.
            at: When it ended.

        Raises:
            StoppedError: When the ledger can't be written.
        """
        summary = report.summary
        end = RunEnd(
            at=at,
            counts={status.value: rows for status, rows in summary.counts.items()},
            exit_code=summary.exit_code,
            output=printable(str(summary.output)) if summary.output is not None else None,
            error=summary.error,
            outcomes=pack_frame(report.outcomes),
        )
        ledger.finish_run(self.run_id, end)

    def give_up(self, ledger: Ledger, error: BaseException, at: dt.datetime) -> None:
        """Keep why the run ended before its end; what became of its rows the attempts tell.

        Args:
            ledger: Where it is kept, if it can be: the error is the one to tell.
            error: What ended it.
            at: When.
        """
        code = error.exit_code if isinstance(error, ImporterError) else EXIT_STOPPED
        why = str(error).rstrip(".") or type(error).__name__
        # Ctrl-C at a question comes as click's Abort, with the interruption behind it.
        if isinstance(error, KeyboardInterrupt) or isinstance(error.__context__, KeyboardInterrupt):
            code, why = EXIT_INTERRUPTED, "interrupted"
        with suppress(ImporterError):
            ledger.finish_run(self.run_id, RunEnd(at, {}, code, None, printable(why), b""))


def prune(ledger: Ledger, now: dt.datetime, days: int) -> None:
    """Empty old runs' tables: a few, so that nobody waits; that never fails a run.

    Args:
        ledger: Where they are.
        now: The time.
        days: For how many days a run's results can be written again.
    """
    with suppress(ImporterError):
        ledger.prune(now - dt.timedelta(days=days), PRUNED_AT_ONCE)


def whoami() -> tuple[str, str]:
    """Return the OS user and the machine's name, for the record."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        user = "unknown"
    return user, platform.node()
