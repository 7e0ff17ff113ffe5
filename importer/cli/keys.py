"""The keys of a configuration: every option of every command that has a variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from importer.cli.options import CONFIG, OPTIONS, PREFIX, PROFILE


def list_keys(command: click.Command) -> dict[str, click.Option]:
    """Return a command's options by key: a variable's name, without what all begin with."""
    return {
        param.envvar.removeprefix(PREFIX).lower().replace("_", "-"): param
        for param in command.params
        if isinstance(param, click.Option)
        and isinstance(param.envvar, str)
        and param.opts[0] != CONFIG
    }


def configured(command: click.Command) -> click.Command:
    """Return a command with the options that choose a configuration, if it heeds any.

    Args:
        command: The command; of a group, each of its commands.
    """
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            configured(inner)
    elif list_keys(command) and all(param.name != "config" for param in command.params):
        for name in (CONFIG, PROFILE):
            OPTIONS[name]()(command)
    return command


def every_command() -> Iterator[click.Command]:
    """Yield every command that has options, that of the main job first; each is loaded then."""
    from importer.cli import COMMANDS, cli  # noqa: PLC0415 it imports this

    group = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(group, name)
        if isinstance(command, click.Group):
            yield from command.commands.values()
        elif command is not None:
            yield command


class Keys:
    """The options that have a key, found as far as they are needed: commands load when asked."""

    def __init__(self, commands: Iterator[click.Command]) -> None:
        """Prepare.

        Args:
            commands: Every command; that of the main job first.
        """
        self._commands = commands
        self._options: dict[str, click.Option] = {}

    def find(self, key: str) -> click.Option | None:
        """Return a key's option; None where there is none."""
        while key not in self._options:
            command = next(self._commands, None)
            if command is None:
                return None
            self._options = {**list_keys(command), **self._options}
        return self._options[key]

    def all(self) -> Mapping[str, click.Option]:
        """Return every key and its option, in the order of `--help`."""
        self.find("")
        return self._options
