"""The process that opens a workbook: limits first, then answers until its parent goes away.

Both directions are lines of JSON. The parent begins with the limits and, after that line, the
file's bytes; then it asks for the first rows of sheets (`heads`) and for one whole sheet (`read`).
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

from python_calamine import CalamineError

from importer.unpack.book import Book
from importer.unpack.package import DamagedError, RefusedError

Answer = dict[str, Any]
BROKEN = (
    CalamineError,
    DamagedError,
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,  # XML's ParseError is one
    ValueError,
    LookupError,
    EOFError,
    RuntimeError,
    OverflowError,
)
"""What reading a damaged workbook raises, short of a panic."""


def main() -> None:
    """Answer the parent on standard input and output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends this process
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    order = json.loads(source.readline())
    limit_resources(order["memory"], order["cpu"])
    data = source.read(order["size"])
    if len(data) != order["size"]:
        return
    requests: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, requests), daemon=True).start()
    for answer in _guarded(answers(data, order, requests)):
        sink.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        sink.flush()
    os._exit(0)  # nothing that a library does at the end is worth waiting for


def limit_resources(memory: int, seconds: int) -> None:
    """Limit what this process may take, where the system knows how.

    Args:
        memory: Bytes of address space.
        seconds: Seconds of processor time.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 Windows has none

    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (most, hard))


def answers(data: bytes, order: Answer, requests: queue.SimpleQueue[Answer]) -> Iterator[Answer]:
    """Yield what the parent wants to know of a workbook.

    Args:
        data: The file's bytes.
        order: The limits, by the names of `importer.read.options.Limits`.
        requests: What is asked, in order; the last is to read a sheet.
    """
    book = Book(data, order)
    yield {"sheets": book.sheets()}
    while "read" not in (request := requests.get()):
        yield {"heads": [book.head(name, request["rows"]) for name in request["heads"]]}
    yield from book.read(request["read"])


def _guarded(answered: Iterator[Answer]) -> Iterator[Answer]:
    try:
        yield from answered
    except RefusedError as exc:
        yield {"refused": str(exc)}
    except MemoryError:
        yield {"failed": "memory"}
    except BROKEN:
        yield {"failed": "damaged"}
    except BaseException:  # noqa: BLE001 calamine's panics are no Exceptions
        yield {"failed": "damaged"}


def _listen(source: BinaryIO, requests: queue.SimpleQueue[Answer]) -> None:
    for line in source:
        requests.put(json.loads(line))
    os._exit(0)  # the parent is gone
