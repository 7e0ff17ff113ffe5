"""The listing as a stream: exactly what is listed, or an error; never a crash, little memory."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.replies import ApiInvoice
from importer.submit.listing import MOST_ITEM_BYTES, SLICE_BYTES, ListingError, ListingReader
from importer.submit.policy import MOST_INTEGER, parse_invoice

ITEM = b'{"id":1,"invoice_number":"INV-1"}'

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WHOLE = st.integers(-MOST_INTEGER, MOST_INTEGER)
FLAT = st.none() | st.booleans() | WHOLE | TEXTS | st.floats(allow_nan=False, allow_infinity=False)
NESTED = st.recursive(
    FLAT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)
OBJECTS = st.fixed_dictionaries(
    {"id": WHOLE, "invoice_number": TEXTS.filter(str.strip).filter(str.isprintable)},
    optional={
        "reference_id": st.none() | TEXTS,
        "counterparty_id": st.none() | WHOLE,
        "currency": st.none() | TEXTS,
        "note": NESTED,
        "as_payment_link": FLAT,
        "owner_id": WHOLE,
        "invoice_items": NESTED,
        "counterparty": st.fixed_dictionaries({"id": WHOLE, "reference_id": TEXTS}),
    },
)


def read(*chunks: bytes) -> list[ApiInvoice]:
    """Read a listing that comes in these chunks."""
    got: list[ApiInvoice] = []
    reader = ListingReader(got.append)
    for chunk in chunks:
        reader.feed(chunk)
    reader.close()
    return got


@given(
    objects=st.lists(OBJECTS, max_size=6),
    cuts=st.lists(st.integers(0, 2000), max_size=6),
    escaped=st.booleans(),
    indent=st.sampled_from([None, 2]),
)
def test_what_is_listed_is_read_in_any_chunks(
    objects: list[dict[str, Any]], cuts: list[int], *, escaped: bool, indent: int | None
) -> None:
    """Exactly the listed invoices come out, in order, wherever the network cuts the bytes."""
    data = json.dumps(objects, ensure_ascii=escaped, indent=indent).encode()
    ends = [*sorted(cuts), len(data)]
    chunks = [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert read(*chunks) == [parse_invoice(item) for item in objects]


@given(st.lists(OBJECTS, min_size=1, max_size=3), st.data())
def test_a_listing_that_is_cut_short_is_none(
    objects: list[dict[str, Any]], data: st.DataObject
) -> None:
    """No beginning of a listing passes for a whole one."""
    whole = json.dumps(objects).encode()
    end = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ListingError):
        read(whole[:end])


@given(st.binary(max_size=60), st.integers(0, 60))
def test_any_bytes_are_a_listing_or_an_error(junk: bytes, at: int) -> None:
    """Whatever bytes come, inside a listing too, nothing but `ListingError` is raised."""
    for data in (junk, b"[" + ITEM[:at] + junk + ITEM[at:] + b"]"):
        try:
            got = read(data)
        except ListingError:
            continue
        assert all(isinstance(invoice, ApiInvoice) for invoice in got)


def test_an_empty_array_lists_nothing() -> None:
    """An account without invoices has a listing all the same."""
    assert read(b" [ ] ") == []


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"  ", b"{}", b"null", b"true", b"1", b"-1.5", b'"[]"', ITEM, b"<html></html>"),
        *(b"[1]", b"[[]]", b'["a"]', b"[null]", b"[" + ITEM + b",null]"),
        b'{"items":[' + ITEM + b"]}",
    ],
)
def test_what_is_no_array_of_objects_is_an_error(data: bytes) -> None:
    """Only an array of objects is a listing; byte by byte it is judged the same."""
    with pytest.raises(ListingError):
        read(data)
    with pytest.raises(ListingError):
        read(*(data[at : at + 1] for at in range(len(data))))


@pytest.mark.parametrize(
    "data",
    [
        b"[" + ITEM + b"]x",
        b"[][]",
        b"[" + ITEM + b",]",
        b"[" + ITEM + ITEM + b"]",
        b"[/* none */]",
        b"\xef\xbb\xbf[]",
        b'[{"id":NaN}]',
        b'[{"id":1,"invoice_number":"\xff"}]',
        b'[{"id":1,"invoice_number":"\xed\xa0\x80"}]',
        b'[{"id":1,"invoice_number":"\\udc00"}]',
        b'[{"id":1,"invoice_number":"A\n"}]',
        b'[{"id":1,"invoice_number":"A","x":1e999}]',
        b'[{"id":1,"invoice_number":"A","x":' + b"9" * 100_000 + b"}]",
    ],
)
def test_broken_json_is_an_error(data: bytes) -> None:
    """Trailing rubbish, broken UTF-8, half a surrogate pair, numbers beyond all bounds."""
    with pytest.raises(ListingError, match="not JSON"):
        read(data)


@pytest.mark.parametrize(
    "item",
    [
        b"{}",
        b'{"id":1}',
        b'{"invoice_number":"A"}',
        b'{"id":"1","invoice_number":"A"}',
        b'{"id":1.0,"invoice_number":"A"}',
        b'{"id":true,"invoice_number":"A"}',
        b'{"id":1,"invoice_number":""}',
        b'{"id":1,"invoice_number":{"invoice_number":"A"}}',
        b'{"invoice":{"id":1,"invoice_number":"A"}}',
    ],
)
def test_an_item_without_names_is_an_error(item: bytes) -> None:
    """What has no id or number is no invoice, and what lists it no listing to be believed."""
    with pytest.raises(ListingError, match="without id and number"):
        read(b"[" + ITEM + b"," + item + b"]")


def test_a_nested_field_is_not_the_invoices_own() -> None:
    """Fields of the counterparty or the lines don't leak into the invoice."""
    [invoice] = read(
        b'[{"id":1,"counterparty":{"id":5,"reference_id":"x"},"invoice_number":"A",'
        b'"lines":[{"note":"y"},["z"],3],"currency":"USD"}]'
    )
    assert (invoice.id, invoice.number, invoice.currency) == (1, "A", "USD")
    assert (invoice.reference, invoice.note) == (None, None)


def test_fields_do_not_leak_into_the_next_invoice() -> None:
    """What an invoice leaves out isn't taken from the one before."""
    first, second = read(b'[{"id":1,"invoice_number":"A","reference_id":"r"},' + ITEM + b"]")
    assert (first.reference, second.reference) == ("r", None)


def test_of_doubled_keys_the_last_counts() -> None:
    """As `json` reads it too."""
    [invoice] = read(b'[{"id":1,"id":2,"invoice_number":"A","invoice_number":"B"}]')
    assert (invoice.id, invoice.number) == (2, "B")


BOMBS = {
    "depth of arrays": (b'[{"x":', b"["),
    "depth of objects": (b'[{"x":', b'{"x":'),
    "a wide array": (b'[{"x":[', b"0,"),
    "a wide object": (b"[{", b'"x":0,'),
    "a long text": (b'[{"x":"', b"xxxx"),
    "a long number": (b'[{"x":', b"9999"),
    "a long key": (b'[{"', b"xxxx"),
    "white space inside": (b"[", b"    "),
    "white space after": (b"[]", b"    "),
}


@pytest.mark.parametrize(("head", "body"), BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("size", [SLICE_BYTES, 8 << 20], ids=["as it comes", "in one chunk"])
def test_a_bomb_costs_little_memory(head: bytes, body: bytes, size: int) -> None:
    """Depth, width, length: refused after a mebibyte or so, within a few dozen of memory.

    One chunk can be large where it was compressed. ijson's own buffers are not counted, but
    hold no more than what was fed.
    """
    chunk = body * (size // len(body))
    tracemalloc.start()
    try:
        with pytest.raises(ListingError):
            read(head, *[chunk] * 40)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 32 << 20


def test_a_large_invoice_is_read_and_a_larger_one_is_not() -> None:
    """A mebibyte is the bound for one invoice, not for the listing."""

    def listing(length: int) -> bytes:
        note = b'{"id":1,"invoice_number":"A","note":"' + b"x" * length + b'"}'
        return b"[" + b",".join([note] * 3) + b"]"

    assert len(read(listing(MOST_ITEM_BYTES - 2 * SLICE_BYTES))) == 3
    with pytest.raises(ListingError, match="1 MiB"):
        read(listing(MOST_ITEM_BYTES + SLICE_BYTES))
