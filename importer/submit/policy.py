"""What a reply means, and when to try again. Pure.

Certainty is decided here: a reply is `Created` or `Refused` only where the API says so beyond
doubt; what is neither, and may have reached the API, is `Lost`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from importer.clock import SECOND_NS
from importer.model import Create, Field, reference_key
from importer.records import Account, Step
from importer.replies import ApiInvoice, Created, FieldError, Halt, Lost, Refused, Reply, Throttled

BACKOFF_BASE_NS = SECOND_NS // 2
BACKOFF_CAP_NS = 30 * SECOND_NS
WAIT_CAP_S = 3600.0
EPOCH_S, EPOCH_MS = 1e9, 1e12
"""A reset above these is no number of seconds from now, but a Unix time in seconds or ms."""
LIMIT_PART = re.compile(r"\b(r|t|remaining|reset)\s*=\s*(\d+)")
PLAIN_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?", re.ASCII)

MOST_INTEGER = 2**63 - 1
"""The largest id that the ledger can keep."""
HIDDEN, LEAST_SECRET = "***", 12
MOST_TEXT = 300
"""How much of a server's text is passed on, in characters."""

REFUSALS = frozenset({400, 404, 409, 422})
HALTS = {
    401: "the API did not accept the token (401). Check IMPORT_INVOICES_TOKEN, or the file that "
    "IMPORT_INVOICES_TOKEN_FILE names",
    403: "the API does not allow this account to do that (403). Ask the API's provider",
    404: "the API has no such address (404). Check --api-url",
    405: "the address takes no new invoices (405). Check --api-url",
}


def idempotency_key(account: Account, create: Create, step: Step) -> str:
    """Return the `Idempotency-Key` of a POST: ASCII, the same for the same content, else new."""
    parts = [account.url, account.name, create.reference, step, create.body]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def backoff_ns(failures: int, rng: random.Random) -> int:
    """Return how long to wait after some failures in a row: exponential, full jitter, capped.

    The source of the rule: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    longest = min(BACKOFF_CAP_NS, BACKOFF_BASE_NS << min(failures, 16))
    return rng.randrange(longest)


def classify(status: int, body: bytes, create: Create) -> Reply:
    """Tell what the API's answer to a create means.

    Args:
        status: The HTTP status.
        body: The answer's body, whole.
        create: What was sent.
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return _classify_success(status, body, create)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled()
    detail = _detail(body)
    if status in REFUSALS and not (status == HTTPStatus.NOT_FOUND and detail is None):
        return Refused(status, _field_errors(detail))
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Halt(
            f"the API answers with a redirect to another address ({status}), which is not "
            "followed. Check --api-url",
            status,
        )
    if status in HALTS:
        return Halt(f"{HALTS[status]}{_added(detail)}", status)
    return Lost(f"the API answered {status}{_said(detail)}", status)


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3): seconds or a date; None where it is neither.

    Returns:
        Seconds from now, from 0 to an hour.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text) if text.isdecimal() else _seconds_until(text, now)
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), WAIT_CAP_S)


def asked_wait(status: int, headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Read how long the API asks everybody to wait; None where it doesn't.

    `Retry-After` first; else, of an answer that throttles or says that nothing remains, the reset
    of the `RateLimit` fields (draft-ietf-httpapi-ratelimit-headers, its older forms too) and of
    `X-RateLimit-*`, where it is seconds from now or a Unix time.

    Args:
        status: The HTTP status.
        headers: The answer's headers, by lower-case name.
        now: Wall-clock time (UTC).

    Returns:
        Seconds from now, from 0 to an hour.
    """
    if (seconds := retry_after(headers, now)) is not None:
        return seconds
    remaining, reset = _rate_limit(headers)
    if reset is None or (remaining != 0 and status != HTTPStatus.TOO_MANY_REQUESTS):
        return None
    if reset > EPOCH_MS:
        reset /= 1000
    if reset > EPOCH_S:
        reset -= now.timestamp()
    return min(max(reset, 0.0), WAIT_CAP_S)


def says_it_exists(refused: Refused) -> bool:
    """Tell whether a refusal says that the invoice exists already: then it may be ours."""
    return refused.http_status == HTTPStatus.CONFLICT or any(
        "already exist" in error.message.lower() for error in refused.errors
    )


def _rate_limit(headers: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Return how many requests remain, and when that is reset; None where it isn't said."""
    fields = dict(LIMIT_PART.findall(headers.get("ratelimit", "")))

    def number(*texts: str | None) -> float | None:
        found = next((text.strip() for text in texts if text is not None), "")
        return float(found) if PLAIN_NUMBER.fullmatch(found) else None

    remaining = number(
        headers.get("ratelimit-remaining"),
        headers.get("x-ratelimit-remaining"),
        fields.get("r"),
        fields.get("remaining"),
    )
    reset = number(
        headers.get("ratelimit-reset"),
        headers.get("x-ratelimit-reset"),
        headers.get("x-ratelimit-reset-after"),
        fields.get("t"),
        fields.get("reset"),
    )
    return remaining, reset


def parse_invoice(data: object) -> ApiInvoice | None:
    """Read an `InvoiceResponse`; None where it lacks an id or a number, or isn't one at all."""
    if not isinstance(data, dict):
        return None
    number, identity = clip(_text(data.get("invoice_number")) or ""), _whole(data.get("id"))
    if identity is None or not number:
        return None
    link = data.get("as_payment_link")
    return ApiInvoice(
        id=identity,
        number=number,
        reference=_text(data.get("reference_id")),
        counterparty_id=_whole(data.get("counterparty_id")),
        currency=_text(data.get("currency")),
        status=_text(data.get("status")),
        note=_text(data.get("note")),
        fee_bearer=_text(data.get("fee_bearer")),
        as_payment_link=link if isinstance(link, bool) else None,
        due_date=_text(data.get("due_date")),
        owner_id=_whole(data.get("owner_id")),
    )


def hide(body: bytes, secret: str) -> bytes:
    """Return a server's answer without a secret that it repeats, however JSON may spell it.

    A secret of fewer than 12 characters is no secret, and may be part of ordinary words.
    """
    if len(secret) < LEAST_SECRET or (secret.encode() not in body and b"\\" not in body):
        return body
    try:
        return json.dumps(_without(json.loads(body), secret)).encode()
    except (ValueError, RecursionError):
        return body.replace(secret.encode(), HIDDEN.encode())


def parse_json(body: bytes) -> object:
    """Read a server's JSON; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def clip(text: str) -> str:
    """Return a server's text fit to be shown: on one line, printable, not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * MOST_TEXT]).split())
    return f"{line[:MOST_TEXT]}…" if len(line) > MOST_TEXT else line


def _classify_success(status: int, body: bytes, create: Create) -> Reply:
    invoice = parse_invoice(parse_json(body))
    if invoice is None:
        return Lost(f"the API answered {status}, but with no invoice", status)
    if invoice.reference is None:
        return Created(
            invoice,
            ("The API's answer did not name the reference: compare the invoice with this row.",),
        )
    if reference_key(invoice.reference) != create.key:
        other = clip(invoice.reference)
        return Lost(
            f'the API answered with invoice {invoice.number} for another reference, "{other}"',
            status,
            misnamed=True,
        )
    return Created(invoice)


def _without(data: object, secret: str) -> object:
    match data:
        case str():
            return data.replace(secret, HIDDEN)
        case list():
            return [_without(item, secret) for item in data]
        case dict():
            return {_without(key, secret): _without(item, secret) for key, item in data.items()}
        case _:
            return data


def _seconds_until(text: str, now: dt.datetime) -> float:
    date = parsedate_to_datetime(text)
    return ((date if date.tzinfo else date.replace(tzinfo=dt.UTC)) - now).total_seconds()


def _detail(body: bytes) -> object:
    data = parse_json(body)
    return data.get("detail") if isinstance(data, dict) else None


def _field_errors(detail: object) -> tuple[FieldError, ...]:
    """Read FastAPI's `detail`: a text, or a list of objects with `loc` and `msg`."""
    items = detail if isinstance(detail, list) else [detail]
    return tuple(_field_error(item) for item in items[: len(Field)])


def _field_error(item: Any) -> FieldError:  # noqa: ANN401 whatever JSON holds
    if not isinstance(item, dict):
        return FieldError(None, clip(item) if isinstance(item, str) else "no reason given")
    loc, message = item.get("loc"), item.get("msg")
    parts = loc if isinstance(loc, list) else []
    named = [part for part in parts if isinstance(part, str) and part in set(Field)]
    said = clip(message) if isinstance(message, str) else "no reason given"
    return FieldError(named[-1] if named else None, said)


def _added(detail: object) -> str:
    return f'. The API says: "{clip(detail)}"' if isinstance(detail, str) else ""


def _said(detail: object) -> str:
    return f': "{clip(detail)}"' if isinstance(detail, str) else ""


def _whole(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MOST_INTEGER:
        return None
    return value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
