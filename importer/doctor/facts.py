"""What was found out about an import's surroundings, without a word on whether it is good."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from importer.submit.probe import Reached, Unreached


@dataclass(frozen=True, slots=True)
class Target:
    """Where invoices are to go.

    Attributes:
        url: The API's base URL; None where none is named, or it is unfit.
        account: The account's name.
        problem: Why there is no URL.
        token_problem: Why there is no token to show; empty where there is one.
        token_file: The file that holds the token or the secret, where one does.
        exposed: Others may read that file.
        sandbox: It is the embedded local API.
    """

    url: str | None
    account: str = "default"
    problem: str = ""
    token_problem: str = ""
    token_file: Path | None = None
    exposed: bool = False
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """The listing was read to its end.

    Attributes:
        invoices: How many it has.
        owners: The owners that it names.
        missing: How many invoices of the ledger it lacks.
        witnesses: How many invoices the ledger has in all.
        nameless: How many it lists without their references.
        blind: It lists some of the ledger's own without their references.
    """

    invoices: int = 0
    owners: frozenset[int] = frozenset()
    missing: int = 0
    witnesses: int = 0
    nameless: int = 0
    blind: bool = False


@dataclass(frozen=True, slots=True)
class NotListed:
    """The listing can't be read.

    Attributes:
        reason: Why, perhaps with what to do.
        offered: False where the API has no listing at all.
        refused: True where it was the token that was refused.
        accepted: Whether another question was answered with this token; None where none was.
        astray: Neither is at its address: what answers is hardly the API.
    """

    reason: str
    offered: bool = True
    refused: bool = False
    accepted: bool | None = None
    astray: bool = False


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """The ledger's state.

    Attributes:
        path: Where it is, or would be made.
        exists: Whether it is there already.
        problem: Why it can't be used or made; empty where it can.
        damage: What is broken in it, as SQLite says; empty where it is whole.
        owner: The owner that is pinned for the account.
        trusted: The API has always named the references of this account's invoices.
        doubts: How many references are in doubt.
    """

    path: Path
    exists: bool = False
    problem: str = ""
    damage: str = ""
    owner: int | None = None
    trusted: bool = True
    doubts: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """A folder that is written to.

    Attributes:
        what: What goes there, such as "the results".
        folder: The folder; it needn't exist yet.
        free: The free bytes on its disk; None where nobody can tell.
        writable: Whether it may be written to, or made.
    """

    what: str
    folder: Path
    free: int | None
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Zone:
    """Time zones.

    Attributes:
        chosen: The zone of dates and times that name none.
        offset: Its distance from UTC now; None where there is no such zone.
        given: Whether somebody chose it.
        machine: What this computer's zone is called, as well as it can be told.
        machine_offset: Its distance from UTC now.
        problem: What is wrong with the chosen one, unless that is told of the configuration.
    """

    chosen: str
    offset: dt.timedelta | None
    given: bool
    machine: str
    machine_offset: dt.timedelta
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration's file: where it is, None for none, and what is wrong with it."""

    path: Path | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Notified:
    """Who is told of runs: the webhook's host, empty for nobody, and why it can't be told."""

    host: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it.

    Attributes:
        configuration: The configuration's file.
        target: Where invoices are to go.
        reach: What became of a request without a token; None where nothing was asked.
        listing: What became of the listing; None where it wasn't asked for.
        ledger: The ledger's state.
        rooms: The folders that are written to.
        zone: Time zones.
        notified: Who is told of runs.
    """

    configuration: Configuration
    target: Target
    reach: Reached | Unreached | None
    listing: Listed | NotListed | None
    ledger: LedgerFacts
    rooms: tuple[Room, ...]
    zone: Zone
    notified: Notified
