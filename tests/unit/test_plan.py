from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest
from builders import INVOICE, make_attempt, make_create, make_entry, row, validate_rows
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Issue, Outcome, Severity, Status
from importer.plan import Knowledge, Plan, plan, say_in_doubt
from importer.records import Attempt, Entry, ReplyKind, Verdict
from importer.replies import ApiInvoice
from importer.table import Invoices

OLD = make_create()
CREATED = make_attempt(OLD, ReplyKind.CREATED)
LOST = make_attempt(OLD, ReplyKind.LOST)
UNSETTLED = make_attempt(OLD, None)
REFUSED = make_attempt(OLD, ReplyKind.REFUSED)
NOT_SENT = make_attempt(OLD, ReplyKind.NOT_SENT)
THROTTLED = make_attempt(OLD, ReplyKind.THROTTLED)
HALTED = make_attempt(OLD, ReplyKind.HALT)
FOUND = make_attempt(OLD, ReplyKind.LOST, verdict=Verdict.FOUND)
ABSENT = make_attempt(OLD, ReplyKind.LOST, verdict=Verdict.ABSENT)
OTHER = make_attempt(OLD, ReplyKind.LOST, verdict=Verdict.OTHER)


def plan_row(*attempts: Attempt, **cells: str | None) -> Plan:
    """Plan the good row, some cells replaced, of which the ledger knows these attempts."""
    return plan(validate_rows(row(**cells)), known_of(*attempts))


def known_of(*attempts: Attempt) -> Knowledge:
    """Return what is known where the ledger holds these attempts for one reference."""
    return Knowledge(make_entry(*attempts) if attempts else {})


def listed(**fields: object) -> ApiInvoice:
    """Return the good row's invoice as the API lists it, some fields replaced."""
    invoice = ApiInvoice(
        id=INVOICE.id,
        number=INVOICE.number,
        reference="INV-1",
        counterparty_id=123,
        currency="USD",
        status="IDLE",
        note="Rent",
        fee_bearer="PAYER",
        as_payment_link=True,
        due_date=None,
        owner_id=7,
    )
    return replace(invoice, **fields)


def three_rows() -> Invoices:
    """Return three good rows, of rows 2 to 4."""
    return validate_rows(*(row(reference_id=reference) for reference in "ABC"))


def test_unknown_reference_is_created() -> None:
    """What the ledger has never seen is created, as the row says."""
    planned = plan_row(due_date="2027-01-31", reference_id=" Inv-1 ")
    (create,) = planned
    assert planned.decided == ()
    assert (create.row, create.reference, create.key) == (2, "Inv-1", "inv-1")
    assert create.due_day == "2027-01-31"
    assert json.loads(create.body)["due_date"] == "2027-01-31T23:59:59Z"


@pytest.mark.parametrize(
    "attempts",
    [[CREATED], [FOUND], [REFUSED, CREATED], [LOST, CREATED], [OTHER, CREATED]],
    ids=["answered", "found", "after a refusal", "despite a doubt", "despite another"],
)
def test_created_with_the_same_content_is_already_created(attempts: Sequence[Attempt]) -> None:
    """A row whose invoice exists isn't sent again, and its invoice is named."""
    planned = plan_row(*attempts)
    assert len(planned) == 0
    assert planned.decided == (Outcome(2, Status.ALREADY_CREATED, INVOICE),)


@pytest.mark.parametrize("attempts", [[CREATED], [FOUND]], ids=["answered", "found"])
def test_created_with_other_content_is_a_conflict(attempts: Sequence[Attempt]) -> None:
    """A changed row isn't sent; the invoice, the change and the ways out are named."""
    planned = plan_row(*attempts, note="Rent, May")
    (outcome,) = planned.decided
    assert len(planned) == 0
    assert (outcome.status, outcome.invoice) == (Status.CONFLICT, INVOICE)
    assert outcome.message.startswith(
        'Invoice INV-900 was created from this reference with note "Rent" (now "Rent, May").'
    )


def test_content_is_compared_with_the_attempt_that_made_the_invoice() -> None:
    """What was refused or lost earlier with other content doesn't matter."""
    refused = make_attempt(make_create(note="first"), ReplyKind.REFUSED)
    assert plan_row(refused, CREATED).decided[0].status is Status.ALREADY_CREATED
    assert plan_row(refused, CREATED, note="first").decided[0].status is Status.CONFLICT


def test_reference_in_other_case_is_the_same_reference() -> None:
    """A row whose reference differs from the ledger's in case alone is no second invoice."""
    assert plan_row(CREATED, reference_id="inv-1").decided[0].status is Status.ALREADY_CREATED


@pytest.mark.parametrize(
    ("attempts", "why"),
    [
        ([LOST], "why"),
        ([UNSETTLED], "the run ended before the answer"),
        ([LOST, REFUSED], "why"),
        ([UNSETTLED, THROTTLED], "the run ended before the answer"),
        ([OTHER, LOST], "why"),
    ],
    ids=["lost", "unsettled", "then refused", "then throttled", "after another"],
)
def test_in_doubt_is_not_sent(attempts: Sequence[Attempt], why: str) -> None:
    """A doubt outlives every later refusal; the row waits until it is settled."""
    planned = plan_row(*attempts)
    (outcome,) = planned.decided
    assert len(planned) == 0
    assert (outcome.status, outcome.invoice) == (Status.IN_DOUBT, None)
    assert "2026-10-01 12:00:00 UTC" in outcome.message
    assert f"unknown ({why})" in outcome.message


@pytest.mark.parametrize(
    "attempts",
    [[REFUSED], [NOT_SENT], [THROTTLED], [HALTED], [ABSENT], [REFUSED, NOT_SENT, ABSENT]],
    ids=["rejected", "not sent", "throttled", "halted", "absent", "all of it"],
)
def test_proven_unsent_is_created_with_the_current_content(attempts: Sequence[Attempt]) -> None:
    """Where no attempt can have made an invoice, the corrected row is sent."""
    planned = plan_row(*attempts, note="corrected")
    assert planned.decided == ()
    assert [json.loads(create.body)["note"] for create in planned] == ["corrected"]


def test_reference_of_another_invoice_is_a_conflict() -> None:
    """A look-up found the reference on an invoice that isn't ours: it is named, nothing is sent."""
    planned = plan_row(OTHER)
    (outcome,) = planned.decided
    assert len(planned) == 0
    assert (outcome.status, outcome.invoice) == (Status.CONFLICT, INVOICE)
    assert "INV-900" in outcome.message


@pytest.mark.parametrize("attempts", [[], [REFUSED]], ids=["unknown", "rejected"])
@pytest.mark.parametrize("status", ["IDLE", "PAID", "CANCELED"])
def test_listed_with_the_same_content_is_already_created(
    attempts: Sequence[Attempt], status: str
) -> None:
    """What the API has already, cancelled or not, isn't created by us once more."""
    known = replace(known_of(*attempts), listed={"inv-1": [listed(status=status)]})
    planned = plan(validate_rows(row()), known)
    (outcome,) = planned.decided
    assert len(planned) == 0
    assert (outcome.status, outcome.invoice) == (Status.ALREADY_CREATED, INVOICE)


def test_listed_with_other_content_is_a_conflict() -> None:
    """The API has the reference for something else: named, not sent."""
    known = Knowledge(listed={"inv-1": [listed(currency="LRD")]})
    planned = plan(validate_rows(row()), known)
    (outcome,) = planned.decided
    assert len(planned) == 0
    assert (outcome.status, outcome.invoice) == (Status.CONFLICT, INVOICE)
    assert 'currency "LRD" (now "USD")' in outcome.message


def test_found_in_this_run_is_created() -> None:
    """A doubt that this run settled by finding the invoice counts as created."""
    known = replace(known_of(FOUND), found={"inv-1"})
    (outcome,) = plan(validate_rows(row()), known).decided
    assert (outcome.status, outcome.invoice) == (Status.CREATED, INVOICE)


def test_invalid_row_is_not_sent() -> None:
    """All that is wrong with a row is its message, each with its header."""
    planned = plan_row(currency="ZZZ", note=None)
    (outcome,) = planned.decided
    assert len(planned) == 0
    assert (outcome.row, outcome.status, outcome.invoice) == (2, Status.INVALID, None)
    first, second = outcome.message.split(" | ")
    assert first.startswith('(currency): "ZZZ" is no')
    assert second.startswith("(note): The cell is blank")


@pytest.mark.parametrize("attempt", [CREATED, FOUND, OTHER], ids=["created", "found", "other"])
def test_invalid_row_names_the_invoice_of_its_reference(attempt: Attempt) -> None:
    """Whoever broke a row that is an invoice already is told so."""
    (outcome,) = plan_row(attempt, currency="ZZZ").decided
    assert outcome.status is Status.INVALID
    assert outcome.message.endswith("| Invoice INV-900 exists already under this reference.")


@pytest.mark.parametrize("attempt", [LOST, REFUSED], ids=["in doubt", "rejected"])
def test_invalid_row_without_a_known_invoice_names_none(attempt: Attempt) -> None:
    """There is nothing to name where no invoice is known."""
    assert "exists already" not in plan_row(attempt, currency="ZZZ").decided[0].message


def test_issue_of_a_whole_row_needs_no_header() -> None:
    """A row of the wrong length is invalid, by its message alone."""
    invoices = validate_rows(row())
    issue = Issue("row_length", 2, None, None, "This row is short.")
    planned = plan(Invoices(invoices.frame, invoices.columns, (issue,)), Knowledge())
    assert planned.decided == (Outcome(2, Status.INVALID, message="This row is short."),)


def test_row_that_lacks_a_value_is_never_created() -> None:
    """Even where nothing is said of it: what has no note, or no currency, doesn't go out."""
    invoices = validate_rows(row(), row(reference_id="INV-2"))
    holes = invoices.frame.with_columns(
        note=pl.when(pl.col("row") == 3).then(None).otherwise("note")
    )
    planned = plan(replace(invoices, frame=holes), Knowledge())
    assert [create.row for create in planned] == [2]
    assert [(o.row, o.status) for o in planned.decided] == [(3, Status.INVALID)]
    assert "was not sent" in planned.decided[0].message


def test_a_warning_stops_nothing() -> None:
    """A row with a warning is created."""
    invoices = validate_rows(row())
    issue = Issue("odd", 2, "note", None, "Odd.", Severity.WARNING)
    planned = plan(Invoices(invoices.frame, invoices.columns, (issue,)), Knowledge())
    assert (len(planned), planned.decided) == (1, ())


def test_row_without_reference_is_invalid_whatever_the_ledger_knows() -> None:
    """No reference is no key."""
    assert plan_row(CREATED, reference_id=None).decided[0].status is Status.INVALID


def test_creates_are_in_the_order_of_the_file() -> None:
    """Rows that are sent again stand among the new ones where the file has them."""
    again = make_attempt(make_create(reference_id="B"), ReplyKind.REFUSED)
    planned = plan(three_rows(), known_of(again))
    assert [create.reference for create in planned] == ["A", "B", "C"]


def test_held_creates_are_not_sent_for_a_reason() -> None:
    """--strict holds back everything, --limit all but the first; every row keeps an outcome."""
    planned = plan(three_rows(), Knowledge())
    strict = planned.hold("Held back.")
    assert (len(strict), [o.row for o in strict.decided]) == (0, [2, 3, 4])
    assert {(o.status, o.message) for o in strict.decided} == {(Status.NOT_SENT, "Held back.")}
    limited = planned.hold("Later.", after=2)
    assert [create.row for create in limited] == [2, 3]
    assert limited.decided == (Outcome(4, Status.NOT_SENT, message="Later."),)
    assert planned.hold("Later.", after=3).decided == ()


def test_limit_counts_creates_not_rows() -> None:
    """Rows that are decided already don't use up the limit."""
    made = make_attempt(make_create(reference_id="A"), ReplyKind.CREATED)
    limited = plan(three_rows(), known_of(made)).hold("Later.", after=1)
    assert [create.reference for create in limited] == ["B"]
    assert [(o.row, o.status) for o in limited.decided] == [
        (2, Status.ALREADY_CREATED),
        (4, Status.NOT_SENT),
    ]


def test_doubt_is_told_of_the_attempt_that_is_in_doubt() -> None:
    """The latest doubtful attempt is named, not one that was refused after it."""
    assert "the run ended" in say_in_doubt(Entry((LOST, UNSETTLED, REFUSED)))


ATTEMPTS = [CREATED, LOST, UNSETTLED, REFUSED, NOT_SENT, FOUND, ABSENT, OTHER]


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "C", "D", None]), st.sampled_from(["Rent", "x", None])
        ),
        min_size=1,
        max_size=6,
    ),
    known=st.dictionaries(
        st.sampled_from("abcd"), st.lists(st.sampled_from(ATTEMPTS), min_size=1, max_size=3)
    ),
)
def test_every_row_has_one_fate_and_no_doubt_is_sent(
    rows: list[tuple[str | None, str | None]], known: dict[str, list[Attempt]]
) -> None:
    """Each row is created or decided, never both; nothing that may exist is created."""
    invoices = validate_rows(*(row(reference_id=r, note=n) for r, n in rows))
    planned = plan(invoices, Knowledge({key: Entry(tuple(list_)) for key, list_ in known.items()}))
    creates = list(planned)
    fates = [create.row for create in creates] + [outcome.row for outcome in planned.decided]
    assert sorted(fates) == list(range(2, len(rows) + 2))
    free = {REFUSED, NOT_SENT, ABSENT}
    assert all(set(known.get(create.key, ())) <= free for create in creates)
    assert len({create.key for create in creates}) == len(creates)
