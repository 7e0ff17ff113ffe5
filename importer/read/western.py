"""Is a file Windows-1252? Only if its letters make sense so, and under no other encoding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from importer.read.letters import Fit, Spelling, spelling_of

WESTERN = "cp1252"
WESTERN_LANGUAGES = ("en", "fr", "pt", "es", "de", "it", "nl", "ca", "gl", "da", "sv", "nb", "fi")

WESTERN_RIVAL = "cp850"
"""Another encoding of the same languages, for the message about a letter that can't be."""

RIVALS: Mapping[tuple[str, ...], tuple[str, ...]] = MappingProxyType(
    {
        WESTERN_LANGUAGES: (
            *("iso8859_15", "mac_roman", "cp850", "cp858", "cp437", "cp860", "cp863", "cp865"),
        ),
        ("pl", "cs", "sk", "hu", "ro", "sl", "hr"): (
            *("cp1250", "iso8859_2", "cp852", "mac_latin2", "mac_croatian", "mac_romanian"),
        ),
        ("tr",): ("cp1254", "cp857", "mac_turkish"),
        ("lt", "lv", "et"): ("cp1257", "cp775"),
        ("is",): ("mac_iceland", "cp861"),
        ("ru", "uk", "bg", "sr", "mk"): (
            *("cp1251", "koi8_r", "koi8_u", "cp866", "mac_cyrillic", "iso8859_5"),
        ),
        ("el",): ("cp1253", "iso8859_7", "cp737", "mac_greek"),
        ("he",): ("cp1255", "cp862"),
        ("ar",): ("cp1256", "iso8859_6", "cp864"),
        ("vi",): ("cp1258",),
    }
)
"""The encodings that a file may be in, and what is written in them. Others that no spreadsheet
program exports (ISO 8859-3, -4, -10, -13, -14, -16) are left out."""

TRIPLE = re.compile(rb"(?s)(?=([\x00-\xff][\x80-\xff][\x00-\xff]))")

LIKELY_SHARE = 0.7
"""The share of letters of which an encoding has to make sense to be named."""

SAMPLE = 1 << 20
"""The bytes from which an encoding is named."""

MOST_UNKNOWN = 0.25
"""The share of letters that may be where Western languages don't have them: names, other words."""

ESTABLISHED = 10
"""How many letters where they are known to be make one doubtful letter a name."""

SEVERAL = 4
"""How many letters unknown to the other encoding count, though some are unknown to this one."""

NEVER_SHARE, UNKNOWN_SHARE = 0.1, 0.3
"""The share of letters that speak against another encoding before it is out: where no letter can
be, or where its languages don't have them. Measured so that no file of another encoding is taken
for Windows-1252: see the test of the matrix of languages, encodings and lengths."""


def find_disputed(data: bytes) -> dict[bytes, str] | None:
    """Return which letters another encoding may read better, with their neighbours.

    Args:
        data: Bytes that are not UTF-8.

    Returns:
        Each letter in question, as the three bytes of it and its neighbours, and the encoding that
        makes another of it. None where the file isn't Windows-1252 at all.
    """
    triples = set(TRIPLE.findall(b" " + data + b" "))
    western = spelling_of(WESTERN_LANGUAGES)
    try:
        ours = {triple: triple.decode(WESTERN) for triple in triples}
    except UnicodeDecodeError:
        return None
    fits = {triple: western.judge(text) for triple, text in ours.items()}
    unknown = sum(fit <= Fit.UNKNOWN for fit in fits.values())
    if unknown > MOST_UNKNOWN * len(fits):
        return None
    known = sum(fit is Fit.KNOWN for fit in fits.values())
    disputed = {
        triple: WESTERN_RIVAL
        for triple, fit in fits.items()
        if fit is Fit.NEVER or (fit is Fit.UNKNOWN and known < ESTABLISHED)
    }
    for languages, encodings in RIVALS.items():
        for encoding in encodings:
            differing = _differing(ours, encoding)
            if _makes_sense(differing, fits, spelling_of(languages)):
                disputed |= dict.fromkeys(differing, encoding)
    return disputed


def find_likeliest(data: bytes) -> str | None:
    """Return the encoding that makes most sense of a file's letters, if one makes some.

    Args:
        data: Bytes that are not UTF-8.
    """
    triples = set(TRIPLE.findall(b" " + data[:SAMPLE] + b" "))
    best, most = None, LIKELY_SHARE
    for languages, encodings in RIVALS.items():
        spelling = spelling_of(languages)
        for encoding in encodings:
            read = (triple.decode(encoding, "replace") for triple in triples)
            share = sum(spelling.judge(text) >= Fit.LIKELY for text in read) / len(triples)
            if share > most:
                best, most = encoding, share
    return best


def _differing(ours: Mapping[bytes, str], encoding: str) -> dict[bytes, str]:
    """Return the letters that an encoding reads differently, as it reads them."""
    read = {triple: triple.decode(encoding, "replace") for triple in ours}
    return {triple: text for triple, text in read.items() if text[1] != ours[triple][1]}


def _makes_sense(
    differing: Mapping[bytes, str], fits: Mapping[bytes, Fit], spelling: Spelling
) -> bool:
    """Tell whether another reading of some letters can't be excluded."""
    if not differing:
        return False
    theirs = [spelling.judge(text) for text in differing.values()]
    never = theirs.count(Fit.NEVER)
    unknown = never + theirs.count(Fit.UNKNOWN)
    known = sum(fits[triple] is Fit.KNOWN for triple in differing)
    if never >= max(1, NEVER_SHARE * len(differing)):
        return False
    if unknown < max(2, UNKNOWN_SHARE * len(differing)):
        return True
    return known < unknown and not (unknown >= SEVERAL and 2 * known >= unknown)
