"""Names of files that nothing has yet."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

REPORTS = Path("reports")
"""The folder that results go to unless another is named."""


def free_name(path: Path) -> Path:
    """Return a path, or the same with `-2`, `-3`, … behind its name, that nothing has."""
    counted = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(free for free in itertools.chain([path], counted) if not os.path.lexists(free))
