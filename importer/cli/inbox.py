"""A folder as FILE: every new file in it is imported once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from importer.cli.errand import Errand, Witness
from importer.cli.jsonlog import json_log
from importer.cli.run import carry_out
from importer.cli.target import target
from importer.cli.telling import TELLER
from importer.cli.voice import Voice, say_known, tell_of_others, tell_of_rest, total_lines
from importer.clock import SystemClock
from importer.errors import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_STOPPED,
    FileError,
    ImporterError,
    StoppedError,
    UsageError,
)
from importer.inbox import (
    WITH_RESULTS,
    Postponed,
    digest,
    is_final,
    sort_out,
)
from importer.names import REPORTS
from importer.printable import printable
from importer.records import Account, FileVerdict
from importer.settings import Api, Settings

if TYPE_CHECKING:  # heavy: an inbox with nothing new must not pay for them
    from importer.ledger.port import Ledger
    from importer.pipeline import Events
    from importer.report import Report, Summary


def import_folder(settings: Settings, given: Mapping[str, Any]) -> int:
    """Import the new files of a folder, one after the other; return the highest exit code.

    Args:
        settings: The run's options; its file is the folder.
        given: The options as they were given.

    Raises:
        ImporterError: What concerns all files, such as a wrong option.
    """
    folder, voice = settings.file, Voice(given["quiet"], given["as_json"])
    _require_places(settings, given["move_to"])
    inbox = sort_out(folder, SystemClock().now())
    tell_of_others(inbox, voice)
    if not inbox.files:
        voice.say(f"Nothing new in {printable(str(folder))}.")
        return EXIT_OK
    # Together, since only now is there something to do.
    from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415

    with target(**given) as api, closing(SqliteLedger(settings.ledger)) as ledger:
        account = ledger.account(api.account_url, api.account)
        clerk = Clerk(settings, dict(given), api, account, ledger, voice)
        for number, file in enumerate(inbox.files, 1):
            if clerk.deal_with(file):
                tell_of_rest(inbox.files[number:], voice)
                break
        clerk.tell_end()
    return max(clerk.codes, default=EXIT_OK)


def _require_places(settings: Settings, move_to: Path | None) -> None:
    """Make sure that results and files have somewhere to go that isn't the inbox itself.

    Raises:
        UsageError: When they haven't.
    """
    folder, output = settings.file, settings.output
    if output is not None and not output.is_dir() and (output.exists() or output.suffix):
        raise UsageError(
            f"{folder} is a folder, and each file in it gets results of its own: --output must "
            f"name a folder, and {output} is none. Name one, such as --output results, or leave "
            "it out. Nothing was sent."
        )
    results = output or REPORTS
    for option, place in (("--output", results), ("--move-to", move_to)):
        if place is not None and place.resolve() == folder.resolve():
            raise UsageError(
                f"{place} is the folder whose files are imported: what is put there would be "
                f"imported next time. Name another folder with {option}. Nothing was sent."
            )
    if move_to is not None:
        from importer.outbox import prepare_folder  # noqa: PLC0415 seldom needed

        prepare_folder(move_to)


@dataclass(frozen=True, slots=True)
class Clerk:
    """Deals with the files of an inbox, one after the other, and counts.

    Attributes:
        settings: The run's options.
        given: The options as they were given.
        api: Where to send.
        account: For whom.
        ledger: The durable record.
        voice: Says what is no summary.
        codes: How the imports ended.
        summaries: What became of the files that were imported.
        known: The files that were dealt with before, and what became of them.
    """

    settings: Settings
    given: dict[str, Any]
    api: Api
    account: Account
    ledger: Ledger
    voice: Voice
    codes: list[int] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)
    known: list[tuple[Path, FileVerdict]] = field(default_factory=list)

    def deal_with(self, file: Path) -> bool:
        """Import a file unless that was done; return whether to leave the others for later."""
        try:
            errand = Errand(file, digest(file), self.account, self.ledger)
        except FileNotFoundError:  # somebody took it back, or another run was quicker
            return False
        except FileError as exc:
            return self._give_up(file, exc)
        if self._recall(errand):
            return False
        try:
            return self._import(errand)
        except Postponed:
            if not self._recall(errand):
                self._postpone(file)
        except FileError as exc:
            with suppress(FileNotFoundError, FileError):  # gone, or not to be read any more
                if digest(file) == errand.sha256:
                    errand.settle(exc.exit_code)
                    return self._give_up(file, exc)
            self._postpone(file)
        return False

    def _postpone(self, file: Path) -> None:
        name = printable(file.name)
        self.voice.say(f"Left for later, since it changed while it was read: {name}.")

    def _recall(self, errand: Errand) -> bool:
        """Tell whether a file was dealt with before; put it away if that is still to be done."""
        verdict = errand.verdict
        if verdict is None or not is_final(verdict):
            return False
        self.known.append((errand.file, verdict))
        self._put_away(errand, verdict.exit_code)
        return True

    def _import(self, errand: Errand) -> bool:
        from importer.pipeline import import_file  # noqa: PLC0415 only where there is a new file

        settings, witnesses = self._settings(errand.file), list[Witness]()

        def work(console: Events) -> Report:
            witnesses.append(witness := Witness(console))
            return import_file(
                settings,
                self.api,
                ledger=self.ledger,
                clock=SystemClock(),
                events=cast("Events", witness),
                courier=errand,
            )

        self._turn_to(errand.file)
        try:
            summary = carry_out(work, self.given).summary
        except StoppedError as exc:
            return self._give_up(errand.file, exc, own=witnesses[0].said_no)
        self.summaries.append(summary)
        self.codes.append(summary.exit_code)
        if not summary.left:
            self._put_away(errand, summary.exit_code)
        own = witnesses[0].said_no and summary.exit_code != EXIT_INTERRUPTED
        return summary.exit_code >= EXIT_STOPPED and not own

    def _turn_to(self, file: Path) -> None:
        """Say nothing more under the name of the file before."""
        TELLER.name = printable(file.name)
        if (log := json_log()) is not None:
            log.run_id = None
        if self.codes:
            self.voice.say("")

    def _settings(self, file: Path) -> Settings:
        """Return the options for one of the files."""
        output = self.settings.output
        if output is not None:
            from importer.workbook import default_output  # noqa: PLC0415 heavy

            output = default_output(file, SystemClock().now(), output)
        return replace(self.settings, file=file, output=output)

    def _give_up(self, file: Path, error: ImporterError, *, own: bool = False) -> bool:
        """Tell of a file that came to nothing; return whether that concerns the others too."""
        self.codes.append(error.exit_code)
        self.voice.tell_error(error, file)
        return error.exit_code >= EXIT_STOPPED and not own

    def _put_away(self, errand: Errand, code: int) -> None:
        """Move a file that has its results, if that is wanted; it stays where it can't be."""
        folder = self.given["move_to"]
        if folder is None or code not in WITH_RESULTS:
            return
        from importer.outbox import move  # noqa: PLC0415 seldom needed

        name = printable(errand.file.name)
        try:
            place = move(errand.file, errand.sha256, folder.resolve())
            self.voice.say(f"Moved to {printable(str(place))}")
        except Postponed:
            self.voice.say(f"{name} is a new file by now: it stays, and is imported next time.")
        except (FileError, OSError) as exc:
            why = (exc.strerror if isinstance(exc, OSError) else None) or exc
            self.voice.warn(
                f"{name} was dealt with, but can't be moved to {printable(str(folder))}: {why}. It "
                "stays, is not imported again, and the next run tries to move it."
            )

    def tell_end(self) -> None:
        """Say what became of all files together, and of those that were dealt with before."""
        folder, failed = self.settings.file, len(self.codes) - len(self.summaries)
        if self.summaries and len(self.codes) > 1:
            self.voice.say("")
            for line in total_lines(folder, self.summaries, failed):
                self.voice.say(line)
        start = "" if self.codes else f"Nothing new in {printable(str(folder))}. "
        if start or self.known:
            self.voice.say(f"{start}{say_known(self.known) if self.known else ''}".rstrip())
