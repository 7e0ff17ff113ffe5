"""A project for drt-core, the nearest public tool: reverse ETL from DuckDB to a REST endpoint.

Its default of ten requests a second is lifted (https://pypi.org/project/drt-core/).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

PROJECT = """\
name: benchmark
profile: local
"""

PROFILES = """\
local:
  type: duckdb
  database: {database}
"""

SYNC = """\
name: invoices
model: ref('invoices')
destination:
  type: rest_api
  url: {url}/v1/invoices/create
  method: POST
  headers: {{Content-Type: application/json}}
  auth: {{type: bearer, token_env: TOKEN}}
  body_template: >-
    {{"reference_id": {{{{ row.reference_id | tojson }}}},
    "counterparty_id": {{{{ row.counterparty_id }}}},
    "currency": {{{{ row.currency | tojson }}}},
    "note": {{{{ row.note | tojson }}}},
    "fee_bearer": {{{{ row.fee_bearer | tojson }}}},
    "as_payment_link": {{{{ row.as_payment_link | tojson }}}},
    "due_date": {{{{ row.due_date | tojson }}}}}}
sync:
  mode: full
  rate_limit: {{requests_per_second: 0}}
"""

TABLE = """\
CREATE TABLE invoices AS SELECT * REPLACE (
    as_payment_link = 'yes' AS as_payment_link, due_date || 'T00:00:00Z' AS due_date
) FROM read_csv(?, types = {'due_date': 'VARCHAR'})
"""


def make_project(folder: Path, file: Path, url: str) -> dict[str, str]:
    """Make a project that sends a file's rows to a server; return the environment it wants.

    Args:
        folder: Where to, an empty folder.
        file: A CSV file.
        url: The server's.
    """
    database = folder / "invoices.duckdb"
    with duckdb.connect(str(database)) as tables:
        tables.execute(TABLE, [str(file)])
    for name, text in {
        "drt_project.yml": PROJECT,
        ".drt/profiles.yml": PROFILES.format(database=database),
        "syncs/invoices.yml": SYNC.format(url=url),
    }.items():
        place = folder / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, "utf-8")
    return {"HOME": str(folder), "TOKEN": "t0ken"}
