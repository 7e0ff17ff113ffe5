"""What each status says, and what it asks of the reader: the one place for those words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from importer.model import Status


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
        "Nothing was sent for these rows: correct what the column error names, then import the "
        "file again.",
    ),
    Status.REJECTED: Telling(
        "the API refused it for good",
        "no",
        "correct the cells in the sheet Results and import that file",
        "The API refused these rows and created nothing: correct what the column error names, "
        "then import the file again.",
    ),
    Status.CONFLICT: Telling(
        "this reference is already used for different content; not sent",
        "yes, for the other content",
        "see the column error",
        "The reference already belongs to an invoice with other content, and nothing was sent: "
        "give a new invoice a new reference, or make the row say what the existing invoice says.",
    ),
    Status.IN_DOUBT: Telling(
        "sent, but the answer never arrived or said nothing certain; never sent again blindly",
        "perhaps",
        "run the file again later, or see import-invoices status --in-doubt",
        "These rows were sent, but no certain answer came, so the invoice may exist: don't enter "
        "it by hand. Import the file again later, which looks these rows up before anything is "
        "sent; what stays in doubt is settled with `import-invoices resolve REFERENCE`.",
    ),
    Status.NOT_SENT: Telling(
        "the run ended before its turn, for a reason that is named",
        "no",
        "see to the reason in the column error, then run the file again",
        "The run ended before these rows had their turn, and no invoice was made of them: see to "
        "the reason that the column error gives, then import the file again.",
    ),
    Status.READY: Telling("would be sent by an import: only `check` says so", "no"),
}
