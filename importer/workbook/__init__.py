"""Report → results file, and the place that it is written to."""

from __future__ import annotations

import os
from pathlib import Path

# Where lxml happens to be installed, openpyxl would write with it, and its errors are no OSErrors:
# a full disk couldn't be told from a fault of ours. It has to be said before openpyxl is imported.
os.environ["OPENPYXL_LXML"] = "False"

from importer.errors import FileError
from importer.report import Report
from importer.table import RESULT_COLUMNS, Table
from importer.workbook.csvfile import csv_bytes
from importer.workbook.place import check_suffix, default_output, place, prepare_output
from importer.workbook.places import move_issues
from importer.workbook.sheets import require_size, workbook_bytes

__all__ = ["default_output", "prepare_output", "require_room", "write_results"]

WRITERS = {".xlsx": workbook_bytes, ".csv": csv_bytes}


def require_room(table: Table, path: Path) -> None:
    """Make sure, before anything is sent, that the results file can hold a table's results.

    Raises:
        FileError: When it can't.
    """
    if check_suffix(path) == ".xlsx":
        require_size(table.height, len(table.headers) + len(RESULT_COLUMNS))


def write_results(report: Report, path: Path, option: str = "") -> None:
    """Write the results file, whole or not at all, and never over another file.

    Args:
        report: What to write; `outcomes` are in the order of the table's rows.
        path: Where to; `.xlsx` is a workbook, `.csv` the Results sheet alone.
        option: What leads a command to the run's ledger, behind a space.

    Raises:
        UsageError: When the name ends in neither.
        FileError: When the file can't be written; a part of it is never left behind.
        KeyboardInterrupt: When a signal comes meanwhile; it says how to get them all the same.
    """
    write = WRITERS[check_suffix(path)]
    kept = _say_kept(report, option)
    try:
        place(write(move_issues(report)), path)
    except KeyboardInterrupt as exc:
        if not (run := report.summary.run_id):
            raise
        again = _say_again(run, option)
        raise KeyboardInterrupt(f"Interrupted while the results were written. {again}") from exc
    except FileExistsError as exc:
        raise FileError(
            f"{path} was made by somebody else meanwhile, and is never overwritten. {kept}"
        ) from exc
    except OSError as exc:
        raise FileError(
            f"The results can't be written to {path}: {exc.strerror or exc}. {kept}"
        ) from exc


def _say_kept(report: Report, option: str) -> str:
    """Say how to get the results all the same; a check has no run, and is made again."""
    if not (run := report.summary.run_id):
        return "Nothing was sent. Choose another place with --output."
    return _say_again(run, option)


def _say_again(run: str, option: str) -> str:
    return (
        "Nothing that was sent is lost. To write the results again: "
        f"import-invoices runs {run}{option} --output FILE"
    )
