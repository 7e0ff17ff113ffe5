"""What every transport must tell alike, beyond what the wire's own suite asks of each."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import httpx
import pytest

import webhook
from importer.clock import SystemClock
from importer.errors import UsageError
from importer.model import Create
from importer.replies import Created, Halt, Lost, NotSent, Reply
from importer.settings import Api, Secret
from importer.submit import transport as choice
from importer.submit.api import HttpApi

CREATE = Create(2, "R-1", "r-1", '{"reference_id":"R-1"}')
MADE = json.dumps({"id": 7, "invoice_number": "INV-7", "reference_id": "R-1"}).encode()


@pytest.fixture(params=["httpx", "aiohttp"])
def transport(request: pytest.FixtureRequest) -> str:
    """Each transport there is."""
    name: str = request.param
    return name


class Server:
    """Answers creates, and hangs up as it is told.

    Attributes:
        head: The headers of its answers.
        body: Their body.
        answers: How many requests of one connection it answers before it hangs up on the next.
        parts: How many connections it took.
        requests: The heads of the requests that came, in order.
    """

    def __init__(self, *, head: str = "", body: bytes = MADE, answers: int = 99) -> None:
        self.head, self.body, self.answers = head, body, answers
        self.parts = 0
        self.requests: list[str] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def close_idle(self) -> None:
        """Close every connection, and give the client's side the time to notice."""
        for writer in self._writers:
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.parts += 1
        self._writers.append(writer)
        try:
            for _ in range(self.answers):
                await self._read(reader)
                lines = ("HTTP/1.1 200 OK", f"Content-Length: {len(self.body)}", self.head)
                head = "\r\n".join(line for line in lines if line)
                writer.write(f"{head}\r\n\r\n".encode() + self.body)
                await writer.drain()
            await self._read(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.requests.append(head)
        await reader.readexactly(len(CREATE.body))

    @asynccontextmanager
    async def serve(self, certificate: Path | None = None) -> AsyncIterator[str]:
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        server = await asyncio.start_server(self.handle, "127.0.0.1", 0, ssl=context)
        async with server:
            scheme = "http" if context is None else "https"
            yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def send(url: str, transport: str, times: int = 1) -> list[Reply]:
    """POST the create several times, one after the other; return the replies."""
    api = Api(url, "default", lambda: Secret("t0ken"), url, transport)
    async with HttpApi(api, SystemClock(), timeout_s=5, concurrency=2) as http:
        return [(await http.create(CREATE, "k" * 64)).reply for _ in range(times)]


def ask(server: Server, transport: str, times: int = 1, pem: Path | None = None) -> list[Reply]:
    """POST the create several times to a server."""

    async def main() -> list[Reply]:
        async with server.serve(pem) as url:
            return await send(url, transport, times)

    return asyncio.run(main())


def test_connections_are_kept(transport: str) -> None:
    """Creates go one after the other over one connection."""
    server = Server()
    assert [type(reply) for reply in ask(server, transport, 3)] == [Created] * 3
    assert server.parts == 1


def test_as_many_connections_are_made_as_there_are_creates_at_a_time(transport: str) -> None:
    """Four at a time, again and again, go over the same four."""
    server = Server()

    async def main() -> list[Reply]:
        async with server.serve() as url:
            api = Api(url, "default", lambda: Secret("t0ken"), url, transport)
            async with HttpApi(api, SystemClock(), timeout_s=5, concurrency=4) as http:
                replies = []
                for _ in range(3):
                    creates = (http.create(CREATE, "k" * 64) for _ in range(4))
                    replies += [answer.reply for answer in await asyncio.gather(*creates)]
                return replies

    assert [type(reply) for reply in asyncio.run(main())] == [Created] * 12
    assert server.parts == 4


def test_a_kept_connection_that_breaks_under_a_create_leaves_it_in_doubt(transport: str) -> None:
    """It was read to its end before the server hung up: lost, and not sent again by itself."""
    server = Server(answers=1)
    made, lost = ask(server, transport, 2)
    assert isinstance(made, Created)
    assert isinstance(lost, Lost)
    assert lost.reason.endswith("Server disconnected without sending a response")
    assert len(server.requests) == 2


def test_a_connection_that_was_closed_meanwhile_is_not_used_again(transport: str) -> None:
    """An idle connection that the server closes puts no create in doubt."""
    server = Server()

    async def main() -> list[Reply]:
        async with server.serve() as url:
            api = Api(url, "default", lambda: Secret("t0ken"), url, transport)
            async with HttpApi(api, SystemClock(), timeout_s=5, concurrency=2) as http:
                replies = [(await http.create(CREATE, "k" * 64)).reply]
                await server.close_idle()
                replies.append((await http.create(CREATE, "k" * 64)).reply)
                return replies

    assert [type(reply) for reply in asyncio.run(main())] == [Created, Created]
    assert server.parts == 2


def test_a_certificate_that_cannot_be_trusted_halts(transport: str, tmp_path: Path) -> None:
    """Nobody known vouches for the server: nothing is sent, and the reason is said."""
    server = Server()
    [reply] = ask(server, transport, pem=webhook.make_certificate(tmp_path, "127.0.0.1", days=2))
    assert isinstance(reply, Halt)
    assert "certificate" in reply.reason
    assert server.requests == []


def test_a_server_without_tls_was_never_sent_anything(transport: str) -> None:
    """The handshake fails before the create."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def main() -> list[Reply]:
        async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await send(f"https://127.0.0.1:{port}", transport)

    [reply] = asyncio.run(main())
    assert isinstance(reply, NotSent)


def test_a_host_that_nobody_knows_was_never_sent_anything(transport: str) -> None:
    """A mistyped name (RFC 2606 keeps this one free) is said to be one."""
    [reply] = asyncio.run(send("https://api.invalid", transport))
    assert isinstance(reply, NotSent)
    assert "there is no host of this name" in reply.reason


def test_a_server_that_takes_no_connection_says_so(transport: str) -> None:
    """The reason is the same whatever carries the create."""
    [reply] = asyncio.run(send("http://127.0.0.1:9", transport))
    assert isinstance(reply, NotSent)
    assert "it refuses connections" in reply.reason


def test_a_compressed_answer_is_read(transport: str) -> None:
    """An answer may come compressed, as the request allows."""
    server = Server(head="Content-Encoding: gzip", body=gzip.compress(MADE))
    [reply] = ask(server, transport)
    assert isinstance(reply, Created)
    assert "accept-encoding: gzip" in server.requests[0].lower()


@pytest.mark.parametrize("head", [f"X-Long: {'x' * 50_000}", "\r\n".join(["X-Many: x"] * 90)])
def test_answers_with_long_heads_are_read(transport: str, head: str) -> None:
    """What stands between us and the API may add many headers, and long ones."""
    [reply] = ask(Server(head=head), transport)
    assert isinstance(reply, Created)


def test_cookies_are_not_kept(transport: str) -> None:
    """A create says no more than its contract asks for."""
    server = Server(head="Set-Cookie: session=1; Path=/")
    ask(server, transport, 2)
    assert not any("cookie" in head.lower() for head in server.requests)


def test_both_transports_send_the_same_headers() -> None:
    """Whoever reads the API's log can't tell them apart by what is said."""
    seen = []
    for name in ("httpx", "aiohttp"):
        server = Server()
        ask(server, name)
        lines = server.requests[0].split("\r\n")[1:]
        seen.append({line.lower() for line in lines if not line.lower().startswith("host")})
    assert seen[0] == seen[1]


@pytest.mark.parametrize("installed", [None, "3.9.5"], ids=["missing", "too-old"])
def test_a_transport_that_is_not_installed_is_refused(
    monkeypatch: pytest.MonkeyPatch, installed: str | None
) -> None:
    """The extra has to be installed, in a version whose errors are known; the message says how."""

    def version(name: str) -> str:
        if installed is None:
            raise PackageNotFoundError(name)
        return installed

    monkeypatch.setattr(choice.importlib.metadata, "version", version)
    with pytest.raises(UsageError, match=r"pip install 'invoice-importer\[fast\]'"):
        asyncio.run(send("http://127.0.0.1:9", "aiohttp"))
    [reply] = asyncio.run(send("http://127.0.0.1:9", "auto"))
    assert isinstance(reply, NotSent)


def test_the_extra_asks_for_the_version_that_is_known() -> None:
    """What `fast` installs is taken, and nothing older."""
    lowest = ".".join(map(str, choice.KNOWN_SINCE))
    assert f"aiohttp>={lowest}; extra == 'fast'" in (requires("invoice-importer") or [])


def test_the_environments_proxy_is_gone_through(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever would carry creates otherwise: who has a proxy reaches nothing without it."""
    server = Server()

    async def main() -> list[Reply]:
        async with server.serve() as proxy:
            monkeypatch.setenv("http_proxy", proxy)
            return await send("http://api.invalid", transport)

    [reply] = asyncio.run(main())
    assert isinstance(reply, Created)
    assert server.requests[0].startswith("POST http://api.invalid/v1/invoices/create HTTP/1.1")


def test_what_needs_no_proxy_is_not_slowed_down(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names alone that need no proxy, without any proxy, change nothing."""
    monkeypatch.setenv("no_proxy", "intranet.example")
    limits, timeout = httpx.Limits(), httpx.Timeout(1)
    api = Api("https://api.invalid", "default", lambda: Secret("t0ken"), "", transport)
    assert choice.choose_transport(api, limits, timeout) is not None
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    assert choice.choose_transport(api, limits, timeout) is None
