"""The page of all messages: it is what the code says, and nothing of that is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest
from groups import REPORTS, Group
from messages_page import (
    PACKAGE,
    UNSEEN,
    Message,
    all_messages,
    bullets,
    collect,
    is_told,
    with_each_list_once,
)
from pages import PAGES
from syntax import Module, read_modules

from importer.errors import ImporterError
from importer.model import NEEDS_USER, Code

PAGE = Path(__file__).parents[2] / "docs" / "messages.md"
ERRORS = {error.__name__ for error in ImporterError.__subclasses__()}

PASSED_ON = {"str(exc)", "busy", """f"{self._path} {answer['refused']}. Nothing was sent.\""""}
"""What was said elsewhere already, and is raised as it stands."""


SILENT = {
    "importer/clean/date_words.py": "patterns",
    "importer/clean/forms.py": "patterns",
    "importer/guide.py": "the template's own texts, and its examples",
    "importer/headers.py": "a pattern",
    "importer/read/languages.py": "words of many languages",
    "importer/unpack/formats.py": "patterns",
    "importer/workbook/chart.py": "a title within a workbook",
    "importer/workbook/heading.py": "what stands above the sheet Problems",
    "importer/workbook/help_sheets.py": "what stands in the template's second sheet",
    "importer/workbook/places.py": "a pattern",
    "importer/workbook/sheets.py": "what stands above the sheet Problems",
    "importer/workbook/summary.py": "what stands in the sheet Summary",
    "importer/workbook/template.py": "what a cell of the template says when one points at it",
    "importer/statuses.py": "what the sheet Summary asks for; docs/reference.md has the statuses",
}
"""Files that say nothing but what is shown elsewhere."""

WORDS = 3
"""From how many words on a text counts as a sentence."""

QUERY = re.compile(r"\b(SELECT|INSERT|UPDATE|REPLACE|CREATE|DELETE|DROP|PRAGMA|ORDER BY|WHERE)\b")

ELSEWHERE = {
    "What is wrong, in": "above the problems of a check, shown in docs/first-import.md",
    "verbose in the configuration": "a name of what two options say the opposite by",
    "the same as": "behind a file's name in what an inbox has dealt with before",
    "a record of the table": "what is damaged, within the ledger's own message",
    "is unknown or settled already": "a fault of ours, within `The ledger refuses a record`",
    ": nothing was imported (exit code": "what --notify tells, in docs/cron.md",
    "Server disconnected without sending a response": "never shown: httpx's words for it",
    "absent from whole listings": "what status tells of a doubt that is settled",
    "payor customer client buyer debtor payeur acheteur pagador pagante comprador cliente kunde "
    "kundin käufer zahler klant koper betaler acquirente": "words",
    "us we me seller merchant supplier vendor receiver recipient beneficiary bénéficiaire vendeur "
    "beneficiário beneficiario vendedor": "words",
    "the headers again": "one of the ‹words› of rows that were skipped",  # noqa: RUF001
    "it is a link to a file elsewhere": "the ‹reason› why a file can't be moved",  # noqa: RUF001
    "the run ended without a word": "what runs lists",
    "not checked: the API offers no look-up": "what status tells of a doubt that was settled",
    "not listed by the API": "the same",
    ". The next run of their file sends them again.": "what resolve tells when it is done",
    "import sys; sys.path[:0] = sys.argv[1:2]; sys.path += sys.argv[2:]; from "
    "importer.unpack.child import main; main()": "a program",
    "json(iif(as_payment_link, 'true', 'false'))": "a query",
    "… [cut: a cell holds no more]": "what stands at the end of a cell that was cut",
    "The API refused this:": "what a cell's comment begins with",
    r"(?:^The API refused this row \(\d+\): | \| ){header}: (.+?)(?= \| |$)": "a pattern",
    "was created with something else.": "what a cell's comment says of a conflict",
    "The column error says what.": "the same",
    r"(?: with |, ){field} .*? \(now": "a pattern",
    "no reason given": "in place of what the API didn't say of a refused row",
    r"\(at (?:line (\d+), column \d+|end of document)\)$": "a pattern",
}
"""Sentences that are no messages of their own, and what they are."""


@pytest.fixture(scope="module")
def found() -> Sequence[Message]:
    """All messages of the code."""
    return all_messages()


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


def sentences() -> Iterator[tuple[str, int, str]]:
    """Yield where a sentence is written in the code that speaks to people, and the sentence."""
    for name, module in read_modules(PACKAGE).items():
        path = str(module.path.relative_to(PACKAGE.parent))
        if name not in UNSEEN and path not in REPORTS.keys() | SILENT.keys():
            for node in ast.walk(module.tree):
                match node:
                    case ast.Constant(value=str() as text) if is_sentence(module, node, text):
                        yield path, node.lineno, plain(text)
                    case _:
                        pass


def is_sentence(module: Module, node: ast.Constant, text: str) -> bool:
    """Tell whether a text of the code is a sentence for people, or the better part of one."""
    words = [word for word in text.split() if re.search("[A-Za-z]{2}", word)]
    above = [*islice(module.around(node), 1, 3)]
    helps = any(isinstance(n, ast.keyword) and n.arg == "help" for n in above)
    documents = isinstance(above[0], ast.Expr)
    return len(words) >= WORDS and not helps and not documents and not QUERY.search(text)


def plain(text: str) -> str:
    """Return a text without what the page adds to it."""
    return " ".join(text.replace("`", "").replace("{}", "‹number›").split())  # noqa: RUF001


def snippet(folder: Path, text: str) -> set[str]:
    """Return the messages of a package of one module."""
    (folder / "tool").mkdir()
    (folder / "tool" / "part.py").write_text(text, "utf-8")
    return {message.text for message in collect(folder / "tool")}


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_are_made_from_the_code(page: str) -> None:
    """Whoever changes a message or an option makes them anew: `python docs/make`."""
    assert PAGE.with_name(page).read_text("utf-8") == PAGES[page]()


def test_every_error_is_on_the_page(found: Sequence[Message]) -> None:
    """Each error that is raised has words there, unless it passes on another's."""
    told = {(message.path, message.line) for message in found if is_told(message)}
    places = list(raised())
    assert len(places) > 80
    assert [place for place in places if place[:2] not in told and place[2] not in PASSED_ON] == []


def test_every_sentence_is_on_the_page(found: Sequence[Message]) -> None:
    """Whatever the code says to people is a message's part, or has its reason not to be."""
    page = "\n".join(plain(message.text) for message in found if is_told(message))
    page += plain(PAGE.with_name("reference.md").read_text("utf-8"))
    places = list(sentences())
    assert len(places) > 700
    missing = [place for place in places if place[2] not in page]
    assert [place for place in missing if place[2] not in ELSEWHERE] == []
    assert ELSEWHERE.keys() - {text for *_, text in missing} == set()


def test_a_list_is_written_once() -> None:
    """Where it would stand again, the page says where it stands."""
    lists = "- One: … {0}\n  - a\n  - b\n- Two: … {0}\n  - a\n  - b\n- Three: … {0}\n  - c\n"
    assert with_each_list_once(lists.format("In place of … stands one of:")) == (
        "- One: … In place of … stands one of:\n  - a\n  - b\n"
        '- Two: … In place of … stands the same as at "One".\n'
        "- Three: … In place of … stands one of:\n  - c\n"
    )


def test_what_is_said_in_lines_stays_in_lines() -> None:
    """A command to be typed stands by itself, as on the terminal."""
    said = Message(Group.PASSING, "", "Type:\nexport A=b\nor not.", "a.py", 1)
    assert bullets(iter([said])) == ["- Type:\\\n  export A=b\\\n  or not."]


def test_every_kind_of_issue_and_outcome_is_on_the_page(found: Sequence[Message]) -> None:
    """Each code has a message, and each status that needs somebody."""
    kinds = {message.kind for message in found if is_told(message)}
    assert kinds >= {*Code, *NEEDS_USER}


def test_what_a_table_says_of_a_code_stands_under_no_other(found: Sequence[Message]) -> None:
    """A limit, or a day, is told where it belongs, though one function says both."""
    texts: dict[str, set[str]] = {}
    for message in found:
        texts.setdefault(message.kind, set()).add(message.text)
    assert {text.split()[1] for text in texts[Code.NOTE_TOO_LONG]} == {"note"}
    assert {text.split()[1] for text in texts[Code.REFERENCE_TOO_LONG]} == {"reference"}
    assert not texts[Code.DUE_IN_THE_PAST] & texts[Code.DUE_FAR_AHEAD]


def test_every_group_is_on_the_page(found: Sequence[Message]) -> None:
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
        "‹file› has (1 row | ‹number› rows). [Did you mean ‹the nearest›?] Try again."  # noqa: RUF001
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


def test_no_alternative_is_left_out_for_being_short(tmp_path: Path) -> None:
    """Among whole sentences a short one is a message, too."""
    text = """
def advise(found):
    match found:
        case ():
            return "write the code, such as USD, in its place."
        case (only,):
            return f"is it {only}?"
    return "write the one of them that is meant."
def fail(found):
    raise FileError(f"No currency: {advise(found)}")
"""
    assert snippet(tmp_path, text) == {
        "No currency: write the code, such as USD, in its place.",
        "No currency: is it ‹the nearest›?",  # noqa: RUF001
        "No currency: write the one of them that is meant.",
    }


def test_numbers_of_the_code_are_written_as_they_are_said(tmp_path: Path) -> None:
    """With their separators and decimals, and reckoned where the code reckons."""
    text = """
MOST, WAIT_S = 16_384, 30.0
def fail():
    raise FileError(f"At most {MOST - 1:,} rows in {WAIT_S:.0f} s.")
"""
    assert snippet(tmp_path, text) == {"At most 16,383 rows in 30 s."}


def test_brackets_of_a_message_are_told_from_those_of_the_page(tmp_path: Path) -> None:
    """The page's say what may be left out; a message's own stand as code, and are no link."""
    text = """
def fail(name, near):
    hint = f" Did you mean {near}?" if near else ""
    rest = f" Its names: {name}." if name else " None."
    raise FileError(f"Write [columns].{hint}{rest}")
"""
    assert snippet(tmp_path, text) == {
        "Write `[columns]`. [Did you mean ‹the nearest›?] (Its names: ‹name›. | None.)"  # noqa: RUF001
    }


def test_why_a_doubt_is_left_is_a_message(tmp_path: Path) -> None:
    """It is noted, and said later."""
    text = """
class Inquiry:
    def settle(self, key):
        self.why[key] = "the listing is cut short"
"""
    assert snippet(tmp_path, text) == {"the listing is cut short"}


def test_messages_that_are_alike_are_put_together() -> None:
    """Many that differ in one place are one, with a list of what may stand there."""
    codes = ("gold", "silver", "platinum", "palladium")
    texts = [
        f"No currency to invoice in (it is {code}) — write another, such as USD." for code in codes
    ]
    messages = [Message(Group.CELL, "", text, "a.py", 1) for text in texts]
    assert bullets(iter(messages)) == [
        """\
- No currency to invoice in (…) — write another, such as USD. In place of … stands one of:
  - it is gold
  - it is silver
  - it is platinum
  - it is palladium"""
    ]
    assert bullets(iter(messages[:2])) == [f"- {text}" for text in texts[:2]]
