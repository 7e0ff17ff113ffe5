"""The header row of a text file: misspelled, blank, twice, tall, in other words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from damage.owner import OWN
from damage.pieces import BASES, Base, Piece, make_variant
from damage.variant import Variant
from importer.clean import Reading
from importer.model import Field
from importer.read import Opening

NEARLY_DUE = {
    "shortened": "due_dat",
    "letters": "due_daet",
    "longer": "due_date_x",
    "joined": "duedate1",
    "glued": "due_dateDepartment",
    "cyrillic": "du\u0435_date",
    "typo": "deu_date",
    "spaced": "due _ date",
    "plural": "due_dates",
}
"""Headers that could be the due date's: without one, rows would go out without their dates."""


def retitled(base: Base, name: str, titles: list[str], damaged: set[int] | None = None) -> Variant:
    """Return a variant whose header row is another."""
    text = base.join([base.quote(title) for title in titles])
    file = swap_first(base.pieces(), text)
    return make_variant(base, f"header-{name}", file, damaged, "the header says what is meant")


def headers_written_otherwise() -> Iterator[Variant]:
    """All headers in capitals, as words, with spaces, stars, line breaks; blank, or none."""
    for base in BASES:
        everything, columns = base.everything(), base.columns
        yield make_variant(base, "header-missing", base.pieces()[1:], everything, "no header")
        yield retitled(base, "upper", [c.upper() for c in columns])
        yield retitled(base, "words", [c.replace("_", " ").title() for c in columns])
        yield retitled(base, "spaces", [f"  {c} " for c in columns])
        yield retitled(base, "nbsp", [c.replace("_", "\xa0") for c in columns])
        yield retitled(base, "line-breaks", [c.replace("_", "\n") for c in columns])
        yield retitled(base, "full-width", [to_full_width(c) for c in columns], everything)
        yield retitled(base, "stars", [f"{c}*" for c in columns], everything)
        yield retitled(base, "zero-width", [f"\u200b{c}" for c in columns], everything)
        yield retitled(base, "all-blank", ["" for _ in columns], everything)


def headers() -> Iterator[Variant]:
    """One header blank, misspelled, or another column's; one column twice."""
    for base in BASES:
        records, columns = base.records(), list(base.columns)
        for c, column in enumerate(columns):
            damaged = set() if column == OWN else base.everything()
            changes = {"blank": "", "shortened": column[:-1], "letters": column[::-1]}
            if column == "due_date":
                changes = {"blank": "", **NEARLY_DUE}
            for name, text in changes.items():
                titles = [*columns[:c], text, *columns[c + 1 :]]
                yield retitled(base, f"{name}-{column}", titles, damaged)
            for d, second in enumerate(columns):
                if c == d or (column == OWN and second == "due_date"):
                    continue  # nobody can tell that a column of the owner's own was the due date
                titles = [*columns[:d], column, *columns[d + 1 :]]
                yield retitled(base, f"{column}-instead-of-{second}", titles, base.everything())
            extra = [[*cells, cells[c]] for cells in records]
            file = [Piece(base.join(x), i - 1 if i else None) for i, x in enumerate(extra)]
            yield make_variant(base, f"column-twice-{column}", file, damaged, "which is meant?")


def swap_first(pieces: list[Piece], text: str) -> list[Piece]:
    """Return the pieces with another header."""
    return [replace(pieces[0], text=text), *pieces[1:]]


def to_full_width(text: str) -> str:
    """Return a text in full-width letters, as East Asian keyboards write them."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def tall_headers() -> Iterator[Variant]:
    """Headers in two and three rows, whose words only together name the columns."""
    for base in BASES:
        pieces, columns = base.pieces(), base.columns
        parts = [column.split("_") for column in columns]
        for height in (2, 3):
            rows = []
            for level in range(height):
                words = [
                    " ".join(part[level:])
                    if level == height - 1
                    else (part[level : level + 1] or [""])[0]
                    for part in parts
                ]
                rows.append(Piece(base.join([base.quote(word) for word in words])))
            yield make_variant(base, f"header-of-{height}-rows", [*rows, *pieces[1:]])
            blank = [Piece(base.join([""] * len(columns)))] * (height - 1)
            yield make_variant(base, f"header-{height}-below-blank", [*blank, *pieces])
            units = Piece(base.join(["(text)"] * len(columns)))
            file = [pieces[0], *[units] * (height - 1), *pieces[1:]]
            yield make_variant(base, f"header-{height}-with-units", file)
        groups = [""] * len(columns)
        groups[0], groups[3] = "Invoice", "Details"
        yield make_variant(base, "header-with-groups", [Piece(base.join(groups)), *pieces])


MAPPED = {
    "reference_id": "Our no.",
    "counterparty_id": "Who",
    "currency": "Money",
    "note": "What",
    "fee_bearer": "Fees",
    "as_payment_link": "Link?",
    "due_date": "Until",
}


def mappings() -> Iterator[Variant]:
    """Headers that only the user's own mapping knows, all of them or one."""
    mapping = {header: Field(name) for name, header in MAPPED.items()}
    for base in BASES:
        named = replace(base, headers=tuple(MAPPED.items()))
        yield make_variant(
            base, "mapped", named.pieces(), opening=Opening(columns=mapping),
            reading=Reading(columns=mapping),
        )  # fmt: skip
        yield make_variant(base, "mapped-not", named.pieces(), base.everything(), "unknown headers")
        for name, header in MAPPED.items():
            one = replace(base, headers=((name, header),))
            mapping_of_one = {header: Field(name)}
            yield make_variant(
                base, f"mapped-{name}", one.pieces(), opening=Opening(columns=mapping_of_one),
                reading=Reading(columns=mapping_of_one),
            )  # fmt: skip
