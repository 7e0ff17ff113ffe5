"""What the ledger keeps of runs and of an inbox's files; of attempts, see `sqlite`."""

from __future__ import annotations

import datetime as dt
import json

from importer.ledger.database import Database
from importer.ledger.port import contradiction
from importer.ledger.rows import (
    PRUNE,
    SELECT_RUN,
    SELECT_RUNS,
    to_file_verdict,
    to_run,
    to_text,
)
from importer.model import Status
from importer.records import FileVerdict, Run, RunEnd, RunStart


class History(Database):
    """The runs and the verdicts on files of `port.Ledger`, in a SQLite file."""

    def start_run(self, start: RunStart) -> None:
        """Keep a run and its table, before its first send."""
        with self.transaction("written") as db:
            db.execute(
                "INSERT INTO run (id, account_id, started_at, file, sha256, user, host, options,"
                " file_table) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    start.id,
                    start.account_id,
                    to_text(start.at),
                    start.file,
                    start.sha256,
                    start.user,
                    start.host,
                    start.options,
                    start.table,
                ),
            )

    def finish_run(self, run_id: str, end: RunEnd) -> None:
        """Keep how a run ended. A run that is finished again keeps the later end."""
        with self.transaction("written") as db:
            done = db.execute(
                "UPDATE run SET ended_at = ?, counts = ?, exit_code = ?, output = ?, error = ?,"
                " outcomes = ? WHERE id = ?",
                (
                    to_text(end.at),
                    json.dumps(dict(end.counts)),
                    end.exit_code,
                    end.output,
                    end.error,
                    end.outcomes,
                    run_id,
                ),
            )
            if not done.rowcount:
                raise contradiction(f"run {run_id} is unknown")

    def run(self, run_id: str, *, tables: bool = True) -> Run | None:
        """Return a run, or None where there is none of this name."""
        select = SELECT_RUN if tables else SELECT_RUNS
        with self.transaction("read") as db:
            row = db.execute(f"{select} WHERE id = ?", (run_id,)).fetchone()
        return None if row is None else to_run(row)

    def runs(self, limit: int) -> list[Run]:
        """Return the latest runs, newest first, at most `limit`, without tables and outcomes."""
        with self.transaction("read") as db:
            rows = db.execute(f"{SELECT_RUNS} ORDER BY seq DESC LIMIT ?", (limit,)).fetchall()
        return [to_run(row) for row in rows]

    def prune(self, before: dt.datetime, most: int) -> int:
        """Empty the tables and outcomes of old runs, the oldest first; attempts and runs stay."""
        for done in range(most):
            # One at a time: nobody else who wants to write has to wait for more.
            with self.transaction("written") as db:
                if not db.execute(PRUNE, (to_text(before),)).rowcount:
                    return done
        return most

    def last_import(self, account_id: int, sha256: str) -> Run | None:
        """Return the account's latest run of these bytes that created something, or may have."""
        with self.transaction("read") as db:
            row = db.execute(
                f"{SELECT_RUNS} WHERE account_id = ? AND sha256 = ?"
                " AND (ended_at IS NULL OR counts ->> ? > 0) ORDER BY seq DESC LIMIT 1",
                (account_id, sha256, f"$.{Status.CREATED}"),
            ).fetchone()
        return None if row is None else to_run(row)

    def file_verdict(self, account_id: int, sha256: str) -> FileVerdict | None:
        """Return what became of a file of these bytes, or None where none was kept."""
        with self.transaction("read") as db:
            row = db.execute(
                "SELECT * FROM file_verdict WHERE account_id = ? AND sha256 = ?",
                (account_id, sha256),
            ).fetchone()
        return None if row is None else to_file_verdict(row)

    def keep_file_verdict(self, account_id: int, verdict: FileVerdict) -> None:
        """Keep what became of a file, in place of what was kept of the same bytes."""
        with self.transaction("written") as db:
            db.execute(
                "REPLACE INTO file_verdict (account_id, sha256, exit_code, at, name, options)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    account_id,
                    verdict.sha256,
                    verdict.exit_code,
                    to_text(verdict.at),
                    verdict.name,
                    verdict.options,
                ),
            )
