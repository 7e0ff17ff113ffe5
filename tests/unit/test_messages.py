"""The page of all messages: it is what the code says, and nothing of that is missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from messages_page import PACKAGE, UNSEEN, Group, Message, collect, is_told
from pages import PAGES
from syntax import read_modules

from importer.errors import ImporterError
from importer.model import NEEDS_USER, Code

PAGE = Path(__file__).parents[2] / "docs" / "messages.md"
ERRORS = {error.__name__ for error in ImporterError.__subclasses__()}

PASSED_ON = {"str(exc)", "busy", """f"{self._path} {answer['refused']}. Nothing was sent.\""""}
"""What was said elsewhere already, and is raised as it stands."""


@pytest.fixture(scope="module")
def found() -> list[Message]:
    """All messages of the code."""
    return list(collect())


def raised() -> Iterator[tuple[str, int, str]]:
    """Yield where an error is made, and what it is given."""
    for name, module in read_modules(PACKAGE).items():
        for node in ast.walk(module.tree):
            match node:
                case ast.Call(func=ast.Name(id=error), args=[said, *_]) if (
                    error in ERRORS and name not in UNSEEN
                ):
                    path = str(module.path.relative_to(PACKAGE.parent))
                    yield path, node.lineno, ast.unparse(said)
                case _:
                    pass


def snippet(folder: Path, text: str) -> set[str]:
    """Return the messages of a package of one module."""
    (folder / "tool").mkdir()
    (folder / "tool" / "part.py").write_text(text, "utf-8")
    return {message.text for message in collect(folder / "tool")}


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_are_made_from_the_code(page: str) -> None:
    """Whoever changes a message or an option makes them anew: `python docs/make`."""
    assert PAGE.with_name(page).read_text("utf-8") == PAGES[page]()


def test_every_error_is_on_the_page(found: list[Message]) -> None:
    """Each error that is raised has words there, unless it passes on another's."""
    told = {(message.path, message.line) for message in found if is_told(message)}
    places = list(raised())
    assert len(places) > 80
    assert [place for place in places if place[:2] not in told and place[2] not in PASSED_ON] == []


def test_every_kind_of_issue_and_outcome_is_on_the_page(found: list[Message]) -> None:
    """Each code has a message, and each status that needs somebody."""
    kinds = {message.kind for message in found if is_told(message)}
    assert kinds >= {*Code, *NEEDS_USER}


def test_every_group_is_on_the_page(found: list[Message]) -> None:
    """No section is empty."""
    assert {message.group for message in found if is_told(message)} == {*Group}


def test_messages_are_found_through_names_and_functions(tmp_path: Path) -> None:
    """What a message is put together from is followed: names, functions, what is left out."""
    text = """
ADVICE = "Try again."
def hint(near):
    return f" Did you mean {near}?" if near else ""
def fail(path, near, count):
    rows = "1 row" if count == 1 else f"{count:,} rows"
    raise FileError(f"{path} has {rows}.{hint(near)} " + ADVICE)
"""
    assert snippet(tmp_path, text) == {
        "‹file› has (1 row | ‹count› rows). [Did you mean ‹near›?] Try again."  # noqa: RUF001
    }


def test_long_alternatives_are_messages_of_their_own(tmp_path: Path) -> None:
    """Two whole sentences aren't squeezed into one."""
    text = """
def advise(kind):
    if kind:
        return "Close the program that keeps the file open, then try again."
    return "Check that you may write there, or choose another folder."
def fail(kind):
    raise LedgerError(f"No. {advise(kind)}")
"""
    assert snippet(tmp_path, text) == {
        "No. Close the program that keeps the file open, then try again.",
        "No. Check that you may write there, or choose another folder.",
    }


def test_a_table_has_a_message_for_each_row(tmp_path: Path) -> None:
    """The words of a row stay together."""
    text = """
FORMS = tuple((p, w) for p, w in (("a PDF", "Export it."), ("a web page", "Save it.")))
def fail():
    for what, remedy in FORMS:
        raise FileError(f"It is {what}. {remedy}")
"""
    assert snippet(tmp_path, text) == {"It is a PDF. Export it.", "It is a web page. Save it."}
