"""A sheet's bytes, searched for the few rows and cells that say something besides their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from importer.unpack.package import DamagedError

FORMULAS_WITHOUT_VALUE = (
    rb"</%bf>\s*</%bc>",
    rb"<%bf\s[^>]*/>\s*</%bc>",
    (
        rb"""<%bc\s(?![^>]*\bt=["'](?:str|b)["'])[^>]*>\s*<%bf(?:\s[^>]*)?(?:/>|>[^<]*</%bf>)\s*"""
        rb"""<%bv(?:\s[^>]*)?(?:/>|>\s*[-+]?0*\.?0*(?:[eE][-+]?\d+)?\s*</)"""
    ),
)
"""No value at all, or a number that is none or 0; `%b` stands for the namespace's prefix."""

STYLED = rb"""s=["'](%s)["'][^>]*(?<!/)>"""
"""A cell of one of some styles, from its style to the end of its tag; none that is closed there."""

FRACTION = (
    STYLED + rb"""(?:\s*<%bf(?:\s[^>]*)?(?:/>|>[^<]*</%bf>))?\s*<%bv(?:\s[^>]*)?>[-+\s0-9]*[.eET]"""
)
"""One whose value may have a fraction, or a time."""

NAME = re.compile(rb"""["']([A-Za-z]+)([0-9]+)["']""")
SPACES, QUOTES = (b" ", b"\t", b"\r", b"\n"), (b'"', b"'")

Place = tuple[int, int, str]
"""A row and a column, both from 0, and what is said of the cell."""


class Scan:
    """A search of a sheet's bytes for what is worth parsing.

    Every pattern begins with letters of its own, which makes the search as fast as memory is.
    """

    def __init__(self, xml: bytes, prefix: bytes) -> None:
        """Take a sheet's part, and the prefix that its elements' names have, with its colon."""
        self._xml = xml
        self._prefix = prefix
        self._start = max(xml.find(b"<%bsheetData" % prefix), 0)

    def is_plain(self) -> bool:
        """Tell whether the XML is written as spreadsheet programs do.

        Each row and cell says first of all where it is, attributes have no white space in them,
        and nothing is commented out.
        """
        names = (b"<%bc" % self._prefix, b"<%brow" % self._prefix)
        ends = (b">", *(space for space in SPACES[1:] if self._has(space)))
        odd = (name + end for name in names for end in ends)
        if b"<!" in self._xml or any(map(self._has, odd)) or self._has_spaced_attributes():
            return False
        cells = self._xml.count(b"<%bc " % self._prefix)
        return cells == self._xml.count(b"<%bc r=" % self._prefix)

    def _has_spaced_attributes(self) -> bool:
        """Tell whether there is white space beside an attribute's `=` (XML 1.0, 2.3 `Eq`)."""
        spaces = filter(self._has, SPACES)
        both = filter(self._has, (t for space in spaces for t in (space + b"=", b"=" + space)))
        return any(self._has(text + quote) for text in both for quote in QUOTES)

    def _has(self, text: bytes) -> bool:
        return self._xml.find(text, self._start) >= 0

    def check_rows(self) -> None:
        """Check the rows' numbers.

        Raises:
            DamagedError: When rows come twice or out of order.
        """
        numbers = [
            int(n) for n in self._find(rb"<%brow\s(?:[^>]*?\s)?r=[\"'](\d+)").findall(self._xml)
        ]
        if any(one >= following for one, following in pairwise(numbers)):
            raise DamagedError("rows")

    def styled(self, styles: Iterable[str]) -> Iterator[Place]:
        """Yield the cells of some styles, the text being the style; those without content aside."""
        return self._cells(STYLED, styles)

    def fractions(self, styles: Iterable[str]) -> Iterator[Place]:
        """Yield the cells of some styles whose values may have a fraction, or a time."""
        return self._cells(FRACTION, styles)

    def pieces(self) -> Iterator[bytes]:
        """Yield the elements of rows and cells that may say something, in the order of the file."""
        for row in self._find(rb"<%brow\s[^>]*?(?:hidden=|ht=[\"'][^1-9])[^>]*>").findall(
            self._xml
        ):
            yield row if row.endswith(b"/>") else row[:-1] + b"/>"
        opening, closing = b"<%bc " % self._prefix, b"</%bc>" % self._prefix
        starts = {self._xml.rfind(opening, 0, hit) for hit in self._hits()}
        for start in sorted(starts - {-1}):
            end = self._xml.find(b">", start)
            if self._xml[end - 1 : end] != b"/":
                yield self._xml[start : self._xml.index(closing, end) + len(closing)]

    def _hits(self) -> Iterator[int]:
        patterns = [rb"t=[\"']e[\"']"]
        has_formulas = b"<%bf" % self._prefix in self._xml
        if has_formulas and any(self._find(f).search(self._xml) for f in FORMULAS_WITHOUT_VALUE):
            patterns.append(rb"<%bf[\s/>]")
        for pattern in patterns:
            yield from (match.start() for match in self._find(pattern).finditer(self._xml))

    def _cells(self, pattern: bytes, styles: Iterable[str]) -> Iterator[Place]:
        wanted = "|".join(styles).encode()
        if not wanted:
            return
        xml, opening = self._xml, b"<%bc r=" % self._prefix
        numbers: dict[bytes, int] = {}
        for hit in self._find(pattern.replace(b"%s", wanted)).finditer(xml):
            at = hit.start()
            start = xml.rfind(opening, 0, at)
            name = NAME.match(xml, start + len(opening))
            if name is None or xml.find(b">", start, at) >= 0 or not xml[at - 1 : at].isspace():
                continue
            letters, row = name.groups()
            if letters not in numbers:
                numbers[letters] = column_number(letters.decode())
            yield int(row) - 1, numbers[letters], hit[1].decode()

    def _find(self, pattern: bytes) -> re.Pattern[bytes]:
        return re.compile(pattern.replace(b"%b", self._prefix), re.DOTALL)


def column_number(letters: str) -> int:
    """Return a column's number, from 0, by its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
