"""A reference looked for in the rows of earlier runs."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
from builders import HEADERS, make_table, row
from hypothesis import given
from hypothesis import strategies as st

from importer.archive import pack_frame, pack_table
from importer.ledger.memory import MemoryLedger
from importer.model import reference_key
from importer.records import RunEnd, RunStart
from importer.report import OUTCOME_SCHEMA
from importer.search import search_runs

NOW = dt.datetime(2027, 1, 31, tzinfo=dt.UTC)


def find(
    reference: str, *sent: str | None, header: str = HEADERS[0], options: str = "{}"
) -> list[int]:
    """Return the rows of a run, from 2 on, that are found by a reference."""
    ledger = MemoryLedger()
    account = ledger.account("https://api.example.com", "default")
    table = make_table([row(reference_id=text) for text in sent], (header, *HEADERS[1:]))
    start = ("run-1", account.id, NOW, "a.csv", "00", "ada", "desk", options, pack_table(table))
    ledger.start_run(RunStart(*start))
    rows = [(number, "invalid", None, None, "no") for number in table.cells["row"]]
    outcomes = pack_frame(pl.DataFrame(rows, OUTCOME_SCHEMA, orient="row"))
    ledger.finish_run("run-1", RunEnd(NOW, {}, 1, None, None, outcomes))
    search = search_runs(ledger, reference)
    assert search.runs == 1
    return [seen.outcome.row for seen in search.seen]


@pytest.mark.parametrize(
    ("reference", "sent"),
    [
        ("INV-7", "INV-7"),
        ("inv-7", " INV-7 "),
        ("INV-7", '="inv-7"'),
        ("April  7", "APRIL 7"),
        ("April 7", "april\N{NO-BREAK SPACE}\t7"),
        ("STRASSE-9", "Straße-9"),
        ("k-1", "\N{KELVIN SIGN}-1"),
        ("INV-7", "IN\N{SOFT HYPHEN}V-7"),
        ("É-1", "e\N{COMBINING ACUTE ACCENT}-1"),
    ],
)
def test_a_row_is_found_by_any_spelling_of_its_reference(reference: str, sent: str) -> None:
    """Case, blanks, signs that nobody sees: what counts as the same is found, and nothing else."""
    assert find(reference, "INV-70", sent, None, "V-7", "März-7") == [3]


def test_columns_are_found_as_the_run_was_told_to_read_them() -> None:
    """A header of the user's own, by the run's options; a default where there is no column."""
    own = json.dumps({"columns": {"Beleg": "reference_id"}})
    assert find("B-2", "B-1", "B-2", header="Beleg", options=own) == [3]
    default = json.dumps({"defaults": {"reference_id": "B-2"}})
    assert find("B-2", "x", "y", header="Belegt", options=default) == [2, 3]


LETTERS = st.text("aA1-. \u00a0\tkK\u212as\u017fßéE\u0301", max_size=4)


@given(reference=LETTERS, sent=st.lists(LETTERS, min_size=1, max_size=5))
def test_exactly_the_rows_with_the_same_key_are_found(reference: str, sent: list[str]) -> None:
    """Whatever letters they and the others are written in; blank cells are no reference."""
    key = reference_key(reference)
    same = [number for number, text in enumerate(sent, 2) if key and reference_key(text) == key]
    assert find(reference, *sent) == same
