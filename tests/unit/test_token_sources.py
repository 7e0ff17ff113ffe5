"""Tokens: obtained once, renewed in time, once for all workers, never asked for more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.clock import SECOND_NS
from importer.errors import UsageError
from importer.settings import Secret, check_token
from importer.submit.tokens import ClientCredentials, GivenToken, Grant, TokenError
from virtual_time import VirtualClock, run_virtually

Result = TypeVar("Result")
MINUTE_NS = 60 * SECOND_NS


def grant(token: object, minutes: object = 60) -> Grant:
    """Return what the token endpoint answers when it gives a token."""
    return Grant(200, json.dumps({"access_token": token, "expires_in": minutes}).encode())


@dataclass
class Endpoint:
    """A token endpoint that takes a second and gives `t1`, `t2`, … or what a test tells it to."""

    clock: VirtualClock
    minutes: float = 60
    answers: list[Grant] = field(default_factory=list)
    asked: int = 0

    async def obtain(self) -> Grant:
        self.asked += 1
        token = f"t{self.asked}"
        await self.clock.sleep_ns(SECOND_NS)
        return self.answers.pop(0) if self.answers else grant(token, self.minutes)


def try_out(
    use: Callable[[ClientCredentials, Endpoint], Awaitable[Result]],
    *answers: Grant,
    minutes: float = 60,
) -> Result:
    """Use client credentials in virtual time."""

    async def main() -> Result:
        endpoint = Endpoint(VirtualClock(), minutes, list(answers))
        return await use(ClientCredentials(endpoint.obtain, endpoint.clock), endpoint)

    return run_virtually(main())


def refuse(answer: Grant) -> TokenError:
    """Return the error for an answer of the token endpoint."""

    async def use(tokens: ClientCredentials, _: Endpoint) -> None:
        await tokens.current()

    with pytest.raises(TokenError) as caught:
        try_out(use, answer)
    return caught.value


def test_a_token_is_obtained_once_for_all_workers() -> None:
    """A hundred workers that start at once ask the endpoint once."""

    async def use(tokens: ClientCredentials, endpoint: Endpoint) -> tuple[set[str], int]:
        got = await asyncio.gather(*(tokens.current() for _ in range(100)))
        return {token.reveal() for token in got}, endpoint.asked

    assert try_out(use) == ({"t1"}, 1)


@pytest.mark.parametrize(
    ("minutes", "renewed_after_s"), [(60, 55 * 60), (10, 5 * 60), (5, 150), (4, 120), (5.5, 165)]
)
def test_it_is_renewed_five_minutes_before_its_end(minutes: float, renewed_after_s: int) -> None:
    """Minutes, as the API says, counted from when it was asked for; a short one at half time."""

    async def use(tokens: ClientCredentials, endpoint: Endpoint) -> list[str]:
        used = []
        for second in (0, renewed_after_s - 1, renewed_after_s):
            await endpoint.clock.sleep_ns(second * SECOND_NS - endpoint.clock.monotonic_ns())
            used.append((await tokens.current()).reveal())
        return used

    assert try_out(use, minutes=minutes) == ["t1", "t1", "t2"]


def test_one_renewal_serves_all_workers() -> None:
    """Fifty workers whose token was refused cause one renewal, and all have the new one."""

    async def use(tokens: ClientCredentials, endpoint: Endpoint) -> tuple[set[bool], str, int]:
        old = await tokens.current()
        renewed = await asyncio.gather(*(tokens.renew(old) for _ in range(50)))
        return set(renewed), (await tokens.current()).reveal(), endpoint.asked

    assert try_out(use) == ({True}, "t2", 2)


def test_a_late_refusal_of_an_old_token_renews_nothing() -> None:
    """A worker that still used the token before last finds that there is another by now."""

    async def use(tokens: ClientCredentials, endpoint: Endpoint) -> int:
        old = await tokens.current()
        await tokens.renew(old)
        assert await tokens.renew(old)
        return endpoint.asked

    assert try_out(use) == 2


def test_the_same_token_again_is_no_renewal() -> None:
    """An endpoint that gives the refused token again has none to offer."""

    async def use(tokens: ClientCredentials, _: Endpoint) -> bool:
        return await tokens.renew(await tokens.current())

    assert not try_out(use, grant("same"), grant("same"))


def test_a_renewed_token_is_as_fresh_as_any() -> None:
    """The time of the next renewal counts from the last one."""

    async def use(tokens: ClientCredentials, endpoint: Endpoint) -> int:
        old = await tokens.current()
        await endpoint.clock.sleep_ns(50 * MINUTE_NS)
        await tokens.renew(old)
        await endpoint.clock.sleep_ns(50 * MINUTE_NS)
        await tokens.current()
        return endpoint.asked

    assert try_out(use) == 2


def test_a_failure_is_not_kept() -> None:
    """After an answer without a token the next worker asks again."""

    async def use(tokens: ClientCredentials, _: Endpoint) -> str:
        with pytest.raises(TokenError) as caught:
            await tokens.current()
        assert caught.value.passing
        return (await tokens.current()).reveal()

    assert try_out(use, Grant(503, b"")) == "t2"


def test_whoever_gives_up_waiting_lets_the_others_have_it() -> None:
    """A cancelled request for a token leaves no lock behind."""

    async def use(tokens: ClientCredentials, _: Endpoint) -> str:
        waiting = asyncio.create_task(tokens.current())
        await asyncio.sleep(0.5)
        waiting.cancel()
        return (await tokens.current()).reveal()

    assert try_out(use) == "t2"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_refused_credentials_are_refused_for_good(status: int) -> None:
    """Trying again wouldn't help: the user is told which variables to look at."""
    error = refuse(Grant(status, b'{"detail":"Invalid client"}'))
    assert not error.passing
    assert "IMPORT_INVOICES_CLIENT_ID" in str(error)
    assert str(status) in str(error)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_an_endpoint_that_is_down_may_come_back(status: int) -> None:
    """Nothing is wrong with the credentials."""
    assert refuse(Grant(status, b"")).passing


@pytest.mark.parametrize(
    "answer",
    [
        Grant(200, b""),
        Grant(200, b"<html>"),
        Grant(200, b"\xff"),
        Grant(200, b"[]"),
        Grant(200, b"null"),
        Grant(200, b"{}"),
        Grant(200, b"[" * 100_000),
        grant(None),
        grant(5),
        grant(""),
        grant("two words"),
        grant("\N{LATIN SMALL LETTER E WITH ACUTE}"),
        grant("line\nX-Evil: 1"),
        grant("good", None),
        grant("good", "soon"),
        grant("good", float("nan")),
        grant("good", -1),
        grant("good", []),
        grant("good", 10**400),
        Grant(200, b'{"access_token":"good"}'),
    ],
    ids=lambda answer: answer.body[:30].decode("latin-1"),
)
def test_what_is_no_token_is_told(answer: Grant) -> None:
    """An answer that can't be read stops the run with a message, and repeats nothing of it."""
    error = refuse(answer)
    assert not error.passing
    assert "good" not in str(error)


@given(minutes=st.floats(min_value=0, allow_infinity=True) | st.integers(0, 10**300))
def test_any_time_to_live_is_taken(minutes: float) -> None:
    """However long a token says to live, it is used, and is none the worse."""

    async def use(tokens: ClientCredentials, _: Endpoint) -> str:
        return (await tokens.current()).reveal()

    assert try_out(use, minutes=minutes) == "t1"


def read_from(texts: list[str]) -> Callable[[], Secret]:
    """Return what reads one token after the other; an empty one is none."""

    def read() -> Secret:
        try:
            return check_token(texts.pop(0))
        except ValueError as exc:
            raise UsageError(f"What TOKEN holds is no token: {exc}.") from exc

    return read


def test_a_given_token_is_read_again_when_it_is_refused() -> None:
    """A file that somebody renews is read once for all workers; until then the old one serves."""

    async def main() -> None:
        left = ["old", "new", "never read"]
        tokens = GivenToken(read_from(left))
        old = await tokens.current()
        assert old.reveal() == "old"
        assert await asyncio.gather(*(tokens.renew(old) for _ in range(9))) == [True] * 9
        assert (await tokens.current()).reveal() == "new"
        assert left == ["never read"]

    run_virtually(main())


def test_a_given_token_that_stays_is_not_renewed() -> None:
    """The variable can't change: there is no other token."""

    async def main() -> bool:
        tokens = GivenToken(lambda: Secret("same"))
        return await tokens.renew(await tokens.current())

    assert not run_virtually(main())


def test_a_given_token_that_is_gone_is_told() -> None:
    """A file that can't be read by now is a matter of the token, not of the row being sent."""

    async def main() -> None:
        tokens = GivenToken(read_from(["old", "", "new"]))
        old = await tokens.current()
        with pytest.raises(TokenError, match="is no token") as caught:
            await tokens.renew(old)
        assert not caught.value.passing
        assert await tokens.current() == old
        assert await tokens.renew(old)

    run_virtually(main())
