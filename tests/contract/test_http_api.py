"""The wire over real sockets: which failures provably never left, and what else may come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from importer.clock import SystemClock
from importer.model import Create
from importer.replies import Created, Halt, Lost, NotSent, Reply
from importer.settings import Api, Secret
from importer.submit.api import MOST_BYTES, HttpApi

CREATE = Create(2, "Ré-1", "ré-1", '{"note":"é","reference_id":"Ré-1"}')
INVOICE = {"id": 7, "invoice_number": "INV-7", "reference_id": "Ré-1"}

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answer(status: int, body: bytes, *headers: str) -> bytes:
    """Return an HTTP response as bytes."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """Read one request: its first line, its headers by lower-case name, its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    return head[0], headers, await reader.readexactly(int(headers["content-length"]))


@asynccontextmanager
async def serving(handle: Handler) -> AsyncIterator[int]:
    """Serve on a free port of loopback."""

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client hung up: what these tests are about
        finally:
            writer.close()

    server = await asyncio.start_server(closing, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def post(handle: Handler | None, *, timeout_s: float = 5) -> Reply:
    """POST one create to a server that is handled so; without one, to a port where none is."""

    async def main() -> Reply:
        async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            raise AssertionError

        async with serving(handle or never) as port:
            if handle is not None:
                return await send(port)
        return await send(port)

    async def send(port: int) -> Reply:
        url = f"http://127.0.0.1:{port}/base"
        api = Api(url, "default", lambda: Secret("t0ken"), url)
        async with HttpApi(api, SystemClock(), timeout_s=timeout_s, concurrency=1) as http:
            return (await http.create(CREATE, "k" * 64)).reply

    return asyncio.run(main())


def replying(data: bytes) -> Handler:
    """Return a handler that reads a request and writes some bytes."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(data)
        await writer.drain()

    return handle


def test_the_request_is_what_the_contract_asks_for() -> None:
    """Path, method, bearer token, key and the very bytes of the canonical body."""
    seen = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(answer(200, json.dumps(INVOICE).encode()))
        await writer.drain()

    assert isinstance(post(handle), Created)
    [(line, headers, body)] = seen
    assert line == "POST /base/v1/invoices/create HTTP/1.1"
    assert headers["authorization"] == "Bearer t0ken"
    assert headers["content-type"] == "application/json"
    assert headers["idempotency-key"] == "k" * 64
    assert body == CREATE.body.encode()


def test_a_refused_connection_was_never_sent() -> None:
    """Nobody listens: provably nothing left."""
    assert isinstance(post(None), NotSent)


def test_a_connection_that_breaks_before_the_answer_is_lost() -> None:
    """The server read the request and hung up: it may have created an invoice."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)

    assert isinstance(post(handle), Lost)


def test_a_connection_that_breaks_while_writing_is_lost() -> None:
    """A server that hangs up without reading may have read enough."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    assert isinstance(post(handle), Lost)


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_silence_is_lost_after_the_timeout(first: bytes) -> None:
    """No answer, or half of one, within the timeout: unknown."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(first)
        await writer.drain()
        await reader.read()

    got = post(handle, timeout_s=0.3)
    assert isinstance(got, Lost)
    assert "0.3 s" in got.reason


def test_a_trickle_does_not_outlast_the_timeout() -> None:
    """A server that sends a byte now and then is cut off: the timeout is for the whole create."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not writer.transport.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.01)

    assert isinstance(post(handle, timeout_s=0.3), Lost)


@pytest.mark.parametrize(
    "data",
    [b"\x00\x01\x02\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    ids=["no HTTP", "broken chunks"],
)
def test_what_is_no_http_is_lost(data: bytes) -> None:
    """An answer that can't be read proves nothing."""
    assert isinstance(post(replying(data)), Lost)


def test_an_answer_over_a_mebibyte_is_lost() -> None:
    """A huge answer isn't read to its end, and isn't believed."""
    body = json.dumps(INVOICE | {"note": "x" * MOST_BYTES}).encode()
    got = post(replying(answer(200, body)))
    assert isinstance(got, Lost)
    assert "1 MiB" in got.reason


def test_redirects_are_not_followed() -> None:
    """A POST is never repeated elsewhere on a server's word."""
    got = post(replying(answer(307, b"", "Location: http://127.0.0.1:9/")))
    assert isinstance(got, Halt)
    assert got.http_status == 307


def test_a_bad_content_encoding_is_lost() -> None:
    """An answer that claims gzip and isn't can't be read."""
    data = answer(200, json.dumps(INVOICE).encode(), "Content-Encoding: gzip")
    assert isinstance(post(replying(data)), Lost)
