"""A question that waits long: what happened meanwhile is looked at before anything is sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from books_api import BooksApi
from desk import Desk, rows

from importer.clock import SystemClock
from importer.errors import StoppedError
from importer.ledger.memory import MemoryLedger
from importer.model import Outcome
from importer.pipeline import CHANGED, LONG_NS, import_file
from importer.preview import Preview
from importer.report import Report
from importer.settings import Api, Secret, Settings

TOKEN = Secret("t0ken")


class Person:
    """Somebody who is asked, and says yes after a while; the clock that he goes by.

    Attributes:
        asked: The plans that he was asked about.
    """

    def __init__(self, *waits: Callable[[], object]) -> None:
        """Prepare.

        Args:
            waits: What goes on while each question waits for so long that it counts.
        """
        self.asked: list[Preview] = []
        self.clock = Clock()
        self._waits = list(waits)

    def on_plan(self, preview: Preview) -> bool:
        """Say yes, perhaps late."""
        self.asked.append(preview)
        if self._waits:
            self._waits.pop(0)()
            self.clock.passed += LONG_NS
        return True

    def on_run(self, run_id: str) -> None:
        """Hear the run's name."""

    def on_lock_wait(self, seconds: float) -> None:
        """Hear of another run."""

    def on_stopping(self) -> None:
        """Hear of a signal."""

    def on_outcome(self, outcome: Outcome) -> None:
        """Hear of a row."""

    def on_wait(self, reason: str, seconds: float) -> None:
        """Hear of a wait."""

    def on_phase(self, what: str) -> None:
        """Hear what goes on."""

    def on_setback(self, row: int, reason: str) -> None:
        """Hear of a failure."""

    def on_refusals(self, reason: str) -> bool:
        """Go on."""
        return True


class Clock(SystemClock):
    """The machine's time, and what passed besides, in nanoseconds."""

    passed = 0

    def monotonic_ns(self) -> int:
        """Return the time."""
        return time.monotonic_ns() + self.passed


def import_for(person: Person, desk: Desk, books: BooksApi, count: int = 3) -> Report:
    """Import some rows for a person."""
    file = desk.csv("a.csv", rows(count))
    settings = Settings(
        file=file, ledger=desk.ledger, output=desk.folder / "r.xlsx", lookup_delay=0
    )
    api = Api(books.url, "default", lambda: TOKEN, books.url)
    ledger = MemoryLedger()
    return import_file(settings, api, ledger=ledger, clock=person.clock, events=person)


def book(books: BooksApi, desk: Desk, count: int) -> None:
    """Create the first rows' invoices, as another machine with a ledger of its own does."""
    elsewhere = replace(desk, folder=desk.folder / "elsewhere")
    elsewhere.folder.mkdir()
    done = elsewhere.run(elsewhere.csv("a.csv", rows(count)), "--api-url", books.url)
    assert done.code == 0


def test_what_others_created_meanwhile_is_not_created_again(desk: Desk, books: BooksApi) -> None:
    """The API is listed again, and the new plan asked about: two of three exist by then."""
    person = Person(lambda: book(books, desk, 2))
    report = import_for(person, desk, books)
    assert sorted(books.references) == ["A-1", "A-2", "A-3"]
    assert {s: n for s, n in report.summary.counts.items() if n} == {
        "created": 1,
        "already_created": 2,
    }
    assert [preview.creates for preview in person.asked] == [3, 1]
    assert person.asked[1].warnings[0] == CHANGED


def test_nothing_is_asked_where_nothing_is_left(desk: Desk, books: BooksApi) -> None:
    """All was created meanwhile: there is no second question."""
    person = Person(lambda: book(books, desk, 3))
    report = import_for(person, desk, books)
    assert len(books.references) == 3
    assert report.summary.counts["already_created"] == 3
    assert len(person.asked) == 1


def test_the_same_plan_is_not_asked_about_twice(desk: Desk, books: BooksApi) -> None:
    """Nothing changed: it was listed once more, and is sent."""
    person = Person(lambda: None)
    import_for(person, desk, books)
    assert (len(person.asked), books.listings) == (1, 2)
    assert sorted(books.references) == ["A-1", "A-2", "A-3"]


def test_a_file_that_was_changed_meanwhile_is_not_sent_as_it_was(
    desk: Desk, books: BooksApi
) -> None:
    """Who saw a mistake, corrected it and then said yes meant the corrected file; it is told so."""
    person = Person(lambda: desk.csv("a.csv", rows(2)))
    with pytest.raises(
        StoppedError, match=r"a\.csv was changed .* nothing was sent\. Run the same"
    ):
        import_for(person, desk, books)
    assert not books.references


def test_a_file_that_is_gone_meanwhile_is_sent_as_it_was(desk: Desk, books: BooksApi) -> None:
    """It was moved away, and says nothing else."""
    person = Person((desk.folder / "a.csv").unlink)
    import_for(person, desk, books)
    assert sorted(books.references) == ["A-1", "A-2", "A-3"]


def test_an_answer_at_once_costs_no_second_listing(desk: Desk, books: BooksApi) -> None:
    """Who answers soon is believed."""
    person = Person()
    import_for(person, desk, books)
    assert (len(person.asked), books.listings) == (1, 1)
