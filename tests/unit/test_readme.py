"""The README says what the command does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from importer import errors
from importer.cli import COMMANDS, cli
from importer.columns import map_columns, match_fields
from importer.model import REQUIRED_FIELDS, Field, Status

README = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")


def table(first: str) -> list[list[str]]:
    """Return the rows of the table whose first header cell is so."""
    _, _, rest = README.partition(f"| {first} |")
    lines = rest.splitlines()[2:]
    rows = [line for line in lines[: lines.index("")] if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def run_options() -> dict[str, click.Option]:
    """Return the options of `run` by name."""
    run = cli.get_command(click.Context(cli), "run")
    assert run is not None
    return {p.opts[0]: p for p in run.params if isinstance(p, click.Option) and not p.hidden}


def test_every_option_is_in_the_table() -> None:
    """The option table names the options of `run`, all of them, in the order of `--help`."""
    named = [re.findall(r"--[\w-]+", row[0])[0] for row in table("option")]
    assert named == list(run_options())


def test_the_defaults_are_the_real_ones() -> None:
    """A default that `--help` shows is the one in the table."""
    for row in table("option"):
        option = run_options()[re.findall(r"--[\w-]+", row[0])[0]]
        if option.show_default:
            default = option.default
            shown = "on" if default is True else f"{default}"
            assert row[1] == shown, row


def test_every_option_has_the_variable_that_the_readme_promises() -> None:
    """`--api-url` is IMPORT_INVOICES_API_URL, and so on."""
    for name, option in run_options().items():
        assert option.envvar == "IMPORT_INVOICES_" + name[2:].upper().replace("-", "_")


def test_the_statuses_are_all_there() -> None:
    """The status table has each status once, in order."""
    assert [row[0].strip("`") for row in table("status")] == [status.value for status in Status]


def test_the_exit_codes_are_all_there() -> None:
    """The exit code table has each code once."""
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert [int(row[0]) for row in table("exit code")] == sorted(codes)


def test_the_columns_are_all_there() -> None:
    """The columns table has each field once, and says which are required."""
    rows = table("column")
    assert [row[0].strip("`") for row in rows] == [field.value for field in Field]
    assert {Field(row[0].strip("`")) for row in rows if row[2] == "yes"} == REQUIRED_FIELDS


def test_the_other_names_of_columns_work() -> None:
    """Each alias in the columns table is read as that field."""
    for row in table("column"):
        for alias in row[1].split(", "):
            assert list(match_fields([alias])) == [Field(row[0].strip("`"))]


def test_headers_may_be_written_as_the_table_has_them() -> None:
    """The field names themselves make a complete header row."""
    assert set(map_columns([field.value for field in Field]).columns) == set(Field)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_mentioned(command: str) -> None:
    """Every command occurs in the README, `run` by the name of the program alone."""
    said = "import-invoices invoices.xlsx" if command == "run" else f"import-invoices {command}"
    assert said in README


def test_there_are_exactly_two_commands_to_set_up() -> None:
    """One command runs the main job, one the tests; both install what the constraints pin."""
    commands = re.findall(r"<!-- (main job|tests) -->\n```sh\n([^\n]+)\n```", README)
    assert [name for name, _ in commands] == ["main job", "tests"]
    assert all("pip install -q -c constraints.txt -e" in command for _, command in commands)
