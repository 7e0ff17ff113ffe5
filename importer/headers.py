"""The names of columns: in any spelling and several languages, and what is nearly one."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from importer.model import Field

CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
BRACKETS = re.compile(r"[(\[]([^()\[\]]*+)[)\]]\W*+$")
NUMBER_SIGN = re.compile(
    r"#|\N{NUMERO SIGN}|(?<![^\W\d_])n\s*[\N{DEGREE SIGN}\N{RING ABOVE}]", re.IGNORECASE
)
PLURAL = re.compile(r"(?<=\w{3})(?<!s)s\b")

NEAR_NAME = 0.8
"""How like a header is to a name of the due date, or of a default's field, to be asked about."""

NEAR_WORD, NEAR_RUN = 0.6, 0.9
"""How like each word must be then, and the whole where the spaces are elsewhere. They let
"payment date" and "invoice date" be what they are, beside "payment due" and "invoice due date"."""

LEAST_GLUED = 7
"""The letters of a name that can't begin or end another header by chance."""


@cache
def load_words() -> Mapping[str, Any]:
    """Return the words by which sheets are understood, by section, as the data file has them."""
    return tomllib.loads(resources.files("importer").joinpath("words.toml").read_text("utf-8"))


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return a text as headers are compared: its words, separated by single spaces.

    Without case, accents (Unicode's NFKD without its marks), punctuation and a plural's s;
    "camelCase" is two words, "#" and "n°" are "no".

    Args:
        text: A header, or a cell that may be one.
    """
    text = NUMBER_SIGN.sub(" no ", CAMEL.sub(" ", text))
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return PLURAL.sub("", " ".join(re.findall(r"[^\W_]+", bare)))


@lru_cache(maxsize=4096)
def header_key(header: str) -> str:
    """Return what two headers share that name the same: `normalise` without spaces.

    A hint in brackets, such as "(yes/no)", is left out.

    Args:
        header: A header as written.
    """
    found = BRACKETS.search(header)
    if found is not None and normalise(found[1]) in _hint_words():
        header = header[: found.start()]
    return normalise(header).replace(" ", "")


@cache
def aliases() -> Mapping[Field, tuple[str, ...]]:
    """Return every field's names as written: the API's own first, then those of the data file."""
    sections = load_words()["columns"]
    return {
        field: (field.value, *(name for names in sections[field.value].values() for name in names))
        for field in Field
    }


@cache
def known_headers() -> Mapping[str, Field]:
    """Return the field of every known name, by the name's key."""
    return {header_key(name): field for field, names in aliases().items() for name in names}


@cache
def _hint_words() -> frozenset[str]:
    return frozenset(normalise(hint) for hints in load_words()["hints"].values() for hint in hints)


def how_alike(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1."""
    if max(len(one), len(other)) > 4 * min(len(one), len(other)):  # at most 0.4: no how_alike
        return 0.0
    return difflib.SequenceMatcher(None, one, other).ratio()


def is_nearly(header: str, field: Field) -> bool:
    """Tell whether a header is no known name, but nearly one of a field's.

    Args:
        header: A header as written.
        field: The field.
    """
    key, words = header_key(header), normalise(header).split()
    if not key or key in known_headers():
        return False
    for name in aliases()[field]:
        others = normalise(name).split()
        if len(words) == len(others):
            near = how_alike(" ".join(words), " ".join(others)) >= NEAR_NAME and all(
                how_alike(word, other) >= NEAR_WORD
                for word, other in zip(words, others, strict=True)
            )
        else:
            near = how_alike(key, header_key(name)) >= NEAR_RUN
        if near or _is_glued(key, header_key(name)):
            return True
    return False


def _is_glued(key: str, name: str) -> bool:
    """Tell whether a name has run together with another header: a separator may be missing."""
    return len(name) >= LEAST_GLUED and key != name and (key.startswith(name) or key.endswith(name))
