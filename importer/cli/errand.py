"""One file of an inbox on its way: what it must still be, and what is kept of it."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.clock import SystemClock
from importer.errors import EXIT_INTERRUPTED, EXIT_OK, StoppedError
from importer.inbox import Postponed, is_final
from importer.printable import printable
from importer.records import Account, FileVerdict
from importer.settings import Settings

if TYPE_CHECKING:  # heavy: an inbox with nothing new must not pay for them
    from importer.events import Events
    from importer.ledger.port import Ledger
    from importer.preview import Preview
    from importer.report import Report
    from importer.table import Table


class Witness:
    """Passes on to the console how a run goes, and remembers a no of the user's own."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self.said_no = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 whatever the console has
        return getattr(self._events, name)

    def on_plan(self, preview: Preview) -> bool:
        """See `Events`."""
        agreed = self._events.on_plan(preview)
        self.said_no = not agreed
        return agreed

    def on_refusals(self, reason: str) -> bool:
        """See `Listener`: what is refused here need not be refused of another file."""
        agreed = self._events.on_refusals(reason)
        self.said_no = self.said_no or not agreed
        return agreed


UNDERSTOOD_BY = (
    "sheet", "timezone", "date_format", "encoding", "columns", "defaults", "skip_hidden", "strict",
    "warnings_as_errors", "max_reference_length", "max_note_length", "max_memory", "max_file_size",
    "max_rows", "max_columns", "max_cell_length",
)  # fmt: skip
"""The settings by which a file's rows are understood, or held back."""


def digest_options(settings: Settings) -> str:
    """Return a digest of the options by which a file is understood, hex.

    Args:
        settings: The run's options.
    """
    said = [getattr(settings, name) for name in UNDERSTOOD_BY]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Errand:
    """One file on its way: see `events.Courier`.

    Attributes:
        file: The file.
        sha256: The digest of its bytes, hex.
        account: For whom it is imported.
        ledger: Keeps what becomes of it.
        options: A digest of the options by which it is understood.
    """

    file: Path
    sha256: str
    account: Account
    ledger: Ledger
    options: str

    @property
    def verdict(self) -> FileVerdict | None:
        """What became of it so far."""
        return self.ledger.file_verdict(self.account.id, self.sha256)

    @property
    def is_done(self) -> bool:
        """Whether importing it again would change nothing.

        Other options may read what could not be read, or send what --strict held back.
        """
        verdict = self.verdict
        if verdict is None or not is_final(verdict):
            return False
        return verdict.exit_code == EXIT_OK or verdict.options == self.options

    def admit(self, table: Table) -> None:
        """Keep it back where another run has dealt with it, or it isn't the same any more."""
        if table.sha256 != self.sha256 or self.is_done:
            raise Postponed

    def keep(self, report: Report) -> None:
        """Keep how its import ended; what was interrupted or limited has not ended."""
        summary = report.summary
        if summary.exit_code != EXIT_INTERRUPTED and not summary.left:
            self.settle(summary.exit_code)

    def settle(self, code: int) -> None:
        """Keep an exit code."""
        name = printable(self.file.name)
        verdict = FileVerdict(self.sha256, code, SystemClock().now(), name, self.options)
        with suppress(StoppedError):  # then it has another turn, in which nothing is sent twice
            self.ledger.keep_file_verdict(self.account.id, verdict)
