"""A run's dealings with the API, whole: what is looked up, what is sent, what is told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from server import Heard, History, Server, create_for, rows_for

from importer.campaign import LOST_PROVABLY, Campaign, Terms
from importer.clock import SECOND_NS
from importer.model import Create, Outcome, Status
from importer.plan import Knowledge, Plan, plan
from importer.records import EntryState, RunStart
from importer.replies import Created, FieldError, Halt, Lost, Refused, Reply
from importer.submit.engine import Sending
from importer.submit.lister import TRIES, ListingDenied, ListingFailed, Unlisted
from importer.table import Invoices
from virtual_time import START, VirtualClock, run_virtually

LOST = Lost("the API hung up")


def late(create: Create, server: Server) -> Reply:
    """Create the invoice, and lose the answer."""
    server.keep(create)
    return LOST


def nameless(create: Create, server: Server) -> Reply:
    """Create the invoice, list it well, but answer without the reference."""
    return Created(replace(server.keep(create), reference=None), ("not repeated",))


@dataclass
class Trial:
    """A run of a file, and what it left behind."""

    history: History
    server: Server
    campaign: Campaign
    heard: Heard
    planned: Plan = field(default_factory=lambda: plan(rows_for(), Knowledge()))

    def outcome(self, row: int) -> Outcome:
        by_row = {o.row: o for o in (*self.planned.decided, *self.campaign.outcomes)}
        return by_row[row]

    def statuses(self) -> list[Status]:
        outcomes = (*self.planned.decided, *self.campaign.outcomes)
        return [o.status for o in sorted(outcomes, key=lambda outcome: outcome.row)]


def run(
    invoices: Invoices,
    history: History | None = None,
    prepare: Callable[[Server], object] = lambda _: None,
    *,
    check_server: bool = True,
    delay_s: float = 60,
    stop_at_s: float | None = None,
) -> Trial:
    """Import validated rows in virtual time, as the pipeline does."""
    past = history or History()

    async def main() -> Trial:
        clock = VirtualClock()
        server, heard = Server(clock), Heard()
        prepare(server)
        account = past.account
        name = f"run-{len(past.ledger.runs(100))}"
        campaign = Campaign(
            Terms(Sending(account, name, 4, 300), 1000, delay_s, check_server),
            api=server,
            ledger=past.ledger,
            clock=clock,
            events=heard,
            rng=random.Random(1),
        )
        if stop_at_s is not None:
            stopper = asyncio.create_task(clock.sleep_ns(round(stop_at_s * SECOND_NS)))
            stopper.add_done_callback(lambda _: campaign.stop("interrupted"))
        trial = Trial(past, server, campaign, heard)
        trial.planned = await campaign.prepare(invoices)
        if len(trial.planned) and campaign.stopped is None:
            past.ledger.start_run(RunStart(name, account.id, START, "f", "", "u", "h", "{}", b""))
            await campaign.send(trial.planned)
        return trial

    return run_virtually(main())


def holding(*creates: Create, **changes: object) -> Callable[[Server], None]:
    """Return what sets up an API that has invoices for these already."""

    def prepare(server: Server) -> None:
        for create in creates:
            server.keep(create, **changes)

    return prepare


def test_the_server_is_listed_before_the_first_create() -> None:
    """One listing, then the creates."""
    trial = run(rows_for("A", "B"))
    assert trial.server.listed_at == [0]
    assert trial.server.references == ["A", "B"]
    assert trial.statuses() == [Status.CREATED] * 2


def test_without_the_check_nothing_is_listed() -> None:
    """`--no-check-server` leaves the listing out."""
    trial = run(rows_for("A"), check_server=False)
    assert trial.server.listed_at == []
    assert trial.statuses() == [Status.CREATED]


def test_nothing_to_create_needs_no_listing() -> None:
    """A file that is settled already doesn't bother the API."""
    history = History()
    run(rows_for("A", "B"), history)
    trial = run(rows_for("A", "B"), history)
    assert (trial.server.listed_at, trial.server.sent) == ([], [])
    assert trial.statuses() == [Status.ALREADY_CREATED] * 2


@pytest.mark.parametrize("status", ["IDLE", "PAID", "CANCELED"])
def test_what_the_server_has_is_not_sent(status: str) -> None:
    """Somebody made it without us, or the ledger is new; a cancelled one counts."""
    trial = run(rows_for("A", "B"), None, holding(create_for("a"), status=status))
    assert trial.statuses() == [Status.ALREADY_CREATED, Status.CREATED]
    assert trial.server.references == ["B"]
    assert ("cancelled" in trial.outcome(2).message) == (status == "CANCELED")


def test_what_the_server_has_otherwise_is_a_conflict() -> None:
    """The same reference for other content: not sent, and said in what it differs."""
    trial = run(rows_for("A"), None, holding(create_for("A", counterparty_id="9")))
    assert trial.statuses() == [Status.CONFLICT]
    assert "counterparty_id 9 (now 123)" in trial.outcome(2).message
    assert trial.server.sent == []


def test_what_the_server_has_twice_is_told() -> None:
    """Two invoices of one reference, made by whomever: not sent, both named."""
    trial = run(rows_for("A"), None, holding(create_for("A"), create_for("A")))
    assert trial.statuses() == [Status.ALREADY_CREATED]
    assert "INV-1000, INV-1001" in trial.outcome(2).message


def test_no_offer_of_a_listing_is_a_warning() -> None:
    """The rows are sent all the same."""
    trial = run(rows_for("A"), None, lambda s: s.listings.append(Unlisted("no listing")))
    assert trial.statuses() == [Status.CREATED]
    [warning] = trial.campaign.warnings
    assert "no listing" in warning


@pytest.mark.parametrize(
    "answers", [[ListingFailed("down")] * TRIES, [ListingDenied("no")]], ids=["failing", "denied"]
)
def test_a_listing_that_fails_stops_before_anything_is_sent(answers: list[ListingFailed]) -> None:
    """Nothing is sent that might exist already."""
    trial = run(rows_for("A"), None, lambda s: s.listings.extend(answers))
    assert "can't be listed" in (trial.campaign.stopped or "")
    assert trial.server.sent == []


def test_a_listing_of_another_owner_stops_before_anything_is_sent() -> None:
    """The token is somebody else's."""
    trial = run(rows_for("A"), History(owner=7), holding(create_for("X"), owner_id=8))
    assert "owner 8" in (trial.campaign.stopped or "")
    assert trial.server.sent == []


def test_a_lost_answer_is_found() -> None:
    """Made, but the answer was lost: after the delay it is found, and not sent again."""
    trial = run(rows_for("A", "B"), None, lambda s: s.scripts.update(A=[late]))
    assert trial.statuses() == [Status.CREATED] * 2
    assert trial.server.references == ["A", "B"]
    [_, looked_up] = trial.server.listed_at
    assert looked_up >= 60
    assert trial.outcome(2).invoice is not None


def test_a_lost_create_that_made_nothing_is_sent_again_once() -> None:
    """Proven absent by two whole listings, a delay apart: sent again, and created."""
    trial = run(rows_for("A", "B"), None, lambda s: s.scripts.update(A=[LOST]))
    assert trial.statuses() == [Status.CREATED] * 2
    assert trial.server.references == ["A", "B", "A"]
    _, first, second = trial.server.listed_at
    assert first >= 60
    assert second >= first + 60
    assert trial.server.sent[-1][1] >= second
    assert len(trial.server.invoices) == 2


def test_it_is_sent_again_once_a_run() -> None:
    """Lost twice: proven unsent, told so, and left for the next run."""
    history = History()
    trial = run(rows_for("A", "B"), history, lambda s: s.scripts.update(A=[LOST, LOST]))
    assert trial.server.references == ["A", "B", "A"]
    assert trial.outcome(2) == Outcome(2, Status.NOT_SENT, message=LOST_PROVABLY)
    again = run(rows_for("A", "B"), history, lambda s: s.invoices.extend(trial.server.invoices))
    assert again.statuses() == [Status.CREATED, Status.ALREADY_CREATED]
    assert len(again.server.invoices) == 2


def test_a_doubt_of_an_earlier_run_is_sent_again_once_too() -> None:
    """Absent at the start, sent, lost, absent again: not a third time in this run."""
    history = History()
    history.lost(create_for("A"))

    def prepare(server: Server) -> None:
        history.witness(server)
        server.scripts["A"] = [LOST, LOST]

    trial = run(rows_for("A"), history, prepare)
    assert trial.server.references == ["A"]
    assert trial.outcome(2).status is Status.NOT_SENT


def test_a_lost_create_without_a_witness_stays_in_doubt() -> None:
    """The first invoice of a currency: no listing can prove that it is absent."""
    trial = run(rows_for("A"), None, lambda s: s.scripts.update(A=[LOST]))
    assert trial.statuses() == [Status.IN_DOUBT]
    assert trial.server.references == ["A"]
    assert "import-invoices resolve A" in trial.outcome(2).message


def test_a_listing_that_lacks_what_this_run_created_proves_nothing() -> None:
    """A stale cache: the newest invoice isn't listed, so the lost one isn't absent."""

    def prepare(server: Server) -> None:
        server.scripts["A"] = [LOST]
        server.listings.extend([()] * 9)

    trial = run(rows_for("A", "B"), None, prepare)
    assert trial.statuses() == [Status.IN_DOUBT, Status.CREATED]
    assert trial.server.references == ["A", "B"]


def test_an_answer_without_reference_ends_all_proofs_of_absence() -> None:
    """In this run already: the lost row is not sent again, whatever the listing shows."""
    history = History()
    trial = run(rows_for("A", "B"), history, lambda s: s.scripts.update(A=[LOST], B=[nameless]))
    assert trial.statuses() == [Status.IN_DOUBT, Status.CREATED]
    assert trial.server.references == ["A", "B"]
    assert not history.account.proves_absence


def test_doubts_of_earlier_runs_are_looked_up_though_the_file_lacks_them() -> None:
    """Settled in the ledger, not sent, and no row of this file."""
    history = History()
    for name in ("Old-1", "Old-2"):
        history.lost(create_for(name))

    def prepare(server: Server) -> None:
        history.witness(server)
        server.keep(create_for("Old-1"))

    trial = run(rows_for("A"), history, prepare)
    assert trial.server.references == ["A"]
    assert trial.statuses() == [Status.CREATED]
    assert [entry.state for entry in history.entries(["old-1", "old-2"])] == ["created", "free"]


@pytest.mark.parametrize("check_server", [True, False])
def test_a_doubt_of_an_earlier_run_is_found(check_server: bool) -> None:
    """Created, not "already": this run brought the certainty. With its row as with others."""
    history = History()
    history.lost(create_for("A"))
    trial = run(rows_for("A", "B"), history, holding(create_for("A")), check_server=check_server)
    assert trial.statuses() == [Status.CREATED] * 2
    assert trial.server.references == ["B"]
    assert trial.server.listed_at == [0]


def test_a_doubt_that_is_found_is_compared_with_the_row() -> None:
    """The file was changed since: the invoice exists with what was sent then."""
    history = History()
    history.lost(create_for("A"))
    trial = run(rows_for("A", note="New"), history, holding(create_for("A")))
    assert trial.statuses() == [Status.CONFLICT]
    assert 'note "Rent" (now "New")' in trial.outcome(2).message
    assert trial.server.sent == []


def test_a_doubt_that_is_found_elsewhere_is_a_conflict() -> None:
    """Another counterparty has it."""
    history = History()
    history.lost(create_for("A"))
    trial = run(rows_for("A"), history, holding(create_for("A"), counterparty_id=9))
    assert trial.statuses() == [Status.CONFLICT]
    assert trial.server.sent == []


def test_a_doubt_that_is_absent_is_sent_with_the_row_of_now() -> None:
    """Nothing was made of the old content: what the file says now is sent."""
    history = History()
    history.lost(create_for("A"))
    trial = run(rows_for("A", note="New"), history, history.witness)
    assert trial.statuses() == [Status.CREATED]
    assert [i.note for i in trial.server.invoices if i.reference == "A"] == ["New"]


@pytest.mark.parametrize(
    "refusal",
    [
        Refused(409, (FieldError(None, "conflict"),)),
        Refused(422, (FieldError("reference_id", "an invoice with it Already Exists"),)),
    ],
    ids=["409", "422"],
)
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.ALREADY_CREATED),
        ({"counterparty_id": 9}, Status.CONFLICT),
        (None, Status.REJECTED),
    ],
    ids=["ours", "another's", "not listed"],
)
def test_what_is_said_to_exist_is_looked_up(
    refusal: Refused, changes: dict[str, object] | None, status: Status
) -> None:
    """It may be ours: named where it is listed, rejected where it isn't."""

    def refuse(create: Create, server: Server) -> Reply:
        if changes is not None:
            server.keep(create, **changes)
        return refusal

    trial = run(rows_for("A", "B"), None, lambda s: s.scripts.update(A=[refuse]))
    assert trial.statuses() == [status, Status.CREATED]
    assert trial.server.references == ["A", "B"]
    assert len(trial.server.listed_at) == 2
    assert (trial.outcome(2).invoice is not None) == (changes is not None)


def test_other_refusals_are_not_looked_up() -> None:
    """A row that the API refuses for what it says needs no listing."""
    refusal = Refused(422, (FieldError("currency", "not supported"),))
    trial = run(rows_for("A"), None, lambda s: s.scripts.update(A=[refusal]))
    assert trial.statuses() == [Status.REJECTED]
    assert len(trial.server.listed_at) == 1


def test_a_run_that_was_halted_looks_nothing_up() -> None:
    """With a token that is refused by now, what was lost stays in doubt, and is told."""
    trial = run(
        rows_for("A", "B"), None, lambda s: s.scripts.update(A=[LOST], B=[Halt("no token")])
    )
    assert trial.statuses() == [Status.IN_DOUBT]
    assert len(trial.server.listed_at) == 1
    assert trial.campaign.stopped == "no token"
    assert trial.heard.waits == []


@pytest.mark.parametrize("stop_at_s", [30, 90])
def test_a_stop_while_looking_up_leaves_the_row_in_doubt(stop_at_s: float) -> None:
    """During the delay, or between the two listings: told as in doubt, not sent again."""
    trial = run(rows_for("A", "B"), None, lambda s: s.scripts.update(A=[LOST]), stop_at_s=stop_at_s)
    assert trial.statuses() == [Status.IN_DOUBT, Status.CREATED]
    assert len(trial.server.listed_at) == 1 + (stop_at_s > 60)
    assert trial.server.references == ["A", "B"]


def test_a_listing_that_fails_while_looking_up_leaves_the_row_in_doubt() -> None:
    """The API went down in between: the run stops, and every row has its outcome."""

    def prepare(server: Server) -> None:
        server.scripts["A"] = [LOST]
        server.listings.extend([(), *[ListingFailed("down")] * TRIES])

    trial = run(rows_for("A", "B"), None, prepare)
    assert trial.statuses() == [Status.IN_DOUBT, Status.CREATED]
    assert "can't be listed" in (trial.campaign.stopped or "")


def test_an_invoice_for_another_owner_stops_the_run() -> None:
    """The token was changed under way: what that made is in doubt, the rest isn't sent."""

    def other(create: Create, server: Server) -> Reply:
        return Created(server.keep(create, owner_id=8))

    trial = run(rows_for("A"), History(owner=7), lambda s: s.scripts.update(A=[other]))
    assert trial.statuses() == [Status.IN_DOUBT]
    assert "owner 8" in (trial.campaign.stopped or "")


def known_but_unlisted(history: History, listings: int) -> Callable[[Server], None]:
    """Return what sets up an API that leaves a known invoice out of its first listings."""

    def prepare(server: Server) -> None:
        history.witness(server)
        server.keep(create_for("A"))
        server.listings.extend([[]] * listings)

    return prepare


def test_a_listing_that_lacks_what_is_known_is_read_again() -> None:
    """It may lack others too: a delay later the whole one shows that the row exists already."""
    history = History()
    trial = run(rows_for("A"), history, known_but_unlisted(history, 2))
    assert trial.server.listed_at == [0, 60, 120]
    assert trial.statuses() == [Status.ALREADY_CREATED]
    assert trial.server.sent == []


def test_nothing_is_sent_while_no_listing_is_whole() -> None:
    """The run stops, naming the option that goes on without the listing."""
    history = History()
    trial = run(rows_for("A"), history, known_but_unlisted(history, 9))
    assert "--no-check-server" in (trial.campaign.stopped or "")
    assert trial.server.listed_at == [0, 60, 120]
    assert trial.server.sent == []


def test_a_doubt_that_a_later_listing_shows_is_settled_by_it() -> None:
    """What the look-up could not settle may be in the listing before the first create."""
    history = History()
    history.lost(create_for("B", currency="LRD"))

    def prepare(server: Server) -> None:
        witness = history.witness(server)
        server.keep(create_for("B", currency="LRD"))
        server.listings.extend([[], [witness, *server.invoices[1:]]])

    trial = run(rows_for("A"), history, prepare)
    assert history.entry("B").state is EntryState.CREATED
    assert trial.server.references == ["A"]
