"""The wire over real sockets: which failures provably never left, and what else may come."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from importer.clock import SystemClock
from importer.errors import UsageError
from importer.model import Create
from importer.replies import Answer, Created, Expired, Halt, Lost, NotSent, Reply
from importer.settings import Api, Client, Secret
from importer.submit.api import MOST_BYTES, HttpApi
from importer.submit.lister import (
    Listed,
    ListingDenied,
    ListingFailed,
    ListingReply,
    Unlisted,
)

CREATE = Create(2, "Ré-1", "ré-1", '{"note":"é","reference_id":"Ré-1"}')
INVOICE = {"id": 7, "invoice_number": "INV-7", "reference_id": "Ré-1"}

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Carrier:
    """The transport that a test's requests go by."""

    name: str = "auto"


CARRIER = Carrier()


@pytest.fixture(params=["httpx", "aiohttp"], autouse=True)
def carrier(request: pytest.FixtureRequest) -> Iterator[str]:
    """Have everything here proven for each transport."""
    CARRIER.name = request.param
    yield request.param
    CARRIER.name = "auto"


def answer(status: int, body: bytes, *headers: str) -> bytes:
    """Return an HTTP response as bytes."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """Read one request: its first line, its headers by lower-case name, its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    return head[0], headers, await reader.readexactly(int(headers.get("content-length", 0)))


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
        api = Api(url, "default", lambda: Secret("t0ken"), url, CARRIER.name)
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


ITEMS = [
    {"id": number, "invoice_number": f"INV-{number}", "reference_id": f"Ré-{number}"}
    for number in range(1, 4)
]
LISTING = json.dumps(ITEMS).encode()
PATH = "/base/v1"


class Wire:
    """A server that answers each path with its script, the last answer for ever.

    Attributes:
        seen: The path and the bearer token of every request.
    """

    def __init__(self, **scripts: list[bytes]) -> None:
        self.scripts = scripts
        self.seen: list[tuple[str, str]] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line, headers, _ = await read_request(reader)
            method, path, _ = line.split()
            name = path.removeprefix(f"{PATH}/").rsplit("/", 1)[-1]
            self.seen.append((f"{method} {path}", headers.get("authorization", "")))
            script = self.scripts[name]
            writer.write(script.pop(0) if len(script) > 1 else script[0])
            await writer.drain()

    @property
    def asked(self) -> list[str]:
        """What was asked for, by the last part of its path, with the token."""
        return [
            f"{path.rsplit('/', 1)[-1]} {token.removeprefix('Bearer ')}".strip()
            for path, token in self.seen
        ]


Credentials = Client | Callable[[], Secret]
CLIENT = Client("shop", Secret("s3cret"))


async def use(port: int, credentials: Credentials, act: Callable[[HttpApi], Awaitable[Any]]) -> Any:  # noqa: ANN401 whatever act gives
    """Do something with the API on a port."""
    url = f"http://127.0.0.1:{port}/base"
    api = Api(url, "default", credentials, url, CARRIER.name)
    async with HttpApi(api, SystemClock(), timeout_s=0.5, concurrency=8) as http:
        return await act(http)


def talk(
    wire: Wire,
    act: Callable[[HttpApi], Awaitable[Any]],
    credentials: Credentials = lambda: Secret("t0ken"),
) -> Any:  # noqa: ANN401 whatever act gives
    """Do something with an API that answers so."""

    async def main() -> Any:  # noqa: ANN401 whatever act gives
        async with serving(wire.handle) as port:
            return await use(port, credentials, act)

    return asyncio.run(main())


async def create(http: HttpApi) -> Answer:
    """POST the create."""
    return await http.create(CREATE, "k" * 64)


async def list_all(http: HttpApi) -> tuple[ListingReply, list[str]]:
    """Read the listing; return the numbers that it visited."""
    got: list[str] = []
    reply = await http.list_invoices(lambda invoice: got.append(invoice.number))
    return reply, got


def list_raw(handle: Handler) -> tuple[ListingReply, list[str]]:
    """Read the listing of a server that is handled so."""

    async def main() -> tuple[ListingReply, list[str]]:
        async with serving(handle) as port:
            got: tuple[ListingReply, list[str]] = await use(port, lambda: Secret("t0ken"), list_all)
            return got

    return asyncio.run(main())


def grant(token: str, minutes: float = 60) -> bytes:
    """Return what the token endpoint answers."""
    return answer(200, json.dumps({"access_token": token, "expires_in": minutes}).encode())


MADE = answer(200, json.dumps(INVOICE).encode())
EXPIRED = answer(401, b'{"detail":"Could not validate credentials"}')


def test_the_listing_is_asked_for_as_the_contract_says() -> None:
    """Method, path and token; every invoice is visited, in order."""
    wire = Wire(list=[answer(200, LISTING)])
    assert talk(wire, list_all) == (Listed(), ["INV-1", "INV-2", "INV-3"])
    assert wire.seen == [(f"GET {PATH}/invoices/list", "Bearer t0ken")]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_listing_comes_in_any_pieces(size: int) -> None:
    """Chunked, and cut within letters and numbers."""
    parts = [LISTING[at : at + size] for at in range(0, len(LISTING), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    assert list_raw(replying(data)) == (Listed(), ["INV-1", "INV-2", "INV-3"])


def test_a_compressed_listing_is_read() -> None:
    """Half a million invoices are mostly repetition."""
    data = answer(200, gzip.compress(LISTING), "Content-Encoding: gzip")
    assert list_raw(replying(data)) == (Listed(), ["INV-1", "INV-2", "INV-3"])


@pytest.mark.parametrize(
    "data",
    [
        answer(200, LISTING[:-1]),
        answer(200, LISTING)[:-1],
        answer(200, b""),
        answer(200, b"5"),
        answer(200, b'{"items":[]}'),
        answer(200, b"<html>log in</html>"),
        answer(200, b'[{"id":1}]'),
        answer(200, gzip.compress(LISTING)[:-40], "Content-Encoding: gzip"),
        answer(200, LISTING, "Content-Encoding: gzip"),
        answer(200, gzip.compress(b"[" * (1 << 26)), "Content-Encoding: gzip"),
        answer(204, b""),
        answer(400, b"{}"),
        answer(500, b""),
        b"\x00\x01\r\n\r\n",
        b"",
    ],
    ids=range(15),
)
def test_what_is_no_whole_listing_has_failed(data: bytes) -> None:
    """Cut short, empty, another shape, broken on the way: it may work later."""
    reply, _ = list_raw(replying(data))
    assert isinstance(reply, ListingFailed)
    assert reply.reason


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_api_without_a_listing_says_so(status: int) -> None:
    """Not offered is no failure."""
    reply, _ = list_raw(replying(answer(status, b'{"detail":"Not Found"}')))
    assert isinstance(reply, Unlisted)
    assert str(status) in reply.reason


@pytest.mark.parametrize("status", [301, 302, 307, 308, 403])
def test_a_listing_that_is_denied_stays_denied(status: int) -> None:
    """A redirect isn't followed with our token; a 403 won't change."""
    reply, _ = list_raw(replying(answer(status, b"", "Location: http://127.0.0.1:9/")))
    assert isinstance(reply, ListingDenied)
    assert str(status) in reply.reason


@pytest.mark.parametrize(("status", "header"), [(429, "7"), (503, "7"), (429, None)])
def test_a_listing_that_is_throttled_says_for_how_long(status: int, header: str | None) -> None:
    """`Retry-After` counts for listings too."""
    headers = [f"Retry-After: {header}"] if header else []
    reply, _ = list_raw(replying(answer(status, b"", *headers)))
    assert isinstance(reply, ListingFailed)
    assert reply.wait_s == (7 if header else None)


def test_a_listing_that_falls_silent_has_failed() -> None:
    """The timeout is between two reads: half a listing and then nothing."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(200, LISTING)[:-20])
        await writer.drain()
        await reader.read()

    reply, got = list_raw(handle)
    assert reply == ListingFailed("nothing came for 0.5 s")
    assert got == ["INV-1", "INV-2"]


def test_nobody_listening_has_failed() -> None:
    """An API that is down lists nothing, and offers a listing all the same."""

    async def main() -> tuple[ListingReply, list[str]]:
        async with serving(Wire().handle) as port:
            pass
        got: tuple[ListingReply, list[str]] = await use(port, lambda: Secret("t"), list_all)
        return got

    reply, got = asyncio.run(main())
    assert isinstance(reply, ListingFailed)
    assert got == []


def test_a_token_is_obtained_before_the_first_request() -> None:
    """Client id and secret in a JSON body; the token goes with every request, the secret never."""
    bodies = []

    class Noting(Wire):
        """Keeps the body of every request for a token."""

        async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            _, headers, body = await read_request(reader)
            bodies.append((headers, json.loads(body)))
            writer.write(grant("t1"))
            await writer.drain()
            await super().handle(reader, writer)

    wire = Noting(create=[MADE], list=[answer(200, LISTING)])

    async def both(http: HttpApi) -> None:
        assert isinstance((await create(http)).reply, Created)
        assert (await list_all(http))[0] == Listed()

    talk(wire, both, CLIENT)
    [(headers, body)] = bodies
    assert body == {"client_id": "shop", "client_secret": "s3cret"}
    assert "authorization" not in headers
    assert wire.asked == ["create t1", "list t1"]


def test_one_token_serves_all_workers_and_one_renewal_too() -> None:
    """Eight creates at once, all refused for the old token: two grants, eight expired rows."""
    wire = Wire(token=[grant("t1"), grant("t2")], create=[EXPIRED] * 8 + [MADE])

    async def many(http: HttpApi) -> list[Reply]:
        replies = []
        for _ in range(2):
            answers = await asyncio.gather(*(create(http) for _ in range(8)))
            replies += [got.reply for got in answers]
        return replies

    replies = talk(wire, many, CLIENT)
    assert replies[:8] == [Expired()] * 8
    assert all(isinstance(reply, Created) for reply in replies[8:])
    assert [asked for asked in wire.asked if "token" in asked] == ["token"] * 2
    assert wire.asked.count("create t1") == wire.asked.count("create t2") == 8


def test_a_401_with_a_token_that_can_t_be_renewed_halts() -> None:
    """The variable holds the same token as before: another try would fare the same."""
    wire = Wire(create=[EXPIRED])
    reply = talk(wire, create).reply
    assert isinstance(reply, Halt)
    assert "IMPORT_INVOICES_TOKEN" in reply.reason
    assert len(wire.seen) == 1


def test_a_token_file_is_read_again_after_a_401() -> None:
    """Somebody renews it: the row goes again with the new one."""
    wire = Wire(create=[EXPIRED, MADE])
    texts = ["old", "new"]

    async def twice(http: HttpApi) -> list[Reply]:
        return [(await create(http)).reply for _ in range(2)]

    first, second = talk(wire, twice, lambda: Secret(texts.pop(0)))
    assert first == Expired()
    assert isinstance(second, Created)
    assert wire.asked == ["create old", "create new"]


def test_a_token_file_that_is_gone_halts_and_leaves_no_doubt() -> None:
    """A 401 created nothing, whatever has become of the file since."""
    texts = ["old"]

    def read() -> Secret:
        if not texts:
            raise UsageError("The token's file can't be read.")
        return Secret(texts.pop())

    reply = talk(Wire(create=[EXPIRED]), create, read).reply
    assert reply == Halt("The token's file can't be read.")


def test_a_renewal_that_fails_for_now_is_tried_again() -> None:
    """The token endpoint is down for a moment: nothing was created, the row is tried again."""
    wire = Wire(token=[grant("t1"), answer(503, b""), grant("t2")], create=[EXPIRED, MADE])

    async def thrice(http: HttpApi) -> list[Reply]:
        return [(await create(http)).reply for _ in range(2)]

    first, second = talk(wire, thrice, CLIENT)
    assert isinstance(first, NotSent)
    assert isinstance(second, Created)


@pytest.mark.parametrize("status", [401, 403, 422])
def test_credentials_that_are_refused_halt(status: int) -> None:
    """Nothing is sent without a token; the message names the variables and no secret."""
    wire = Wire(token=[answer(status, b'{"detail":"s3cret is wrong"}')])
    reply = talk(wire, create, CLIENT).reply
    assert isinstance(reply, Halt)
    assert "IMPORT_INVOICES_CLIENT_ID" in reply.reason
    assert "s3cret" not in reply.reason
    assert wire.asked == ["token"]
    listed, _ = talk(wire, list_all, CLIENT)
    assert listed == ListingDenied(reply.reason)


def test_a_token_endpoint_that_is_down_was_never_asked_to_create() -> None:
    """A 503 for the token: the row wasn't sent, the listing has failed; both may work later."""
    wire = Wire(token=[answer(503, b"")])
    assert isinstance(talk(wire, create, CLIENT).reply, NotSent)
    assert isinstance(talk(wire, list_all, CLIENT)[0], ListingFailed)


def test_a_listing_renews_its_token_once() -> None:
    """Refused, renewed, repeated: listed."""
    wire = Wire(token=[grant("t1"), grant("t2")], list=[EXPIRED, answer(200, LISTING)])
    assert talk(wire, list_all, CLIENT)[0] == Listed()
    assert wire.asked == ["token", "list t1", "token", "list t2"]


def test_a_listing_that_is_refused_twice_is_denied() -> None:
    """The new token is refused too: no third try."""
    wire = Wire(token=[grant("t1"), grant("t2"), grant("t3")], list=[EXPIRED])
    reply, _ = talk(wire, list_all, CLIENT)
    assert isinstance(reply, ListingDenied)
    assert [asked for asked in wire.asked if "list" in asked] == ["list t1", "list t2"]
