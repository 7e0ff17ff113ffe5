"""Check a file, then write its results, and tell how long that took: `write FILE OUT`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from importer.check import check_file
from importer.clock import SystemClock
from importer.settings import Settings
from importer.workbook import write_results

file, out = map(Path, sys.argv[1:])
report = check_file(Settings(file, out.with_suffix(".sqlite3")), None, SystemClock()).report
started = time.perf_counter()
write_results(report, out)
print(json.dumps(time.perf_counter() - started))
