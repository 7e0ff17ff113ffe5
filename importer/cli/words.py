"""What was typed, looked at before it is parsed: what a beginner may have meant by it."""

from __future__ import annotations

import os.path
from collections.abc import Collection, Iterator, Mapping, Sequence

from importer.nearest import did_you_mean, nearest

INSTEAD = {"help": "--help", "version": "--version"}
"""What other programs have as commands, and this one as options."""


def object_to(words: Sequence[str], commands: Collection[str], *, command: str | None) -> str:
    """Return what is wrong with the words that aren't options; empty where they are one file.

    Args:
        words: The words, in order, without the command.
        commands: The commands that there are.
        command: The command that was named; None where the first word is to be the file.
    """
    if not words:
        return (
            "Which file? Write its name behind the command, such as `import-invoices "
            f"{f'{command} ' if command else ''}invoices.xlsx`."
        )
    file, *others = words
    if not _exists(file):
        for count in range(2, len(words) + 1):
            if _exists(name := " ".join(words[:count])):
                return f'A name with spaces goes in double quotes: "{name}".'
        if command is None and file in commands:
            return f"The command comes first: import-invoices {file} …"
        if command is None and (meant := _find_command(file, commands)):
            return f"There is no file {file}.{did_you_mean(meant)}"
    if others:
        second = others[0]
        return (
            f"One file at a time: {second}, behind {file}, is too much. A name with spaces goes "
            "in double quotes; another file needs a command of its own."
        )
    return ""


def unknown_variables(
    environment: Mapping[str, str], prefix: str, known: Collection[str]
) -> Iterator[str]:
    """Yield a warning for each variable that looks like ours and is read by nobody.

    Args:
        environment: The environment's variables.
        prefix: What the names of ours begin with.
        known: The names of ours.
    """
    for name in sorted(environment):
        if name.startswith(prefix) and name not in known:
            hint = did_you_mean(nearest(name, known, cutoff=NEAR_VARIABLE))
            yield f"The variable {name} has no effect: import-invoices knows no such one.{hint}"


NEAR_VARIABLE = 0.8
"""How like a variable's name must be: all share their beginning."""


def _find_command(word: str, commands: Collection[str]) -> str:
    """Return the command that a word is nearly, or the option that it stands for elsewhere."""
    if word.casefold() in INSTEAD:
        return f"import-invoices {INSTEAD[word.casefold()]}"
    near = nearest(word, commands) if word.isalpha() else None
    return f"the command {near}" if near else ""


def _exists(name: str) -> bool:
    """Tell whether there is such a file; `-` is standard input."""
    return name == "-" or os.path.exists(name)  # noqa: PTH110 unlike Path's, false for any name
