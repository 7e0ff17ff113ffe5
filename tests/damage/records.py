"""Pollock's row and field pollutions: delimiters, quotes and line ends, in each row and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from damage.pieces import BASES, LINE_END, Base, Piece, make_variant, swap
from damage.variant import Variant

HEADER = "the header says what every column is"
TOUCHED = "the row itself was touched"
SWALLOWED = "the quote stays open up to the next one: what lies between could be one cell"
BESIDE = "the broken-off cell could as well belong to its neighbour"
TOGETHER = "the two rows run together"


def reach(pieces: Sequence[Piece], position: int, *, opens: bool = True) -> set[int]:
    """Return the owner's rows that can't be told from a record with a wrong quote.

    A quote left open may have swallowed all up to the next one. After a broken record, one of
    several lines may as well have begun within it.

    Args:
        pieces: The file after the damage.
        position: The piece with the wrong quote.
        opens: Whether the wrong quote can leave a cell open.
    """
    last = position
    if opens and pieces[position].text.count('"') % 2:
        below = range(position + 1, len(pieces))
        last = next((i for i in below if '"' in pieces[i].text), position)
    while last + 1 < len(pieces) and len(LINE_END.findall(pieces[last + 1].text)) > 1:
        last += 1
    owners = {pieces[i].owner for i in range(position, last + 1)}
    return {owner for owner in owners if owner is not None}


def beside(base: Base, record: int, left: int, right: int) -> set[int]:
    """Return the owner's rows that can't be told from the halves of a broken record.

    Args:
        base: The file.
        record: Which record was broken; 0 is the header.
        left: How many cells the upper half has.
        right: How many the lower has.
    """
    if record == 0 or (left == 1 and record == 1):
        return base.everything()
    touched = {record - 1}
    if left == 1:
        touched.add(record - 2)
    if right == 1:
        touched.add(record)
    return touched & base.everything()


def delimiters() -> Iterator[Variant]:
    """Missing, extra and doubled delimiters, in each row and column."""
    for base in BASES:
        pieces = base.pieces()
        for r, cells in enumerate(base.records()):
            damaged, why = reach(pieces, r, opens=False), TOUCHED
            if not r:
                damaged, why = base.everything(), HEADER
            for c, cell in enumerate(cells):
                changes = {"extra-before": [*cells[:c], "", *cells[c:]]}
                if c + 1 < len(cells):
                    joined = cell + cells[c + 1]
                    changes["missing-after"] = [*cells[:c], joined, *cells[c + 2 :]]
                else:
                    changes["extra-after"] = [*cells, ""]
                if not cell.startswith('"') and (half := len(cell) // 2):
                    parts = [cell[:half], cell[half:]]
                    changes["extra-inside"] = [*cells[:c], *parts, *cells[c + 1 :]]
                for name, changed in changes.items():
                    yield make_variant(
                        base,
                        f"delimiter-{name}/row{r}-col{c}",
                        swap(pieces, r, base.join(changed)),
                        damaged,
                        why,
                        torn=r,
                    )


def double_damage() -> Iterator[Variant]:
    """A delimiter lost and another doubled in the same row: as many cells as there should be."""
    for base in BASES:
        pieces = base.pieces()
        records = base.records()
        for r in (2, 6):
            cells = records[r]
            for lost in range(len(cells) - 1):
                joined = [*cells[:lost], cells[lost] + cells[lost + 1], *cells[lost + 2 :]]
                for extra in range(len(joined) + 1):
                    changed = [*joined[:extra], "", *joined[extra:]]
                    blank = {cells[lost], cells[lost + 1]} & {"", '""'}
                    if blank or extra in {lost, lost + 1}:
                        continue  # nothing was joined, or only the delimiter moved
                    yield make_variant(
                        base,
                        f"delimiter-moved/row{r}-from{lost}-to{extra}",
                        swap(pieces, r, base.join(changed)),
                        reach(pieces, r, opens=False),
                        TOUCHED,
                        torn=r,
                    )


def extra_quotes() -> Iterator[Variant]:
    """A quote too many, in each row and column: before, inside and behind the cell."""
    for base in BASES:
        pieces = base.pieces()
        for r, cells in enumerate(base.records()):
            for c, cell in enumerate(cells):
                changes = {"before": f'"{cell}', "after": f'{cell}"'}
                if half := len(cell) // 2:
                    changes["inside"] = f'{cell[:half]}"{cell[half:]}'
                for name, text in changes.items():
                    changed = [*cells[:c], text, *cells[c + 1 :]]
                    file = swap(pieces, r, base.join(changed))
                    opens = name == "before" or cell.startswith('"')
                    damaged = reach(file, r, opens=opens)
                    yield make_variant(
                        base,
                        f"quote-{name}/row{r}-col{c}",
                        file,
                        damaged if r else base.everything(),
                        SWALLOWED if r else HEADER,
                        torn=r,
                    )


def missing_quotes() -> Iterator[Variant]:
    """A quoted cell that lacks its first quote, its last one, or both."""
    for base in BASES:
        pieces = base.pieces()
        for r, cells in enumerate(base.records()):
            for c, cell in enumerate(cells):
                if not cell.startswith('"') or (base.quote_all and c in {1, 2, 4}):
                    continue
                bare = cell[1:-1]
                changes = {"first": f'{bare}"', "last": f'"{bare}', "both": bare}
                for name, text in changes.items():
                    file = swap(pieces, r, base.join([*cells[:c], text, *cells[c + 1 :]]))
                    damaged = reach(file, r, opens=name == "last")
                    lines = LINE_END.split(text)
                    if len(lines) > 1 and name != "last":
                        damaged |= beside(base, r, c + 1, len(cells) - c)
                    yield make_variant(
                        base,
                        f"quote-missing-{name}/row{r}-col{c}",
                        file,
                        damaged if r else base.everything(),
                        SWALLOWED if r else HEADER,
                        torn=r,
                    )


def quote_pairs() -> Iterator[Variant]:
    """Two stray quotes that make one record of two or three, each grammatical in itself."""
    for base in BASES:
        pieces, records = base.pieces(), base.records()
        for r in range(1, len(records) - 2):
            for c in range(len(base.columns)):
                for far in (1, 2):
                    first, last = records[r], records[r + far]
                    between = set(range(r, r + far + 1))
                    if any('"' in cell for i in between for cell in records[i]):
                        continue
                    opened = [*first[:c], '"' + first[c], *first[c + 1 :]]
                    closed = [*last[:c], last[c] + '"', *last[c + 1 :]]
                    file = swap(pieces, r, base.join(opened))
                    yield make_variant(
                        base,
                        f"quote-pair/row{r}-to{r + far}-col{c}",
                        swap(file, r + far, base.join(closed)),
                        {i - 1 for i in between} | reach(file, r + far, opens=False),
                        SWALLOWED,
                        torn=r,
                    )


def line_breaks() -> Iterator[Variant]:
    """A line end in each row and column: inside the cell, before it and behind it."""
    for base in BASES:
        pieces = base.pieces()
        for r, cells in enumerate(base.records()):
            width = len(cells)
            for c, cell in enumerate(cells):
                changes = {}
                if any(cells[:c]):
                    changes["before"] = (base.end + cell, c + 1, width - c)
                if c + 1 < width and any(cells[: c + 1]):
                    changes["after"] = (cell + base.end, c + 1, width - c)
                if not cell.startswith('"') and (half := len(cell) // 2):
                    text = cell[:half] + base.end + cell[half:]
                    changes["inside"] = (text, c + 1, width - c)
                for name, (text, left, right) in changes.items():
                    yield make_variant(
                        base,
                        f"break-{name}/row{r}-col{c}",
                        swap(pieces, r, base.join([*cells[:c], text, *cells[c + 1 :]])),
                        beside(base, r, left, right),
                        BESIDE if r else HEADER,
                        torn=r,
                    )


def line_ends() -> Iterator[Variant]:
    """The line end of each row: missing, doubled, or another one."""
    others = {"lf": "\n", "cr": "\r", "crlf": "\r\n", "crcrlf": "\r\r\n"}
    joiners = {"missing": "", "u2028": "\u2028", "nel": "\x85", "vt": "\x0b", "space": " "}
    for base in BASES:
        pieces = base.pieces()
        for r, piece in enumerate(pieces):
            body = piece.text.removesuffix(base.end)
            doubled = [*pieces[: r + 1], Piece(base.end), *pieces[r + 1 :]]
            yield make_variant(base, f"line-end-doubled/row{r}", doubled)
            for name, end in others.items():
                if end != base.end:
                    yield make_variant(
                        base, f"line-end-{name}/row{r}", swap(pieces, r, body + end), torn=r
                    )
            if r + 1 == len(pieces):
                continue
            for name, end in joiners.items():
                damaged = {r - 1} | reach(pieces, r + 1, opens=False)
                why = TOGETHER if r else HEADER
                damaged = damaged if r else base.everything()
                file = swap(pieces, r, body + end)
                yield make_variant(base, f"line-end-{name}/row{r}", file, damaged, why, torn=r)


def rows_otherwise() -> Iterator[Variant]:
    """One row in another dialect, cut short, moved, twice, or as a single cell."""
    for base in BASES:
        pieces, records = base.pieces(), base.records()
        for r in range(1, len(records)):
            cells, text = records[r], pieces[r].text
            changes = {
                f"delimited-by-{ord(other):#x}": other.join(cells) + base.end
                for other in ",;\t| "
                if other != base.delimiter
            }
            line = base.delimiter.join(cells)
            changes["in-quotes"] = '"' + line.replace('"', '""') + '"' + base.end
            changes["moved-right"] = base.join(["", *cells[:-1]])
            changes["moved-left"] = base.join([*cells[1:], ""])
            changes["backwards"] = base.join(cells[::-1])
            for kept in range(1, len(cells) - (0 if cells[-1] else 1)):
                changes[f"short-{kept}"] = base.join(cells[:kept])
            for name, changed in changes.items():
                if not changed.strip():
                    continue  # nothing is left of the row
                alone = name == "short-1" or not any(c in changed for c in (base.delimiter, '"'))
                damaged = beside(base, r, 1, 1) if alone else reach(pieces, r, opens=False)
                yield make_variant(
                    base, f"row-{name}/row{r}", swap(pieces, r, changed), damaged, TOUCHED, torn=r
                )
            twice = [*pieces[: r + 1], Piece(text), *pieces[r + 1 :]]
            yield make_variant(base, f"row-twice/row{r}", twice, {r - 1}, "which one is meant?")
