"""What a sheet's XML says of its cells and rows that calamine leaves out.

Most cells say nothing of the kind: a quick scan of the bytes finds those that may, and only they
are parsed a second time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from importer.unpack.package import DamagedError

ROOT = re.compile(rb"<(?P<prefix>(?:\w+:)?)worksheet[\s>/]")

FORMULAS_WITHOUT_VALUE = (
    rb"</%bf>\s*</%bc>",
    rb"<%bf\s[^>]*/>\s*</%bc>",
    (
        rb"""<%bc\s(?![^>]*\bt=["'](?:str|b)["'])[^>]*>\s*<%bf(?:\s[^>]*)?(?:/>|>[^<]*</%bf>)\s*"""
        rb"""<%bv(?:\s[^>]*)?(?:/>|>\s*[-+]?0*\.?0*(?:[eE][-+]?\d+)?\s*</)"""
    ),
)
"""No value at all, or a number that is none or 0; `%b` stands for the namespace's prefix."""

TRUE = frozenset({"1", "true", "on"})
NUMBER_TYPES = frozenset({None, "n"})


@dataclass(frozen=True, slots=True)
class Marks:
    """What a sheet's XML says of its cells: lists of (row, column, text), both from 0.

    Attributes:
        hidden: The rows that the sheet hides, by hand, by a filter or by a height of 0.
        errors: The cells with an error value, and which.
        formulas: The cells with a formula and no stored value, or a stored 0; the text is the
            stored value.
        formats: The number cells that are shown otherwise, and their number format.
    """

    hidden: list[int] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    formulas: list[tuple[int, int, str]] = field(default_factory=list)
    formats: list[tuple[int, int, str]] = field(default_factory=list)


def find_marks(xml: bytes, odd_styles: Mapping[str, str]) -> Marks:
    """Return what a sheet's XML says of its cells.

    Args:
        xml: The sheet's part.
        odd_styles: The number formats that show something else, by their style's index.

    Raises:
        DamagedError: When rows come twice or out of order: one would take the other's place.
    """
    root = ROOT.search(xml)
    if root is None:
        raise DamagedError("root")
    look = _Look(root["prefix"].decode(), odd_styles)
    scan = _Scan(xml, root["prefix"])
    if scan.is_plain():
        scan.check_rows()
        return look.parse(b"<x>" + b"".join(scan.pieces(odd_styles)) + b"</x>")
    return look.parse(xml)


class _Scan:
    """A search of a sheet's bytes for what is worth parsing.

    Every pattern begins with letters of its own, which makes the search as fast as memory is.
    """

    def __init__(self, xml: bytes, prefix: bytes) -> None:
        self._xml = xml
        self._prefix = prefix

    def is_plain(self) -> bool:
        """Tell whether the XML is written as spreadsheet programs do.

        Each row and cell says first of all where it is, and nothing is commented out.
        """
        odd = (b"<%bc>" % self._prefix, b"<%brow>" % self._prefix, b"<!")
        if any(text in self._xml for text in odd):
            return False
        cells = self._xml.count(b"<%bc " % self._prefix)
        return cells == self._xml.count(b"<%bc r=" % self._prefix)

    def check_rows(self) -> None:
        numbers = [
            int(n) for n in self._find(rb"<%brow\s(?:[^>]*?\s)?r=[\"'](\d+)").findall(self._xml)
        ]
        if any(one >= following for one, following in pairwise(numbers)):
            raise DamagedError("rows")

    def pieces(self, odd_styles: Mapping[str, str]) -> Iterator[bytes]:
        """Yield the elements of rows and cells that may say something, in the order of the file."""
        for row in self._find(rb"<%brow\s[^>]*?(?:hidden=|ht=[\"']0)[^>]*>").findall(self._xml):
            yield row if row.endswith(b"/>") else row[:-1] + b"/>"
        opening, closing = b"<%bc " % self._prefix, b"</%bc>" % self._prefix
        starts = {self._xml.rfind(opening, 0, hit) for hit in self._hits(odd_styles)}
        for start in sorted(starts - {-1}):
            end = self._xml.find(b">", start)
            if self._xml[end - 1 : end] != b"/":
                yield self._xml[start : self._xml.index(closing, end) + len(closing)]

    def _hits(self, odd_styles: Mapping[str, str]) -> Iterator[int]:
        patterns = [rb"t=[\"']e[\"']"]
        has_formulas = b"<%bf" % self._prefix in self._xml
        if has_formulas and any(self._find(f).search(self._xml) for f in FORMULAS_WITHOUT_VALUE):
            patterns.append(rb"<%bf[\s/>]")
        if odd_styles:
            patterns.append(rb"s=[\"'](?:" + "|".join(odd_styles).encode() + rb")[\"']")
        for pattern in patterns:
            yield from (match.start() for match in self._find(pattern).finditer(self._xml))

    def _find(self, pattern: bytes) -> re.Pattern[bytes]:
        return re.compile(pattern.replace(b"%b", self._prefix), re.DOTALL)


class _Look:
    """One pass over rows and cells (ECMA-376 part 1, 18.3.1.4 `c`, 18.3.1.73 `row`)."""

    def __init__(self, prefix: str, odd_styles: Mapping[str, str]) -> None:
        self._odd = odd_styles
        self._marks = Marks()
        self._row_tag, self._cell_tag = f"{prefix}row", f"{prefix}c"
        self._formula_tag, self._value_tag = f"{prefix}f", f"{prefix}v"
        self._row = self._column = self._last_row = -1
        self._type: str | None = None
        self._format: str | None = None
        self._formula = False
        self._value: list[str] | None = None

    def parse(self, xml: bytes) -> Marks:
        """Return what a document says of the rows and cells in it.

        Raises:
            DamagedError: When rows of a whole sheet come twice or out of order, or a value is
                hidden from calamine.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._read
        parser.StartCdataSectionHandler = self._refuse
        parser.Parse(xml, True)
        return self._marks

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._cell_tag:
            self._place(attributes.get("r"))
            self._type = attributes.get("t")
            self._format = self._odd.get(attributes.get("s", "0"))
            self._formula, self._value = False, None
        elif name == self._value_tag:
            self._value = []
        elif name == self._formula_tag:
            self._formula = True
        elif name == self._row_tag:
            self._start_row(attributes)

    def _place(self, name: str | None) -> None:
        """Take a cell's place from its name, or after the cell before it."""
        if name is None:
            self._column += 1
            return
        letters = name.rstrip("0123456789")
        self._row, self._column = int(name[len(letters) :]) - 1, 0
        for letter in letters.upper():
            self._column = self._column * 26 + ord(letter) - 64
        self._column -= 1

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        number = attributes.get("r")
        self._row, self._column = int(number) - 1 if number else self._last_row + 1, -1
        if self._row <= self._last_row:
            raise DamagedError("rows")
        self._last_row = self._row
        if attributes.get("hidden") in TRUE or _is_zero(attributes.get("ht", "15")):
            self._marks.hidden.append(self._row)

    def _read(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _refuse(self) -> None:
        if self._value is not None:
            raise DamagedError("value")

    def _end(self, name: str) -> None:
        if name == self._cell_tag:
            self._end_cell()

    def _end_cell(self) -> None:
        text = None if self._value is None else "".join(self._value).strip()
        self._value = None
        if self._type == "e":
            self._marks.errors.append((self._row, self._column, text or "#N/A"))
        elif self._formula and (
            text is None or (self._type in NUMBER_TYPES and _is_zero(text or "0"))
        ):
            self._marks.formulas.append((self._row, self._column, text or ""))
        elif self._format is not None and text and self._type in NUMBER_TYPES:
            self._marks.formats.append((self._row, self._column, self._format))


def _is_zero(text: str) -> bool:
    try:
        return float(text) == 0
    except ValueError:
        return False
