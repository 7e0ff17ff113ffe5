"""Is a file Windows-1252? Only if its words make sense so, and far less under other encodings.

An encoding and a language that is written in it are rivals of Windows-1252 and the Western
languages. Of each, the chance is taken that it writes the file's words as it would have to: where
Windows-1252's isn't much greater, the letters that the rival reads otherwise are disputed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from types import MappingProxyType

import polars as pl

from importer.read.languages import BALTIC, CENTRAL, CYRILLIC, TURKIC, WESTERN_LANGUAGES
from importer.read.letters import may_stand, prepare, spelling_of

WESTERN = "cp1252"

WESTERN_RIVAL = "cp850"
"""Another encoding of the same languages, for the message about a letter that can't be."""

RIVALS: Mapping[tuple[str, ...], tuple[str, ...]] = MappingProxyType(
    {
        WESTERN_LANGUAGES: ("iso8859_15", "mac_roman", "cp850", "cp858", "cp437"),
        CENTRAL: ("cp1250", "iso8859_2", "cp852", "mac_latin2"),
        TURKIC: ("cp1254", "iso8859_9", "cp857", "mac_turkish"),
        BALTIC: ("cp1257",),
        CYRILLIC: ("cp1251", "koi8_r", "cp866", "mac_cyrillic", "iso8859_5"),
        ("el",): ("cp1253", "iso8859_7", "cp737"),
        ("he",): ("cp1255",),
        ("ar",): ("cp1256",),
        ("vi",): ("cp1258",),
        ("th",): ("cp874",),
    }
)
"""The encodings that Windows, Macs and DOS export, and what is written in them."""

LETTER = re.compile(rb"(?s)[\x80-\xff](?<=(..))(?=(.))")
"""A letter that isn't ASCII's: with the byte before it, and the byte after it."""

SPACED = bytes.maketrans(b"\r\n", b"  ")
PARTING = b'"' + bytes(range(0x20)) + b",;|"
PARTED = bytes.maketrans(PARTING, b"\n" * len(PARTING))
REST = re.compile(rb"[\x80-\xff][^\n]*")
"""A cell from its first letter on that isn't ASCII's."""

WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]{2,}|[\x80-\xff]")

CHUNK = 1 << 20
"""How many bytes are searched at a time."""

CELLS = 150
"""How many cells with other letters than ASCII's, spread over the file, are weighed."""

ODD_SHARE = 0.34
"""The share of letters that can't stand where they are, from which an encoding is out."""

STRANGER = log(0.1)
"""The logarithm of the share of words that may be of another language than the file's: names."""

RARE = log(0.03)
"""The logarithm of how many files are in an encoding of DOS, Macs or ISO 8859, or in Vietnamese's,
to those in the code pages of Windows, which Excel exports."""

COMMON = frozenset({"cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874"})
"""Those code pages."""

LEAST = log(500)
"""How much likelier Windows-1252 has to be than another encoding: see the test of the matrix of
languages, encodings and lengths, which it is measured by."""

POOREST = -5.0
"""The mean logarithm of a letter's chance, below which words are of no language that we know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file's letters say of its encoding.

    Attributes:
        codec: The likeliest encoding; None where none makes sense.
        disputed: If it is Windows-1252, each letter in question, as the three bytes of it and its
            neighbours, and the encoding that makes another of it. Of others, all letters are.
    """

    codec: str | None
    disputed: Mapping[bytes, str]


def weigh_encodings(data: bytes) -> Finding:
    """Find out whether bytes are Windows-1252, and which of their letters aren't certain.

    Args:
        data: Bytes that are not UTF-8.
    """
    triples = sorted(_find_letters(data))
    cells = _pick(_find_cells(data))
    ours = [triple.decode(WESTERN, "replace") for triple in triples]
    leads: dict[str, float] = {}
    for languages, encodings in RIVALS.items():
        for encoding in encodings:
            theirs = [triple.decode(encoding, "replace") for triple in triples]
            if not _is_odd(
                [their for our, their in zip(ours, theirs, strict=True) if our != their]
            ):
                leads[encoding] = _lead_over(encoding, languages, cells)
    worst = min(leads, key=lambda encoding: leads[encoding], default=WESTERN)
    if _is_odd(ours) or _is_poor(cells) or leads.get(worst, LEAST) < -LEAST:
        return Finding(worst if leads.get(worst, LEAST) < 0 else None, {})
    disputed = {
        triple: WESTERN_RIVAL
        for triple, our in zip(triples, ours, strict=True)
        if not may_stand(our)
    }
    for encoding in sorted(leads, key=lambda encoding: -leads[encoding]):
        if leads[encoding] < LEAST:
            for triple, our in zip(triples, ours, strict=True):
                if triple.decode(encoding, "replace")[1] != our[1]:
                    disputed[triple] = encoding
    return Finding(WESTERN, disputed)


def _find_letters(data: bytes) -> set[bytes]:
    """Return each letter that isn't ASCII's with its neighbours; a line's are spaces, beyond it."""
    spaced = b" " + data.translate(SPACED) + b" "
    found: set[tuple[bytes, bytes]] = set()
    for start in range(0, len(spaced), CHUNK):  # else there were a tuple for each at one time
        found.update(LETTER.findall(spaced, start, start + CHUNK + 1))
    return {before + after for before, after in found}


def _find_cells(data: bytes) -> set[bytes]:
    """Return the cells with other letters than ASCII's."""
    parted = data.translate(PARTED)
    return {
        parted[parted.rfind(b"\n", 0, hit.start()) + 1 : hit.end()] for hit in REST.finditer(parted)
    }


def _lead_over(encoding: str, languages: tuple[str, ...], cells: Sequence[bytes]) -> float:
    """Return how much likelier Windows-1252 is, of the cells that another encoding reads otherwise.

    The others say nothing: a German file with a few Turkish names may be Turkish Windows's.
    """
    differing = _words_of(
        [
            cell
            for cell in cells
            if cell.decode(encoding, "replace") != cell.decode(WESTERN, "replace")
        ]
    )
    western = _weigh(differing, WESTERN, WESTERN_LANGUAGES)
    rare = 0 if encoding in COMMON else RARE
    return western - _weigh(differing, encoding, languages) - rare


def _is_poor(cells: Sequence[bytes]) -> bool:
    """Tell whether cells as Windows-1252 are of no language that we know."""
    words = _words_of(cells)
    letters = sum(len(word) + 2 for word in words)
    return _weigh(words, WESTERN, WESTERN_LANGUAGES) < POOREST * letters


def _words_of(cells: Iterable[bytes]) -> list[bytes]:
    return sorted({word for cell in cells for word in WORD.findall(cell)})


def _pick(cells: set[bytes]) -> Sequence[bytes]:
    """Return some of many cells, from all over them, in their order."""
    ordered = pl.Series(list(cells), dtype=pl.Binary).sort()
    return ordered.gather_every(max(1, len(ordered) // CELLS)).to_list()


def _is_odd(triples: Iterable[str]) -> bool:
    """Tell whether too many letters can't stand between their neighbours."""
    fits = [may_stand(triple) for triple in triples]
    return not fits or fits.count(False) >= max(1, ODD_SHARE * len(fits))


def _weigh(words: Sequence[bytes], encoding: str, languages: tuple[str, ...]) -> float:
    """Return the logarithm of the chance of some words, in the language that has them likeliest.

    A word may be of another language, too, which is less probable.
    """
    best = dict.fromkeys(languages, 0.0)
    for word in words:
        chances = _weigh_word(word.decode(encoding, "replace"), languages)
        for language in languages:
            best[language] += chances[language]
    return max(best.values())


@lru_cache(1 << 14)
def _weigh_word(word: str, languages: tuple[str, ...]) -> Mapping[str, float]:
    """Return the logarithm of the chance of a word in a file of each of some languages."""
    triples, fixed = prepare(word)
    chances = {
        language: sum(map(spelling_of(language).weigh, triples))
        for language in {*languages, *WESTERN_LANGUAGES}
    }
    strange = max(chances.values()) + STRANGER
    return {language: fixed + _add(chances[language], strange) for language in languages}


def _add(one: float, other: float) -> float:
    """Return the logarithm of the sum of two chances."""
    high, low = max(one, other), min(one, other)
    return high + log(1 + exp(low - high))
