"""Write the samples: invoices to import, as a workbook and as CSV, and workbooks with mistakes.

Run `python samples/make.py`; the same files come out every time.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

Cell = str | int | float | dt.date | None
Row = tuple[Cell, ...]

HEADERS = (
    "Reference ID",
    "Counterparty ID",
    "Currency",
    "Note",
    "Fee Bearer",
    "As Payment Link",
    "Due Date",
    "Cost centre",
)
WIDTHS = (14, 17, 10, 52, 12, 17, 13, 13)

NBSP = "\N{NO-BREAK SPACE}"

MADE = dt.datetime(2026, 11, 2, 8, 0, 0)  # noqa: DTZ001 - a workbook's properties have no zone
"""When the samples say that they were made: always the same, so that they are the same bytes."""


def day(month: int, day: int) -> dt.date:
    """Return a day of 2027, the year that the samples are due in."""
    return dt.date(2027, month, day)


INVOICES: tuple[Row, ...] = (
    ("MLV-0001", 10234, "USD", "Solar pumps, January", "PAYER", "yes", day(1, 31), "0410"),
    ("MLV-0002", 10235, "USD", 'PVC pipes 2", 120 lengths', "PAYEE", "no", day(1, 31), "0410"),
    ("MLV-0003", 10240, "LRD", "Office cleaning, Broad Street", "PAYER", "no", None, "0105"),
    ("MLV-0004", 10241, "LRD", "Generator service, Sinkor", "PAYER", "yes", day(2, 5), "0210"),
    ("MLV-0005", "10312", "NGN", "Cold-store rent, Apapa", "PAYEE", "yes", day(2, 15), "0330"),
    ("MLV-0006", 10313, "NGN", "Haulage Lagos to Ibadan, 3 trucks", "PAYER", "no", None, "0330"),
    ("MLV-0007", 10250, "USD", "Café Élan: coffee, quarter 1", "PAYEE", "yes", day(3, 31), "0120"),
    ("MLV-0008", 10234, "USD", "Solar pumps, February", "PAYER", "yes", day(2, 28), "0410"),
    ("MLV-0009", 10251, "USD", "Port fees, Freeport", "PAYER", "no", day(2, 12), "0515"),
    ("MLV-0010", 10242, "LRD", "School uniforms, 240 sets", "PAYEE", "yes", day(2, 26), "0220"),
    ("MLV-0011", 10243, "LRD", "Printing of the “Annual Report”", "PAYER", "no", None, "0105"),
    ("MLV-0012", "10314", "NGN", "Cassava flour, 40 bags", "PAYEE", "no", day(3, 1), "0340"),
    ("MLV-0013", 10252, "USD", "Société Kôkô & Fils, cocoa samples", "PAYER", "yes", None, "0415"),
    ("MLV-0014", 10253, "USD", "Laptop repairs, 6 units", "PAYEE", "no", day(3, 8), "0130"),
    ("MLV-0015", 10244, "LRD", "Security, night shift, March", "PAYER", "no", day(3, 31), "0105"),
    ("MLV-0016", 10245, "LRD", "Water delivery, 12 tanks", "PAYER", "yes", day(3, 15), "0210"),
    ("MLV-0017", 10315, "NGN", "Web shop, second instalment", "PAYEE", "yes", day(4, 1), "0125"),
    ("MLV-0018", 10316, "NGN", "Adébáyò Ltd: spare parts", "PAYER", "no", day(4, 9), "0330"),
    ("MLV-0019", 10254, "USD", "Training, 2 days, Buchanan", "PAYEE", "no", None, "0140"),
    ("MLV-0020", 10234, "USD", "Solar pumps, March", "PAYER", "yes", day(3, 31), "0410"),
    ("MLV-0021", 10255, "USD", "Customer's own cables, fitting", "PAYER", "no", day(4, 16), "0410"),
    ("MLV-0022", 10246, "LRD", "Rice, 100 bags of 25 kg", "PAYEE", "yes", day(4, 30), "0220"),
    ("MLV-0023", "10317", "NGN", "Insurance, goods in transit", "PAYER", "no", day(5, 14), "0330"),
    ("MLV-0024", 10318, "NGN", "Market stall, Balogun, 6 months", "PAYEE", "yes", None, "0340"),
    ("MLV-0025", 10256, "USD", "Audit of the accounts for 2026", "PAYER", "no", day(6, 30), "0101"),
)  # fmt: skip

# Each row with a mistake says in its note which one it is; the others are good.
MISTAKES: tuple[Row, ...] = (
    ("MLV-0101", 10234, "USD", "Solar pumps, April delivery", "PAYER", "yes", day(4, 30), "0410"),
    ("MLV-0102", 10240, "LRD", "Office cleaning, second quarter", "PAYEE", "no", None, "0105"),
    (None, 10241, "LRD", "No reference", "PAYER", "yes", day(5, 5), "0210"),
    ("MLV-0104", 10312, "NGN", "Reference used twice, first", "PAYEE", "yes", day(5, 15), "0330"),
    ("MLV-0104", 10313, "NGN", "Reference used twice, second", "PAYER", "no", None, "0330"),
    ("MLV-0105a", 10250, "USD", "Differ in case only, first", "PAYER", "no", None, "0120"),
    ("mlv-0105A", 10250, "USD", "Differ in case only, second", "PAYER", "no", None, "0120"),
    ("MLV-0106", None, "USD", "No counterparty", "PAYER", "no", day(5, 12), "0515"),
    ("MLV-0107", 12.5, "USD", "Counterparty with a fraction", "PAYER", "no", day(5, 12), "0515"),
    ("MLV-0108", -3, "USD", "Counterparty below zero", "PAYEE", "no", day(5, 12), "0515"),
    ("MLV-0109", "ACME", "LRD", "Counterparty by name", "PAYEE", "yes", day(5, 26), "0220"),
    ("MLV-0110", 10243, "US$", "Currency as a sign", "PAYER", "no", None, "0105"),
    ("MLV-0111", 10314, "ZZZ", "Currency that doesn't exist", "PAYEE", "no", day(6, 1), "0340"),
    ("MLV-0112", 10252, None, "No currency", "PAYER", "yes", None, "0415"),
    ("MLV-0113", 10253, "USD", "Laptop repairs, 4 units", "payer ", "no", day(6, 8), "0130"),
    ("MLV-0114", 10244, "LRD", "No such fee bearer", "CUSTOMER", "no", day(6, 30), "0105"),
    ("MLV-0115", 10245, "LRD", "No fee bearer", None, "yes", day(6, 15), "0210"),
    ("MLV-0116", 10315, "NGN", "Neither yes nor no", "PAYEE", "maybe", day(7, 1), "0125"),
    ("MLV-0117", 10316, "NGN", "No word on the payment link", "PAYER", None, day(7, 9), "0330"),
    ("MLV-0118", 10254, "USD", "A day that doesn't exist", "PAYEE", "no", "31/02/2027", "0140"),
    ("MLV-0119", 10255, "USD", "No date at all", "PAYER", "no", "soon", "0410"),
    ("MLV-0120", 10246, "LRD", None, "PAYEE", "yes", day(7, 30), "0220"),
    ("MLV-0121", "n/a", "naira", "Several mistakes at once", "both", "?", "later", "0330"),
    ("MLV-0122", 10318, "NGN", '=HYPERLINK("http://x","y")', "PAYEE", "yes", None, "0340"),
    ("MLV-0123", 999001, "USD", "Counterparty not known to API", "PAYER", "no", None, "0101"),
    (f"{NBSP}MLV-0124", 10256, f"USD{NBSP}", "No-break spaces", f"{NBSP}PAYER", "no", None, "0101"),
    ("MLV-0125", 10242, "LRD", "School books, 300", "PAYEE", "yes", day(8, 27), "0220"),
    ("MLV-0126", 10317, "NGN", "Insurance, second half", "PAYER", "no", day(8, 31), "0330"),
    ("MLV-0127", 10251, "USD", "Port fees, Freeport", "PAYER", "no", day(9, 10), "0515"),
)  # fmt: skip


FIRST_IMPORT: tuple[Row, ...] = (
    ("BW-2001", 10234, "USD", "Solar lamps, 40", "PAYER", "yes", day(9, 30), "0410"),
    ("BW-2002", 10240, "LRD", "Office cleaning, Broad Street", "PAYEE", "no", None, "0105"),
    ("BW-2003", 10241, "US$", "Generator hire, 3 days", "PAYER", "no", day(10, 5), "0210"),
    ("BW-2004", 10312, "NGN", "Cold-store rent, Apapa", "PAYEE", "yes", day(10, 15), "0330"),
    ("BW-2005", 10250, "USD", "Coffee, third quarter", "PAYER", "yes", day(10, 31), "0120"),
    ("BW-2006", 10242, "LRD", "School uniforms, 60 sets", "PAYER", "no", None, "0220"),
)  # fmt: skip
"""Five good rows, and one with a mistake that anybody sees: US$ is no ISO 4217 code."""


def write_samples(folder: Path) -> None:
    """Write all samples into a folder, over those that are there."""
    (folder / "invoices.xlsx").write_bytes(_workbook(INVOICES))
    (folder / "first-import.xlsx").write_bytes(_workbook(FIRST_IMPORT))
    (folder / "invoices-with-mistakes.xlsx").write_bytes(_workbook(MISTAKES))
    with (folder / "invoices.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADERS, *INVOICES])


def _workbook(rows: Sequence[Row]) -> bytes:
    book = Workbook()
    book.properties.created = book.properties.modified = MADE
    sheet = book.active
    sheet.title = "Invoices"
    _fill(sheet, rows)
    _dress(sheet)
    return _with_fixed_times(book)


def _fill(sheet: Worksheet, rows: Sequence[Row]) -> None:
    for number, values in enumerate([HEADERS, *rows], start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a note that begins with = is text
                cell.number_format = "@"


def _dress(sheet: Worksheet) -> None:
    for cell, width in zip(sheet[1], WIDTHS, strict=True):
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", start_color="1F4E78")
        cell.alignment = Alignment(vertical="center")
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.row_dimensions[1].height = 20
    sheet.freeze_panes = "A2"


def _with_fixed_times(book: Workbook) -> bytes:
    """Save a workbook without the clock's time in it, which `Workbook.save` puts there."""
    written, fixed = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        ExcelWriter(book, archive).write_data()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=MADE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return fixed.getvalue()


if __name__ == "__main__":
    write_samples(Path(__file__).parent)
