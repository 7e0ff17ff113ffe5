"""Runs beside each other, interrupted, killed: nothing twice, nothing of unknown fate."""

from __future__ import annotations

import signal

import pytest
from desk import Desk, finish, rows
from odd_api import Gate, OddApi

from importer.signals import REASONS

IN_FLIGHT = 4


@pytest.fixture
def gate(api: OddApi) -> Gate:
    """An API whose answers wait until the test lets them out."""
    gate = Gate()
    api.answer = gate
    return gate


def test_two_runs_send_one_after_the_other(desk: Desk, api: OddApi, gate: Gate) -> None:
    """A second run waits for the first and finds everything done; one that may not wait ends."""
    words = (desk.csv("a.csv", rows(3)), "--api-url", api.url, "--json")
    with desk.started(*words) as first:
        gate.wait_for(1)
        hurried = desk.run(*words, "--wait", "0")
        with desk.started(*words) as second:
            assert second.stderr is not None
            said = second.stderr.readline()
            gate.open()
            firsts, seconds = finish(first), finish(second)
    assert hurried.code == 4
    assert hurried.summary["exit_code"] == 4
    assert "Another import" in said
    assert (firsts.code, firsts.counts) == (0, {"created": 3})
    assert (seconds.code, seconds.counts) == (0, {"already_created": 3})
    assert api.references == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_interrupted_run_settles_what_is_in_flight(
    desk: Desk, api: OddApi, gate: Gate, number: signal.Signals
) -> None:
    """Exit 130, results for every row, none in doubt; the next run sends the rest, none twice."""
    file = desk.csv("a.csv", rows(20))
    words = (file, "--api-url", api.url, "--concurrency", str(IN_FLIGHT), "--json")
    with desk.started(*words, "--rate", "50") as process:
        gate.wait_for(IN_FLIGHT)
        process.send_signal(number)
        gate.open()
        stopped = finish(process)
    sent = len(api.invoices)
    assert stopped.code == stopped.summary["exit_code"] == 130
    assert stopped.counts == {"created": sent, "not_sent": 20 - sent}
    assert len(stopped.results) == 20
    assert REASONS[number.name] in stopped.results[-1]["error"]
    resumed = desk.run(*words, "--rate", "1000")
    assert (resumed.code, resumed.counts) == (0, {"created": 20 - sent, "already_created": sent})
    assert api.references == sorted(f"A-{n}" for n in range(1, 21))


def test_killed_run_leaves_its_rows_in_flight_in_doubt(desk: Desk, api: OddApi, gate: Gate) -> None:
    """After SIGKILL the rows without an answer are in doubt, not sent again; the rest is sent."""
    file = desk.csv("a.csv", rows(6))
    words = (file, "--api-url", api.url, "--concurrency", "2", "--json")
    with desk.started(*words) as process:
        gate.wait_for(2)
        process.kill()
        process.wait()
    gate.open()
    resumed = desk.run(*words)
    assert (resumed.code, resumed.counts) == (3, {"created": 4, "in_doubt": 2})
    assert [result["status"] for result in resumed.results[:2]] == ["in_doubt", "in_doubt"]
    assert api.references == [f"A-{number}" for number in range(1, 7)]
