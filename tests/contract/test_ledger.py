"""What every ledger promises: one suite over all implementations."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import deeds
from importer.errors import LedgerError, StoppedError
from importer.ledger.memory import MemoryLedger
from importer.ledger.port import Ledger
from importer.ledger.sqlite import SqliteLedger
from importer.model import Create, InvoiceRef, Status
from importer.records import (
    Account,
    Attempt,
    Claim,
    EntryState,
    FileVerdict,
    ReplyKind,
    Resolution,
    Run,
    RunEnd,
    RunStart,
    Settled,
    Settlement,
    Verdict,
)

AT = dt.datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=dt.UTC)
URL = "https://api.example.com"
INVOICE = InvoiceRef(7, "INV-7")
OTHER = InvoiceRef(8, "INV-8")
FAILED = {
    kind: Settlement(kind, AT, http_status=500, detail="why")
    for kind in ReplyKind
    if kind != "created"
}
CREATED = Settlement(ReplyKind.CREATED, AT, http_status=200, invoice=INVOICE)
ABSENT = Resolution(Verdict.ABSENT, "listing", AT)


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger of each kind."""
    made: Ledger = MemoryLedger()
    if request.param == "sqlite":
        made = SqliteLedger(tmp_path / "ledger.db")
    yield made
    made.close()


@pytest.fixture
def account(ledger: Ledger) -> Account:
    """An account with a run under way, `run-1`."""
    made = ledger.account(URL, "default")
    ledger.start_run(run_start("run-1", made))
    return made


def run_start(run_id: str, account: Account) -> RunStart:
    """A run's start, with every field filled."""
    return RunStart(
        id=run_id,
        account_id=account.id,
        at=AT,
        file="/home/ada/Rechnungen März.xlsx",
        sha256="ab" * 32,
        user="ada",
        host="büro",
        options='{"rate": 10}',
        table=b"\x00table\xff",
    )


def run_end(exit_code: int = 3) -> RunEnd:
    """A run's end, with every field filled."""
    return RunEnd(
        at=AT + dt.timedelta(minutes=1),
        counts={Status.CREATED: 2, Status.IN_DOUBT: 1},
        exit_code=exit_code,
        output="/home/ada/results.xlsx",
        error="the API is down",
        outcomes=b"\x00outcomes\xff",
    )


def claim_of(account: Account, key: str = "a-1", run_id: str = "run-1") -> Claim:
    """A claim for a reference."""
    create = Create(
        row=2, reference=key.upper(), key=key, body='{"note":"Café ☕"}', due_day="2026-04-01"
    )
    return Claim(account.id, run_id, create, idempotency_key=f"key-of-{key}", at=AT)


def state(ledger: Ledger, account: Account, key: str = "a-1") -> EntryState:
    """What the ledger believes of a reference that it knows."""
    return ledger.entries(account.id, [key])[key].state


def test_account_is_found_again(ledger: Ledger) -> None:
    """One URL and name is one account; another URL or another name is another."""
    first = ledger.account(URL, "default")
    assert (first.url, first.name, first.owner_id, first.proves_absence) == (
        URL,
        "default",
        None,
        True,
    )
    assert ledger.account(URL, "default") == first
    others = {ledger.account(URL, "two").id, ledger.account(f"{URL}:8443", "default").id}
    assert len(others | {first.id}) == 3


def test_owner_is_pinned_once(ledger: Ledger, account: Account) -> None:
    """The first owner stays, whatever comes later, and is the account's from then on."""
    assert ledger.pin_owner(account.id, 41) == 41
    assert ledger.pin_owner(account.id, 42) == 41
    assert ledger.account(URL, "default") == replace(account, owner_id=41)


def test_absence_is_distrusted_for_one_account(ledger: Ledger, account: Account) -> None:
    """Distrust stays with the account that it was noted for."""
    other = ledger.account(URL, "other")
    ledger.distrust_absence(account.id)
    assert not ledger.account(URL, "default").proves_absence
    assert ledger.account(URL, "other") == other


def test_claim_is_in_doubt_and_reads_back(ledger: Ledger, account: Account) -> None:
    """An attempt without a reply is in doubt, and keeps everything that was claimed."""
    claim = claim_of(account)
    attempt_id = deeds.claim(ledger, claim)
    entry = ledger.entries(account.id, ["a-1"])["a-1"]
    assert entry.state is EntryState.IN_DOUBT
    assert entry.attempts == (
        Attempt(attempt_id, "run-1", claim.create, claim.idempotency_key, claim.at),
    )
    assert ledger.in_doubt(account.id) == [entry]


def test_time_of_another_zone_is_the_same_time(ledger: Ledger, account: Account) -> None:
    """A time with another offset reads back as the same instant, whole seconds included."""
    at = dt.datetime(2026, 3, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    deeds.claim(ledger, replace(claim_of(account), at=at))
    assert ledger.entries(account.id, ["a-1"])["a-1"].attempts[0].claimed_at == at


@pytest.mark.parametrize(
    ("settlement", "expected"),
    [
        (CREATED, EntryState.CREATED),
        (FAILED[ReplyKind.REFUSED], EntryState.FREE),
        (FAILED[ReplyKind.THROTTLED], EntryState.FREE),
        (FAILED[ReplyKind.NOT_SENT], EntryState.FREE),
        (FAILED[ReplyKind.HALT], EntryState.FREE),
        (FAILED[ReplyKind.LOST], EntryState.IN_DOUBT),
    ],
)
def test_settlement_decides_the_state(
    ledger: Ledger, account: Account, settlement: Settlement, expected: EntryState
) -> None:
    """Every kind of reply is kept as it came and gives the state that it should."""
    deeds.settle(ledger, deeds.claim(ledger, claim_of(account)), settlement)
    entry = ledger.entries(account.id, ["a-1"])["a-1"]
    assert entry.state is expected
    assert entry.attempts[0].settlement == settlement
    assert ledger.in_doubt(account.id) == ([entry] if expected is EntryState.IN_DOUBT else [])


@pytest.mark.parametrize("later", [FAILED[ReplyKind.REFUSED], FAILED[ReplyKind.THROTTLED]])
def test_later_reply_never_clears_a_doubt(
    ledger: Ledger, account: Account, later: Settlement
) -> None:
    """A refusal or a 429 of a later attempt leaves an earlier lost one in doubt."""
    deeds.settle(ledger, deeds.claim(ledger, claim_of(account)), FAILED[ReplyKind.LOST])
    deeds.settle(ledger, deeds.claim(ledger, claim_of(account)), later)
    (entry,) = ledger.in_doubt(account.id)
    assert entry.state is EntryState.IN_DOUBT
    assert [a.settlement for a in entry.attempts] == [FAILED[ReplyKind.LOST], later]


def test_invoice_outweighs_a_doubt(ledger: Ledger, account: Account) -> None:
    """A reference with an invoice isn't listed as in doubt, though one attempt was lost."""
    deeds.settle(ledger, deeds.claim(ledger, claim_of(account)), FAILED[ReplyKind.LOST])
    deeds.settle(ledger, deeds.claim(ledger, claim_of(account)), CREATED)
    assert state(ledger, account) is EntryState.CREATED
    assert ledger.in_doubt(account.id) == []


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        (Resolution(Verdict.FOUND, "listing", AT, INVOICE, "seen"), EntryState.CREATED),
        (Resolution(Verdict.OTHER, "ada@büro", AT, OTHER, "seen"), EntryState.OTHER),
        (ABSENT, EntryState.FREE),
    ],
)
def test_resolution_settles_every_doubt(
    ledger: Ledger, account: Account, resolution: Resolution, expected: EntryState
) -> None:
    """A verdict is kept with each in-doubt attempt, and with no other."""
    for settlement in (FAILED[ReplyKind.REFUSED], FAILED[ReplyKind.LOST]):
        deeds.settle(ledger, deeds.claim(ledger, claim_of(account)), settlement)
    deeds.claim(ledger, claim_of(account))
    ledger.resolve(account.id, "a-1", resolution)
    entry = ledger.entries(account.id, ["a-1"])["a-1"]
    assert entry.state is expected
    assert [a.resolution for a in entry.attempts] == [None, resolution, resolution]
    assert ledger.in_doubt(account.id) == []


def test_first_verdict_stays(ledger: Ledger, account: Account) -> None:
    """A verdict on a reference without a doubt changes nothing."""
    deeds.claim(ledger, claim_of(account))
    ledger.resolve(account.id, "a-1", Resolution(Verdict.FOUND, "listing", AT, INVOICE))
    ledger.resolve(account.id, "a-1", ABSENT)
    ledger.resolve(account.id, "never seen", ABSENT)
    assert state(ledger, account) is EntryState.CREATED
    assert ledger.entries(account.id, ["never seen"]) == {}


def test_reference_is_sent_again_after_its_absence(ledger: Ledger, account: Account) -> None:
    """Once resolved as absent, a reference may be claimed again, and is in doubt again."""
    deeds.claim(ledger, claim_of(account))
    ledger.resolve(account.id, "a-1", ABSENT)
    deeds.claim(ledger, claim_of(account))
    assert state(ledger, account) is EntryState.IN_DOUBT


def test_attempt_is_settled_once(ledger: Ledger, account: Account) -> None:
    """A second settlement is refused and changes nothing; so is one of an unknown attempt."""
    attempt_id = deeds.claim(ledger, claim_of(account))
    deeds.settle(ledger, attempt_id, CREATED)
    with pytest.raises(LedgerError, match="settled already"):
        deeds.settle(ledger, attempt_id, FAILED[ReplyKind.REFUSED])
    with pytest.raises(LedgerError, match="unknown"):
        deeds.settle(ledger, attempt_id + 1, CREATED)
    assert state(ledger, account) is EntryState.CREATED


def test_claims_and_settlements_are_written_together(ledger: Ledger, account: Account) -> None:
    """One record of several deeds is the same as one record of each, in their order."""
    first = deeds.claim(ledger, claim_of(account))
    ids = ledger.record(
        [
            Settled(first, FAILED[ReplyKind.REFUSED]),
            claim_of(account),
            claim_of(account, "a-2"),
        ]
    )
    assert ids == [first, first + 1, first + 2]
    kinds = [
        attempt.settlement and attempt.settlement.kind
        for attempt in ledger.entries(account.id, ["a-1"])["a-1"].attempts
    ]
    assert kinds == [ReplyKind.REFUSED, None]


@pytest.mark.parametrize("wrong", ["claim", "settlement"])
def test_of_a_record_that_contradicts_nothing_is_written(
    ledger: Ledger, account: Account, wrong: str
) -> None:
    """All or none: neither what came before the contradiction nor what came after it."""
    first = deeds.claim(ledger, claim_of(account))
    fault = claim_of(account, "a-2") if wrong == "claim" else Settled(first + 7, CREATED)
    with pytest.raises(LedgerError):
        ledger.record(
            [Settled(first, CREATED), claim_of(account, "a-2"), fault, claim_of(account, "a-3")]
        )
    assert state(ledger, account) is EntryState.IN_DOUBT
    assert ledger.entries(account.id, ["a-2", "a-3"]) == {}
    assert deeds.claim(ledger, claim_of(account, "a-2")) == first + 1


def test_two_open_claims_are_impossible(ledger: Ledger, account: Account) -> None:
    """A reference can't be claimed while an attempt for it is open; another one can."""
    deeds.claim(ledger, claim_of(account))
    with pytest.raises(LedgerError, match="refuses a record"):
        deeds.claim(ledger, claim_of(account))
    deeds.claim(ledger, claim_of(account, "a-2"))
    assert len(ledger.entries(account.id, ["a-1"])["a-1"].attempts) == 1


def test_invoice_without_a_name_is_refused(ledger: Ledger, account: Account) -> None:
    """What would read back as "no invoice" can't be written; the doubt stays."""
    attempt_id = deeds.claim(ledger, claim_of(account))
    with pytest.raises(LedgerError):
        deeds.settle(ledger, attempt_id, replace(CREATED, invoice=None))
    for verdict in (Verdict.FOUND, Verdict.OTHER):
        with pytest.raises(LedgerError):
            ledger.resolve(account.id, "a-1", Resolution(verdict, "listing", AT))
    assert state(ledger, account) is EntryState.IN_DOUBT


def test_unknown_accounts_and_runs_are_refused(ledger: Ledger, account: Account) -> None:
    """Nothing is written down for an account or a run that the ledger doesn't know."""
    stranger = replace(account, id=99)
    with pytest.raises(LedgerError):
        deeds.claim(ledger, claim_of(stranger))
    with pytest.raises(LedgerError):
        deeds.claim(ledger, claim_of(account, run_id="nobody's"))
    with pytest.raises(LedgerError):
        ledger.start_run(run_start("run-9", stranger))
    with pytest.raises(LedgerError):
        ledger.finish_run("nobody's", run_end())
    with pytest.raises(LedgerError):
        ledger.pin_owner(99, 1)
    with pytest.raises(LedgerError):
        ledger.distrust_absence(99)
    assert ledger.in_doubt(account.id) == ledger.in_doubt(99) == []


def test_accounts_do_not_mix(ledger: Ledger, account: Account) -> None:
    """The same reference in two accounts is two entries, each with its own fate."""
    other = ledger.account(URL, "other")
    ledger.start_run(run_start("run-2", other))
    deeds.settle(ledger, deeds.claim(ledger, claim_of(account)), CREATED)
    deeds.claim(ledger, claim_of(other, run_id="run-2"))
    ledger.resolve(account.id, "a-1", ABSENT)
    assert state(ledger, account) is EntryState.CREATED
    assert state(ledger, other) is EntryState.IN_DOUBT
    assert ledger.in_doubt(account.id) == []
    assert [entry.key for entry in ledger.in_doubt(other.id)] == ["a-1"]


def test_entries_are_those_asked_for(ledger: Ledger, account: Account) -> None:
    """Unknown references are left out, doubled ones count once, others don't come along."""
    for key in ("a-1", "a-2", "a-3"):
        deeds.claim(ledger, claim_of(account, key))
    entries = ledger.entries(account.id, iter(["a-3", "a-3", "unknown", "a-1"]))
    assert [(key, len(entry.attempts)) for key, entry in entries.items()] == [
        ("a-3", 1),
        ("a-1", 1),
    ]
    assert ledger.entries(account.id, []) == {}
    assert list(ledger.entries(account.id, ["a-2"])) == ["a-2"]


@pytest.mark.parametrize(
    "key", ["straße ☕", "請求書-1", "a\x00b", "'; --", '"', "\\", " ", "é", "e\u0301"]
)
def test_any_text_is_a_key(ledger: Ledger, account: Account, key: str) -> None:
    """A key reads back as itself and matches nothing but itself, not even what looks alike."""
    for each in (key, "a", "é" if key == "e\u0301" else "e\u0301"):
        deeds.claim(ledger, claim_of(account, each))
    (entry,) = ledger.entries(account.id, [key]).values()
    assert entry.key == key
    assert len(entry.attempts) == 1


def test_padded_references_are_digits_behind_a_zero(ledger: Ledger, account: Account) -> None:
    """Of the references of digits those with a zero in front, if an invoice is there or may be."""
    for key in ("0012", "12", "0a", "007", "00", "1", "09"):
        claim = deeds.claim(ledger, claim_of(account, key))
        if key == "007":
            deeds.settle(ledger, claim, FAILED[ReplyKind.REFUSED])
        elif key == "09":
            deeds.settle(ledger, claim, CREATED)
    assert ledger.padded(account.id) == {"0012": "0012", "00": "00", "09": "09"}
    assert ledger.padded(ledger.account(URL, "other").id) == {}


def test_invoices_are_known_by_their_numbers(ledger: Ledger, account: Account) -> None:
    """Those that were made, answered or found later, by the account's own references."""
    other = ledger.account(URL, "other")
    ledger.start_run(run_start("run-2", other))
    made = {"a": CREATED, "b": FAILED[ReplyKind.LOST], "c": FAILED[ReplyKind.LOST]}
    for key, settlement in made.items():
        deeds.settle(ledger, deeds.claim(ledger, claim_of(account, key)), settlement)
    found = replace(OTHER, number="INV'8\x00")
    ledger.resolve(account.id, "b", Resolution(Verdict.FOUND, "listing", AT, found))
    ledger.resolve(account.id, "c", Resolution(Verdict.OTHER, "listing", AT, OTHER))
    asked = ["INV-7", "INV-7", found.number, OTHER.number, "inv-7"]
    numbered = ledger.numbered(account.id, iter(asked))
    assert numbered == {
        "INV-7": ledger.entries(account.id, ["a"])["a"],
        found.number: ledger.entries(account.id, ["b"])["b"],
    }
    assert ledger.numbered(account.id, []) == {}
    assert ledger.numbered(other.id, asked) == {}


def test_of_two_invoices_with_one_number_the_later_is_told(
    ledger: Ledger, account: Account
) -> None:
    """A number that isn't its own names what was sent last."""
    for key in ("b", "a"):
        deeds.settle(ledger, deeds.claim(ledger, claim_of(account, key)), CREATED)
    assert ledger.numbered(account.id, ["INV-7"])["INV-7"].key == "a"


def test_references_are_the_last_ones_each_once(ledger: Ledger, account: Account) -> None:
    """Newest first; one that was sent again is told once; another account's are not told."""
    for key in ("a", "b", "a", "c"):
        deeds.settle(ledger, deeds.claim(ledger, claim_of(account, key)), FAILED[ReplyKind.REFUSED])
    assert ledger.references(account.id, 9) == ["C", "A", "B"]
    assert ledger.references(account.id, 2) == ["C", "A"]
    assert ledger.references(ledger.account(URL, "other").id, 9) == []


def test_last_import_is_the_latest_of_the_same_bytes(ledger: Ledger, account: Account) -> None:
    """A file is known by its digest, to the account that imported it, since it made invoices."""
    for number in (2, 3, 5, 6):
        ledger.start_run(run_start(f"run-{number}", account))
    ledger.start_run(replace(run_start("run-4", account), sha256="cd" * 32))
    ledger.finish_run("run-3", run_end())
    ledger.finish_run("run-5", replace(run_end(), counts={}))
    ledger.finish_run("run-6", replace(run_end(), counts={"created": 0, "already_created": 2}))
    last = ledger.last_import(account.id, "ab" * 32)
    assert last == Run(
        replace(run_start("run-3", account), table=b""), replace(run_end(), outcomes=b"")
    )
    assert ledger.last_import(account.id, "ef" * 32) is None
    assert ledger.last_import(ledger.account(URL, "other").id, "ab" * 32) is None


def test_doubts_are_listed_oldest_first(ledger: Ledger, account: Account) -> None:
    """Doubts are listed in the order in which they arose, not in that of their keys."""
    for key in ("z", "a", "m"):
        deeds.claim(ledger, claim_of(account, key))
    assert [entry.key for entry in ledger.in_doubt(account.id)] == ["z", "a", "m"]


def test_run_reads_back(ledger: Ledger, account: Account) -> None:
    """A run keeps its start and its table from the start, its end from the end."""
    start = run_start("run-2", account)
    ledger.start_run(start)
    assert ledger.run("run-2") == Run(start)
    ledger.finish_run("run-2", run_end())
    assert ledger.run("run-2") == Run(start, run_end())
    assert ledger.run("nobody's") is None


def test_later_end_of_a_run_wins(ledger: Ledger, account: Account) -> None:
    """A run that is finished again keeps the later end."""
    ledger.finish_run("run-1", run_end(exit_code=3))
    ledger.finish_run("run-1", run_end(exit_code=0))
    assert ledger.run("run-1") == Run(run_start("run-1", account), run_end(exit_code=0))


def test_run_is_started_once(ledger: Ledger, account: Account) -> None:
    """A second run of the same name is refused; the first keeps what it has."""
    with pytest.raises(LedgerError):
        ledger.start_run(replace(run_start("run-1", account), table=b"another"))
    assert ledger.run("run-1") == Run(run_start("run-1", account))


def test_runs_are_listed_newest_first(ledger: Ledger, account: Account) -> None:
    """The latest runs come first, also after the clock ran backwards, without their blobs."""
    for number in (2, 3):
        at = AT - dt.timedelta(days=number)
        ledger.start_run(replace(run_start(f"run-{number}", account), at=at))
    ledger.finish_run("run-2", run_end())
    listed = ledger.runs(limit=2)
    assert [run.start.id for run in listed] == ["run-3", "run-2"]
    assert listed[0].end is None
    assert listed[1].end == replace(run_end(), outcomes=b"")
    assert {run.start.table for run in listed} == {b""}
    assert len(ledger.runs(limit=10)) == 3


def test_a_run_is_known_without_its_tables(ledger: Ledger, account: Account) -> None:
    """Whoever only tells of a run needs not read what may be large."""
    ledger.finish_run("run-1", run_end())
    light = Run(replace(run_start("run-1", account), table=b""), replace(run_end(), outcomes=b""))
    assert ledger.run("run-1", tables=False) == light
    assert ledger.run("nobody's", tables=False) is None


def test_old_runs_are_emptied_oldest_first_and_stay(ledger: Ledger, account: Account) -> None:
    """Table and outcomes go, so many at a time; the run and its attempts are as they were."""
    deeds.settle(ledger, deeds.claim(ledger, claim_of(account)), CREATED)
    ledger.finish_run("run-1", run_end())
    for number, days in ((2, 20), (3, 30), (4, 1)):
        start = replace(run_start(f"run-{number}", account), at=AT - dt.timedelta(days=days))
        ledger.start_run(start)
        ledger.finish_run(start.id, run_end())
    before, entries = ledger.runs(9), ledger.entries(account.id, ["a-1"])
    week_ago = AT - dt.timedelta(days=7)
    assert ledger.prune(week_ago, 1) == 1
    assert [run.start.id for run in ledger.runs(9) if run.pruned] == ["run-3"]
    assert ledger.prune(week_ago, 9) == 1
    assert ledger.prune(week_ago, 9) == 0
    after = ledger.runs(9)
    assert [run.start.id for run in after if run.pruned] == ["run-3", "run-2"]
    assert [replace(run, pruned=False) for run in after] == before
    emptied = ledger.run("run-2")
    assert emptied is not None
    assert emptied == ledger.run("run-2", tables=False)
    whole = ledger.run("run-4")
    assert whole is not None
    assert (whole.start.table, whole.pruned) == (b"\x00table\xff", False)
    assert ledger.entries(account.id, ["a-1"]) == entries


def test_a_run_that_may_go_on_is_not_emptied(ledger: Ledger, account: Account) -> None:
    """Without an end it is left alone, until a later run of its account shows that it is dead."""
    other = ledger.account(URL, "other")
    for number, of in ((2, other), (3, account)):
        ledger.start_run(run_start(f"run-{number}", of))
    later = AT + dt.timedelta(days=1)
    assert ledger.prune(later, 9) == 1
    assert [run.start.id for run in ledger.runs(9) if run.pruned] == ["run-1"]
    ledger.finish_run("run-3", run_end())
    assert ledger.prune(later, 9) == 1
    assert [run.start.id for run in ledger.runs(9) if not run.pruned] == ["run-2"]


def test_the_verdict_on_a_file_is_the_last_one(ledger: Ledger, account: Account) -> None:
    """By bytes and account; a later verdict takes the place of the earlier."""
    first = FileVerdict("ab" * 32, 1, AT, "März.xlsx", "ef" * 32)
    assert ledger.file_verdict(account.id, first.sha256) is None
    ledger.keep_file_verdict(account.id, first)
    assert ledger.file_verdict(account.id, first.sha256) == first
    later = replace(first, exit_code=0, at=AT + dt.timedelta(hours=1), name="April.xlsx")
    ledger.keep_file_verdict(account.id, later)
    assert ledger.file_verdict(account.id, first.sha256) == later
    assert ledger.file_verdict(account.id, "cd" * 32) is None
    assert ledger.file_verdict(ledger.account(URL, "other").id, first.sha256) is None
    with pytest.raises(LedgerError):
        ledger.keep_file_verdict(99, first)


def test_one_sender_for_an_account(ledger: Ledger, account: Account) -> None:
    """A second sender is told to wait once, then stopped; afterwards the way is free again."""
    told: list[str] = []
    with ledger.sender(account, 0, lambda: told.append("first")):
        assert told == []
        second = ledger.sender(account, 0, lambda: told.append("second"))
        with pytest.raises(StoppedError, match="default at https"), second:
            pytest.fail("two senders at a time")
    assert told == ["second"]
    with ledger.sender(account, 0, lambda: told.append("third")):
        assert told == ["second"]


def test_senders_of_two_accounts_do_not_meet(ledger: Ledger, account: Account) -> None:
    """Another account's sender has nothing to wait for."""
    other = ledger.account(URL, "other")
    told: list[str] = []
    with (
        ledger.sender(account, 0, lambda: told.append("first")),
        ledger.sender(other, 0, lambda: told.append("second")),
    ):
        assert told == []


def test_failing_sender_lets_go(ledger: Ledger, account: Account) -> None:
    """A run that ends in an error leaves the way free."""
    with pytest.raises(RuntimeError), ledger.sender(account, 0, lambda: None):
        raise RuntimeError
    with ledger.sender(account, 0, lambda: pytest.fail("still held")):
        pass


def claim_in(account: Account, key: str, currency: str) -> Claim:
    """A claim for an invoice in a currency."""
    claim = claim_of(account, key)
    body = f'{{"note":"\\"currency\\":\\"XXX\\"","currency":"{currency}"}}'
    return replace(claim, create=replace(claim.create, body=body))


def test_witnesses_are_the_invoices_that_exist(ledger: Ledger, account: Account) -> None:
    """Created, or found later: each number with the currency that was sent."""
    deeds.settle(ledger, deeds.claim(ledger, claim_in(account, "a", "USD")), CREATED)
    deeds.settle(
        ledger, deeds.claim(ledger, claim_in(account, "b", "LRD")), replace(CREATED, invoice=OTHER)
    )
    for key, settlement in (("c", FAILED[ReplyKind.LOST]), ("d", None)):
        attempt_id = deeds.claim(ledger, claim_in(account, key, "NGN"))
        if settlement is not None:
            deeds.settle(ledger, attempt_id, settlement)
        found = InvoiceRef(9, f"INV-{key}")
        ledger.resolve(account.id, key, Resolution(Verdict.FOUND, "listing", AT, found))
    assert ledger.witnesses(account.id) == {
        "INV-7": "USD",
        "INV-8": "LRD",
        "INV-c": "NGN",
        "INV-d": "NGN",
    }


@pytest.mark.parametrize(
    ("settlement", "resolution"),
    [
        *((FAILED[kind], None) for kind in FAILED),
        (None, None),
        (FAILED[ReplyKind.LOST], ABSENT),
        (FAILED[ReplyKind.LOST], Resolution(Verdict.OTHER, "listing", AT, OTHER)),
    ],
)
def test_what_made_no_invoice_of_ours_is_no_witness(
    ledger: Ledger, account: Account, settlement: Settlement | None, resolution: Resolution | None
) -> None:
    """Refused, lost, absent, another's: a listing may well lack it."""
    attempt_id = deeds.claim(ledger, claim_in(account, "a", "USD"))
    if settlement is not None:
        deeds.settle(ledger, attempt_id, settlement)
    if resolution is not None:
        ledger.resolve(account.id, "a", resolution)
    assert ledger.witnesses(account.id) == {}


def test_witnesses_are_the_accounts_own(ledger: Ledger, account: Account) -> None:
    """Another account's invoices aren't in this account's listing."""
    other = ledger.account(URL, "other")
    deeds.settle(ledger, deeds.claim(ledger, claim_in(other, "a", "USD")), CREATED)
    assert ledger.witnesses(account.id) == {}
    assert ledger.witnesses(other.id) == {"INV-7": "USD"}


def test_an_invoice_is_a_witness_though_an_earlier_attempt_was_lost(
    ledger: Ledger, account: Account
) -> None:
    """Absent once, sent again, created: its number counts, and in the currency of that attempt."""
    deeds.settle(ledger, deeds.claim(ledger, claim_in(account, "a", "USD")), FAILED[ReplyKind.LOST])
    ledger.resolve(account.id, "a", ABSENT)
    deeds.settle(ledger, deeds.claim(ledger, claim_in(account, "a", "LRD")), CREATED)
    assert ledger.witnesses(account.id) == {"INV-7": "LRD"}


SOME_KEYS = ("a", "b", "ß", "a\x00")
KEYS = st.sampled_from(SOME_KEYS)
SETTLEMENTS = st.sampled_from([CREATED, *FAILED.values(), replace(CREATED, invoice=None)])
DEEDS = st.one_of(
    st.builds(lambda of, key: claim_of(Account(of, URL, ""), key), st.integers(1, 3), KEYS),
    st.builds(Settled, st.integers(1, 12), SETTLEMENTS),
)
RESOLUTIONS = st.builds(
    Resolution,
    verdict=st.sampled_from(Verdict),
    by=st.just("listing"),
    at=st.just(AT),
    invoice=st.sampled_from([None, INVOICE]),
)


class Twins(RuleBasedStateMachine):
    """Both ledgers, told the same in any order, say the same."""

    @initialize()
    def begin(self) -> None:
        """Two empty ledgers with two accounts and a run."""
        self.folder = tempfile.TemporaryDirectory()
        self.ledgers: tuple[Ledger, ...] = (
            MemoryLedger(),
            SqliteLedger(Path(self.folder.name) / "ledger.db"),
        )
        for ledger in self.ledgers:
            for name in ("one", "two"):
                made = ledger.account(URL, name)
            ledger.start_run(run_start("run-1", made))

    def teardown(self) -> None:
        """Let go of the files."""
        for ledger in self.ledgers:
            ledger.close()
        self.folder.cleanup()

    def both(self, act: Callable[[Ledger], object]) -> None:
        """Do the same with both: the same result, or an error from both."""
        results = []
        for ledger in self.ledgers:
            try:
                results.append(act(ledger))
            except LedgerError:
                results.append(LedgerError)
        assert results[0] == results[1]

    @rule(account_id=st.integers(1, 3), key=KEYS)
    def claim(self, account_id: int, key: str) -> None:
        """A claim is taken by both, under one id, or refused by both."""
        self.both(lambda ledger: deeds.claim(ledger, claim_of(Account(account_id, URL, ""), key)))

    @rule(attempt_id=st.integers(1, 12), settlement=SETTLEMENTS)
    def settle(self, attempt_id: int, settlement: Settlement) -> None:
        """A settlement is taken by both or refused by both."""
        self.both(lambda ledger: deeds.settle(ledger, attempt_id, settlement))

    @rule(deeds=st.lists(DEEDS, max_size=5))
    def record(self, deeds: list[Claim | Settled]) -> None:
        """Several deeds are taken by both, under one set of ids, or refused by both."""
        self.both(lambda ledger: ledger.record(deeds))

    @rule(account_id=st.integers(1, 3), key=KEYS, resolution=RESOLUTIONS)
    def resolve(self, account_id: int, key: str, resolution: Resolution) -> None:
        """A verdict is taken by both or refused by both."""
        self.both(lambda ledger: ledger.resolve(account_id, key, resolution))

    @invariant()
    def agree(self) -> None:
        """Both know the same of every reference, and doubt the same ones in the same order."""
        self.both(lambda ledger: [ledger.entries(of, SOME_KEYS) for of in (1, 2, 3)])
        self.both(lambda ledger: [ledger.in_doubt(of) for of in (1, 2, 3)])


Twins.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_twins = Twins.TestCase
