"""What the ledger holds, as fields for machines; they are only ever added to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from importer.model import InvoiceRef, Status
from importer.printable import printable
from importer.records import Account, Attempt, Entry, Resolution, Run, Settlement

if TYPE_CHECKING:
    from importer.search import Seen

SCHEMA_VERSION = 1

RUN_FIELDS: Mapping[str, str] = {
    "run_id": "its name",
    "account": "the account's name and the API's URL",
    "started_at": "when it began",
    "ended_at": "when it ended; null while it goes on, or where it was killed",
    "duration_s": "seconds from start to end",
    "user": "who ran it: the name that the operating system knows",
    "host": "the machine's name",
    "file": "the absolute path of the file then",
    "sha256": "the file's digest: which bytes were imported",
    "options": "the options in force, by name, those of the configuration too; no secrets",
    "counts": "rows by status; null where the run did not come to its end",
    "output": "the absolute path of the results; null where none were written",
    "exit_code": "what the command ended with",
    "error": "why it stopped; null where it went to its end",
    "pruned": "true where its rows were emptied, being older than `--keep-results`",
}
"""What `runs --json` says of a run."""

REFERENCE_FIELDS: Mapping[str, str] = {
    "reference": "the reference, as it was sent",
    "account": "whose invoice it is",
    "state": "`created`, `in_doubt`, `other` (the API has another invoice under it) or `free`",
    "invoice_number": "its invoice's number; null where there is none",
    "invoice_id": "and its id; null too where only the number was told",
    "attempts": "every attempt to send it, the first one first",
}
"""What `status --json` says of a reference."""

ATTEMPT_FIELDS: Mapping[str, str] = {
    "claimed_at": "when it was written down, right before it was sent",
    "run_id": "the run that sent it",
    "file": "the absolute path of that run's file",
    "row": "the row's number, as the sheet shows it",
    "user": "who ran it",
    "host": "on which machine",
    "body": "what was sent",
    "idempotency_key": "the key that was sent with it",
    "reply": "what the API answered: `kind`, `at`, `http_status`, `detail`, `invoice_number`, "
    "`invoice_id`; null where no answer was written down",
    "resolution": "how a doubt was settled: `verdict` (`found`, `absent`, `other`), `by`, `at`, "
    "`detail`, `invoice_number`, `invoice_id`; null where none was, or it isn't yet",
}
"""What `status --json` says of an attempt."""

SEEN_FIELDS: Mapping[str, str] = {
    "run_id": "the run whose file had the row",
    "account": "for whom it ran",
    "started_at": "when it began",
    "file": "the absolute path of its file",
    "row": "the row's number, as the sheet shows it",
    "status": "what became of the row then",
    "invoice_number": "the invoice that existed at the API; null where none was known",
    "error": "what its column `error` said; null where nothing",
}
"""What `status --json` says of a row with a reference that was never sent from here."""

LEDGER_FIELDS: Mapping[str, str] = {
    "path": "the ledger's absolute path",
    "whole": "false where its file is damaged; the figures are null then",
    "faults": "what is wrong with it, a list of texts",
    "runs": "how many runs it holds",
    "attempts": "how many attempts to send",
    "in_doubt": "how many references are in doubt",
    "accounts": "the accounts' names and the API's URLs",
    "bytes": "how large it is",
    "free": "how many bytes of these wait for reuse",
}
"""What `ledger check --json` says."""

CHECK_FIELDS: Mapping[str, str] = {
    "name": "what was looked at",
    "state": "`ok`, `warning`, `wrong`, or `unchecked` where something before it is wrong",
    "found": "what was found",
    "remedy": "what to do; empty where nothing is to be done",
}
"""What `doctor --json` says of a check."""


def to_json(**fields: object) -> str:
    """Return one object on one line, with the version of its fields' meaning."""
    line = json.dumps({"schema_version": SCHEMA_VERSION, **fields}, ensure_ascii=False)
    # A file's name may be no UTF-8; JSON is (RFC 8259, section 8.1).
    return line.encode(errors="surrogatepass").decode(errors="replace")


def run_fields(run: Run, account: Account) -> dict[str, Any]:
    """Return a run's fields; what is known only at its end is null before.

    Args:
        run: The run; its table and outcomes don't matter.
        account: The account that it sends for.
    """
    start, end = run.start, run.end
    return {
        "run_id": start.id,
        "account": str(account),
        "started_at": _at(start.at),
        "ended_at": None if end is None else _at(end.at),
        "duration_s": None if end is None else round((end.at - start.at).total_seconds(), 3),
        "user": start.user,
        "host": start.host,
        "file": printable(start.file),
        "sha256": start.sha256,
        "options": json.loads(start.options),
        "counts": None if end is None or not end.counts else _counts(end.counts),
        "output": None if end is None else end.output,
        "exit_code": None if end is None else end.exit_code,
        "error": None if end is None else end.error,
        "pruned": run.pruned,
    }


def entry_fields(entry: Entry, account: Account, runs: Mapping[str, Run]) -> dict[str, Any]:
    """Return the fields of a reference: what is believed, and every attempt.

    Args:
        entry: What the ledger knows of it.
        account: Whose invoice it is.
        runs: The runs that its attempts were made in, by name.
    """
    made = entry.created.invoice if entry.created is not None else None
    if made is None and entry.other is not None:
        made = entry.other.invoice
    return {
        "reference": entry.reference,
        "account": str(account),
        "state": entry.state.value,
        **_invoice(made),
        "attempts": [_attempt(attempt, runs[attempt.run_id]) for attempt in entry.attempts],
    }


def seen_fields(seen: Seen, account: Account) -> dict[str, Any]:
    """Return the fields of a row that had a reference which was never sent.

    Args:
        seen: The row.
        account: The account of its run.
    """
    start, outcome = seen.run.start, seen.outcome
    return {
        "run_id": start.id,
        "account": str(account),
        "started_at": _at(start.at),
        "file": printable(start.file),
        "row": outcome.row,
        "status": outcome.status.value,
        "invoice_number": None if outcome.invoice is None else outcome.invoice.number,
        "error": outcome.message or None,
    }


def _attempt(attempt: Attempt, run: Run) -> dict[str, Any]:
    settlement, resolution = attempt.settlement, attempt.resolution
    return {
        "claimed_at": _at(attempt.claimed_at),
        "run_id": attempt.run_id,
        "file": printable(run.start.file),
        "row": attempt.create.row,
        "user": run.start.user,
        "host": run.start.host,
        "body": json.loads(attempt.create.body),
        "idempotency_key": attempt.idempotency_key,
        "reply": None if settlement is None else _reply(settlement),
        "resolution": None if resolution is None else _resolution(resolution),
    }


def _reply(settlement: Settlement) -> dict[str, Any]:
    return {
        "kind": settlement.kind.value,
        "at": _at(settlement.at),
        "http_status": settlement.http_status,
        "detail": settlement.detail,
        **_invoice(settlement.invoice),
    }


def _resolution(resolution: Resolution) -> dict[str, Any]:
    return {
        "verdict": resolution.verdict.value,
        "by": resolution.by,
        "at": _at(resolution.at),
        "detail": resolution.detail,
        **_invoice(resolution.invoice),
    }


def _invoice(invoice: InvoiceRef | None) -> dict[str, Any]:
    """Return an invoice's number and id; the id is unknown where somebody gave the number alone."""
    number, identity = (None, None) if invoice is None else (invoice.number, invoice.id or None)
    return {"invoice_number": number, "invoice_id": identity}


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    return {status.value: counts.get(status.value, 0) for status in Status}


def _at(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="microseconds")
