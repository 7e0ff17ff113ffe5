from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from desk import SAMPLES, Desk, Finished, Row, read_results, row
from odd_api import OddApi


@dataclass(frozen=True, slots=True)
class Server:
    """What the sandbox has: number by reference, invoices, and creates received ever."""

    numbers: dict[str, str]
    invoices: int
    creates_received: int


@dataclass(frozen=True, slots=True)
class Job:
    """A run: how it ended, its results, and what the server had afterwards."""

    finished: Finished
    results: list[Row]
    server: Server

    @property
    def statuses(self) -> set[str]:
        """The statuses that occur."""
        return {str(result["status"]) for result in self.results}

    @property
    def numbers(self) -> dict[str, str]:
        """The invoice number of every reference, as the results say."""
        return {result["Reference ID"]: result["invoice_number"] for result in self.results}


def look(data: Path) -> Server:
    """Look into the sandbox's database."""
    with closing(sqlite3.connect(data)) as db:
        pairs = db.execute("SELECT reference_id, invoice_number FROM invoice").fetchall()
        (received,) = db.execute("SELECT creates_received FROM sandbox").fetchone()
    return Server(dict(pairs), len(pairs), received)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Job]:
    """The sample imported as a workbook, as the same workbook again, then as CSV."""
    desk, jobs = Desk(tmp_path_factory.mktemp("desk")), dict[str, Job]()
    for name, sample in (("first", "xlsx"), ("again", "xlsx"), ("csv", "csv")):
        before = set(desk.folder.glob("reports/*"))
        finished = desk.run(SAMPLES / f"invoices.{sample}", "--sandbox", variables={})
        (output,) = set(desk.folder.glob("reports/invoices-*.xlsx")) - before
        jobs[name] = Job(finished, read_results(output), look(desk.sandbox))
    return jobs


def test_every_row_of_the_sample_becomes_an_invoice_that_the_server_has(
    jobs: dict[str, Job],
) -> None:
    """All 25 rows are created, under the numbers by which the server knows their references."""
    job = jobs["first"]
    assert job.finished.code == 0, job.finished.err
    assert job.statuses == {"created"}
    assert len(job.numbers) == job.server.invoices == job.server.creates_received == 25
    assert job.numbers == job.server.numbers


def test_summary_says_where_the_results_are_and_that_invoices_are_drafts(
    jobs: dict[str, Job],
) -> None:
    """The last line is the absolute path; a new invoice's total of 0 surprises nobody."""
    lines = jobs["first"].finished.out.splitlines()
    path = Path(lines[-1].removeprefix("Results: "))
    assert path.is_absolute()
    assert path.is_file()
    assert any("drafts with total 0" in line for line in lines)


@pytest.mark.parametrize("again", ["again", "csv"])
def test_same_rows_again_are_already_created(jobs: dict[str, Job], again: str) -> None:
    """The same rows, from the same file or as CSV: the same numbers, and nothing is sent."""
    job = jobs[again]
    assert job.finished.code == 0, job.finished.err
    assert job.statuses == {"already_created"}
    assert job.numbers == jobs["first"].numbers
    assert job.server == jobs["first"].server


def test_changed_cell_is_a_conflict_that_names_the_invoice(desk: Desk, api: OddApi) -> None:
    """A row changed after it was created is not sent; its error says what was created, and how."""
    desk.run(desk.csv("a.csv", [row("A-1"), row("A-2", Note="Rent")]), "--api-url", api.url)
    changed = desk.csv("b.csv", [row("A-1"), row("A-2", Note="Rent, May")])
    finished = desk.run(changed, "--api-url", api.url, "--json")
    assert finished.code == 1
    same, other = finished.results
    number = next(
        f"N-{position}"
        for position, invoice in enumerate(api.invoices, start=1)
        if invoice["reference_id"] == "A-2"
    )
    assert (same["status"], other["status"]) == ("already_created", "conflict")
    assert other["invoice_number"] == number
    for part in (f"Invoice {number}", '"Rent"', '"Rent, May"', "new reference"):
        assert part in other["error"]
    assert api.references == ["A-1", "A-2"]
