"""How a file is read: which sheet, in which encoding, and how much of it at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from importer.model import Field

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read before a file is refused; each is an option of the command line.

    Attributes:
        memory: What reading a workbook may take, in bytes (`--max-memory`).
        file_size: Of the file, and of what it unpacks to, in bytes (`--max-file-size`).
        rows: Of the sheet or file, blank ones too (`--max-rows`); by default what a sheet holds.
        columns: Of the sheet or file (`--max-columns`).
        cell_length: Of one cell, in characters (`--max-cell-length`).
    """

    memory: int = 2048 * MIB
    file_size: int = 512 * MIB
    rows: int = 1_048_576
    columns: int = 1_000
    cell_length: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Opening:
    """How a file is opened and read.

    Attributes:
        sheet: The sheet to read; None for the visible one whose headers fit.
        encoding: A text file's encoding; None to find it out.
        skip_hidden: Leave out the rows that a sheet hides.
        columns: Which of the file's headers gives which field, besides those that are known.
        limits: How much is read at most.
    """

    sheet: str | None = None
    encoding: str | None = None
    skip_hidden: bool = False
    columns: Mapping[str, Field] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
