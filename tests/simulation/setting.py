"""Where a run takes place, what it is up against, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from importer import campaign, pipeline
from importer.ledger.port import Ledger
from importer.records import Account
from simulation.crashes import CrashingLedger, Fuse
from simulation.fates import CALM, Weather
from simulation.file import File
from simulation.wire import Served

OURS, SOMEBODY_ELSE = 1, 2
"""Owners of invoices."""


@dataclass(frozen=True, slots=True)
class Tool:
    """The parts of the importer that a planted fault replaces.

    Attributes:
        ledger: Opens the ledger.
        api: Wraps the client.
        check_server: List the server before the first create.
    """

    ledger: Callable[[Path, Fuse], Ledger] = CrashingLedger
    api: Callable[[campaign.Api], campaign.Api] = lambda api: api
    check_server: bool = True


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a run is up against; as they are by default, nothing goes wrong.

    Attributes:
        weather: How often requests go wrong.
        owner: To whom its credentials belong.
        fuse: Where it dies, and when its disk is full.
        interrupted_after_s: When the user interrupts it, in seconds.
        lies: How many listings may leave out what nothing gives away.
        intruder: Another run tries to send meanwhile.
        concurrency: Creates in flight at most.
        rate: Creates a second at most; None to find out.
    """

    weather: Weather = CALM
    owner: int = OURS
    fuse: Fuse = field(default_factory=Fuse)
    interrupted_after_s: float | None = None
    lies: int = 0
    intruder: bool = False
    concurrency: int = 4
    rate: float | None = 10.0

    @property
    def calm(self) -> bool:
        """Nothing goes wrong."""
        return self.weather == CALM and self.owner == OURS and self.interrupted_after_s is None


@dataclass(frozen=True, slots=True)
class Result:
    """What a run that didn't die told its user, and what it went through.

    Attributes:
        file: What it was given.
        sent: What it told.
        account: Its account, as it was at its end.
        origin: Its ledger.
        circumstances: What it was up against.
        witnesses: The invoice numbers that its ledger knew at its start, with their currencies.
        prepared_at: When its looking back was over and its sending began, in seconds of true time.
        sent_at: When each reference that it sent left last, in seconds of true time.
        served: The listings that it read to their ends.
    """

    file: File
    sent: pipeline.Sent
    account: Account
    origin: str
    circumstances: Circumstances
    witnesses: Mapping[str, str]
    prepared_at: float
    sent_at: Mapping[str, float]
    served: tuple[Served, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a run takes place.

    Attributes:
        id: The run's name; with the seed, it draws all fates.
        seed: The story's number.
        file: What is imported.
        ledger: The ledger's file.
        origin: The ledger's name: a new one under the same path has another.
        at: The true time, in seconds.
        skew_s: By how much the wall clock is ahead of it.
    """

    id: str
    seed: int
    file: File
    ledger: Path
    origin: str
    at: float
    skew_s: float
