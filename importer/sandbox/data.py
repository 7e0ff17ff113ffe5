"""Where the sandbox keeps its invoices, and which sandbox that is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

VARIABLE = "IMPORT_INVOICES_SANDBOX_DATA"
"""The variable that names another file."""


def default_data() -> Path:
    """Return the file that the invoices are in unless an option or a variable names another."""
    import platformdirs  # noqa: PLC0415 `--help` doesn't need it

    folder = platformdirs.user_data_path("import-invoices", appauthor=False)
    return folder / "sandbox.sqlite3"


def current_id() -> str | None:
    """Return the id of the sandbox as it is since its last reset; None where that isn't known."""
    named = os.environ.get(VARIABLE)
    path = (Path(named) if named else default_data()).absolute()
    with (
        suppress(sqlite3.Error, ValueError),  # there is none, or it isn't a sandbox's
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection,
    ):
        [(found,)] = connection.execute("SELECT id FROM sandbox")
        return str(found)
    return None
