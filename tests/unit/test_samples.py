from __future__ import annotations

import datetime as dt
import runpy
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from reports import (
    opened,
    read_csv,
)

SAMPLES = Path(__file__).parents[2] / "samples"


def contents(path: Path) -> Mapping[str, bytes]:
    """Return a file's content, a workbook's part by part: compression differs from PC to PC."""
    if not zipfile.is_zipfile(path):
        return {"": path.read_bytes()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.[cx]*")))
def test_samples_are_what_their_script_writes(tmp_path: Path, name: str) -> None:
    """The samples in the repository are those that samples/make.py writes."""
    runpy.run_path(str(SAMPLES / "make.py"))["write_samples"](tmp_path)
    assert contents(tmp_path / name) == contents(SAMPLES / name)


def test_samples_hold_the_same_rows() -> None:
    """The CSV and the workbook of the good sample hold the same 25 rows."""
    with opened(SAMPLES / "invoices.xlsx") as book:
        rows = [
            [
                "" if v is None else f"{v:%Y-%m-%d}" if isinstance(v, dt.datetime) else str(v)
                for v in row
            ]
            for row in book.active.iter_rows(values_only=True)
        ]
    assert rows == read_csv(SAMPLES / "invoices.csv")
    assert len(rows) == 26
