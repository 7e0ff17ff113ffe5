"""The pages for servers and shells say what the samples and the code say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from importer.cli.jsonlog import EVENTS, Level
from importer.cli.options import OPTIONS, PREFIX
from importer.cli.status import REPLIES, VERDICTS

PROJECT = Path(__file__).parents[2]
CRON = PROJECT / "samples" / "cron"
PAGES = ("cron.md", "accounting-for-an-invoice.md", "shell.md")

SECRET_FILES = {f"{PREFIX}TOKEN_FILE", f"{PREFIX}NOTIFY_FILE"}
ELSEWHERE = {"--now", "--system", "--home-dir", "--create-home"}
"""Options of other programs that the pages name."""


def page(name: str) -> str:
    """Return a page's text."""
    return PROJECT.joinpath("docs", name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    """Return a page's blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)


def test_the_page_shows_the_sample_crontab() -> None:
    """To the letter, but for its comment; its variables are ours or cron's."""
    lines = (CRON / "crontab").read_text("utf-8").splitlines(keepends=True)
    assert blocks("cron.md", "cron") == ["".join(line for line in lines if line[0] != "#")]
    named = set(re.findall(r"^([A-Z_]+)=", "".join(lines), re.MULTILINE))
    ours = {PREFIX + name[2:].upper().replace("-", "_") for name in OPTIONS}
    assert named <= ours | SECRET_FILES | {"MAILTO"}


def test_the_page_tells_every_event() -> None:
    """Each in a row of its table, with its words, in order."""
    found = re.findall(r"^\| `(\w+)` \| (.*) \|$", page("cron.md"), re.MULTILINE)
    assert found == list(EVENTS.items())


def test_the_pages_examples_of_a_log_are_such() -> None:
    """Each is an object with the fields that all have, of an event and a level that there are."""
    (block,) = blocks("cron.md", "json")
    for event in map(json.loads, block.splitlines()):
        assert list(event)[:5] == ["time", "level", "event", "run_id", "message"]
        assert event["event"] in EVENTS
        assert event["level"].upper() in Level.__members__


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_name_options_and_files_that_there_are(name: str) -> None:
    """Whoever follows a link or types an option meets it."""
    text = page(name)
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - ELSEWHERE
    own = {*OPTIONS, "--version", "--output"}
    assert options <= own
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert PROJECT.joinpath("docs", link).exists(), link
    for path in re.findall(r"samples/[\w./-]*\w", text):
        assert PROJECT.joinpath(path).exists(), path


def test_what_the_evidence_means_is_told_in_its_own_words() -> None:
    """The words that `status` has for replies and verdicts stand in the page's table."""
    text = page("accounting-for-an-invoice.md")
    said = [*REPLIES.values(), *(words.partition(" {}")[0] for words in VERDICTS.values())]
    missing = [words for words in said if words not in text]
    assert missing == []
