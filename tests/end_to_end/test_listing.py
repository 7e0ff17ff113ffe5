"""What the API's own listing is good for before the first create: a lost ledger, a second machine.

The sandbox lists honestly; the odd listings come from an API that keeps books as a test tells it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest
from books_api import BooksApi, books_api
from desk import Desk, Finished, finish, row, rows
from odd_api import OWNER, Reply
from openpyxl import load_workbook

from importer.sandbox.process import Sandbox


def creates_received(sandbox: Sandbox) -> int:
    """Return how many creates a sandbox has ever received."""
    state = httpx.get(f"{sandbox.url}/sandbox", trust_env=False).json()
    return int(state["creates_received"])


def numbers(done: Finished) -> Mapping[str, str]:
    """Return the invoice number of every reference in the results."""
    return {result["Ref"]: result["invoice_number"] for result in done.results}


class Importing:
    """Imports into the sandbox, from a desk that may lose its ledger."""

    def __init__(self, desk: Desk, sandbox: Sandbox, prefix: str) -> None:
        self.desk, self._sandbox = desk, sandbox
        self.file = desk.csv("a.csv", [row(f"{prefix}-{number}") for number in range(1, 4)])

    def run(self, *options: str | Path, desk: Desk | None = None) -> Finished:
        """Import the file."""
        return (desk or self.desk).run(
            self.file,
            *("--api-url", self._sandbox.url, "--json"),
            *options,
            variables={"IMPORT_INVOICES_TOKEN": self._sandbox.token},
        )

    def lose_ledger(self) -> None:
        """Delete the ledger and all beside it."""
        shutil.rmtree(self.desk.ledger.parent)

    def cancel(self, number: str) -> None:
        """Cancel an invoice at the API."""
        with httpx.Client(
            base_url=f"{self._sandbox.url}/v1/invoices",
            headers={"Authorization": f"Bearer {self._sandbox.token}"},
            trust_env=False,
        ) as client:
            invoice = client.get(f"/retrieve/number/{number}").json()
            assert client.delete(f"/cancel/{invoice['id']}").status_code == 200


@pytest.fixture
def importing(desk: Desk, sandbox: Sandbox, request: pytest.FixtureRequest) -> Importing:
    """An import of references that no other test uses."""
    return Importing(desk, sandbox, request.node.name)


def test_lost_ledger_costs_no_second_invoice(importing: Importing, sandbox: Sandbox) -> None:
    """Without its ledger a rerun finds every invoice at the API, by the same number."""
    first = importing.run()
    assert (first.code, first.counts) == (0, {"created": 3})
    received = creates_received(sandbox)
    importing.lose_ledger()
    again = importing.run()
    assert (again.code, again.counts) == (0, {"already_created": 3})
    assert numbers(again) == numbers(first)
    assert creates_received(sandbox) == received


def test_second_machine_costs_no_second_invoice(
    importing: Importing, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Another ledger, and another computer's, find every invoice at the API too."""
    first = importing.run()
    received = creates_received(sandbox)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for other in (
        importing.run("--ledger", "other.sqlite3"),
        importing.run(desk=Desk(elsewhere)),
    ):
        assert (other.code, other.counts) == (0, {"already_created": 3})
        assert numbers(other) == numbers(first)
    assert creates_received(sandbox) == received


def test_cancelled_invoice_exists(importing: Importing, sandbox: Sandbox) -> None:
    """A cancelled invoice is not created anew, and its row says that it was cancelled."""
    first = importing.run()
    received = creates_received(sandbox)
    importing.cancel(first.results[1]["invoice_number"])
    importing.lose_ledger()
    again = importing.run()
    assert (again.code, again.counts) == (0, {"already_created": 3})
    assert ["cancelled" in str(result["error"]) for result in again.results] == [False, True, False]
    [warning] = again.summary["warnings"]
    assert warning.startswith("line 3: it has been cancelled (if it is still wanted, give the row")
    assert creates_received(sandbox) == received


def test_two_invoices_of_one_reference_are_told_of(desk: Desk, books: BooksApi) -> None:
    """Whoever made them, somebody has to see to it: a warning names both and what to do."""
    names = {"reference_id": "A-1", "owner_id": OWNER}
    books.books = [{"id": n, "invoice_number": f"N-{n}", **names} for n in (77, 78)]
    done = desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url, "--json")
    assert (done.code, done.counts) == (0, {"already_created": 1})
    [warning] = done.summary["warnings"]
    assert warning.startswith("line 2: the API lists this reference 2 times: N-77, N-78 (cancel")
    assert warning.removeprefix("line 2: ") in done.results[0]["error"]
    with closing(load_workbook(done.summary["output"])) as book:
        assert "read the warnings in the sheet Summary" in str(book["Problems"]["A1"].value)


def test_other_content_is_a_conflict(importing: Importing, sandbox: Sandbox) -> None:
    """A listed invoice of other content: the row is not sent, and told which invoice it is."""
    first = importing.run()
    received = creates_received(sandbox)
    importing.lose_ledger()
    lines = [row(reference) for reference in numbers(first)]
    lines[2]["Note"] = "Something else"
    importing.file = importing.desk.csv("a.csv", lines)
    again = importing.run()
    assert (again.code, again.counts) == (1, {"already_created": 2, "conflict": 1})
    result = again.results[2]
    assert result["invoice_number"] == first.results[2]["invoice_number"]
    assert result["invoice_number"] in result["error"]
    with closing(load_workbook(again.summary["output"])) as book:
        commented = [cell.coordinate for cell in book["Results"][4] if cell.comment]
    assert commented == ["D4"]
    assert creates_received(sandbox) == received


@pytest.mark.parametrize("status", [404, 405, 501])
def test_api_without_a_listing_is_a_warning(desk: Desk, books: BooksApi, status: int) -> None:
    """Where the API lists nothing the run says so, and goes on."""
    books.listing = lambda _: Reply(status)
    done = desk.run(desk.csv("a.csv", rows(2)), "--api-url", books.url, "--json")
    assert (done.code, done.counts) == (0, {"created": 2})
    assert f"offers no listing of its invoices ({status})" in done.err
    assert books.listings == 1


def test_check_can_be_left_out(desk: Desk, books: BooksApi) -> None:
    """`--no-check-server` creates without having listed anything."""
    words = (desk.csv("a.csv", rows(2)), "--api-url", books.url, "--json", "--no-check-server")
    done = desk.run(*words)
    assert (done.code, done.counts) == (0, {"created": 2})
    assert books.listings == 0


INVOICE = json.dumps({"id": 1, "invoice_number": "N-1", "reference_id": "B-1", "owner_id": OWNER})

FAILURES: Mapping[str, tuple[Reply, str]] = {
    "500": (Reply(500), "answered 500"),
    "403": (Reply(403), "403"),
    "redirect": (Reply(302, headers={"Location": "/elsewhere"}), "redirect"),
    "not JSON": (Reply(200, b"<h1>Welcome</h1>"), "not JSON"),
    "no list": (Reply(200, b'{"items": []}'), "no list of invoices"),
    "no invoice": (Reply(200, b'[{"id": 1}]'), "without id and number"),
    "cut short": (Reply(200, f"[{INVOICE},".encode()), "cut short"),
    "empty": (Reply(200), "cut short"),
    "fewer bytes than announced": (
        Reply(200, f"[{INVOICE}]".encode(), {"Content-Length": "1000"}),
        "can't be reached",
    ),
}
"""What is answered to every listing, and what the user is told."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A run before which the listing failed, and how many creates came in all the same."""

    done: Finished
    creates: int


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Failed]]:
    """Import a file into an API for each failing listing, all at the same time."""
    with ExitStack() as stack:
        runs = []
        for name, (reply, _) in FAILURES.items():
            api = stack.enter_context(books_api())
            api.listing = partial(lambda reply, _: reply, reply)
            desk = Desk(tmp_path_factory.mktemp("desk"))
            words = (desk.csv("a.csv", rows(2)), "--api-url", api.url, "--json")
            runs.append((name, api, stack.enter_context(desk.started(*words))))
        yield {name: Failed(finish(run), len(api.references)) for name, api, run in runs}


@pytest.mark.parametrize("name", FAILURES)
def test_failing_listing_stops_before_anything_is_sent(
    failed: Mapping[str, Failed], name: str
) -> None:
    """What exists can't be known: exit 4, nothing sent, and every row says why."""
    run = failed[name]
    assert run.creates == 0
    assert run.done.code == 4, run.done.err
    assert run.done.counts == {"not_sent": 2}
    assert FAILURES[name][1] in run.done.summary["error"]
    assert all(FAILURES[name][1] in result["error"] for result in run.done.results)


def test_passing_failure_of_the_listing_costs_time_alone(desk: Desk, books: BooksApi) -> None:
    """A listing that fails once and then works is all that is needed."""
    books.listing = lambda n: (
        Reply(503, headers={"Retry-After": "0"}) if n == 1 else books.list_books(n)
    )
    done = desk.run(desk.csv("a.csv", rows(2)), "--api-url", books.url, "--json")
    assert (done.code, done.counts) == (0, {"created": 2})
    assert books.listings == 2


def test_listing_of_another_owner_stops_the_run(desk: Desk, books: BooksApi) -> None:
    """Once a reply has pinned the owner, another one's listing: exit 4, nothing sent."""
    first = desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url, "--json")
    assert first.code == 0
    stranger = {"id": 9, "invoice_number": "N-9", "reference_id": "X-9", "owner_id": OWNER + 1}
    books.listing = lambda _: Reply(200, json.dumps([*books.books, stranger]).encode())
    done = desk.run(desk.csv("b.csv", rows(3)), "--api-url", books.url, "--json")
    assert done.code == 4
    assert done.counts == {"already_created": 1, "not_sent": 2}
    assert f"owner {OWNER + 1}" in done.summary["error"]
    assert books.references == ["A-1"]
