"""Values for columns that a file lacks: read as cells are, and never in place of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from builders import GOOD, HEADERS, NOON, csv_bytes, xlsx_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from importer.content import write_bodies
from importer.errors import FileError
from importer.model import REQUIRED_FIELDS, Field
from importer.reading import check_defaults, read_invoices, to_reading
from importer.settings import Settings
from importer.table import Invoices, Table

VALUES = {**GOOD, "currency": "usd ", "as_payment_link": "Oui", "due_date": "2026-12-31"}
OPTIONAL = [field for field in HEADERS if field != Field.REFERENCE_ID]


def interpret_file(
    path: Path, rows: Sequence[Sequence[object]], defaults: dict[str, str]
) -> tuple[Table, Invoices]:
    """Read rows from a file, the headers first."""
    data = xlsx_bytes({"A": rows}) if path.suffix == ".xlsx" else csv_bytes(rows)
    path.write_bytes(data)
    return read_invoices(Settings(path, path, defaults=defaults), NOON)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    lacking=st.sets(st.sampled_from(OPTIONAL)),
    suffix=st.sampled_from([".csv", ".xlsx"]),
    count=st.integers(1, 3),
)
def test_a_default_is_what_a_column_full_of_it_is(
    tmp_path: Path, lacking: set[str], suffix: str, count: int
) -> None:
    """The same invoices, to the byte, and no issue; the table keeps the file's own columns."""
    rows = [{**VALUES, "reference_id": f"A-{n}", "note": "Rent"} for n in range(count)]
    kept = [header for header in HEADERS if header not in lacking]
    full, part = (
        [headers, *([row[header] for header in headers] for row in rows)]
        for headers in (list(HEADERS), kept)
    )
    defaults = {field: str(rows[0][field]) for field in lacking}
    _, whole = interpret_file(tmp_path / f"full{suffix}", full, {})
    table, given = interpret_file(tmp_path / f"part{suffix}", part, defaults)
    assert table.headers == tuple(kept)
    assert given.columns.defaults == defaults
    assert not given.invalid_rows()
    assert_frame_equal(given.frame, whole.frame)
    assert write_bodies(given.frame).to_list() == write_bodies(whole.frame).to_list()


def test_a_blank_cell_gets_no_default(tmp_path: Path) -> None:
    """What was forgotten in a column that is there stays an issue."""
    rows = [HEADERS, tuple({**VALUES, "currency": None}.values())]
    _, invoices = interpret_file(tmp_path / "f.csv", rows, {"currency": "USD"})
    assert [(i.column, i.code) for i in invoices.issues] == [("currency", "missing_value")]
    assert not invoices.columns.defaults


@pytest.mark.parametrize("header", ["Curency", "currency_", "Currrency code"])
def test_a_header_that_is_nearly_the_fields_is_asked_about(tmp_path: Path, header: str) -> None:
    """Its cells must not be passed over for the default."""
    kept = [header for header in HEADERS if header != "currency"]
    rows = [[*kept, header], [*(VALUES[name] for name in kept), "EUR"]]
    path = tmp_path / "f.csv"
    if header == "currency_":  # which is no other name at all
        _, invoices = interpret_file(path, rows, {"currency": "USD"})
        assert invoices.frame["currency"].to_list() == ["EUR"]
        return
    with pytest.raises(FileError, match=f'"{header}" .*and so "USD" would be sent in its place'):
        interpret_file(path, rows, {"currency": "USD"})


def test_totals_and_headers_repeated_are_known_without_all_columns(tmp_path: Path) -> None:
    """What is no row is left out as ever, and a second table is still refused."""
    kept = ["reference_id", "counterparty_id", "note"]
    row = ["A-1", "123", "Rent"]
    defaults = {"currency": "USD", "fee_bearer": "PAYER", "as_payment_link": "yes"}
    rows = [["Invoices of May"], [], kept, row, kept, ["A-2", *row[1:]], ["TOTAL", "", ""]]
    table, invoices = interpret_file(tmp_path / "f.xlsx", rows, defaults)
    assert invoices.frame["reference_id"].to_list() == ["A-1", "A-2"]
    assert not invoices.invalid_rows()
    assert table.header_row == 3
    other = [kept, row, [], ["Other"], ["ref", "customer id", "memo"], ["B-1", "124", "Rent"]]
    with pytest.raises(FileError, match="table"):
        interpret_file(tmp_path / "g.xlsx", other, defaults)


def test_two_sheets_that_fit_with_defaults_are_asked_about(tmp_path: Path) -> None:
    """None of them is taken for the only one."""
    path, rows = tmp_path / "f.xlsx", [["Ref", "Customer ID", "Note"], ["A-1", "123", "Rent"]]
    path.write_bytes(xlsx_bytes({"April": rows, "May": rows}))
    defaults = {"currency": "USD", "fee_bearer": "PAYER", "as_payment_link": "yes"}
    with pytest.raises(FileError, match="several sheets with invoices"):
        read_invoices(Settings(path, path, defaults=defaults), NOON)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("currency", "USX", "no currency"),
        ("counterparty_id", "-3", "no customer's number"),
        ("counterparty_id", "1.5", "whole number"),
        ("fee_bearer", "us", "no fee bearer"),
        ("as_payment_link", "maybe", "neither yes nor no"),
        ("due_date", "2027-02-30", "doesn't exist"),
        ("due_date", "03/04/2027", "can be read as"),
        ("note", "x" * 40_000, "has 40000 characters"),
    ],
)
def test_a_value_is_checked_as_a_cell(field: str, value: str, said: str) -> None:
    """Once, before there is a file, in the words of a cell."""
    wrong = check_defaults(Settings(Path(), Path(), defaults={field: value}), NOON)
    assert list(wrong) == [field]
    assert said in wrong[field].replace(",", "")


def test_right_values_are_right() -> None:
    """Each alone and all together, as the run's own options read them."""
    own = {f: v for f, v in VALUES.items() if v is not None and f != "reference_id"}
    options = {"defaults": {**own, "due_date": "03/04/2027"}, "date_format": "%d/%m/%Y"}
    assert check_defaults(Settings(Path(), Path(), **options), NOON) == {}  # type: ignore[arg-type]


def test_runs_of_older_versions_have_none() -> None:
    """What the ledger keeps of them lacks the key, and every field needs its column."""
    kept = asdict(Settings(Path("f"), Path("l"), defaults={"currency": "USD"}))
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert to_reading(kept, at).columns.defaults == {"currency": "USD"}  # type: ignore[attr-defined]
    del kept["defaults"]
    assert to_reading(kept, at).columns.defaults == {}  # type: ignore[attr-defined]
    assert Field.CURRENCY in REQUIRED_FIELDS
