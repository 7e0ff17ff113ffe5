"""Many requests at a time through httpx's own transport, each on a lane of its own.

A pool of connections looks each of them through at the beginning and the end of every request,
asking the system whether it is still open: with eight that takes a third of a request's time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Self, cast

import httpx
from sniffio import current_async_library_cvar

Release = Callable[[], None]


class Lanes(httpx.AsyncBaseTransport):
    """As many transports of one connection each as there were requests at one time."""

    def __init__(self, keepalive_s: float | None) -> None:
        """Prepare; connections are made when they are needed.

        Args:
            keepalive_s: How long an idle connection is used again, in seconds; None for ever.
        """
        self._limits = httpx.Limits(
            max_connections=1, max_keepalive_connections=1, keepalive_expiry=keepalive_s
        )
        self._context = httpx.create_ssl_context()
        self._lanes: list[httpx.AsyncHTTPTransport] = []
        self._free: list[httpx.AsyncHTTPTransport] = []

    async def __aenter__(self) -> Self:
        """Say once for all requests what each would find out many times, at a call of the system.

        httpcore and anyio ask sniffio which library runs the loop; see its page, "Adding support
        to a new async library".
        """
        current_async_library_cvar.set("asyncio")
        return self

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on the lane that was used last of those that are free."""
        lane = self._free.pop() if self._free else self._open()
        try:
            response = await lane.handle_async_request(request)
        except BaseException:
            self._free.append(lane)
            raise
        stream = cast("httpx.AsyncByteStream", response.stream)
        response.stream = _Body(stream, lambda: self._free.append(lane))
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        for lane in self._lanes:
            await lane.aclose()

    def _open(self) -> httpx.AsyncHTTPTransport:
        lane = httpx.AsyncHTTPTransport(verify=self._context, limits=self._limits)
        self._lanes.append(lane)
        return lane


class _Body(httpx.AsyncByteStream):
    """The body of an answer; its lane is free once it is closed."""

    def __init__(self, stream: httpx.AsyncByteStream, release: Release) -> None:
        self._stream = stream
        self._release: Release | None = release

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            if self._release is not None:
                self._release()
                self._release = None
