"""The configuration file: where it is, whether it may be trusted, what of it is in force."""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.keys import Keys, every_command, list_keys
from importer.cli.loaded import Loaded
from importer.cli.options import PREFIX
from importer.errors import UsageError
from importer.nearest import did_you_mean, nearest
from importer.owners import chown, user_name
from importer.settings import Settings

if TYPE_CHECKING:
    from importer.cli.entries import Entries, Setting, Source

NAME = "import-invoices.toml"
"""What the file is called where it is looked for."""

MOST = 1024 * 1024
"""How large it may be, in bytes: far more than anybody writes."""

KEY = f"{__name__}.configuration"
"""Under which the configuration is found in a context's `meta`."""

WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
"""How the standard library's parser says where TOML is wrong."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a file says for this call.

    Attributes:
        path: The file; None where there is none.
        name: What messages call it.
        profile: The profile that was chosen.
        entries: What it says, the profile's in place of the others; None where there is no file.
        looked: Where the file was looked for.
    """

    path: Path | None = None
    name: str = NAME
    profile: str | None = None
    entries: Entries | None = None
    looked: tuple[Path, ...] = ()

    @property
    def options(self) -> Mapping[str, Setting]:
        """The options by key."""
        return {} if self.entries is None else self.entries.options

    @property
    def columns(self) -> Mapping[str, Setting]:
        """The fields by the user's headers."""
        return {} if self.entries is None else self.entries.columns

    @property
    def defaults(self) -> Mapping[str, Setting]:
        """The values of fields whose column a file lacks."""
        return {} if self.entries is None else self.entries.defaults

    def default_map(self, command: click.Command) -> dict[str, Any]:
        """Return the values of a command's options by their parameters' names, as click's map."""
        own = {key: str(option.name) for key, option in list_keys(command).items()}
        said = {key: setting.value for key, setting in self.options.items()}
        if self.columns:
            said["columns"] = {header: field.value for header, field in self.columns.items()}
        return {own[key]: value for key, value in said.items() if key in own}

    def place(self, setting: Setting) -> str:
        """Return where something is said, as messages have it: `import-invoices.toml, line 7`."""
        return f"{self.name}, line {setting.line}"


def configuration_of(ctx: click.Context | None = None) -> Configuration:
    """Return what was read for a call; the current one, where none is given."""
    context = ctx or click.get_current_context(silent=True)
    found: Configuration | None = None if context is None else context.meta.get(KEY)
    return found or Configuration()


def default_values(settings: Settings) -> dict[str, str]:
    """Return what [defaults] says, by field, once it is known to be fit for a cell.

    Args:
        settings: The run's options, which say how cells are read.

    Raises:
        UsageError: When a value is no value of its field.
    """
    configuration = configuration_of()
    values = {name: str(setting.value) for name, setting in configuration.defaults.items()}
    if not values:
        return {}
    from importer.reading import check_defaults  # noqa: PLC0415 heavy, and seldom needed

    settings = replace(settings, defaults=values)
    for name, why in check_defaults(settings, dt.datetime.now(dt.UTC)).items():
        place = configuration.place(configuration.defaults[name])
        raise UsageError(f"{place}: the default of {name}: {why}")
    return values


def configure(ctx: click.Context, path: Path | None, profile: str | None) -> None:
    """Read the configuration and put its values beneath those of options and variables.

    Args:
        ctx: The command's context, before its other options are looked at.
        path: The file that --config names; None to look for one.
        profile: The profile that --profile names.

    Raises:
        UsageError: When there is no such file or profile, or something in it is wrong.
    """
    configuration = load(path, profile)
    ctx.meta[KEY] = configuration
    ctx.default_map = {**(ctx.default_map or {}), **configuration.default_map(ctx.command)}
    if isinstance(loaded := ctx.obj, Loaded):
        loaded.context = ctx


def load(named: Path | None, profile: str | None) -> Configuration:
    """Find a configuration, read it, check all of it, and choose its profile.

    Raises:
        UsageError: When there is no such file or profile, or something in it is wrong.
    """
    looked = () if named is not None else tuple(_places())
    # Unlike Path's, it never fails.
    path = named or next((place for place in looked if os.path.isfile(place)), None)  # noqa: PTH113
    if path is None:
        if profile is not None:
            places = " or ".join(map(str, looked))
            raise UsageError(
                f'There is no profile "{profile}", since there is no configuration: {places}. '
                "Write one, or name it with --config."
            )
        return Configuration(looked=looked)
    guarded = named is None and path.parent == Path.cwd()
    name = NAME if guarded else str(path)
    text = _read(path, name, guarded=guarded)
    values = _parse(text, name)
    from importer.cli.entries import Source, read_entries  # noqa: PLC0415 where there is one
    from importer.cli.lines import find_lines  # noqa: PLC0415 the same

    try:
        source = Source(path.absolute(), name, find_lines(text))
    except RecursionError as exc:
        raise UsageError(_too_much(name)) from exc
    profiles = read_entries(values, source, Keys(every_command()))
    chosen, entries = _choose(profiles, profile, source)
    return Configuration(source.path, name, chosen, entries, looked)


def _choose(
    profiles: Mapping[str | None, Entries], typed: str | None, source: Source
) -> tuple[str | None, Entries]:
    """Return the profile that is meant, and what is said with it."""
    top = profiles[None]
    own = top.options.get("profile")
    chosen = typed or (own.value if own is not None else None)
    if chosen is None:
        return None, top
    names = [name for name in profiles if name is not None]
    if chosen not in names:
        known = f" Its profiles: {', '.join(names)}." if names else " It has none."
        source.refuse(
            () if typed else ("profile",),
            f'There is no profile "{chosen}".{did_you_mean(nearest(chosen, names))}{known}',
        )
    return chosen, top.beneath(profiles[chosen])


def _places() -> Iterator[Path]:
    """Yield where the file is looked for, the first to be found being the one."""
    import platformdirs  # noqa: PLC0415 `--help` doesn't need it

    with suppress(OSError):  # a folder that is there no more
        yield Path.cwd() / NAME
    yield platformdirs.user_config_path("import-invoices", appauthor=False) / NAME


def _read(path: Path, name: str, *, guarded: bool) -> str:
    """Return a file's text.

    Args:
        path: The file.
        name: What messages call it.
        guarded: Nobody named it, so that it must be the user's own.
    """
    try:
        with path.open("rb") as file:
            if guarded:
                _check_owner(path, os.fstat(file.fileno()))
            data = file.read(MOST + 1)
    except OSError as exc:
        reason = exc.strerror or exc
        raise UsageError(
            f"The configuration {name} can't be read: {reason}. Correct the path or the file's "
            "permissions, or name another with --config."
        ) from exc
    if len(data) > MOST:
        raise UsageError(
            f"The configuration {name} has more than 1 MiB, which none needs. Is it the right "
            "file? Name another with --config."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise UsageError(
            f"{name}, line {line}: There is a character that isn't UTF-8. Save the file in an "
            "editor that lets you choose this encoding."
        ) from exc


def _check_owner(path: Path, found: os.stat_result) -> None:
    """Refuse a file that somebody else may have written: it says where the token is sent.

    Raises:
        UsageError: When it isn't the user's (or root's), or others may write to it.
    """
    if os.name != "posix":
        return
    elsewhere = f"or, if you trust it as it is, name it: --config {NAME}"
    if strangers := {found.st_uid, path.lstat().st_uid} - {os.geteuid(), 0}:
        owner, me = user_name(strangers.pop()), user_name(os.geteuid())
        raise UsageError(
            f"{path} belongs to the user {owner}, and you are {me}: it says where your token is "
            "sent, so it is not read. Have whoever administers this computer type: "
            f"{chown(path)}; or, if you trust it as it is, name it: --config {path}, or the "
            f"variable {PREFIX}CONFIG of a service"
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UsageError(
            f"{path} may be changed by other users, and says where your token is sent. It is not "
            f"read. Take that from them: chmod go-w {NAME}; {elsewhere}"
        )


def _parse(text: str, name: str) -> dict[str, Any]:
    """Return what a text of TOML says.

    Raises:
        UsageError: When it is none.
    """
    import tomllib  # noqa: PLC0415 where there is a file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        where = WHERE.search(str(exc))
        line = (where and where[1]) or len(text.rstrip().split("\n"))
        why = WHERE.sub("", str(exc)).rstrip(".")
        slash = " In a path, write / for each backslash." if "\\" in why else ""
        raise UsageError(
            f"{name}, line {line}: This is no TOML: {why}. Each line is key = value, with texts "
            f'in double quotes, such as sheet = "April".{slash}'
        ) from exc
    except (ValueError, RecursionError) as exc:  # ValueError: Python reads no longer numbers
        raise UsageError(_too_much(name)) from exc


def _too_much(name: str) -> str:
    return (
        f"{name}: A number in it is too long, or its brackets go too deep, for any configuration. "
        "Write it anew; samples/import-invoices.toml is a start."
    )
