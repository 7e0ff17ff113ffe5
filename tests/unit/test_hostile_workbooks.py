from __future__ import annotations

import io
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import chain, repeat
from pathlib import Path

import pytest
from builders import HEADERS, row, xlsx_bytes

from importer.errors import FileError
from importer.read import child as child_module
from importer.read.options import MIB, Limits, Opening
from importer.read.workbook import read_workbook

PATH = Path("invoices.xlsx")
GOOD = xlsx_bytes({"S": [HEADERS, row()]})
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
Part = Iterable[bytes]
SECONDS, MEMORY = 10, 2.2 * 1024 * MIB


def patched(parts: Mapping[str, Part]) -> bytes:
    """Return a good workbook, some of its parts replaced; written piece by piece."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in dict.fromkeys((*source.namelist(), *parts)):
            with target.open(name, "w") as part:
                for piece in parts[name] if name in parts else [source.read(name)]:
                    part.write(piece)
    return buffer.getvalue()


def sheet_of(*pieces: Iterable[bytes], after: Iterable[bytes] = ()) -> Part:
    """Return a sheet's XML around its rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    start = f'<worksheet xmlns="{space}"><sheetData>'.encode()
    return chain([start], *pieces, [b"</sheetData>"], after, [b"</worksheet>"])


def strings_of(size: int) -> Part:
    """Return shared strings: one of many letters."""
    start = b'<sst count="1" uniqueCount="1"><si><t>'
    return chain([start], repeat(b"a" * 100_000, size // 100_000), [b"</t></si></sst>"])


def far_corner() -> bytes:
    """Return a workbook with one cell in the last column of the last row."""
    return patched({SHEET: sheet_of([b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'])})


def many_letters() -> bytes:
    """Return a workbook whose directory says that it unpacks to hundreds of MiB."""
    return patched({STRINGS: strings_of(600 * MIB)})


def a_text_in_every_row() -> bytes:
    """Return a workbook of one text of 400 KB that 40,000 cells have."""
    rows = (b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 40_001))
    return patched({SHEET: sheet_of(rows), STRINGS: strings_of(400_000)})


def empty_cells(count: int) -> bytes:
    """Return a workbook of millions of cells without anything in them."""
    cells = repeat(b"<c/>" * 20_000, count // 20_000)
    return patched({SHEET: sheet_of([b'<row r="1">'], cells, [b"</row>"])})


def far_apart() -> bytes:
    """Return a workbook of few cells whose square is of billions."""
    rows = (b'<row r="%d"><c r="XFC%d"><v>1</v></c></row>' % (n, n) for n in range(2, 500_000, 99))
    return patched({SHEET: sheet_of([b'<row r="1"><c r="A1"><v>1</v></c></row>'], rows)})


def merged_over_and_over() -> bytes:
    """Return a workbook of 100,000 merged ranges, each of which covers it all."""
    rows = [b'<row r="900000"><c r="A900000"><v>1</v></c></row>']
    ranges = repeat(b'<mergeCell ref="A1:Z900000"/>', 100_000)
    return patched(
        {SHEET: sheet_of(rows, after=chain([b"<mergeCells>"], ranges, [b"</mergeCells>"]))}
    )


def laughs(part: str) -> bytes:
    """Return a workbook with entities that grow to gigabytes."""
    entities = b"".join(b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 11))
    dtd = b'<!DOCTYPE x [<!ENTITY l0 "ha">' + entities + b"]>"

    def insert(xml: bytes) -> bytes:
        return re.sub(
            rb"<(?=worksheet|sst|workbook|styleSheet)", lambda _: dtd + b"<", xml, count=1
        )

    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        return patched({part: [insert(archive.read(part))]})


def lying_directory(size: int) -> bytes:
    """Return a bomb whose directory says that it is small, with the checksum of so much."""
    data = bytearray(empty_cells(70_000_000))
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(SHEET) as part:
        checksum = zlib.crc32(part.read(size % MIB))
    entry = data.index(SHEET.encode(), data.index(b"PK\x01\x02"))
    data[entry - 30 : entry - 26] = checksum.to_bytes(4, "little")
    data[entry - 22 : entry - 18] = size.to_bytes(4, "little")
    return bytes(data)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "one cell in the far corner": (far_corner, "--max-columns"),
    "hundreds of MiB of one letter": (many_letters, "--max-file-size"),
    "one long text in every row": (a_text_in_every_row, "--max-memory"),
    "cells far apart": (far_apart, "--max-memory"),
    "merged ranges over one another": (merged_over_and_over, "damaged"),
    "entities in the sheet": (lambda: laughs(SHEET), "damaged"),
    "entities in the workbook": (lambda: laughs("xl/workbook.xml"), "damaged"),
    "entities in the styles": (lambda: laughs("xl/styles.xml"), "damaged"),
    "a directory that lies": (lambda: lying_directory(5_000), "is damaged and can't"),
    "a directory that lies a lot": (lambda: lying_directory(2**31), "--max-file-size"),
}


ROOM = {"one long text in every row": Opening(limits=Limits(memory=1024 * MIB))}
"""Less than a bomb may have, where a slow machine has no time left before it has filled it all."""


@pytest.mark.quiet  # its limits are of time
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_one_line_soon(bomb: str) -> None:
    """What unpacks to gigabytes is refused in under 10 s and 2.2 GiB, in one line."""
    make, message = BOMBS[bomb]
    data = make()
    begun = time.monotonic()
    with pytest.raises(FileError, match=message) as caught:
        read_workbook(PATH, data, ROOM.get(bomb, Opening()))
    assert time.monotonic() - begun < SECONDS
    assert str(caught.value).startswith("invoices.xlsx ")
    assert "\n" not in str(caught.value)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < MEMORY


def test_millions_of_empty_cells_are_nothing() -> None:
    """Cells without anything in them are no cells, or too many to go through: soon, either way."""
    data = empty_cells(60_000_000)
    begun = time.monotonic()
    with suppress(FileError):
        assert read_workbook(PATH, data, Opening()).cells.is_empty()
    assert time.monotonic() - begun < SECONDS


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_workbook_is_damaged(keep: float) -> None:
    """A workbook that was not downloaded to its end is told to be damaged."""
    with pytest.raises(FileError, match="damaged"):
        read_workbook(PATH, GOOD[: int(len(GOOD) * keep)], Opening())


def test_flipped_bits_change_nothing_silently() -> None:
    """Every part has its checksum: a flipped bit is an error, or in what nobody reads."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        info = archive.getinfo(SHEET)
    expected = read_workbook(PATH, GOOD, Opening()).cells.rows()
    start = info.header_offset + 30 + len(SHEET)
    for position in range(start, start + info.compress_size, max(1, info.compress_size // 12)):
        data = bytearray(GOOD)
        data[position] ^= 0x10
        with pytest.raises(FileError, match="damaged"):
            assert read_workbook(PATH, bytes(data), Opening()).cells.rows() != expected


def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system limits no processor time, the clock on the wall does."""
    monkeypatch.setattr(child_module, "START", "import time; time.sleep(60)")
    monkeypatch.setattr(child_module, "WAIT", 0.2)
    begun = time.monotonic()
    with pytest.raises(FileError, match="seconds were not enough"):
        read_workbook(PATH, GOOD, Opening())
    assert time.monotonic() - begun < SECONDS


def test_processor_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that computes without end is ended by its limit, and the message says so."""
    endless = "from importer.unpack.child import limit_resources as limit; limit(1 << 31, 1)\n"
    start = "import sys; sys.path[:0] = sys.argv[1:2]; sys.path += sys.argv[2:]\n"
    monkeypatch.setattr(child_module, "START", f"{start}{endless}while True: pass")
    with pytest.raises(FileError, match="seconds were not enough"):
        read_workbook(PATH, GOOD, Opening())


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told to the tool by its environment isn't told to the process that may be taken."""
    monkeypatch.setenv("IMPORT_INVOICES_TOKEN", "hush")
    says = "import os, json; print(json.dumps({'refused': repr(sorted(os.environ))}))"
    monkeypatch.setattr(child_module, "START", says)
    with pytest.raises(FileError) as caught:
        read_workbook(PATH, GOOD, Opening())
    assert "IMPORT_INVOICES" not in str(caught.value)
    assert "MALLOC_ARENA_MAX" in str(caught.value)


def test_the_child_ends_with_its_parent() -> None:
    """A parent that is killed leaves no process behind."""
    code = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from importer.read.child import open_child\n"
        "from importer.read.options import Limits\n"
        "data = Path(sys.argv[1]).read_bytes()\n"
        "with open_child(Path('x'), data, Limits()) as (child, _):\n"
        "    print(child._process.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"alive-{os.getpid()}.xlsx"
    path.write_bytes(GOOD)
    env = os.environ | {"PYTHONPATH": child_module.ROOT}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, env=env
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)
        parent.send_signal(signal.SIGKILL)
    path.unlink()
    gone = threading.Event()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and not gone.wait(0.02):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            gone.set()
        else:
            if state == "Z":
                gone.set()
    assert gone.is_set()


def test_a_good_workbook_needs_little() -> None:
    """An ordinary workbook is read in a small part of the memory that it may take."""
    limits = Limits(memory=256 * MIB)
    assert read_workbook(PATH, GOOD, Opening(limits=limits)).cells.height == 2
