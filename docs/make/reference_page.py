"""The page `docs/reference.md`, from the code: commands, options, statuses, codes, JSON."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator, Sequence

import click

from importer.cli import COMMANDS, cli
from importer.cli.render import JSON_FIELDS
from importer.cli.target import CLIENT_ID, CLIENT_SECRET, TOKEN
from importer.errors import EXIT_MEANINGS
from importer.guide import guide_columns
from importer.statuses import TELLINGS

HEAD = """\
<!-- Made from the code by: python docs/make -->

# Reference

Every option has a variable, the same for every command; the option wins over the variable. The
guides beside this page say when to use what.
"""

SECRETS = {
    TOKEN: "the API's token",
    CLIENT_ID: "client credentials, for which the API gives tokens: the client's id",
    CLIENT_SECRET: "and its secret",
}

SECRETS_NOTE = """\
Secrets have no option, since options can be read by other users of the computer. Each may be in a
file instead, whose path is in the same variable with `_FILE` behind it. A token wins over client
credentials.
"""

EXIT_NOTE = """\
Where several hold, the highest but 130 wins; 130 wins over all. `check` ends with 0 where all is
ready or already created, with 1 where some is not, with 3 where something is known to be in doubt.
"""

JSON_NOTE = """\
`--json` prints one object on one line to standard output, and everything for people to standard
error. It is printed for exit codes 2 and 4 too. Fields are only ever added.
"""


def reference_page() -> str:
    """Return the page."""
    sections = (_commands(), _variables(), _columns(), _statuses(), _exit_codes(), _json())
    parts = [HEAD, *itertools.chain.from_iterable(sections)]
    return "\n".join(parts)


def _commands() -> Iterator[str]:
    group = click.Context(cli, info_name="import-invoices")
    for name in COMMANDS:
        command = cli.get_command(group, name)
        if command is not None:
            yield from _command(command, click.Context(command, info_name=name, parent=group))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## import-invoices {context.info_name}\n"
    shown = "" if context.info_name == "run" else f" {context.info_name}"
    yield f"```\nimport-invoices{shown} {usage}\n```\n"
    yield f"{_prose(command.help or '')}\n"
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        rows = [_option(option, context) for option in options]
        yield from _table(("option", "default", "", "variable"), rows)


def _option(option: click.Option, context: click.Context) -> tuple[str, ...]:
    names = [*option.opts, *option.secondary_opts]
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    text = option.help or ""
    default = re.search(r"\s*\[default: (.+)\]$", text)
    if default is not None:
        text = text.removesuffix(default[0])
    shown = default[1].replace("<", "‹").replace(">", "›") if default else _default(option)
    variable = f"`{option.envvar}`" if option.envvar else ""
    return ", ".join(f"`{name}{value}`" for name in names), shown, _escaped(text), variable


def _default(option: click.Option) -> str:
    if not option.show_default:
        return ""
    return "on" if option.default is True else f"{option.default}"


def _variables() -> Iterator[str]:
    yield "## Secrets\n"
    yield from _table(("variable", ""), [(f"`{name}`", said) for name, said in SECRETS.items()])
    yield SECRETS_NOTE


def _columns() -> Iterator[str]:
    yield "## Columns\n"
    rows = [
        (
            f"`{guide.field}`",
            ", ".join((guide.header, *guide.also)),
            "yes" if guide.required else "no",
            guide.write,
            ", ".join(f"`{example}`" for example in guide.examples),
            "; ".join(guide.refused),
        )
        for guide in guide_columns()
    ]
    yield from _table(("field", "headers", "required", "what to write", "such as", "refused"), rows)


def _statuses() -> Iterator[str]:
    yield "## Statuses\n"
    rows = [(f"`{status}`", t.meaning, t.at_api, t.remedy) for status, t in TELLINGS.items()]
    yield from _table(("status", "meaning", "anything at the API?", "what to do"), rows)


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes\n"
    rows = [(str(code), meaning) for code, meaning in EXIT_MEANINGS.items()]
    yield from _table(("exit code", "meaning"), rows)
    yield EXIT_NOTE


def _json() -> Iterator[str]:
    yield "## JSON\n"
    yield JSON_NOTE
    yield from _table(("field", ""), [(f"`{name}`", said) for name, said in JSON_FIELDS.items()])


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    lines = [headers, ["---"] * len(headers), *rows]
    yield "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _prose(text: str) -> str:
    return inspect.cleandoc(text.replace("\b\n", ""))


def _escaped(text: str) -> str:
    return text.replace("|", r"\|")
