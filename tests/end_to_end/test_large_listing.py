"""A listing of half a million invoices costs little memory."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator

import pytest
from books_api import BooksApi, Listing
from desk import DUE, Desk, rows
from odd_api import OWNER, Invoice

MANY = 500_000
MOST_KB = 300 * 1024
MEASURED = """
import atexit, pathlib, re, sys
from importer.cli import main
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: print(re.search("VmHWM.*", status.read_text())[0], file=sys.stderr))
main()
"""
"""Runs the command and says how much memory it had resident at most. Not `ru_maxrss`: a child
inherits that of the process that started it."""


def stream(invoices: Iterable[Invoice]) -> Listing:
    """Return a listing of 500,000 other invoices, streamed, with some invoices at its end."""
    mark = "1000000"
    template = json.dumps(
        {
            "id": int(mark),
            "invoice_number": f"N-{mark}",
            "counterparty_id": 10234,
            "currency": "USD",
            "total_amount": 0.0,
            "status": "IDLE",
            "note": "Rent of the shop, may be paid by card",
            "fee_bearer": "PAYER",
            "due_date": f"{DUE}T23:59:59Z",
            "as_payment_link": True,
            "owner_id": OWNER,
            "owner_type": "MERCHANT",
            "created_at": "2027-01-04T09:00:00Z",
            "updated_at": "2027-01-04T09:00:00Z",
            "reference_id": f"OLD-{mark}",
            "paid_at": None,
        }
    )

    def listing(_: int) -> Iterator[bytes]:
        yield b"["
        for start in range(0, MANY, 1000):
            ids = range(1000 + start, 2000 + start)
            yield "".join(f"{template.replace(mark, str(number))}," for number in ids).encode()
        yield ",".join(map(json.dumps, invoices)).encode() + b"]"

    return listing


@pytest.mark.skipif(sys.platform != "linux", reason="the memory is read from /proc")
def test_half_a_million_invoices_are_listed_in_little_memory(desk: Desk, books: BooksApi) -> None:
    """A listing of 500,000 is read to its end, in at most 300 MB of resident memory."""
    words = (desk.csv("a.csv", rows(3)), "--api-url", books.url, "--json")
    assert desk.run(*words).code == 0
    shutil.rmtree(desk.ledger.parent)
    books.listing = stream(books.books)
    done = desk.run(*words, command=(sys.executable, "-c", MEASURED))
    assert (done.code, done.counts) == (0, {"already_created": 3})
    peak_kb = int(done.err.split("VmHWM:")[1].split()[0])
    assert peak_kb <= MOST_KB
