from __future__ import annotations

import polars as pl
import pytest
from builders import INVOICE, make_table, row, validate_rows
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Outcome, Status
from importer.report import (
    OUTCOME_SCHEMA,
    choose_exit_code,
    count,
    count_by_currency,
    order_outcomes,
)

REST = Outcome(0, Status.NOT_SENT, message="Interrupted.")


def exit_code(
    *statuses: Status, stopped: bool = False, interrupted: bool = False, refused: bool = False
) -> int:
    """Return the exit code of a run with rows of these statuses."""
    counts = {status: statuses.count(status) for status in Status}
    return choose_exit_code(counts, stopped=stopped, interrupted=interrupted, refused=refused)


def test_outcomes_are_in_the_order_of_the_file() -> None:
    """Outcomes come in any order; each row has its own, in its place."""
    created = Outcome(4, Status.CREATED, INVOICE)
    invalid = Outcome(2, Status.INVALID, message="Wrong.")
    outcomes = order_outcomes(make_table([row()] * 3), [created, invalid], REST)
    assert outcomes.schema == OUTCOME_SCHEMA
    assert outcomes.rows() == [
        (2, "invalid", None, None, "Wrong."),
        (3, "not_sent", None, None, "Interrupted."),
        (4, "created", "INV-900", 900, None),
    ]


def test_the_rest_may_be_everything_or_nothing() -> None:
    """A run that decided nothing, and one that decided all, both give every row its outcome."""
    table = make_table([row()] * 2)
    nothing = order_outcomes(table, [], REST)
    assert nothing.rows() == [(n, "not_sent", None, None, "Interrupted.") for n in (2, 3)]
    created = [Outcome(n, Status.CREATED, INVOICE) for n in (2, 3)]
    assert order_outcomes(table, created, REST)["status"].to_list() == ["created"] * 2


@given(data=st.data(), height=st.integers(1, 12))
def test_every_row_has_one_outcome(data: st.DataObject, height: int) -> None:
    """Whatever is known, in whatever order, there is one outcome a row, and counts add up."""
    known = data.draw(st.lists(st.integers(2, height + 1), unique=True))
    statuses = {number: data.draw(st.sampled_from(Status)) for number in known}
    outcomes = order_outcomes(
        make_table([row()] * height), (Outcome(n, s) for n, s in statuses.items()), REST
    )
    numbers = range(2, height + 2)
    assert outcomes["row"].to_list() == list(numbers)
    assert outcomes["status"].to_list() == [statuses.get(n, Status.NOT_SENT) for n in numbers]
    assert sum(count(outcomes).values()) == height


def test_counts_name_every_status() -> None:
    """Statuses that no row has are counted as zero."""
    outcomes = order_outcomes(make_table([row()] * 3), [Outcome(3, Status.CREATED, INVOICE)], REST)
    counts = count(outcomes)
    assert list(counts) == list(Status)
    assert {status: rows for status, rows in counts.items() if rows} == {
        Status.CREATED: 1,
        Status.NOT_SENT: 2,
    }
    assert set(count(pl.DataFrame(schema=OUTCOME_SCHEMA)).values()) == {0}


def test_currencies_are_counted_by_status() -> None:
    """Rows are counted by currency and status, currencies sorted; unreadable ones left out."""
    invoices = validate_rows(
        *(
            row(reference_id=str(number), currency=currency)
            for number, currency in enumerate(["USD", "usd", "LRD", "USD", "ZZZ", None])
        )
    )
    made = [Outcome(number, Status.CREATED, INVOICE) for number in (2, 3, 4)]
    outcomes = order_outcomes(make_table([row()] * 6), made, REST)
    by_currency = count_by_currency(outcomes, invoices)
    assert by_currency == {
        "LRD": {Status.CREATED: 1},
        "USD": {Status.CREATED: 2, Status.NOT_SENT: 1},
    }
    assert list(by_currency) == ["LRD", "USD"]


def test_a_row_that_is_invalid_otherwise_has_its_currency() -> None:
    """Only an unreadable currency leaves a row out, not another mistake."""
    invoices = validate_rows(row(note=None))
    outcomes = order_outcomes(make_table([row()]), [Outcome(2, Status.INVALID)], REST)
    assert count_by_currency(outcomes, invoices) == {"USD": {Status.INVALID: 1}}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.CREATED, 0),
        (Status.ALREADY_CREATED, 0),
        (Status.READY, 0),
        (Status.NOT_SENT, 0),
        (Status.INVALID, 1),
        (Status.REJECTED, 1),
        (Status.CONFLICT, 1),
        (Status.IN_DOUBT, 3),
    ],
)
def test_each_status_has_its_exit_code(status: Status, code: int) -> None:
    """One row decides the exit code; `not_sent` alone, as by --limit, is no failure."""
    assert exit_code(status, Status.CREATED) == code


def test_the_highest_exit_code_wins() -> None:
    """Doubt outweighs mistakes, a stop outweighs both, an interruption outweighs all."""
    assert exit_code() == 0
    assert exit_code(Status.INVALID, Status.IN_DOUBT) == 3
    assert exit_code(Status.IN_DOUBT, stopped=True) == 4
    assert exit_code(Status.IN_DOUBT, stopped=True, interrupted=True) == 130
    assert exit_code(Status.NOT_SENT, refused=True) == 1
    assert exit_code(Status.IN_DOUBT, refused=True) == 3
