"""What takes a while to import, imported with nobody looking for garbage meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Import modules while the context lasts.

    What they make stays until the end: looking through it for garbage, again and again while it
    grows and once more at the end, would take a quarter of the time in vain.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
