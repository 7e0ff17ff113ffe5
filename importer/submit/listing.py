"""The API's listing as a stream: half a million invoices pass through in little memory.

The listing is a JSON array of `InvoiceResponse` objects (`GET /v1/invoices/list`). Only what lies
flat in an object is kept, so that neither depth nor width of a hostile answer costs memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ijson

from importer.replies import ApiInvoice
from importer.submit.policy import parse_invoice

MOST_ITEM_BYTES = 1 << 20
"""The largest invoice that is read, in bytes: 1 MiB."""

SLICE_BYTES = 1 << 16
"""How much is parsed at a time: a chunk that was compressed can be a thousand times as large."""


class ListingError(ValueError):
    """What the API answered is no whole listing of invoices."""


class ListingReader:
    """Takes a listing's bytes as they come and gives its invoices."""

    def __init__(self, visit: Callable[[ApiInvoice], None]) -> None:
        """Prepare to read.

        Args:
            visit: Called with every invoice.
        """
        self._visit = visit
        self._events = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, use_float=True)
        self._depth = 0
        self._key = ""
        self._item: dict[str, object] = {}
        self._unfinished = 0

    def feed(self, data: bytes) -> None:
        """Read some more bytes.

        Raises:
            ListingError: When they are no part of a listing.
        """
        for start in range(0, len(data), SLICE_BYTES):
            self._feed_slice(data[start : start + SLICE_BYTES])

    def close(self) -> None:
        """Make sure that the listing was whole.

        Raises:
            ListingError: When it was cut short.
        """
        try:
            self._parser.close()
        except (ijson.JSONError, ValueError) as exc:
            raise ListingError("it is cut short") from exc
        if self._events:  # a bare number: only its end tells that it is over
            raise ListingError("it is no list of invoices")

    def _feed_slice(self, data: bytes) -> None:
        self._unfinished += len(data)
        try:
            self._parser.send(data)
        except (ijson.JSONError, ValueError) as exc:
            raise ListingError("it is no list of invoices (not JSON). Check --api-url") from exc
        for item in self._items():
            invoice = parse_invoice(item)
            if invoice is None:
                raise ListingError("it lists something without id and number")
            self._visit(invoice)
        if self._unfinished > MOST_ITEM_BYTES:
            raise ListingError("it lists something of more than 1 MiB")

    def _items(self) -> Iterator[object]:
        """Yield the finished items of the array, each with its flat values only."""
        events = list(self._events)
        del self._events[:]
        for event, value in events:
            match event:
                case "map_key":
                    self._key = value
                case "start_map" | "start_array":
                    self._open(event)
                case "end_map" | "end_array":
                    self._depth -= 1
                    if self._depth == LIST_DEPTH:
                        self._unfinished = 0
                        yield self._item
                case _ if self._depth == ITEM_DEPTH:
                    self._item[self._key] = value
                case _ if self._depth <= LIST_DEPTH:
                    raise ListingError("it is no list of invoices")

    def _open(self, event: str) -> None:
        expected = {0: "start_array", LIST_DEPTH: "start_map"}.get(self._depth, event)
        if event != expected:
            raise ListingError("it is no list of invoices")
        self._depth += 1
        if self._depth == ITEM_DEPTH:
            self._item = {}


LIST_DEPTH, ITEM_DEPTH = 1, 2
