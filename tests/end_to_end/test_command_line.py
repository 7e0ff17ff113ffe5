from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from desk import SCRIPT, WITH_TOKEN, Desk, row, rows
from odd_api import OddApi

KEYS = {
    "schema_version",
    "run_id",
    "file",
    "account",
    "counts",
    "by_currency",
    "duration_s",
    "output",
    "exit_code",
    "error",
    "warnings",
}
"""What `--json` has. Programs read it: a key may be added, none renamed or left out."""


def test_json_is_one_line_with_the_promised_keys(desk: Desk, api: OddApi) -> None:
    """Standard output is one object; what people read is on standard error."""
    lines = [row("A-1"), row("A-2", Currency="LRD"), row("A-3", Currency="?")]
    done = desk.run(desk.csv("a.csv", lines), "--api-url", api.url, "--json")
    assert done.summary.keys() == KEYS
    assert done.summary["schema_version"] == 1
    assert done.summary["exit_code"] == done.code == 1
    assert done.summary["file"] == str(desk.folder / "a.csv")
    assert done.summary["error"] is None
    assert done.summary["by_currency"] == {"LRD": {"created": 1}, "USD": {"created": 1}}
    assert done.counts == {"created": 2, "invalid": 1}
    assert "2 rows" not in done.out
    assert "drafts with total 0" in done.err


def test_json_of_an_error_has_the_promised_keys(desk: Desk) -> None:
    """A run that came to nothing answers with the same object, under `error` why."""
    done = desk.run("nothing.csv", "--api-url", "http://127.0.0.1:9", "--json")
    assert done.summary.keys() == KEYS
    assert "nothing.csv" in done.summary["error"]
    assert done.summary["file"] == str(desk.folder / "nothing.csv")
    assert set(done.summary["counts"].values()) == {0}


def test_json_asked_for_by_variable_answers_errors_too(desk: Desk) -> None:
    """IMPORT_INVOICES_JSON is the same as `--json`, where the run comes to nothing too."""
    done = desk.run("nothing.csv", variables={"IMPORT_INVOICES_JSON": "1"})
    assert done.code == 2
    assert done.summary.keys() == KEYS


def test_limit_sends_the_first_rows_alone(desk: Desk, api: OddApi) -> None:
    """`--limit 2` sends the first two in the file's order; the rest says why it wasn't sent."""
    done = desk.run(desk.csv("a.csv", rows(4)), "--api-url", api.url, "--limit", "2", "--json")
    assert done.code == 0
    statuses = [result["status"] for result in done.results]
    assert statuses == ["created", "created", "not_sent", "not_sent"]
    assert "--limit" in done.results[2]["error"]
    assert api.references == ["A-1", "A-2"]


def test_strict_sends_nothing_while_a_row_is_invalid(desk: Desk, api: OddApi) -> None:
    """`--strict` with a bad row: exit 1, the good rows are `not_sent` and say why."""
    lines = [row("A-1"), row("A-2", Currency="?")]
    done = desk.run(desk.csv("a.csv", lines), "--api-url", api.url, "--strict", "--json")
    assert done.code == 1
    assert done.counts == {"invalid": 1, "not_sent": 1}
    assert "--strict" in done.results[0]["error"]
    assert not api.invoices


def test_accounts_are_kept_apart(desk: Desk, api: OddApi) -> None:
    """One reference is one invoice of each account; `--account` names whose it is."""
    file = desk.csv("a.csv", rows(1))
    for account in ("north", "south"):
        done = desk.run(file, "--api-url", api.url, "--account", account, "--json")
        assert done.summary["account"] == f"{account} at {api.url}"
        assert done.counts == {"created": 1}
    assert api.references == ["A-1", "A-1"]


def test_sheet_chooses_among_several_that_fit(desk: Desk, api: OddApi) -> None:
    """Two sheets with invoices: exit 2, naming both; `--sheet` imports the one that it names."""
    sheets = {"April": [row("A-1")], "May": [row("B-1")]}
    file = desk.workbook("a.xlsx", sheets)
    asked = desk.run(file, "--api-url", api.url)
    assert asked.code == 2
    assert all(part in asked.err for part in ('"April"', '"May"', "--sheet"))
    chosen = desk.run(file, "--api-url", api.url, "--sheet", "May")
    assert chosen.code == 0, chosen.err
    assert api.references == ["B-1"]


def test_dates_are_read_as_told(desk: Desk, api: OddApi) -> None:
    """`--date-format` reads another way of writing; a day ends when it ends in `--timezone`."""
    lines = [row("A-1", Due="03/04/2027"), row("A-2", Due="2027-04-03T12:00")]
    reading = ("--date-format", "%d/%m/%Y", "--timezone", "Africa/Lagos")
    done = desk.run(desk.csv("a.csv", lines), "--api-url", api.url, *reading)
    assert done.code == 0, done.err
    sent = {invoice["reference_id"]: invoice["due_date"] for invoice in api.invoices}
    assert sent == {"A-1": "2027-04-03T22:59:59Z", "A-2": "2027-04-03T11:00:00Z"}


def test_every_option_has_its_variable(desk: Desk, api: OddApi) -> None:
    """What a flag can say, a variable can: the run is the same."""
    file = desk.workbook("a.xlsx", {"April": rows(3), "May": rows(3)})
    options = {
        "API_URL": api.url,
        "ACCOUNT": "north",
        "RATE": "250",
        "CONCURRENCY": "3",
        "OUTPUT": "out.csv",
        "LEDGER": "my.sqlite3",
        "SHEET": "May",
        "TIMEZONE": "Africa/Lagos",
        "DATE_FORMAT": "%d/%m/%Y",
        "STRICT": "1",
        "LIMIT": "1",
        "TIMEOUT": "5",
        "WAIT": "7",
        "JSON": "1",
        "YES": "1",
    }
    variables = {f"IMPORT_INVOICES_{name}": value for name, value in options.items()}
    done = desk.run(file, variables=WITH_TOKEN | variables)
    assert done.code == 0, done.err
    assert done.summary["output"] == str(desk.folder / "out.csv")
    assert done.summary["account"] == f"north at {api.url}"
    assert done.counts == {"created": 1, "not_sent": 2}
    with closing(sqlite3.connect(desk.folder / "my.sqlite3")) as db:
        (text,) = db.execute("SELECT options FROM run").fetchone()
    kept = json.loads(text)
    assert kept["rate"] == 250
    assert kept["concurrency"] == 3
    assert (kept["timeout"], kept["wait"]) == (5, 7)
    assert (kept["sheet"], kept["strict"]) == ("May", True)
    assert (kept["timezone"], kept["date_format"]) == ("Africa/Lagos", "%d/%m/%Y")


def test_flag_beats_variable(desk: Desk, api: OddApi) -> None:
    """What is typed counts more than what is set."""
    variables = WITH_TOKEN | {"IMPORT_INVOICES_LIMIT": "1"}
    file = desk.csv("a.csv", rows(3))
    done = desk.run(file, "--api-url", api.url, "--limit", "2", variables=variables)
    assert done.code == 0, done.err
    assert api.references == ["A-1", "A-2"]


def test_wrong_variable_is_named(desk: Desk) -> None:
    """A value that can't be used: exit 2, naming the variable that it came from."""
    done = desk.run("a.csv", variables={"IMPORT_INVOICES_RATE": "fast"})
    assert done.code == 2
    assert "IMPORT_INVOICES_RATE" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("--rate", "nan"),
        ("--rate", "1e-320"),
        ("--timeout", "nan"),
        ("--wait", "inf"),
        ("--concurrency", "9999999999999"),
        ("--api-url", "https://api.example\u200b.com"),
    ],
)
def test_a_value_that_no_run_can_use_is_told(desk: Desk, words: tuple[str, str]) -> None:
    """Numbers that are none, and addresses with characters that nobody sees: exit 2."""
    told = desk.run(desk.csv("a.csv", rows(1)), "--api-url", "http://127.0.0.1:9", *words)
    assert told.code == 2
    assert "ours, not yours" not in told.err
    assert words[0] in told.err


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">/dev/full", "| true"])
def test_nobody_reading_changes_nothing(desk: Desk, api: OddApi, closed: str) -> None:
    """A run whose output goes nowhere is carried out, and ends with its own exit code."""
    desk.csv("a.csv", rows(2))
    line = f"{SCRIPT} a.csv --api-url {api.url} {closed}; exit ${{PIPESTATUS[0]}}"
    done = desk.run(line, command=("bash", "-c"))
    assert done.code == 0, done.err
    assert api.references == ["A-1", "A-2"]
