"""Results that programs and people changed, imported again and again: each row is one invoice."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from books_api import BooksApi, books_api
from desk import Row, read_results, row
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_slow_answers import TOKEN, Person

from importer.ledger.memory import MemoryLedger
from importer.pipeline import import_file
from importer.settings import Api, Settings

CHANGED = {
    "007": "7",
    "0012.50": "12.5",
    "1E5": "100000",
    "1-2": "02-Jan",
    "May 2027": "May-27",
    "true": "TRUE",
}
"""What a spreadsheet program makes of texts in a CSV that it opens and saves."""

NOTES = st.sampled_from([*CHANGED, "Rent"])


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to results before they are imported again.

    Attributes:
        by_program: References and notes are changed, as of `CHANGED`.
        wrong: Which row gets a currency that is none; None to correct all rows.
        order: The order of the rows.
        without: A column of the results that is deleted; none where it is empty.
        elsewhere: They are imported with another ledger.
    """

    by_program: bool = field(kw_only=True)
    wrong: int | None
    order: list[int]
    without: str
    elsewhere: bool

    def apply(self, rows: list[Row]) -> list[Row]:
        """Return the rows changed."""
        changed = [dict(rows[index]) for index in self.order]
        for index, each in enumerate(changed):
            each["Currency"] = "US$" if index == self.wrong else "USD"
            each.pop(self.without, None)
            for column in ("Ref", "Note") if self.by_program else ():
                each[column] = CHANGED.get(str(each[column]), each[column])
        return changed


CHANGES = st.builds(
    Change,
    by_program=st.booleans(),
    wrong=st.none() | st.integers(0, len(CHANGED) - 1),
    order=st.permutations(range(len(CHANGED))),
    without=st.sampled_from(["", "status", "invoice_id", "error", "row"]),
    elsewhere=st.booleans(),
)


def send(file: Path, books: BooksApi, ledger: MemoryLedger) -> Path:
    """Import a file in this process; return its results."""
    output, person = file.with_suffix(".results.csv"), Person()
    options = Settings(file=file, ledger=file, output=output, lookup_delay=0)
    api = Api(books.url, "default", lambda: TOKEN, books.url)
    import_file(options, api, ledger=ledger, clock=person.clock, events=person)
    return output


@given(notes=st.lists(NOTES, min_size=6, max_size=6), changes=st.lists(CHANGES, max_size=3))
@example(
    notes=["true"] * 6,
    changes=[
        Change(by_program=True, wrong=0, order=[*range(6)], without="status", elsewhere=True),
        Change(by_program=False, wrong=None, order=[*range(6)], without="", elsewhere=False),
    ],
)
@settings(max_examples=3, deadline=None)
def test_a_row_is_one_invoice(notes: list[str], changes: list[Change]) -> None:
    """Nobody clears a cell to say that another invoice is meant: the customer has one."""
    rows = [
        row(reference, Note=note, Customer_ID=customer)
        for customer, (reference, note) in enumerate(zip(CHANGED, notes, strict=True), 1)
    ]
    ledger = MemoryLedger()
    with tempfile.TemporaryDirectory() as folder, books_api() as books:
        first = Change(by_program=False, wrong=None, order=[*range(6)], without="", elsewhere=False)
        for generation, change in enumerate([first, *changes]):
            rows = change.apply(rows)
            file = Path(folder, f"{generation}.csv")
            with file.open("w", encoding="utf-8", newline="") as text:
                writer = csv.DictWriter(text, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            rows = read_results(send(file, books, MemoryLedger() if change.elsewhere else ledger))
        assert Counter(book["counterparty_id"] for book in books.books) == Counter(range(1, 7))
