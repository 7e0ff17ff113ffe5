"""A valid file damaged in over 1,500 ways: nothing goes out that its owner didn't mean."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from damage.__main__ import main
from damage.variant import Variant
from damage.verdict import Figures, all_variants, groups, judge, judge_all, read, select
from importer.errors import FileError
from importer.validate import interpret

FEWEST, LEAST_SHARE = 1_500, 0.95
SHARE = int(os.environ.get("DAMAGE_ONE_IN", "5"))
"""One variant in so many is judged; `python -m damage` judges all."""


DIGEST = """
import hashlib
from damage.verdict import all_variants
data = [name.encode() + variant.data for name, variant in all_variants().items()]
print(hashlib.sha256(b"".join(data)).hexdigest())
"""


@pytest.fixture(scope="module")
def figures() -> Figures:
    """Return what the variants came to."""
    return Figures(tuple(judge_all(select(SHARE))))


def test_no_row_is_ready_that_differs_from_its_owners_meaning(
    figures: Figures, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is done to a file, a row that is ready is one of the owner's, under its number."""
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201 the figures are asked for
    assert len(figures.verdicts) >= FEWEST
    wrong = [f"{verdict.name}: {verdict.wrong[0]}" for verdict in figures.wrong]
    assert not wrong, "\n".join(wrong[:20])


def test_untouched_rows_are_ready(figures: Figures) -> None:
    """The rows that the damage didn't touch are ready in at least 95 % of the files."""
    lost = [f"{verdict.name}: {verdict.lost[0]}" for verdict in figures.lost]
    assert figures.share >= LEAST_SHARE, "\n".join(lost[:20])


def test_no_row_vanishes(figures: Figures) -> None:
    """A row that isn't ready has an issue, a warning that names it, or the file is refused."""
    vanished = [f"{verdict.name}: {verdict.vanished[0]}" for verdict in figures.vanished]
    assert not vanished, "\n".join(vanished[:20])


def test_every_generator_has_its_share() -> None:
    """Of every way to damage a file, some variants are among those that are judged."""
    chosen = set(select(SHARE))
    assert all(chosen & group.keys() for group in groups())
    assert set(select(1)) == set(all_variants())


@pytest.fixture
def plain() -> Variant:
    """Return a variant that isn't damaged at all."""
    return all_variants()["csv/plain/no-last-line-end"]


def test_a_valid_file_passes(plain: Variant) -> None:
    """All rows of a file that isn't damaged are ready."""
    verdict = judge(plain, read(plain))
    assert verdict.untouched == len(plain.meant)
    assert not [*verdict.wrong, *verdict.vanished, *verdict.lost]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference_id", "MLV-1"),
        ("counterparty_id", 1),
        ("currency", "XOF"),
        ("note", "Rent"),
        ("as_payment_link", None),
        ("due_date", "2027-01-01T00:00:00Z"),
        ("row", 100),
    ],
)
def test_a_value_read_wrongly_is_noticed(plain: Variant, field: str, value: object) -> None:
    """One cell that differs from what was meant, or one wrong row number, is told."""
    table, invoices = read(plain)
    column = invoices.frame[field].clone()
    column[len(plain.meant) - 1] = value
    changed = replace(invoices, frame=invoices.frame.with_columns(column))
    assert len(judge(plain, (table, changed)).wrong) == 1


def test_rows_merged_missing_or_doubled_are_noticed(plain: Variant) -> None:
    """A row that is gone has vanished; one that is there twice is wrong."""
    table, invoices = read(plain)
    gone = replace(invoices, frame=invoices.frame.slice(1))
    assert len(judge(plain, (table, gone)).vanished) == 1
    twice = replace(invoices, frame=pl.concat([invoices.frame.head(1), invoices.frame]))
    assert judge(plain, (table, twice)).wrong


@pytest.mark.parametrize(
    "name",
    [
        "csv/note-last/delimiter-extra-before/row6-col5",
        "csv/plain/quote-after/row1-col0",
        "csv/plain/quote-pair/row3-to4-col3",
        "csv/note-last/break-inside/row6-col6",
        "csv/note-last/line-end-vt/row8",
    ],
)
def test_damage_that_the_reader_kept_quiet_about_is_noticed(name: str) -> None:
    """Without the issues of the reader, rows go out that nobody meant: the damage is real."""
    variant = all_variants()[name]
    table, invoices = read(variant)
    assert not judge(variant, (table, invoices)).wrong
    table = replace(table, issues=())
    assert judge(variant, (table, interpret(table, variant.reading))).wrong


def test_a_refused_file_loses_its_rows_but_sends_none(plain: Variant) -> None:
    """A refusal is a report, and counts against the rows that weren't touched."""
    verdict = judge(plain, FileError("This is no invoice file. Nothing was sent."))
    assert not verdict.wrong
    assert not verdict.vanished
    assert len(verdict.lost) == len(plain.meant)


def test_a_variant_can_be_looked_at(plain: Variant) -> None:
    """The command shows a variant's bytes, what was meant and what came out."""
    result = CliRunner().invoke(main, [plain.name])
    assert "meant:" in result.output
    assert "came out:" in result.output
    assert "MLV-0001,4012,USD" in result.output


def test_every_variant_is_always_the_same() -> None:
    """A name means the same bytes in every process, whatever its sets and the clock do."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=Path(__file__).parents[1],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1
