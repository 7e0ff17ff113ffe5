"""The answers that a request gets when fate is against it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import httpx

from simulation.fates import PostFate

TAKEN = "reference_id already exists"
REFUSALS: Sequence[tuple[int, object]] = (
    (400, "Bad request"),
    (404, "Counterparty not found"),
    (422, [{"loc": ["body", "note"], "msg": "not this note", "type": "value_error"}]),
)
STOPPERS = (302, 403, 404, 405)
FAILURES: Sequence[tuple[int, Mapping[str, str]]] = (
    (500, {}),
    (502, {}),
    (503, {"Retry-After": "7"}),
    (504, {}),
    (408, {}),
)
THROTTLES: Sequence[Mapping[str, str]] = (
    {},
    {"Retry-After": "3"},
    {"RateLimit": '"default";r=0;t=9'},
)


def answer_badly(fate: PostFate, dice: random.Random) -> httpx.Response | None:
    """Return the answer to a POST of some fate; None where it is what came of the order.

    Raises:
        httpx.TransportError: There is no answer: the connection breaks.
    """
    match fate:
        case PostFate.LOST_BEFORE:
            raise dice.choice((httpx.WriteError, httpx.ReadError))("connection reset")
        case PostFate.LOST_AFTER:
            raise httpx.RemoteProtocolError("server disconnected")
        case PostFate.REFUSED:
            status, detail = dice.choice(REFUSALS)
            return httpx.Response(status, json={"detail": detail})
        case PostFate.THROTTLED:
            return httpx.Response(429, headers=dice.choice(THROTTLES))
        case PostFate.HALTS:
            return httpx.Response(dice.choice(STOPPERS), text="<html>")
        case PostFate.FAILS_BEFORE | PostFate.FAILS_AFTER | PostFate.COMMIT_LATE:
            status, headers = dice.choice(FAILURES)
            return httpx.Response(status, headers=headers, text="<html>")
        case PostFate.GIBBERISH:
            return httpx.Response(200, text="<html>welcome")
    return None


def fail_listing(dice: random.Random) -> httpx.Response:
    """Return the answer to a listing that fails."""
    status, headers = dice.choice((*FAILURES, (429, {"Retry-After": "20"})))
    return httpx.Response(status, headers=headers)
