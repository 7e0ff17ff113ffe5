"""A folder as FILE: every new file in it is imported once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from importer.cli.errand import Errand, Witness, digest_options
from importer.cli.jsonlog import json_log
from importer.cli.loading import loading
from importer.cli.run import carry_out
from importer.cli.target import target
from importer.cli.telling import TELLER
from importer.cli.voice import (
    Voice,
    log_total,
    say_known,
    tell_of_others,
    tell_of_rest,
    total_lines,
)
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
    sort_out,
)
from importer.names import REPORTS
from importer.printable import printable
from importer.records import Account, FileVerdict
from importer.settings import Api, Settings

if TYPE_CHECKING:  # heavy: an inbox with nothing new must not pay for them
    from importer.events import Events
    from importer.ledger.port import Ledger
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
    own = _require_places(settings, given["move_to"])
    inbox = sort_out(folder, SystemClock().now(), own)
    tell_of_others(inbox, voice)
    if not inbox.files:
        voice.say(f"Nothing new in {printable(str(folder))}.")
        log_total(voice, folder, [], [])
        return EXIT_OK
    # Together, since only now is there something to do.
    from importer.ledger.sqlite import SqliteLedger  # noqa: PLC0415

    with target(**given) as api, closing(SqliteLedger(settings.ledger)) as ledger:
        account = ledger.account(api.account_url, api.account)
        clerk = Clerk(settings, dict(given), api, account, ledger, voice)
        turns = sorted(map(clerk.turn_of, inbox.files), key=lambda turn: turn.rank)
        for number, turn in enumerate(turns, 1):
            if clerk.deal_with(turn):
                tell_of_rest([later.file for later in turns[number:]], voice)
                break
        clerk.tell_end()
    return max(clerk.codes, default=EXIT_OK)


def _require_places(settings: Settings, move_to: Path | None) -> list[Path]:
    """Return the folders for results and files, none of which may be the inbox itself.

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
    return [place.resolve() for place in (results, move_to) if place is not None]


@dataclass(frozen=True, slots=True)
class Turn:
    """When a file of the inbox is dealt with.

    Attributes:
        file: The file.
        rank: What to sort by.
        done: The file as it was found, where importing it again would change nothing.
    """

    file: Path
    rank: tuple[int, str, str]
    done: Errand | None = None


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

    def turn_of(self, file: Path) -> Turn:
        """Return when it is a file's turn.

        What needs no import is first; then what is new, by name; then what is tried again, the
        longest ago first: a file that fails each time keeps no other from its turn.
        """
        new = Turn(file, (1, "", file.name))
        try:
            errand = self._errand(file)
        except (FileNotFoundError, FileError):  # told when it is its turn
            return new
        if errand.is_done:
            return Turn(file, (0, "", file.name), errand)
        verdict = errand.verdict
        return new if verdict is None else Turn(file, (2, verdict.at.isoformat(), file.name))

    def _errand(self, file: Path) -> Errand:
        return Errand(file, digest(file), self.account, self.ledger, digest_options(self.settings))

    def deal_with(self, turn: Turn) -> bool:
        """Import a file unless that was done; return whether to leave the others for later."""
        file = turn.file
        TELLER.name = printable(file.name)  # nothing more is said under the name of the one before
        if (log := json_log()) is not None:
            log.run_id = None
        try:
            errand = turn.done or self._errand(file)
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
        if verdict is None or not errand.is_done:
            return False
        self.known.append((errand.file, verdict))
        self._put_away(errand, verdict.exit_code, say=self.voice.say)
        return True

    def _import(self, errand: Errand) -> bool:
        with loading():
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

        if self.codes:
            self.voice.say("")
        try:
            summary = carry_out(work, self.given, self.settings.file).summary
        except StoppedError as exc:
            return self._give_up(errand.file, exc, own=witnesses[0].said_no)
        self.summaries.append(summary)
        self.codes.append(summary.exit_code)
        if not summary.left:
            self._put_away(errand, summary.exit_code, say=self.voice.warn)
        own = witnesses[0].said_no and summary.exit_code != EXIT_INTERRUPTED
        return summary.exit_code >= EXIT_STOPPED and not own

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

    def _put_away(self, errand: Errand, code: int, say: Callable[[str], None]) -> None:
        """Move a file that has its results, if that is wanted; it stays where it can't be.

        Args:
            errand: The file.
            code: How its import ended.
            say: Says that it can't be moved.
        """
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
        except FileNotFoundError:  # another run that shares the inbox moved it
            return
        except (FileError, OSError) as exc:
            why = (exc.strerror if isinstance(exc, OSError) else None) or exc
            say(
                f"{name} was dealt with, but can't be moved to {printable(str(folder))}: {why}. It "
                "stays, is not imported again, and the next run tries to move it."
            )

    def tell_end(self) -> None:
        """Say what became of all files together, and of those that were dealt with before."""
        folder, failed = self.settings.file, len(self.codes) - len(self.summaries)
        if json_log() is None and self.summaries and len(self.codes) > 1:
            self.voice.say("")
            for line in total_lines(folder, self.summaries, failed):
                self.voice.say(line)
        start = "" if self.codes else f"Nothing new in {printable(str(folder))}. "
        if start or self.known:
            self.voice.say(f"{start}{say_known(self.known) if self.known else ''}".rstrip())
        log_total(self.voice, folder, self.summaries, self.codes)
