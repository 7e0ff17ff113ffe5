"""Headers → fields: names in any case, aliases, "did you mean" where a required one is missing."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources

from importer.errors import FileError
from importer.model import REQUIRED_FIELDS, Field
from importer.table import Column, ColumnMap


def normalise(header: str) -> str:
    """Return a header as it is compared: case-folded, words joined by underscores."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\s_.\-]+", "_", text).strip("_*:")


def match_fields(headers: Sequence[str]) -> dict[Field, list[int]]:
    """Return, for every field that some header names, the positions of those headers."""
    known = _known_headers()
    found: dict[Field, list[int]] = {}
    for position, header in enumerate(headers):
        if (matched := known.get(normalise(header))) is not None:
            found.setdefault(matched, []).append(position)
    return found


def count_fields(headers: Sequence[str]) -> int:
    """Return how many fields a row of headers names."""
    return len(match_fields(headers))


def fits(headers: Sequence[str]) -> bool:
    """Tell whether a row of headers names every required field."""
    return match_fields(headers).keys() >= REQUIRED_FIELDS


def map_columns(headers: Sequence[str]) -> ColumnMap:
    """Map a file's headers to the fields of an invoice.

    Args:
        headers: The file's headers, as written, in order.

    Raises:
        FileError: When a required field has no column, or a field has two.
    """
    found = match_fields(headers)
    missing = [field for field in Field if field in REQUIRED_FIELDS - found.keys()]
    if missing:
        raise FileError(_missing_message(missing, headers, found))
    for field, positions in found.items():
        if len(positions) > 1:
            named = " and ".join(f'"{headers[p]}"' for p in positions)
            raise FileError(
                f"Two columns give {field}: {named}. Rename or remove one. Nothing was sent."
            )
    return ColumnMap({f: Column(str(p[0]), headers[p[0]]) for f, p in found.items()})


@cache
def _known_headers() -> dict[str, Field]:
    aliases = tomllib.loads(resources.files("importer").joinpath("columns.toml").read_text("utf-8"))
    return {
        normalise(name): field for field in Field for name in (field.value, *aliases[field.value])
    }


def _missing_message(
    missing: Sequence[Field], headers: Sequence[str], found: dict[Field, list[int]]
) -> str:
    taken = {position for positions in found.values() for position in positions}
    free = [h for p, h in enumerate(headers) if p not in taken and h]
    lines = []
    for field in missing:
        near = _nearest(field, free)
        hint = f' Did you mean the column "{near}"? Rename it to {field}.' if near else ""
        lines.append(f"The column {field} is missing.{hint}")
    listed = ", ".join(f'"{h}"' for h in headers if h) or "none"
    return f"{' '.join(lines)} Headers found: {listed}. Nothing was sent."


def _nearest(field: Field, headers: Sequence[str]) -> str | None:
    names = [name for name, of in _known_headers().items() if of is field]
    by_form = {normalise(header): header for header in headers}
    scored = (
        (difflib.SequenceMatcher(None, name, form).ratio(), header)
        for name in names
        for form, header in by_form.items()
    )
    ratio, header = max(scored, default=(0.0, ""))
    return header if ratio >= 0.6 else None  # noqa: PLR2004 difflib's own default cutoff
