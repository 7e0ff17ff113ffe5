"""What a call has read of its configuration, for whoever tells what went wrong in it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from importer.cli.options import PREFIX

if TYPE_CHECKING:
    from pathlib import Path


class Loaded:
    """What a call has read, for whoever tells its errors.

    Attributes:
        words: The command line's.
        context: The command's context, once its configuration is read.
        command: The command's name, once it is known that it is about a file.
        file: That file, once the command's options are read; None for standard input.
    """

    def __init__(self, words: Sequence[str], context: click.Context | None = None) -> None:
        self.words = words
        self.context = context
        self.command = ""
        self.file: Path | None = None

    def name_place(self, message: str) -> str:
        """Return a message about an option with the file's line in place of the option's name.

        Args:
            message: What is wrong; it begins with the option where it is one's value.
        """
        said = re.match(r"--([a-z-]+) ", message)
        if said is None or self.context is None:
            return message
        from importer.cli.configuration import configuration_of  # noqa: PLC0415 in memory already

        configuration = configuration_of(self.context)
        setting = configuration.options.get(said[1])
        source = self.context.get_parameter_source(said[1].replace("-", "_"))
        if setting is None or source is not ParameterSource.DEFAULT_MAP:
            return message
        return f"{configuration.place(setting)}: {message.removeprefix('--')}"

    def wants_json(self) -> bool:
        """Tell whether a summary for machines is asked for: typed, by the variable or the file."""
        said = os.environ.get(f"{PREFIX}JSON")
        if "--json" in self.words or click.BOOL.str_to_bool(said or ""):
            return True
        in_file = self.context is not None and self.context.lookup_default("as_json")
        return not said and in_file is True


def note_file(file: Path) -> None:
    """Note which file the command that runs is about, for whoever tells its errors."""
    loaded = click.get_current_context().obj
    if isinstance(loaded, Loaded) and str(file) != "-":
        loaded.file = file
