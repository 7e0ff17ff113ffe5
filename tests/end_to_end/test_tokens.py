"""Tokens: obtained once, renewed in time and once for all, read again, and never shown."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from books_api import BooksApi
from desk import TOKEN, Desk, rows
from odd_api import Invoice, Reply, detail

from importer.sandbox.process import Sandbox, running_sandbox

CLIENT = "finance-department"
SECRET = "cl1ent-s3cret-nobody-may-see"
CREDENTIALS = {"IMPORT_INVOICES_CLIENT_ID": CLIENT, "IMPORT_INVOICES_CLIENT_SECRET": SECRET}


class Issuer:
    """Gives tokens to an API, and tells which are good.

    Attributes:
        given: The tokens that it gave, oldest first.
        minutes: How long it says that they live, and they do.
    """

    def __init__(self, books: BooksApi, *, minutes: float = 60) -> None:
        books.grant, books.good = self.grant, self.is_good
        self.given: list[str] = []
        self.minutes = minutes
        self._ends: dict[str, float] = {}

    def grant(self, number: int) -> Reply:
        """Give another token."""
        token = f"g1ven-token-{number}"
        self.given.append(token)
        self._ends[token] = time.monotonic() + self.minutes * 60
        body = {"access_token": token, "expires_in": self.minutes}
        return Reply(200, json.dumps(body).encode())

    def is_good(self, token: str) -> bool:
        """Tell whether a token was given, is not over, and not revoked."""
        return time.monotonic() < self._ends.get(token, 0)

    def revoke(self) -> None:
        """Make an end of all tokens."""
        self._ends.clear()


def spilled(folder: Path, *secrets: str) -> list[str]:
    """Return the files in a folder that hold a secret."""
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(secret.encode() in path.read_bytes() for secret in secrets)
    ]


def test_token_is_obtained_once(desk: Desk, books: BooksApi) -> None:
    """One token for the listing and all creates; the client id names the account."""
    issuer = Issuer(books)
    words = (desk.csv("a.csv", rows(20)), "--api-url", books.url, "--rate", "200", "--json")
    done = desk.run(*words, variables=CREDENTIALS)
    assert (done.code, done.counts) == (0, {"created": 20})
    assert (books.listings, books.grants, books.refused) == (1, 1, 0)
    assert done.summary["account"] == f"{CLIENT} at {books.url}"
    assert len(issuer.given) == 1


def test_token_is_renewed_before_it_expires(desk: Desk, books: BooksApi) -> None:
    """`expires_in` is minutes: tokens of 0.04 min are renewed each 1.2 s, and none is refused."""
    Issuer(books, minutes=0.04)
    words = (desk.csv("a.csv", rows(30)), "--api-url", books.url, "--rate", "10", "--json")
    done = desk.run(*words, variables=CREDENTIALS)
    assert (done.code, done.counts) == (0, {"created": 30})
    assert books.refused == 0
    assert 2 <= books.grants <= 4


def test_revoked_token_is_renewed_once_for_all(desk: Desk, books: BooksApi) -> None:
    """Eight workers find their token revoked at once: one renewal, every row created once."""
    issuer = Issuer(books)
    together = threading.Barrier(8)

    def answer(invoice: Invoice, number: int) -> Reply | None:
        if number > 8:
            return books.book(invoice, number)
        if together.wait(20) == 0:
            issuer.revoke()
        together.wait(20)
        return detail(401, "Could not validate credentials")

    books.answer = answer
    words = (desk.csv("a.csv", rows(20)), "--api-url", books.url, "--rate", "500", "--json")
    done = desk.run(*words, variables=CREDENTIALS)
    assert (done.code, done.counts) == (0, {"created": 20})
    assert books.grants == 2
    assert len(books.references) == 8 + 20
    assert len(books.books) == 20


def test_new_token_that_is_refused_halts(desk: Desk, books: BooksApi) -> None:
    """401, a new token, the same row once more, 401: exit 4, and next to nothing else is tried."""
    Issuer(books)
    books.answer = lambda _, __: detail(401, "Could not validate credentials")
    options = ("--api-url", books.url, "--concurrency", "1", "--json")
    done = desk.run(desk.csv("a.csv", rows(5)), *options, variables=CREDENTIALS)
    assert (done.code, done.counts) == (4, {"not_sent": 5})
    assert "401" in done.summary["error"]
    assert books.references.count("A-1") == 2
    assert len(books.references) <= 3  # A-2 may have been next in line
    assert books.grants <= 4  # each refused request asks for one


def test_client_that_gets_no_token_is_told(desk: Desk, books: BooksApi) -> None:
    """A wrong secret: exit 4, both variables are named, the secret isn't, and nothing is sent."""
    books.grant = lambda _: detail(401, f"The secret {SECRET} is wrong")
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    done = desk.run(*words, variables=CREDENTIALS)
    assert (done.code, done.counts) == (4, {"not_sent": 3})
    for variable in CREDENTIALS:
        assert variable in done.summary["error"]
    assert SECRET not in done.out + done.err
    assert spilled(desk.folder, SECRET) == []
    assert books.references == []


def test_token_that_expires_during_the_listing_is_renewed(desk: Desk, books: BooksApi) -> None:
    """A 401 to the listing renews the token too, and the listing is read."""
    issuer = Issuer(books)

    def refuse_first(token: str) -> bool:
        return token != issuer.given[0]

    books.good = refuse_first
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    done = desk.run(*words, variables=CREDENTIALS)
    assert (done.code, done.counts) == (0, {"created": 3})
    assert (books.listings, books.grants, books.refused) == (2, 2, 0)


def test_token_file_is_read_again(desk: Desk, books: BooksApi) -> None:
    """Somebody renews the token's file during the run: after a 401 the new one is used."""
    path = desk.folder / "token.txt"
    path.write_text("old-t0ken-1234")
    good = ["old-t0ken-1234"]
    books.good = lambda token: token == good[0]

    def answer(invoice: Invoice, number: int) -> Reply | None:
        if number == 5:
            path.write_text("new-t0ken-5678\n")
            good[0] = "new-t0ken-5678"
        return books.book(invoice, number)

    books.answer = answer
    words = (desk.csv("a.csv", rows(20)), "--api-url", books.url, "--rate", "100", "--json")
    done = desk.run(*words, variables={"IMPORT_INVOICES_TOKEN_FILE": str(path)})
    assert (done.code, done.counts) == (0, {"created": 20})
    assert books.refused > 0
    assert len(books.references) == 20


LOST_FILES: Mapping[str, Callable[[Path], object]] = {
    "same token": lambda _: None,
    "file gone": Path.unlink,
    "file empty": lambda path: path.write_text(""),
}
"""What has become of the token's file by the time that the token is refused."""


@pytest.mark.parametrize("name", LOST_FILES)
def test_revoked_token_stops_the_run(desk: Desk, books: BooksApi, name: str) -> None:
    """A token revoked during the run, and no other to be had: exit 4, the rest `not_sent`.

    The rows are proven unsent: the next run, with a good token, creates them.
    """
    path = desk.folder / "token.txt"
    path.write_text(TOKEN)
    revoked = threading.Event()
    books.good = lambda _: not revoked.is_set()

    def answer(invoice: Invoice, number: int) -> Reply | None:
        if number == 5:
            LOST_FILES[name](path)
            revoked.set()
        return books.book(invoice, number)

    books.answer = answer
    variables = {"IMPORT_INVOICES_TOKEN_FILE": str(path)}
    options = ("--api-url", books.url, "--rate", "100", "--json")
    done = desk.run(desk.csv("a.csv", rows(20)), *options, variables=variables)
    sent = len(books.books)
    assert (done.code, done.counts) == (4, {"created": sent, "not_sent": 20 - sent})
    assert "IMPORT_INVOICES_TOKEN" in done.summary["error"]
    revoked.clear()
    path.write_text(TOKEN)
    later = desk.run(desk.csv("a.csv", rows(20)), *options, variables=variables)
    assert (later.code, later.counts) == (0, {"created": 20 - sent, "already_created": sent})
    assert len(books.references) == 20


def test_no_secret_shows_anywhere(desk: Desk, books: BooksApi) -> None:
    """Neither the client's secret nor a token is written or printed, whatever the API repeats."""
    issuer = Issuer(books)

    def answer(invoice: Invoice, number: int) -> Reply | None:
        said = issuer.given[-1]
        match invoice["reference_id"]:
            case "A-1":
                return books.book(invoice, number)
            case "A-2":
                return detail(422, f"The token {said} is odd")
            case "A-3":
                return detail(500, f"The token {said} broke it")
            case _:
                return detail(403, f"The token {said} may not do that")

    books.answer = answer
    options = ("--api-url", books.url, "--concurrency", "1", "--output", "r.csv")
    done = desk.run(desk.csv("a.csv", rows(5)), *options, variables=CREDENTIALS)
    assert done.code == 4
    assert "may not do that" in done.err + done.out
    assert "r.csv" in spilled(desk.folder, "The token")
    assert spilled(desk.folder, SECRET, *issuer.given) == []
    for secret in (SECRET, *issuer.given):
        assert secret not in done.out + done.err


CLIENT_OF_THE_SANDBOX: Mapping[str, str] = {
    "IMPORT_INVOICES_CLIENT_ID": "sandbox",
    "IMPORT_INVOICES_CLIENT_SECRET": "sandbox",
}


def test_sandbox_gives_tokens(desk: Desk, sandbox: Sandbox) -> None:
    """Client credentials work against the sandbox as they stand."""
    lines = [row | {"Ref": f"T-{number}"} for number, row in enumerate(rows(3))]
    words = (desk.csv("a.csv", lines), "--api-url", sandbox.url, "--json")
    done = desk.run(*words, variables=CLIENT_OF_THE_SANDBOX)
    assert (done.code, done.counts) == (0, {"created": 3})


def test_tokens_of_no_life_at_all_halt(desk: Desk, tmp_path: Path) -> None:
    """Where every token is over as soon as it is given, the run ends instead of trying for ever."""
    with running_sandbox(data=tmp_path / "s.sqlite3", options=["--token-minutes", "0"]) as sandbox:
        words = (desk.csv("a.csv", rows(3)), "--api-url", sandbox.url, "--json")
        done = desk.run(*words, variables=CLIENT_OF_THE_SANDBOX)
    assert (done.code, done.counts) == (4, {"not_sent": 3})
    assert "401" in done.summary["error"]
