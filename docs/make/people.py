"""People's words for what the code calls otherwise, and for signs that the page needs itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

WORDS = {
    "absolute": "file",
    "alone": "row",
    "answered": "number",
    "asked": "another name",
    "at": "time",
    "beside": "the others",
    "by": "whom",
    "ceil": "number",
    "chosen": "name",
    "claimed at": "time",
    "codec": "encoding",
    "count": "number",
    "counterparty id": "customer",
    "creates": "number",
    "damage": "what is damaged",
    "days": "number",
    "db": "number",
    "different": "what differs",
    "digits": "the whole number",
    "doubts": "number",
    "dumps": "value",
    "end": "month",
    "everything": "number",
    "expected": "owner",
    "expires": "day",
    "failed": "number",
    "far": "time",
    "faults": "what is damaged",
    "files": "number",
    "fitting": "sheet",
    "former": "its name",
    "found": "the nearest",
    "geteuid": "you",
    "give up after s": "number",
    "given": "field",
    "height": "number",
    "hours": "number",
    "http status": "number",
    "id": "run",
    "invalid": "number",
    "invoices": "number",
    "known since": "version",
    "length": "number",
    "longest": "number",
    "lost": "number",
    "machine": "its time zone",
    "marked": "encoding",
    "max": "most",
    "me": "you",
    "memory": "number",
    "min": "least",
    "minutes": "number",
    "missing": "number",
    "moment": "time",
    "more": "number",
    "near": "the nearest",
    "needed": "version",
    "newest": "number",
    "odd": "character",
    "only": "the nearest",
    "others": "the rest",
    "out": "file",
    "own": "header",
    "owner id": "owner",
    "parent": "folder",
    "part": "text",
    "path": "file",
    "pinned": "owner",
    "point": "number",
    "pop": "the one meant",
    "position": "cell",
    "purpose": "read or written",
    "readings": "dates",
    "run id": "run",
    "runs": "number",
    "seconds": "number",
    "stem": "name",
    "stood": "The headers found",
    "strangers": "owners",
    "suffix": "ending",
    "tail": "text",
    "theirs": "owners",
    "there": "file",
    "timeout": "number",
    "timeout s": "number",
    "times": "number",
    "took s": "number",
    "verify message": "reason",
    "wanted": "name",
    "warnings": "number",
    "where": "address",
    "witnesses": "number",
    "written": "key",
    "wrong": "number",
    "zone": "time zone",
}
"""What is only known when the program runs: the code's name, and people's."""

TOLD = '((‹place› | "‹name›" | (‹name›)): ‹message› | ‹message›)'
"""What is said of a cell, with its place."""

OWN: Mapping[str, Mapping[str, str]] = {
    "importer/columns.py": {
        "beside ‹named›": "beside ‹headers›",
        "‹text›": "‹header›",
        "The columns ‹near›": "The columns ‹fields›",
        "(‹h› | Your header)=‹field›": "‹header›=‹field›; ‹header›=‹field›",
        "‹near›=‹field›": "‹header›=‹field›",
    },
    "importer/cli/__init__.py": {"‹second›, behind": "‹word›, behind"},
    "importer/cli/inbox.py": {"(‹most› and ‹last› | ‹last›)": "‹their names›"},
    "importer/cli/status.py": {"‹runs› run‹…›: no": "‹runs› runs: no"},
    "importer/cli/voice.py": {"(‹most› and ‹last› | ‹last›)": "‹their names›"},
    "importer/likeness.py": {"from ‹named›": "from ‹reference›", "(‹named›)": "(‹its name›)"},
    "importer/unpack/book.py": {"(‹end› | 0) columns": "‹number› columns"},
    "importer/unpack/package.py": {"(‹ceil› MiB | ‹count› bytes)": "‹number› MiB"},
    "importer/cli/entries.py": {
        "in double quotes, such as ‹key› = ‹sign›‹example›‹sign›": "in double quotes, such as "
        '‹key› = "‹example›"',
        "‹sign›‹example›‹sign›": "‹example›",
    },
    "importer/cli/console.py": {"(‹named› | others ‹others›)": "‹how many of which currency›"},
    "importer/doctor/findings.py": {"‹there›": "‹file›"},
    "importer/doctor/remote.py": {
        "‹found›": "‹reason›",
        "(‹remedy› | ‹remedy›. | Try again": "(‹remedy› | Try again",
    },
    "importer/read/grid.py": {
        "them.‹reason› Write": "them. [‹What was skipped, or is hidden.›] Write",
        "‹named›": "‹rows›",
        "‹words›": "‹their words›",
    },
    "importer/read/skipped.py": {"‹named›": "‹rows›", "‹words›": "‹their words›"},
    "importer/read/several.py": {
        "‹regions›": "‹cells›",
        "‹first› and ‹second›": "‹cells› and ‹cells›",
    },
    "importer/read/sheet.py": {"invoices: ‹fitting›": "invoices: ‹sheets›"},
    "importer/clean/date_words.py": {
        "‹first›": "‹date›",
        "‹second›": "‹date›",
        "‹end› has ‹day› days": "‹month› has ‹number› days",
        "written ‹end›": "written ‹date›",
        "write ‹day› for ‹day› ‹day›": "write ‹date› for ‹day›, or ‹date› for ‹day›",
    },
    "importer/clean/faults.py": {"‹note›": "‹cell›"},
    "importer/sandbox/command.py": {"‹getsockname›": "‹port›"},
    "importer/cli/words.py": {
        'double quotes: "‹found›"': 'double quotes: "‹file›"',
    },
    "importer/read/encoding.py": {
        '"‹first›" (‹one›) or "‹second›" (‹other›)': '"‹text›" (‹codec›) or "‹other text›" '
        "(‹other encoding›)",
    },
    "importer/reading.py": {"‹other›": "‹other header›"},
    "importer/settings.py": {"‹text›": "‹address›"},
    "importer/submit/policy.py": {"‹other›": "‹other reference›"},
    "importer/preview.py": {TOLD: "‹place›: ‹message›"},
    "importer/report.py": {TOLD: "‹place›: ‹message›"},
    "importer/workbook/place.py": {"‹sent›Choose": "[Nothing was sent.] Choose"},
    "importer/validate/wording.py": {
        "‹references›": "‹reference›",
        "such as ‹others› or ‹last›": "such as ‹code› or ‹code›",
    },
    "importer/validate/remarks.py": {
        "‹named›": "‹rows›",
        "‹odd›": "‹currency›",
        "‹used›": "‹usual currency›",
    },
}
"""The same for one file of the code, as a whole phrase."""

OPENING, CLOSING = "\ue000", "\ue001"
"""Stand for brackets that are a part of what is said, until the page has its own."""


def keep_brackets(text: str) -> str:
    """Return a text of the code with its own brackets out of the way of the page's."""
    return text.replace("[", OPENING).replace("]", CLOSING)


def in_peoples_words(text: str, path: str) -> str:
    """Return a message as the page has it.

    Args:
        text: The message, with the names of the code.
        path: The file of the code that says it.
    """
    for code, people in OWN.get(path, {}).items():
        text = text.replace(code, people)
    text = text.replace("{}", "‹number›")
    text = re.sub("‹([^‹›]*)›", lambda name: f"‹{WORDS.get(name[1], name[1])}›", text)
    lines = (" ".join(line.split()) for line in text.strip().splitlines())
    text = re.sub(r"(‹[^›]*›)\1", r"\1", "\n".join(filter(None, lines)))
    text = re.sub(r"\(\(([^()]*)\)\)", r"(\1)", text)
    text = re.sub(r"(?<=[\w›)])(‹options?›)+", " [‹options›]", text)
    whole = rf"[\w'./-]*{OPENING}[^{CLOSING}]*{CLOSING}'?"
    parts = text.split("`")
    parts[::2] = [re.sub(whole, lambda part: f"`{part[0]}`", part) for part in parts[::2]]
    return "`".join(parts).replace(OPENING, "[").replace(CLOSING, "]").replace("[*]", "[`*`]")
