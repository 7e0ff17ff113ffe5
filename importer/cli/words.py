"""What was typed, looked at before it is parsed: what a beginner may have meant by it."""

from __future__ import annotations

import os.path
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from importer.nearest import did_you_mean, nearest

LONG_DASHES = "\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}\N{NON-BREAKING HYPHEN}\N{HYPHEN}"
"""What a word processor makes of hyphens."""

NEEDLESS = {"import", "send", "create", "upload"}
"""What one may take for the command of the main job, which needs none."""

EXAMPLES = {
    "--api-url": "https://api.example.com",
    "--account": "shop-2",
    "--rate": "10",
    "--concurrency": "8",
    "--output": "results.xlsx",
    "--move-to": "done",
    "--ledger": "ledger.sqlite3",
    "--sheet": "April",
    "--transport": "httpx",
    "--timezone": "Africa/Monrovia",
    "--date-format": "%d/%m/%Y",
    "--columns": '"Kunde=counterparty_id"',
    "--encoding": "windows-1252",
    "--limit": "1",
    "--lookup-delay": "60",
    "--timeout": "30",
    "--wait": "600",
    "--give-up-after": "300",
    "--keep-results": "365",
    "--max-reference-length": "255",
    "--max-note-length": "32767",
    "--max-memory": "2048",
    "--max-file-size": "512",
    "--max-rows": "1048576",
    "--max-columns": "1000",
    "--max-cell-length": "1000000",
    "--log-format": "json",
    "--notify": "https://hooks.example.com/my-team",
    "--notify-on": "always",
    "--config": "import-invoices.toml",
    "--profile": "acme",
    "--invoice-number": "INV-31",
    "--last": "200",
}
"""What may stand behind an option."""

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
    why = next(filter(None, map(_object_to_dash, words)), "")
    if not why and not _exists(file):
        why = _object_to_spaces(words) or ("" if command else _object_to_verb(words, commands))
    if others and not why:
        second = others[0]
        return (
            f"One file at a time: {second}, behind {file}, is too much. A name with spaces goes "
            "in double quotes; another file needs a command of its own."
        )
    return why


def _object_to_dash(word: str) -> str:
    """Return what is wrong with an option that was copied from a word processor."""
    if word[:1] not in LONG_DASHES or not word or _exists(word):
        return ""
    return (
        f"{word} begins with a long dash, as word processors write it for two short ones. Type it "
        f"again with two hyphens: --{word.lstrip(LONG_DASHES + '-')}"
    )


def say_unknown(
    option: str,
    words: Iterable[str],
    own: Collection[str],
    *,
    command: str | None,
    of_run: Collection[str],
) -> str:
    """Return what is said of an option that a command hasn't.

    Args:
        option: The option, as click took it from what was typed.
        words: The command line's.
        own: The options that the command has, each with its two dashes.
        command: The command.
        of_run: The options of `run`, which everybody learns first.
    """
    word = next((word for word in words if f"-{word}" in own), "")
    if word:
        return f"Write {word} with two dashes: -{word}"
    if option in of_run:
        return f"{option} is an option of run: {command} has none such. Leave it out."
    meant = nearest(option, own, form=lambda name: name.strip("-").casefold())
    return f"There is no option {option}.{did_you_mean(meant)}"


def _object_to_spaces(words: Sequence[str]) -> str:
    """Return what is wrong where several words are the name of one file."""
    names = (" ".join(words[:count]) for count in range(2, len(words) + 1))
    found = next(filter(_exists, names), None)
    return f'A name with spaces goes in double quotes: "{found}".' if found else ""


def _object_to_verb(words: Sequence[str], commands: Collection[str]) -> str:
    """Return what is wrong where no file but a command was meant, or what isn't needed as one."""
    file, *others = words
    if file in commands:
        return f"The command comes first: import-invoices {file} …"
    if others and file.casefold() in NEEDLESS:
        import shlex  # noqa: PLC0415 seldom needed

        return f"Leave {file} out: import-invoices {shlex.join(others)} …"
    meant = _find_command(file, commands)
    return f"There is no file {file}.{did_you_mean(meant)}" if meant else ""


def value_needed(option: str) -> str:
    """Return what is said where an option stands without its value, with an example to type.

    Args:
        option: The option, as it was typed.
    """
    return f"{option} needs a value behind it, such as: {option} {EXAMPLES.get(option, 'VALUE')}"


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
