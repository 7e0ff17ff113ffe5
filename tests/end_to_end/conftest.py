from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from books_api import BooksApi, books_api
from desk import Desk
from odd_api import Gate, OddApi, odd_api

from importer.sandbox.process import Sandbox, running_sandbox


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of the test's own."""
    return Desk(tmp_path)


@pytest.fixture
def api() -> Iterator[OddApi]:
    """An API that creates whatever comes in."""
    with odd_api() as api:
        yield api


@pytest.fixture
def books() -> Iterator[BooksApi]:
    """An API that keeps books, and lists them."""
    with books_api() as api:
        yield api


@pytest.fixture
def gate() -> Iterator[Gate]:
    """What holds answers back until the test lets them out, at its end at the latest."""
    gate = Gate()
    yield gate
    gate.open()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests that need its refusals alone."""
    with running_sandbox(data=tmp_path_factory.mktemp("sandbox") / "s.sqlite3") as sandbox:
        yield sandbox
