"""What a reply means: the table of replies, and what hostile servers send."""

from __future__ import annotations

import datetime as dt
import json
import random
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Create
from importer.records import Account, Step
from importer.replies import Created, Halt, Lost, Refused, Throttled
from importer.submit.policy import (
    BACKOFF_CAP_NS,
    asked_wait,
    backoff_ns,
    classify,
    clip,
    idempotency_key,
    retry_after,
)

NOW = dt.datetime(2027, 1, 4, 9, 0, tzinfo=dt.UTC)
CREATE = Create(2, "Ref-1", "ref-1", '{"reference_id":"Ref-1"}')
INVOICE = {"id": 7, "invoice_number": "INV-7", "reference_id": "Ref-1", "owner_id": 3}
LIMIT_HEADERS = {
    "retry-after",
    "ratelimit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def reply(status: int, body: object) -> object:
    """Return what an answer to `CREATE` means."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return classify(status, data, CREATE)


def test_an_invoice_with_our_reference_is_created() -> None:
    """A 2xx with id, number and our reference is the one certain success."""
    got = reply(200, INVOICE)
    assert isinstance(got, Created)
    assert (got.invoice.id, got.invoice.number, got.invoice.owner_id) == (7, "INV-7", 3)
    assert got.warnings == ()


@pytest.mark.parametrize("missing", [{}, {"reference_id": None}])
def test_an_invoice_without_reference_is_created_with_a_warning(missing: dict[str, None]) -> None:
    """An answer that doesn't repeat the reference is believed, and said."""
    invoice = {k: v for k, v in INVOICE.items() if k != "reference_id"} | missing
    got = reply(201, invoice)
    assert isinstance(got, Created)
    assert got.warnings


@pytest.mark.parametrize(
    "body",
    [
        INVOICE | {"reference_id": "Ref-2"},
        INVOICE | {"id": None},
        INVOICE | {"id": True},
        INVOICE | {"id": 2**63},
        INVOICE | {"id": "7"},
        INVOICE | {"invoice_number": ""},
        INVOICE | {"invoice_number": 7},
        INVOICE | {"invoice_number": "\ud800"},
        [INVOICE],
        None,
        b"",
        b"<html>OK</html>",
        b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=repr,
)
def test_a_2xx_that_is_not_our_invoice_is_lost(body: object) -> None:
    """A success without id and number, or for another reference, proves nothing."""
    assert isinstance(reply(200, body), Lost)


@pytest.mark.parametrize("status", [400, 409, 422])
def test_refusals_are_refused(status: int) -> None:
    """400, 409 and 422 refuse the row for good, whatever the body says."""
    assert isinstance(reply(status, b"<html>"), Refused)


def test_404_is_refused_only_with_a_json_detail() -> None:
    """A 404 with `detail` speaks of the row; any other 404 of a wrong URL."""
    assert isinstance(reply(404, {"detail": "Counterparty not found"}), Refused)
    for body in (b"Not Found", {"error": "x"}, [], b""):
        assert isinstance(reply(404, body), Halt)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 401, 403, 405])
def test_what_every_row_would_meet_halts(status: int) -> None:
    """Redirects, 401, 403 and 405 stop the run."""
    got = reply(status, {"detail": "No"})
    assert isinstance(got, Halt)
    assert got.http_status == status


@pytest.mark.parametrize("status", [402, 408, 410, 418, 500, 502, 503, 504, 599])
def test_everything_else_is_lost(status: int) -> None:
    """5xx, and what the contract doesn't know, may or may not have been processed."""
    assert isinstance(reply(status, {"detail": "x"}), Lost)


def test_429_is_throttled() -> None:
    """A 429 created nothing."""
    assert reply(429, b"") == Throttled()


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (503, {"retry-after": "12"}, 12),
        (429, {"retry-after": "3", "ratelimit-reset": "50"}, 3),
        (429, {"ratelimit-reset": "50"}, 50),
        (429, {"x-ratelimit-reset": "7.5"}, 7.5),
        (429, {"x-ratelimit-reset": str(int(NOW.timestamp()) + 9)}, 9),
        (429, {"x-ratelimit-reset": str(int(NOW.timestamp() + 9) * 1000)}, 9),
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": "5"}, 5),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "5"}, 5),
        (200, {"ratelimit": '"default";r=0;t=30'}, 30),
        (200, {"ratelimit": "limit=10, remaining=0, reset=4"}, 4),
        (200, {"ratelimit-remaining": "3", "ratelimit-reset": "5"}, None),
        (200, {"ratelimit": '"default";r=3;t=30'}, None),
        (200, {"ratelimit-reset": "5"}, None),
        (429, {"ratelimit-reset": "soon"}, None),
        (429, {"x-ratelimit-reset": "9" * 14}, 3600),
        (429, {}, None),
    ],
)
def test_what_the_api_asks_for_is_read(
    status: int, headers: dict[str, str], seconds: float | None
) -> None:
    """`Retry-After` first, then the RateLimit and X-RateLimit families, where nothing remains."""
    assert asked_wait(status, headers, NOW) == seconds


@given(st.dictionaries(st.sampled_from(sorted(LIMIT_HEADERS)), st.text()), st.integers(200, 599))
def test_no_header_breaks_the_importer(headers: dict[str, str], status: int) -> None:
    """Whatever a server writes into these headers, the wait is None or from 0 to an hour."""
    seconds = asked_wait(status, headers, NOW)
    assert seconds is None or 0 <= seconds <= 3600


def test_retry_after_takes_seconds_and_dates() -> None:
    """Both forms of RFC 9110 are read; nonsense is None; nobody waits for more than an hour."""
    later = format_datetime(NOW + dt.timedelta(seconds=90), usegmt=True)
    earlier = format_datetime(NOW - dt.timedelta(seconds=90), usegmt=True)
    cases = {"5": 5.0, later: 90.0, earlier: 0.0, "9" * 400: 3600.0}
    for text, seconds in cases.items():
        assert retry_after({"retry-after": text}, NOW) == seconds
    for text in ("", "soon", "-1", "1.5.2", "Mon, 99 Foo 2027"):
        assert retry_after({"retry-after": text}, NOW) is None


def test_a_422_names_the_field() -> None:
    """FastAPI's `detail` gives each complaint with its field, the body's own for the whole."""
    detail = [
        {"loc": ["body", "currency"], "msg": "too short", "type": "x"},
        {"loc": ["body"], "msg": "odd", "type": "x"},
        {"loc": [["currency"]], "msg": 5},
    ]
    got = reply(422, {"detail": detail})
    assert isinstance(got, Refused)
    assert [(e.field, e.message) for e in got.errors] == [
        ("currency", "too short"),
        (None, "odd"),
        (None, "no reason given"),
    ]


def test_a_422_may_be_a_plain_text() -> None:
    """A `detail` that is a text is the reason."""
    got = reply(422, {"detail": "bad"})
    assert isinstance(got, Refused)
    assert got.errors[0].message == "bad"


@given(status=st.integers(200, 599), body=JSON | st.binary())
def test_no_answer_breaks_the_importer(status: int, body: object) -> None:
    """Whatever a server answers is told apart without an exception, and only a 2xx is a success."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    got = classify(status, data, CREATE)
    assert not isinstance(got, Created) or 200 <= status < 300


@given(st.text())
def test_a_servers_text_is_shown_on_one_printable_line(text: str) -> None:
    """Control characters, line ends and length never reach the terminal or the ledger."""
    shown = clip(text)
    assert shown == "" or shown.isprintable()
    assert len(shown) <= 301
    shown.encode()


@given(failures=st.integers(0, 1000), seed=st.integers())
def test_backoff_is_bounded(failures: int, seed: int) -> None:
    """However many failures, nobody waits longer than the cap."""
    assert 0 <= backoff_ns(failures, random.Random(seed)) < BACKOFF_CAP_NS


def test_backoff_grows() -> None:
    """More failures in a row wait longer on average, up to the cap."""
    means = [sum(backoff_ns(n, random.Random(i)) for i in range(200)) for n in (0, 2, 4, 10, 20)]
    assert means[:4] == sorted(means[:4])
    assert means[3] == pytest.approx(means[4], rel=0.2)


def test_the_idempotency_key_is_ascii_and_follows_the_content() -> None:
    """The same content has the same key, also across tokens; anything else has another."""
    account = Account(1, "https://api.example", "default", 9)
    key = idempotency_key(account, CREATE, Step.CREATE)
    assert len(key) == 64
    assert key.isascii()
    assert key == idempotency_key(Account(5, "https://api.example", "default"), CREATE, Step.CREATE)
    others = [
        idempotency_key(Account(1, "https://api.example", "b"), CREATE, Step.CREATE),
        idempotency_key(Account(1, "https://api2.example", "default"), CREATE, Step.CREATE),
        idempotency_key(account, Create(2, "é", "é", CREATE.body), Step.CREATE),
        idempotency_key(account, Create(2, "Ref-1", "ref-1", "{}"), Step.CREATE),
    ]
    assert len({key, *others}) == 5


def test_an_answer_for_another_reference_is_told_apart() -> None:
    """It is lost, and says that the server may have changed our reference."""
    assert reply(200, INVOICE | {"reference_id": "Ref"}) == Lost(
        'the API answered with invoice INV-7 for another reference, "Ref"', 200, misnamed=True
    )
