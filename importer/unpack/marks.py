"""What a sheet's XML says of its cells and rows that calamine leaves out.

Most cells say nothing of the kind: a quick scan of the bytes finds those that may, and only they
are parsed a second time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from importer.unpack.formats import Styles
from importer.unpack.package import DamagedError
from importer.unpack.scan import Place, Scan, column_number

TRUE = frozenset({"1", "true", "on"})
ROOT = re.compile(rb"<(?P<prefix>(?:\w+:)?)worksheet[\s>/]")

NUMBER_TYPES = frozenset({None, "n"})
FRACTIONS = frozenset(".eET")
"""What a value with a fraction or a time has."""

DEFAULT_STYLE = "0"
"""The style of a cell that names none (ECMA-376 part 1, 18.3.1.4)."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a sheet's XML says of its cells: lists of (row, column, text), both from 0.

    Attributes:
        hidden: The rows that the sheet hides, by hand, by a filter or by a height of 0.
        errors: The cells with an error value, and which.
        formulas: The cells with a formula and no stored value, or a stored 0; the text is the
            stored value.
        numbers: The cells that are shown otherwise if they hold a number; the text is the format.
        whole: Those that are so if the number isn't whole.
        natural: Those that are so if the number isn't whole, or 0.
        texts: Those that are so if they hold a text.
        dates: Those that show no whole date, if they hold one.
        days: Those that may hold a time that isn't shown.
    """

    hidden: list[int] = field(default_factory=list)
    errors: list[Place] = field(default_factory=list)
    formulas: list[Place] = field(default_factory=list)
    numbers: list[Place] = field(default_factory=list)
    whole: list[Place] = field(default_factory=list)
    natural: list[Place] = field(default_factory=list)
    texts: list[Place] = field(default_factory=list)
    dates: list[Place] = field(default_factory=list)
    days: list[Place] = field(default_factory=list)

    def formats(self) -> dict[str, list[Place]]:
        """Return the cells that a format shows otherwise, by what they must hold for it."""
        names = ("numbers", "whole", "natural", "texts", "dates")
        return {name: getattr(self, name) for name in names}


def group(places: Iterable[Place]) -> list[tuple[str, int, list[int]]]:
    """Return places by text and column, as many cells of a column have one format.

    Args:
        places: The cells.
    """
    groups: dict[tuple[str, int], list[int]] = {}
    for row, column, text in places:
        groups.setdefault((text, column), []).append(row)
    return [(text, column, rows) for (text, column), rows in groups.items()]


def find_marks(xml: bytes, styles: Styles) -> Marks:
    """Return what a sheet's XML says of its cells.

    Args:
        xml: The sheet's part.
        styles: Those whose number format may show something else.

    Raises:
        DamagedError: When rows come twice or out of order: one would take the other's place.
    """
    root = ROOT.search(xml)
    if root is None:
        raise DamagedError("root")
    sorter = _Sorter(styles)
    scan = Scan(xml, root["prefix"])
    if sorter.is_odd(DEFAULT_STYLE) or not scan.is_plain():
        return _Look(root["prefix"].decode(), sorter).parse(xml)
    scan.check_rows()
    for cell in scan.styled(sorter.said):
        sorter.add(*cell)
    for cell in scan.fractions(sorter.days):
        sorter.add_fraction(*cell)
    look = _Look(root["prefix"].decode(), _Sorter(Styles(), sorter.marks))
    return look.parse(b"<x>" + b"".join(scan.pieces()) + b"</x>")


class _Sorter:
    """What the cells' styles say."""

    def __init__(self, styles: Styles, marks: Marks | None = None) -> None:
        self.marks = marks or Marks()
        self.days = styles.days
        self.said: dict[str, list[tuple[list[Place], str]]] = {}
        for name, places in self.marks.formats().items():
            for style, code in getattr(styles, name).items():
                self.said.setdefault(style, []).append((places, code))

    def is_odd(self, style: str) -> bool:
        """Tell whether cells of a style may show something else than they hold."""
        return style in self.said or style in self.days

    def add(self, row: int, column: int, style: str) -> None:
        """Add a cell that isn't blank."""
        for places, code in self.said.get(style, ()):
            places.append((row, column, code))

    def add_fraction(self, row: int, column: int, style: str) -> None:
        """Add a cell whose value may have a fraction."""
        if style in self.days:
            self.marks.days.append((row, column, self.days[style]))


class _Look:
    """One pass over rows and cells (ECMA-376 part 1, 18.3.1.4 `c`, 18.3.1.73 `row`)."""

    def __init__(self, prefix: str, sorter: _Sorter) -> None:
        self._sorter = sorter
        self._marks = sorter.marks
        self._row_tag, self._cell_tag = f"{prefix}row", f"{prefix}c"
        self._formula_tag, self._value_tag = f"{prefix}f", f"{prefix}v"
        self._row = self._column = self._last_row = -1
        self._type: str | None = None
        self._style = DEFAULT_STYLE
        self._inline_tag = f"{prefix}is"
        self._formula = self._filled = False
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
            self._style = attributes.get("s", DEFAULT_STYLE)
            self._formula, self._value, self._filled = False, None, False
        elif name == self._value_tag:
            self._value, self._filled = [], True
        elif name == self._inline_tag:
            self._filled = True
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
        self._row, self._column = int(name[len(letters) :]) - 1, column_number(letters)

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
        elif self._filled:
            self._sorter.add(self._row, self._column, self._style)
            if not FRACTIONS.isdisjoint(text or ""):
                self._sorter.add_fraction(self._row, self._column, self._style)


def _is_zero(text: str) -> bool:
    try:
        return float(text) == 0
    except ValueError:
        return False
