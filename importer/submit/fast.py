"""The transport of the extra `fast`: aiohttp under httpx's interface.

What became of a request has to be told as httpx tells it. Only where no connection was made was
nothing sent; aiohttp says so by `ClientConnectorError` and `ConnectionTimeoutError`, which its
connector alone raises. Whatever else it raises may come after the request has left.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
from yarl import URL

LONGEST_HEADER = 100 * 1024
"""What httpx's own transport takes of an answer's head, in bytes."""


class FastTransport(httpx.AsyncBaseTransport):
    """Carries requests through one aiohttp session; follows no redirect, keeps no cookie."""

    def __init__(self, limits: httpx.Limits, timeout: httpx.Timeout) -> None:
        """Prepare; connections are made when they are needed.

        Args:
            limits: How many connections, and how long one is kept, in seconds.
            timeout: What connecting, and each read, may take, in seconds.
        """
        self._limits = limits
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the answer, its body yet to be read.

        Raises:
            TransportError: httpx's, by what is known of the request.
        """
        session = self._session = self._session or self._open()
        with mapped_errors():
            answer = await session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers.multi_items(),
                data=request.content or None,
                allow_redirects=False,
            )
        return httpx.Response(
            answer.status, headers=answer.raw_headers, stream=_Body(answer), request=request
        )

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """Return a new session; it belongs to the event loop that runs."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=httpx.create_ssl_context(),
                limit=self._limits.max_connections or 0,
                keepalive_timeout=self._limits.keepalive_expiry,
            ),
            timeout=aiohttp.ClientTimeout(
                sock_connect=self._timeout.connect, sock_read=self._timeout.read
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            auto_decompress=False,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
        )


class _Body(httpx.AsyncByteStream):
    """The body of an answer, as it comes."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with mapped_errors():
            async for chunk in self._answer.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        """Give the connection back where the body was read to its end; else close it."""
        self._answer.release()


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Raise httpx's errors for aiohttp's."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as exc:
        raise httpx.ConnectTimeout(_say(exc)) from exc
    except aiohttp.ClientConnectorError as exc:
        # The system's own error says why: aiohttp's about a certificate doesn't.
        raise httpx.ConnectError(_say(exc)) from exc.__cause__ or exc
    except aiohttp.SocketTimeoutError as exc:
        raise httpx.ReadTimeout(_say(exc)) from exc
    except aiohttp.ServerDisconnectedError as exc:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response") from exc
    except (aiohttp.ClientError, OSError) as exc:
        raise httpx.ReadError(_say(exc)) from exc
    except ValueError as exc:
        raise httpx.LocalProtocolError(_say(exc)) from exc


def _say(exc: Exception) -> str:
    return str(exc) or type(exc).__name__
