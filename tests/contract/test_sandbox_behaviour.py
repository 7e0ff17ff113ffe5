"""What the sandbox does wrong when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from importer.sandbox.behaviour import TokenBucket
from importer.sandbox.process import running_sandbox

CREATE = "/v1/invoices/create"
BODY: dict[str, Any] = {
    "counterparty_id": 123,
    "currency": "USD",
    "note": "Rent",
    "fee_bearer": "PAYEE",
    "as_payment_link": False,
    "reference_id": "A-1",
}


@contextmanager
def client_of(data: Path, *options: str) -> Iterator[httpx.Client]:
    """Run a sandbox with these options, and talk to it."""
    with (
        running_sandbox(data=data, options=options) as sandbox,
        httpx.Client(
            base_url=sandbox.url,
            headers={"Authorization": f"Bearer {sandbox.token}"},
            trust_env=False,
        ) as client,
    ):
        yield client


def create(client: httpx.Client) -> int | str:
    """Create an invoice; return the status, or "dropped"."""
    try:
        return client.post(CREATE, json=BODY).status_code
    except httpx.RemoteProtocolError:
        return "dropped"


def counts(client: httpx.Client) -> tuple[int, int]:
    """How many invoices there are, and how many creates came in."""
    state = client.get("/sandbox").json()
    return state["invoices"], state["creates_received"]


def test_rate_limit_asks_to_wait(tmp_path: Path) -> None:
    """Over the limit a create is a 429 with Retry-After in seconds, and makes nothing."""
    with client_of(tmp_path / "s.sqlite3", "--rate-limit", "1") as client:
        answers = [client.post(CREATE, json=BODY) for _ in range(10)]
        invoices, received = counts(client)
    throttled = [answer for answer in answers if answer.status_code == 429]
    assert answers[0].status_code == 200
    assert throttled
    assert {answer.headers["Retry-After"] for answer in throttled} == {"1"}
    assert throttled[0].json() == {"detail": "Too many requests"}
    assert (invoices, received) == (10 - len(throttled), 10)


def test_rate_limit_leaves_the_listing_alone(tmp_path: Path) -> None:
    """Only creates are limited."""
    with client_of(tmp_path / "s.sqlite3", "--rate-limit", "1") as client:
        statuses = [client.get("/v1/invoices/list").status_code for _ in range(5)]
    assert statuses == [200] * 5


def test_token_bucket_refills_steadily() -> None:
    """It grants a second's worth at once, then one each 1/rate seconds, and says how long."""
    bucket = TokenBucket(4, now=100.0)
    assert [bucket.take(100.0) for _ in range(5)] == [0, 0, 0, 0, 0.25]
    assert [bucket.take(100.25), bucket.take(100.25)] == [0, 0.25]
    assert [bucket.take(200.0) for _ in range(5)] == [0, 0, 0, 0, 0.25]


def test_expired_token_is_refused(tmp_path: Path) -> None:
    """A token past its minutes is a 401 like an unknown one."""
    with client_of(tmp_path / "s.sqlite3", "--token-minutes", "0") as client:
        issued = client.post(
            "/v1/jwt/client/obtain/token",
            json={"client_id": "sandbox", "client_secret": "sandbox"},
        ).json()
        token = {"Authorization": f"Bearer {issued['access_token']}"}
        response = client.get("/v1/invoices/list", headers=token)
    assert issued["expires_in"] == 0
    assert response.status_code == 401
    assert response.json() == {"detail": "Could not validate credentials"}


def test_every_drop_commits_and_hangs_up(tmp_path: Path) -> None:
    """A dropped answer is a closed connection, and the invoice is there."""
    with client_of(tmp_path / "s.sqlite3", "--drop-answers", "100") as client:
        assert [create(client) for _ in range(3)] == ["dropped"] * 3
        assert counts(client) == (3, 3)


def test_half_of_the_failures_have_committed(tmp_path: Path) -> None:
    """A failure is a 500 whether or not the invoice was made; about half were."""
    with client_of(tmp_path / "s.sqlite3", "--fail", "100", "--seed", "1") as client:
        assert [create(client) for _ in range(60)] == [500] * 60
        invoices, received = counts(client)
    assert 20 <= invoices <= 40
    assert received == 60


def test_refusals_are_not_subject_to_fate(tmp_path: Path) -> None:
    """What can't be created is refused, however much fails."""
    with client_of(tmp_path / "s.sqlite3", "--fail", "100") as client:
        assert client.post(CREATE, json=BODY | {"counterparty_id": 999_500}).status_code == 404
        assert client.post(CREATE, json=BODY | {"note": 1}).status_code == 422


def test_seed_repeats_the_draws(tmp_path: Path) -> None:
    """The same seed does the same wrong in the same order; all kinds of it."""
    options = ["--fail", "40", "--drop-answers", "30", "--seed", "7", "--reset"]
    runs = []
    for _ in range(2):
        with client_of(tmp_path / "s.sqlite3", *options) as client:
            runs.append(([create(client) for _ in range(30)], counts(client)))
    assert runs[0] == runs[1]
    assert set(runs[0][0]) == {200, 500, "dropped"}


def test_deduplicate_answers_the_existing_invoice(tmp_path: Path) -> None:
    """With --deduplicate a known reference answers its invoice; none at all is always new."""
    with client_of(tmp_path / "s.sqlite3", "--deduplicate") as client:
        first = client.post(CREATE, json=BODY).json()
        again = client.post(CREATE, json=BODY | {"note": "Other"}).json()
        for _ in range(2):
            client.post(CREATE, json=BODY | {"reference_id": None})
        assert again == first
        assert counts(client) == (3, 4)


def test_latency_slows_the_api_alone(tmp_path: Path) -> None:
    """Every request to the API waits; asking the sandbox about itself doesn't."""
    with client_of(tmp_path / "s.sqlite3", "--latency", "500") as client:
        slow = [client.post(CREATE, json=BODY), client.get("/v1/invoices/list")]
        about = client.get("/sandbox")
    assert all(response.elapsed.total_seconds() >= 0.5 for response in slow)
    assert about.elapsed.total_seconds() < 0.5


def test_everything_is_remembered(tmp_path: Path) -> None:
    """A restart keeps id, owner, invoices and the count of creates; --reset keeps none."""
    data = tmp_path / "new" / "s.sqlite3"
    with client_of(data) as client:
        create(client)
        client.post(CREATE, json=BODY | {"note": None})
        first = client.get("/sandbox").json()
    with client_of(data) as client:
        second = client.get("/sandbox").json()
    with client_of(data, "--reset") as client:
        third = client.get("/sandbox").json()
    assert (first["invoices"], first["creates_received"]) == (1, 2)
    assert second == first
    assert (third["invoices"], third["creates_received"]) == (0, 0)
    assert third["id"] != first["id"]


@pytest.mark.parametrize("variable", ["FAIL", "DROP_ANSWERS"])
def test_variables_are_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """An environment variable says the same as its option."""
    monkeypatch.setenv(f"IMPORT_INVOICES_SANDBOX_{variable}", "100")
    with client_of(tmp_path / "s.sqlite3") as client:
        assert create(client) != 200
