"""When not to look for garbage: while a million values are made of which none is."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector of cycles away while the context, or the decorated function, lasts.

    Rows, issues and attempts have no cycles; the collector would look through all of them again
    and again while they grow in number.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
