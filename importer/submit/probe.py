"""Whether the API is there at all: one request without a token, and what its answer shows."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from importer.clock import SECOND_NS, Clock
from importer.submit.api import CONNECT_S, LIST_PATH, distrust, unreachable
from importer.submit.transport import reads_environment


@dataclass(frozen=True, slots=True)
class Reached:
    """The API answered.

    Attributes:
        status: The answer's HTTP status.
        took_s: How long the answer took, in seconds.
        at: This computer's time (UTC) when it came.
        said: The server's time (UTC), from `Date` (RFC 9110, section 6.6.1); None without one.
        expires: When the server's certificate ends (UTC); None where there is none.
    """

    status: int
    took_s: float
    at: dt.datetime
    said: dt.datetime | None = None
    expires: dt.datetime | None = None

    @property
    def redirects(self) -> bool:
        """Whether the answer leads elsewhere."""
        return HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST

    @property
    def is_broken(self) -> bool:
        """Whether the API is out of order; 501 says no more than that it offers no listing."""
        failed = self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return failed and self.status != HTTPStatus.NOT_IMPLEMENTED


@dataclass(frozen=True, slots=True)
class Unreached:
    """The API can't be asked; `distrusted` is whether because of its certificate."""

    reason: str
    distrusted: bool = False


async def probe(url: str, clock: Clock, *, timeout_s: float) -> Reached | Unreached:
    """Ask the API for its listing without a token, and read nothing but the answer's head.

    Args:
        url: The API's canonical base URL.
        clock: Tells the time to compare with.
        timeout_s: How long it may take, in seconds.
    """
    started = clock.monotonic_ns()
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(
                timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
                follow_redirects=False,
                trust_env=reads_environment(url),
                headers={"Accept": "application/json", "User-Agent": "import-invoices"},
            ) as client,
            client.stream("GET", f"{url}{LIST_PATH}") as response,
        ):
            return Reached(
                status=response.status_code,
                took_s=(clock.monotonic_ns() - started) / SECOND_NS,
                at=clock.now(),
                said=read_date(response.headers.get("date", "")),
                expires=_expiry(response),
            )
    except TimeoutError:
        return Unreached(f"the API gave no answer within {timeout_s:g} s")
    except (httpx.HTTPError, httpx.StreamError) as exc:
        denied = distrust(exc)
        return Unreached(denied or unreachable(exc), distrusted=denied is not None)


def read_date(text: str) -> dt.datetime | None:
    """Read an HTTP date; None where it is none."""
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _expiry(response: httpx.Response) -> dt.datetime | None:
    """Return when the certificate ends that this answer's connection was made with."""
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate = tls.getpeercert() if tls is not None else None
    if not certificate:
        return None
    return dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), dt.UTC)
