"""The end of the page `docs/configuration.md`, from the code: every key of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
from reference_page import STANDARD, default_of, escaped, table

from importer.cli.keys import every_command, list_keys
from importer.cli.kinds import Mapped, Rate
from importer.guide import guide_columns
from importer.model import Field

PAGE = Path(__file__).parents[1] / "configuration.md"

MARK = "<!-- Made from the code by: python docs/make -->\n"
"""What stands above it is written by hand; what stands below is made."""

TABLES = """\
## The tables

`[columns]`, `[defaults]` and `[profiles.NAME]` stand behind all keys outside of them. A profile
takes the same keys, and `[profiles.NAME.columns]` and `[profiles.NAME.defaults]`; what it says
counts in place of what stands outside, key by key.
"""


def configuration_page() -> str:
    """Return the page: what stands there above the mark, and what the code says."""
    written = PAGE.read_text("utf-8").partition(MARK)[0]
    return "\n".join([f"{written}{MARK}", *_keys(), *_tables()])


def _keys() -> Iterator[str]:
    yield "## Every key\n"
    yield "Relative paths count from the file's own folder. `_` may stand for `-` in a key.\n"
    seen: set[str] = set()
    rows = []
    for command in every_command():
        for key, option in list_keys(command).items():
            if key not in seen:
                seen.add(key)
                rows.append(_row(key, option))
    yield from table(("key", "type", "default", "", "variable"), rows)


def _row(key: str, option: click.Option) -> tuple[str, ...]:
    text = option.help or ""
    default = STANDARD.search(text)
    shown = default[1].replace("<", "‹").replace(">", "›") if default else default_of(option)
    told = STANDARD.sub("", text)
    return f"`{key}`", _kind(option), shown, escaped(told), f"`{option.envvar}`"


def _kind(option: click.Option) -> str:  # noqa: PLR0911 a case each
    """Return what a key's value is."""
    match option.type:
        case _ if option.is_flag:
            return "true or false"
        case Mapped():
            return "table, or text"
        case Rate():
            return 'number, or "auto"'
        case click.types.IntParamType():
            return "whole number"
        case click.types.FloatParamType():
            return "number"
        case click.Choice(choices=choices):
            return " or ".join(f'"{choice}"' for choice in choices)
        case click.Path():
            return "path"
        case _:
            return "text"


def _tables() -> Iterator[str]:
    yield TABLES
    rows = [
        (
            f"`{guide.field}`",
            "no" if guide.field is Field.REFERENCE_ID else "yes",
            re.sub(r"\. .*", ".", guide.write),
        )
        for guide in guide_columns()
    ]
    yield from table(("field", "may have a default", "what it is"), rows)
