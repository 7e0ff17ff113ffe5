"""What a shell is offered from the ledger, when a key is pressed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.shell_completion import CompletionItem

import deeds
from importer.cli.completion import MOST, complete_doubts, complete_references, complete_runs
from importer.ledger.sqlite import SqliteLedger
from importer.model import Create, InvoiceRef
from importer.records import Claim, ReplyKind, RunStart, Settlement

AT = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)
RUN = "20260301-093000-7c1e"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with INV-1 created, INV-2 in doubt, and many others."""
    path = tmp_path / "ledger.sqlite3"
    names = [
        "INV-1",
        "INV-2",
        "odd\x1b",
        "odd;rm",
        "odd$(id)",
        "odd *",
        *(f"X-{number}" for number in range(MOST + 5)),
    ]
    with closing(SqliteLedger(path)) as store:
        account = store.account("https://api.example.com", "default")
        store.start_run(RunStart(RUN, account.id, AT, "/in/f.csv", "00", "ada", "host", "{}", b"t"))
        for row, name in enumerate(names, 2):
            create = Create(row, name, name.casefold(), "{}")
            attempt = deeds.claim(store, Claim(account.id, RUN, create, "key", AT))
            reply = ReplyKind.LOST if name == "INV-2" else ReplyKind.CREATED
            invoice = InvoiceRef(row, f"N-{row}") if reply is ReplyKind.CREATED else None
            deeds.settle(store, attempt, Settlement(reply, AT, 200, "", invoice))
    return path


def offered(complete: Callable[..., list[CompletionItem]], ledger: Path, begun: str) -> list[str]:
    """Return what is offered for a word that begins so."""
    command = click.Command("status", params=[])
    ctx = click.Context(command)
    ctx.params["ledger"] = ledger
    return [item.value for item in complete(ctx, click.Argument(["reference"]), begun)]


def test_references_are_offered_as_they_begin(ledger: Path) -> None:
    """Those that begin so; a hundred at most; none that a shell would act upon."""
    assert sorted(offered(complete_references, ledger, "INV")) == ["INV-1", "INV-2"]
    assert offered(complete_references, ledger, "INV-2") == ["INV-2"]
    assert offered(complete_references, ledger, "odd") == []
    assert len(offered(complete_references, ledger, "")) == MOST


def test_doubts_alone_are_offered_to_be_settled(ledger: Path) -> None:
    """What is certain needs no settling."""
    assert offered(complete_doubts, ledger, "") == ["INV-2"]


def test_runs_are_offered_by_name(ledger: Path) -> None:
    """With nothing typed, and with their beginning."""
    assert offered(complete_runs, ledger, "") == offered(complete_runs, ledger, "2026") == [RUN]
    assert offered(complete_runs, ledger, "2027") == []


@pytest.mark.parametrize("complete", [complete_references, complete_doubts, complete_runs])
def test_a_ledger_that_is_missing_or_damaged_offers_nothing(
    tmp_path: Path, complete: Callable[..., list[CompletionItem]]
) -> None:
    """A key pressed is no place for an error; and it makes no ledger."""
    missing, damaged = tmp_path / "missing.sqlite3", tmp_path / "damaged.sqlite3"
    damaged.write_bytes(b"no database" * 1000)
    assert offered(complete, missing, "") == offered(complete, damaged, "") == []
    assert not missing.exists()
