"""The configuration file, through the real command: runs, what it shows, what it refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from books_api import BooksApi
from desk import TOKEN, WITH_TOKEN, Desk, read_results, rows
from odd_api import OddApi

HEAVY = {"polars", "pandera", "httpx", "rich", "openpyxl"}

CONFIGURATION = """\
api-url = "{url}"
json = true
check-server = false
[columns]
Kunde = "counterparty_id"
Beleg = "reference_id"
[defaults]
currency = "USD"
fee_bearer = "PAYER"
as_payment_link = true
[profiles.acme]
account = "acme"
[profiles.acme.columns]
Client = "counterparty_id"
[profiles.acme.defaults]
currency = "LRD"
due_date = 2099-01-31
"""


def configure(desk: Desk, text: str, path: Path | str = "import-invoices.toml") -> Path:
    """Put a configuration on the desk."""
    place = desk.folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")
    place.chmod(0o644)
    return place


def show(desk: Desk, *words: str, **variables: str) -> dict[str, Any]:
    """Return what `config` shows to machines."""
    done = desk.run("config", "--json", *words, variables=variables)
    assert done.code == 0, done.err
    return done.summary


def test_a_run_goes_by_the_file(desk: Desk, api: OddApi) -> None:
    """Their headers, the values of columns that they lack, the API; the results keep their form."""
    configure(desk, CONFIGURATION.format(url=api.url))
    file = desk.csv("ours.csv", [{"Beleg": "A-1", "Kunde": "10", "Note": "Rent"}])
    done = desk.run(file)
    assert (done.code, done.counts) == (0, {"created": 1})
    assert [list(row) for row in done.results] == [
        ["Beleg", "Kunde", "Note", "status", "invoice_number", "invoice_id", "error", "row"]
    ]
    (sent,) = api.invoices
    assert (sent["counterparty_id"], sent["currency"]) == (10, "USD")
    assert (sent["fee_bearer"], sent["as_payment_link"]) == ("PAYER", True)


def test_a_profile_is_another_company(desk: Desk, api: OddApi) -> None:
    """Its account, its headers and its defaults; what it doesn't say is as without it."""
    configure(desk, CONFIGURATION.format(url=api.url))
    file = desk.csv("a.csv", [{"Beleg": "A-1", "Client": "20", "Note": "Rent"}])
    done = desk.run(file, "--profile", "acme")
    assert (done.code, done.summary["account"]) == (0, f"acme at {api.url}")
    (sent,) = api.invoices
    assert (sent["counterparty_id"], sent["currency"]) == (20, "LRD")
    assert sent["due_date"].startswith("2099-01-31")
    # The same from the variable; what was sent is known.
    again = desk.run(file, variables={**WITH_TOKEN, "IMPORT_INVOICES_PROFILE": "acme"})
    assert again.counts == {"already_created": 1}


def test_results_are_written_again_as_the_file_was_read(desk: Desk, books: BooksApi) -> None:
    """With the defaults that held then, whatever the configuration has become."""
    place = configure(desk, CONFIGURATION.format(url=books.url))
    rows = [
        {"Beleg": f"A-{n}", "Kunde": kunde, "Note": "Rent"} for n, kunde in ((1, "10"), (2, ""))
    ]
    done = desk.run(desk.csv("ours.csv", rows))
    assert done.counts == {"created": 1, "invalid": 1}
    place.unlink()
    again = desk.run("runs", done.summary["run_id"], "--output", "again.xlsx")
    assert again.code == 0, again.err
    assert read_results(desk.folder / "again.xlsx") == done.results


@pytest.mark.parametrize(
    "words", [["check", "f.csv"], ["f.csv"], ["runs"], ["config"]], ids=" ".join
)
def test_a_wrong_key_stops_every_command(desk: Desk, words: list[str]) -> None:
    """Exit 2, with the line and what is meant, before anything else happens."""
    configure(desk, "\nrat = 7\n")
    done = desk.run(*words)
    assert done.code == 2
    said = 'import-invoices: import-invoices.toml, line 2: "rat" is no option. Did you mean rate?'
    assert done.err.startswith(said)
    assert desk.run(*words, "--config", os.devnull).err != done.err


def test_what_is_found_wrong_later_has_its_line_too(desk: Desk) -> None:
    """A zone, an address, a default: told at the file's line, not as if it had been typed."""
    file = desk.csv("f.csv", [{"Ref": "A-1"}])
    for text, said in (
        ('timezone = "Europe/Pari"', 'line 1: timezone "Europe/Pari" is no time zone. Did you'),
        ('api-url = "ftp://x"', 'line 1: api-url "ftp://x" is no web address.'),
        ('[defaults]\ncurrency = "USX"', 'line 2: the default of currency: "USX" is no currency'),
    ):
        configure(desk, text)
        done = desk.run("check", file)
        assert done.code == 2
        assert done.err.startswith(f"import-invoices: import-invoices.toml, {said}")
    configure(desk, 'timezone = "UTC"')
    assert '--timezone "x" is no time zone' in desk.run("check", file, "--timezone", "x").err


def test_an_error_is_told_to_machines_where_the_file_says_so(desk: Desk) -> None:
    """`json = true` holds for errors; a variable that says otherwise beats it."""
    configure(desk, "json = true")
    assert desk.run("none.csv", "--sandbox").summary["exit_code"] == 2
    off = {**WITH_TOKEN, "IMPORT_INVOICES_JSON": "false"}
    assert desk.run("none.csv", "--sandbox", variables=off).out == ""


def test_secrets_stay_out_of_sight(desk: Desk) -> None:
    """One in the file is refused without being shown; of one in its place is shown that it is."""
    configure(desk, 'token = "hunter2"')
    done = desk.run("config")
    assert done.code == 2
    assert "IMPORT_INVOICES_TOKEN_FILE" in done.err
    assert "hunter2" not in done.out + done.err
    configure(
        desk, 'api-url = "https://ada:hunter2@example.com"\nnotify = "https://h.example/hunter2"'
    )
    (desk.folder / "secret").write_text("hunter2")
    for words in (["config"], ["config", "--json"]):
        variables = {**WITH_TOKEN, "IMPORT_INVOICES_CLIENT_SECRET_FILE": "secret"}
        done = desk.run(*words, variables=variables)
        assert done.code == 0
        assert "hunter2" not in done.out + done.err
        assert TOKEN not in done.out + done.err
    told = json.loads(done.out)["secrets"]
    assert told["token"] == {
        "value": True,
        "source": "variable",
        "from": "variable IMPORT_INVOICES_TOKEN",
    }
    assert told["client-secret"]["from"] == "variable IMPORT_INVOICES_CLIENT_SECRET_FILE"
    assert told["client-id"] == {"value": False, "source": "default", "from": None}


@pytest.mark.skipif(os.name != "posix", reason="who may write a file is said so on POSIX alone")
def test_a_file_that_others_may_change_sends_no_token(desk: Desk, api: OddApi) -> None:
    """Nothing is sent until the remedy that is told is applied."""
    place = configure(desk, CONFIGURATION.format(url=api.url))
    file = desk.csv("ours.csv", [{"Beleg": "A-1", "Kunde": "10", "Note": "Rent"}])
    place.chmod(0o664)
    done = desk.run(file)
    assert (done.code, api.tokens) == (2, [])
    assert "chmod go-w import-invoices.toml" in done.err
    place.chmod(0o644)
    assert (desk.run(file).code, api.tokens) == (0, [f"Bearer {TOKEN}"])


def test_config_shows_what_is_in_force_and_where_from(desk: Desk) -> None:
    """Option, variable, profile, file and default, each with its name or line; aligned."""
    configure(desk, CONFIGURATION.format(url="https://api.example.com"))
    words, variables = ("--profile", "acme", "--limit", "3"), {"IMPORT_INVOICES_RATE": "auto"}
    told = show(desk, *words, **variables)
    assert told["file"] == str(desk.folder / "import-invoices.toml")
    assert told["profile"] == "acme"
    options = {key: (line["value"], line["from"]) for key, line in told["options"].items()}
    assert options["api-url"] == ("https://api.example.com", "import-invoices.toml line 1")
    assert options["account"] == ("acme", "profile acme line 12")
    assert options["rate"] == ("auto", "variable IMPORT_INVOICES_RATE")
    assert options["limit"] == (3, "--limit")
    assert options["check-server"] == (False, "import-invoices.toml line 3")
    assert options["ledger"] == (str(desk.ledger), "default")
    assert options["profile"] == ("acme", "--profile")
    assert told["columns"]["Client"]["from"] == "profile acme line 14"
    assert "Kunde" not in told["columns"]
    assert told["defaults"]["currency"] == {
        "value": "LRD",
        "source": "file",
        "from": "profile acme line 16",
    }
    configure(desk, CONFIGURATION.format(url="https://api.example.com").replace("json = true", ""))
    lines = desk.run("config", *words, variables=variables).out.splitlines()
    values = {line.find(v) for line in lines for v in (" auto  ", " 3  ", " LRD ") if v in line}
    assert len(values) == 1
    assert "  token                  not set" in lines


def test_config_says_where_a_file_was_looked_for(desk: Desk) -> None:
    """Where there is none; the second of these places is read where the first has none."""
    done = desk.run("config")
    own = desk.folder / "config" / "import-invoices" / "import-invoices.toml"
    assert done.out.startswith("Configuration: none.")
    assert str(desk.folder / "import-invoices.toml") in done.out
    assert str(own) in done.out
    configure(desk, "rate = 3", own)
    rate = show(desk)["options"]["rate"]
    assert (rate["value"], rate["from"]) == (3, f"{own} line 1")


def test_loudness_of_a_variable_beats_the_files(desk: Desk) -> None:
    """As everywhere; where the file contradicts itself, that is said."""
    configure(desk, "quiet = true\nsandbox = true")
    file = desk.csv("f.csv", [{"Ref": "A-1"}])
    louder = desk.run(file, variables={"IMPORT_INVOICES_VERBOSE": "1"})
    assert "opposite" not in louder.err
    configure(desk, "quiet = true\nverbose = true")
    assert "quiet and verbose in the configuration say the opposite" in desk.run(file).err


def test_a_typed_api_is_no_sandbox(desk: Desk, api: OddApi) -> None:
    """Where the file rehearses, an API that is typed is a question; a variable answers it."""
    desk.folder.joinpath("own.toml").write_text("sandbox = true\n", "utf-8")
    words = (desk.csv("a.csv", rows(1)), "--config", "own.toml", "--api-url", api.url)
    asked = desk.run(*words)
    assert asked.code == 2
    assert "IMPORT_INVOICES_SANDBOX=0" in asked.err
    done = desk.run(*words, variables=WITH_TOKEN | {"IMPORT_INVOICES_SANDBOX": "0"})
    assert (done.code, api.references) == (0, ["A-1"])


def test_the_sandbox_has_keys_too(desk: Desk) -> None:
    """Of a command with variables of its own, by their names."""
    configure(desk, "sandbox-fail = 60\nsandbox-drop-answers = 60")
    done = desk.run("sandbox", "--port", "0")
    assert done.code == 2
    assert "are more than 100 percent together. Lower one of them." in done.err


def test_configuration_costs_nothing_where_it_is_not_needed(desk: Desk) -> None:
    """Neither help, nor a wrong option, nor `config` itself loads what is heavy."""
    configure(desk, CONFIGURATION.format(url="https://api.example.com"))
    for words in (["--help"], ["run", "--rat", "1"], ["config"], ["f.csv", "--rate", "x"]):
        done = desk.run(*words, variables={**WITH_TOKEN, "PYTHONPROFILEIMPORTTIME": "1"})
        loaded = {line.rpartition("|")[2].strip() for line in done.err.splitlines() if "|" in line}
        assert "click" in loaded
        assert not loaded & HEAVY
        assert ("tomllib" in loaded) is (words[0] in {"config", "f.csv"})
