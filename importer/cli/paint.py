"""Colours on the terminal: of the statuses, and of what must not be overlooked.

Off the terminal click takes them out. `NO_COLOR` (https://no-color.org: set, and not empty) and a
terminal that can do nothing but print are heeded here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import click

from importer.model import Status

COLOURS: Mapping[Status, str] = {
    Status.CREATED: "green",
    Status.READY: "green",
    Status.ALREADY_CREATED: "bright_black",
    Status.INVALID: "red",
    Status.REJECTED: "red",
    Status.CONFLICT: "red",
    Status.IN_DOUBT: "yellow",
    Status.NOT_SENT: "yellow",
}
BAD, DOUBTFUL = "red", "yellow"

PLAIN_TERMINALS = frozenset({"dumb", "unknown"})


def can_move() -> bool:
    """Tell whether a terminal, where there is one, can move its cursor: `TERM` says so."""
    return os.environ.get("TERM", "").lower() not in PLAIN_TERMINALS


def paint(text: str, colour: str) -> str:
    """Return a text in a colour, unless the user or the terminal wants none."""
    if os.environ.get("NO_COLOR") or not can_move():
        return text
    return click.style(text, fg=colour)


def paint_status(status: Status, text: str | None = None) -> str:
    """Return a status's word, or what is said of it, in the status's colour."""
    return paint(status.value if text is None else text, COLOURS[status])
