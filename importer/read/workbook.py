"""XLSX → Grid through calamine (fastexcel): every cell as text, no row left out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import fastexcel
import polars as pl

from importer.columns import count_fields, fits
from importer.errors import FileError
from importer.read.faults import show_faults
from importer.read.grid import HEADER_ROWS, Grid, find_header, has_result_columns
from importer.read.options import Opening
from importer.table import KIND, PROBLEMS_SHEET, RESULTS_SHEET, SUMMARY_SHEET, Kind

SAVE_AS = "Open it in a spreadsheet program and save it as .xlsx."
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
TIME_CELL = r"^1899-12-31 (\d{2}:\d{2}:\d{2}(\.\d+)?)$"
"""A time without a date, as calamine shows it: on the day before Excel's calendar begins."""

TIME = r"^\d{2}:"
"""How such a time reads once the day is off: it is shown as text."""


def read_workbook(path: Path, data: bytes, opening: Opening) -> Grid:
    """Read one sheet of a workbook.

    Args:
        path: The file's name, for messages.
        data: Its bytes.
        opening: How it is read.

    Raises:
        FileError: When the file is no workbook that we can read, or the sheet isn't clear.
    """
    _check_format(path, data)
    try:
        reader = fastexcel.read_excel(data)
        name = _choose_sheet(path, reader, opening.sheet)
        cells = _load(reader, name, "string").with_columns(
            pl.all().replace("", None).str.replace(TIME_CELL, "$1")
        )
        cells = show_faults(cells, data, name, _first_column(reader, name))
        kinds = _read_kinds(reader, name, cells)
    except FileError:
        raise
    except Exception as exc:
        raise FileError(f"{path} is damaged and can't be read. {SAVE_AS}") from exc
    return Grid(cells=cells, kinds=kinds, sheet=name)


def _check_format(path: Path, data: bytes) -> None:
    if not data.startswith(b"PK"):
        if ENCRYPTED in data:
            raise FileError(
                f"{path} is protected by a password. Open it, remove the password (File, Info, "
                "Protect Workbook, Encrypt with Password, empty the box), save it, import it again."
            )
        raise FileError(f"{path} is a workbook of the old .xls kind. {SAVE_AS}")
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except zipfile.BadZipFile as exc:
        raise FileError(f"{path} is damaged: it is not a whole workbook. {SAVE_AS}") from exc
    if "xl/workbook.bin" in names:
        raise FileError(f"{path} is a binary workbook (.xlsb). {SAVE_AS}")
    if "xl/workbook.xml" not in names:
        kind = "an OpenDocument file" if "mimetype" in names else "no spreadsheet"
        raise FileError(f"{path} is {kind}. {SAVE_AS}")


def _load(
    reader: fastexcel.ExcelReader,
    sheet: str,
    dtype: fastexcel.DType,
    *,
    n_rows: int | None = None,
) -> pl.DataFrame:
    loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=n_rows, dtypes=dtype)
    frame = loaded.to_polars() if loaded.width else pl.DataFrame()
    return frame.rename({old: str(new) for new, old in enumerate(frame.columns)})


def _first_column(reader: fastexcel.ExcelReader, sheet: str) -> int:
    """Return how many blank columns a sheet begins with: calamine leaves them out."""
    loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=0, dtypes="string")
    columns = loaded.available_columns()
    return columns[0].absolute_index if columns else 0


def _choose_sheet(path: Path, reader: fastexcel.ExcelReader, wanted: str | None) -> str:
    names = reader.sheet_names
    listed = ", ".join(f'"{name}"' for name in names)
    if wanted is not None:
        for name in names:
            if name.casefold() == wanted.strip().casefold():
                return name
        raise FileError(f'{path} has no sheet "{wanted}". Its sheets: {listed}.')
    visible = [n for n in names if reader.load_sheet(n, n_rows=0).visible == "visible"] or names
    if len(visible) == 1:
        return visible[0]
    headers = {name: _headers(reader, name) for name in visible}
    if {RESULTS_SHEET, PROBLEMS_SHEET, SUMMARY_SHEET} <= headers.keys() and has_result_columns(
        headers[RESULTS_SHEET]
    ):
        return RESULTS_SHEET
    fitting = [name for name, found in headers.items() if fits(found)]
    if len(fitting) > 1:
        listed = ", ".join(f'"{name}"' for name in fitting)
        raise FileError(f"{path} has several sheets with invoices: {listed}. Choose with --sheet.")
    return max(visible, key=lambda name: count_fields(headers[name]))


def _headers(reader: fastexcel.ExcelReader, sheet: str) -> list[str]:
    rows = _load(reader, sheet, "string", n_rows=HEADER_ROWS).rows()
    return [(cell or "").strip() for cell in rows[find_header(rows)]] if rows else []


def _read_kinds(reader: fastexcel.ExcelReader, sheet: str, cells: pl.DataFrame) -> pl.DataFrame:
    """Tell what each cell is, by which types calamine can read it as.

    As a boolean it reads numbers and truth values, as a date-time dates too, and no text as either.
    """
    plain = _load(reader, sheet, "boolean")
    dates = _load(reader, sheet, "datetime")

    def kind(name: str) -> pl.Series:
        is_plain, is_dated = plain[name].is_not_null(), dates[name].is_not_null()
        return cells.select(
            pl.when(is_plain & pl.col(name).is_in(["true", "false"]))
            .then(pl.lit(Kind.BOOL))
            .when(is_plain)
            .then(pl.lit(Kind.NUMBER))
            .when(is_dated & ~pl.col(name).str.contains(TIME))
            .then(pl.lit(Kind.DATE))
            .otherwise(pl.lit(Kind.TEXT))
            .cast(KIND)
            .alias(name)
        ).to_series()

    return pl.DataFrame([kind(name) for name in cells.columns])
