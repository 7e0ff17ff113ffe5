"""What stops a whole import: raised where it is found, caught once, in the command line.

ImporterError
├── UsageError        2   options or configuration
├── FileError         2   the file can't be imported at all; nothing was sent
├── LedgerError       2   the ledger can't be used
└── StoppedError      4   the API, another run or the user stopped it

Wrong *rows* are no errors: they are `Issue`s and `Outcome`s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from importer.printable import printable

EXIT_OK = 0
EXIT_ROWS = 1
EXIT_USAGE = 2
EXIT_IN_DOUBT = 3
EXIT_STOPPED = 4
EXIT_INTERRUPTED = 130

EXIT_MEANINGS: Mapping[int, str] = {
    EXIT_OK: "every row is created or already created",
    EXIT_ROWS: "some rows need you: invalid, rejected, conflict, or held back by --strict",
    EXIT_USAGE: "wrong usage, or a file that can't be imported at all; nothing was sent",
    EXIT_IN_DOUBT: "some rows are in doubt",
    EXIT_STOPPED: "stopped early: API down, not authorised, another run, declined",
    EXIT_INTERRUPTED: "interrupted",
}
"""What each exit code says. Where several hold, the highest but 130 wins; 130 wins over all."""


class ImporterError(Exception):
    """A reason to stop, told to the user as it is written.

    Attributes:
        run_id: The run that it ended, where one had begun.
    """

    exit_code: ClassVar[int]
    run_id: str = ""

    def __str__(self) -> str:
        """Return what is told, fit for a terminal: names in it came from outside."""
        return "\n".join(printable(line) for line in super().__str__().split("\n"))


class UsageError(ImporterError):
    """An option or the configuration is wrong."""

    exit_code = EXIT_USAGE


class FileError(ImporterError):
    """The file can't be imported at all."""

    exit_code = EXIT_USAGE


class LedgerError(ImporterError):
    """The ledger can't be used."""

    exit_code = EXIT_USAGE


class StoppedError(ImporterError):
    """The run stopped early: API down, not authorised, another run, declined."""

    exit_code = EXIT_STOPPED
