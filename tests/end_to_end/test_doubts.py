"""Lost answers, looked up in the API's listing: found, proven absent, or still in doubt."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from books_api import BooksApi
from desk import Desk, Finished, Row, row, rows
from odd_api import Invoice, Reply


def lose(books: BooksApi, reference: str, *, book: bool, times: int = 99) -> None:
    """Leave the first creates of a reference without an answer, whether they are booked or not."""

    def answer(invoice: Invoice, number: int) -> Reply | None:
        if invoice["reference_id"] != reference or books.references.count(reference) > times:
            return books.book(invoice, number)
        if book:
            books.book(invoice, number)
        return None

    books.answer = answer


def by_reference(done: Finished) -> Mapping[str, Row]:
    """Return the rows of the results by their reference."""
    return {result["Ref"]: result for result in done.results}


def numbers(done: Finished) -> Mapping[str, str]:
    """Return the invoice number of every reference in the results."""
    return {reference: row["invoice_number"] for reference, row in by_reference(done).items()}


def test_lost_answer_is_found_by_listing(desk: Desk, books: BooksApi) -> None:
    """Created, but the answer was lost: the listing has it; `created`, exit 0, sent once."""
    lose(books, "A-2", book=True)
    done = desk.run(desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    assert (done.code, done.counts) == (0, {"created": 3})
    assert numbers(done) == {f"A-{n}": books.number(f"A-{n}") for n in (1, 2, 3)}
    assert sorted(books.references) == ["A-1", "A-2", "A-3"]


def test_proven_absence_is_sent_again_once(desk: Desk, books: BooksApi) -> None:
    """Two listings that hold all known invoices but not this one: it is sent again and created."""
    lose(books, "A-2", book=False, times=1)
    done = desk.run(desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    assert (done.code, done.counts) == (0, {"created": 3})
    assert numbers(done) == {f"A-{n}": books.number(f"A-{n}") for n in (1, 2, 3)}
    assert sorted(books.references) == ["A-1", "A-2", "A-2", "A-3"]
    assert books.listings == 1 + 2  # before the first create, and to prove the absence


def test_row_that_is_lost_again_is_not_sent_a_third_time(desk: Desk, books: BooksApi) -> None:
    """Sent again once a run: what was swallowed twice is no success, and the next run may try."""
    lose(books, "A-2", book=False)
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    done = desk.run(*words)
    assert books.references.count("A-2") == 2
    assert done.counts["created"] == 2
    assert by_reference(done)["A-2"]["status"] in {"not_sent", "in_doubt"}
    assert done.code != 0
    lose(books, "A-2", book=False, times=2)
    later = desk.run(*words)
    assert (later.code, later.counts) == (0, {"already_created": 2, "created": 1})
    assert books.references.count("A-2") == 3


def test_absence_without_a_witness_proves_nothing(desk: Desk, books: BooksApi) -> None:
    """With no invoice to show that the listing is whole, the row stays in doubt: exit 3."""
    lose(books, "A-1", book=False)
    done = desk.run(desk.csv("a.csv", rows(1)), "--api-url", books.url, "--json")
    assert (done.code, done.counts) == (3, {"in_doubt": 1})
    assert "import-invoices resolve A-1 " in done.results[0]["error"]
    assert books.references == ["A-1"]


def test_the_command_that_settles_a_doubt_works_as_it_is_told(desk: Desk, books: BooksApi) -> None:
    """The row's own words, typed as they stand: account, address and ledger are in them.

    So is the ledger in the command that writes the run's results again.
    """
    lose(books, "A-1", book=False)
    options = ("--api-url", books.url, "--account", "the shop", "--ledger", "my ledger.sqlite3")
    done = desk.run(desk.csv("a.csv", rows(1)), *options, "--json")
    _, _, told = done.results[0]["error"].rpartition("import-invoices ")
    settled = desk.run(*shlex.split(told))
    assert settled.code == 0, settled.err
    assert "A-1" in settled.out
    run = desk.run("runs", done.summary["run_id"], "--ledger", "my ledger.sqlite3").out
    again = desk.run(*shlex.split(run.rpartition("results again: import-invoices ")[2]))
    assert again.code == 0, again.err
    assert (desk.folder / "results.xlsx").exists()


def test_listing_that_lacks_a_known_invoice_proves_nothing(desk: Desk, books: BooksApi) -> None:
    """A stale listing, without the newest invoice, proves no absence: never sent again."""
    lose(books, "A-2", book=False)
    books.listing = lambda _: Reply(200, json.dumps(books.books[:1]).encode())
    options = ("--api-url", books.url, "--json", "--concurrency", "1")
    done = desk.run(desk.csv("a.csv", rows(3)), *options)
    assert (done.code, done.counts) == (3, {"created": 2, "in_doubt": 1})
    assert "stale or cut short" in done.results[1]["error"]
    assert books.references == ["A-1", "A-2", "A-3"]


def test_reference_that_is_found_twice_is_told(desk: Desk, books: BooksApi) -> None:
    """A lost create that the API committed twice: `created`, and both numbers are named."""

    def answer(invoice: Invoice, number: int) -> Reply | None:
        reply = books.book(invoice, number)
        if invoice["reference_id"] != "A-2":
            return reply
        books.book(invoice, number)
        return None

    books.answer = answer
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json", "--concurrency", "1")
    done = desk.run(*words)
    assert done.counts == {"created": 3}
    assert "N-2, N-3" in done.results[1]["error"]


def test_doubt_about_another_file_is_settled_and_never_sent(desk: Desk, books: BooksApi) -> None:
    """What another file left in doubt is looked up, not sent, and doesn't change the exit code."""
    lose(books, "A-2", book=True)
    books.listing = lambda _: Reply(501)
    first = desk.run(desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    assert (first.code, first.counts) == (3, {"created": 2, "in_doubt": 1})
    other = (desk.csv("b.csv", [row("B-1")]), "--api-url", books.url, "--json")
    second = desk.run(*other)
    assert (second.code, second.counts) == (0, {"created": 1})
    books.listing = books.list_books
    third = desk.run(*other)
    assert (third.code, third.counts) == (0, {"already_created": 1})
    last = desk.run(desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    assert (last.code, last.counts) == (0, {"already_created": 3})
    assert sorted(books.references) == ["A-1", "A-2", "A-3", "B-1"]
