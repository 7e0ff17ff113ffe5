"""Telling people: the summary of a run, POSTed to a webhook. Its failure is told, and no more.

A webhook's address is a secret: whoever knows Slack's may write there. So none of it but the host
is ever shown, and nothing is passed on of what others say of it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import platform
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from importer.errors import EXIT_OK, UsageError
from importer.model import Status
from importer.settings import DEFAULT_PORTS, LOOPBACK, Secret
from importer.statuses import TELLINGS
from importer.submit.causes import causes, why_unreached

TRIES = 2
TIMEOUT_S = 10.0
PAUSE_S = 1.0
"""Between the tries, in seconds."""

MOST_LINE = 1_000
"""How much of one line is told, in characters."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""So that a file called `<!channel>` calls nobody.

Source: https://docs.slack.dev/messaging/formatting-message-text, "Escaping text".
"""


def check_webhook(url: Secret, *, allow_http: bool) -> None:
    """Make sure that a webhook's address is one that may be told; none of it is shown if not.

    Args:
        url: The address.
        allow_http: Allow one that is neither encrypted nor on this computer.

    Raises:
        UsageError: When it is no web address, or not encrypted.
    """
    text = url.reveal()
    try:
        parts = urlsplit(text)
        fit = parts.scheme in DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
        httpx.URL(text)
    except (ValueError, httpx.InvalidURL):
        fit = False
    if not fit or not text.isprintable() or " " in text:
        raise UsageError(
            "What --notify holds is no web address (it is not shown: it may be a secret). Write "
            "it as https://hooks.example.com/…, the whole of it. Nothing was sent."
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not allow_http:
        raise UsageError(
            "The address of --notify is not encrypted: what is told would be readable on the way. "
            "Write https:// in place of http://, or add --allow-http if nobody else is on that "
            "network. Nothing was sent."
        )


def compose(told: Mapping[str, Any], *, name: str, host: str) -> str:
    """Return what a person is told of a run in two or three lines, in Slack's own form of text.

    Args:
        told: The run's summary, as `--json` prints it.
        name: What the file is called.
        host: What the machine is called.
    """
    lines = [_title(told, name, host), _advice(told)]
    if told["output"]:
        lines.append(f"Results: {told['output']}")
    return "\n".join(_fit(line) for line in lines if line)


def build_body(told: Mapping[str, Any], *, name: str) -> bytes:
    """Return what is POSTed: the summary's own fields, and `text` for people; see `compose`."""
    text = compose(told, name=name, host=platform.node())
    return json.dumps({**told, "text": text}, ensure_ascii=False).encode()


def post(
    url: Secret, body: bytes, *, timeout_s: float = TIMEOUT_S, pause_s: float = PAUSE_S
) -> str:
    """POST a message to a webhook, once more where that fails; redirects are not followed.

    Args:
        url: The address.
        body: JSON.
        timeout_s: How long each try may take, in seconds.
        pause_s: How long to wait between the tries, in seconds.

    Returns:
        Why it failed, with the remedy; empty where the message was taken.
    """
    why = ""
    with _unlogged():
        for number in range(TRIES):
            why = asyncio.run(_try(url, body, timeout_s, pause_s if number else 0))
            if not why:
                return ""
    host = urlsplit(url.reveal()).hostname
    return (
        f"The message about this run didn't reach {host}: {why}. The import is not affected. Check "
        "--notify (its variable or file), and that this computer may reach that address."
    )


async def _try(url: Secret, body: bytes, timeout_s: float, wait_s: float) -> str:
    """POST once; return why it failed, or nothing."""
    await asyncio.sleep(wait_s)
    address = url.reveal()
    try:
        async with (
            asyncio.timeout(timeout_s),  # httpx's own begins anew with every byte
            httpx.AsyncClient(
                timeout=timeout_s,
                follow_redirects=False,
                trust_env=urlsplit(address).hostname not in LOOPBACK,
            ) as client,
            client.stream(
                "POST",
                address,
                content=body,
                headers={"Content-Type": "application/json", "User-Agent": "import-invoices"},
            ) as response,
        ):
            return _judge(response.status_code)
    except (httpx.TimeoutException, TimeoutError):
        return f"no answer came within {timeout_s:g} s"
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, ValueError, OSError) as exc:
        return _explain(exc)


def _judge(status: int) -> str:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"it answered with a redirect ({status}), which is not followed"
    return f"it answered {status}"


def _explain(exc: BaseException) -> str:
    """Say what an error is, in words of ours: its own may hold the address."""
    for cause in causes(exc):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate can't be trusted ({cause.verify_message})"
    return why_unreached(exc) or f"the connection failed ({type(exc).__name__})"


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep httpx from telling the address to whoever listens to its log."""
    log = logging.getLogger("httpx")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _title(told: Mapping[str, Any], name: str, host: str) -> str:
    head = f"import-invoices on {host}: {name}"
    rows = {status: rows for status, rows in told["counts"].items() if rows}
    if not rows:
        return f"{head}: nothing was imported (exit code {told['exit_code']})."
    counted = ", ".join(f"{rows:,} {status}" for status, rows in rows.items())
    return f"{head} to {told['account']}: {counted} (exit code {told['exit_code']})."


def _advice(told: Mapping[str, Any]) -> str:
    """Say what is to be done."""
    if told["exit_code"] == EXIT_OK:
        return ""
    if told["error"]:
        return f"Stopped: {' '.join(told['error'].split()).rstrip('.')}."
    return " ".join(_remedies(told["counts"]))


def _remedies(counts: Mapping[str, int]) -> Iterator[str]:
    for status, rows in counts.items():
        if rows and (remedy := TELLINGS[Status(status)].remedy):
            yield f"{status}: {remedy}."


def _fit(line: str) -> str:
    short = line if len(line) <= MOST_LINE else f"{line[: MOST_LINE - 1]}…"
    return short.translate(_ESCAPES)
