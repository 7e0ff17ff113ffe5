"""What all tiers share."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Generator
from contextlib import nullcontext
from pathlib import Path

import pytest
from filelock import ReadWriteLock
from hypothesis import settings

# A loaded machine is no defect: nothing here asserts how long an example takes.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID")
"""The name of a run that several processes share (pytest-xdist); None where one runs alone."""


def pytest_configure(config: pytest.Config) -> None:
    """Name the marks; and let commands heed Ctrl-C, also where a shell began this behind itself.

    It has such a process ignore Ctrl-C, which every process that is started from it inherits.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line(
        "markers", "quiet: measures real time, so that no other test may run meanwhile"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a quiet test have the machine for itself, beside which the others wait."""
    turn = nullcontext()
    if RUN is not None:
        lock = ReadWriteLock(Path(tempfile.gettempdir()) / f"quiet-{RUN}.db")
        quiet = item.get_closest_marker("quiet") is not None
        turn = lock.write_lock() if quiet else lock.read_lock()
    with turn:
        return (yield)
