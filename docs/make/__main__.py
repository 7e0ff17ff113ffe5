"""Make the pages that are made from the code: `python docs/make`."""

from __future__ import annotations

from pathlib import Path

from pages import PAGES

FOLDER = Path(__file__).parents[1]

for name, make in PAGES.items():
    (FOLDER / name).write_text(make(), "utf-8")
