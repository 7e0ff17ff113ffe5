"""A user's desk: a folder with files in it, where the real command is run; and what comes out."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

SCRIPT = Path(sys.executable).with_name("import-invoices")
SAMPLES = Path(__file__).parents[2] / "samples"

TOKEN = "t0ken-nobody-may-see"
WITH_TOKEN = {"IMPORT_INVOICES_TOKEN": TOKEN}

PATIENCE_S = 60
"""How long a command may take before the test gives it up."""

DUE = (dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=60)).isoformat()
"""A due date that is neither past nor far ahead, whenever the tests run."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """What `--json` printed; fails unless that is one object on exactly one line."""
        (line,) = self.out.splitlines()
        summary: dict[str, Any] = json.loads(line)
        return summary

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have which status, zeros left out; needs `--json`."""
        return {status: rows for status, rows in self.summary["counts"].items() if rows}

    @property
    def results(self) -> list[Row]:
        """The rows of the results file; needs `--json`."""
        return read_results(Path(self.summary["output"]))


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder to work in, with a data folder and a configuration folder of its own."""

    folder: Path

    @property
    def ledger(self) -> Path:
        """Where the ledger is, unless an option says otherwise."""
        return self.folder / "data" / "import-invoices" / "ledger.sqlite3"

    @property
    def sandbox(self) -> Path:
        """Where `--sandbox` keeps its invoices."""
        return self.folder / "data" / "import-invoices" / "sandbox.sqlite3"

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return an environment with nothing of the outer one but what a program needs to run."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "IMPORT_INVOICES_LOOKUP_DELAY": "0",  # nobody has a minute here
            **variables,
        }

    def run(
        self,
        *words: str | Path,
        variables: Mapping[str, str] = WITH_TOKEN,
        command: Sequence[str | Path] = (SCRIPT,),
    ) -> Finished:
        """Run the command to its end."""
        done = subprocess.run(
            [*command, *words],
            cwd=self.folder,
            env=self.environment(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def started(
        self, *words: str | Path, variables: Mapping[str, str] = WITH_TOKEN
    ) -> Iterator[subprocess.Popen[str]]:
        """Start the command and go on; it is killed with the context, if it still runs."""
        with subprocess.Popen(
            [SCRIPT, *words],
            cwd=self.folder,
            env=self.environment(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def csv(self, name: str, rows: Sequence[Row]) -> Path:
        """Put a CSV file on the desk."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return path

    def workbook(self, name: str, sheets: Mapping[str, Sequence[Row]]) -> Path:
        """Put a workbook on the desk; its texts are texts, whatever they begin with."""
        path, book = self.folder / name, Workbook()
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for values in [list(rows[0]), *(list(row.values()) for row in rows)]:
                sheet.append(values)
            for cell in (cell for line in sheet for cell in line if cell.data_type == "f"):
                cell.data_type = "s"
        book.remove(book.worksheets[0])
        book.save(path)
        book.close()
        return path


def finish(process: subprocess.Popen[str]) -> Finished:
    """Wait for a command that was started."""
    out, err = process.communicate(timeout=PATIENCE_S)
    return Finished(process.returncode, out, err)


def outlasts(process: subprocess.Popen[str], seconds: float) -> bool:
    """Tell whether a command still runs after some time."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def row(reference: str, **changes: object) -> Row:
    """Return a good row with some cells changed; `Fee_Bearer` stands for "Fee Bearer"."""
    good = {
        "Ref": reference,
        "Customer ID": "10234",
        "Currency": "USD",
        "Note": f"Rent, {reference}",
        "Fee Bearer": "PAYER",
        "Payment Link": "yes",
        "Due": DUE,
    }
    return good | {name.replace("_", " "): value for name, value in changes.items()}


def rows(count: int) -> list[Row]:
    """Return some good rows: A-1, A-2, …."""
    return [row(f"A-{number}") for number in range(1, count + 1)]


def read_results(path: Path) -> list[Row]:
    """Read a results file: the Results sheet of a workbook, or a CSV."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    with closing(load_workbook(path)) as book:
        headers, *lines = book["Results"].iter_rows(values_only=True)
        return [dict(zip(map(str, headers), line, strict=True)) for line in lines]
