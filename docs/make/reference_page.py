"""The page `docs/reference.md`, from the code: commands, options, statuses, codes, JSON."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

import click

from importer.cli import COMMANDS, cli
from importer.cli.fields import (
    ATTEMPT_FIELDS,
    CHECK_FIELDS,
    LEDGER_FIELDS,
    REFERENCE_FIELDS,
    RUN_FIELDS,
    SEEN_FIELDS,
)
from importer.cli.render import JSON_FIELDS
from importer.cli.target import CLIENT_ID, CLIENT_SECRET, TOKEN
from importer.cli.telling import NOTIFY
from importer.errors import EXIT_MEANINGS
from importer.guide import guide_columns
from importer.statuses import TELLINGS

HEAD = """\
<!-- Made from the code by: python docs/make -->

# Reference

Every option of `run` and `check`, and of others where the table names it, has a variable, the same
for every command, and a key in a [configuration](configuration.md): the option wins over the
variable, the variable over the configuration. The guides beside this page say when to use what.
"""

SECRETS = {
    TOKEN: "the API's token",
    CLIENT_ID: "client credentials, for which the API gives tokens: the client's id",
    CLIENT_SECRET: "and its secret",
    NOTIFY: "the address that `--notify` tells, which often holds a secret",
}

SECRETS_NOTE = """\
The token and the client's secret have no option, since options can be read by other users of the
computer. Each of these may be in a file instead, whose path is in the same variable with `_FILE`
behind it. A token wins over client credentials.
"""

EXIT_NOTE = """\
Where several hold, the highest but 130 wins; 130 wins over all. `check` ends with 0 where all is
ready or already created, with 1 where some is not, with 3 where something is known to be in doubt.
"""

JSON_NOTE = """\
`--json` prints one object on one line to standard output, and everything for people to standard
error. It is printed for exit codes 2 and 4 too. For a folder of files there is one object for each
file that was imported. Fields are only ever added; times are UTC.

Other commands print one object, too, with `schema_version` and what stands below: `runs` a list
`runs`; `runs RUN` an object `run`, and as `written` the path of the results that were written
again; `status` the lists `references` and `seen`; `ledger path` its `path` and `exists`; `ledger
check` what stands below; `doctor` a list `checks`, and `exit_code`; `config` the values in force.
Where one of them comes to nothing, it prints the object of a run, with `error`. What `--log-format
json` writes is told in [cron.md](cron.md).
"""

JSON_LOOKING_BACK = {
    "A run": RUN_FIELDS,
    "A reference": REFERENCE_FIELDS,
    "An attempt": ATTEMPT_FIELDS,
    "A row that was never sent": SEEN_FIELDS,
    "The ledger": LEDGER_FIELDS,
    "A check of doctor": CHECK_FIELDS,
}


STANDARD = re.compile(r"\s*\[default: (.+)\]$")
"""How an option's help says what holds where it isn't given."""


def reference_page() -> str:
    """Return the page."""
    sections = (_commands(), _variables(), _columns(), _statuses(), _exit_codes(), _json())
    parts = [HEAD, *itertools.chain.from_iterable(sections)]
    return "\n".join(parts)


def _commands() -> Iterator[str]:
    group = click.Context(cli, info_name="import-invoices")
    for name in COMMANDS:
        command = cli.get_command(group, name)
        if isinstance(command, click.Group):
            for inner in command.commands.values():
                yield from _command(inner, f"{name} {inner.name}", group)
        elif command is not None:
            yield from _command(command, name, group)


def _command(command: click.Command, name: str, group: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=group)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## import-invoices {name}\n"
    shown = "" if name == "run" else f" {name}"
    yield f"```\nimport-invoices{shown} {usage}\n```\n"
    yield f"{_prose(command.help or '')}\n"
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        rows = [_option(option, context) for option in options]
        yield from table(("option", "default", "", "variable"), rows)


def _option(option: click.Option, context: click.Context) -> tuple[str, ...]:
    names = [*option.opts, *option.secondary_opts]
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    text = option.help or ""
    default = STANDARD.search(text)
    if default is not None:
        text = text.removesuffix(default[0])
    shown = default[1].replace("<", "‹").replace(">", "›") if default else default_of(option)
    variable = f"`{option.envvar}`" if option.envvar else ""
    return ", ".join(f"`{name}{value}`" for name in names), shown, escaped(text), variable


def default_of(option: click.Option) -> str:
    """Return what holds where an option isn't given, if its help doesn't say so."""
    if not option.show_default:
        return ""
    return "on" if option.default is True else f"{option.default}"


def _variables() -> Iterator[str]:
    yield "## Secrets\n"
    yield from table(("variable", ""), [(f"`{name}`", said) for name, said in SECRETS.items()])
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
    yield from table(("field", "headers", "required", "what to write", "such as", "refused"), rows)


def _statuses() -> Iterator[str]:
    yield "## Statuses\n"
    rows = [(f"`{status}`", t.meaning, t.at_api, t.remedy) for status, t in TELLINGS.items()]
    yield from table(("status", "meaning", "anything at the API?", "what to do"), rows)


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes\n"
    rows = [(str(code), meaning) for code, meaning in EXIT_MEANINGS.items()]
    yield from table(("exit code", "meaning"), rows)
    yield EXIT_NOTE


def _json() -> Iterator[str]:
    yield "## JSON\n"
    yield JSON_NOTE
    yield from _fields(JSON_FIELDS)
    for title, fields in JSON_LOOKING_BACK.items():
        yield f"### {title}\n"
        yield from _fields(fields)


def _fields(fields: Mapping[str, str]) -> Iterator[str]:
    yield from table(("field", ""), [(f"`{name}`", said) for name, said in fields.items()])


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table of the page."""
    lines = [headers, ["---"] * len(headers), *rows]
    yield "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _prose(text: str) -> str:
    return inspect.cleandoc(text.replace("\b\n", ""))


def escaped(text: str) -> str:
    """Return a text fit for a table's cell."""
    return text.replace("|", r"\|")
