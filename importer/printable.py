"""Text from outside, fit to be shown."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return a text with nothing in it that moves a cursor, turns letters or is no character.

    Line ends go too: a text of several lines is made fit line by line.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else "�" for c in text)
