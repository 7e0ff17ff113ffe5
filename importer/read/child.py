"""The process that a workbook is opened in: started, asked, and never trusted to survive it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import importer
from importer.errors import FileError
from importer.read.options import MIB, Limits

Answer = dict[str, Any]
START = "import sys; sys.path[:0] = sys.argv[1:2]; sys.path += sys.argv[2:]; \
from importer.unpack.child import main; main()"
ROOT = str(Path(importer.__file__).resolve().parent.parent)

SECONDS, SECONDS_PER_MIB = 5, 2
"""The processor time that a workbook may take. 100,000 rows of 7 cells are 3 MiB and take 2 s, a
bomb takes as much as it gets."""

WAIT, WAIT_PER_MIB, SMALL = 9, 6, 2
"""The seconds that a child may live: for a file of so few MiB (70,000 rows), and for each further
one. So a bomb ends within 10 also where others are at work."""

PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
"""The environment variables that Python and its libraries may need; no secret is among them."""

SAVE_AS = "Open it in a spreadsheet program and save it as .xlsx. Nothing was sent."
REMEDY = "Copy the table into a new workbook and save that as .xlsx, or save the sheet as CSV UTF-8"


class Child:
    """The other end of `importer.unpack.child`.

    Attributes:
        is_late: It was ended since its time was over.
    """

    def __init__(
        self, path: Path, process: subprocess.Popen[bytes], seconds: int, memory: int
    ) -> None:
        """Talk to a process.

        Args:
            path: The workbook's name, for messages.
            process: The process, its standard input and output being pipes.
            seconds: The processor time that it has.
            memory: The memory that it has, in bytes.
        """
        self._path = path
        self._process = process
        self._seconds = seconds
        self._memory = memory
        self.is_late = False
        assert process.stdin is not None  # noqa: S101 for mypy: both are pipes
        assert process.stdout is not None  # noqa: S101
        self._sink: IO[bytes] = process.stdin
        self._source: IO[bytes] = process.stdout

    def send(self, request: Answer, data: bytes = b"") -> None:
        """Send a line, and bytes after it; that nobody reads them shows at the answer."""
        with suppress(BrokenPipeError, OSError):
            self._sink.write(json.dumps(request).encode() + b"\n" + data)
            self._sink.flush()

    def answers(self) -> Iterator[Answer]:
        """Yield the answers as they come.

        Raises:
            FileError: When the workbook isn't read, or the process died of it.
        """
        for line in self._source:
            if not line.endswith(b"\n"):
                break
            answer: Answer = json.loads(line)
            if "refused" in answer:
                raise FileError(f"{self._path} {answer['refused']}. Nothing was sent.")
            if "failed" in answer:
                raise FileError(self._failure(answer["failed"]))
            yield answer

    def ask(self, request: Answer, data: bytes = b"") -> Answer:
        """Send a line, and bytes after it, and return the next answer.

        Raises:
            FileError: As `answers`.
        """
        self.send(request, data)
        for answer in self.answers():
            return answer
        raise self.dead()

    def dead(self) -> FileError:
        """Return why the process ended before it had answered."""
        self._process.kill()
        ended = self._process.wait()
        late = self.is_late or ended == -getattr(signal, "SIGXCPU", 0)
        return FileError(self._failure("time" if late else "memory"))

    def end_late(self) -> None:
        """End the process, since its time is over."""
        self.is_late = True
        self._process.kill()

    def _failure(self, reason: str) -> str:
        if reason == "damaged":
            return f"{self._path} is damaged and can't be read. {SAVE_AS}"
        if reason == "time":
            return (
                f"{self._path} is damaged or unpacks to far too much: {self._seconds} seconds were "
                f"not enough to read it. {REMEDY}. Nothing was sent."
            )
        return (
            f"{self._path} is damaged, or unpacks to more than --max-memory allows "
            f"({self._memory // MIB:,} MiB). {REMEDY}, or raise --max-memory. Nothing was sent."
        )


@contextmanager
def open_child(path: Path, data: bytes, limits: Limits) -> Iterator[tuple[Child, Answer]]:
    """Open a workbook in a process of its own, which ends with the context.

    Args:
        path: The workbook's name, for messages.
        data: Its bytes.
        limits: How much is read at most.

    Yields:
        The process, and the first that it says: the workbook's sheets.

    Raises:
        FileError: When the workbook can't be opened.
    """
    size = len(data) // MIB
    seconds = SECONDS + SECONDS_PER_MIB * size
    order = {
        "size": len(data),
        "memory": limits.memory,
        "cpu": seconds,
        "file_size": limits.file_size,
        "rows": limits.rows,
        "columns": limits.columns,
        "cell_length": limits.cell_length,
    }
    process = subprocess.Popen(  # noqa: S603 our own module
        [sys.executable, "-I", "-c", START, ROOT, *filter(None, sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # calamine prints its panics
        env=_environment(),
    )
    child = Child(path, process, seconds, limits.memory)
    clock = threading.Timer(WAIT + WAIT_PER_MIB * max(0, size - SMALL), child.end_late)
    clock.daemon = True
    clock.start()
    try:
        yield child, child.ask(order, data)
    finally:
        clock.cancel()
        process.kill()
        with suppress(BrokenPipeError):
            process.__exit__(None, None, None)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {"MALLOC_ARENA_MAX": "2"}
