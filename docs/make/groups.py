"""The sections of the page of messages, and what in the code says a message of which."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from enum import Enum

from placeholders import called
from syntax import given


class Group(Enum):
    """When a message is said; the page's sections, in order."""

    FILE = "The file can't be imported (exit 2)"
    USAGE = "The command or an option is wrong (exit 2)"
    CONFIG = "The configuration is wrong (exit 2)"
    RESULTS = "The results can't be written (exit 2, or 4 after the sending)"
    LEDGER = "The ledger can't be used (exit 2)"
    STOP = "The run ends early (exit 4, or 130 after Ctrl-C)"
    REASON = "Why the API could not be asked, or its answer isn't certain"
    DOUBT = "Why a row in doubt is not settled"
    CELL = "A cell or a row is wrong, or worth a second look"
    OUTCOME = "What became of a row"
    WARNING = "Warnings: nothing stops for them"
    QUESTION = "Questions, on a terminal alone"
    PASSING = "Said in passing"
    KNOWN = "What `status` knows of a reference"
    DOCTOR = "What `doctor` finds"
    SANDBOX = "What the sandbox says"


CLICK = """\
These come from the library that reads the command, in its words, behind `Error:` and the usage:
`No such command`; `Got unexpected extra argument`; `Missing argument`; `Missing option`;
`Invalid value for` an option, with the reason; `Option … does not take a value`.
Correct what the message names and send the same command again; the command with `--help` behind it
shows every option and what may stand behind it. In a configuration, such a reason stands behind the
file, the line and the key.
"""

ABOUT = {
    Group.FILE: "Nothing was sent. Said as it stands here.",
    Group.USAGE: f"Nothing was sent. Said as it stands here, or behind `Error:` and the usage.\n\n"
    f"{CLICK}",
    Group.CONFIG: "Nothing was sent. What is of one line begins with its place, such as "
    "`import-invoices.toml, line 7:`.",
    Group.RESULTS: "Exit 2 where it is found before the sending: then nothing was sent, and it "
    "says so. Exit 4 where it happens afterwards: nothing is lost, and it says how to get them.",
    Group.LEDGER: "Nothing was sent, or nothing more.",
    Group.STOP: "Said behind `Stopped:` in the summary, and in the column `error` of the rest. "
    "What was sent is written down; the same command goes on.",
    Group.REASON: "Parts of other messages: of what stopped a run, of a row in doubt.",
    Group.DOUBT: "Parts of what is said of a row that stays `in_doubt` after the API was asked. "
    "What to do is in [in-doubt.md](in-doubt.md).",
    Group.CELL: "Each begins with the place, such as `D17 (Currency):`. How to repair what, step "
    "by step, is in [issues.md](issues.md).",
    Group.OUTCOME: "In the column `error` of the results.",
    Group.WARNING: "Behind `Warning:`.",
    Group.QUESTION: "Answer `y` or `n`, or press Enter for the answer in capitals.",
    Group.PASSING: "Nothing is wrong: what goes on, what is waited for, what is left alone.",
    Group.KNOWN: "Nothing is sent.",
    Group.DOCTOR: "Each behind how it stands and what was looked at, such as `wrong  API`. Nothing "
    "is sent.",
    Group.SANDBOX: "It is on this computer; nothing leaves it.",
}

SINKS: Mapping[str, tuple[Group, int]] = {
    "FileError": (Group.FILE, 0),
    "RefusedError": (Group.FILE, 0),
    "UsageError": (Group.USAGE, 0),
    "BadParameter": (Group.USAGE, 0),
    "SandboxError": (Group.SANDBOX, 0),
    "StartError": (Group.SANDBOX, 0),
    "StoreError": (Group.SANDBOX, 0),
    "fail": (Group.USAGE, 0),
    "refuse": (Group.CONFIG, 1),
    "LedgerError": (Group.LEDGER, 0),
    "StoppedError": (Group.STOP, 0),
    "KeyboardInterrupt": (Group.STOP, 0),
    "stop": (Group.STOP, 0),
    "_stop": (Group.STOP, 0),
    "_fail": (Group.STOP, 1),
    "Halt": (Group.REASON, 0),
    "Lost": (Group.REASON, 0),
    "NotSent": (Group.REASON, 0),
    "NotRetrieved": (Group.REASON, 0),
    "Unlisted": (Group.REASON, 0),
    "Unreached": (Group.REASON, 0),
    "NotListed": (Group.REASON, 0),
    "ListingFailed": (Group.REASON, 0),
    "ListingDenied": (Group.REASON, 0),
    "ListingError": (Group.REASON, 0),
    "TokenError": (Group.REASON, 0),
    "ValueError": (Group.REASON, 0),
    "explain": (Group.CELL, 0),
    "Outcome": (Group.OUTCOME, 3),
    "hold": (Group.OUTCOME, 0),
    "Created": (Group.WARNING, 1),
    "Decoded": (Group.WARNING, 1),
    "_warn": (Group.WARNING, 0),
    "warn": (Group.WARNING, 0),
    "confirm": (Group.QUESTION, 0),
    "_confirm": (Group.QUESTION, 0),
    "_ask": (Group.QUESTION, 0),
    "tell": (Group.PASSING, 0),
    "echo": (Group.PASSING, 0),
    "say": (Group.PASSING, 0),
    "phase": (Group.PASSING, 0),
    "on_phase": (Group.PASSING, 0),
    "on_wait": (Group.PASSING, 0),
    "_wait": (Group.PASSING, 1),
    "on_setback": (Group.PASSING, 1),
    "Finding": (Group.DOCTOR, 2),
    "Target": (Group.DOCTOR, 2),
}
"""What says a message, when, and which of its arguments is the message."""

KEYWORDS = {
    "message": Group.OUTCOME,
    "warnings": Group.WARNING,
    "busy": Group.STOP,
    "problem": Group.DOCTOR,
    "token_problem": Group.DOCTOR,
}
"""Arguments that are messages, whatever they are given to."""

STATES = ("wrong", "warning", "unchecked", "ok")
"""How it may stand with what doctor looks at, the worst first."""

FOLDERS: Mapping[str, Mapping[Group, Group]] = {
    "importer/cli/console.py": {Group.USAGE: Group.QUESTION},
    "importer/cli/configuration.py": {Group.USAGE: Group.CONFIG},
    "importer/cli/doctor.py": {Group.PASSING: Group.DOCTOR},
    "importer/cli/entries.py": {Group.USAGE: Group.CONFIG},
    "importer/cli/status.py": {Group.PASSING: Group.KNOWN},
    "importer/outbox.py": {Group.FILE: Group.PASSING},
    "importer/sandbox/": {Group.PASSING: Group.SANDBOX, Group.USAGE: Group.SANDBOX},
    "importer/workbook/": {Group.FILE: Group.RESULTS, Group.USAGE: Group.RESULTS},
}
"""Where another section has the messages of a file or folder, by the section of their sink."""


REPORTS: Mapping[str, str] = {
    "importer/cli/__init__.py": "the first help",
    "importer/cli/brief.py": "the summary of a run, shown in README.md and docs/first-import.md",
    "importer/cli/check.py": "the summary of a check",
    "importer/cli/config.py": "what config lists",
    "importer/cli/journal.py": "the log for machines, in docs/reference.md",
    "importer/cli/jsonlog.py": "the log for machines, in docs/reference.md",
    "importer/cli/ledger.py": "what ledger tells of a ledger that is whole",
    "importer/cli/options.py": "help, in docs/reference.md",
    "importer/cli/plan.py": "the plan, shown in README.md and docs/first-import.md",
    "importer/cli/preview.py": "the plan of a check, shown in docs/first-import.md",
    "importer/cli/render.py": "the summary of a run, shown in README.md and docs/first-import.md",
    "importer/cli/runs.py": "what runs lists",
    "importer/cli/template.py": "the first steps, shown in docs/first-import.md",
}
"""Files of the code that tell what is well, and where else that is shown."""


def group_of(group: Group, path: str) -> Group:
    """Return the section of a message.

    Args:
        group: That of what says it.
        path: The file of the code that says it.
    """
    found = (groups for start, groups in FOLDERS.items() if path.startswith(start))
    return next((groups.get(group, group) for groups in found), group)


def noted(node: ast.AST) -> Iterator[tuple[Group, ast.expr]]:
    """Yield what a statement notes to be said later: why a doubt isn't settled, warnings."""
    yield from ((Group.WARNING, value) for name, value in given(node) if name == "warnings")
    match node:
        case ast.Assign(
            targets=[ast.Subscript(value=ast.Attribute(attr="why"))], value=ast.expr() as value
        ):
            yield Group.DOUBT, value
        case _:
            pass


def state_of(node: ast.Call) -> str:
    """Return how it stands by a finding of doctor's; a problem is always wrong."""
    if called(node) != "Finding":
        return "wrong"
    names = [n.attr.lower() for n in ast.walk(node) if isinstance(n, ast.Attribute)]
    return next((name for name in names if name in STATES), "warning")
