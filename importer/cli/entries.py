"""What a configuration file may say: its keys and values, each checked, each with its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import click

from importer.cli.keys import Keys
from importer.cli.kinds import Mapped, Rate
from importer.cli.lines import Key
from importer.cli.options import CONFIG, PREFIX
from importer.cli.words import EXAMPLES
from importer.errors import UsageError
from importer.model import Field
from importer.nearest import did_you_mean, nearest

COLUMNS, DEFAULTS, PROFILES, PROFILE = "columns", "defaults", "profiles", "profile"

SECRETS = {
    "token": f"{PREFIX}TOKEN",
    "client-id": f"{PREFIX}CLIENT_ID",
    "client-secret": f"{PREFIX}CLIENT_SECRET",
}
"""What goes into the environment alone."""

SECRET_WORDS = ("token", "secret", "password", "credential", "api-key", "apikey")
"""What is in the name of a key that is none, and is meant to hold a secret."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file and the lines of its keys.

    Attributes:
        path: The file.
        name: What messages call it.
        lines: The line of each key.
    """

    path: Path
    name: str
    lines: Mapping[Key, int]

    def refuse(self, key: Key, message: str) -> NoReturn:
        """Refuse the file for what one of its keys says.

        Raises:
            UsageError: Always.
        """
        line = self.lines.get(key)
        place = self.name if line is None else f"{self.name}, line {line}"
        raise UsageError(f"{place}: {message}")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of the file.

    Attributes:
        value: The value, as one would type it; of a flag, whether it is on.
        line: The line that says it.
        profile: The profile that says it; None outside of all.
    """

    value: Any
    line: int
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """What a file says, or a profile in it.

    Attributes:
        options: The options by key.
        columns: The fields by the user's headers.
        defaults: The values of fields whose column a file lacks, by field.
    """

    options: Mapping[str, Setting] = field(default_factory=dict)
    columns: Mapping[str, Setting] = field(default_factory=dict)
    defaults: Mapping[str, Setting] = field(default_factory=dict)

    def beneath(self, other: Entries) -> Entries:
        """Return these with the other's in their place, key by key.

        A field has one column, so a header of the other's replaces what gave the same field.
        """
        fields = {setting.value for setting in other.columns.values()}
        headers = {" ".join(header.split()).casefold() for header in other.columns}
        kept = {
            header: setting
            for header, setting in self.columns.items()
            if setting.value not in fields and " ".join(header.split()).casefold() not in headers
        }
        return Entries(
            {**self.options, **other.options},
            {**kept, **other.columns},
            {**self.defaults, **other.defaults},
        )


def read_entries(
    values: Mapping[str, Any], source: Source, keys: Keys
) -> dict[str | None, Entries]:
    """Check what a file says, in every profile, and return it by profile; None for the rest.

    Args:
        values: What it says, as its TOML is read.
        source: The file.
        keys: What options there are.

    Raises:
        UsageError: When a key is none, or a value isn't one of its option's.
    """
    profiles = values.get(PROFILES, {})
    if not isinstance(profiles, dict):
        source.refuse((PROFILES,), "Profiles are tables of their own, such as [profiles.acme].")
    top = {name: value for name, value in values.items() if name != PROFILES}
    found: dict[str | None, Entries] = {None: _read_section(top, (), None, source, keys)}
    for name, inner in profiles.items():
        at = (PROFILES, name)
        if not isinstance(inner, dict):
            source.refuse(at, f"A profile is a table: write [profiles.{name}] above its lines.")
        for key in (PROFILE, PROFILES):
            if key in inner:
                source.refuse((*at, key), "A profile can't hold another. Delete this line.")
        found[name] = _read_section(inner, at, name, source, keys)
    return found


def _read_section(
    values: Mapping[str, Any], at: Key, profile: str | None, source: Source, keys: Keys
) -> Entries:
    """Check what stands outside of all profiles, or in one."""
    options: dict[str, Setting] = {}
    columns: dict[str, Setting] = {}
    defaults: dict[str, Setting] = {}
    for written, value in values.items():
        here, key = (*at, written), written.replace("_", "-")
        if key == PROFILE and isinstance(value, dict):
            name = next(iter(value), "acme")
            source.refuse(here, f"{PROFILE} is no table. Did you mean [{PROFILES}.{name}]?")
        if key in options or (key == COLUMNS and columns):
            source.refuse(here, f"{key} is set twice. Leave one of the two lines out.")
        if key == DEFAULTS:
            defaults = _read_defaults(value, here, profile, source)
        elif key == COLUMNS:
            columns = _read_columns(value, here, profile, source)
        else:
            option = keys.find(key) or _refuse_key(written, here, source, keys)
            plain = _read_value(key, option, value, here, source)
            options[key] = Setting(plain, source.lines[here], profile)
    return Entries(options, columns, defaults)


def _refuse_key(written: str, here: Key, source: Source, keys: Keys) -> NoReturn:
    key = written.replace("_", "-")
    if key in SECRETS or any(word in key.casefold() for word in SECRET_WORDS):
        meant = SECRETS.get(key) or (
            SECRETS["client-secret"] if "secret" in key.casefold() else SECRETS["token"]
        )
        source.refuse(
            here,
            f"{written} has no place in this file, which is copied and read by others. Delete the "
            f"line, and put the secret into the variable {meant}, or into a file of its own that "
            f"{meant}_FILE names.",
        )
    for option in keys.all().values():
        if f"--{key}" in option.secondary_opts:
            name = option.opts[0].removeprefix("--")
            source.refuse(here, f'"{written}" is no option here. Write {name} = false.')
    if key == CONFIG.removeprefix("--"):
        source.refuse(here, f"{written} can't stand in the file that it names. Delete this line.")
    tables = [COLUMNS, DEFAULTS] if len(here) > 1 else [COLUMNS, DEFAULTS, PROFILES]
    near = nearest(key, [*keys.all(), *tables])
    source.refuse(
        here,
        f'"{written}" is no option.{did_you_mean(near)} `import-invoices config` lists them all.',
    )


def _read_value(key: str, option: click.Option, value: object, here: Key, source: Source) -> object:
    """Return an option's value, as one would type it."""
    kind = option.type
    if option.is_flag:
        if not isinstance(value, bool):
            source.refuse(here, f"{key} is true or false, without quotes: {key} = true")
        return value
    number = isinstance(kind, Rate | click.types.IntParamType | click.types.FloatParamType)
    # A number may be written as a text, too; True is an int for Python alone.
    if isinstance(value, bool) or not isinstance(value, int | float | str if number else str):
        example = EXAMPLES.get(option.opts[0], "…")
        what, sign = ("a number", "") if number else ("a text, in double quotes", '"')
        source.refuse(here, f"{key} is {what}, such as {key} = {sign}{example}{sign}")
    text = str(value)
    if isinstance(kind, click.Path):
        # From where the file is: a ledger that moves with the current folder would be another.
        text = _from_its_folder(key, text, here, source)
    if not text:
        source.refuse(here, f"{key} is empty. Write a value, or delete the line.")
    try:
        kind.convert(text, option, None)
    except click.BadParameter as exc:
        source.refuse(here, f"{key}: {exc.message}")
    return text


def _from_its_folder(key: str, text: str, here: Key, source: Source) -> str:
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # ~somebody, who isn't
        source.refuse(here, f"{key}: There is no user of that name. Write the whole path.")
    if "\0" in text:
        source.refuse(here, f"{key}: No path has the character U+0000. Write it anew.")
    return str(source.path.parent.absolute() / path) if text else text


def _read_columns(
    value: object, here: Key, profile: str | None, source: Source
) -> dict[str, Setting]:
    """Return the user's headers and their fields: of a table, or of a text as of `--columns`."""
    if isinstance(value, str):
        try:
            mapping = Mapped().convert(value, None, None)
        except click.BadParameter as exc:
            source.refuse(here, f"{COLUMNS}: {exc.message}")
        return {h: Setting(name, source.lines[here], profile) for h, name in mapping.items()}
    if not isinstance(value, dict):
        source.refuse(here, f'{COLUMNS} is a table: [columns], and below it "Your header" = "note"')
    found = {}
    for header, name in value.items():
        at = (*here, header)
        if not isinstance(name, str):
            dotted = '. A header with a dot goes in quotes: "No. 1"' if "." not in header else ""
            source.refuse(at, f'Write a header and its field: "{header}" = "note"{dotted}')
        known = _find_field(name, at, source)
        found[header] = Setting(known.value, source.lines[at], profile)
    return found


def _read_defaults(
    value: object, here: Key, profile: str | None, source: Source
) -> dict[str, Setting]:
    """Return the values of fields, as they would stand in a cell."""
    if not isinstance(value, dict):
        source.refuse(here, f'{DEFAULTS} is a table: [defaults], and below it currency = "USD"')
    found: dict[str, Setting] = {}
    for written, default in value.items():
        at = (*here, written)
        name = _find_field(written, at, source)
        if name is Field.REFERENCE_ID:
            source.refuse(
                at,
                f"{name} can't have a default: each row needs a reference of its own, or the same "
                "row could be sent twice. Add the column to the file.",
            )
        if name in found:
            source.refuse(at, f"{name} is set twice. Leave one of the two lines out.")
        found[name.value] = Setting(_as_cell(name, default, at, source), source.lines[at], profile)
    return found


def _find_field(written: str, at: Key, source: Source) -> Field:
    name = written.replace("-", "_")
    if name not in set(Field):
        hint = did_you_mean(nearest(name, Field)) or f" Fields: {', '.join(Field)}."
        source.refuse(at, f'"{written}" is no field of an invoice.{hint}')
    return Field(name)


def _as_cell(name: Field, value: object, at: Key, source: Source) -> str:
    """Return a value as it would stand in a cell."""
    match value:
        case bool():
            text = "yes" if value else "no"
        case str() | int():
            text = str(value)
        case dt.datetime() | dt.date():
            text = value.isoformat()
        case _:
            text = ""
    if not text.strip():
        source.refuse(at, f'Write what would stand in a cell: {name} = "…"')
    return text
