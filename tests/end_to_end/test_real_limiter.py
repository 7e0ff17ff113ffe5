"""The rate against a limiter that nobody here wrote: nginx.

Needs nginx, which `.ci/run` installs. Where it must be there (CI, IMPORT_INVOICES_REQUIRE_NGINX),
its absence is a failure.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk, rows
from limiter import NGINX, Limiter, limiter

from importer.sandbox.process import Sandbox, running_sandbox

RATE, BURST = 50, 5
"""What nginx lets through: creates a second, and how many may come early."""

SETTLED_S = 20
"""How long `--rate auto` may take to find the rate."""

REQUIRED = os.environ.get("CI") == "true" or "IMPORT_INVOICES_REQUIRE_NGINX" in os.environ

pytestmark = [
    pytest.mark.quiet,
    pytest.mark.skipif(
        NGINX is None and not REQUIRED, reason="nginx is not installed; .ci/run installs it"
    ),
]


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Sandbox]:
    """The API behind the limiter."""
    with running_sandbox(data=tmp_path / "sandbox.sqlite3") as sandbox:
        yield sandbox


@pytest.fixture
def front(tmp_path: Path, behind: Sandbox) -> Iterator[Limiter]:
    """A limiter of the test's own."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    with limiter(folder, behind.url, rate=RATE, burst=BURST) as front:
        yield front


def test_permitted_rate_is_never_throttled(desk: Desk, behind: Sandbox, front: Limiter) -> None:
    """`--rate 50` where 50 a second are let through: not one 429, and next to no time lost."""
    token = {"IMPORT_INVOICES_TOKEN": behind.token}
    # Fewer in flight than may come early: those that a busy machine holds up come all at once.
    options = ("--api-url", front.url, "--rate", str(RATE), "--concurrency", "2", "--json")
    done = desk.run(desk.csv("a.csv", rows(10 * RATE)), *options, variables=token)
    assert (done.code, done.counts) == (0, {"created": 10 * RATE}), done.err
    answers = front.answers()
    assert [answer.status for answer in answers] == [200] * (10 * RATE)
    assert answers[-1].at - answers[0].at < 12


def test_limiter_limits(desk: Desk, behind: Sandbox, front: Limiter) -> None:
    """Twice the permitted rate is throttled, and every row is created all the same."""
    token = {"IMPORT_INVOICES_TOKEN": behind.token}
    options = ("--api-url", front.url, "--rate", str(2 * RATE), "--json")
    done = desk.run(desk.csv("a.csv", rows(2 * RATE)), *options, variables=token)
    assert (done.code, done.counts) == (0, {"created": 2 * RATE}), done.err
    statuses = [answer.status for answer in front.answers()]
    assert statuses.count(200) == 2 * RATE
    assert statuses.count(429) > 0


def test_unknown_rate_is_found(desk: Desk, behind: Sandbox, front: Limiter) -> None:
    """`--rate auto` settles at 95 % of the permitted rate at least, with under 2 % of 429.

    It takes so long that a log without a terminal tells how far it is.
    """
    token = {"IMPORT_INVOICES_TOKEN": behind.token}
    options = ("--api-url", front.url, "--rate", "auto", "--json")
    count = 35 * RATE
    done = desk.run(desk.csv("a.csv", rows(count)), *options, variables=token)
    assert (done.code, done.counts) == (0, {"created": count}), done.err
    answers = front.answers()
    settled = [a for a in answers if a.at >= answers[0].at + SETTLED_S]
    created = [a for a in settled if a.status == 200]
    seconds = settled[-1].at - answers[0].at - SETTLED_S
    assert seconds > 10
    assert len(created) / seconds >= 0.95 * RATE
    for some in (answers, settled):
        assert sum(a.status == 429 for a in some) < 0.02 * len(some)
    moving = rf"[\d,]+ of {count:,} done, \d+\.\d/s, \d+:\d\d left"
    assert re.match(rf"Creating {count:,} invoices\.\n{moving}\n", done.err)
