"""The line that each key of a TOML text stands on, which the standard library's parser doesn't say.

TOML is a list of statements, each on lines of its own (https://toml.io/en/v1.0.0#spec), and each is
a TOML text itself. So the parser says where one ends: at the first line with which it is whole.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Key = tuple[str, ...]
"""A key with the tables that it is in, from the outermost on."""


def find_lines(text: str) -> dict[Key, int]:
    """Return the line, from 1, on which each key and table is first named.

    Args:
        text: A TOML text without an error.
    """
    found: dict[Key, int] = {}
    table: Key = ()
    for line, statement, is_header in _statements(text):
        keys = list(_keys(statement))
        if is_header:
            table = max(keys, key=len)
            keys = [table[:depth] for depth in range(1, len(table) + 1)]
        else:
            keys = [(*table, *key) for key in keys]
        for key in keys:
            found.setdefault(key, line)
    return found


def _statements(text: str) -> Iterator[tuple[int, Mapping[str, Any], bool]]:
    """Yield the first line of each statement, what it says, and whether it begins a table."""
    part, first = "", 1
    # As the parser has it: a line ends with a line feed, whatever else Python takes for its end.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        part += f"{line}\n"
        try:
            statement = tomllib.loads(part)
        except tomllib.TOMLDecodeError:
            continue
        if statement:
            yield first, statement, part.lstrip().startswith("[")
        part, first = "", number + 1


def _keys(values: Mapping[str, Any]) -> Iterator[Key]:
    """Yield every key of nested tables, the outer before the inner ones."""
    for name, value in values.items():
        yield (name,)
        inner = value[0] if isinstance(value, list) and value[:1] == [{}] else value
        if isinstance(inner, dict):
            yield from ((name, *key) for key in _keys(inner))
