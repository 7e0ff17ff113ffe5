"""A terminal with the command on it: what a person sees and types."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import termios
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from desk import PATIENCE_S, SCRIPT, WITH_TOKEN, Desk

NOTHING: Mapping[str, str] = MappingProxyType({})


class Terminal:
    """A terminal with the command on it."""

    def __init__(self, master: int, process: subprocess.Popen[bytes]) -> None:
        self._master = master
        self._process = process
        self.shown = ""

    def read_until(self, text: str) -> None:
        """Read what is shown until some text comes, or the command ends."""
        while text not in self.shown:
            if not select.select([self._master], [], [], PATIENCE_S)[0]:
                raise TimeoutError(f"The command hangs, showing: {self.shown}")
            try:
                data = os.read(self._master, 4096)
            except OSError:  # Linux: nobody has the other end open any more
                return
            self.shown += data.decode()

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._master, text.encode())

    def press_ctrl_c(self) -> None:
        """Press Ctrl-C once."""
        os.killpg(self._process.pid, signal.SIGINT)

    def terminate(self) -> None:
        """Tell the command to stop, as whoever shuts the machine down does."""
        self._process.terminate()

    def end(self) -> int:
        """Read to the end and return the exit code."""
        self.read_until("\0 never shown")
        return self._process.wait(PATIENCE_S)


@contextmanager
def terminal(
    desk: Desk, *words: str | Path, columns: int = 120, variables: Mapping[str, str] = NOTHING
) -> Iterator[Terminal]:
    """Run the command on a terminal of its own, so many characters wide."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, columns))
    environment = desk.environment(WITH_TOKEN) | {"TERM": "xterm", **variables}
    with (
        closing(os.fdopen(master, "rb", buffering=0)),
        subprocess.Popen(
            [SCRIPT, *words],
            cwd=desk.folder,
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        ) as process,
    ):
        os.close(slave)
        try:
            yield Terminal(master, process)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
