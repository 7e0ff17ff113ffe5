"""What a shell may complete from the ledger: references and runs. See docs/shell.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

import click

from importer.printable import printable

if TYPE_CHECKING:  # imported where a shell asks: whoever types a command needs none
    from contextlib import AbstractContextManager
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from importer.ledger.sqlite import SqliteLedger

LATEST = 20_000
"""Among so many attempts of late a reference is looked for: a key pressed must answer at once."""

PLAIN = r"[\w./:@+-]+"
"""Words that every shell leaves as they are; \\w is any letter or digit, and the underscore."""

MOST = 100
"""So many are offered at most."""


def complete_references(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the references that begin so, of those sent of late; for `shell_complete`."""
    del param
    return _offer(_references(_ledger(ctx)), incomplete)


def complete_doubts(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the references that begin so, of those in doubt; for `shell_complete`."""
    del param
    return _offer(_doubts(_ledger(ctx)), incomplete)


def complete_runs(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the latest runs whose names begin so, with their files; for `shell_complete`."""
    del param
    return _offer(_runs(_ledger(ctx)), incomplete)


def _ledger(ctx: click.Context) -> Path | None:
    return ctx.params.get("ledger")


def _opened(ledger: Path | None) -> AbstractContextManager[SqliteLedger]:
    from importer.cli.history import opened  # noqa: PLC0415 see above

    return opened(ledger)


def _references(ledger: Path | None) -> Iterator[tuple[str, str | None]]:
    with _opened(ledger) as store:
        for account in store.accounts():
            yield from ((name, str(account)) for name in store.references(account.id, LATEST))


def _doubts(ledger: Path | None) -> Iterator[tuple[str, str | None]]:
    with _opened(ledger) as store:
        for account in store.accounts():
            yield from ((entry.reference, str(account)) for entry in store.in_doubt(account.id))


def _runs(ledger: Path | None) -> Iterator[tuple[str, str | None]]:
    from pathlib import Path  # noqa: PLC0415 see above

    with _opened(ledger) as store:
        yield from ((run.start.id, Path(run.start.file).name) for run in store.runs(MOST))


def _offer(known: Iterator[tuple[str, str | None]], incomplete: str) -> list[CompletionItem]:
    """Return what begins so, each once; nothing where the ledger can't be read: a shell asks."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 for shells alone

    found: dict[str, str | None] = {}
    with suppress(Exception):
        fitting = (pair for pair in known if pair[0].startswith(incomplete))
        # What a shell would take for more than a word isn't offered: bash's script of click's
        # puts it on the command line as it is, and references come from other people's files.
        found = dict(islice((pair for pair in fitting if re.fullmatch(PLAIN, pair[0])), MOST))
    return [CompletionItem(name, help=note and printable(note)) for name, note in found.items()]
