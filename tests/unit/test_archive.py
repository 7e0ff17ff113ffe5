from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from builders import HEADERS, csv_bytes, make_table, read, row, xlsx_bytes
from hypothesis import given
from hypothesis import strategies as st

from importer.archive import pack_frame, pack_table, unpack_frame, unpack_table
from importer.model import Code, Issue, Severity
from importer.report import OUTCOME_SCHEMA
from importer.table import KIND, MARK_SCHEMA, RESULT_COLUMNS, Kind, Mark, Table

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


def assert_same(one: Table, other: Table) -> None:
    """Compare two tables in all that they hold."""
    frames = {"cells": one.cells, "kinds": one.kinds, "marks": one.marks, "lines": one.lines}
    assert replace(other, **frames) == replace(one, **frames)
    for ours, theirs in (
        (one.cells, other.cells),
        (one.kinds, other.kinds),
        (one.marks, other.marks),
    ):
        assert ours.schema == theirs.schema
        assert ours.equals(theirs)
    assert (one.lines is None) == (other.lines is None)
    assert one.lines is None or one.lines.equals(other.lines)
    assert one.results.numbers.equals(other.results.numbers)


@pytest.mark.parametrize(
    "data",
    [
        csv_bytes([["Title"], HEADERS, row(), row()[:3]]),
        xlsx_bytes({"March": [[*HEADERS, "kind 0", ""], [*row(), 5, True], [*row(), None, "x"]]}),
    ],
    ids=["csv", "xlsx"],
)
def test_table_comes_back_as_it_was(tmp_path: Path, data: bytes) -> None:
    """Cells, kinds, headers, row numbers, issues: nothing is lost."""
    table = read(tmp_path, data)
    assert_same(table, unpack_table(pack_table(table)))


@given(
    headers=st.lists(TEXTS, min_size=1, max_size=4),
    data=st.data(),
    sheet=st.none() | TEXTS,
    name=TEXTS.filter(lambda text: "\x00" not in text),
    issue=st.builds(
        Issue, st.sampled_from(Code), st.integers(1, 9), st.none() | TEXTS, st.none() | TEXTS,
        TEXTS, st.sampled_from(Severity),
    ),
)  # fmt: skip
def test_any_table_comes_back_as_it_was(
    headers: list[str], data: st.DataObject, sheet: str | None, name: str, issue: Issue
) -> None:
    """Packing and unpacking is exact, whatever the texts are."""
    cells = st.lists(st.tuples(*[st.none() | TEXTS] * len(headers)), min_size=1, max_size=4)
    rows = data.draw(cells)
    kinds = pl.DataFrame(
        {
            str(column): pl.Series([data.draw(st.sampled_from(Kind)) for _ in rows], dtype=KIND)
            for column in range(len(headers))
        }
    )
    table = replace(
        make_table(rows, headers),
        path=Path(name),
        sheet=sheet,
        header_row=7,
        issues=(issue, issue),
        positions=tuple(range(3, 3 + len(headers))),
        marks=pl.DataFrame([(2, "0", Mark.MERGED, name)], schema=MARK_SCHEMA, orient="row"),
        lines=pl.Series("line", range(5, 5 + len(rows)), dtype=pl.UInt32),
        date1904=True,
        warnings=(name,),
        kinds=kinds,
    )
    assert_same(table, unpack_table(pack_table(table)))


def test_what_rows_say_they_are_comes_back(tmp_path: Path) -> None:
    """The invoices that our own results name; of two columns, the first that names one counts."""
    ours = [*RESULT_COLUMNS, "invoice_number"]
    rows = [
        [*HEADERS, *ours],
        [*row(), "created", "INV-1", "1", None, "2", "INV-7"],
        [*row(reference_id="A-2"), "invalid", None, None, "No.", "3", None],
        [*row(reference_id="A-3"), "invalid", None, None, "No.", "4", "INV-9"],
    ]
    back = unpack_table(pack_table(read(tmp_path, csv_bytes(rows))))
    assert back.results.numbers.rows() == [(2, "INV-1"), (4, "INV-9")]


def test_outcomes_come_back_as_they_were() -> None:
    """The frame of outcomes keeps its types, empty too."""
    rows = [(2, "created", "INV-1", 1, None), (3, "invalid", None, None, "The cell is blank.")]
    for frame in (
        pl.DataFrame(rows, schema=OUTCOME_SCHEMA, orient="row"),
        pl.DataFrame(schema=OUTCOME_SCHEMA),
    ):
        back = unpack_frame(pack_frame(frame))
        assert back.schema == frame.schema
        assert back.equals(frame)


def test_table_is_compressed() -> None:
    """What a run keeps is small beside what it read."""
    table = make_table([row()] * 10_000)
    assert len(pack_table(table)) < table.cells.estimated_size() / 5
