"""What a command loads before it does anything: whoever asks for help waits for nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence

import pytest
from desk import SCRIPT, Desk

from importer.cli import COMMANDS

NEEDLESS = {
    "asyncio",
    "babel",
    "dataclasses",
    "hashlib",
    "httpx",
    "importlib.metadata",
    "importlib.resources",
    "json",
    "logging",
    "openpyxl",
    "pandera",
    "pathlib",
    "platformdirs",
    "polars",
    "python_calamine",
    "rich",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "importer.cli.configuration",
    "importer.cli.run",
    "importer.cli.target",
    "importer.model",
    "importer.records",
    "importer.settings",
}
"""What neither help nor a wrong option has any use for, and takes a while to load."""


def loaded(words: Sequence[object], said: str) -> set[str]:
    """Return the modules that `-X importtime` names, with the folders that they are in."""
    names = set(re.findall(r"\| +([\w.]+)$", said, re.MULTILINE))
    assert {"click", "importer.cli"} & names, words
    return names | {name.partition(".")[0] for name in names}


@pytest.fixture(scope="module")
def of_click() -> set[str]:
    """What click loads by itself."""
    command = (sys.executable, "-X", "importtime", "-c", "import click")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return loaded(command, done.stderr)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--help",), 0),
        (("--version",), 0),
        (("--no-such-option",), 2),
        (("a.csv", "--no-such-option"), 2),
        (("a.csv", "--rate"), 2),
        *(((name, "--no-such-option"), 2) for name in COMMANDS),
        (("ledger", "check", "--no-such-option"), 2),
    ],
    ids=str,
)
def test_help_and_wrong_options_load_next_to_nothing(
    desk: Desk, of_click: set[str], words: Sequence[str], code: int
) -> None:
    """Help, the version and a wrong option load click, the options, and no library besides."""
    done = desk.run(*words, command=(sys.executable, "-X", "importtime", SCRIPT))
    assert done.code == code
    needless = loaded(words, done.err) & (NEEDLESS - of_click)
    assert not needless
