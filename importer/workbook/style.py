"""How the results look: a pale colour for what became of a row, a strong one for a wrong cell."""

from __future__ import annotations

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from importer.model import Severity, Status

GREEN, RED, ORANGE, YELLOW = "E2F0D9", "F8D7DA", "FCE4D6", "FFF2CC"
BLUE, GREY = "DDEBF7", "EDEDED"

COLOURS = {
    Status.CREATED: GREEN,
    Status.ALREADY_CREATED: GREEN,
    Status.INVALID: RED,
    Status.REJECTED: RED,
    Status.CONFLICT: ORANGE,
    Status.IN_DOUBT: YELLOW,
    Status.NOT_SENT: GREY,
    Status.READY: BLUE,
}

MARKS = {Severity.ERROR: ("FF9AA2", "7A0010"), Severity.WARNING: ("FFE699", "7F4F00")}
"""Behind a wrong or doubtful cell, and its text."""

DARK = "1F3864"

LINE_HEIGHT = 15
"""Of one line of text, in points."""

MAX_LINES = 27
"""Of a row: it is 409 points high at most ("Excel specifications and limits")."""


def font(*, bold: bool = False, size: int = 11, colour: str | None = None) -> Font:
    """Return the font of all results; one without a name shows as some other."""
    return Font(name="Calibri", family=2, size=size, bold=bold, color=colour)


def fill(colour: str) -> PatternFill:
    """Return a background."""
    return PatternFill("solid", start_color=colour)


BOLD, TITLE = font(bold=True), font(bold=True, size=16, colour=DARK)
TOP = Alignment(vertical="top")
WRAPPED = Alignment(vertical="top", wrap_text=True)
RIGHT = Alignment(horizontal="right")
UNDERLINED = Border(bottom=Side("thin", color=DARK))
SUMMED = Border(top=Side("thin", color=DARK))
