"""Where a file's bytes come from: the disk or standard input, packed by gzip or not."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from importer.errors import FileError
from importer.nearest import did_you_mean, nearest
from importer.read.options import MIB
from importer.table import STDIN

GZIP = b"\x1f\x8b"

BLANK = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"
"""White space and byte order marks in any encoding: what a file without content is made of."""

NEAR_NAME = 0.7
"""How like a file's name must be: many share their ending."""

FOLDERS = 200
"""In how many folders at most a file of just this name is looked for."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a file holds.

    Attributes:
        name: The file, for messages.
        data: Its bytes, unpacked.
        sha256: The digest of its own bytes, hex.
    """

    name: Path
    data: bytes
    sha256: str


def read_source(path: Path, most: int) -> Source:
    """Read a file or standard input whole; what gzip packed is unpacked, whatever its name.

    Args:
        path: The file; `STDIN` for standard input.
        most: How much is read, and unpacked, at most, in bytes (`--max-file-size`).

    Raises:
        FileError: When there is no such file, it can't be read, or it is empty or too large.
    """
    name = Path("standard input") if path == STDIN else path
    packed = _read(path, name, most)
    data = _unpack(packed, name, most) if packed.startswith(GZIP) else packed
    if not data.strip(BLANK):
        raise FileError(
            f"{name} is empty. Export the sheet again, then import the new file. Nothing was sent."
        )
    return Source(name, data, hashlib.sha256(packed).hexdigest())


def _read(path: Path, name: Path, most: int) -> bytes:
    try:
        if path == STDIN:
            return _read_capped(sys.stdin.buffer, name, most)
        with path.open("rb") as file:
            return _read_capped(file, name, most)
    except FileNotFoundError as exc:
        raise FileError(
            f"There is no file {path}.{_suggest(path)} Check the name and the folder. Nothing was "
            "sent."
        ) from exc
    except IsADirectoryError as exc:
        raise FileError(
            f"{path} is a folder. Name the file in it that you want to import. Nothing was sent."
        ) from exc
    except (OSError, ValueError) as exc:  # ValueError: a NUL in the name
        why = exc.strerror if isinstance(exc, OSError) else exc
        raise FileError(
            f"{name} can't be read: {why}. Check that you may open it, and that no other program "
            "keeps it open. Nothing was sent."
        ) from exc


def _read_capped(file: BinaryIO, name: Path, most: int) -> bytes:
    data = file.read(most + 1)
    if len(data) > most:
        raise FileError(
            f"{name} is larger than {_size(most)}. Import it in parts, or allow more with "
            "--max-file-size. Nothing was sent."
        )
    return data


def _unpack(packed: bytes, name: Path, most: int) -> bytes:
    try:
        with gzip.open(io.BytesIO(packed)) as file:
            data = file.read(most + 1)
    except (OSError, EOFError, zlib.error) as exc:
        raise FileError(
            f"{name} is packed by gzip and damaged: it can't be unpacked whole. Get the file once "
            "more, or save the sheet as .xlsx. Nothing was sent."
        ) from exc
    if len(data) > most:
        raise FileError(
            f"{name} is packed by gzip and unpacks to more than {_size(most)}. Import it in parts, "
            "or allow more with --max-file-size. Nothing was sent."
        )
    if data.startswith(GZIP):
        raise FileError(
            f"{name} is packed by gzip twice. Unpack it once, and import what comes out. "
            "Nothing was sent."
        )
    return data


def _size(most: int) -> str:
    return f"{most // MIB:,} MiB" if most >= MIB else f"{most:,} bytes"


def _suggest(path: Path) -> str:
    """Return which file may be meant: of this folder, of one like it, one level up or down."""
    with suppress(OSError, ValueError):
        return did_you_mean(next((str(found) for found in _find_like(path)), None))
    return ""


def _find_like(path: Path) -> Iterator[Path]:
    """Yield files that may be meant by a name that leads nowhere: first those of just this name."""
    folder = path.parent
    if not folder.is_dir():
        near = nearest(folder.name, _names(folder.parent), cutoff=NEAR_NAME)
        folder = folder.parent / near if near else folder
    names = _names(folder)
    above = folder.parent if folder.name else folder / os.pardir
    for other in (folder, above, *(folder / name for name in names[:FOLDERS])):
        if (found := other / path.name).is_file():
            yield found
    if near := nearest(path.name, names, cutoff=NEAR_NAME):
        yield folder / near


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []  # noqa: PTH208 names alone
