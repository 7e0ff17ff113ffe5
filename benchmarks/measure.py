"""Commands, and what they took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
COMMAND = str(BIN / "import-invoices")
MIB = 1024


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        scale: How much of the usual number of rows.
        rounds: How often at most each is measured; the best counts, or the one in the middle.
    """

    scale: float
    rounds: int

    def rows(self, usual: int) -> int:
        """Return a number of rows."""
        return round(usual * self.scale)


FULL, SMALL = Size(1, 15), Size(0.01, 1)


@dataclass(frozen=True, slots=True)
class Took:
    """What a command took.

    Attributes:
        wall_s: Seconds by the clock.
        cpu_s: Seconds of the processor, its children's too.
        peak_mib: The resident memory of the largest of its processes, in MiB.
        code: How it ended.
        said: Its standard output.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    code: int
    said: str


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    ends: Sequence[int] = (0,),
    **variables: str,
) -> Took:
    """Run a command to its end, with a data folder of its own.

    Args:
        command: The program and its words.
        folder: Where it works, and where its data are.
        ends: The exit codes that are taken for a success.
        variables: Its environment, besides ours.

    Raises:
        RuntimeError: When it ended in another way.
    """
    variables = {"XDG_DATA_HOME": str(folder), "PYTHONPATH": str(ROOT)} | variables
    with (folder / "said").open("w+b") as said, (folder / "told").open("w+b") as told:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=told,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = code = os.waitstatus_to_exitcode(status)
        said.seek(0)
        told.seek(0)
        output = said.read().decode()
        if code not in ends:
            raise RuntimeError(f"{command} ended with {code}: {told.read().decode()[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Took(wall, cpu, usage.ru_maxrss / MIB, code, output)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        url: Its base URL.
    """

    url: str

    def tell(self) -> Mapping[str, Any]:
        """Return what it was asked so far: see `server.Books.tell`."""
        with urllib.request.urlopen(f"{self.url}/told") as answer:
            told: Mapping[str, Any] = json.load(answer)
        return told

    def rows_a_second(self, rows: int) -> float:
        """Return how fast creates came, from the first to the last.

        Args:
            rows: How many must have come, each reference once.

        Raises:
            RuntimeError: When others came.
        """
        told = self.tell()
        if (told["creates"], told["references"]) != (rows, rows):
            raise RuntimeError(f"{rows} creates were to come: {told}")
        return (rows - 1) / float(told["span_s"])


@contextmanager
def serving(delay_s: float = 0) -> Iterator[Server]:
    """Run a server in a process of its own.

    Args:
        delay_s: How long it takes to answer a create, in seconds.
    """
    command = [sys.executable, "-m", "benchmarks.server", str(delay_s)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Server(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()
