"""What stands around a table in a text file: titles, footers, other tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from damage.owner import FIELDS, PLAIN, Row, instant, make_row
from damage.pieces import BASES, Base, Piece, make_variant
from damage.variant import Variant

ABOVE = {
    "title": ["Invoices of March"],
    "title-blank": ["Invoices of March", None],
    "two-titles": ["Acme SARL", "Invoices of March", None],
    "meta": ["Created,2027-01-03", "By,Ama", None],
    "meta-of-fields": ["Currency: USD", "Reference: March run", None],
    "currency-cell": ["currency,USD", None],
    "blank-title-blank": [None, "Invoices", None, None],
    "quoted-title": ['"Invoices, all of March"', None],
    "comment": ["# written by a program", "# with two lines"],
    "apostrophe": ["Acme's invoices", None],
    "five-lines": ["Acme", "Street 7", "Lomé", "Togo", "Tel. 123", None],
    "groups": ["Invoice,,,What,,,When"],
    "thirty-blank": [None] * 30,
    "twenty-nine-lines": [f"line {i}" for i in range(29)],
    "forty-lines": [f"line {i}" for i in range(40)],
    "dashes": ["-----,-----,-----,-----,-----,-----,-----"],
    "few-fields": ["reference_id,currency"],
}
BELOW = {
    "total": ["Total,10,,,,,"],
    "blank-total": [None, "Total,,,,,,"],
    "grand-total": [None, "Grand Total,,,,,,,"],
    "total-alone": [None, "Total: 10"],
    "french": [None, "Total général,,,,,,"],
    "portuguese": [None, "Total geral,,,,,,"],
    "spanish": [None, "Suma,,,,,,"],
    "page": [None, "Page 1 of 2"],
    "page-cells": [",,,Page 2/3,,,"],
    "end": [None, "End of report"],
    "printed": [None, "Printed on 2027-01-03 by Ama"],
    "note": [None, "* due dates are those of the contract"],
    "signature": [None, None, "Approved by: ____________"],
    "count": [None, "10 rows"],
    "legend": [None, "PAYER,the customer pays", "PAYEE,we pay"],
    "total-with-reference": ["MLV-0011,Total,,,,,"],
    "reference-alone": ["MLV-0012,,,,,,"],
    "total-of-reference": [None, "Total MLV-0010,,,,,,"],
    "sums": [",40175,,,,,"],
    "sql": ["(10 rows affected)"],
    "closing-quote": [None, '"'],
    "dashes": ["-----,-----,-----,-----,-----,-----,-----"],
    "delimiters": [",,,,,,,,,,,,,,"],
}


def lines_of(base: Base, lines: list[str | None]) -> list[Piece]:
    """Return lines that are written with commas, as this file would have them; None is a blank."""
    return [
        Piece((line or "").replace(",", base.delimiter) + base.end)
        if '"' not in (line or "")
        else Piece((line or "") + base.end)
        for line in lines
    ]


def surroundings() -> Iterator[Variant]:
    """Titles above and footers below, of one cell and of many, with and without blank lines."""
    for base in BASES:
        pieces = base.pieces()
        for name, lines in ABOVE.items():
            far = len(lines) >= 30
            damaged = base.everything() if far else set()
            file = [*lines_of(base, lines), *pieces]
            yield make_variant(base, f"above-{name}", file, damaged, "too far down")
        for name, lines in BELOW.items():
            alone = lines[0] is not None and len(_cells(lines[0])) == 1
            damaged = {len(base.rows) - 1} if alone else set()
            file = [*pieces, *lines_of(base, lines)]
            yield make_variant(base, f"below-{name}", file, damaged, "a cell broken off?")
        for name in ("page", "total", "blank-total", "note"):
            lines = BELOW[name]
            alone = lines[0] is not None and len(_cells(lines[0])) == 1
            file = [*pieces[:5], *lines_of(base, lines), *pieces[5:]]
            yield make_variant(base, f"amid-{name}", file, {4} if name == "note" else set(), "?")
            file = [*pieces[:5], *lines_of(base, lines), pieces[0], *pieces[5:]]
            yield make_variant(
                base, f"amid-{name}-and-header", file, base.everything(), "another table?"
            )
        yield make_variant(base, "header-again", [*pieces[:5], pieces[0], *pieces[5:]])
        blank = Piece(base.end)
        again = [*pieces[:5], blank, pieces[0], *pieces[5:]]
        yield make_variant(base, "header-again-after-blank", again, base.everything(), "two tables")


def _cells(line: str) -> list[str]:
    return line.split(",")


def second_tables() -> Iterator[Variant]:
    """A second table below or beside: which one is meant is not for us to say."""
    payments = ["payment,date,amount", "P-1,2027-01-03,12.50", "P-2,2027-01-04,99.00"]
    wide = ["a,b,c,d,e,f,g,h,i,j", "1,2,3,4,5,6,7,8,9,10"]
    other = ["reference_id,counterparty_id,currency,note,fee_bearer,as_payment_link,paid_on,by",
             "OLD-1,5,USD,paid long ago,PAYER,yes,2020-01-31,Ama"]  # fmt: skip
    old = ["OLD-1,5,USD,paid long ago,PAYER,yes,2020-01-31,Ama"]
    tables = {
        "payments": payments,
        "wide": wide,
        "other": other,
        "lookup": ["USD,dollar", "EUR,euro"],
    }
    for base in BASES:
        pieces, everything = base.pieces(), base.everything()
        for name, lines in tables.items():
            for gap in (0, 1, 3):
                below = [*pieces, *[Piece(base.end)] * gap, *lines_of(base, lines)]
                yield make_variant(
                    base, f"table-{name}-below-{gap}", below, everything, "which one is meant?"
                )
                if gap:
                    above = [*lines_of(base, lines), *[Piece(base.end)] * gap, *pieces]
                    yield make_variant(
                        base, f"table-{name}-above-{gap}", above, everything, "which one is meant?"
                    )
        if base.name == "plain":
            file = [*pieces, Piece(base.end), *lines_of(base, ["Paid already"]), pieces[0]]
            file += lines_of(base, old)
            # A row of the other table is nobody's: `meant` doesn't hold it.
            yield make_variant(base, "table-same-header-below", file, everything, "two tables")
        records = base.records()
        for gap in ([], [""]):
            beside = [
                Piece(base.join([*cells, *gap, *cells]), i - 1 if i else None)
                for i, cells in enumerate(records)
            ]
            yield make_variant(base, f"table-beside-{len(gap)}", beside, everything, "two tables")
            notes = ["remark", "x", "", "y", "", "", "", "", "", "", ""]
            remarks = [
                Piece(base.join([*cells, *gap, base.quote(notes[i])]), i - 1 if i else None)
                for i, cells in enumerate(records)
            ]
            yield make_variant(base, f"remarks-beside-{len(gap)}", remarks)


def odd_rows() -> Iterator[Variant]:
    """Rows of the owner's that look like footers, titles or headers."""
    due = "2027-06-30"
    rows = {
        "reference-total": make_row("TOTAL", 5, "USD", "Rent", "PAYER", "yes", due, "x"),
        "reference-total-1": make_row("Total-01", 5, "USD", "Rent", "PAYER", "yes", due, ""),
        "note-total": make_row("MLV-0042", 5, "USD", "Total", "PAYER", "yes", due, "Total"),
        "note-page": make_row(
            "MLV-0043", 5, "USD", "Page 2 of 3", "PAYEE", "no", "", "Page 2 of 3"
        ),
        "own-end": make_row("MLV-0044", 5, "USD", "End of report", "PAYEE", "no", "", "End"),
        "reference-sum": make_row("Sum", 5, "EUR", "Sum", "PAYEE", "no", due, "Sum"),
        "note-header": make_row("MLV-0045", 5, "EUR", "note", "PAYEE", "no", due, "currency"),
        "note-csv": make_row("MLV-0046", 5, "EUR", "a;b;c;d;e;f;g;h", "PAYEE", "no", "", "x"),
        "note-hash": make_row("MLV-0047", 5, "EUR", "# 12", "PAYEE", "no", "", "#"),
        "reference-hash": make_row("#48", 5, "EUR", "Rent", "PAYEE", "no", "", "#"),
        "reference-page": make_row("Page 1", 5, "EUR", "Rent", "PAYEE", "no", "", ""),
    }
    for base in BASES:
        for name, row in rows.items():
            for at in (0, 4, len(base.rows)):
                odd: tuple[Row, ...] = (*base.rows[:at], row, *base.rows[at:])
                yield make_variant(
                    base, f"odd-{name}-at{at}", replace(base, rows=odd).pieces(), rows=odd
                )


def growing() -> Iterator[Variant]:
    """Files of one row, and of two."""
    for base in BASES:
        for count in (1, 2):
            few = replace(base, rows=base.rows[:count])
            yield make_variant(few, f"rows-{count}", few.pieces())
            assert few.rows[0].invoice.due_date == instant("2027-01-31")
    bare = Base("bare", PLAIN, tuple(f for f in FIELDS if f != "due_date"))
    without = tuple(row.write({"due_date": None}) for row in PLAIN)
    yield make_variant(bare, "no-due-date", bare.pieces(), rows=without)
