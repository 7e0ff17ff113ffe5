"""What is said of the files of an inbox, besides the summary of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from importer.cli.jsonlog import Level, json_log
from importer.cli.screen import emit, tell
from importer.cli.telling import TELLER
from importer.errors import EXIT_OK, ImporterError
from importer.inbox import QUIET_S, Inbox
from importer.model import Status
from importer.printable import printable
from importer.records import FileVerdict

if TYPE_CHECKING:  # heavy: an inbox with nothing new must not pay for it
    from importer.report import Summary

NAMED = 5
"""How many files are named in one line at most."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Says what is no summary of a run.

    Attributes:
        quiet: Say problems alone.
        as_json: Standard output is for machines.
    """

    quiet: bool
    as_json: bool

    def say(self, line: str) -> None:
        """Say something that one may like to know, in a line that is fit for the terminal."""
        if not self.quiet:
            tell(line, err=self.as_json or json_log() is not None)

    def warn(self, line: str) -> None:
        """Say something that one should know."""
        tell(f"Warning: {line}", err=True)

    def tell_error(self, error: ImporterError, file: Path) -> None:
        """Say why a file came to nothing, as the command does for a single one."""
        message, code, name = str(error), error.exit_code, printable(file.name)
        if (log := json_log()) is not None:
            log.event(Level.ERROR, "error", message, exit_code=code, file=name)
        else:
            named = message if name in message else f"{name}: {message}"
            tell(f"import-invoices: {named}", err=True)
        if self.as_json:
            from importer.cli.render import error_json  # noqa: PLC0415 seldom needed

            emit(error_json(message, code, file, error.run_id))
        TELLER.tell_failure(message, code, file, error.run_id)


def tell_of_others(inbox: Inbox, voice: Voice) -> None:
    """Say which files are left where they are, and why."""
    if inbox.young:
        names = list_names(inbox.young)
        voice.say(f"Left for later, since written to less than {QUIET_S} s ago: {names}.")
    if inbox.others:
        names = list_names(inbox.others)
        voice.say(f"Left alone, being neither workbooks nor text files: {names}.")
    if inbox.folders:
        names = list_names(inbox.folders)
        voice.say(f"Left alone, being folders: {names}. To import the files of one, name it.")


def tell_of_rest(files: Sequence[Path], voice: Voice) -> None:
    """Say that the other files have to wait, for what stopped one would stop them too."""
    if files:
        names = list_names([file.name for file in files])
        voice.warn(f"Left for later: {names}. The same command goes on with them.")


def list_names(names: Sequence[str], more: int = 0) -> str:
    """Return some names as a list, those beyond the first few counted.

    Args:
        names: The names; at least one.
        more: How many others there are.
    """
    named = [printable(name) for name in names[:NAMED]]
    if more := more + len(names) - len(named):
        named.append(f"{more:,} more")
    *most, last = named
    return f"{', '.join(most)} and {last}" if most else last


def total_lines(folder: Path, summaries: Sequence[Summary], failed: int) -> Iterator[str]:
    """Yield what became of the rows of several files, a line a status.

    Args:
        folder: Where they were.
        summaries: What became of each that was imported, at least one.
        failed: How many came to nothing.
    """
    from importer.cli.render import status_lines  # noqa: PLC0415 only where files were imported

    by_currency = dict[str, Counter[Status]]()
    for summary in summaries:
        for currency, by in summary.by_currency.items():
            by_currency.setdefault(currency, Counter()).update(by)
    yield _title(folder, len(summaries), failed)
    total = replace(
        summaries[0],
        counts=add_counts(summaries),
        by_currency=dict(sorted(by_currency.items())),
    )
    yield from status_lines(total, set(Status))


def log_total(
    voice: Voice, folder: Path, summaries: Sequence[Summary], codes: Sequence[int]
) -> None:
    """Tell machines, if they listen, that an inbox is through, and how that ended.

    Args:
        voice: Says how much is to be told.
        folder: The inbox.
        summaries: What became of each file that was imported.
        codes: How each file ended, those too that came to nothing.
    """
    if (log := json_log()) is None or (voice.quiet and not any(codes)):
        return
    from importer.cli.journal import LEVELS  # noqa: PLC0415 seldom needed

    counts, code = add_counts(summaries), max(codes, default=EXIT_OK)
    failed = len(codes) - len(summaries)
    counted = [f"{status.value} {rows:,}" for status, rows in counts.items() if rows]
    told = _title(folder, len(summaries), failed)
    log.run_id = None
    log.event(
        LEVELS.get(code, Level.ERROR),
        "inbox_end",
        f"{told}: {', '.join(counted)}" if counted else told,
        files=len(summaries),
        failed=failed,
        counts={status.value: rows for status, rows in counts.items()},
        exit_code=code,
    )


def add_counts(summaries: Sequence[Summary]) -> dict[Status, int]:
    """Return how many rows of several files have which status, every status, zeros too."""
    return {status: sum(each.counts[status] for each in summaries) for status in Status}


def _title(folder: Path, files: int, failed: int) -> str:
    """Say of how many files the total is, and how many came to nothing."""
    others = f"; {failed:,} more came to nothing" if failed else ""
    number = "1 file" if files == 1 else f"{files:,} files"
    return f"{number} of {printable(str(folder))} together{others}"


def say_known(known: Sequence[tuple[Path, FileVerdict]]) -> str:
    """Return a line about files that were dealt with before and haven't changed."""
    odd = [
        f"{file.name}{_remark(file, verdict)}" for file, verdict in known if _remark(file, verdict)
    ]
    if not odd:
        files = "1 file" if len(known) == 1 else f"{len(known):,} files"
        return f"Dealt with before, and not imported again: {files}."
    return (
        f"Dealt with before, and not imported again: {list_names(odd, len(known) - len(odd))}. "
        "To import one all the same, change it or name it alone."
    )


def _remark(file: Path, verdict: FileVerdict) -> str:
    """Return what is odd about a file that was dealt with before; empty where nothing is."""
    remarks = []
    if verdict.name != printable(file.name):
        remarks.append(f"the same as {verdict.name}")
    if verdict.exit_code != EXIT_OK:
        remarks.append(f"exit code {verdict.exit_code}")
    return f" ({', '.join(remarks)})" if remarks else ""
