"""What is done to the values of cells in a text file: numbers, references, words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from damage.owner import PLAIN, Row, instant
from damage.pieces import BASES, make_variant
from damage.variant import Variant

ONE = 3
"""The row (from 0) that single cells are changed in."""

CELLS: dict[str, tuple[str, ...]] = {
    "reference_id": (
        "", " ", "\xa0", "\u200b", "#REF!", "#N/A", "#NAME?", "#BEZUG!", "1.23E+15", "1,23E+15",
        "1E+05", "MLV\t0004", "MLV-\n0004", "MLV-\x000004", "MLV-0004\ufffd", "MLV-0004\x07",
        "\u041cLV-0004", "MLV-\u041e004", "\uff2dLV-0004", "MLV-000\uff14", "mlv-0001", "MLV-0001",
        "M\u200bLV-0001", '="MLV-0004"', "=A1", "1234567890123450000", "-", "?", "N/A",
    ),
    "counterparty_id": (
        "", "abc", "12.5", "12,5", "4015,00", "4015.50", "4.015E+3", "4,015E3", "0", "-4015",
        "40 15x", "4015-4016", "4015/4016", "#N/A", "1.23E+15", "99999999999999999999", "0x12",
        "\u0664\u0660\u0661\u0665", "4O15", "l2", "4015;", "(4015)", "4015-", "1e3", "NaN", "inf",
        "true", "4'015,5", "2027-01-31", "\xbd", "4_015", "4015\ufffd", "12.345.67", "1,23,456.7",
        "4015 4016",
    ),
    "currency": (
        "", "US$", "$", "Dollars", "US", "USDD", "U5D", "\u20ac", "XXX", "XTS", "123", "USD/EUR",
        "#REF!", "US\ufffdD", "\u0405USD", "USD EUR", "N/A", "-",
    ),
    "note": (
        "", "#REF!", "#VALUE!", "Rent \ufffd", "\ufffd", "#BEZUG!", "#NOM?", "####", "x" * 32_768,
    ),
    "fee_bearer": (
        "", "payor", "customer", "PAYER/PAYEE", "both", "0", "#N/A", "PAY", "PAYER PAYEE", "-",
    ),
    "as_payment_link": (
        "", "maybe", "yesno", "2", "y/n", "-1", "#N/A", "?", "10", "0.5", "ye", "trueish",
    ),
    "due_date": (
        "n/a", "-", "TBD", "0", "00/00/0000", "2027-02-30", "2027-13-01", "2027-31-01",
        "31/02/2027", "soon", "31.1", "Jan", "2027", "2027-01", "01/2027", "17:00", "12", "60",
        "#N/A", "2027-01-31 25:00", "31/01/27", "1/2/3", "31 Foo 2027", "2027-W05",
        "2027-01-31T17:00:00+99:00", "1E+05", "30 days", "2027-01-31, 2027-02-28", "99999",
        "20270231", "0000-00-00", "2027\u201301\u201331 x", "\ufffd", "20/2027/01", "2027/20/20",
        "46418,5.2", "-46418", "Mon", "29 Feb 2027", "31-Sept-2027",
    ),
}  # fmt: skip
"""Cells that can't be what was meant: the row has something else to say."""

SAME: dict[str, tuple[tuple[str, str], ...]] = {
    "reference_id": (
        (" MLV-0004 ", "trimmed"), ("\xa0MLV-0004", "nbsp"), ("MLV-0004\u200b", "zero-width"),
        ("\ufeffMLV-0004", "bom"), ("MLV-\xad0004", "soft-hyphen"), ("\u200eMLV-0004", "direction"),
    ),
    "counterparty_id": (
        ("4015.0", "float"), ("04015", "zero"), (" 4015 ", "trimmed"), ("+4015", "plus"),
        ("4015\xa0", "nbsp"), ("4 015", "space"), ("4\xa0015", "group-nbsp"),
        ("4\u202f015", "group-narrow"), ("4'015", "apostrophe"),
    ),
    "currency": (
        ("usd", "lower"), (" USD ", "trimmed"), ("Usd", "title"), ("USD\u200b", "zero-width"),
    ),
    "fee_bearer": (
        ("payer", "lower"), ("PAYER ", "trimmed"), ("Payer", "title"), ("PAYER\xa0", "nbsp"),
    ),
    "as_payment_link": (
        ("YES", "upper"), ("TRUE", "true"), ("1", "one"), ("y", "y"), ("oui", "oui"),
        ("sim", "sim"), ("s\xed", "si"), ("Vrai", "vrai"), ("1.0", "float"), ("x", "x"),
        ("WAHR", "wahr"),
    ),
}  # fmt: skip
"""Cells that say the same in another way: read so, or an issue."""


def changed(
    rows: tuple[Row, ...], at: int, field: str, text: str, **meant: object
) -> tuple[Row, ...]:
    """Return the rows with another text in one cell."""
    return (*rows[:at], rows[at].write(meant, **{field: text}), *rows[at + 1 :])


def beside_cell(field: str, text: str, rows: tuple[Row, ...]) -> set[int]:
    """Return the other rows that can't be told from a changed cell."""
    if field == "reference_id" and "LV-0001" in text.upper():
        return {0}  # which of the two is meant?
    if "\n" in text:
        return {ONE - 1, ONE + 1}  # a quote too many in each of two rows looks the same
    if text in {"31/01/27", "2027-13-01", "2027-31-01", "20/2027/01", "2027/20/20"}:
        return {i for i, row in enumerate(rows) if row.invoice.due_date}  # so may the others be
    return set()


def odd_cells() -> Iterator[Variant]:
    """One cell that can't be what was meant, or says the same in another way."""
    row = PLAIN[ONE].write({"due_date": instant("2027-01-31")}, due_date="2027-01-31")
    for base in (BASES[0], BASES[2]):
        rows = (*base.rows[:ONE], row, *base.rows[ONE + 1 :])
        for field, texts in CELLS.items():
            for i, text in enumerate(texts):
                written = changed(rows, ONE, field, text)
                twin = beside_cell(field, text, rows)
                file = replace(base, rows=written)
                pieces = file.pieces()
                yield make_variant(
                    base,
                    f"cell-{field}-{i}",
                    pieces,
                    {ONE, *twin},
                    "touched",
                    rows=rows,
                    torn=ONE + 1,
                )
        for field, pairs in SAME.items():
            for text, name in pairs:
                written = changed(rows, ONE, field, text)
                file = replace(base, rows=written)
                yield make_variant(
                    base, f"cell-{field}-{name}", file.pieces(), {ONE}, "touched", rows=rows
                )


NUMBERS: dict[str, Callable[[int], str]] = {
    "comma": lambda n: f"{n:,}",
    "dot": lambda n: f"{n:,}".replace(",", "."),
    "comma-decimals": lambda n: f"{n},00",
    "dot-decimals": lambda n: f"{n}.00",
    "three-decimals-dot": lambda n: f"{n}.000",
    "three-decimals-comma": lambda n: f"{n},000",
    "english": lambda n: f"{n:,}.00",
    "german": lambda n: f"{n:,}".replace(",", ".") + ",00",
    "space": lambda n: f"{n:,}".replace(",", " "),
    "swiss": lambda n: f"{n:,}".replace(",", "'"),
    "millions-comma": lambda n: f"{n:,}",
    "millions-dot": lambda n: f"{n:,}".replace(",", "."),
}
"""How a number may be written."""


def id_columns() -> Iterator[Variant]:
    """Customer numbers with separators; what 12,345 means, only the owner knows."""
    for base in (BASES[0], BASES[2]):
        for name, write in NUMBERS.items():
            factor = 1000 if name.startswith("millions") else 1
            rows = tuple(
                row.write(
                    {"counterparty_id": row.invoice.counterparty_id * factor},
                    counterparty_id=write(row.invoice.counterparty_id * factor),
                )
                for row in base.rows
            )
            file = replace(base, rows=rows)
            yield make_variant(file, f"ids-{name}", file.pieces(), base.everything(), "how much?")


def reference_columns() -> Iterator[Variant]:
    """All references as a spreadsheet program leaves them."""
    forms: dict[str, Callable[[int], tuple[str, str]]] = {
        "scientific": lambda i: (f"12345678901{i:04}", f"1.2345678901{i:02}E+14"),
        "rounded": lambda i: (
            f"12345678901234{i:04}",
            f"123456789012{i:02}".ljust(15, "7") + "000",
        ),
        "formula": lambda i: (f"00{i:03}", f'="00{i:03}"'),
        "long-text": lambda i: (f"1234567890123456{i:04}", f"1234567890123456{i:04}"),
        "floats": lambda i: (f"{1000 + i}", f"{1000 + i}.0"),
    }
    for base in (BASES[0], BASES[2]):
        for name, form in forms.items():
            rows = []
            for i, row in enumerate(base.rows, 1):
                meant, text = form(i)
                rows.append(row.write({"reference_id": meant}, reference_id=text))
            file = replace(base, rows=tuple(rows))
            damaged = set() if name == "long-text" else base.everything()
            yield make_variant(file, f"references-{name}", file.pieces(), damaged, "Excel's doing")
