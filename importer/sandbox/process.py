"""A sandbox in a process of its own, for as long as a program needs it. Standard library alone."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_START_S = 30.0
_STOP_S = 5.0


class SandboxError(Exception):
    """The sandbox could not be started; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox.

    Attributes:
        url: Its base URL.
        id: The id kept in its database.
        token: A token that is always good.
        data: Its SQLite file.
    """

    url: str
    id: str
    token: str
    data: Path


@contextmanager
def running_sandbox(*, data: Path | None = None, options: Sequence[str] = ()) -> Iterator[Sandbox]:
    """Run a sandbox on a free port while the context lasts.

    It ends with the context, or with this process, however that ends.

    Args:
        data: Its SQLite file; None for the default one.
        options: Further options of `import-invoices sandbox`.

    Yields:
        Where it is.

    Raises:
        SandboxError: On entering, when it doesn't start, or not within 30 seconds.
    """
    command = [sys.executable, "-m", "importer.sandbox"]
    command += ["--port", "0", "--until-stdin-closes", "--ready-json"]
    if data is not None:
        command += ["--data", str(data)]
    # The errors go to a file, since a pipe that nobody reads could fill up and block it.
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603 - our own module, no shell
            [*command, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            # Ctrl-C is for this process alone: the sandbox must still answer what is in flight.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
        ) as process,
    ):
        try:
            yield _wait_until_ready(process, errors)
        finally:
            _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], errors: IO[bytes]) -> Sandbox:
    assert process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
    # A killed process closes its output, which ends the reading on every platform.
    timer = threading.Timer(_START_S, process.kill)
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
        timer.join()
    if not line:
        process.wait()
        errors.seek(0)
        raise SandboxError(_reason(errors.read().decode(errors="replace")))
    ready = json.loads(line)
    return Sandbox(ready["url"], ready["id"], ready["token"], Path(ready["data"]))


def _reason(errors: str) -> str:
    lines = errors.strip().splitlines()
    if not lines:
        return (
            f"The sandbox was not ready within {_START_S:.0f} seconds. Close what keeps this "
            "computer busy, then try again."
        )
    return lines[-1].removeprefix("Error: ")


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
    process.stdin.close()
    for insist in (process.terminate, process.kill):
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            insist()
    process.wait()
