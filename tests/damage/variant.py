"""A damaged file and what its owner meant by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from damage.owner import Invoice
from importer.clean import Reading
from importer.read import Opening

Generator = Callable[[], Iterator["Variant"]]

OPENING, READING = Opening(), Reading()
"""How most variants are read. Made once: a zone's name is looked up among all of them."""


@dataclass(frozen=True, slots=True)
class Meant:
    """One of the owner's rows, where the damage has left it.

    Attributes:
        invoice: What is meant.
        number: The row as a spreadsheet program would number it; None where that depends on the
            program, below a broken record.
        line: The line of a text file that it begins on; None in a workbook.
        damaged: Whether the damage touched it, or could as well have.
    """

    invoice: Invoice
    number: int | None
    line: int | None
    damaged: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """A damaged file.

    Attributes:
        name: What was done to which file.
        file: The file's name.
        data: Its bytes.
        meant: The owner's rows.
        why: Why the damaged rows count as damaged.
        opening: How it is opened.
        reading: How its cells are read.
    """

    name: str
    file: str
    data: bytes
    meant: tuple[Meant, ...]
    why: str = ""
    opening: Opening = OPENING
    reading: Reading = READING
