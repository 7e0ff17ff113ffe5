"""LibreOffice without a screen: opens, fills in and saves files as a person's program does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
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
    save: Sequence[Path] = (),
) -> dict[str, Any]:
    """Open a file and tell what it shows; then perhaps type into its first sheet and save it.

    Args:
        folder: A folder of the test's own, for LibreOffice's profile.
        path: The file.
        fill: What to type into cells of the first sheet, by their names, such as `A2`.
        save: Where to save what was typed into, as `.xlsx` or `.csv`.

    Returns:
        `asked`: what LibreOffice asked or warned about on opening, such as a repair;
        `typed`: what the first sheet shows after the typing, if there was any;
        `sheets`: what each sheet showed before, by its name:

        - `cells` (rows of what is shown) and `kinds` (what each of them holds: `text`, `number`,
          `date`, which a time is too, `formula`, or nothing where it is blank);
        - `colours` (the background of cells by name, as `#RRGGBB`), `comments` (by the cell's
          name), `lists` (the choices of cells by name);
        - `columns` (the `width` of each, and the one `needed` to show all of it, in 1/100 mm);
        - `charts` (the `labels` of the bars, and the `values` of each series);
        - `filter` (the filtered range, such as `A1:M30`, or null) and `frozen` (the first cell
          that moves when it is scrolled, such as `B2`, or null).
    """
    order = {
        "path": str(path),
        "fill": dict(fill or {}),
        "save": [str(path) for path in save],
    }
    done = subprocess.run(
        [PYTHON, DRIVER, SOFFICE or "soffice", folder / "office-profile"],
        input=json.dumps(order),
        # What is typed is read as in one country, wherever this runs.
        env=os.environ | {"HOME": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"LibreOffice failed on {path}: {done.stdout}{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told
