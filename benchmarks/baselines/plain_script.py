"""The plainest upload: a loop of POSTs over one session. `plain_script.py FILE URL`.

It keeps no record; whoever runs it twice has every invoice twice.
"""

from __future__ import annotations

import sys

import polars as pl
import requests

file, url = sys.argv[1:]
rows = pl.read_csv(file).with_columns(
    as_payment_link=pl.col("as_payment_link") == "yes",
    due_date=pl.col("due_date") + "T00:00:00Z",
)
session = requests.Session()
session.headers["Authorization"] = "Bearer t0ken"
numbers = []
for row in rows.iter_rows(named=True):
    answer = session.post(f"{url}/v1/invoices/create", json=row, timeout=30)
    answer.raise_for_status()
    numbers.append(answer.json()["invoice_number"])
rows.with_columns(invoice_number=pl.Series(numbers)).write_csv(f"{file}.done.csv")
