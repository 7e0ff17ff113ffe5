"""What the seed draws: the server's habits, and the fate of every request."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

LOOKUP_DELAY_S = 60.0
TIMEOUT_S = 30.0
LATEST_COMMIT_S = 45.0
"""How long after its arrival a create is carried out at most, in seconds.

With `LONGEST_WAY_S`, the look-up delay.
"""
LONGEST_WAY_S = 15.0
"""How long a create takes at most from its claim to its arrival, token and connection included."""


class PostFate(StrEnum):
    """What becomes of a POST; `draw_times` knows which of them carry the create out."""

    FINE = "fine"
    SLOW = "slow"
    REFUSED = "refused"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    FAILS_BEFORE = "500 before the commit"
    FAILS_AFTER = "500 after the commit"
    LOST_BEFORE = "request lost"
    LOST_AFTER = "answer lost"
    ANSWER_LATE = "answer late"
    COMMIT_LATE = "commit late"
    GIBBERISH = "answer unreadable"
    TOKEN_REVOKED = "token revoked"
    HALTS = "halts"


POST_WEIGHTS = {
    PostFate.SLOW: 3,
    PostFate.REFUSED: 3,
    PostFate.THROTTLED: 4,
    PostFate.UNREACHABLE: 3,
    PostFate.FAILS_BEFORE: 3,
    PostFate.FAILS_AFTER: 3,
    PostFate.LOST_BEFORE: 3,
    PostFate.LOST_AFTER: 4,
    PostFate.ANSWER_LATE: 2,
    PostFate.COMMIT_LATE: 5,
    PostFate.GIBBERISH: 1,
    PostFate.TOKEN_REVOKED: 2,
    PostFate.HALTS: 1,
}
"""How often which mishap comes."""


class ListFate(StrEnum):
    """What becomes of a listing."""

    WHOLE = "whole"
    FAILS = "fails"
    BREAKS_OFF = "breaks off"
    LAGS = "lags"
    SHORT = "is cut short"
    DENIED = "is denied"


LIST_WEIGHTS = {
    ListFate.FAILS: 6,
    ListFate.BREAKS_OFF: 3,
    ListFate.LAGS: 5,
    ListFate.SHORT: 5,
    ListFate.DENIED: 1,
}


@dataclass(frozen=True, slots=True)
class Habits:
    """How a seed's server is, from first to last.

    Attributes:
        lists: It offers a listing.
        unique: It allows a reference only once.
        nameless_answers: How many of its answers leave the reference out, from 0 to 1.
        nameless_listings: How many invoices it lists without their reference, from 0 to 1.
        names_owner: It says whose an invoice is.
        rewrites: It cuts notes and rounds due dates.
        cuts: How long a reference may be before it cuts it; None for any length.
        token_minutes: How long a token lives, as it says.
    """

    lists: bool = True
    unique: bool = False
    nameless_answers: float = 0
    nameless_listings: float = 0
    names_owner: bool = True
    rewrites: bool = False
    cuts: int | None = None
    token_minutes: float = 30


def draw_habits(rng: random.Random) -> Habits:
    """Draw a server; most are decent."""
    return Habits(
        lists=rng.random() > 0.04,
        unique=rng.random() < 0.15,
        nameless_answers=rng.choice((0, 0, 0, 0, 0, 0, 0, 0.3, 1)),
        nameless_listings=rng.choice((0, 0, 0, 0, 0, 0, 0, 0.3, 1)),
        names_owner=rng.random() > 0.1,
        rewrites=rng.random() < 0.3,
        cuts=12 if rng.random() < 0.04 else None,
        token_minutes=rng.choice((0.2, 1, 30)),
    )


@dataclass(frozen=True, slots=True)
class Weather:
    """How often things go wrong in one run: of POSTs, listings and tokens, from 0 to 1."""

    posts: float = 0
    listings: float = 0
    tokens: float = 0


CALM = Weather()


def draw_weather(rng: random.Random) -> Weather:
    """Draw a run's weather."""
    return Weather(
        posts=rng.choice((0, 0.2, 0.5, 0.8)),
        listings=rng.choice((0, 0, 0.3, 0.7)),
        tokens=rng.choice((0, 0, 0.1)),
    )


def draw_post(rng: random.Random, weather: Weather) -> PostFate:
    """Draw what becomes of a POST."""
    if rng.random() >= weather.posts:
        return PostFate.FINE
    return rng.choices(list(POST_WEIGHTS), list(POST_WEIGHTS.values()))[0]


def draw_listing(rng: random.Random, weather: Weather) -> ListFate:
    """Draw what becomes of a listing."""
    if rng.random() >= weather.listings:
        return ListFate.WHOLE
    return rng.choices(list(LIST_WEIGHTS), list(LIST_WEIGHTS.values()))[0]


def draw_times(fate: PostFate, dice: random.Random) -> tuple[float, float | None]:
    """Return after how many seconds a POST is answered, and carried out, if it is."""
    answer_s = dice.uniform(0.05, 2)
    match fate:
        case PostFate.FINE | PostFate.LOST_AFTER | PostFate.FAILS_AFTER | PostFate.GIBBERISH:
            return answer_s, dice.uniform(0, answer_s)
        case PostFate.SLOW:
            answer_s = dice.uniform(5, TIMEOUT_S - 5)
            return answer_s, dice.uniform(0, answer_s)
        case PostFate.ANSWER_LATE:
            return dice.uniform(TIMEOUT_S, 2 * TIMEOUT_S), dice.uniform(0, TIMEOUT_S)
        case PostFate.COMMIT_LATE:
            return dice.choice((answer_s, 2 * TIMEOUT_S)), dice.uniform(answer_s, LATEST_COMMIT_S)
    return answer_s, None
