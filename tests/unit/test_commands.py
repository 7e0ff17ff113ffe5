"""The commands: what declares each, and what is said of it without that."""

from __future__ import annotations

import gc
import pkgutil
from collections.abc import Iterator
from importlib import metadata

import click
import pytest

from importer import __version__
from importer.cli import COMMANDS, cli, verbs
from importer.cli.loading import loading

WIDE = 1_000
"""So many characters that no sentence is cut."""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_of_each_what_its_own_help_says_first(name: str) -> None:
    """The first sentence of a command's help stands in the list, which doesn't import it."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    listed = click.Command(name, help=COMMANDS[name])
    assert listed.get_short_help_str(WIDE) == command.get_short_help_str(WIDE)


def test_every_module_of_verbs_is_a_command() -> None:
    """No command is declared that nobody can type."""
    modules = {module.name for module in pkgutil.iter_modules(verbs.__path__)}
    assert modules == COMMANDS.keys()


def test_the_version_is_the_packages() -> None:
    """What `--version` says is what was installed."""
    assert metadata.version("invoice-importer") == __version__


@pytest.fixture
def thawed() -> Iterator[None]:
    """Let garbage be looked for everywhere afterwards."""
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
def test_garbage_is_looked_for_after_loading() -> None:
    """Nobody looks while modules load, nor in what they made; then all is as it was."""
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
