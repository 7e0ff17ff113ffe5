"""The README says what the command does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from importer.cli import COMMANDS
from importer.columns import map_columns, match_fields
from importer.model import REQUIRED_FIELDS, Field, Status

ROOT = Path(__file__).parents[2]
README = ROOT.joinpath("README.md").read_text("utf-8")
FIRST_IMPORT = ROOT.joinpath("docs", "first-import.md").read_text("utf-8")


def table(first: str) -> list[list[str]]:
    """Return the rows of the table whose first header cell is so."""
    _, _, rest = README.partition(f"| {first} |")
    lines = rest.splitlines()[2:]
    rows = [line for line in lines[: lines.index("")] if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_statuses_are_all_there() -> None:
    """The status table has each status once, in order."""
    assert [row[0].strip("`") for row in table("status")] == [status.value for status in Status]


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


def test_the_message_that_is_shown_is_one_of_a_session_that_is_played() -> None:
    """The wrong cell of the first screen is told in the first import in the same words."""
    (message,) = re.findall(r"^C4 \(Currency\): .*$", README, re.MULTILINE)
    assert f"\n  {message}\n" in FIRST_IMPORT


def test_the_first_import_installs_as_the_first_command_does() -> None:
    """Its lines, which nobody types in a test, are those of the command that CI runs."""
    typed = re.search(r"```sh\n(.*?)```", FIRST_IMPORT, re.DOTALL)
    command = re.search(r"<!-- main job -->\n```sh\n(.*)\n", README)
    assert typed is not None
    assert command is not None
    *lines, activate = typed[1].splitlines()
    assert command[1].startswith(" && ".join(lines) + " && .venv/bin/import-invoices ")
    assert activate == "source .venv/bin/activate"
