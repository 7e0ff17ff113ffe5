"""Where the table stands in a workbook: margins, titles, footers, headers, sheets."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.table import Table

from damage.books import (
    COLUMNS,
    as_variant,
    by_openpyxl,
    by_xlsxwriter,
    fill,
    new_book,
    refused,
    save,
)
from damage.owner import OWN
from damage.tables import BELOW
from damage.variant import Variant
from importer.read import Opening


def margins() -> Iterator[Variant]:
    """Blank rows and columns before the table, blank rows in it, cells far below it."""
    for write in (by_openpyxl, by_xlsxwriter):
        yield write("valid", new_book())
        for rows, columns in ((1, 0), (5, 0), (29, 0), (30, 0), (0, 1), (0, 3), (3, 2)):
            book = new_book()
            book.cells = [[None] * columns + line for line in book.cells]
            book.insert(0, *[[]] * rows)
            if rows > 29:
                book.everything()
            yield write(f"margin-{rows}-{columns}", book, "too far down")
        for at in (1, 2, 6, 11):
            for count in (1, 4):
                book = new_book()
                book.insert(at, *[[]] * count)
                yield write(f"{count}-blank-rows-before-{at}", book)
        for filler in ('=""', " ", "\xa0", "'"):
            book = new_book()
            book.insert(11, *[[filler] * 8] * 50)
            if filler == "'":
                continue
            yield write(f"filled-down-{ord(filler[0])}", book)
        book = new_book()
        book.insert(11, *[[None] * 6 + ['=""']] * 2000)
        yield write("filled-down-one-column", book)
        without = new_book()
        for line in without.cells:
            line.pop()
        yield write("due-date-last", without)
        own_first = new_book()
        own_first.cells = [[line[-1], *line[:-1]] for line in own_first.cells]
        yield write("own-first", own_first)


def surroundings() -> Iterator[Variant]:
    """Titles above and footers below."""
    above: dict[str, list[list[object]]] = {
        "title": [["Invoices of March"]],
        "title-blank": [["Invoices of March"], []],
        "titles": [["Acme"], ["March"], [None, None, "draft"], []],
        "meta": [["Created", "2027-01-03"], ["Currency", "USD"], []],
        "number": [[2027], []],
        "groups": [["Invoice", None, None, "What", None, None, "When"]],
    }
    for write in (by_openpyxl, by_xlsxwriter):
        for name, lines in above.items():
            book = new_book()
            book.insert(0, *lines)
            yield write(f"above-{name}", book)
        for name, texts in BELOW.items():
            if '"' in str(texts):
                continue
            if write is by_xlsxwriter and name not in {"total", "page", "reference-alone", "sums"}:
                continue
            book = new_book()
            book.insert(11, *([cell or None for cell in (text or "").split(",")] for text in texts))
            yield write(f"below-{name}", book)
        book = new_book()
        book.insert(11, [None] * 7 + ["=SUM(B2:B11)"])
        yield write("below-sum", book)
        book = new_book()
        book.insert(11, ["Total", "=SUM(B2:B11)"])
        yield write("below-total-sum", book)
        book = new_book()
        book.insert(6, ["Page 1 of 2"], COLUMNS)
        book.everything()
        yield write("page-and-header-amid", book, "another table?")
        book = new_book()
        book.insert(6, COLUMNS)
        yield write("header-again", book)
        for gap in (0, 2):
            book = new_book()
            book.insert(11, *[[]] * gap, ["payment", "date", "amount"], ["P-1", "2027-01-03", 12.5])
            book.everything()
            yield write(f"table-below-{gap}", book, "which one is meant?")
            book = new_book()
            old = ["OLD-1", 5, "USD", "paid long ago", "PAYER", "yes", "2020-01-31"]
            book.insert(11, *[[]] * gap, ["Paid"], COLUMNS, old)
            book.everything()
            yield write(f"table-same-below-{gap}", book, "which one is meant?")
            book = new_book()
            book.cells = [line + [None] * gap + line for line in book.cells]
            book.everything()
            yield write(f"table-beside-{gap}", book, "which one is meant?")


def headers() -> Iterator[Variant]:
    """The header: in several rows, with line breaks, twice, blank, misspelled."""
    for height in (2, 3):
        book = new_book()
        parts = [column.split("_") for column in COLUMNS]
        rows = [
            [" ".join(p[i:]) if i == height - 1 else (p[i : i + 1] or [None])[0] for p in parts]
            for i in range(height)
        ]
        book.cells[:1], book.owners[:1] = rows, [None] * height
        yield by_openpyxl(f"header-of-{height}-rows", book)
    yield by_openpyxl(
        "header-line-breaks", new_book(headers=[c.replace("_", "\n") for c in COLUMNS])
    )
    for c, column in enumerate(COLUMNS):
        for name, text in {
            "blank": None,
            "misspelled": column[:-1],
            "glued": f"{column} {OWN}",
        }.items():
            book = new_book(headers=[*COLUMNS[:c], text, *COLUMNS[c + 1 :]])
            if column != OWN:
                book.everything()
            yield by_openpyxl(f"header-{name}-{column}", book)
        book = new_book()
        for line in book.cells:
            line.append(line[c])
        if column != OWN:
            book.everything()
        yield by_openpyxl(f"column-twice-{column}", book)
    book = new_book()
    book.cells.pop(0)
    book.owners.pop(0)
    book.everything()
    yield by_openpyxl("header-missing", book)


def hidden() -> Iterator[Variant]:
    """Rows and columns that the sheet hides, by hand, by height and by a filter."""
    for name, numbers in {"one": (4,), "many": (3, 5, 6, 9), "first": (2,), "last": (11,)}.items():
        for skip in (False, True):
            book = new_book()

            def hide(sheet: object, numbers: tuple[int, ...] = numbers) -> None:
                sheet.auto_filter.ref = "A1:H11"
                for number in numbers:
                    sheet.row_dimensions[number].hidden = True

            book.after.append(hide)
            if skip:
                for number in numbers:
                    book.owners[number - 1] = None
            opening = Opening(skip_hidden=skip)
            yield by_openpyxl(f"hidden-{name}{'-skipped' if skip else ''}", book, opening=opening)
    for column in "AFGH":
        book = new_book()
        book.after.append(
            lambda sheet, c=column: setattr(sheet.column_dimensions[c], "hidden", True)
        )
        yield by_openpyxl(f"hidden-column-{column}", book)
    book = new_book()
    book.after.append(lambda sheet: setattr(sheet.row_dimensions[5], "height", 0))
    yield by_openpyxl("hidden-by-height", book)


def several() -> Iterator[Variant]:
    """Several sheets: covers, old months, hidden ones, another that fits."""
    other = [list(COLUMNS), ["OLD-1", 5, "USD", "old", "PAYER", "yes", "2027-01-31", None]]
    cover = [["Invoices"], ["by Ama"], ["MLV-0001", 12]]
    partly = [["reference_id", "currency"], ["OLD-1", "USD"]]
    places = {"first": 0, "last": 1}
    for place, at in places.items():
        for state in ("visible", "hidden", "veryHidden"):
            for kind, cells in {
                "cover": cover,
                "other": other,
                "partly": partly,
                "empty": [],
            }.items():
                book = new_book()
                fits = kind == "other" and state == "visible"
                for said in (None, "Data"):
                    if said and not fits:
                        continue
                    workbook = Workbook()
                    workbook.active.title = "Data"
                    fill(workbook.active, book.cells)
                    second = workbook.create_sheet("Second", at if place == "last" else 0)
                    fill(second, cells)
                    second.sheet_state = state
                    workbook.active = workbook["Data"]
                    name = f"openpyxl/sheets-{place}-{state}-{kind}{'-said' if said else ''}"
                    variant = as_variant(
                        name, book, save(workbook), "", opening=Opening(sheet=said)
                    )
                    yield refused(variant, "which sheet?") if fits and not said else variant
    book = new_book()
    workbook = Workbook()
    fill(workbook.active, book.cells)
    workbook.active.sheet_state = "hidden"
    fill(workbook.create_sheet("Cover"), cover)
    workbook.active = workbook["Cover"]
    yield refused(as_variant("openpyxl/sheets-data-hidden", book, save(workbook), ""), "hidden")


def files() -> Iterator[Variant]:
    """Other names, damaged bytes, odd but valid packages."""
    plain = by_openpyxl("file", new_book())
    for file in ("a.csv", "a.xlsm", "a", "inv[1].xlsx"):
        yield replace(plain, name=f"{plain.name}-named-{file}", file=file)
    size = len(plain.data)
    for share in (1, 10, 50, 90, 99):
        data = plain.data[: size * share // 100]
        yield refused(plain, "cut off", name=f"{plain.name}-cut-{share}", data=data)
    for at in range(40, size, size // 24):
        data = bytearray(plain.data)
        data[at] ^= 0x10
        yield refused(plain, "a bit flipped", name=f"{plain.name}-flip-{at}", data=bytes(data))
    book = new_book()
    book.after.append(lambda sheet: sheet.add_table(Table(displayName="T", ref="A1:H11")))
    yield by_openpyxl("excel-table", book)
    book = new_book()
    book.after.append(lambda sheet: setattr(sheet, "freeze_panes", "B2"))
    yield by_openpyxl("frozen", book)
    again = load_workbook(io.BytesIO(plain.data))
    again.active.title = "été [2027]".replace("[", "(").replace("]", ")")
    yield replace(plain, name=f"{plain.name}-titled", data=save(again))
    lean = Workbook(write_only=True)
    sheet = lean.create_sheet("lean")
    for line in new_book().cells:
        sheet.append(line)
    yield replace(plain, name=f"{plain.name}-write-only", data=save(lean))
