"""What has to hold after every run, and at a story's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from importer.model import Code, Outcome, Status
from importer.submit.inquiry import LISTINGS
from simulation.fates import LOOKUP_DELAY_S
from simulation.file import Row
from simulation.server import UNKNOWN_CUSTOMER, Server
from simulation.setting import OURS, Result
from simulation.wire import Served


class ViolationError(AssertionError):
    """Something doesn't hold.

    Attributes:
        invariant: What, by its name.
    """

    def __init__(self, invariant: str, text: str) -> None:
        super().__init__(f"{invariant}: {text}")
        self.invariant = invariant


def check_server(server: Server) -> None:
    """Check that no reference has two invoices of one owner."""
    if doubles := server.doubles():
        raise ViolationError("one invoice", f"{', '.join(doubles)} twice")


def check_result(result: Result, server: Server) -> None:
    """Check what a run told of each of its rows."""
    outcomes = _outcomes(result)
    for row in result.file:
        _check_row(row, outcomes[row.number], result, server)


def check_recovery(result: Result, server: Server) -> None:
    """Check that a run in which nothing goes wrong leaves no row open without need."""
    if result.account.owner_id not in {OURS, None}:
        return  # another's credentials came first: this run may not send at all
    if result.sent.stopped is not None:
        raise ViolationError("recovery", f"a calm run stops: {result.sent.stopped}")
    outcomes = _outcomes(result)
    for row in result.file:
        status = outcomes[row.number].status
        if status is Status.NOT_SENT:
            raise ViolationError("recovery", f"{row.reference} is not sent by a calm run")
        refusable = row.customer == UNKNOWN_CUSTOMER or server.habits.unique
        if status is Status.REJECTED and not refusable:
            raise ViolationError("recovery", f"{row.reference} is rejected by a calm run")
        if status is Status.IN_DOUBT and _could_be_settled(row, result, server):
            raise ViolationError("recovery", f"{row.reference} is left in doubt by a calm run")


def _could_be_settled(row: Row, result: Result, server: Server) -> bool:
    """Tell whether the listings of a calm run show what became of a reference."""
    habits = server.habits
    if not habits.lists:
        return False
    ours = [order for order in server.invoices if order.owner == OURS]
    names = habits.cuts is None and not habits.nameless_listings
    if names and any(order.key == row.key for order in ours):
        return True
    numbers = {order.number for order in ours}
    expected = [number for number, of in result.witnesses.items() if of == row.currency]
    witnessed = bool(expected) and numbers.issuperset(expected)
    return names and witnessed and result.account.proves_absence


def _outcomes(result: Result) -> Mapping[int, Outcome]:
    """Return each row's only outcome."""
    told = Counter(outcome.row for outcome in result.sent.outcomes)
    if twice := [row for row, times in told.items() if times > 1]:
        raise ViolationError("one status", f"row {twice[0]} has {told[twice[0]]}")
    if strangers := told.keys() - {row.number for row in result.file}:
        raise ViolationError("one status", f"row {min(strangers)} is not in the file")
    known = {outcome.row: outcome for outcome in result.sent.outcomes}
    if result.sent.stopped is None and len(known) < len(result.file):
        raise ViolationError("one status", "a row has none, though nothing stopped the run")
    return {row.number: known.get(row.number, result.sent.rest) for row in result.file}


def _check_row(row: Row, outcome: Outcome, result: Result, server: Server) -> None:
    match outcome.status:
        case Status.CREATED | Status.ALREADY_CREATED:
            _check_number(row, outcome, server)
        case Status.NOT_SENT | Status.REJECTED:
            _check_absence(row, outcome, result, server)
        case Status.CONFLICT:
            _check_conflict(row, result, server)
        case Status.IN_DOUBT:
            _check_doubt(row, result)
        case Status.INVALID if row.valid and not _respelt(row, result):
            raise ViolationError("invalid", f"{row.reference} is valid")


def _respelt(row: Row, result: Result) -> bool:
    """Tell whether a reference was found to be one that was sent before but for its case."""
    found = {issue.code for issue in result.sent.invoices.issues if issue.row == row.number}
    return found == {Code.REFERENCE_DUPLICATE}


def _check_number(row: Row, outcome: Outcome, server: Server) -> None:
    number = outcome.invoice.number if outcome.invoice is not None else None
    order = next((order for order in server.of(row.key) if order.number == number), None)
    if order is None:
        raise ViolationError("number", f"{row.reference} has no invoice {number}")
    content = (order.body["counterparty_id"], order.body["currency"])
    if content != (row.customer, row.currency):
        raise ViolationError("content", f"{row.reference} is {number}, but that says {content}")


def _check_conflict(row: Row, result: Result, server: Server) -> None:
    """Check that there is an invoice, and that it isn't the very one that the row asks for."""
    orders = server.of(row.key)
    if not orders:
        raise ViolationError("conflict", f"{row.reference} has no invoice")
    owner = result.circumstances.owner
    ours = [o for o in orders if (o.origin, o.owner) == (result.origin, owner)]
    if any(order.body == row.body() for order in ours):
        raise ViolationError("conflict", f"{row.reference} is what it should be")


def _check_absence(row: Row, outcome: Outcome, result: Result, server: Server) -> None:
    """Check that nothing came, or will come, of what this ledger sent."""
    sent = [
        order
        for order in (*server.invoices, *server.pending)
        if (order.key, order.origin) == (row.key, result.origin)
        and order.owner == result.circumstances.owner
    ]
    if sent:
        raise ViolationError(
            "nothing there", f"{row.reference} is {outcome.status}, but was created"
        )


def _check_doubt(row: Row, result: Result) -> None:
    """Check that the listings that a doubt was looked up in left no other choice."""
    if result.sent.stopped is not None:
        return
    sent_at = result.sent_at.get(row.key)
    if sent_at is None:
        looked_up = [s for s in result.served if s.at <= result.prepared_at]
    else:
        looked_up = [s for s in result.served if s.at >= sent_at + LOOKUP_DELAY_S]
    looked_up = looked_up[:LISTINGS]
    if any(row.key in listing.keys for listing in looked_up):
        raise ViolationError("doubt", f"{row.reference} is in doubt, but was listed")
    good = [listing.at for listing in looked_up if _proves(listing, row)]
    if result.account.proves_absence and good and good[-1] - good[0] >= LOOKUP_DELAY_S:
        raise ViolationError("doubt", f"{row.reference} is in doubt, but was proven absent")


def _proves(listing: Served, row: Row) -> bool:
    return listing.whole and listing.named and row.currency in listing.witnessed
