"""What one look found: how it stands, in words, with the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands with something."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found.

    Attributes:
        name: What was looked at.
        state: How it stands.
        found: What was found, in words.
        remedy: What to do; empty where there is nothing to be done.
    """

    name: str
    state: State
    found: str
    remedy: str = ""


def split(message: str) -> tuple[str, str]:
    """Part a message, which says what is wrong and then what to do, into the two."""
    found, _, remedy = " ".join(message.removesuffix(" Nothing was sent.").split()).partition(". ")
    remedy = remedy.rstrip(".")
    return found.rstrip("."), remedy if not remedy or remedy.endswith("?") else f"{remedy}."


def wrong(name: str, message: str) -> Finding:
    """Return the finding that a message tells of."""
    return Finding(name, State.WRONG, *split(message))
