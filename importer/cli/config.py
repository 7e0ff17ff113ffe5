"""The options in force, and where each comes from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from importer.cli.configuration import Configuration, configuration_of
from importer.cli.fields import to_json
from importer.cli.keys import every_command, list_keys
from importer.cli.kinds import Hidden
from importer.cli.screen import emit, tell
from importer.cli.variables import SECRETS
from importer.ledger.place import default_ledger
from importer.printable import printable
from importer.settings import Secret

if TYPE_CHECKING:
    from importer.cli.entries import Setting

STANDARD = re.compile(r"\[default: (.+)\]$", re.DOTALL)
"""How an option's help says what holds where it isn't given."""

SOURCES = {
    ParameterSource.COMMANDLINE: "option",
    ParameterSource.ENVIRONMENT: "variable",
    ParameterSource.DEFAULT_MAP: "file",
}
"""What `--json` calls where a value comes from; `default` is the rest."""


@dataclass(frozen=True, slots=True)
class Line:
    """An option, header, field or secret, and its value.

    Attributes:
        key: Its name.
        value: What is in force; None where nothing is.
        source: `option`, `variable`, `file` or `default`.
        origin: The same in words: `import-invoices.toml line 7`.
        shown: What is shown to people, where it isn't the value.
    """

    key: str
    value: object
    source: str
    origin: str
    shown: str = ""


def show(ctx: click.Context, *, as_json: bool) -> None:
    """Show every option that is in force.

    Args:
        ctx: The context of `config`.
        as_json: Print one object for machines.
    """
    configuration = configuration_of(ctx)
    sections = {
        "options": list(_options(ctx, configuration)),
        "columns": list(_columns(ctx, configuration)),
        "defaults": [
            _of_file(field, setting, configuration)
            for field, setting in configuration.defaults.items()
        ],
        "secrets": list(_secrets()),
    }
    if as_json:
        emit(_json(configuration, sections))
    else:
        tell("\n".join(_text(configuration, sections)))


def _options(ctx: click.Context, configuration: Configuration) -> Iterator[Line]:
    """Yield a line for each option of each command, those of a run first."""
    seen = {"columns"}
    for owner in (ctx.command, *every_command()):
        inner = ctx
        if owner is not ctx.command:
            said = configuration.default_map(owner)
            # Resilient, since it isn't run: nothing is required, and nothing called.
            inner = owner.make_context(owner.name, [], default_map=said, resilient_parsing=True)
        for key, option in list_keys(owner).items():
            if key not in seen:
                seen.add(key)
                yield _option(key, option, inner, configuration)


def _option(
    key: str, option: click.Option, ctx: click.Context, configuration: Configuration
) -> Line:
    value, source = ctx.params.get(str(option.name)), ctx.get_parameter_source(str(option.name))
    if key == "profile":  # which is looked at before there is a file
        value = configuration.profile
        in_file = value is not None and source is ParameterSource.DEFAULT
        source = ParameterSource.DEFAULT_MAP if in_file else source
    said, origin = SOURCES.get(source or ParameterSource.DEFAULT, "default"), "default"
    match said:
        case "option":
            origin = option.opts[0]
        case "variable":
            origin = f"variable {option.envvar}"
        case "file":
            origin = _place(configuration.options[key], configuration)
    if isinstance(option.type, Hidden):
        return Line(key, value is not None, said, origin, "set, not shown" if value else "")
    if key == "rate" and value is None:
        value = "auto"
    if key == "ledger" and value is None:
        value = default_ledger()
    if key == "api-url" and isinstance(value, str):
        value = _without_password(value)
    standard = STANDARD.search(option.help or "") if value is None else None
    return Line(key, _plain(value), said, origin, f"({standard[1]})" if standard else "")


def _without_password(url: str) -> str:
    """Return an address without what may be a password in it, which a run would refuse."""
    plain = url.partition("?")[0].partition("#")[0]
    if "@" not in plain:
        return plain if plain == url else f"{plain}?…"
    return f"{urlsplit(plain).scheme}://…@{plain.rpartition('@')[2]}"


def _columns(ctx: click.Context, configuration: Configuration) -> Iterator[Line]:
    """Yield a line for each header of the user's own."""
    source = ctx.get_parameter_source("columns")
    for header, field in (ctx.params["columns"] or {}).items():
        if source is ParameterSource.DEFAULT_MAP:
            yield _of_file(header, configuration.columns[header], configuration)
        elif source is ParameterSource.ENVIRONMENT:
            yield Line(header, field, "variable", "variable IMPORT_INVOICES_COLUMNS")
        else:
            yield Line(header, field, "option", "--columns")


def _of_file(key: str, setting: Setting, configuration: Configuration) -> Line:
    return Line(key, setting.value, "file", _place(setting, configuration))


def _place(setting: Setting, configuration: Configuration) -> str:
    """Return where a value of the file stands: `import-invoices.toml line 7`."""
    if setting.profile is not None:
        return f"profile {setting.profile} line {setting.line}"
    return f"{configuration.name} line {setting.line}"


def _secrets() -> Iterator[Line]:
    """Yield a line for each secret: whether it is set, and where."""
    for variable in SECRETS:
        key = variable.removeprefix("IMPORT_INVOICES_").lower().replace("_", "-")
        origin = next((v for v in (variable, f"{variable}_FILE") if os.environ.get(v)), None)
        if origin is None:
            yield Line(key, value=False, source="default", origin="", shown="not set")
        else:
            shown = "set, in a file" if origin != variable else "set"
            yield Line(key, value=True, source="variable", origin=f"variable {origin}", shown=shown)


def _plain(value: object) -> object:
    """Return a value as JSON has it."""
    if isinstance(value, Secret):
        return True
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _text(configuration: Configuration, sections: Mapping[str, list[Line]]) -> Iterator[str]:
    """Yield the lines for people, aligned."""
    if configuration.path is None:
        yield "Configuration: none. It was looked for here, in this order:"
        yield from (f"  {printable(str(path))}" for path in configuration.looked)
    else:
        profile = f", profile {configuration.profile}" if configuration.profile else ""
        yield f"Configuration: {printable(str(configuration.path))}{printable(profile)}"
    shown = {
        title: [(printable(line.key), printable(_show(line)), line.origin) for line in lines]
        for title, lines in sections.items()
    }
    width = max(len(key) for lines in shown.values() for key, _, _ in lines)
    values = (len(value) for lines in shown.values() for _, value, _ in lines)
    # One very long value must not push all the others' origins away.
    room = max((length for length in values if length <= WIDEST), default=0)
    for title, lines in shown.items():
        if lines:
            yield ""
            yield title if title in {"options", "secrets"} else f"[{title}]"
        for key, value, origin in lines:
            yield f"  {key:<{width}}  {value:<{room}}  {printable(origin)}".rstrip()


WIDEST = 40
"""The characters of a value for which room is made in the column of values."""


def _show(line: Line) -> str:
    if line.shown:
        return line.shown
    if isinstance(line.value, bool):
        return "on" if line.value else "off"
    if isinstance(line.value, float) and line.value.is_integer():
        return f"{line.value:.0f}"
    return "-" if line.value is None else str(line.value)


def _json(configuration: Configuration, sections: Mapping[str, list[Line]]) -> str:
    """Return the same for machines: one object on one line."""
    told: dict[str, object] = {
        "file": printable(str(configuration.path)) if configuration.path is not None else None,
        "profile": configuration.profile,
        "looked_for": [printable(str(path)) for path in configuration.looked],
    }
    for title, lines in sections.items():
        told[title] = {
            line.key: {"value": line.value, "source": line.source, "from": line.origin or None}
            for line in lines
        }
    return to_json(**told)
