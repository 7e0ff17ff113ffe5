"""Bytes → text. A guessed encoding is believed only where no other makes sense of the letters."""

from __future__ import annotations

import codecs
import encodings.aliases
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from charset_normalizer import from_bytes

from importer.errors import FileError, UsageError
from importer.model import Code, Issue, explain
from importer.nearest import did_you_mean, nearest
from importer.read.kind import say_binary
from importer.read.letters import mixes_alphabets, triples_of
from importer.read.western import WESTERN, weigh_encodings

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

NO_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
"""Python's codecs for something else than files of text."""

LINE_END = re.compile(rb"\r\n|\r|\n")
HIGH = re.compile(rb"[\x80-\xff]+")
MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
ASCII = bytes(range(0x20, 0x7F))

RARE_SIGNS = "\U00020000"
"""The first of the Chinese characters that hardly anyone writes."""

FEW = 20
"""How many letters may make UTF-8 by chance."""

SAMPLE = 1 << 16
"""The bytes of lines with other letters than ASCII's from which an encoding is guessed."""

REMEDY = "save the file as CSV UTF-8 or .xlsx, or name its encoding with --encoding."


@dataclass(frozen=True, slots=True)
class Doubt:
    """A line that two encodings read differently, and both make sense.

    Attributes:
        readings: The two encodings, with the first word that differs.
    """

    readings: tuple[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text.

    Attributes:
        text: The text, without a byte order mark.
        warnings: What the user should know about its encoding.
        doubts: The lines whose letters are not certain, by their number from 1.
    """

    text: str
    warnings: tuple[str, ...] = ()
    doubts: Mapping[int, Doubt] = field(default_factory=dict)


def decode(path: Path, data: bytes, encoding: str | None) -> Decoded:
    """Decode a file: as told, by its byte order mark, as UTF-8, or as an older encoding.

    Args:
        path: The file's name, for messages.
        data: Its bytes.
        encoding: The encoding that the user names; None to find it out.

    Raises:
        FileError: When the bytes are no text, or none in that encoding.
        UsageError: When no encoding has that name.
    """
    marked = next((codec for bom, codec in BOMS if data.startswith(bom)), None)
    if encoding is not None:
        return Decoded(_decode_as_told(path, data, _find_codec(encoding), marked))
    if marked not in {None, "utf-8-sig"} or (marked is None and b"\x00" in data):
        codec = marked or _guess_utf_16(data)
        if codec is None:
            raise FileError(say_binary(path, data))
        text = _decode_strictly(path, data, codec)
        return Decoded(text, (f"{path.name} was read as {codec.upper()}.",))
    if b"\x00" in data:
        raise FileError(say_binary(path, data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if marked or _is_damaged_utf_8(data):
            return _decode_damaged(path, data)
        return _guess(path, data)
    return Decoded(text, doubts={} if marked else _doubt_few(data, text))


def say_uncertain(row: int, doubt: Doubt) -> Issue:
    """Return the issue of a row whose letters depend on the encoding.

    Args:
        row: Its number as the sheet shows it.
        doubt: How it can be read.
    """
    (one, first), (other, second) = doubt.readings
    pair = f'"{first}" ({_shown(one)}) or "{second}" ({_shown(other)})'
    what = f"The letters of this row can be read in two ways: {pair}"
    message = explain(what, "expected a file in a known encoding, such as UTF-8", REMEDY)
    return Issue(Code.ENCODING_UNCERTAIN, row, None, None, message)


def _find_codec(encoding: str) -> str:
    try:
        codec = codecs.lookup(encoding.strip()).name
        with suppress(UnicodeError):
            b"a".decode(codec)
    except (LookupError, ValueError):
        codec = ""
    if not codec or codec.replace("-", "_") in NO_TEXT:
        known = {name.replace("_", "-") for name in encodings.aliases.aliases}
        known |= {name.replace("_", "-") for name in encodings.aliases.aliases.values()}
        near = nearest(encoding.replace("_", "-"), sorted(known))
        raise UsageError(
            f'--encoding "{encoding}" is no encoding.{did_you_mean(near)} Write a name such as '
            "utf-8 or windows-1252, or leave --encoding out to have it found out."
        )
    return codec


def _decode_as_told(path: Path, data: bytes, codec: str, marked: str | None) -> str:
    """Decode as the user says, unless the file itself says something else."""
    is_utf_8 = marked == "utf-8-sig" or (not data.isascii() and _is_utf_8(data))
    if codec.startswith("utf-8") or not (is_utf_8 or marked):
        return _decode_strictly(path, data, codec)
    actual = "utf-8" if is_utf_8 else str(marked)
    if codec.startswith(actual):
        return _decode_strictly(path, data, codec)
    raise FileError(
        f"{path} is text in {actual.upper()}, not in {_shown(codec)}: its letters would be wrong. "
        f"Leave --encoding out, or say --encoding {actual}. Nothing was sent."
    )


def _decode_strictly(path: Path, data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec).lstrip("\ufeff")
    except UnicodeDecodeError as exc:
        before = data[: exc.start].decode(codec, "replace")
        line = len(before.splitlines()) or 1
        raise FileError(
            f"{path} is not text in {_shown(codec)} (line {line}). Leave --encoding out to have it "
            "found out, or save the sheet as .xlsx or as CSV UTF-8. Nothing was sent."
        ) from exc
    if "\x00" in text:
        raise FileError(say_binary(path, data))
    return text


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _guess_utf_16(data: bytes) -> str | None:
    """Return which UTF-16 a file without a mark is in: every second byte of ASCII is a zero."""
    head = data[: SAMPLE & ~1]
    even, odd = head[::2].count(0), head[1::2].count(0)
    most = max(len(head) // 4, 8)
    if odd > most and even * 20 < odd:
        return "utf-16-le"
    if even > most and odd * 20 < even:
        return "utf-16-be"
    return None


def _doubt_few(data: bytes, text: str) -> dict[int, Doubt]:
    """Return the lines that are UTF-8 by chance, it may be: few letters, of two alphabets a word.

    Two letters of an older encoding can make one of UTF-8: an apostrophe and é of old Macs are an
    Armenian one.
    """
    if text.isascii() or len(MULTIBYTE.findall(data)) > FEW:
        return {}
    mixed = [t for t in triples_of(text) if mixes_alphabets(*t) or t[1] >= RARE_SIGNS]
    return {
        number: Doubt(_readings(line, "utf-8", "mac_roman"))
        for number, line in enumerate(LINE_END.split(data), 1)
        if not line.isascii() and any(triple[1].encode() in line for triple in mixed)
    }


def _is_damaged_utf_8(data: bytes) -> bool:
    """Tell whether nearly all of the bytes that aren't ASCII make letters of UTF-8."""
    high = b" ".join(HIGH.findall(data))
    letters = MULTIBYTE.findall(high)
    bad = sum(map(len, high.split())) - sum(map(len, letters))
    return len(letters) > 2 * bad


def _decode_damaged(path: Path, data: bytes) -> Decoded:
    """Decode UTF-8 with some bytes that are none: each is a replacement character, and told."""
    text = data.decode("utf-8-sig", "replace")
    lost = text.count("\N{REPLACEMENT CHARACTER}")
    warning = (
        f"{path.name} is text in UTF-8, but {lost:,} of its characters are damaged: rows with such "
        'a "\N{REPLACEMENT CHARACTER}" in a cell are not sent.'
    )
    return Decoded(text, (warning,), _doubt_few(data, text))


def _guess(path: Path, data: bytes) -> Decoded:
    """Decode as Windows-1252 where that is certain, else as what is likeliest, with doubts."""
    found = weigh_encodings(data)
    codec = found.codec or _guess_codec(data) or WESTERN
    certain = found.codec == WESTERN and not found.disputed
    doubts = {} if certain else _doubt_lines(data, codec, found.disputed)
    text = data.decode(codec, "replace")
    warning = (
        f"{path.name} was read as {_shown(codec)}, found out by its letters: if some look wrong, "
        "save it as CSV UTF-8 or name the right one with --encoding."
    )
    return Decoded(text, (warning,), doubts)


def _guess_codec(data: bytes) -> str | None:
    """Return what charset-normalizer takes the lines for that aren't plain ASCII."""
    sample = b"\n".join(line for line in LINE_END.split(data) if not line.isascii())[:SAMPLE]
    best = from_bytes(sample).best()
    if best is None:
        return None
    try:
        plain = ASCII.decode(best.encoding) == ASCII.decode("ascii")
    except UnicodeDecodeError:
        plain = False
    return best.encoding if plain else None


def _doubt_lines(data: bytes, codec: str, disputed: Mapping[bytes, str]) -> dict[int, Doubt]:
    """Return the lines that hold a disputed letter; with none given, all that aren't ASCII."""
    found: dict[int, Doubt] = {}
    for number, line in enumerate(LINE_END.split(data), 1):
        if line.isascii():
            continue
        rival = _rival_of(line, codec, disputed)
        if rival is not None:
            found[number] = Doubt(_readings(line, codec, rival))
    return found


def _rival_of(line: bytes, codec: str, disputed: Mapping[bytes, str]) -> str | None:
    """Return the encoding that reads a line differently, where it is disputed."""
    if not disputed:
        return WESTERN if codec != WESTERN else "cp1250"
    padded = b" " + line + b" "
    for hit in HIGH.finditer(padded):
        for at in range(hit.start(), hit.end()):
            if (rival := disputed.get(padded[at - 1 : at + 2])) is not None:
                return rival
    return None


def _readings(line: bytes, codec: str, rival: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the first words of a line that two encodings read differently."""
    words = [word for word in re.split(rb"[\s,;|\"]+", line) if not word.isascii()]
    for word in words:
        one, other = word.decode(codec, "replace"), word.decode(rival, "replace")
        if one != other:
            return (codec, one[:40]), (rival, other[:40])
    return (codec, line.decode(codec, "replace")[:40]), (rival, line.decode(rival, "replace")[:40])


def _shown(codec: str) -> str:
    return re.sub(r"^cp125(\d)$", r"Windows-125\1", codec)
