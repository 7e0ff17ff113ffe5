"""The doctor: what stands in the way of an import, found before one is tried, with the remedy."""

from __future__ import annotations

import datetime as dt
import os
import socket
import sqlite3
import ssl
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from books_api import BooksApi
from desk import TOKEN, WITH_TOKEN, Desk, Finished, rows
from odd_api import OWNER, OddApi, Reply

from importer.cli.fields import CHECK_FIELDS
from webhook import make_certificate

LOOPBACK_2 = "127.0.0.2"
"""An address of this computer for which proxies, and authorities, are heeded as for any other."""


def findings(done: Finished) -> dict[str, tuple[str, str, str]]:
    """Return what was found by name: the state, what, and the remedy; needs `--json`."""
    assert done.summary["schema_version"] == 1
    assert done.summary["exit_code"] == done.code
    checks: list[dict[str, Any]] = done.summary["checks"]
    assert all(list(check) == list(CHECK_FIELDS) for check in checks)
    return {c["name"]: (c["state"], c["found"], c["remedy"]) for c in checks}


def not_ok(done: Finished) -> dict[str, str]:
    """Return the state of what is not as it should be."""
    return {name: state for name, (state, *_) in findings(done).items() if state != "ok"}


def examine(
    desk: Desk, url: str, *words: str | Path, variables: Mapping[str, str] = WITH_TOKEN
) -> Finished:
    """Have the doctor look at an API."""
    return desk.run("doctor", "--json", "--api-url", url, *words, variables=variables)


def test_all_is_well_after_an_import(desk: Desk, books: BooksApi) -> None:
    """Every check is made and good: the token, its owner, the listing with the ledger's own."""
    assert desk.run(desk.csv("a.csv", rows(3)), "--api-url", books.url).code == 0
    done = examine(desk, books.url)
    assert (done.code, not_ok(done)) == (0, {})
    found = findings(done)
    assert "accepted" in found["token"][1]
    assert f"owner {OWNER}'s, as in the ledger" in found["owner"][1]
    assert "3 invoices, all 3 that this ledger knows" in found["listing"][1]
    assert "is whole and can be written" in found["ledger"][1]
    assert len(books.references) == 3
    assert done.err.endswith("Nothing stands in the way of an import.\n")
    assert TOKEN not in done.out + done.err


def test_it_needs_nothing_and_leaves_nothing(desk: Desk) -> None:
    """No file, no API, no ledger: it says what is missing, aligned, and makes none of it."""
    done = desk.run("doctor", variables={})
    assert done.code == 1
    lines = done.out.splitlines()
    named = next(line for line in lines if line.startswith("wrong "))
    assert "No API is named" in named
    at = named.index("No API")
    following = lines[lines.index(named) + 1]
    assert following[:at].isspace()
    assert following[at:].startswith("Name it with --api-url or IMPORT_INVOICES_API_URL")
    assert lines[-1] == "1 thing is wrong: see to that first."
    assert list(desk.folder.iterdir()) == []


def test_a_ledger_is_only_looked_at(desk: Desk, books: BooksApi) -> None:
    """Not a row more, for an account that it doesn't know either."""
    assert desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url).code == 0

    def dump() -> list[str]:
        with closing(sqlite3.connect(desk.ledger)) as ledger:
            return list(ledger.iterdump())

    before = dump()
    assert examine(desk, books.url, "--account", "another").code == 0
    assert dump() == before


def test_a_token_that_is_not_accepted_is_wrong(desk: Desk, books: BooksApi) -> None:
    """What hangs on it says that it can't be told."""
    books.good = lambda _: False
    done = examine(desk, books.url)
    assert done.code == 1
    assert not_ok(done) == {"token": "wrong", "owner": "unchecked", "listing": "unchecked"}
    assert "IMPORT_INVOICES_TOKEN" in findings(done)["token"][2]
    assert TOKEN not in done.out + done.err


def test_without_a_token_the_rest_is_looked_at(desk: Desk, books: BooksApi) -> None:
    """The API is reached, and the remedy names the variables."""
    done = examine(desk, books.url, variables={})
    assert not_ok(done) == {"token": "wrong", "owner": "unchecked", "listing": "unchecked"}
    assert "IMPORT_INVOICES_TOKEN_FILE" in findings(done)["token"][2]


def test_half_of_the_credentials_is_told(desk: Desk, books: BooksApi) -> None:
    """Which half is missing."""
    done = examine(desk, books.url, variables={"IMPORT_INVOICES_CLIENT_ID": "shop"})
    assert "IMPORT_INVOICES_CLIENT_SECRET is missing" in " ".join(findings(done)["token"])


def test_an_api_that_is_not_there_is_wrong(desk: Desk) -> None:
    """One thing is wrong, not seven."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        done = examine(desk, f"http://127.0.0.1:{port}")
    assert done.code == 1
    states = not_ok(done)
    assert [name for name, state in states.items() if state == "wrong"] == ["API"]
    assert states.keys() == {"API", "clock", "token", "owner", "listing"}
    assert "it refuses connections" in findings(done)["API"][1]
    named = examine(desk, f"http://localhost:{port}")  # which may have two addresses
    assert "it refuses connections" in findings(named)["API"][1]


def test_an_api_that_redirects_or_is_out_of_order_is_wrong(desk: Desk, books: BooksApi) -> None:
    """Nothing more is asked of it."""
    for status in (302, 503):
        books.listing = lambda _, status=status: Reply(status, headers={"Location": "/x"})
        books.good = lambda _: True
        done = examine(desk, books.url)
        assert findings(done)["API"][0] == "wrong"
        assert f"({status})" in findings(done)["API"][1]
    assert books.listings == 2


def test_another_owner_s_token_is_wrong(desk: Desk, books: BooksApi) -> None:
    """As a run would say, but before it."""
    assert desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url).code == 0
    books.books[:] = [{**invoice, "owner_id": 99} for invoice in books.books]
    done = examine(desk, books.url)
    assert (done.code, not_ok(done)) == (1, {"owner": "wrong"})
    assert "99" in findings(done)["owner"][1]


def test_a_listing_without_our_invoices_is_wrong(desk: Desk, books: BooksApi) -> None:
    """It proves no absence: how many of how many are missing."""
    assert desk.run(desk.csv("a.csv", rows(3)), "--api-url", books.url).code == 0
    del books.books[1:]
    done = examine(desk, books.url)
    assert (done.code, not_ok(done)) == (1, {"listing": "wrong"})
    assert "2 of the 3" in findings(done)["listing"][1]


def test_a_listing_without_references_is_worth_a_word(desk: Desk, books: BooksApi) -> None:
    """A warning: exit 0."""
    assert desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url).code == 0
    books.books[:] = [{**invoice, "reference_id": None} for invoice in books.books]
    done = examine(desk, books.url)
    assert (done.code, not_ok(done)) == (0, {"listing": "warning"})


def test_a_listing_that_breaks_off_is_wrong(desk: Desk, books: BooksApi) -> None:
    """And the token can't be judged by it."""
    books.listing = lambda _: [b'[{"id": 1, "invoice_number": "N-1"}']
    done = examine(desk, books.url)
    assert (done.code, not_ok(done)["listing"]) == (1, "wrong")
    assert "cut short" in findings(done)["listing"][1]


def test_where_no_listing_is_offered_the_token_is_tried_otherwise(
    desk: Desk, books: BooksApi
) -> None:
    """By asking for an invoice by its number, which is read-only too."""
    books.listing = lambda _: Reply(501)
    done = examine(desk, books.url)
    assert (done.code, not_ok(done)) == (0, {"owner": "unchecked", "listing": "warning"})
    assert "accepted" in findings(done)["token"][1]
    assert books.references == []


def test_an_api_that_offers_nothing_to_read_tells_nothing(desk: Desk, api: OddApi) -> None:
    """Neither listing nor invoices by number: the token stays unchecked, which is no fault."""
    done = examine(desk, api.url)
    assert done.code == 0
    assert not_ok(done) == {
        "API": "warning",
        "token": "unchecked",
        "owner": "unchecked",
        "listing": "warning",
    }
    assert done.err.endswith("; 2 warnings; the token could not be tried; not checked: owner.\n")
    assert api.invoices == []


@contextmanager
def web_server() -> Iterator[str]:
    """Run a web server that is no API of ours and has nothing anywhere; give its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def do_POST(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_wrong_path_is_wrong(desk: Desk) -> None:
    """A 404 without the API's own detail, as any web server gives: a run would stop there too."""
    with web_server() as lost:
        done = examine(desk, lost)
        run = desk.run(desk.csv("a.csv", rows(1)), "--api-url", lost, "--json")
    assert (done.code, not_ok(done)) == (
        1,
        {"API": "wrong", "token": "unchecked", "owner": "unchecked", "listing": "unchecked"},
    )
    assert "the API has no such address (404)" in findings(done)["API"][1]
    assert "--api-url" in findings(done)["API"][2]
    assert run.code == 4
    assert "the API has no such address (404)" in run.err + run.out


def test_a_damaged_ledger_is_wrong(desk: Desk, books: BooksApi) -> None:
    """Found by `PRAGMA quick_check`, or by opening it."""
    assert (
        desk.run(desk.csv("a.csv", rows(200)), "--api-url", books.url, "--rate", "1000").code == 0
    )
    with closing(sqlite3.connect(desk.ledger)) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = ledger.execute("PRAGMA page_size").fetchone()
        (root,) = ledger.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'attempt'"
        ).fetchone()
    with desk.ledger.open("rb+") as file:
        file.seek((root - 1) * size)
        file.write(b"\x05garbage" * 8)
    done = examine(desk, books.url)
    state, found, remedy = findings(done)["ledger"]
    assert (done.code, state) == (1, "wrong")
    assert str(desk.ledger) in found
    assert "backup" in remedy


def test_a_ledger_with_a_record_that_can_not_be_is_wrong(desk: Desk, books: BooksApi) -> None:
    """It opens and reads well: only `PRAGMA quick_check` finds it."""
    assert desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url).code == 0
    with closing(sqlite3.connect(desk.ledger, isolation_level=None)) as ledger:
        ledger.execute("PRAGMA ignore_check_constraints = ON")
        ledger.execute("UPDATE account SET proves_absence = 2")
    done = examine(desk, books.url)
    state, found, remedy = findings(done)["ledger"]
    assert (done.code, state) == (1, "wrong")
    assert "is damaged: CHECK constraint failed in account" in found
    assert "backup" in remedy


def test_a_file_that_is_no_ledger_is_wrong(desk: Desk, books: BooksApi) -> None:
    """It is named, and left as it is."""
    path = desk.folder / "notes.txt"
    path.write_text("no ledger" * 500)
    done = examine(desk, books.url, "--ledger", path)
    state, found, remedy = findings(done)["ledger"]
    assert (done.code, state) == (1, "wrong")
    assert str(path) in found
    assert "--ledger" in remedy
    assert path.read_text() == "no ledger" * 500


def test_a_ledger_that_another_program_keeps_is_waited_for(desk: Desk, books: BooksApi) -> None:
    """A run that writes now and then is no fault."""
    assert desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url).code == 0
    with closing(sqlite3.connect(desk.ledger, check_same_thread=False)) as ledger:
        ledger.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(1, ledger.rollback)
        timer.start()
        done = examine(desk, books.url)
        timer.join()
    assert (done.code, not_ok(done)) == (0, {})


def test_a_wrong_configuration_is_a_finding(desk: Desk, books: BooksApi) -> None:
    """With its line and the nearest right key; all else is looked at too."""
    path = desk.folder / "import-invoices.toml"
    path.write_text("rate = 5\nrat = 5\n")
    done = examine(desk, books.url)
    assert (done.code, not_ok(done)) == (1, {"configuration": "wrong"})
    found = " ".join(findings(done)["configuration"])
    assert "line 2" in found
    assert "rate" in found
    path.write_text(f'api-url = "{books.url}"\n')
    done = desk.run("doctor", "--json")
    assert (done.code, not_ok(done)) == (0, {})
    assert str(path) in findings(done)["configuration"][1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('timezone = "Africa/Monrovi"\n', 'line 2: timezone "Africa/Monrovi" is no time zone'),
        ('date-format = "%H"\n', 'line 2: date-format "%H" is no date pattern'),
        ('[defaults]\ncurrency = "XX"\n', "line 3: the default of currency"),
    ],
    ids=["zone", "pattern", "default"],
)
def test_what_a_run_refuses_in_the_configuration_is_wrong(
    desk: Desk, books: BooksApi, text: str, said: str
) -> None:
    """Told with its line, as a run tells it, and once."""
    path = desk.folder / "import-invoices.toml"
    path.write_text(f"# mine\n{text}")
    done = examine(desk, books.url)
    states = not_ok(done)
    assert [name for name, state in states.items() if state == "wrong"] == ["configuration"]
    assert said in findings(done)["configuration"][1]
    run = desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url)
    assert run.code == 2
    assert said in run.err


def test_a_variable_that_a_run_refuses_is_wrong(desk: Desk, books: BooksApi) -> None:
    """The variable is named."""
    done = examine(desk, books.url, variables=WITH_TOKEN | {"IMPORT_INVOICES_RATE": "fast"})
    assert (done.code, not_ok(done)) == (1, {"configuration": "wrong"})
    assert "IMPORT_INVOICES_RATE" in findings(done)["configuration"][1]


def test_who_is_told_is_named_by_the_host_alone(desk: Desk, books: BooksApi) -> None:
    """Set, unset, unfit; nothing else of the address is shown, and nothing is sent there."""
    assert "not set" in findings(examine(desk, books.url))["notify"][1]
    path = desk.folder / "webhook"
    for address, state in (
        ("https://127.0.0.1:1/s3cret-path", "ok"),
        ("http://hooks.example.com/s3cret-path", "wrong"),
        ("ftp://hooks.example.com/s3cret-path", "wrong"),
    ):
        path.write_text(address)
        for variables in (
            {"IMPORT_INVOICES_NOTIFY": address},
            {"IMPORT_INVOICES_NOTIFY_FILE": str(path)},
        ):
            done = examine(desk, books.url, variables=WITH_TOKEN | variables)
            assert findings(done)["notify"][0] == state
            assert "s3cret" not in done.out + done.err
    (desk.folder / "import-invoices.toml").write_text('notify = "https://hooks.example.com/s3cret"')
    assert findings(examine(desk, books.url))["notify"][1].startswith("hooks.example.com is told")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o400, "ok"), (0o604, "warning")])
def test_a_token_s_file_is_its_owner_s_alone(
    desk: Desk, books: BooksApi, mode: int, state: str
) -> None:
    """What others can read is worth a word, with the command that mends it."""
    path = desk.folder / "token"
    path.write_text(TOKEN)
    path.chmod(mode)
    done = examine(desk, books.url, variables={"IMPORT_INVOICES_TOKEN_FILE": str(path)})
    assert findings(done)["token's file"][0] == state
    assert (f"chmod 600 {path}" in findings(done)["token's file"][2]) == (state == "warning")
    assert done.code == 0
    assert ("; 1 warning." in done.err) == (state == "warning")


def test_a_remedy_that_asks_keeps_its_question_mark(desk: Desk) -> None:
    """No full stop behind it."""
    path = desk.folder / "import-invoices.toml"
    path.write_text('columns = "Kunde=counterparty_i"\n')
    remedy = findings(desk.run("doctor", "--json"))["configuration"][2]
    assert remedy == "Did you mean counterparty_id?"


def test_the_zone_of_the_dates_is_compared(desk: Desk, books: BooksApi) -> None:
    """A computer elsewhere is worth a word, unless the zone was chosen."""
    elsewhere = WITH_TOKEN | {"TZ": "Asia/Tokyo"}
    done = examine(desk, books.url, variables=elsewhere)
    assert (done.code, not_ok(done)) == (0, {"time zone": "warning"})
    assert "--timezone Asia/Tokyo" in findings(done)["time zone"][2]
    for chosen in ("UTC", "Asia/Tokyo"):
        done = examine(desk, books.url, "--timezone", chosen, variables=elsewhere)
        assert not_ok(done) == {}
    done = examine(desk, books.url, "--timezone", "Asia/Tokio")
    assert "Asia/Tokyo" in findings(done)["time zone"][2]
    assert done.code == 1


def test_the_results_folder_is_looked_at(desk: Desk, books: BooksApi) -> None:
    """A file in its place is found before it is in the way."""
    desk.folder.joinpath("reports").touch(mode=0o755)  # what a folder has
    done = examine(desk, books.url)
    assert (done.code, not_ok(done)) == (1, {"room for the results": "wrong"})
    assert "--output" in findings(done)["room for the results"][2]


def test_the_sandbox_can_be_looked_at(desk: Desk) -> None:
    """As for a rehearsal: no token, no URL."""
    done = desk.run("doctor", "--sandbox", "--json", variables={})
    assert (done.code, not_ok(done)) == (0, {})


@contextmanager
def encrypted(certificate: Path, *, ahead_s: float = 0) -> Iterator[str]:
    """Run an API with nothing in it over TLS, with a clock of its own; give its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"[]")

        def date_time_string(self, timestamp: float | None = None) -> str:
            del timestamp
            now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead_s)
            return format_datetime(now, usegmt=True)

        def log_message(self, *_: object) -> None:
            pass

    class Server(HTTPServer):
        def get_request(self) -> tuple[Any, Any]:
            """Shake hands, which fails where nobody vouches for us."""
            plain, address = super().get_request()
            return context.wrap_socket(plain, server_side=True), address

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Server((LOOPBACK_2, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"https://{LOOPBACK_2}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has 127.0.0.2 as it is")


@LINUX
@pytest.mark.parametrize(("days", "state"), [(10, "warning"), (100, "ok")])
def test_a_certificate_s_days_are_counted(desk: Desk, days: int, state: str) -> None:
    """One that ends soon is worth a word."""
    certificate = make_certificate(desk.folder, LOOPBACK_2, days=days)
    with encrypted(certificate) as url:
        done = examine(desk, url, variables=WITH_TOKEN | {"SSL_CERT_FILE": str(certificate)})
    assert done.code == 0
    assert findings(done)["TLS"][0] == state
    assert f"valid for {days - 1} days more" in findings(done)["TLS"][1]
    assert not_ok(done).keys() <= {"TLS"}


@LINUX
def test_a_certificate_that_nobody_vouches_for_is_wrong(desk: Desk) -> None:
    """The API is there, but not to be trusted."""
    with encrypted(make_certificate(desk.folder, LOOPBACK_2, days=10)) as url:
        done = examine(desk, url)
    assert done.code == 1
    states = not_ok(done)
    assert states.pop("TLS") == "wrong"
    assert set(states.values()) == {"unchecked"}
    assert "SSL_CERT_FILE" in findings(done)["TLS"][2]


@LINUX
@pytest.mark.parametrize(("ahead_s", "said"), [(-7200, "2:00:0"), (7200, "behind"), (0, "agrees")])
def test_clocks_are_compared(desk: Desk, ahead_s: int, said: str) -> None:
    """With the API's `Date`."""
    certificate = make_certificate(desk.folder, LOOPBACK_2, days=100)
    with encrypted(certificate, ahead_s=ahead_s) as url:
        done = examine(desk, url, variables=WITH_TOKEN | {"SSL_CERT_FILE": str(certificate)})
    assert findings(done)["clock"][0] == ("warning" if ahead_s else "ok")
    assert said in findings(done)["clock"][1]
