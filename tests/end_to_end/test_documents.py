"""The sessions that README and the guides show are what a reader gets, word by word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from books_api import BooksApi
from desk import WITH_TOKEN, Desk
from odd_api import Invoice, Reply
from openpyxl import load_workbook
from sessions import Command, Typing, agrees, play, read_steps


def lose_answers(books: BooksApi) -> None:
    """Drop the answer to every create of BW-2004, and show nobody what exists."""

    def answer(invoice: Invoice, number: int) -> Reply | None:
        reply = books.book(invoice, number)
        if invoice["reference_id"] != "BW-2004":
            return reply
        made = next(i for i in books.books if i["reference_id"] == "BW-2004")
        made["invoice_number"] = "N-31"  # whichever came first
        return None

    books.answer = answer
    books.listing = lambda _: Reply(200, b"[]")


STAGES: Mapping[str, Callable[[BooksApi], None]] = {
    "README.md": lambda _: None,
    "docs/first-import.md": lambda _: None,
    "docs/correcting-mistakes.md": lambda _: None,
    "docs/in-doubt.md": lose_answers,
    "docs/limits-and-speed.md": lambda _: None,
    "docs/configuration.md": lambda _: None,
    "docs/cron.md": lambda _: None,
    "docs/accounting-for-an-invoice.md": lambda _: None,
}
"""The pages that show sessions, and what goes on at the API that they name."""


@pytest.mark.parametrize("page", STAGES)
def test_the_sessions_of_a_page_are_real(desk: Desk, books: BooksApi, page: str) -> None:
    """Played from top to bottom in one folder, every command shows what the page shows."""
    STAGES[page](books)
    for step in read_steps(page):
        match step:
            case Command(words, shown):
                real = play(step, desk, WITH_TOKEN, books.url)
                assert agrees(shown, real), f"$ {words}\n{real}"
            case Typing(file, cell, text):
                type_into(desk.folder / file, cell, text)


def type_into(path: Path, cell: str, text: str) -> None:
    """Type into a cell of a workbook's first sheet, and save it."""
    book = load_workbook(path)
    book.worksheets[0][cell] = text
    book.save(path)
    book.close()
