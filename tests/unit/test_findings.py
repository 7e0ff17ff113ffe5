"""What the facts mean for an import: good, worth a word, or wrong, and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.doctor.facts import (
    Configuration,
    Facts,
    LedgerFacts,
    Listed,
    Notified,
    NotListed,
    Room,
    Target,
    Zone,
)
from importer.doctor.finding import Finding, State, split
from importer.doctor.findings import LITTLE, TOO_LITTLE, examine
from importer.submit.probe import Reached, Unreached, read_date

URL = "https://api.example"
NOW = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
NOTHING = dt.timedelta()

REACHED = Reached(401, 0.2, NOW, NOW, NOW + dt.timedelta(days=90))
LISTING = Listed(invoices=20, owners=frozenset({7}), witnesses=3)

GOOD = Facts(
    configuration=Configuration(Path("/etc/import-invoices.toml")),
    target=Target(URL, "shop"),
    reach=REACHED,
    listing=LISTING,
    ledger=LedgerFacts(Path("/var/ledger.sqlite3"), exists=True, owner=7),
    rooms=(Room("the ledger", Path("/var"), LITTLE), Room("the results", Path("/srv"), LITTLE)),
    zone=Zone("UTC", NOTHING, given=False, machine="UTC", machine_offset=NOTHING),
    notified=Notified("hooks.example.com"),
)


def look(name: str, facts: Facts) -> Finding:
    """Return what is found of one thing."""
    (found,) = (finding for finding in examine(facts) if finding.name == name)
    return found


def listing(**changes: object) -> Facts:
    """Return good facts with another listing."""
    return replace(GOOD, listing=replace(LISTING, **changes))


def ledger(**changes: object) -> Facts:
    """Return good facts with another ledger."""
    return replace(GOOD, ledger=replace(GOOD.ledger, **changes))


def reach(**changes: object) -> Facts:
    """Return good facts with another answer to the request without a token."""
    return replace(GOOD, reach=replace(REACHED, **changes))


def zone(offset_h: int, machine_h: int, *, given: bool = False, machine: str = "CEST") -> Facts:
    """Return good facts with other zones."""
    chosen = Zone("Some/Zone", offset_h * HOUR, given, machine, machine_h * HOUR)
    return replace(GOOD, zone=chosen)


def test_all_is_well() -> None:
    """Then nothing is to be done."""
    assert {(finding.state, finding.remedy) for finding in examine(GOOD)} == {(State.OK, "")}


CASES: dict[str, tuple[str, Facts, State, str, str]] = {
    "bad configuration": (
        "configuration",
        replace(GOOD, configuration=Configuration(problem='line 7: "rat" is no option. Say rate.')),
        State.WRONG, 'line 7: "rat" is no option', "Say rate.",
    ),
    "no configuration": (
        "configuration", replace(GOOD, configuration=Configuration()), State.OK, "no file", "",
    ),
    "no API": (
        "API",
        replace(GOOD, target=Target(None, problem="No API is named. Name it."), reach=None),
        State.WRONG, "No API is named", "Name it.",
    ),
    "down": (
        "API", replace(GOOD, reach=Unreached("the API can't be reached (no). Check --api-url")),
        State.WRONG, f"{URL}: the API can't be reached (no)", "Check --api-url.",
    ),
    "slow": (
        "API", replace(GOOD, reach=Unreached("the API gave no answer within 30 s")),
        State.WRONG, "no answer within 30 s", "Try again later",
    ),
    "distrusted": (
        "API", replace(GOOD, reach=Unreached("no trust. Check it", distrusted=True)),
        State.OK, "can be reached", "",
    ),
    "redirect": ("API", reach(status=302), State.WRONG, "a redirect", "--api-url"),
    "out of order": ("API", reach(status=503), State.WRONG, "(503)", "Try again later"),
    "no listing there": ("API", reach(status=501), State.OK, "answers, in 0.2 s", ""),
    "distrusted certificate": (
        "TLS", replace(GOOD, reach=Unreached("no trust (expired). Check it", distrusted=True)),
        State.WRONG, "no trust (expired)", "SSL_CERT_FILE",
    ),
    "ends soon": (
        "TLS", reach(expires=NOW + dt.timedelta(days=14)),
        State.WARNING, "14 days more, until 2027-03-15", "ask the API's provider",
    ),
    "ends later": (
        "TLS", reach(expires=NOW + dt.timedelta(days=14, seconds=1)),
        State.OK, "14 days more", "",
    ),
    "no certificate told": ("TLS", reach(expires=None), State.OK, "trusted", ""),
    "plain": (
        "TLS", replace(GOOD, target=Target("http://10.0.0.7")),
        State.WARNING, "not encrypted", "https://",
    ),
    "plain, here": (
        "TLS", replace(GOOD, target=Target("http://127.0.0.1:8000")),
        State.OK, "on this computer", "",
    ),
    "plain, of a like name": (
        "TLS", replace(GOOD, target=Target("http://localhost.example")),
        State.WARNING, "not encrypted", "https://",
    ),
    "sandbox's": (
        "TLS", replace(GOOD, target=Target("http://127.0.0.1:1", sandbox=True)),
        State.OK, "the sandbox", "",
    ),
    "not reached": (
        "TLS", replace(GOOD, reach=Unreached("no")), State.UNCHECKED, "was not reached", "",
    ),
    "60 s ahead": ("clock", reach(said=NOW - dt.timedelta(seconds=60)), State.OK, "agrees", ""),
    "61 s ahead": (
        "clock", reach(said=NOW - dt.timedelta(seconds=61)),
        State.WARNING, "0:01:01 ahead of", "timedatectl",
    ),
    "an hour behind": (
        "clock", reach(said=NOW + HOUR), State.WARNING, "1:00:00 behind", "timedatectl",
    ),
    "no time told": ("clock", reach(said=None), State.UNCHECKED, "doesn't tell", ""),
    "nobody to compare with": (
        "clock", replace(GOOD, reach=Unreached("no")), State.UNCHECKED, "was not reached", "",
    ),
    "no token": (
        "token", replace(GOOD, target=Target(URL, token_problem="None is given. Set it.")),
        State.WRONG, "None is given", "Set it.",
    ),
    "refused": (
        "token", replace(GOOD, listing=NotListed("not accepted (401). Check it", refused=True)),
        State.WRONG, "not accepted (401)", "Check it.",
    ),
    "accepted elsewhere": (
        "token", replace(GOOD, listing=NotListed("none", offered=False, accepted=True)),
        State.OK, "accepted, for the account shop", "",
    ),
    "not to be told": (
        "token", replace(GOOD, listing=NotListed("none", offered=False)),
        State.UNCHECKED, "nothing that shows it", "",
    ),
    "not asked with": (
        "token", replace(GOOD, listing=None), State.UNCHECKED, "not reached, or is out of", "",
    ),
    "no invoices": ("owner", listing(owners=frozenset()), State.OK, "not known yet", ""),
    "new owner": ("owner", ledger(owner=None), State.OK, "owner 7's, nothing was", ""),
    "another owner": (
        "owner", ledger(owner=8), State.WRONG, "owner 7's, but this account's invoices are owner 8",
        "--account",
    ),
    "owners": (
        "owner", listing(owners=frozenset({7, 10})), State.WRONG, "several owners: 7, 10",
        "check the token",
    ),
    "nobody's": ("owner", replace(GOOD, listing=None), State.UNCHECKED, "no listing was", ""),
    "incomplete": (
        "listing", listing(missing=2), State.WRONG, "2 of the 3 that this ledger knows are missing",
        "--no-check-server",
    ),
    "blind": ("listing", listing(blind=True), State.WARNING, "can't prove", "by hand"),
    "once without reference": (
        "listing", ledger(trusted=False), State.WARNING, "can't prove", "by hand",
    ),
    "no witness": ("listing", listing(witnesses=0), State.OK, "20 invoices; this ledger", ""),
    "whole": ("listing", GOOD, State.OK, "20 invoices, all 3 that", ""),
    "not offered": (
        "listing", replace(GOOD, listing=NotListed("no listing (501)", offered=False)),
        State.WARNING, "no listing (501)", "by hand",
    ),
    "broken": (
        "listing", replace(GOOD, listing=NotListed("it is cut short")),
        State.WRONG, "it is cut short", "Try again later",
    ),
    "not read for want of a token": (
        "listing", replace(GOOD, target=Target(URL, token_problem="None."), listing=None),
        State.UNCHECKED, "there is no token", "",
    ),
    "not read for a bad token": (
        "listing", replace(GOOD, listing=NotListed("401", refused=True)),
        State.UNCHECKED, "the token is not accepted", "",
    ),
    "unusable ledger": (
        "ledger", ledger(problem="It is on a network drive. Name another."),
        State.WRONG, "It is on a network drive", "Name another.",
    ),
    "damaged ledger": (
        "ledger", ledger(damage="Tree 4 is broken"), State.WRONG, "Tree 4 is broken", "backup",
    ),
    "new ledger": ("ledger", ledger(exists=False), State.OK, "will be made", ""),
    "doubts": ("ledger", ledger(doubts=2), State.WARNING, "2 rows are in doubt", "--in-doubt"),
    "elsewhere, by chance": ("time zone", zone(1, 2), State.WARNING, "CEST", "--timezone NAME"),
    "elsewhere, with a name": (
        "time zone", zone(1, 2, machine="Europe/Paris"),
        State.WARNING, "Europe/Paris", "--timezone Europe/Paris",
    ),
    "elsewhere, by choice": ("time zone", zone(1, 2, given=True), State.OK, "Some/Zone", ""),
    "as late, elsewhere": (
        "time zone", zone(2, 2), State.OK, "Some/Zone; this computer is in CEST, with the same", "",
    ),
    "nowhere": (
        "time zone",
        replace(GOOD, zone=replace(GOOD.zone, offset=None, problem="X is no zone. Write UTC.")),
        State.WRONG, "X is no zone", "Write UTC.",
    ),
    "told of the configuration": (
        "time zone", replace(GOOD, zone=replace(GOOD.zone, offset=None)),
        State.UNCHECKED, "see to the configuration", "",
    ),
    "here, by name": (
        "time zone", replace(GOOD, zone=replace(GOOD.zone, machine="Etc/UTC")),
        State.OK, "UTC, where this computer is too", "",
    ),
    "nobody told": ("notify", replace(GOOD, notified=Notified()), State.OK, "nobody is told", ""),
    "somebody told": ("notify", GOOD, State.OK, "hooks.example.com is told of runs", ""),
    "address unfit": (
        "notify", replace(GOOD, notified=Notified(problem="It is no address. Write it.")),
        State.WRONG, "It is no address", "Write it.",
    ),
    "astray": (
        "API",
        replace(GOOD, listing=NotListed("no such address. Check", offered=False, astray=True)),
        State.WRONG, f"{URL} answers, but no such address", "--api-url",
    ),
    "listing astray": (
        "listing", replace(GOOD, listing=NotListed("no", offered=False, astray=True)),
        State.UNCHECKED, "not the API", "",
    ),
    "silent": (
        "API", replace(GOOD, listing=NotListed("none", offered=False)),
        State.WARNING, "nothing that shows it is the API", "--api-url",
    ),
    "silent to a question": (
        "API", replace(GOOD, listing=NotListed("none", offered=False, accepted=True)),
        State.OK, "answers, in", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_a_fact_means(case: str) -> None:
    """Each has its state and its words; what needs somebody says what to do."""
    name, facts, state, found, remedy = CASES[case]
    finding = look(name, facts)
    assert finding.state is state
    assert found in finding.found
    assert remedy in finding.remedy
    if state in {State.WARNING, State.WRONG}:
        assert finding.remedy
    elif not remedy:
        assert finding.remedy == ""


@pytest.mark.parametrize(
    ("room", "state", "found"),
    [
        (Room("the ledger", Path("/var"), LITTLE - 1), State.WARNING, "1,024 MiB free"),
        (Room("the ledger", Path("/var"), TOO_LITTLE - 1), State.WRONG, "100 MiB free"),
        (Room("the ledger", Path("/var"), TOO_LITTLE), State.WARNING, "100 MiB free"),
        (Room("the ledger", Path("/var"), LITTLE), State.OK, "1.0 GiB free"),
        (Room("the ledger", Path("/var"), None), State.UNCHECKED, "nobody can tell"),
        (Room("the ledger", Path("/var"), LITTLE, writable=False), State.WRONG, "can't be written"),
    ],
    ids=lambda value: str(value) if isinstance(value, str | State) else "room",
)
def test_a_disk_needs_room(room: Room, state: State, found: str) -> None:
    """A little is worth a word; next to nothing is wrong."""
    finding = look("room for the ledger", replace(GOOD, rooms=(room,)))
    assert finding.state is state
    assert found in finding.found
    assert bool(finding.remedy) is (state in {State.WARNING, State.WRONG})


def test_where_no_api_is_named_the_rest_says_so() -> None:
    """One thing is wrong, and what hangs on it is unchecked, not wrong too."""
    target = Target(None, problem="No API is named. Name it.")
    found = examine(replace(GOOD, target=target, reach=None, listing=None))
    states = {finding.name: finding.state for finding in found}
    assert [name for name, state in states.items() if state is State.WRONG] == ["API"]
    unchecked = [name for name, state in states.items() if state is State.UNCHECKED]
    assert unchecked == ["TLS", "clock", "token", "owner", "listing"]


@given(st.text(min_size=1))
def test_a_message_is_parted_without_loss(text: str) -> None:
    """What is wrong and what to do are the whole message, but for white space and the full stop."""
    found, remedy = split(text)
    kept: Callable[[str], str] = lambda said: "".join(said.split()).replace(".", "")  # noqa: E731
    assert kept(found + remedy) == kept(text.removesuffix(" Nothing was sent."))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Mon, 01 Mar 2027 12:00:00 GMT", NOW),
        ("Mon, 01 Mar 2027 12:00:00", NOW),
        ("Mon, 01 Mar 2027 14:00:00 +0200", NOW),
        ("", None),
        ("today", None),
        ("Mon, 99 Mar 2027 12:00:00 GMT", None),
    ],
)
def test_a_date_is_read(text: str, date: dt.datetime | None) -> None:
    """In UTC; what is none is none."""
    assert read_date(text) == date


DATES = st.builds(
    "Mon, {:02} Jan {:04} {:02}:59:59 {:+05}".format,
    st.integers(0, 32),
    st.integers(0, 10_000),
    st.integers(0, 24),
    st.integers(-2500, 2500),
)
"""Dates, and what is nearly one."""


@given(DATES | st.text())
def test_no_date_is_too_odd(text: str) -> None:
    """A server may say anything: it is a time in UTC, or none."""
    date = read_date(text)
    assert date is None or date.tzinfo is dt.UTC
