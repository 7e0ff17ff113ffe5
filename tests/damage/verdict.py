"""What the importer makes of a variant, held against what was meant."""

from __future__ import annotations

import os
import re
import tempfile
import traceback
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from unittest import mock

from damage.owner import FIELDS, Invoice
from damage.variant import Meant, Variant
from importer.errors import ImporterError
from importer.read import read_table
from importer.table import Invoices, Table
from importer.validate import interpret

ONCE_WRONG = (
    "*/quoted-by-apostrophes",
    "*/encoding-iso2022_jp",
    "*/header-glued-due_date",
    "csv/*/references-*",
    "csv/*/cell-reference_id-2[3-8]",
    "xlsx/openpyxl/reference-*",
    "xlsx/openpyxl/note-*",
)
"""Variants of which a row once went out wrongly: they are always judged."""

RAM_DISK = Path("/dev/shm")
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a variant.

    Attributes:
        name: The variant's.
        wrong: Rows that are ready and not as the owner meant them.
        vanished: Rows of the owner's that are neither ready nor reported.
        lost: Rows that the damage didn't touch and that aren't ready.
        untouched: How many rows the damage didn't touch.
        refusal: The message, where the whole file was refused.
    """

    name: str
    wrong: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    untouched: int = 0
    refusal: str | None = None


def read(variant: Variant) -> tuple[Table, Invoices] | ImporterError:
    """Read a variant as the importer does; return its refusal where it is refused."""
    with tempfile.TemporaryDirectory(dir=RAM_DISK if RAM_DISK.is_dir() else None) as folder:
        path = Path(folder) / variant.file
        path.write_bytes(variant.data)
        try:
            table = read_table(path, variant.opening)
            return table, interpret(table, variant.reading)
        except ImporterError as exc:
            return exc


def judge(variant: Variant, result: tuple[Table, Invoices] | ImporterError) -> Verdict:
    """Hold what came out against what was meant.

    Args:
        variant: The damaged file.
        result: What `read` made of it.
    """
    untouched = [meant for meant in variant.meant if not meant.damaged]
    if isinstance(result, ImporterError):
        lost = tuple(f"{meant.invoice.reference_id}: refused" for meant in untouched)
        blank = () if str(result).strip() else ("refused without a word",)
        return Verdict(variant.name, (), blank, lost, len(untouched), str(result))
    table, invoices = result
    ready, wrong = _match(variant, table, invoices)
    missing = [meant for meant in variant.meant if id(meant) not in ready]
    reported = _reported(table, invoices)
    vanished = tuple(
        f"{_where(meant)} {meant.invoice.reference_id}"
        for meant in missing
        if not _is_reported(meant, reported, table) and not wrong
    )
    lost = tuple(
        f"{_where(meant)} {meant.invoice.reference_id}: {_reason(meant, table, invoices)}"
        for meant in missing
        if not meant.damaged
    )
    return Verdict(variant.name, tuple(wrong), vanished, lost, len(untouched))


def _match(variant: Variant, table: Table, invoices: Invoices) -> tuple[set[int], list[str]]:
    """Return which of the owner's rows are ready, and what is wrong with rows that are."""
    invalid = invoices.invalid_rows()
    found: set[int] = set()
    wrong = []
    for row in invoices.frame.select("row", *FIELDS).iter_rows(named=True):
        if (number := row.pop("row")) in invalid:
            continue
        place = f"row {number} ({table.place(number)})"
        same = [m for m in variant.meant if _plain(m.invoice) == _plain(Invoice(**row))]
        at_home = [m for m in same if _stands_at(m, number, table)]
        if not same:
            wrong.append(f"{place} is ready as nobody meant it: {row}")
        elif not at_home:
            wrong.append(f"{place} is ready under a wrong number: it is {_where(same[0])}")
        elif id(at_home[0]) in found:
            wrong.append(f"{place} is ready twice")
        else:
            found.add(id(at_home[0]))
    return found, wrong


def _plain(invoice: Invoice) -> tuple[object, ...]:
    """Return what is compared: line ends in notes are the file's, not the owner's."""
    values = {name: getattr(invoice, name) for name in FIELDS}
    values["note"] = re.sub(r"\r\n|\r", "\n", values["note"] or "").strip()
    return tuple(values.values())


def _stands_at(meant: Meant, number: int, table: Table) -> bool:
    if meant.line is not None and table.place(number) != f"line {meant.line}":
        return False
    return meant.number in {None, number}


def _reported(table: Table, invoices: Invoices) -> tuple[set[int], set[str], set[int]]:
    """Return the rows and places that issues name, and the numbers in the file's warnings."""
    rows = {issue.row for issue in invoices.issues}
    places = {table.place(issue.row) for issue in invoices.issues}
    named = {int(digits) for digits in re.findall(r"\d+", " ".join(table.warnings))}
    return rows, places, named


def _is_reported(meant: Meant, reported: tuple[set[int], set[str], set[int]], table: Table) -> bool:
    rows, places, named = reported
    if meant.line == table.header_row and rows:
        return True  # it ran into the header: what is said of the rows below is said of both
    if meant.line is None:
        return meant.number in rows or meant.number in named
    return f"line {meant.line}" in places or bool({meant.line, meant.number} & named)


def _where(meant: Meant) -> str:
    return f"row {meant.number}" if meant.line is None else f"line {meant.line}"


def _reason(meant: Meant, table: Table, invoices: Invoices) -> str:
    said = [
        f"{issue.code}: {issue.message}"
        for issue in invoices.issues
        if _stands_at(meant, issue.row, table)
    ]
    return said[0] if said else "nothing is said"


@cache
def groups() -> tuple[dict[str, Variant], ...]:
    """Return the variants of each generator by their names."""
    from damage import generators  # noqa: PLC0415 they take a second, and only workers need them

    found = tuple({variant.name: variant for variant in make()} for make in generators.ALL)
    counts = Counter(name for group in found for name in group)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise ValueError(f"two variants are called {twice[0]}")
    return found


@cache
def all_variants() -> dict[str, Variant]:
    """Return every variant by its name."""
    return {name: variant for group in groups() for name, variant in group.items()}


def select(share: int) -> list[str]:
    """Return the names of some variants: the same ones every time, some of each generator.

    What was once wrong is always among them.

    Args:
        share: Of text files one in so many; of workbooks, which are fewer, two.
    """
    chosen: list[str] = []
    for group in groups():
        kept = 2 if next(iter(group)).startswith("xlsx/") else 1
        shuffled = sorted(group, key=lambda name: zlib.crc32(name.encode()))
        count = -(-len(group) * kept // share)
        chosen += shuffled[:count]
        chosen += (n for n in shuffled[count:] if any(fnmatch(n, p) for p in ONCE_WRONG))
    return chosen


def judge_one(name: str) -> Verdict:
    """Read and judge one variant; an error that isn't ours is a row gone wrong."""
    variant = all_variants()[name]
    try:
        return judge(variant, read(variant))
    except Exception as exc:  # noqa: BLE001 whatever it is, the variant has to be told
        where = traceback.extract_tb(exc.__traceback__)[-1]
        at = f"{Path(where.filename).name}:{where.lineno}"
        return Verdict(name, wrong=(f"crash: {type(exc).__name__}: {exc} ({at})",))


def judge_all(names: Iterable[str]) -> Iterator[Verdict]:
    """Read and judge variants over several processes, in order."""
    # Spawned, not forked: polars has threads of its own. One is enough for a few rows.
    pool = ProcessPoolExecutor(PROCESSES, get_context("spawn"))
    with pool, mock.patch.dict(os.environ, POLARS_MAX_THREADS="1"):
        yield from pool.map(judge_one, names, chunksize=20)


@dataclass(frozen=True, slots=True)
class Figures:
    """What all variants came to.

    Attributes:
        verdicts: One per variant.
    """

    verdicts: tuple[Verdict, ...]

    @property
    def wrong(self) -> list[Verdict]:
        """The variants with a row that is ready and not as it was meant."""
        return [verdict for verdict in self.verdicts if verdict.wrong]

    @property
    def vanished(self) -> list[Verdict]:
        """The variants with a row that is neither ready nor reported."""
        return [verdict for verdict in self.verdicts if verdict.vanished]

    @property
    def lost(self) -> list[Verdict]:
        """The variants in which a row that wasn't touched isn't ready."""
        return [verdict for verdict in self.verdicts if verdict.lost]

    @property
    def share(self) -> float:
        """In what share of the variants that have such rows all untouched rows are ready."""
        told_apart = [verdict for verdict in self.verdicts if verdict.untouched]
        return 1 - len(self.lost) / len(told_apart)

    def __str__(self) -> str:
        told_apart = sum(1 for verdict in self.verdicts if verdict.untouched)
        rows = sum(len(verdict.wrong) for verdict in self.verdicts)
        return (
            f"{len(self.verdicts):,} damaged files: {rows} rows ready that differ from their "
            f"owner's meaning, {len(self.vanished)} files with a row that vanished; the undamaged "
            f"rows are ready in {self.share:.1%} of the {told_apart:,} files that have any"
        )
