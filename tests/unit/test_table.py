from __future__ import annotations

from pathlib import Path

import polars as pl
from builders import HEADERS, csv_bytes, read, row
from hypothesis import given
from hypothesis import strategies as st

from importer.table import are_doubled, column_letters

CELLS = st.none() | st.sampled_from(["a", "b", "", "ab"])


@given(st.lists(st.tuples(CELLS, st.none() | st.integers(0, 2)), max_size=12))
def test_rows_are_doubled_that_are_there_twice(rows: list[tuple[str | None, int | None]]) -> None:
    """A row is doubled if another has the same values, nulls being values too."""
    schema = {"one": pl.String, "two": pl.Int64}
    found = are_doubled(pl.DataFrame(rows, schema=schema, orient="row")).to_list()
    assert found == [rows.count(each) > 1 for each in rows]


def test_a_row_is_on_its_line_also_after_rows_that_were_left_out(tmp_path: Path) -> None:
    """Cells of several lines and blank rows move lines and rows apart, each in its own way."""
    long, blank = row(note="Rent\nMay"), ("",) * len(HEADERS)
    table = read(tmp_path, csv_bytes([HEADERS, long, blank, row(), blank, long, row()]))
    places = [table.place(number) for number in table.cells["row"]]
    assert places == ["line 2", "line 5", "line 7", "line 9"]


def test_columns_are_lettered_as_in_a_sheet() -> None:
    """After Z comes AA."""
    assert [column_letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
