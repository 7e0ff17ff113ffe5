"""References that are almost those of invoices that exist."""

from __future__ import annotations

import shutil

import pytest
from books_api import BooksApi
from desk import Desk, row


def test_case_alone_makes_no_second_invoice(desk: Desk, books: BooksApi) -> None:
    """A reference that differs from a known one by case alone: an issue that names the invoice."""
    desk.run(desk.csv("a.csv", [row("Inv-1")]), "--api-url", books.url)
    done = desk.run(desk.csv("b.csv", [row("INV-1")]), "--api-url", books.url, "--json")
    assert done.counts == {"invalid": 1}
    (result,) = done.results
    assert "Inv-1" in result["error"]
    assert "N-1 exists already" in result["error"]
    assert len(books.books) == 1


@pytest.mark.parametrize("where", ["ledger", "listing"])
@pytest.mark.parametrize(("known", "now"), [("00123", "123"), ("123", "00123")])
def test_lost_zeros_are_a_warning(
    desk: Desk, books: BooksApi, where: str, known: str, now: str
) -> None:
    """One that differs by leading zeros alone is created, with a warning that names the other."""
    desk.run(desk.csv("a.csv", [row(known)]), "--api-url", books.url)
    if where == "listing":
        shutil.rmtree(desk.ledger.parent)
    done = desk.run(desk.csv("b.csv", [row(now)]), "--api-url", books.url, "--json")
    assert done.counts == {"created": 1}
    assert any(known in warning for warning in done.summary["warnings"])
    (result,) = done.results
    assert "Warning: " in result["error"]


def test_lost_zeros_can_stop_a_row(desk: Desk, books: BooksApi) -> None:
    """With `--warnings-as-errors` such a row isn't sent."""
    desk.run(desk.csv("a.csv", [row("00123")]), "--api-url", books.url)
    file = desk.csv("b.csv", [row("123")])
    done = desk.run(file, "--api-url", books.url, "--warnings-as-errors", "--json")
    assert done.counts == {"invalid": 1}
    assert len(books.books) == 1


def test_file_imported_before_is_told(desk: Desk, books: BooksApi) -> None:
    """The same bytes again: a warning that names the run, and stops nothing, however strict."""
    file = desk.csv("a.csv", [row("A-1")])
    first = desk.run(file, "--api-url", books.url, "--json")
    again = desk.run(file, "--api-url", books.url, "--warnings-as-errors", "--json")
    assert first.summary["warnings"] == []
    (warning,) = again.summary["warnings"]
    assert first.summary["run_id"] in warning
    assert again.counts == {"already_created": 1}
    assert again.code == 0
