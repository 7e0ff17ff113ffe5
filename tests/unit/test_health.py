"""Whether the API can keep up: pauses, giving up, and refusals that look like one mistake."""

from __future__ import annotations

import random

import pytest
from builders import make_create
from server import invoice_for

from importer.clock import SECOND_NS
from importer.replies import (
    Created,
    Expired,
    FieldError,
    Halt,
    Lost,
    NotSent,
    Refused,
    Reply,
    Throttled,
)
from importer.submit.health import PATIENCE, SUSPICION, Health, Refusals, say
from importer.submit.policy import BACKOFF_BASE_NS, BACKOFF_CAP_NS

CREATED = Created(invoice_for(make_create()))
REFUSED = Refused(422, (FieldError("currency", "not supported"),))
WELL = [CREATED, REFUSED, Halt("no"), Expired()]
FAILING = [Lost("gone", 500), NotSent("refused"), Throttled()]


def make_health() -> Health:
    """Return a health that gives up after 300 s."""
    return Health(300, random.Random(1))


def give_up(health: Health, reply: Reply, started_s: float, now_s: float) -> str | None:
    """Tell a reply, its times in seconds."""
    return health.give_up(reply, round(started_s * SECOND_NS), round(now_s * SECOND_NS))


def pause_s(
    health: Health, reply: Reply, asked_s: float | None = None, *, at_s: float = 1
) -> float:
    """Return the pause after a reply to a request of a tenth of a second before, in seconds."""
    at = round(at_s * SECOND_NS)
    return health.pause_ns(reply, asked_s, at - SECOND_NS // 10, at) / SECOND_NS


@pytest.mark.parametrize("reply", FAILING, ids=say)
def test_five_minutes_of_nothing_but_failures_are_enough(reply: Reply) -> None:
    """Counted from when the first request that failed was sent; the reason is told."""
    health = make_health()
    assert give_up(health, reply, 10, 40) is None
    assert give_up(health, reply, 300, 310) is None
    reason = give_up(health, reply, 300, 310.1)
    assert reason == f"nothing but failures for 300 s: {say(reply)}"


@pytest.mark.parametrize("well", WELL, ids=lambda reply: type(reply).__name__)
def test_one_good_answer_starts_the_count_anew(well: Reply) -> None:
    """An answer that says anything certain, a refusal too, is no failure."""
    health = make_health()
    give_up(health, NotSent("x"), 0, 1)
    assert give_up(health, well, 290, 299) is None
    assert give_up(health, NotSent("x"), 305, 310) is None
    assert give_up(health, NotSent("x"), 600, 605) is None
    assert give_up(health, NotSent("x"), 600, 605.1) is not None


@pytest.mark.parametrize("reply", [*WELL, *FAILING], ids=lambda reply: type(reply).__name__)
@pytest.mark.parametrize("asked_s", [0.0, 0.25, 20.0, 3600.0])
def test_the_wait_that_is_asked_for_is_obeyed(reply: Reply, asked_s: float) -> None:
    """To the nanosecond, whatever the answer was."""
    assert pause_s(make_health(), reply, asked_s) == asked_s


@pytest.mark.parametrize("reply", WELL, ids=lambda reply: type(reply).__name__)
def test_good_answers_need_no_pause(reply: Reply) -> None:
    """Nobody waits because of a created, a refused row or a renewed token."""
    health = make_health()
    assert [pause_s(health, reply) for _ in range(5)] == [0] * 5


@pytest.mark.parametrize("reply", [NotSent("refused")], ids=say)
def test_failures_in_a_row_back_off_ever_longer(reply: Reply) -> None:
    """The bound doubles from one second to thirty; jitter picks below it."""
    bounds = [BACKOFF_BASE_NS << n for n in range(1, 6)] + [BACKOFF_CAP_NS] * 4
    for seed in range(50):
        health = Health(300, random.Random(seed))
        for number, bound in enumerate(bounds):
            assert 0 <= pause_s(health, reply, at_s=60 * number + 1) < bound / SECOND_NS
    longest = [pause_s(Health(300, random.Random(seed)), reply, at_s=1) for seed in range(50)]
    assert max(longest) > 0.9


@pytest.mark.parametrize("reply", [Lost("gone"), Throttled()], ids=say)
def test_a_lost_answer_alone_slows_nobody_down(reply: Reply) -> None:
    """One or two say nothing about the next; the third in a row does."""
    health = make_health()
    pauses = [pause_s(health, reply, at_s=n) for n in range(1, PATIENCE + 1)]
    assert pauses[:-1] == [0, 0]
    assert pauses[-1] > 0


def test_a_good_answer_forgives_lost_ones() -> None:
    """Lost answers with a good one between them are not in a row."""
    health = make_health()
    for second in range(1, 20, 2):
        assert pause_s(health, Lost("gone"), at_s=second) == 0
        give_up(health, CREATED, second, second + 1)


def test_failures_that_were_under_way_before_a_pause_add_nothing() -> None:
    """Eight requests that fail at once are one failure."""
    health = make_health()
    first = health.pause_ns(NotSent("x"), None, 0, SECOND_NS)
    later = [health.pause_ns(NotSent("x"), None, n, SECOND_NS + n) for n in range(1, 8)]
    assert first > 0
    assert later == [0] * 7


def refuse(refusals: Refusals, *replies: Reply) -> list[str | None]:
    """Tell replies one by one, and ask after each."""
    asked = []
    for reply in replies:
        refusals.add(reply)
        asked.append(refusals.suspicious())
    return asked


def test_twenty_first_refusals_for_one_reason_are_suspicious_once() -> None:
    """At the twentieth, with the reason, and never again."""
    asked = refuse(Refusals(), *[REFUSED] * (3 * SUSPICION))
    assert asked[SUSPICION - 1] == "422: not supported"
    assert [reason for reason in asked if reason] == ["422: not supported"]


@pytest.mark.parametrize(
    "other",
    [
        CREATED,
        Refused(422, (FieldError("currency", "unknown"),)),
        Refused(400, REFUSED.errors),
    ],
    ids=["created", "another reason", "another status"],
)
@pytest.mark.parametrize("at", [0, 7, SUSPICION - 1])
def test_one_row_that_fares_otherwise_is_enough(other: Reply, at: int) -> None:
    """Where the rows fare differently, the mistake isn't in all of them."""
    replies: list[Reply] = [REFUSED] * (3 * SUSPICION)
    replies.insert(at, other)
    assert set(refuse(Refusals(), *replies)) == {None}


@pytest.mark.parametrize("reply", [*FAILING, Expired()], ids=lambda reply: type(reply).__name__)
def test_what_is_no_refusal_is_not_counted(reply: Reply) -> None:
    """A throttled or lost answer between refusals says nothing about the rows."""
    replies = [reply, *[REFUSED] * (SUSPICION - 1), reply, REFUSED]
    asked = refuse(Refusals(), *replies)
    assert asked[:-1] == [None] * (SUSPICION + 1)
    assert asked[-1] is not None


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Throttled(), "rate limited by the API"),
        (Lost("the API answered 500"), "the API answered 500"),
        (NotSent("refused"), "refused"),
        (CREATED, "the API asks to wait"),
    ],
)
def test_what_is_wrong_is_said_for_people(reply: Reply, said: str) -> None:
    """Every pause has a reason that can be shown."""
    assert say(reply) == said
