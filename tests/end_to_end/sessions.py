"""The sessions that the documents show: read from a page, and played as they stand."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from desk import PATIENCE_S, SAMPLES, SCRIPT, Desk
from terminal import terminal

PAGES = Path(__file__).parents[2]

BLOCK = re.compile(
    r"^```console(?: asks)?\n(.*?)^```$|^<!-- (type .*?) -->$", re.MULTILINE | re.DOTALL
)
"""A session, on a terminal where it is asked; or what the reader does by hand meanwhile."""

HOME = "/home/ama/invoices"
"""The folder that the pages are written in."""

API = "https://api.example.com"
"""The API that the pages name."""

SHAPES = {
    r"\b\d{8}-\d{6}\b": "20270104-090539",
    r"\b(20270104-090539)-[0-9a-f]{4}\b": r"\1-7c1e",
    r"\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})? UTC": "2027-01-04 09:05 UTC",
    r"\b\d+\.\d s\b": "1.1 s",
    r"\b[\w-]+@[\w.-]+\b": "ama@desk",
    r"\b[0-9a-f]{64}\b": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
"""What differs from run to run, and what the pages show for it."""

RUN = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")
"""A run that a page names: the latest one."""

PASSING = re.compile(r"^Warning: .*\bpast\b.*\n", re.MULTILINE)
"""What is said of the samples' due dates once they are over."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a session, and what it shows; whether it asks, and is answered with a yes."""

    words: str
    shown: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Typing:
    """What the reader types into a cell of a file."""

    file: str
    cell: str
    text: str


def read_steps(page: str) -> Iterator[Command | Typing]:
    """Yield what a page's reader does, from the top to the bottom.

    Args:
        page: The page's path in the project.
    """
    for block in BLOCK.finditer((PAGES / page).read_text("utf-8")):
        if block[2]:
            _, file, cell, text = block[2].split(maxsplit=3)
            yield Typing(file, cell, text)
            continue
        for part in re.split(r"^\$ ", block[1], flags=re.MULTILINE)[1:]:
            words, _, shown = part.partition("\n")
            yield Command(words, shown, block[0].startswith("```console asks"))


def play(command: Command, desk: Desk, variables: Mapping[str, str], api: str) -> str:
    """Carry out a command on a desk and return what it shows, as the pages would show it.

    Args:
        command: The command.
        desk: Where; the samples are there too.
        variables: The environment's variables.
        api: What stands in for the API that the pages name.
    """
    if not (desk.folder / "samples").exists():
        shutil.copytree(SAMPLES, desk.folder / "samples")
    if command.asks:
        shown = _say_yes(command, desk, {**variables, "TERM": "dumb"})
        return as_shown(shown.replace(str(desk.folder.resolve()), HOME))
    environment = desk.environment(variables)
    words = command.words.replace(API, api)
    if RUN.search(words):
        words = RUN.sub(_latest_run(desk), words)
    done = subprocess.run(
        ["/bin/sh", "-c", words],
        cwd=desk.folder,
        env=environment | {"PATH": f"{SCRIPT.parent}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return as_shown(done.stdout.replace(str(desk.folder.resolve()), HOME).replace(api, API))


def _latest_run(desk: Desk) -> str:
    """Return the name of the latest run on a desk."""
    with closing(sqlite3.connect(desk.ledger)) as db:
        (name,) = db.execute("SELECT id FROM run ORDER BY rowid DESC").fetchone()
    return str(name)


def _say_yes(command: Command, desk: Desk, variables: Mapping[str, str]) -> str:
    """Carry out a command on a terminal that only prints, answer its question, return it all."""
    with terminal(desk, *shlex.split(command.words)[1:], variables=variables) as screen:
        screen.read_until("[Y/n]: ")
        screen.type("y\n")
        screen.end()
        return screen.shown.replace("\r\n", "\n")


def as_shown(text: str) -> str:
    """Return a text with all that differs from run to run made alike."""
    for shape, example in SHAPES.items():
        text = re.sub(shape, example, text)
    return PASSING.sub("", text).rstrip()


def agrees(page: str, real: str) -> bool:
    """Tell whether what a page shows is what was shown; a line `…` stands for any lines."""
    lines = as_shown(page).splitlines()
    shapes = ("(?:.*\n)*" if line == "…" else f"{re.escape(line)}\n" for line in lines)
    return re.fullmatch("".join(shapes), f"{real}\n" if real else "") is not None
