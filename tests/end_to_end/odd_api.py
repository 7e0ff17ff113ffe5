"""An API on loopback that answers creates as a test tells it to. It offers no listing (501)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Invoice = Mapping[str, Any]
OWNER = 7


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered to a create."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Invoice, int], Reply | None]
"""From what came in, and the how manieth create it is, to the reply; None hangs up instead."""


def detail(status: int, what: object, **headers: str) -> Reply:
    """Return an error as FastAPI writes it; `Retry_After` stands for the header `Retry-After`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"detail": what}).encode(), named)


def created(invoice: Invoice, number: int, **changes: object) -> Reply:
    """Return an `InvoiceResponse` with some fields changed."""
    names = {"id": number, "invoice_number": f"N-{number}", "owner_id": OWNER, "status": "IDLE"}
    return Reply(200, json.dumps({**invoice, **names, **changes}).encode())


class OddApi:
    """The running API: where it is, and what has come in.

    Attributes:
        url: Its base URL.
        invoices: The body of every create, in the order in which they came.
        tokens: The `Authorization` of every create.
    """

    def __init__(self, url: str, answer: Answer) -> None:
        self.url = url
        self.answer = answer
        self.invoices: list[Invoice] = []
        self.tokens: list[str] = []
        self._lock = threading.Lock()

    @property
    def references(self) -> list[str]:
        """The references that came in, in order of text."""
        return sorted(invoice["reference_id"] for invoice in self.invoices)

    def reply(self, invoice: Invoice, token: str) -> Reply | None:
        """Note a create, and tell what to answer."""
        with self._lock:
            self.invoices.append(invoice)
            self.tokens.append(token)
            number = len(self.invoices)
        return self.answer(invoice, number)


class Gate:
    """An answer that is held back until the gate is opened."""

    def __init__(self) -> None:
        self._arrived = threading.Semaphore(0)
        self._opened = threading.Event()

    def __call__(self, invoice: Invoice, number: int) -> Reply | None:
        self._arrived.release()
        self._opened.wait(20)
        return created(invoice, number)

    def wait_for(self, creates: int) -> None:
        """Wait until so many creates stand at the gate."""
        for _ in range(creates):
            if not self._arrived.acquire(timeout=20):
                raise TimeoutError("The creates that the test waits for never came.")

    def open(self) -> None:
        """Let all answers out, those to come too."""
        self._opened.set()


@contextmanager
def odd_api(answer: Answer = created) -> Iterator[OddApi]:
    """Run an API on a free port while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            reply = api.reply(json.loads(self.rfile.read(length)), self.headers["Authorization"])
            if reply is None:
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False  # so that leaving the context waits for every answer
        api = OddApi(f"http://127.0.0.1:{server.server_port}", answer)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
