"""Which rows of a text file may not be what their owner wrote: short, long, broken, swallowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.columns import match_fields
from importer.errors import FileError
from importer.model import Code, Field, Issue, explain, required_fields
from importer.read.body import looks_like_row
from importer.read.footers import is_footer
from importer.read.header import Header
from importer.read.records import Fault, Records

REJOIN = "open the file in a text editor and make it one line again, or save the sheet as .xlsx."
QUOTE = (
    'close every quoted text with a double quote and write a quote within it twice (""), or save '
    "the sheet as .xlsx."
)


SHIFTED = explain(
    "This row has no due date but something after it, and every row ends in a separator too many: "
    "its cells may be a column off",
    "expected as many separators in the rows as in the header",
    "take the separators at the ends of the lines away, or save the sheet as .xlsx.",
)


def find_suspects(
    path: Path, records: Records, header: Header, columns: Mapping[str, Field], delimiter: str
) -> tuple[Issue, ...]:
    """Return an issue for every row under the header that isn't certain.

    Args:
        path: The file's name, for messages.
        records: The file's records.
        header: The file's header.
        columns: Which of the file's headers gives which field, besides those that are known.
        delimiter: What separates its cells.

    Raises:
        FileError: When the header itself is broken.
    """
    inspection = _Inspection(path, records, header, columns, delimiter)
    return tuple(sorted(inspection.issues(), key=lambda issue: issue.row))


def find_width(cells: Sequence[Sequence[str]], header: Header) -> int:
    """Return how many cells a row has: as many as the header, but for separators at the ends.

    Where most rows have more cells than the header, or fewer, all of the others being blank in
    every such row or in the header, their number counts: no cell is in another column for it.

    Args:
        cells: The cells of every row.
        header: The header.
    """
    width = max(len(cells[at]) for at in range(header.first, header.last + 1))
    counts = Counter(len(row) for row in cells[header.last + 1 :] if any(row))
    usual = max(counts, key=lambda length: (counts[length], length == width), default=width)
    if usual > width:
        rows = (row for row in cells[header.last + 1 :] if len(row) == usual)
        return width if any(any(map(str.strip, row[width:])) for row in rows) else usual
    named = max((at for at, text in enumerate(header.texts, 1) if text), default=width)
    return usual if named <= usual < width else width


@dataclass(frozen=True, slots=True)
class _Inspection:
    path: Path
    records: Records
    header: Header
    columns: Mapping[str, Field]
    delimiter: str

    def issues(self) -> Iterator[Issue]:
        records, first = self.records, self.header.last + 1
        if any(at in records.faults for at in range(self.header.first, first)):
            raise FileError(self._say_header(records.lines[self.header.last]))
        width = find_width(records.cells, self.header)
        shifted = self._shifted(width)
        found: dict[int, Issue] = {}
        for at, row in enumerate(records.cells[first:], first):
            if len(row) != width and any(map(str.strip, row)):
                found[at] = self._issue(at, Code.ROW_LENGTH, _say_length(len(row), width))
            elif at in shifted:
                found[at] = self._issue(at, Code.ROW_LENGTH, SHIFTED)
        for at, why in self._torn(width):
            found[at] = self._issue(at, Code.ROW_BROKEN, why)
        for at, why in self._shadowed(width):
            found[at] = self._issue(at, Code.ROW_BROKEN, why)
        for at, fault in records.faults.items():
            found[at] = self._faulty(at, fault)
        return iter(found.values())

    def _shifted(self, width: int) -> frozenset[int]:
        """Return the rows that a separator too many may have robbed of their due date.

        Where all rows end in more separators than the header, only the due date can be shifted out
        of its column and not be missed: it alone may be blank.
        """
        texts = self.header.texts
        at = match_fields(texts, self.columns).get(Field.DUE_DATE, ())
        if width <= len(texts) or not at:
            return frozenset()
        return frozenset(
            number
            for number, row in enumerate(self.records.cells)
            if len(row) == width and not row[at[0]].strip() and any(map(str.strip, row[at[0] :]))
        )

    def _issue(self, at: int, code: Code, message: str) -> Issue:
        return Issue(code, at + 1, None, None, message)

    def _faulty(self, at: int, fault: Fault) -> Issue:
        if fault is Fault.QUOTE:
            return self._issue(
                at,
                Code.STRAY_QUOTE,
                explain(
                    "A double quote in this row is never closed, or stands within a cell",
                    "expected double quotes only around a whole cell",
                    QUOTE,
                ),
            )
        if fault is Fault.WITHIN:
            return self._issue(
                at,
                Code.ROW_BROKEN,
                explain(
                    "This line may be a part of a quoted text that begins above it, or a row",
                    "expected rows that end before the next begins",
                    QUOTE,
                ),
            )
        return self._issue(
            at,
            Code.ROW_BROKEN,
            explain(
                "A quoted text of this row goes on over a line that looks like a row of its own",
                "expected rows that end before the next begins",
                QUOTE,
            ),
        )

    def _torn(self, width: int) -> Iterator[tuple[int, str]]:
        """Yield the rows next to a line of a single cell: a part of theirs may be on it."""
        cells, lines, first = self.records.cells, self.records.lines, self.header.last + 1
        for at in self.records.singles:
            if at < first or is_footer(cells[at]) or self._is_row_in_quotes(at, width):
                continue
            if at == first:
                raise FileError(self._say_torn_header(lines[at - 1], lines[at]))
            for near in (at - 1, at + 1):
                if first <= near < len(cells) and len(cells[near]) == width:
                    yield near, _say_torn(lines[at])

    def _is_row_in_quotes(self, at: int, width: int) -> bool:
        """Tell whether a single cell is a whole row between quotes, and no part of another."""
        found = match_fields(self.header.texts, self.columns)
        fields = {field: places[0] for field, places in found.items()}
        parts = self.records.cells[at][0].split(self.delimiter)
        return (
            fields.keys() >= required_fields(self.columns)
            and len(parts) >= width
            and looks_like_row(parts, fields)
        )

    def _shadowed(self, width: int) -> Iterator[tuple[int, str]]:
        """Yield the rows after a broken one, up to the first that is certainly whole."""
        cells, faults = self.records.cells, self.records.faults
        for broken in faults:
            at = broken + 1
            while at < len(cells) and at not in faults:
                if len(cells[at]) == width and at not in self.records.spans:
                    break
                if any(cells[at]):
                    yield at, _say_shadowed(self.records.lines[broken])
                at += 1

    def _say_header(self, line: int) -> str:
        return (
            f"{self.path} has a header with a stray double quote in line {line}: which column is "
            "which isn't certain. Correct it, or save the sheet as .xlsx. Nothing was sent."
        )

    def _say_torn_header(self, header: int, line: int) -> str:
        text = self.records.cells[self.header.last + 1][0].strip()
        return (
            f'{self.path} holds only "{text[:60]}" in line {line}, directly under the header in '
            f"line {header}: the header may be broken in two. If it is, {REJOIN} If not, delete "
            f"line {line}. Nothing was sent."
        )


def _say_torn(line: int) -> str:
    return explain(
        f"Line {line} holds a single cell, which may be a part of this row",
        "expected a whole row on each line",
        "if it is, make them one line again; if not, delete that line, or save the sheet as .xlsx.",
    )


def _say_shadowed(line: int) -> str:
    return explain(
        f"Where this row begins isn't certain, since line {line} is broken",
        "expected a whole row on each line",
        f"mend line {line} first, then import the file again.",
    )


def _say_length(length: int, width: int) -> str:
    what = f"This row has {length} cells" if length > 1 else "This row has one cell"
    expected = f"expected {width}, as the header has"
    if length >= 2 * width - 2 and length > width + 1:
        return explain(
            f"{what}: two rows may have run together",
            expected,
            "put each row on a line of its own, or save the sheet as .xlsx.",
        )
    few = length < width
    return explain(
        f"{what}: a separator is missing or the row is broken in two"
        if few
        else f"{what}: there is a separator too many",
        expected,
        "put text that holds the separator in double quotes, add or remove separators so that each "
        "cell is in its column, or save the sheet as .xlsx.",
    )
