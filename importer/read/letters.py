"""How letters follow one another in a language: which readings of a byte make sense in its word.

What is known of the languages is Unicode's CLDR, by babel: the names of the world's languages,
countries, currencies, days and months, some two thousand words in each.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from babel import Locale

WORD = re.compile(r"[^\W\d_]+")
EDGE = " "
"""What stands for the edge of a word."""

VOWELS = frozenset("aeiouyæøœ")

SYMBOLS = frozenset("€£§°«»“”‘’„…–—•©®™ºª²³¿¡·´×\N{NO-BREAK SPACE}")  # noqa: RUF001 as they are meant
"""What isn't a letter and yet is found in invoices, at the edge of a word."""

TOUCHING = frozenset("°«»“”‘’„…–—•©®™ºª²³¿¡\N{NO-BREAK SPACE}")  # noqa: RUF001 as they are meant
"""Those of them that touch a word."""

OPENING = frozenset("«„¿¡\N{LEFT SINGLE QUOTATION MARK}")
CLOSING = frozenset("»”°ºª")
"""Those of them that touch it on one side alone."""


class Fit(IntEnum):
    """How well a letter stands between its neighbours."""

    NEVER = 0
    """A capital within small letters, a letter in a number, a symbol in a word."""
    UNKNOWN = 1
    LIKELY = 2
    """After that letter or before that one, and between the like of both."""
    KNOWN = 3
    """Just there."""


MORE: Mapping[str, str] = MappingProxyType(
    {
        "fr": "à où là déjà très œuvre sœur août année dépôt école été être même règlement reçu "
        "réparation société événement élève goût coût fenêtre forêt bûche noël maïs ambiguë",
        "pt": "à às é há março prestação serviços órgão comissões cartões pensões não são mão irmã "
        "água três mês você crédito débito imóvel café avó avô próximo lâmpada índice título",
        "es": "año señor niño diseño reparación número útil último ángel índice según café aquí "
        "médico línea artículo país través pingüino núñez ibáñez muñoz peña compañía montaña",
        "it": "à è é città perché più già così lunedì attività qualità caffè virtù però",
        "de": "straße größe gebühr büro prüfung schlüssel öl übung jährlich höhe fluß fuß münchen",
        "sv": "år båt städning översättning hyrå gård möte ägare kött",
        "da": "år rengøring ændring øl købt kørsel måned færdig høj",
        "nb": "år rengjøring kjøp kjøring måned høy",
        "fi": "äiti työ käännös yö hyvä päivä",
    }
)
"""Common words of invoices and some of the shortest, which CLDR's names lack."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """Which letters that aren't ASCII stand between which, in some languages.

    Attributes:
        triples: A letter with its two neighbours, in small letters; a word's edge is a space.
        pairs: The same without the one neighbour or the other, which is a "?".
        shapes: The same, of the neighbours only whether they are vowels ("a") or not ("b").
    """

    triples: frozenset[str]
    pairs: frozenset[str]
    shapes: frozenset[str]

    def judge(self, triple: str) -> Fit:
        """Return how well a letter stands between its neighbours.

        Args:
            triple: The letter with its neighbours, as written.
        """
        before, letter, after = tuple(triple)
        if letter in SYMBOLS or not letter.isalpha():
            good = letter in SYMBOLS and _may_stand(before, letter, after)
            return Fit.LIKELY if good else Fit.NEVER
        if before.isdigit() or after.isdigit() or _breaks_word(before, letter, after):
            return Fit.NEVER
        folded = _fold(triple)
        if folded in self.triples:
            return Fit.KNOWN
        paired = f"{folded[:2]}?" in self.pairs or f"?{folded[1:]}" in self.pairs
        return Fit.LIKELY if paired and _shape(folded) in self.shapes else Fit.UNKNOWN


@cache
def spelling_of(languages: tuple[str, ...]) -> Spelling:
    """Return how some languages spell, together.

    Args:
        languages: Their codes in CLDR, such as `fr` and `pt`.
    """
    triples = frozenset(
        _fold(triple)
        for language in languages
        for word in _words(language)
        for triple in triples_of(word)
    )
    pairs = {pair for t in triples for pair in (f"{t[:2]}?", f"?{t[1:]}")}
    return Spelling(triples, frozenset(pairs), frozenset(map(_shape, triples)))


def _fold(triple: str) -> str:
    """Return a triple in small letters; Romanian's commas below are cedillas in old encodings."""
    folded = "".join(c.lower()[0] if c.isalpha() else EDGE for c in triple)
    return folded.translate({0x219: "ş", 0x21B: "ţ"})


def _shape(folded: str) -> str:
    def kind(letter: str) -> str:
        plain = unicodedata.normalize("NFD", letter)[0]
        return EDGE if plain == EDGE else "a" if plain in VOWELS else "b"

    return kind(folded[0]) + folded[1] + kind(folded[2])


def triples_of(text: str) -> Iterator[str]:
    """Yield every character of a text that isn't ASCII, with its two neighbours.

    Args:
        text: A word or line; a space stands for what is beyond its ends.
    """
    padded = f"{EDGE}{text}{EDGE}"
    for at, character in enumerate(text):
        if not character.isascii():
            yield padded[at : at + 3]


def _words(language: str) -> Iterator[str]:
    yield from MORE.get(language, "").split()
    locale = Locale.parse(language)
    names = (
        locale.languages,
        locale.territories,
        locale.currencies,
        locale.scripts,
        locale.variants,
        locale.months,
        locale.days,
        locale.quarters,
        locale.time_zones,
        locale.meta_zones,
    )
    for text in _texts(names):
        yield from WORD.findall(text)


def _texts(names: Iterable[Any]) -> Iterator[str]:
    for name in names:
        if isinstance(name, str):
            yield name
        elif isinstance(name, Mapping):
            yield from _texts(name.values())


def _may_stand(before: str, symbol: str, after: str) -> bool:
    """Tell whether a symbol is where it can be: only an apostrophe is within a word."""
    if symbol == "\N{RIGHT SINGLE QUOTATION MARK}":
        return True
    if (symbol in OPENING and before.isalpha()) or (symbol in CLOSING and after.isalpha()):
        return False
    touching = before.isalpha() + after.isalpha()
    return touching == 0 or (touching == 1 and symbol in TOUCHING)


def _breaks_word(before: str, letter: str, after: str) -> bool:
    """Tell whether a word would mix capitals and small letters, or two alphabets."""
    if letter.isupper():
        mixed = before.islower() or (before.isupper() and after.islower())
    else:
        mixed = letter.islower() and before.isupper() and after.isupper()
    return mixed or mixes_alphabets(before, letter, after)


def mixes_alphabets(before: str, letter: str, after: str) -> bool:
    """Tell whether a letter is of another alphabet than its neighbours."""
    near = (other for other in (before, after) if other.isalpha())
    return letter.isalpha() and any(_alphabet(other) != _alphabet(letter) for other in near)


@cache
def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
