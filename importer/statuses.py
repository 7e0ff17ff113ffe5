"""What each status says, and what it asks of the reader: the one place for those words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from importer.model import Status

LEFT = "Left for later by --limit."
"""What is said of a row that `--limit` leaves for later: it needs nobody."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A status in words.

    Attributes:
        meaning: What it means.
        at_api: Whether anything is at the API.
        remedy: What it asks of the reader, in few words; empty where it asks nothing.
        advice: The same for somebody who wasn't there, in whole sentences; empty likewise.
    """

    meaning: str
    at_api: str
    remedy: str = ""
    advice: str = ""


TELLINGS: Mapping[Status, Telling] = {
    Status.CREATED: Telling(
        "created in this run, or found there when a row in doubt was looked up",
        "yes, its number is known",
    ),
    Status.ALREADY_CREATED: Telling(
        "created earlier with the same content; not sent again", "yes, its number is known"
    ),
    Status.INVALID: Telling(
        "failed validation; not sent",
        "no",
        "correct the cells in the sheet Results and import that file",
        "Not sent. Correct what the column error names, then import this workbook; or correct your "
        "own file and import that.",
    ),
    Status.REJECTED: Telling(
        "the API refused it for good",
        "no",
        "correct the cells in the sheet Results and import that file",
        "Refused by the API; nothing was created. Correct what the column error names, then import "
        "this workbook.",
    ),
    Status.CONFLICT: Telling(
        "this reference is already used for different content; not sent",
        "yes, for the other content",
        "see the column error",
        "Not sent. The reference already belongs to an invoice with other content: give a new "
        "invoice a new reference, or make the row say what the existing invoice says.",
    ),
    Status.IN_DOUBT: Telling(
        "sent, but the answer never arrived or said nothing certain; never sent again blindly",
        "perhaps",
        "run the file again later, or see import-invoices status --in-doubt",
        "Sent, but no certain answer came, so that the invoice may exist: don't enter it by hand. "
        "Import this workbook, or the same file, again later: the invoice is looked for before "
        "anything is sent. What stays in doubt is settled with `import-invoices resolve "
        "REFERENCE`.",
    ),
    Status.NOT_SENT: Telling(
        "the run ended before its turn, for a reason that is named",
        "no",
        "see to the reason in the column error, then run the file again",
        "Not sent. See to the reason that the column error gives, then import this workbook, or "
        "the same file, again.",
    ),
    Status.READY: Telling("would be sent by an import: only `check` says so", "no"),
}
