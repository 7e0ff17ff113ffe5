"""The engine in virtual time, against a scripted API and the in-memory ledger."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from importer.clock import SECOND_NS
from importer.errors import StoppedError
from importer.ledger.memory import MemoryLedger
from importer.model import Create, Outcome, Status
from importer.records import Account, Claim, EntryState, ReplyKind, RunStart, Settled
from importer.replies import (
    Answer,
    ApiInvoice,
    Created,
    Expired,
    FieldError,
    Halt,
    Lost,
    NotSent,
    Refused,
    Reply,
    Throttled,
)
from importer.submit.engine import Engine, Sending
from importer.submit.pace import Pacer
from virtual_time import START, VirtualClock, run_virtually

LATENCY_NS = SECOND_NS // 10


def make_create(row: int) -> Create:
    """Return the create of a row."""
    return Create(row, f"Ref-{row}", f"ref-{row}", f'{{"reference_id":"Ref-{row}"}}')


def make_created(create: Create, *, owner: int | None = 1) -> Created:
    """Return the API's answer to a create that it carries out."""
    invoice = ApiInvoice(
        id=create.row,
        number=f"INV-{create.row}",
        reference=create.reference,
        counterparty_id=None,
        currency=None,
        status=None,
        note=None,
        fee_bearer=None,
        as_payment_link=None,
        due_date=None,
        owner_id=owner,
    )
    return Created(invoice)


@dataclass
class ScriptedApi:
    """Answers each row with its script, then with success; remembers when what was sent."""

    clock: VirtualClock
    scripts: Mapping[int, Iterable[Reply | Answer]] = field(default_factory=dict)
    always: Callable[[Create], Reply] = make_created
    sent: list[tuple[int, int]] = field(default_factory=list)
    flying: int = 0
    most_flying: int = 0

    def __post_init__(self) -> None:
        self._left = {row: iter(replies) for row, replies in self.scripts.items()}

    async def create(self, create: Create, key: str) -> Answer:
        assert len(key) == 64
        self.sent.append((create.row, self.clock.monotonic_ns()))
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        await self.clock.sleep_ns(LATENCY_NS)
        self.flying -= 1
        reply = next(self._left.get(create.row, iter(())), None)
        reply = reply if reply is not None else self.always(create)
        return reply if isinstance(reply, Answer) else Answer(reply)


@dataclass
class Heard:
    """A listener that remembers."""

    outcomes: list[Outcome] = field(default_factory=list)
    waits: list[tuple[str, float]] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    setbacks: list[tuple[int, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    go_on: bool = False

    def on_outcome(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def on_wait(self, reason: str, seconds: float) -> None:
        self.waits.append((reason, seconds))

    def on_phase(self, what: str) -> None:
        self.phases.append(what)

    def on_setback(self, row: int, reason: str) -> None:
        self.setbacks.append((row, reason))

    def on_refusals(self, reason: str) -> bool:
        self.refusals.append(reason)
        return self.go_on


@dataclass
class Trial:
    """One engine with all that it needs, and what it left behind."""

    api: ScriptedApi
    ledger: MemoryLedger
    account: Account
    engine: Engine
    heard: Heard

    def statuses(self) -> dict[int, Status]:
        return {outcome.row: outcome.status for outcome in self.engine.outcomes.values()}

    def kinds(self, row: int) -> list[ReplyKind | None]:
        entry = self.ledger.entries(self.account.id, [f"ref-{row}"])[f"ref-{row}"]
        return [a.settlement.kind if a.settlement else None for a in entry.attempts]


def try_out(
    rows: int,
    scripts: Mapping[int, Iterable[Reply | Answer]] | None = None,
    *,
    rate: float = 1000,
    concurrency: int = 4,
    always: Callable[[Create], Reply] = make_created,
    ledger: MemoryLedger | None = None,
    during: Callable[[Engine], None] | None = None,
    during_at_ns: int = 0,
    go_on: bool = False,
) -> Trial:
    """Send some rows in virtual time and return what happened."""

    async def main() -> Trial:
        clock = VirtualClock()
        store = ledger or MemoryLedger()
        account = store.account("https://api.example", "default")
        store.start_run(RunStart("run", account.id, START, "f", "", "u", "h", "{}", b""))
        api, heard = ScriptedApi(clock, scripts or {}, always), Heard(go_on=go_on)
        engine = Engine(
            Sending(account, "run", concurrency, 300, {"currency": "CCY"}),
            api=api,
            ledger=store,
            clock=clock,
            pacer=Pacer(clock, rate),
            listener=heard,
            rng=random.Random(1),
        )
        if during is not None:
            asyncio.get_running_loop().call_later(during_at_ns / SECOND_NS, during, engine)
        await engine.send(make_create(row) for row in range(2, rows + 2))
        return Trial(api, store, account, engine, heard)

    return run_virtually(main())


def test_every_row_is_created_once() -> None:
    """With an API that just works, each row is sent once, and settled as created."""
    trial = try_out(20)
    assert trial.statuses() == dict.fromkeys(range(2, 22), Status.CREATED)
    assert sorted(row for row, _ in trial.api.sent) == list(range(2, 22))
    assert trial.kinds(7) == [ReplyKind.CREATED]
    assert trial.engine.stopped is None
    assert trial.heard.outcomes == list(trial.engine.outcomes.values())


def test_no_more_are_in_flight_than_allowed() -> None:
    """However fast the rate, `concurrency` bounds what is in flight, and is used."""
    assert try_out(40, concurrency=3).api.most_flying == 3


def test_the_rate_holds_over_all_senders() -> None:
    """Ten rows a second are ten rows a second, whatever the concurrency."""
    times = [at for _, at in try_out(21, rate=10, concurrency=8).api.sent]
    assert times[-1] - times[0] == 2 * SECOND_NS


def test_a_throttled_row_is_sent_again_after_everybody_waited() -> None:
    """A 429 holds all senders for as long as the API asks, then the row goes again."""
    trial = try_out(12, {3: [Answer(Throttled(), 20.0)]}, concurrency=2)
    assert trial.statuses()[3] is Status.CREATED
    assert trial.kinds(3) == [ReplyKind.THROTTLED, ReplyKind.CREATED]
    told = next(at for row, at in trial.api.sent if row == 3) + LATENCY_NS
    assert not [at for _, at in trial.api.sent if told < at < told + 20 * SECOND_NS]
    assert trial.heard.waits == [("rate limited by the API", 20.0)]


def test_what_never_left_is_sent_again() -> None:
    """A connection that fails twice costs two attempts and some waiting, no row."""
    trial = try_out(1, {2: [NotSent("refused"), NotSent("refused")]})
    assert trial.kinds(2) == [ReplyKind.NOT_SENT, ReplyKind.NOT_SENT, ReplyKind.CREATED]
    assert len(trial.heard.waits) == 2
    assert trial.heard.setbacks == [(2, "not sent: refused, to be tried again")] * 2


def test_a_lost_answer_is_never_sent_again() -> None:
    """A row whose answer is lost is in doubt, once sent, and the others go on."""
    trial = try_out(5, {4: [Lost("no answer within 30 s")]})
    assert list(trial.engine.lost) == [4]
    assert [row for row, _ in trial.api.sent].count(4) == 1
    assert len(trial.engine.outcomes) == 4
    [entry] = trial.ledger.in_doubt(trial.account.id)
    assert entry.key == "ref-4"
    assert trial.heard.setbacks == [(4, "in doubt: no answer within 30 s, to be looked up")]


def test_a_later_answer_does_not_clear_an_earlier_doubt() -> None:
    """After a throttled attempt, a lost one leaves the reference in doubt."""
    trial = try_out(1, {2: [Answer(Throttled(), 1.0), Lost("gone")]})
    entry = trial.ledger.entries(trial.account.id, ["ref-2"])["ref-2"]
    assert trial.kinds(2) == [ReplyKind.THROTTLED, ReplyKind.LOST]
    assert entry.state is EntryState.IN_DOUBT


def test_a_refusal_is_told_under_the_users_own_header() -> None:
    """What the API says of a field is shown with the file's header for it."""
    refused = Refused(422, (FieldError("currency", "not supported"), FieldError(None, "odd")))
    trial = try_out(2, {2: [refused]})
    [outcome] = [o for o in trial.engine.outcomes.values() if o.row == 2]
    assert outcome.status is Status.REJECTED
    assert "CCY: not supported" in outcome.message
    assert "odd" in outcome.message
    assert trial.statuses()[3] is Status.CREATED


def test_a_halt_stops_the_run_and_rejects_nothing() -> None:
    """A 401 on the first row: what was in flight is settled, nothing new leaves, no row failed."""
    trial = try_out(50, always=lambda _: Halt("bad token", 401), concurrency=4, rate=1000)
    assert trial.engine.stopped == "bad token"
    assert trial.engine.outcomes == {}
    assert len(trial.api.sent) == 4
    assert trial.kinds(2) == [ReplyKind.HALT]
    assert not trial.ledger.in_doubt(trial.account.id)


def test_stopping_awaits_what_is_in_flight() -> None:
    """A stop sends nothing new, and settles all that left."""
    trial = try_out(
        100, rate=100, during=lambda e: e.stop("interrupted"), during_at_ns=SECOND_NS // 2
    )
    sent = {row for row, _ in trial.api.sent}
    assert trial.engine.stopped == "interrupted"
    assert 0 < len(sent) < 100
    assert trial.statuses() == dict.fromkeys(sent, Status.CREATED)
    assert max(at for _, at in trial.api.sent) <= SECOND_NS // 2


def test_an_outage_ends_the_run_after_five_minutes_of_nothing_else() -> None:
    """When nothing but failures come, the run gives up; in the meantime it asks ever less often."""
    trial = try_out(1000, always=lambda _: NotSent("refused"), concurrency=8)
    assert trial.engine.stopped is not None
    assert "300 s" in trial.engine.stopped
    last = trial.api.sent[-1][1]
    assert 290 * SECOND_NS < last < 340 * SECOND_NS
    assert len(trial.api.sent) < 300
    assert trial.engine.outcomes == {}


def test_a_failing_api_puts_few_rows_in_doubt() -> None:
    """When every answer is a 500, the sending slows down instead of losing row after row."""
    trial = try_out(5000, always=lambda _: Lost("the API answered 500", 500), rate=100)
    assert trial.engine.stopped is not None
    assert len(trial.engine.lost) < 150


def test_one_success_forgives_the_failures_before_it() -> None:
    """Failures now and then never add up to giving up."""
    calls = iter(range(10**9))

    def always(create: Create) -> Reply:
        return make_created(create) if next(calls) % 5 == 0 else NotSent("refused")

    trial = try_out(200, always=always)
    assert trial.engine.stopped is None
    assert len(trial.engine.outcomes) == 200


def test_the_first_reply_pins_the_owner() -> None:
    """The owner of the first invoice is the account's from then on."""
    trial = try_out(3)
    assert trial.ledger.account("https://api.example", "default").owner_id == 1


def test_a_reply_of_another_owner_halts() -> None:
    """An invoice made for somebody else stops the run; the ledger keeps its number, in doubt."""
    trial = try_out(
        20,
        always=lambda c: make_created(c, owner=2 if c.row == 3 else 1),
        concurrency=1,
    )
    assert trial.engine.stopped is not None
    assert "owner 2" in trial.engine.stopped
    assert trial.statuses() == {2: Status.CREATED}
    [entry] = trial.ledger.in_doubt(trial.account.id)
    assert entry.attempts[0].settlement is not None
    assert "INV-3" in (entry.attempts[0].settlement.detail or "")


def test_a_reply_without_owner_pins_nobody() -> None:
    """An API that doesn't name the owner is believed all the same."""
    trial = try_out(3, always=lambda c: make_created(c, owner=None))
    assert len(trial.engine.outcomes) == 3
    assert trial.ledger.account("https://api.example", "default").owner_id is None


class FullDisk(MemoryLedger):
    """A ledger whose disk is full when the third answer is to be written down."""

    def record(self, deeds: Sequence[Claim | Settled]) -> list[int]:
        if any(isinstance(deed, Settled) and deed.attempt_id >= 3 for deed in deeds):
            raise StoppedError("the ledger can't be written")
        return super().record(deeds)


def test_a_ledger_that_cannot_be_written_stops_the_sending() -> None:
    """Nothing new leaves, and rows whose answers couldn't be kept are not called unsent."""
    with pytest.raises(StoppedError):
        try_out(50, ledger=FullDisk(), concurrency=1)


def test_a_row_whose_token_had_expired_is_sent_again() -> None:
    """Nothing was created: it goes again with the new token, at once, and nobody is slowed down."""
    trial = try_out(8, {2: [Expired()], 3: [Expired()]}, concurrency=2)
    assert trial.statuses() == dict.fromkeys(range(2, 10), Status.CREATED)
    assert trial.kinds(2) == trial.kinds(3) == [ReplyKind.HALT, ReplyKind.CREATED]
    assert trial.heard.waits == []
    assert not trial.ledger.in_doubt(trial.account.id)


def test_a_new_token_that_is_refused_too_stops_the_run() -> None:
    """Renewed once, repeated once; what is in flight is settled, and no row has failed."""
    trial = try_out(50, always=lambda _: Expired(), concurrency=4)
    assert "refuses a token that it gave just now" in (trial.engine.stopped or "")
    assert trial.engine.outcomes == {}
    counts = [len(trial.kinds(row)) for row, _ in trial.api.sent]
    assert max(counts) == 2
    assert len(trial.api.sent) <= 3 * 4


def test_two_renewals_in_one_run_are_no_reason_to_stop() -> None:
    """A long run renews its token now and then; each time other rows are met by it."""
    trial = try_out(9, {row: [Expired()] for row in (2, 5, 9)}, concurrency=1)
    assert trial.engine.stopped is None
    assert len(trial.engine.outcomes) == 9


def refusing(create: Create) -> Reply:
    """Refuse every row for one reason."""
    return Refused(422, (FieldError("currency", "not supported"),))


def test_row_after_row_refused_for_one_reason_is_asked_about_and_stopped() -> None:
    """A mistake in all rows costs a few rows, not the file: what was in flight has landed."""
    trial = try_out(500, always=refusing, concurrency=4)
    assert trial.heard.refusals == ["422: not supported"]
    assert "for one reason" in (trial.engine.stopped or "")
    assert 20 <= len(trial.api.sent) < 20 + 4
    assert trial.statuses() == dict.fromkeys((row for row, _ in trial.api.sent), Status.REJECTED)


def test_whoever_goes_on_is_not_asked_again() -> None:
    """The question comes once, whatever else is refused."""
    trial = try_out(100, always=refusing, go_on=True)
    assert trial.heard.refusals == ["422: not supported"]
    assert trial.engine.stopped is None
    assert len(trial.engine.outcomes) == 100


def test_one_created_row_shows_that_not_all_are_wrong() -> None:
    """Nobody is asked where the first rows fare differently."""
    trial = try_out(
        100, always=lambda c: make_created(c) if c.row == 12 else refusing(c), concurrency=1
    )
    assert trial.heard.refusals == []
    assert len(trial.engine.outcomes) == 100


def test_what_is_said_to_exist_is_remembered() -> None:
    """A 409 and an "already exists" are rejected for now, and kept to be looked up."""
    trial = try_out(
        3,
        {
            2: [Refused(409, (FieldError(None, "conflict"),))],
            3: [Refused(400, (FieldError(None, "Invoice already exists"),))],
            4: [Refused(400, (FieldError(None, "bad"),))],
        },
    )
    assert set(trial.statuses().values()) == {Status.REJECTED}
    assert sorted(create.row for create in trial.engine.duplicates) == [2, 3]


def test_an_answer_without_reference_ends_trust_in_absence() -> None:
    """Created, with the warning told; the account's listings prove no absence any more."""

    def always(create: Create) -> Reply:
        invoice = replace(make_created(create).invoice, reference=None)
        return Created(invoice, ("not repeated",))

    trial = try_out(1, always=always)
    [outcome] = trial.heard.outcomes
    assert (outcome.status, outcome.message) == (Status.CREATED, "not repeated")
    assert not trial.ledger.account("https://api.example", "default").proves_absence


def test_answers_with_the_reference_keep_that_trust() -> None:
    """Nothing is noted against an API that repeats what it was sent."""
    trial = try_out(3)
    assert trial.ledger.account("https://api.example", "default").proves_absence


@pytest.mark.parametrize(
    "reply", [make_created(make_create(3)), Lost("503", 503), refusing(make_create(3))]
)
def test_a_wait_that_any_answer_asks_for_holds_everybody(reply: Reply) -> None:
    """`Retry-After` on a 503, or a limit that is used up on a 200: nobody sends until then."""
    trial = try_out(12, {3: [Answer(reply, 30.0)]}, concurrency=2)
    told = next(at for row, at in trial.api.sent if row == 3) + LATENCY_NS
    assert not [at for _, at in trial.api.sent if told < at < told + 30 * SECOND_NS]
    assert [seconds for _, seconds in trial.heard.waits] == [30.0]


REFUSED = Refused(422, (FieldError(None, "closed"),))


@pytest.mark.parametrize(("rows", "asked"), [(20, 0), (21, 1), (40, 1)])
def test_refusals_are_asked_about_while_rows_are_left(rows: int, asked: int) -> None:
    """After 20 rows refused for one reason it asks, unless those were all."""
    trial = try_out(rows, always=lambda _: REFUSED, concurrency=1)
    assert len(trial.heard.refusals) == asked
    assert (trial.engine.stopped is not None) is bool(asked)
    assert len(trial.engine.outcomes) == 20


def test_a_ledger_that_fails_twice_at_once_leaves_no_error_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Several answers that can't be written down are one error, and none that nobody heard of."""
    with pytest.raises(StoppedError):
        try_out(50, ledger=FullDisk(), concurrency=8)
    gc.collect()
    assert "never retrieved" not in caplog.text


def test_an_answer_for_another_reference_proves_no_absence_from_then_on() -> None:
    """A server that changes references lists none of ours: no listing shows that one is absent."""
    trial = try_out(1, {2: [Lost("another reference", 200, misnamed=True)]})
    assert not trial.ledger.account("https://api.example", "default").proves_absence
    assert list(trial.engine.lost) == [2]
