"""What the facts mean for an import, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from importer.doctor.facts import Facts, Room
from importer.doctor.finding import Finding, State, wrong
from importer.doctor.remote import (
    look_at_api,
    look_at_clock,
    look_at_listing,
    look_at_owner,
    look_at_tls,
    look_at_token,
    look_at_token_file,
)

LITTLE, TOO_LITTLE = 1 << 30, 100 << 20
"""Free bytes that are worth a word, and that are too few: 1 GiB and 100 MiB."""


def examine(facts: Facts) -> tuple[Finding, ...]:
    """Return what was found, in the order in which one thing needs another."""
    return (
        _configuration(facts),
        look_at_api(facts),
        look_at_tls(facts),
        look_at_clock(facts),
        look_at_token(facts),
        *look_at_token_file(facts),
        look_at_owner(facts),
        look_at_listing(facts),
        _ledger(facts),
        *_rooms(facts),
        _zone(facts),
        _notified(facts),
    )


def _configuration(facts: Facts) -> Finding:
    name, file = "configuration", facts.configuration
    if file.problem:
        return wrong(name, file.problem)
    return Finding(name, State.OK, f"{file.path} is valid" if file.path else "no file, none needed")


def _ledger(facts: Facts) -> Finding:
    name, ledger = "ledger", facts.ledger
    if ledger.problem:
        return wrong(name, ledger.problem)
    if ledger.damage:
        return Finding(
            name,
            State.WRONG,
            f"{ledger.path} is damaged: {ledger.damage}",
            "Import nothing until it is repaired: restore its newest backup.",
        )
    if not ledger.exists:
        return Finding(name, State.OK, f"{ledger.path} will be made by the first import")
    found = f"{ledger.path} is whole and can be written"
    if not ledger.doubts:
        return Finding(name, State.OK, found)
    rows = "1 row is" if ledger.doubts == 1 else f"{ledger.doubts:,} rows are"
    return Finding(
        name,
        State.WARNING,
        f"{found}; {rows} in doubt",
        "Import their files again; import-invoices status --in-doubt names them.",
    )


def _rooms(facts: Facts) -> Iterator[Finding]:
    for room in facts.rooms:
        yield _room(f"room for {room.what}", room)


def _room(name: str, room: Room) -> Finding:
    if not room.writable:
        return Finding(
            name,
            State.WRONG,
            f"{room.folder} can't be written to",
            "Make it writable for the user that imports, or name another place with "
            f"{'--ledger' if room.what == 'the ledger' else '--output'}.",
        )
    if room.free is None:
        return Finding(name, State.UNCHECKED, f"{room.folder}: nobody can tell its free space")
    free = f"{room.folder} has {_size(room.free)} free"
    if room.free >= LITTLE:
        return Finding(name, State.OK, free)
    state = State.WRONG if room.free < TOO_LITTLE else State.WARNING
    return Finding(name, state, free, "Free some space on that disk.")


def _size(count: int) -> str:
    """Return a number of bytes as people say it."""
    return f"{count / 2**30:,.1f} GiB" if count >= LITTLE else f"{count / 2**20:,.0f} MiB"


def _zone(facts: Facts) -> Finding:
    name, zone = "time zone", facts.zone
    if zone.problem:
        return wrong(name, zone.problem)
    if zone.offset is None:
        return Finding(name, State.UNCHECKED, "not compared: see to the configuration first")
    if zone.chosen == zone.machine.removeprefix("Etc/"):
        return Finding(name, State.OK, f"{zone.chosen}, where this computer is too")
    if zone.offset == zone.machine_offset:
        same = f"{zone.chosen}; this computer is in {zone.machine}, with the same offset now"
        return Finding(name, State.OK, same)
    found = f"dates without one are read in {zone.chosen}; this computer is in {zone.machine}"
    if zone.given:
        return Finding(name, State.OK, found)
    return Finding(
        name,
        State.WARNING,
        found,
        f"Say --timezone {zone.machine if '/' in zone.machine else 'NAME'} if the dates in your "
        "files are local ones, or --timezone UTC if not.",
    )


def _notified(facts: Facts) -> Finding:
    name, notified = "notify", facts.notified
    if notified.problem:
        return wrong(name, notified.problem)
    if not notified.host:
        return Finding(name, State.OK, "not set: nobody is told of a run that needs somebody")
    return Finding(name, State.OK, f"{notified.host} is told of runs; it was not tried")
