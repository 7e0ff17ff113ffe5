from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from desk import TOKEN, Desk, Finished, rows
from odd_api import Invoice, OddApi, Reply, created, detail, odd_api


def echo(invoice: Invoice, number: int) -> Reply | None:
    """Answer as a careless gateway does: with what was sent, in a refusal and in a halt."""
    match invoice["reference_id"]:
        case "A-1":
            return created(invoice, number)
        case "A-2":
            return detail(422, f"The header Authorization: Bearer {TOKEN} is odd")
        case "A-3":
            return detail(500, f"Bearer {TOKEN} broke it")
        case _:
            return detail(401, f"Bearer {TOKEN} has expired")


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of every file, and of what is packed in workbooks."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path.name}/{name}", archive.read(name)


@dataclass(frozen=True, slots=True)
class Story:
    """Two runs, one that ends well and one that the API stops, and what they leave behind."""

    desk: Desk
    runs: tuple[Finished, Finished]
    tokens: set[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Import a file with CSV results, then another while the token is not accepted."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    with odd_api() as api:
        well = desk.run(desk.csv("a.csv", rows(4)), "--api-url", api.url, "--output", "r.csv")
        api.answer = lambda _, __: detail(401, "Could not validate credentials")
        stopped = desk.run(desk.csv("b.csv", rows(6)), "--api-url", api.url, "--json")
    return Story(desk, (well, stopped), set(api.tokens))


def test_ledger_is_for_its_owner_alone(story: Story) -> None:
    """The ledger, and what lies beside it, has mode 0600."""
    files = list(story.desk.ledger.parent.iterdir())
    assert story.desk.ledger in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_token_shows_nowhere(story: Story) -> None:
    """Runs that end well or badly send the token, write it into no file, print it nowhere."""
    assert [run.code for run in story.runs] == [0, 4]
    assert story.tokens == {f"Bearer {TOKEN}"}
    assert [run for run in story.runs if TOKEN in run.out + run.err] == []
    files = dict(contents(story.desk.folder))
    assert {"ledger.sqlite3", "r.csv"} <= files.keys()
    assert [name for name, data in files.items() if TOKEN.encode() in data] == []


def test_token_shows_nowhere_though_the_api_repeats_it(desk: Desk, api: OddApi) -> None:
    """Where the API's own text holds the token, it is struck out before it is kept or shown."""
    api.answer = echo
    options = ("--api-url", api.url, "--concurrency", "1", "--json")
    done = desk.run(desk.csv("a.csv", rows(4)), *options)
    assert done.counts == {"created": 1, "rejected": 1, "in_doubt": 1, "not_sent": 1}
    assert TOKEN not in done.out + done.err
    assert [name for name, data in contents(desk.folder) if TOKEN.encode() in data] == []
