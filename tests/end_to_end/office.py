"""LibreOffice without a screen: opens, fills in and saves files as a person's program does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SOFFICE = shutil.which("soffice")
DRIVER = Path(__file__).with_name("office_driver.py")
PYTHON = Path("/usr/bin/python3")
"""Debian's own Python: the bridge to LibreOffice (python3-uno) is installed for it alone."""

PATIENCE_S = 120


def missing() -> str | None:
    """Return why LibreOffice can't be driven here; None where it can."""
    if SOFFICE is None:
        return "needs LibreOffice: apt-get install libreoffice-calc"
    if subprocess.run([PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode:
        return "needs the bridge to LibreOffice: apt-get install python3-uno"
    return None


def open_and(
    folder: Path,
    path: Path,
    *,
    fill: Mapping[str, str] | None = None,
    save: Path | None = None,
    print_to: Path | None = None,
) -> dict[str, Any]:
    """Open a file, perhaps type into its first sheet, perhaps save it, and tell what it shows.

    Args:
        folder: A folder of the test's own, for LibreOffice's profile.
        path: The file.
        fill: What to type into cells of the first sheet, by their names, such as `A2`.
        save: Where to save it as `.xlsx` or `.csv`.
        print_to: Where to print it to, a PDF.

    Returns:
        `asked`: what LibreOffice asked or warned about on opening, such as a repair;
        `sheets`: for each sheet by name `cells` (rows of what is shown), `colours` (the background
        of cells by name, as `#RRGGBB`), `comments` (by the cell's name), `lists` (the choices of
        cells by name), `charts` (how many), `filter` (the filtered range, such as
        `A1:M30`, or null), `frozen` (the first cell that moves when it is scrolled, such as `B2`,
        or null).
    """
    order = {
        "path": str(path),
        "fill": dict(fill or {}),
        "save": str(save) if save else None,
        "print_to": str(print_to) if print_to else None,
    }
    done = subprocess.run(
        [PYTHON, DRIVER, SOFFICE or "soffice", folder / "office-profile"],
        input=json.dumps(order),
        env=os.environ | {"HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"LibreOffice failed on {path}: {done.stdout}{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told
