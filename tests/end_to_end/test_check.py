"""`check`: the same reading as a run, nothing sent, no token asked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from books_api import BooksApi
from desk import SAMPLES, Desk, read_results, row, rows

NO_TOKEN: dict[str, str] = {}


def test_good_file_is_ready(desk: Desk) -> None:
    """Exit 0, every row ready, and what to do next; no token, no network, no ledger made."""
    done = desk.run("check", desk.csv("a.csv", rows(3)), variables=NO_TOKEN)
    assert done.code == 0, done
    assert "  ready               3       3\n" in done.out
    assert "Nothing was sent. To create what is ready" in done.out
    assert not desk.ledger.exists()


def test_check_shows_the_mapping(desk: Desk) -> None:
    """Which column was taken for what, how, and what is only carried through."""
    lines = [row("A-1", Cost="0410"), row("A-2", Cost="0410")]
    done = desk.run("check", desk.workbook("a.xlsx", {"March": lines}), variables=NO_TOKEN)
    said = [" ".join(line.split()) for line in done.out.splitlines()]
    assert "a.xlsx, sheet March: 2 rows under the headers in row 1" in said
    assert "A Ref reference_id (known by this name)" in said
    assert "C Currency currency" in said
    assert "H Cost nothing: carried to the results" in said


def test_users_own_headers_are_mapped(desk: Desk) -> None:
    """`--columns` names headers that nobody knows; check says that it does."""
    lines = [{("Wem" if k == "Customer ID" else k): v for k, v in row("A-1").items()}]
    path = desk.csv("a.csv", lines)
    assert desk.run("check", path).code == 2
    done = desk.run("check", path, "--columns", "Wem=counterparty_id")
    assert done.code == 0
    assert "counterparty_id, since --columns says so" in done.out


@pytest.mark.parametrize(
    ("mapping", "said"),
    [("Wem=counterparty", "Did you mean counterparty_id?"), ("Wem", "no pair of header and field")],
)
def test_wrong_mapping_is_explained(desk: Desk, mapping: str, said: str) -> None:
    """A field that there isn't, or no pair: exit 2, and what to write."""
    done = desk.run("check", desk.csv("a.csv", rows(1)), "--columns", mapping)
    assert done.code == 2
    assert said in " ".join(done.err.split())


def test_wrong_cells_are_named_by_their_cell(desk: Desk) -> None:
    """Exit 1; each issue with the cell's name in a workbook, the line in a CSV."""
    lines = [row("A-1"), row("A-2", Currency="US$")]
    workbook = desk.run("check", desk.workbook("a.xlsx", {"March": lines}))
    assert workbook.code == 1
    assert 'C3 (Currency): "US$"' in workbook.out
    assert "line 3 (Currency)" in desk.run("check", desk.csv("a.csv", lines)).out


def test_repeated_issues_are_counted(desk: Desk) -> None:
    """One mistake in many rows is told once; of a kind three are shown, the others counted."""
    lines = [row(f"A-{number}", Currency="ZZZ", Due=f"{number}/x") for number in range(10)]
    done = desk.run("check", desk.csv("a.csv", lines))
    assert 'lines 2, 3, 4 and 7 more (Currency): "ZZZ" is no currency' in done.out
    assert done.out.count("can be read for certain") == 3
    assert "… and 7 more: date unreadable (7)." in done.out


def test_checked_rows_are_written(desk: Desk) -> None:
    """`--output` writes the rows with the status `ready` or what is wrong."""
    path = desk.csv("a.csv", [row("A-1"), row("A-2", Note="")])
    done = desk.run("check", path, "--output", "checked.xlsx", "--json")
    assert done.counts == {"ready": 1, "invalid": 1}
    assert done.summary["exit_code"] == done.code == 1
    statuses = [line["status"] for line in read_results(Path(done.summary["output"]))]
    assert statuses == ["ready", "invalid"]


def test_check_knows_what_was_created(desk: Desk, books: BooksApi) -> None:
    """Beside the ledger: already created, and a conflict; without a token the API is not asked."""
    desk.run(desk.csv("a.csv", rows(2)), "--api-url", books.url)
    listings = books.listings
    changed = desk.csv("b.csv", [row("A-1"), row("A-2", Note="Other"), row("A-3")])
    done = desk.run("check", changed, "--api-url", books.url, "--json", variables=NO_TOKEN)
    assert done.counts == {"already_created": 1, "conflict": 1, "ready": 1}
    assert done.code == 1
    assert books.listings == listings
    assert "for want of a token" in done.err


def test_known_doubt_is_told(desk: Desk, books: BooksApi) -> None:
    """A reference in doubt: exit 3, and what settles it."""
    books.answer = lambda _, __: None  # type: ignore[assignment, return-value]
    books.listing = lambda _: []
    path = desk.csv("a.csv", rows(1))
    desk.run(path, "--api-url", books.url, "--no-check-server")
    done = desk.run("check", path, "--api-url", books.url)
    assert done.code == 3
    assert "In doubt, 1 row:\n  line 2: Sent at" in done.out
    assert "import-invoices resolve A-1" in done.out


def test_samples_check_out(desk: Desk) -> None:
    """The samples: all ready, all ready, and 8 of 29."""
    assert desk.run("check", SAMPLES / "invoices.xlsx").code == 0
    assert desk.run("check", SAMPLES / "invoices.csv").code == 0
    done = desk.run("check", SAMPLES / "invoices-with-mistakes.xlsx", "--json")
    assert done.code == 1
    assert done.counts["ready"] == 9


def test_warnings_stop_nothing(desk: Desk) -> None:
    """A due date in the past is a warning; with `--warnings-as-errors` it is an issue."""
    past = (dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=3)).isoformat()
    path = desk.csv("a.csv", [row("A-1", Due=past)])
    done = desk.run("check", path)
    assert done.code == 0
    assert "Warning: line 2 (Due)" in done.out
    strict = desk.run("check", path, "--warnings-as-errors")
    assert strict.code == 1
    assert "line 2 (Due)" in strict.out


@pytest.mark.parametrize(
    ("lock", "program"), [(".~lock.a.csv#", "LibreOffice"), ("~$a.csv", "Excel")]
)
def test_a_file_that_is_open_elsewhere_is_told(desk: Desk, lock: str, program: str) -> None:
    """What isn't saved there isn't seen, which is easily forgotten: a warning, no more."""
    (desk.folder / lock).touch()
    done = desk.run("check", desk.csv("a.csv", rows(1)), "--json")
    assert done.code == 0
    [warning] = done.summary["warnings"]
    assert warning.startswith(f"a.csv seems to be open in {program}: what isn't saved there")
