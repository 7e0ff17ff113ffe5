"""Rows of our own results that name an invoice under another reference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import HEADERS, NOON, csv_bytes, make_create, read, row

from deeds import claim, settle
from importer.clean import Reading
from importer.ledger.memory import MemoryLedger
from importer.ledger.port import Ledger
from importer.model import Create, InvoiceRef
from importer.plan import Knowledge, plan
from importer.recognise import recognise
from importer.records import Account, Claim, ReplyKind, RunStart, Settlement
from importer.table import RESULT_COLUMNS, Invoices
from importer.validate import interpret


@pytest.fixture
def ledger() -> Ledger:
    """A ledger of two invoices: 007 is INV-1, B-2 is INV-2."""
    ledger = MemoryLedger()
    account = account_of(ledger)
    ledger.start_run(RunStart("run", account.id, NOON, "", "", "", "", "", b""))
    sent = [make_create(reference_id="007"), make_create(reference_id="B-2", note="Rent, May")]
    for number, create in enumerate(sent, 1):
        keep(ledger, account, create, f"INV-{number}")
    return ledger


def account_of(ledger: Ledger, name: str = "default") -> Account:
    """Return an account of the ledger."""
    return ledger.account("https://api.example.com", name)


def keep(ledger: Ledger, account: Account, create: Create, number: str) -> None:
    """Write down that an invoice was created."""
    made = Settlement(ReplyKind.CREATED, NOON, invoice=InvoiceRef(int(number[4:]), number))
    settle(ledger, claim(ledger, Claim(account.id, "run", create, "key", NOON)), made)


def results(folder: Path, number: str | None, **cells: str | None) -> Invoices:
    """Return a row of our results, validated."""
    ours = ["created", number, "9", None, "2"]
    rows = [[*HEADERS, *RESULT_COLUMNS], [*row(**cells), *ours]]
    return interpret(read(folder, csv_bytes(rows)), Reading())


def codes(invoices: Invoices, ledger: Ledger, name: str = "default") -> list[str]:
    """Return what is wrong with rows, as a run tells it."""
    account = account_of(ledger, name)
    known = Knowledge(ledger.entries(account.id, invoices.frame["key"].to_list()))
    return [i.code.value for i in recognise(invoices, known, ledger, account).issues]


def test_a_row_that_names_an_invoice_of_another_reference_is_held_back(
    tmp_path: Path, ledger: Ledger
) -> None:
    """With the same content; that zeros are missing, too, is told but once."""
    assert codes(results(tmp_path, " INV-1", reference_id="7"), ledger) == ["reference_changed"]


@pytest.mark.parametrize(
    ("number", "cells"),
    [
        (None, {}),
        ("INV-9", {}),
        ("INV-2", {}),
        ("INV-1", {"note": "Rent, June"}),
        ("INV-1", {"due_date": "2096-01-31"}),
        ("INV-1", {"reference_id": "B-2"}),
    ],
)
def test_other_rows_are_not(
    tmp_path: Path, ledger: Ledger, number: str | None, cells: dict[str, str]
) -> None:
    """No number, an unknown one, other content, or a reference that has its own invoice."""
    invoices = results(tmp_path, number, **{"reference_id": "A-1", **cells})
    assert "reference_changed" not in codes(invoices, ledger)


@pytest.mark.parametrize(
    ("sent", "now"),
    [
        ({"note": "0045"}, {"note": "45"}),
        ({"note": "1E5"}, {"note": "100000"}),
        ({"note": "May 2027"}, {"note": "May-27"}),
        ({"note": "1-2"}, {"note": "02/01/2027"}),
        ({"note": "true"}, {"note": "TRUE"}),
        ({"due_date": "2096-03-04"}, {"due_date": "2096-04-03"}),
    ],
)
def test_what_a_program_made_of_other_cells_is_no_other_content(
    tmp_path: Path, sent: dict[str, str], now: dict[str, str]
) -> None:
    """Who changes a reference so changes a note of digits and a date too."""
    ledger = MemoryLedger()
    account = account_of(ledger)
    ledger.start_run(RunStart("run", account.id, NOON, "", "", "", "", "", b""))
    keep(ledger, account, sent_as(tmp_path, reference_id="007", **sent), "INV-1")
    found = codes(results(tmp_path, "INV-1", reference_id="7", **now), ledger)
    assert "reference_changed" in found
    other = {"note": "Rent, June", "due_date": "2096-05-04"}
    changed = {field: other[field] for field in now}
    for reference, cells in (("7", changed), ("B-9", now)):
        again = codes(results(tmp_path, "INV-1", reference_id=reference, **cells), ledger)
        assert "reference_changed" not in again


def sent_as(folder: Path, **cells: str) -> Create:
    """Return the create that a row makes."""
    (create,) = plan(results(folder, None, **cells), Knowledge())
    return create


def test_an_invoice_of_another_account_is_another(tmp_path: Path, ledger: Ledger) -> None:
    """Its numbers are its own, and so are those that a row has from there."""
    assert codes(results(tmp_path, "INV-1", reference_id="A-1"), ledger, "other") == []
    rehearsed = make_create(reference_id="A-1")
    keep(ledger, account_of(ledger, "other"), rehearsed, "INV-1")
    assert codes(results(tmp_path, "INV-1", reference_id="A-1"), ledger) == []
    assert codes(results(tmp_path, "INV-1", reference_id="A-2"), ledger) == ["reference_changed"]


def test_a_doubt_of_another_account_holds_nothing_back(tmp_path: Path, ledger: Ledger) -> None:
    """A rehearsal's row in doubt is known by its reference there."""
    rows = [
        [*HEADERS, *RESULT_COLUMNS],
        [*row(reference_id="A-1"), "in_doubt", None, None, "", "2"],
    ]
    invoices = interpret(read(tmp_path, csv_bytes(rows)), Reading())
    assert codes(invoices, ledger) == ["reference_changed"]
    other = account_of(ledger, "other")
    claim(ledger, Claim(other.id, "run", make_create(reference_id="A-1"), "key", NOON))
    assert codes(invoices, ledger) == []


def test_a_number_in_place_of_the_reference_is_held_back(tmp_path: Path, ledger: Ledger) -> None:
    """Our column alone is left, under any spelling; other content, or another header, is new."""

    def found(header: str, note: str) -> list[str]:
        headers = [header if name == "reference_id" else name for name in HEADERS]
        rows = [headers, row(reference_id="INV-1", note=note)]
        return codes(interpret(read(tmp_path, csv_bytes(rows)), Reading()), ledger)

    same = json.loads(make_create().body)["note"]
    assert found("Invoice Number", same) == ["reference_changed"]
    assert found("Invoice Number", "Rent, June") == []
    assert found("Reference", same) == []
