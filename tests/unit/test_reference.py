"""The reference says all that the command line has, as it is now."""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path

import click
import pytest

from importer import errors
from importer.cli import COMMANDS, cli
from importer.cli.fields import (
    ATTEMPT_FIELDS,
    CHECK_FIELDS,
    LEDGER_FIELDS,
    REFERENCE_FIELDS,
    RUN_FIELDS,
    SEEN_FIELDS,
)
from importer.cli.render import JSON_FIELDS, error_json
from importer.errors import EXIT_MEANINGS
from importer.model import Field, Status
from importer.statuses import TELLINGS

PAGE = Path(__file__).parents[2].joinpath("docs", "reference.md").read_text("utf-8")


def load() -> dict[str, click.Command]:
    """Return every command by its name; of a group, those in it."""
    commands = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    inner = {
        f"{name} {own}": command
        for name, group in commands.items()
        if isinstance(group, click.Group)
        for own, command in group.commands.items()
    }
    plain = {n: c for n, c in commands.items() if c is not None and not isinstance(c, click.Group)}
    return plain | inner


EVERY = load()


def options(name: str) -> list[click.Option]:
    """Return a command's options."""
    return [p for p in EVERY[name].params if isinstance(p, click.Option) and not p.hidden]


def section(title: str) -> str:
    """Return what stands under a heading."""
    (text,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(text)


@pytest.mark.parametrize("command", EVERY)
def test_every_option_of_every_command_is_there(command: str) -> None:
    """With its names, its help's words and its variable."""
    text = section(f"import-invoices {command}")
    for option in options(command):
        (line,) = re.findall(rf"^\| `{option.opts[0]}[` ].*", text, re.MULTILINE)
        assert all(name in line for name in (*option.opts, *option.secondary_opts))
        assert str(option.envvar or "") in line


def test_every_option_of_a_run_has_its_variable() -> None:
    """`--api-url` is IMPORT_INVOICES_API_URL, and so on; so it is in every other command."""
    variables = {option.opts[0]: option.envvar for option in options("run")}
    for name, variable in variables.items():
        assert variable == "IMPORT_INVOICES_" + name[2:].upper().replace("-", "_")
    for command in EVERY:
        for option in options(command):
            assert option.envvar in {None, variables.get(option.opts[0], option.envvar)}


def test_every_status_exit_code_and_column_is_there() -> None:
    """Each in a row of its table; each has its words."""
    assert list(TELLINGS) == list(Status)
    codes = {c for n, c in vars(errors).items() if n.startswith("EXIT_") and isinstance(c, int)}
    assert codes == EXIT_MEANINGS.keys()
    for title, names in (("Statuses", Status), ("Columns", Field)):
        assert re.findall(r"^\| `(\w+)`", section(title), re.MULTILINE) == [*names]
    found = re.findall(r"^\| (\d+) ", section("Exit codes"), re.MULTILINE)
    assert [int(code) for code in found] == sorted(codes)


def test_every_json_field_is_there() -> None:
    """The fields that `--json` prints, in their order, and no other."""
    assert list(json.loads(error_json("?", 2))) == list(JSON_FIELDS)
    fields = [JSON_FIELDS, RUN_FIELDS, REFERENCE_FIELDS, ATTEMPT_FIELDS, SEEN_FIELDS]
    fields += [LEDGER_FIELDS, CHECK_FIELDS]
    assert re.findall(r"^\| `(\w+)`", section("JSON"), re.MULTILINE) == [*chain(*fields)]
