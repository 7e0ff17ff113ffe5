"""The API that costs as little as it can: what is measured is the client.

It answers creates at once, or after a set time, in a process of its own; lists what it made; and
tells when creates arrived. Of HTTP it knows what the clients measured here say, no more.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

HEAD_END = b"\r\n\r\n"
CREATED_AT = "2026-01-01T00:00:00Z"
SECOND = 1.0


@dataclass(slots=True)
class Books:
    """What was created, and when each create arrived (monotonic seconds)."""

    invoices: list[bytes] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    references: set[str] = field(default_factory=set)

    def create(self, body: bytes) -> bytes:
        """Return a new invoice as JSON."""
        self.arrivals.append(time.monotonic())
        wanted = json.loads(body)
        self.references.add(wanted["reference_id"])
        number = len(self.invoices) + 1
        made = {
            "id": number,
            "invoice_number": f"INV-{number:07}",
            **wanted,
            "total_amount": 0.0,
            "status": "IDLE",
            "owner_id": 1,
            "owner_type": "MERCHANT",
            "created_at": CREATED_AT,
            "updated_at": CREATED_AT,
            "paid_at": None,
        }
        answer = json.dumps(made).encode()
        self.invoices.append(answer)
        return answer

    def tell(self) -> dict[str, Any]:
        """Return how many creates came, how many references, over how long, and how densely."""
        times = self.arrivals
        busiest = max(
            (n + 1 - bisect_left(times, t - SECOND) for n, t in enumerate(times)), default=0
        )
        return {
            "creates": len(times),
            "references": len(self.references),
            "span_s": times[-1] - times[0] if times else 0.0,
            "busiest_second": busiest,
        }


class Connection(asyncio.Protocol):
    """One connection: requests one after the other."""

    def __init__(self, books: Books, delay_s: float) -> None:
        self._books = books
        self._delay = delay_s
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers go."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._received += data
        while (end := self._received.find(HEAD_END)) >= 0:
            head = self._received[:end]
            start = end + len(HEAD_END)
            length = _body_length(head)
            if len(self._received) < start + length:
                return
            body = self._received[start : start + length]
            self._received = self._received[start + length :]
            self._answer(head.split(b" ", 2), body)

    def _answer(self, line: list[bytes], body: bytes) -> None:
        method, path = line[0], line[1]
        if method == b"POST":
            answer = self._books.create(body)
        elif path.startswith(b"/v1/invoices/list"):
            answer = b"[" + b",".join(self._books.invoices) + b"]"
        else:
            answer = json.dumps(self._books.tell()).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        message = head % len(answer) + answer
        if self._delay and method == b"POST":
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, message)
        else:
            self._transport.write(message)


def _body_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve(delay_s: float) -> None:
    """Serve on a free port of loopback until killed; print the port.

    Args:
        delay_s: How long an answer to a create takes, in seconds.
    """
    books = Books()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(books, delay_s), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0))
