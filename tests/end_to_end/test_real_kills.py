"""SIGKILL at random moments, again and again, against a server that never deduplicates.

What this proves: whatever the moment, what the program had handed to the operating system is
enough to settle every row. What it doesn't: that this survives a power cut. The kernel outlives
the process and writes out what the process had written, `fsync` or not; that the ledger asks for
`fsync` before each POST is shown by the ledger's own tests, and that a disk then keeps its word
is up to the disk.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk import Desk, Finished, outlasts, row

from importer.sandbox.process import running_sandbox

KILLS = 25
ROWS = 400
ROWS_A_LIFE = 10
"""A life sends few rows, so that a random moment may also hit its look-ups and its results."""

STARTING_S, SENDING_S = 1.5, 0.8
"""About how long a life takes to its first create, and from there to its end."""

EARLY = 0.12
"""How many lives are killed before their first create."""

AT_A_TIME = 4
TRANSPORTS = ("httpx", "aiohttp")

SEED = 20270104


@dataclass(frozen=True, slots=True)
class Story:
    """A file imported in many lives, all but the last of which ended with SIGKILL.

    Attributes:
        kills: How many lives were killed.
        last: The life that went to its end.
        truth: The invoices that the server has, oldest first.
        replies: How many attempts the ledger has by reply; None where none was written down.
        open_claims: How many attempts each kill left without one.
    """

    kills: int
    last: Finished
    truth: list[dict[str, Any]]
    replies: Counter[str | None]
    open_claims: list[int]


def kill_at_random(
    process: subprocess.Popen[str], rng: random.Random, sends: Callable[[], bool]
) -> bool:
    """Kill a command at a random moment, mostly once it sends; return False if it ended first."""
    early = rng.random() < EARLY
    while not early and not sends():
        if not outlasts(process, 0.01):
            return False
    if not outlasts(process, rng.uniform(0, STARTING_S if early else SENDING_S)):
        return False
    process.kill()
    process.wait()
    return True


def count_replies(ledger: Path) -> Counter[str | None]:
    """Count the attempts of a ledger by their reply; none where there is no ledger yet."""
    if not ledger.exists():
        return Counter()
    with closing(sqlite3.connect(ledger)) as db:
        return Counter(dict(db.execute("SELECT reply, count(*) FROM attempt GROUP BY reply")))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Import a file in lives that end with SIGKILL, while answers are dropped; then to the end."""
    desk, rng = Desk(tmp_path_factory.mktemp("desk")), random.Random(SEED)
    file = desk.csv("a.csv", [row(f"K-{number}") for number in range(ROWS)])
    odd = ("--drop-answers", "20", "--latency", "10", "--seed", str(SEED))
    with (
        running_sandbox(data=desk.folder / "server.sqlite3", options=odd) as sandbox,
        httpx.Client(base_url=sandbox.url, trust_env=False) as client,
    ):
        variables = {"IMPORT_INVOICES_TOKEN": sandbox.token}
        options = ("--api-url", sandbox.url, "--json", "--rate")

        def creates_received() -> int:
            return int(client.get("/sandbox").json()["creates_received"])

        def sends_since(before: int) -> Callable[[], bool]:
            return lambda: creates_received() > before

        kills, open_claims = 0, []
        for number in range(2 * KILLS):
            sends = sends_since(creates_received())
            limits = ("25", "--limit", str(ROWS_A_LIFE), "--concurrency", str(AT_A_TIME))
            carried = ("--transport", TRANSPORTS[number % 2])
            before = count_replies(desk.ledger)[None]
            with desk.started(file, *options, *limits, *carried, variables=variables) as life:
                killed = kill_at_random(life, rng, sends)
            if killed:
                kills += 1
                open_claims.append(count_replies(desk.ledger)[None] - before)
            if kills == KILLS:
                break
        last = desk.run(file, *options, "300", variables=variables)
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        truth = client.get("/v1/invoices/list", headers=headers).json()
    return Story(kills, last, truth, count_replies(desk.ledger), open_claims)


def test_no_reference_twice_and_none_missing(story: Story) -> None:
    """After 25 kills and a run to the end, the server has exactly one invoice for every row."""
    assert story.kills == KILLS
    assert (story.last.code, sum(story.last.counts.values())) == (0, ROWS), story.last.err
    references = Counter(invoice["reference_id"] for invoice in story.truth)
    assert references == Counter(f"K-{number}" for number in range(ROWS))


def test_workbook_is_the_truth(story: Story) -> None:
    """The last results name, for every row, the very invoice that the server has."""
    truth = {i["reference_id"]: (i["invoice_number"], i["id"]) for i in story.truth}
    told = {r["Ref"]: (r["invoice_number"], r["invoice_id"]) for r in story.last.results}
    assert told == truth
    assert {r["status"] for r in story.last.results} == {"created", "already_created"}


def test_kills_hit_what_was_in_flight(story: Story) -> None:
    """The moments were hard ones: sends were cut off by a kill, and answers were dropped."""
    assert story.replies[None] > 0
    assert story.replies["lost"] > 0


def test_a_kill_leaves_no_more_in_doubt_than_were_on_their_way(story: Story) -> None:
    """Claims are written together, but never for more creates than may leave at a time."""
    assert max(story.open_claims) <= AT_A_TIME
