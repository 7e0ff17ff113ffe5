"""What a file's rows have in common with what was created before: likeness is told, not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from importer.clean.cells import shown
from importer.columns import result_column
from importer.content import BODY, differences, write_bodies
from importer.examples import hold_examples
from importer.ledger.port import Ledger
from importer.likeness import NUMBER, with_known, zero_key
from importer.model import REQUIRED_FIELDS, Code, Create, Field, Issue, explain
from importer.plan import Knowledge
from importer.records import Account, EntryState
from importer.table import ROW, Invoices


def recognise(
    invoices: Invoices,
    known: Knowledge,
    ledger: Ledger,
    account: Account,
    listed: Mapping[str, str] | None = None,
) -> Invoices:
    """Add what is wrong with references that are almost those of invoices that exist.

    So it is with those that aren't the references of the invoices which their rows, in our own
    results, name. The template's own examples are held back from a real API here too.

    Args:
        invoices: The validated rows.
        known: What is known of their very references.
        ledger: Knows others, which differ in their leading zeros, and by which numbers they go.
        account: Whose invoices they are.
        listed: More such references, by key, that the API lists; it may spell them as it likes.
    """
    entries, others = dict(known.entries), dict[str, str]()
    keys = invoices.frame["key"].drop_nulls()
    numbers = keys.filter(keys.str.contains(NUMBER)).to_list()
    if numbers:
        bare = {zero_key(key) for key in numbers}
        entries |= ledger.entries(account.id, bare)
        padded = ledger.padded(account.id).items()
        others = {key: reference for key, reference in padded if zero_key(key) in bare}
        others |= listed or {}
    # Not what is listed under the very key: a server may have its own way with case.
    sent = {
        k: entry.reference for k, entry in entries.items() if entry.state is not EntryState.FREE
    }
    references = sent | others
    changed = tuple(_find_changed(invoices, [*sent, *known.listed], ledger, account))
    told = [issue.row for issue in changed]
    untold = invoices.frame.filter(~pl.col(ROW).is_in(told)) if told else invoices.frame
    near = with_known(untold, invoices.columns, references)
    found = invoices.with_issues((*changed, *near))
    return found if account.is_sandbox else hold_examples(found)


def _find_changed(
    invoices: Invoices, taken: Sequence[str], ledger: Ledger, account: Account
) -> Iterator[Issue]:
    """Yield an issue for each row of no taken key that names an invoice of another reference.

    What the row says must be what that invoice says: the number of a rehearsal's invoice may be
    another one's here, and whoever copies a row for a new invoice changes more than the reference.
    """
    numbers = _find_numbers(invoices)
    if numbers.is_empty():
        return
    rows = _new_and_named(invoices, numbers, taken)
    made = ledger.numbered(account.id, rows["number"].to_list()) if len(rows) else {}
    rows = rows.filter(pl.col("number").is_in(list(made)))
    header = invoices.columns.header(Field.REFERENCE_ID)
    columns = (ROW, Field.REFERENCE_ID, "key", BODY, "due_day", "number")
    for *values, number in rows.with_columns(write_bodies(rows)).select(columns).iter_rows():
        create, sent = Create(*values), made[number].created
        if sent is not None and not differences(create, sent.create):
            say = _say_changed if numbers is invoices.numbers else _say_number
            message = say(create.reference, number, sent.create.reference)
            yield Issue(Code.REFERENCE_CHANGED, create.row, header, create.reference, message)


def _find_numbers(invoices: Invoices) -> pl.DataFrame:
    """Return which invoices the rows say they are.

    Of our results, no more may be left than the column `invoice_number`, which then gives the
    reference.
    """
    header = invoices.columns.header(Field.REFERENCE_ID)
    if invoices.numbers.is_empty() and result_column(header) == "invoice_number":
        return invoices.frame.select(ROW, pl.col(Field.REFERENCE_ID).alias("number"))
    return invoices.numbers


def _new_and_named(invoices: Invoices, numbers: pl.DataFrame, taken: Sequence[str]) -> pl.DataFrame:
    """Return the whole rows of no taken key, with the numbers of the invoices that they name."""
    whole = pl.all_horizontal(pl.col(field).is_not_null() for field in sorted(REQUIRED_FIELDS))
    new = invoices.frame.filter(whole & ~pl.col("key").is_in(taken))
    return new.join(numbers, on=ROW, how="inner", maintain_order="left")


def _say_changed(reference: str, number: str, sent: str) -> str:
    """Return what is said of a reference that isn't the one as which an invoice was sent."""
    return explain(
        f"{shown(reference)} is not the reference of {number}, which this row says it is: that is "
        f"{shown(sent)}",
        "expected the reference as it was sent",
        "write it so, with the cell formatted as Text; for another invoice, clear the row's cell "
        "invoice_number.",
    )


def _say_number(_: str, number: str, sent: str) -> str:
    """Return what is said where the number of an invoice stands for a reference."""
    return explain(
        f"{shown(number)} is the number of an invoice that says the same, with the reference "
        f"{shown(sent)}",
        "expected a reference of your own",
        "say which column has it with --columns (in a configuration: [columns]), as when the "
        "invoice was created; for another invoice, write another reference.",
    )


def say_imported(ledger: Ledger, account: Account, sha256: str) -> tuple[str, ...]:
    """Return a warning where this very file was imported before."""
    run = ledger.last_import(account.id, sha256)
    if run is None:
        return ()
    warning = (
        f"This very file was imported already, at {run.start.at:%Y-%m-%d %H:%M} UTC (run "
        f"{run.start.id}): what was created then is not created again."
    )
    return (warning,)
