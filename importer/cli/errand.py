"""One file of an inbox on its way: what it must still be, and what is kept of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.clock import SystemClock
from importer.errors import EXIT_INTERRUPTED, StoppedError
from importer.inbox import Postponed, is_final
from importer.printable import printable
from importer.records import Account, FileVerdict

if TYPE_CHECKING:  # heavy: an inbox with nothing new must not pay for them
    from importer.ledger.port import Ledger
    from importer.pipeline import Events
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


@dataclass(frozen=True, slots=True)
class Errand:
    """One file on its way: see `pipeline.Courier`.

    Attributes:
        file: The file.
        sha256: The digest of its bytes, hex.
        account: For whom it is imported.
        ledger: Keeps what becomes of it.
    """

    file: Path
    sha256: str
    account: Account
    ledger: Ledger

    @property
    def verdict(self) -> FileVerdict | None:
        """What became of it so far."""
        return self.ledger.file_verdict(self.account.id, self.sha256)

    def admit(self, table: Table) -> None:
        """Keep it back where another run has dealt with it, or it isn't the same any more."""
        if table.sha256 != self.sha256 or is_final(self.verdict):
            raise Postponed

    def keep(self, report: Report) -> None:
        """Keep how its import ended; what was interrupted or limited has not ended."""
        summary = report.summary
        if summary.exit_code != EXIT_INTERRUPTED and not summary.left:
            self.settle(summary.exit_code)

    def settle(self, code: int) -> None:
        """Keep an exit code."""
        name = printable(self.file.name)
        verdict = FileVerdict(self.sha256, code, SystemClock().now(), name)
        with suppress(StoppedError):  # then it has another turn, in which nothing is sent twice
            self.ledger.keep_file_verdict(self.account.id, verdict)
