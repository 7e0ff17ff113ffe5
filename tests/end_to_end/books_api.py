"""An API on loopback that keeps books: it creates, lists and gives tokens, each as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odd_api import OWNER, Answer, Invoice, Reply

Listing = Callable[[int], Reply | Iterable[bytes]]
"""From the how manieth listing it is, to a reply, or to the parts of one that is streamed."""

Grant = Callable[[int], Reply]
"""From the how manieth request for a token it is, to the reply."""


class BooksApi:
    """The running API. What it does is in attributes that a test may replace.

    Attributes:
        url: Its base URL.
        books: The invoices that exist.
        references: The reference of every create that came in with a good token, in their order.
        refused: How many creates came in with another.
        listings: How many listings were asked for.
        grants: How many tokens were asked for.
        answer: What is answered to a create; `book` unless replaced.
        listing: What is answered to a listing; `list_books` unless replaced.
        grant: What is answered to a request for a token; none is given unless replaced.
        good: Tells whether a token is accepted; every one is unless replaced.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.books: list[Invoice] = []
        self.references: list[str] = []
        self.refused = 0
        self.listings = 0
        self.grants = 0
        self.answer: Answer = self.book
        self.listing: Listing = self.list_books
        self.grant: Grant = lambda _: Reply(404)
        self.good: Callable[[str], bool] = lambda _: True
        self._lock = threading.Lock()

    def book(self, invoice: Invoice, _: int) -> Reply:
        """Create an invoice and answer it."""
        with self._lock:
            number = len(self.books) + 1
            names = {"id": number, "invoice_number": f"N-{number}"}
            made = {**invoice, **names, "owner_id": OWNER, "status": "IDLE"}
            self.books.append(made)
        return Reply(200, json.dumps(made).encode())

    def list_books(self, _: int) -> Reply:
        """Answer all invoices."""
        with self._lock:
            return Reply(200, json.dumps(self.books).encode())

    def number(self, reference: str) -> str:
        """Return the invoice number of a reference; fails unless there is exactly one."""
        (number,) = (i["invoice_number"] for i in self.books if i["reference_id"] == reference)
        return str(number)

    def post(self, path: str, token: str, body: bytes) -> Reply | None:
        """Answer a create or a request for a token."""
        if path.endswith("/token"):
            with self._lock:
                self.grants += 1
                number = self.grants
            return self.grant(number)
        with self._lock:
            good = self.good(token)
            self.refused += not good
            if not good:
                return UNAUTHORISED
            invoice = json.loads(body)
            self.references.append(invoice["reference_id"])
            number = len(self.references)
        return self.answer(invoice, number)

    def get(self, path: str, token: str) -> Reply | Iterable[bytes]:
        """Answer a listing, or with the one invoice that is named."""
        if "/retrieve/number/" in path:
            named = (i for i in self.books if i["invoice_number"] == path.rpartition("/")[2])
            found = next(named, None)
            return MISSING if found is None else Reply(200, json.dumps(found).encode())
        with self._lock:
            self.listings += 1
            number = self.listings
            good = self.good(token)
        return self.listing(number) if good else UNAUTHORISED


MISSING = Reply(404, b'{"detail": "No such invoice"}')
UNAUTHORISED = Reply(401, b'{"detail": "Could not validate credentials"}')


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that leaving the context waits for every answer
    request_queue_size = 64


@contextmanager
def books_api() -> Iterator[BooksApi]:
    """Run an API on a free port while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send(api.post(self.path, self.token, body))

        def do_GET(self) -> None:
            self.send(api.get(self.path, self.token))

        @property
        def token(self) -> str:
            return self.headers.get("Authorization", "").removeprefix("Bearer ")

        def send(self, reply: Reply | Iterable[bytes] | None) -> None:
            if reply is None:
                return
            parts = [reply.body] if isinstance(reply, Reply) else reply
            with suppress(ConnectionError):  # who asked may be gone by now
                self.send_response(reply.status if isinstance(reply, Reply) else 200)
                for name, value in reply.headers.items() if isinstance(reply, Reply) else ():
                    self.send_header(name, value)
                self.end_headers()
                for part in parts:
                    self.wfile.write(part)

        def log_message(self, *_: object) -> None:
            pass

    with _Server(("127.0.0.1", 0), Handler) as server:
        api = BooksApi(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
