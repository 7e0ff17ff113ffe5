"""References that are almost the same: told to the user, never decided. Pure.

Two references with one key are one invoice. Here are those that are two by their keys and perhaps
one in their owner's mind: numbers that a spreadsheet program robbed of their leading zeros, and
texts that look the same to everybody who reads them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import starmap

import polars as pl

from importer.clean.cells import shown
from importer.model import Code, Field, Issue, Severity, explain
from importer.table import ROW, ColumnMap

NUMBER = r"^[0-9]+$"
"""A key of digits alone: what a spreadsheet program takes for a number when it opens a CSV."""

PADDED = r"^0[0-9]*$"
"""One of those that begins with a zero."""

MOST_NAMED = 10
"""How many other rows or references a message names."""

NON_ASCII = r"[^\x00-\x7f]"

FORMS = (
    pl.col("reference"),
    pl.col("reference").str.to_uppercase(),
    pl.col("reference").str.to_lowercase(),
)
"""What is compared: Cyrillic En looks like H, its small letter like no Latin one."""

Place = Callable[[int, str | None], str]
"""Where a row is, as of `Table.place`."""

_Twins = Iterator[tuple[int, str, list[int | None], list[str]]]
"""A row, its reference, and the rows and references of others: None where one is in no row."""


def is_number(key: str) -> bool:
    """Tell whether a reference's key is digits alone."""
    return key.isascii() and key.isdigit()


def zero_key(key: str) -> str:
    """Return what two numbers share that differ only in leading zeros.

    Args:
        key: A key for which `is_number` holds.
    """
    return key.lstrip("0") or "0"


def name_rows(rows: Sequence[int], place: Place, *, total: int | None = None) -> str:
    """Return rows as a message names them: `row 7`, `lines 2, 6 and 9`; ten at most.

    Args:
        rows: The rows' numbers as the sheet shows them; at least one.
        place: Where each of them is.
        total: How many there are in all, where not all are given.
    """
    parted = [place(row, None).rpartition(" ") for row in rows[:MOST_NAMED]]
    noun, numbers = parted[0][0], [number for _, _, number in parted]
    if len(numbers) == 1:
        return f"{noun} {numbers[0]}"
    more = (total or len(rows)) - len(numbers)
    last = f"{more:,} more" if more else numbers.pop()
    return f"{noun}s {', '.join(numbers)} and {last}"


def in_file(frame: pl.DataFrame, columns: ColumnMap, place: Place) -> tuple[Issue, ...]:
    """Tell which references of a file are almost each other's.

    Args:
        frame: Rows with `row`, `reference_id` and `key`, as in `Invoices.frame`.
        columns: Which column of the file each field came from.
        place: Where a row is.

    Returns:
        A warning for each of two numbers that differ only in leading zeros; an issue for each of
        two references that look alike, where one of them isn't ASCII.
    """
    header = columns.header(Field.REFERENCE_ID)

    def other(row: int | None, reference: str) -> str:
        return shown(reference) if row is None else f"{shown(reference)} ({place(row, None)})"

    texts = _texts(frame)
    return (
        *_zero_issues(_zero_twins(texts, texts), header, other),
        *_look_issues(_look_twins(texts, texts), header, other),
    )


def with_known(
    frame: pl.DataFrame, columns: ColumnMap, known: Mapping[str, str]
) -> tuple[Issue, ...]:
    """Tell which references of a file are almost those of invoices that are known already.

    A row whose own reference is known in that spelling is nothing new, and a known reference that
    another row has is a matter of `in_file`.

    Args:
        frame: Rows with `row`, `reference_id` and `key`, as in `Invoices.frame`.
        columns: Which column of the file each field came from.
        known: References that the ledger or the API knows, by their keys.

    Returns:
        An issue for each row whose reference is known in other letters, small or capital; a warning
        for each number that differs from a known one only in leading zeros; an issue for each
        reference that looks like a known one, where one of them isn't ASCII.
    """
    if not known:
        return ()
    header = columns.header(Field.REFERENCE_ID)
    theirs = pl.DataFrame(
        {"key": list(known), "reference": list(known.values())},
        schema={"key": pl.String, "reference": pl.String},
    ).select(pl.lit(None, dtype=pl.UInt32).alias(ROW), "key", "reference")
    ours = _texts(frame)
    new = ours.join(theirs, on="key", how="anti", maintain_order="left")
    strange = theirs.join(ours, on="key", how="anti")

    def other(row: int | None, reference: str) -> str:
        del row
        return f"the known reference {shown(reference)}"

    return (
        *_case_issues(ours, theirs, header),
        *_zero_issues(_zero_twins(new, strange), header, other),
        *_look_issues(_look_twins(new, strange), header, other),
    )


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(ROW, "key", pl.col(Field.REFERENCE_ID).alias("reference")).drop_nulls("key")


def _zero_twins(ours: pl.DataFrame, others: pl.DataFrame) -> _Twins:
    """Yield the rows of ours whose number others write with more or fewer leading zeros."""
    number = pl.col("key").str.contains(NUMBER)
    if not _any(pl.col("key").str.contains(PADDED), ours, others):
        return iter(())
    bare = pl.col("key").str.strip_chars_start("0").alias("group")
    mark = pl.col("key").alias("mark")
    return _twins(
        ours.filter(number).with_columns(bare, mark), others.filter(number).with_columns(bare, mark)
    )


def _look_twins(ours: pl.DataFrame, others: pl.DataFrame) -> _Twins:
    """Yield the rows of ours which look like others', where that is not ASCII's own likeness.

    `INV-O1` and `INV-01` are two references; that they look alike is nothing to hold them back for.
    So the characters beyond ASCII must differ.
    """
    odd = pl.col("key").str.len_bytes() != pl.col("key").str.len_chars()
    if not _any(odd, ours, others):
        return iter(())
    odd_ours, odd_others = _odd_skeletons(ours.filter(odd)), _odd_skeletons(others.filter(odd))
    groups = pl.concat([odd_ours["group"], odd_others["group"]])
    groups = groups.filter(~groups.str.contains(NON_ASCII)).unique()
    if groups.is_empty():
        return _twins(odd_ours, odd_others)
    return _twins(
        pl.concat([odd_ours, _ascii_skeletons(ours.filter(~odd), groups)]),
        pl.concat([odd_others, _ascii_skeletons(others.filter(~odd), groups)]),
    )


def _any(odd: pl.Expr, ours: pl.DataFrame, others: pl.DataFrame) -> bool:
    """Tell whether anything of ours or of others, which may be ours, is odd."""
    frames = [ours] if others is ours else [ours, others]
    return any(frame.select(odd.any()).item() for frame in frames)


def _twins(ours: pl.DataFrame, others: pl.DataFrame) -> _Twins:
    """Yield each row of ours with the others of its `group` that have another `mark`."""
    one_each = others.unique(["group", "mark"], keep="first", maintain_order=True)
    met = (
        ours.join(one_each, on="group", suffix="_other", maintain_order="left_right")
        .filter(pl.col("mark") != pl.col("mark_other"))
        .unique([ROW, "reference_other"], keep="first", maintain_order=True)
        .group_by(ROW, maintain_order=True)
        .agg(
            pl.col("reference").first(),
            pl.col(f"{ROW}_other").head(MOST_NAMED),
            pl.col("reference_other").head(MOST_NAMED),
        )
    )
    yield from met.sort(ROW).iter_rows()


def _odd_skeletons(texts: pl.DataFrame) -> pl.DataFrame:
    """Return texts that aren't ASCII with their `group` and, as `mark`, what makes them so."""
    mark = pl.col("key").str.replace_all(r"[\x00-\x7f]", "").alias("mark")
    marked = texts.with_columns(mark)
    return pl.concat(
        [marked.with_columns(_skeleton(form, _prototypes()).alias("group")) for form in FORMS]
    )


def _ascii_skeletons(texts: pl.DataFrame, groups: pl.Series) -> pl.DataFrame:
    """Return those ASCII texts that are of one of these groups, with an empty `mark`."""
    prototypes = {c: prototype for c, prototype in _prototypes().items() if c.isascii()}
    marked = texts.with_columns(pl.lit("").alias("mark"))
    return pl.concat(
        [
            marked.with_columns(_skeleton(form, prototypes).alias("group")).filter(
                pl.col("group").is_in(groups.implode())
            )
            for form in FORMS
        ]
    )


def _skeleton(form: pl.Expr, prototypes: Mapping[str, str]) -> pl.Expr:
    """Return what texts share that look alike: their skeletons, by UTS #39, section 4."""
    decomposed = form.str.normalize("NFKD")
    return decomposed.str.replace_many(list(prototypes), list(prototypes.values()))


@cache
def _prototypes() -> Mapping[str, str]:
    """Return what each character that looks like another stands for.

    From Unicode's confusables.txt (UTS #39), in which every class is a prototype and those that
    look like it: so the one of a class that has several neighbours is the prototype.
    """
    # Takes long to load, and is seldom needed.
    from confusable_homoglyphs.confusables import (  # type: ignore[import-untyped] # noqa: PLC0415
        confusables_data,
    )

    found = {}
    for character, alike in confusables_data.items():
        if len(character) > 1 or len(alike) != 1:
            continue
        prototype = alike[0]["c"]
        mutual = len(confusables_data[prototype]) == 1
        if not (mutual and len(prototype) == 1 and prototype > character):
            found[character] = prototype.strip("\N{LEFT-TO-RIGHT MARK}")
    return found


def _case_issues(ours: pl.DataFrame, theirs: pl.DataFrame, header: str) -> Iterator[Issue]:
    """Yield an issue for each row whose reference is known in another spelling."""
    met = ours.join(theirs, on="key", suffix="_other", maintain_order="left").filter(
        pl.col("reference") != pl.col("reference_other")
    )
    for row, reference, known in met.select(ROW, "reference", "reference_other").iter_rows():
        if _spelling(reference) != _spelling(known):
            yield Issue(
                Code.REFERENCE_DUPLICATE,
                row,
                header,
                reference,
                explain(
                    f"{shown(reference)} and the known reference {shown(known)} differ only in "
                    "small and capital letters",
                    "expected one spelling for one invoice",
                    f"write {shown(known)} if it is that invoice; otherwise give it a reference "
                    "that differs in more.",
                ),
            )


def _spelling(reference: str) -> str:
    """Return a reference as far as its spelling matters: `reference_key` without its folding."""
    return unicodedata.normalize("NFC", " ".join(reference.split()))


def _zero_issues(
    twins: _Twins, header: str, other: Callable[[int | None, str], str]
) -> Iterator[Issue]:
    for row, reference, rows, references in twins:
        named = " and ".join(starmap(other, zip(rows, references, strict=True)))
        message = explain(
            f"{shown(reference)} differs from {named} only in leading zeros",
            "expected one way to write a number",
            "if Excel dropped the zeros, format the column as Text and type them again; if these "
            "really are different invoices, there is nothing to do.",
        )
        yield Issue(Code.LEADING_ZEROS, row, header, reference, message, Severity.WARNING)


def _look_issues(
    twins: _Twins, header: str, other: Callable[[int | None, str], str]
) -> Iterator[Issue]:
    for row, reference, rows, references in twins:
        odd = _odd_one(reference, references[0])
        named = unicodedata.name(odd, f"U+{ord(odd):04X}").capitalize()
        message = explain(
            f"{shown(reference)} looks like {other(rows[0], references[0])}, but one of them is "
            f'written with "{odd}" ({named})',
            "expected references that people can tell apart",
            "if they are one invoice, write it the same way and only once; otherwise give this row "
            "a reference that differs in more.",
        )
        yield Issue(Code.REFERENCE_LOOKS_ALIKE, row, header, reference, message)


def _odd_one(one: str, other: str) -> str:
    """Return the first character beyond ASCII that just one of two references has."""
    differing = set(one) ^ set(other)
    strange = [c for c in one + other if c in differing and not c.isascii()]
    return strange[0] if strange else next(c for c in one + other if not c.isascii())
