"""What is to be seen before anything is sent: `check` beside the API, the plan, `--limit`."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable

import pytest
from books_api import BooksApi
from click import unstyle
from desk import PATIENCE_S, TOKEN, Desk, finish, row, rows
from odd_api import OWNER, OddApi, Reply
from terminal import terminal

NO_TOKEN: dict[str, str] = {}


def test_check_asks_the_api(desk: Desk, books: BooksApi) -> None:
    """What was created elsewhere is known; only the listing is asked for, no ledger is made."""
    elsewhere = desk.run(
        desk.csv("a.csv", [row("A-1"), row("A-2")]),
        *("--api-url", books.url, "--ledger", "elsewhere.sqlite3"),
    )
    assert elsewhere.code == 0
    file = desk.csv("b.csv", [row("A-1"), row("A-2", Note="Other"), row("A-3")])
    books.listings = 0
    done = desk.run("check", file, "--api-url", books.url, "--json")
    assert done.counts == {"already_created": 1, "conflict": 1, "ready": 1}
    assert done.code == done.summary["exit_code"] == 1
    assert "In conflict with invoices that exist, 1 row:\n  line 3: Invoice N-2" in done.err
    assert (books.listings, books.references) == (1, ["A-1", "A-2"])
    assert not desk.ledger.exists()


def test_check_tells_a_run_s_counts(desk: Desk, books: BooksApi) -> None:
    """What check says beforehand is what the run comes to."""
    books.books = [{"id": 9, "invoice_number": "N-9", "reference_id": "007", "owner_id": OWNER}]
    lines = [row("A-1"), row("7"), row("007"), row("A-2", Currency="US$")]
    words = (desk.csv("a.csv", lines), "--api-url", books.url, "--json")
    before, run = desk.run("check", *words), desk.run(*words)
    assert before.code == run.code
    created = {"created": before.counts["ready"]}
    assert run.counts == {k: n for k, n in before.counts.items() if k != "ready"} | created


def test_api_is_left_alone_on_request(desk: Desk, books: BooksApi) -> None:
    """`--no-check-server`, and a file with nothing to create: not a request."""
    good = desk.run(
        "check", desk.csv("a.csv", rows(1)), "--api-url", books.url, "--no-check-server"
    )
    assert "--no-check-server says so" in good.out
    bad = desk.csv("b.csv", [row("A-1", Currency="US$")])
    assert desk.run("check", bad, "--api-url", books.url).code == 1
    assert books.listings == 0


@pytest.mark.parametrize(
    ("variables", "way"),
    [
        (NO_TOKEN, "put a token into IMPORT_INVOICES_TOKEN"),
        ({"IMPORT_INVOICES_TOKEN": ""}, "token"),
    ],
)
def test_no_token_is_no_fault(
    desk: Desk, books: BooksApi, variables: dict[str, str], way: str
) -> None:
    """Exit 0 without one; it says that the API wasn't asked, and how it would be."""
    file = desk.csv("a.csv", rows(1))
    done = desk.run("check", file, "--api-url", books.url, variables=variables)
    assert done.code == 0
    assert way in done.out
    assert books.listings == 0


def test_client_credentials_do_too(desk: Desk, books: BooksApi) -> None:
    """A token is obtained for the listing; the client's id names the account."""
    books.grant = lambda _: Reply(200, b'{"access_token": "granted", "expires_in": 60}')
    books.good = lambda token: token == "granted"
    client = {"IMPORT_INVOICES_CLIENT_ID": "shop", "IMPORT_INVOICES_CLIENT_SECRET": "s3cret"}
    words = (desk.csv("a.csv", rows(1)), "--api-url", books.url, "--json")
    done = desk.run("check", *words, variables=client)
    assert (done.code, books.listings) == (0, 1)
    assert done.summary["account"] == f"shop at {books.url}"
    assert done.summary["warnings"] == []


def strange(books: BooksApi) -> Reply:
    """Return the listing of another owner."""
    stranger = {"id": 9, "invoice_number": "N-9", "reference_id": "X-9", "owner_id": OWNER + 1}
    return Reply(200, json.dumps([*books.books, stranger]).encode())


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (lambda _: Reply(501), "offers no listing of its invoices (501): what exists there can't"),
        (lambda _: Reply(403), "A run would stop there and send nothing."),
        (strange, f"owner {OWNER + 1}, but yours belong to {OWNER}"),
        (lambda _: Reply(200, b"[]"), "lacks invoices that were created from here"),
    ],
)
def test_a_listing_that_is_no_help_is_a_warning(
    desk: Desk, books: BooksApi, listing: Callable[[BooksApi], Reply], said: str
) -> None:
    """What a run would do then is said; the exit code goes by the rows."""
    assert desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url).code == 0
    books.listing = lambda _: listing(books)
    done = desk.run("check", desk.csv("b.csv", rows(3)), "--api-url", books.url, "--json")
    assert (done.code, done.counts) == (0, {"already_created": 1, "ready": 2})
    assert any(said in warning for warning in done.summary["warnings"])
    assert "Warning: The API" in done.err


def test_ctrl_c_ends_a_check(desk: Desk, books: BooksApi) -> None:
    """While the API takes its time with the listing: exit 130, in a sentence."""
    asked, go_on = threading.Event(), threading.Event()

    def dawdle(_: int) -> Reply:
        asked.set()
        go_on.wait(PATIENCE_S)
        return Reply(200, b"[]")

    books.listing = dawdle
    words = ("check", desk.csv("a.csv", rows(1)), "--api-url", books.url)
    with desk.started(*words) as process:
        assert asked.wait(PATIENCE_S)
        process.send_signal(signal.SIGINT)
        done = finish(process)
        go_on.set()
    assert done.code == 130
    assert "import-invoices: Interrupted." in done.err
    assert "Traceback" not in done.err


def test_no_secret_is_shown(desk: Desk, books: BooksApi) -> None:
    """Not even where the API repeats the token, or what is set is none."""
    books.good = lambda _: False
    file = desk.csv("a.csv", rows(1))
    refused = desk.run("check", file, "--api-url", books.url)
    assert "Warning: The API's invoices can't be listed" in refused.out
    odd = desk.run(
        "check", file, "--api-url", books.url, variables={"IMPORT_INVOICES_TOKEN": f"{TOKEN} x"}
    )
    assert odd.code == 2
    assert TOKEN not in refused.out + refused.err + odd.out + odd.err


def test_sandbox_is_asked(desk: Desk) -> None:
    """`--sandbox` brings its own token; another ledger finds there what was created."""
    file = desk.csv("a.csv", rows(2))
    assert desk.run(file, "--sandbox", "--yes").code == 0
    done = desk.run(
        *("check", file, "--sandbox", "--json", "--ledger", "new.sqlite3"), variables=NO_TOKEN
    )
    assert done.counts == {"already_created": 2}
    assert not (desk.folder / "new.sqlite3").exists()


def test_help_is_check_s_own(desk: Desk) -> None:
    """No default that only a run has, no option of sending."""
    said = " ".join(desk.run("check", "--help").out.split())
    assert "--output PATH Write the checked rows there too" in said
    for other in ("reports/<name>", "Required without", "--strict", "--limit", "--yes"):
        assert other not in said


def test_a_long_header_is_cut_and_many_are_counted(desk: Desk) -> None:
    """The mapping stays within 80 columns and a screen, wide letters and all."""
    more = {"請求書" * 20: "x", "Our own\nremark " * 9: "y"} | {f"More {n}": "z" for n in range(20)}
    done = desk.run("check", desk.workbook("a.xlsx", {"March": [row("A-1") | more]}))
    mapping = done.out.split("\n\n")[1].splitlines()
    assert "  H        請求書請求書請求書請求書請…   nothing: carried to the results" in mapping
    assert any("14 more" in line for line in mapping)
    assert max(map(len, mapping)) <= 80


def test_a_terminal_wraps_between_words(desk: Desk) -> None:
    """At most as wide as the terminal; the rest of an issue is indented."""
    file = desk.csv("a.csv", [row("A-1", Due="soon")])
    with terminal(desk, "check", file) as screen:
        assert screen.end() == 1
    lines = unstyle(screen.shown).splitlines()
    assert any(line.startswith("      ") for line in lines)
    assert max(map(len, lines)) < 120


def test_the_plan_is_shown_before_the_question(desk: Desk, api: OddApi) -> None:
    """File, table, that the drafts are empty, and what becomes of the other rows."""
    lines = [row("A-1"), row("A-2", Currency="LRD"), row("A-3", Currency="US$")]
    with terminal(desk, desk.csv("a.csv", lines), "--api-url", api.url) as screen:
        screen.read_until("[Y/n]")
        for said in (
            "a.csv: 3 rows under the headers in line 1",
            "                    LRD   USD   unclear   total",
            "  ready               1     1                 2",
            "  invalid                             1       1",
            "1 row is not sent.",
            "Create 2 draft invoices at 127.0.0.1:",
            "? LRD 1, USD 1 [Y/n]",
        ):
            assert said in unstyle(screen.shown)
        screen.type("n\n")
        assert screen.end() == 4


def test_a_pipe_sees_no_plan_and_no_question(desk: Desk, api: OddApi) -> None:
    """Nobody is there to read it; the invoices are created."""
    done = desk.run(desk.csv("a.csv", rows(2)), "--api-url", api.url)
    assert done.code == 0
    assert "[Y/n]" not in done.out + done.err
    assert "total\n" not in done.out + done.err


def test_a_taste_says_how_to_go_on(desk: Desk, api: OddApi) -> None:
    """`--limit`: the first so many of all; then what is left, and how; then all the others."""
    file = desk.csv("a.csv", rows(5))
    with terminal(desk, file, "--api-url", api.url, "--limit", "2") as screen:
        screen.read_until("[Y/n]")
        assert "Create the first 2 of 5 draft invoices" in screen.shown
        screen.type("y\n")
        assert screen.end() == 0
    assert "3 rows were left for later: run the same command without --limit" in screen.shown
    assert api.references == ["A-1", "A-2"]
    rest = desk.run(file, "--api-url", api.url, "--json")
    assert rest.counts == {"already_created": 2, "created": 3}
    warnings = " ".join(rest.summary["warnings"])
    assert "left for later" not in warnings
    assert "imported already" not in warnings


def test_strict_leaves_nothing_for_later(desk: Desk, api: OddApi) -> None:
    """Held back for another reason: nothing is said of going on without `--limit`."""
    file = desk.csv("a.csv", [row("A-1"), row("A-2", Currency="US$")])
    done = desk.run(file, "--api-url", api.url, "--strict", "--limit", "0", "--json")
    assert done.code == 1
    assert "left for later" not in done.err
