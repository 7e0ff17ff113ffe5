"""The cells of a workbook written once more, plainly, in openpyxl's write-only mode.

`write_only SOURCE OUT` tells how many seconds the writing took, the reading not counted.
"""

from __future__ import annotations

import json
import sys
import time

from openpyxl import Workbook, load_workbook

source, out = sys.argv[1:]
sheets = {
    sheet.title: list(sheet.iter_rows(values_only=True))
    for sheet in load_workbook(source, read_only=True)
}
started = time.perf_counter()
book = Workbook(write_only=True)
for title, rows in sheets.items():
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
book.save(out)
print(json.dumps(time.perf_counter() - started))
