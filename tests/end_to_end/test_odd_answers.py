from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import pytest
from desk import Desk, Finished, Row, row
from odd_api import Answer, Invoice, OddApi, Reply, created, detail, odd_api

LOST = {
    "500": "the API answered 500",
    "drop": "the connection broke",
    "garbage": "answered 200, but with no invoice",
    "another": 'for another reference, "SOMEBODY-ELSES"',
}
"""References whose answer proves nothing, and what the row's error says of it."""

REFUSED = {
    "422": "Customer ID: Input should be less than 100",
    "409": "that was sent before",
    "400": "no reason given",
}
"""References that the API refuses, and what the row's error says of it."""


REPLIES: Mapping[str, Answer] = {
    "500": lambda _, __: Reply(500, b"<h1>Internal Server Error</h1>"),
    "drop": lambda _, __: None,
    "garbage": lambda _, __: Reply(200, b"<html>Welcome to the hotel's network</html>"),
    "another": partial(created, reference_id="SOMEBODY-ELSES"),
    "422": lambda _, __: detail(
        422, [{"loc": ["body", "counterparty_id"], "msg": "Input should be less than 100"}]
    ),
    "409": lambda _, __: detail(409, "A reference that was sent before"),
    "400": lambda _, __: Reply(400, b"<h1>Bad Request</h1>"),
}
"""What the API answers, by reference; all others are created."""


def answer(invoice: Invoice, number: int) -> Reply | None:
    """Answer as the reference says."""
    return REPLIES.get(invoice["reference_id"], created)(invoice, number)


@dataclass(frozen=True, slots=True)
class Story:
    """A file imported into an API of odd answers, twice.

    Attributes:
        results: The rows of the first run's results, by reference.
        later: The rows of the second run's.
        sent: The references that came in during the first run.
        resent: Those of the second.
    """

    first: Finished
    results: Mapping[str, Row]
    second: Finished
    later: Mapping[str, Row]
    sent: list[str]
    resent: list[str]


@pytest.fixture(scope="module", params=["httpx", "aiohttp"])
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """Import a row for every odd answer, good rows between them, then the same again."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    odd = [*LOST, *REFUSED]
    lines = [row(name) for number, odd_one in enumerate(odd) for name in (odd_one, f"G-{number}")]
    file = desk.csv("a.csv", lines)
    with odd_api(answer) as api:
        options = ("--api-url", api.url, "--concurrency", "1", "--rate", "100", "--json")
        options += ("--transport", request.param)
        first = desk.run(file, *options)
        sent = api.references
        api.invoices.clear()
        second = desk.run(file, *options)
        by_reference = [{r["Ref"]: r for r in done.results} for done in (first, second)]
        yield Story(first, by_reference[0], second, by_reference[1], sent, api.references)


@pytest.mark.parametrize("reference", LOST)
def test_answer_that_proves_nothing_leaves_the_row_in_doubt(story: Story, reference: str) -> None:
    """Perhaps created: never said to be, nor to be not, and the error says why."""
    result = story.results[reference]
    assert result["status"] == "in_doubt"
    assert result["invoice_number"] is None
    assert LOST[reference] in result["error"]


def test_row_in_doubt_is_worth_its_own_exit_code(story: Story) -> None:
    """Exit 3, above the 1 of the refused rows; the rows between are created all the same."""
    assert story.first.code == story.second.code == 3
    assert story.first.counts == {"created": 7, "rejected": 3, "in_doubt": 4}


@pytest.mark.parametrize("reference", LOST)
def test_row_in_doubt_is_not_sent_again(story: Story, reference: str) -> None:
    """A second run of the file leaves it in doubt, and sends the refused rows alone."""
    assert story.sent.count(reference) == 1
    assert reference not in story.resent
    assert story.later[reference]["status"] == "in_doubt"


@pytest.mark.parametrize("reference", REFUSED)
def test_refusal_is_shown_as_the_api_said_it(story: Story, reference: str) -> None:
    """A refused row says what the API said, under the file's own header where it names a field."""
    result = story.results[reference]
    assert result["status"] == "rejected"
    assert REFUSED[reference] in result["error"]
    assert "counterparty_id" not in result["error"]


def test_refused_row_is_sent_again_by_the_next_run(story: Story) -> None:
    """Nothing was created for it, so a later run may try again."""
    assert story.resent == sorted(REFUSED)


def test_throttled_row_waits_and_is_created(desk: Desk, api: OddApi) -> None:
    """After 429 with Retry-After the row is sent again no sooner than asked, and created."""
    api.answer = lambda invoice, number: (
        detail(429, "Too many requests", Retry_After="1")
        if number == 1
        else created(invoice, number)
    )
    done = desk.run(desk.csv("a.csv", [row("A-1")]), "--api-url", api.url, "--json")
    assert done.code == 0, done.err
    assert done.counts == {"created": 1}
    assert done.summary["duration_s"] >= 1
    assert api.references == ["A-1", "A-1"]


def test_other_owner_stops_the_run(desk: Desk, api: OddApi) -> None:
    """An invoice of another owner than this account's is not ours: exit 4, the row in doubt."""
    api.answer = lambda invoice, number: created(invoice, number, owner_id=number)
    lines = [row(f"A-{number}") for number in range(1, 10)]
    options = ("--api-url", api.url, "--concurrency", "1", "--json")
    done = desk.run(desk.csv("a.csv", lines), *options)
    assert done.code == 4
    assert done.counts == {"created": 1, "in_doubt": 1, "not_sent": 7}
    assert "owner 2" in done.summary["error"]


def test_unreachable_api_stops_the_run_with_nothing_in_doubt(desk: Desk) -> None:
    """Nobody listens: after `--give-up-after`, exit 4, and every row is `not_sent`."""
    with odd_api() as gone:
        url = gone.url
    options = ("--api-url", url, "--give-up-after", "0.1", "--json")
    done = desk.run(desk.csv("a.csv", [row("A-1"), row("A-2")]), *options)
    assert done.code == 4
    assert done.counts == {"not_sent": 2}
    assert "can't be reached" in done.summary["error"]


def test_a_host_that_is_not_there_is_told_in_words(desk: Desk) -> None:
    """No number of an error: a name that leads nowhere (RFC 6761 keeps .invalid for that)."""
    words = ("--api-url", "https://api.exmple.invalid", "--give-up-after", "0.1", "--json")
    done = desk.run(desk.csv("a.csv", [row("A-1")]), *words)
    assert done.code == 4
    assert "(there is no host of this name, or no network)" in done.summary["error"]
