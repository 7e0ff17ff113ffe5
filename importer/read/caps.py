"""What is said of a text file that has more than is read."""

from __future__ import annotations

from pathlib import Path


def say_rows(path: Path, most: int) -> str:
    """Return the message about a file of too many rows."""
    rows = "1 row" if most == 1 else f"{most:,} rows"
    return (
        f"{path} has more than {rows}. Import it in parts, or allow more with --max-rows. "
        "Nothing was sent."
    )


def say_columns(path: Path, line: int, most: int) -> str:
    """Return the message about a line of too many cells."""
    cells = "1 cell" if most == 1 else f"{most:,} cells"
    return (
        f"{path} has more than {cells} in line {line}. Is a line end missing? If not, allow "
        "more with --max-columns. Nothing was sent."
    )


def say_cell_length(path: Path, line: int, most: int) -> str:
    """Return the message about a cell of too many characters."""
    characters = "1 character" if most == 1 else f"{most:,} characters"
    return (
        f"{path} has a cell of more than {characters} in line {line}. Is a double quote "
        "missing there? If not, allow more with --max-cell-length. Nothing was sent."
    )
