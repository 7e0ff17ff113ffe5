"""How letters follow one another in a language: which reading of a file's bytes makes sense.

What is known of the languages is Unicode's CLDR, by babel: the names of the world's languages,
countries, currencies, days and months, some two thousand words in each, and a few of our own.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from math import log
from operator import add
from typing import Any

from babel import Locale

from importer.read.languages import LETTERS, WORDS

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
WORD = re.compile(rf"[^\W\d_{APOSTROPHE}][^\W\d_]*(?:{APOSTROPHE}[^\W\d_]+)?")
TONES = frozenset(LETTERS["vi"][-5:])
PLAIN = {
    ord(letter): unicodedata.normalize("NFD", letter)[0]
    for letters in LETTERS.values()
    for letter in letters
    if unicodedata.normalize("NFD", letter)[0] in "aeiouy"
}
"""The vowels without their accents: what follows them is alike."""

EDGE = " "
"""What stands for the edge of a word."""

SYMBOLS = frozenset("€£§°«»“”‘’„…–—•©®™ºª²³½¿¡·´×\N{NO-BREAK SPACE}")  # noqa: RUF001 as they are meant
"""What isn't a letter and yet is found in invoices, at the edge of a word."""

TOUCHING = frozenset("°«»“”‘’„…–—•©®™ºª²³¿¡\N{NO-BREAK SPACE}")  # noqa: RUF001 as they are meant
"""Those of them that touch a word."""

OPENING = frozenset("«„¿¡\N{LEFT SINGLE QUOTATION MARK}")
CLOSING = frozenset("»”°ºª™®")
"""Those of them that touch it on one side alone."""

LOOSE = frozenset("…–—•\N{NO-BREAK SPACE}")  # noqa: RUF001 as they are meant
"""Those of them that mostly touch none."""

RARE = log(1e-6)
"""The logarithm of a letter's chance where a language doesn't have it, or not so."""

SYMBOL = log(0.02)
"""The logarithm of a symbol's chance."""

PRIOR, PAIR_PRIOR, LETTER_PRIOR = 8.0, 12.0, 200.0
"""How many letters, read in a context, count as much as what is known without it."""

OWN_WEIGHT = 3
"""How often a word of invoices counts; one of CLDR's counts once."""


class Spelling:
    """How probable each letter of a language is after two others (a smoothed trigram model)."""

    __slots__ = ("_counts", "_found", "_letters", "_total")

    def __init__(self, language: str) -> None:
        """Learn a language.

        Args:
            language: Its code in CLDR, such as `fr`.
        """
        own = set(LETTERS[language])
        latin = not own or any(unicodedata.name(c, "").startswith("LATIN") for c in own)
        self._letters = own | set(EDGE + APOSTROPHE)
        if latin:
            self._letters |= set("abcdefghijklmnopqrstuvwxyz")
        self._found: dict[str, float] = {}
        self._counts: Counter[str] = Counter()
        for word, times in _words(language).items():
            if self._letters.issuperset(word):
                self._counts.update(_parts(word) * times)
        self._total = sum(n for part, n in self._counts.items() if len(part) == 1)

    def weigh(self, triple: str) -> float:
        """Return the logarithm of the chance of a letter after two others.

        Args:
            triple: The two (an edge twice, at a word's beginning) and the letter, all small.
        """
        found = self._found.get(triple)
        if found is None:
            found = self._found[triple] = self._weigh(triple)
        return found

    def _weigh(self, triple: str) -> float:
        if triple[2] not in self._letters:
            return RARE
        counts = self._counts
        base = LETTER_PRIOR / len(self._letters)
        chance = (counts[triple[2]] + base) / (self._total + LETTER_PRIOR)
        chance = (counts[triple[1:]] + PAIR_PRIOR * chance) / (counts[triple[1]] + PAIR_PRIOR)
        if triple[0] + triple[1] != EDGE + EDGE:
            plain = triple[:2].translate(PLAIN)
            if plain != triple[:2]:
                seen = counts[f"{plain}>{triple[2]}"] + PRIOR * chance
                chance = seen / (counts[f"{plain}>"] + PRIOR)
            chance = (counts[triple] + PRIOR * chance) / (counts[triple[:2]] + PRIOR)
        return max(log(chance), RARE)


def _parts(word: str) -> list[str]:
    """Return what is counted of a word: each letter, alone, after one other, after two.

    And after two without their accents (`>` between), with those two.
    """
    text = EDGE + word + EDGE
    letters, plain = text[1:], text.translate(PLAIN)
    before = [f"{plain[0]}>", *(f"{plain[at : at + 2]}>" for at in range(len(word)))]
    return [
        *text,
        *map(add, text, letters),
        *(text[at : at + 3] for at in range(len(word))),
        *before,
        *map(add, before, letters),
    ]


@cache
def spelling_of(language: str) -> Spelling:
    """Return how a language spells.

    Args:
        language: Its code in CLDR, such as `fr`.
    """
    return Spelling(language)


def prepare(text: str) -> tuple[tuple[str, ...], float]:
    """Return a text as the triples that a language weighs, and what is so in any language.

    Args:
        text: Words, digits and symbols without ASCII's spaces and signs.

    Returns:
        The triples, in small letters, and the logarithm of the chance of its symbols, and of its
        letters where none can be.
    """
    fixed, folded = 0.0, ""
    padded = f"{EDGE}{text}{EDGE}"
    for at, character in enumerate(text):
        triple = padded[at : at + 3]
        if character == APOSTROPHE and triple[0].isalpha() and triple[2].isalpha():
            folded += character
        elif is_letter(character):
            folded += _fold(character)
            fixed += 0 if character.isascii() or may_stand(triple) else RARE
        else:
            folded += EDGE
            if not character.isascii():
                fixed += _weigh_symbol(triple)
    triples = [
        triple
        for word in folded.split()
        for run in (f"{EDGE}{EDGE}{word}{EDGE}",)
        for triple in (run[at : at + 3] for at in range(len(run) - 2))
    ]
    return tuple(triples), fixed


def _weigh_symbol(triple: str) -> float:
    if not may_stand(triple):
        return RARE
    touching = triple[0].isalpha() + triple[2].isalpha()
    return SYMBOL * (1 + touching * (triple[1] in LOOSE))


def is_letter(character: str) -> bool:
    """Tell whether a character is part of a word; a tone of Vietnamese is."""
    return (character.isalpha() and character not in SYMBOLS) or unicodedata.combining(
        character
    ) > 0


@lru_cache(1 << 14)
def may_stand(triple: str) -> bool:
    """Tell whether a character can be between its neighbours, in any language.

    Args:
        triple: The character with its two neighbours, as written.
    """
    before, character, after = tuple(triple)
    if not is_letter(character):
        return character in SYMBOLS and _may_stand(before, character, after)
    if unicodedata.combining(character):
        return (_alphabet(before) == "LATIN") == (character in TONES)
    ordinal = character == "è" and not after.isdigit()  # French: 2ème, 1ère
    return not (
        (before.isdigit() and not ordinal)
        or after.isdigit()
        or _breaks_word(before, character, after)
    )


@cache
def _fold(letter: str) -> str:
    """Return a small letter; Romanian's commas below are cedillas in old encodings."""
    return letter.lower()[0].translate({0x219: "ş", 0x21B: "ţ"})


def triples_of(text: str) -> Iterator[str]:
    """Yield every character of a text that isn't ASCII, with its two neighbours.

    Args:
        text: A word or line; a space stands for what is beyond its ends.
    """
    padded = f"{EDGE}{text}{EDGE}"
    for at, character in enumerate(text):
        if not character.isascii():
            yield padded[at : at + 3]


def _words(language: str) -> Counter[str]:
    """Return how often each word of a language counts, in small letters."""
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
    found = Counter(
        {fold_word(word, language): 1 for text in _texts(names) for word in WORD.findall(text)}
    )
    for word in WORDS.get(language, "").split():
        found[fold_word(word, language)] += OWN_WEIGHT
    return found


def fold_word(word: str, language: str) -> str:
    """Return a word in small letters; Vietnamese's tones apart, as Windows-1258 has them."""
    folded = "".join(map(_fold, word))
    if language != "vi":
        return folded
    parts: list[str] = []
    for letter in folded:
        marks = [m for m in unicodedata.normalize("NFD", letter) if m in TONES]
        whole = unicodedata.normalize("NFD", letter)
        if letter not in LETTERS["vi"] and marks:
            rest = "".join(c for c in whole if c not in marks)
            parts += [unicodedata.normalize("NFC", rest), *marks]
        else:
            parts.append(letter)
    return "".join(parts)


def _texts(names: Iterable[Any]) -> Iterator[str]:
    for name in names:
        if isinstance(name, str):
            yield name
        elif isinstance(name, Mapping):
            yield from _texts(name.values())


def _may_stand(before: str, symbol: str, after: str) -> bool:
    """Tell whether a symbol is where it can be: only an apostrophe is within a word."""
    if symbol in {APOSTROPHE, "\N{NO-BREAK SPACE}"}:
        return True
    if symbol == "°" and after in "CF ":
        return True
    if (symbol in OPENING and before.isalpha()) or (symbol in CLOSING and after.isalpha()):
        return False
    if symbol in "²³" and (after.isalpha() or before not in "m0123456789 "):
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
    own = is_letter(letter) and _alphabet(letter)
    return own not in {False, "COMBINING"} and any(_alphabet(other) != own for other in near)


@cache
def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
