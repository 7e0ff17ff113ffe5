"""Headers → fields: known names, the user's own mapping, defaults, "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from importer.errors import FileError
from importer.headers import aliases, header_key, how_alike, is_nearly, known_headers, normalise
from importer.model import Field, defaults_of, required_fields
from importer.nearest import did_you_mean, nearest
from importer.results import Results
from importer.table import RESULT_COLUMNS, Column, ColumnMap, Match

NEAR_MISSING = 0.7
"""How like a header must be to a name of a field that is missing: a guess is soon taken for
granted, and "Beleg", a document, is as like "libellé" as 0.67."""

NO_MAPPING: Mapping[str, Field] = MappingProxyType({})


def result_column(header: str) -> str | None:
    """Return which column of our results has this header, in any spelling; None where none has.

    Args:
        header: A header as written. What the results head "status (file)" is the user's own.
    """
    return _result_columns().get(_bare(header))


@cache
def _result_columns() -> Mapping[str, str]:
    return {_bare(name): name for name in RESULT_COLUMNS}


def _bare(header: str) -> str:
    """Return a header as `header_key` does, what is in brackets with it."""
    return normalise(header).replace(" ", "")


def match_fields(
    headers: Sequence[str], columns: Mapping[str, Field] = NO_MAPPING
) -> dict[Field, list[int]]:
    """Return, for every field that some header names, the positions of those headers.

    Args:
        headers: A row of headers.
        columns: The user's own mapping, header → field. Where one of its headers is there, no other
            header gives that field.
    """
    found = _match_mapping(headers, columns)
    known, own = known_headers(), {header_key(header) for header in columns}
    given = set(found)
    for position, header in enumerate(headers):
        key = header_key(header)
        if key not in own and (field := known.get(key)) is not None and field not in given:
            found.setdefault(field, []).append(position)
    return found


def count_fields(headers: Sequence[str], columns: Mapping[str, Field] = NO_MAPPING) -> int:
    """Return how many fields a row of headers names."""
    return len(match_fields(headers, columns))


def fits(headers: Sequence[str], columns: Mapping[str, Field] = NO_MAPPING) -> bool:
    """Tell whether a row of headers names every field that needs a column.

    A row that names none at all fits nothing, whatever has a default.
    """
    found = match_fields(headers, columns)
    return bool(found) and found.keys() >= required_fields(columns)


def map_columns(
    headers: Sequence[str],
    columns: Mapping[str, Field] = NO_MAPPING,
    *,
    places: Sequence[str] = (),
    where: str = "",
    results: Results | None = None,
) -> ColumnMap:
    """Map a file's headers to the fields of an invoice.

    Args:
        headers: The file's headers, as written, in order.
        columns: The user's own mapping, header → field; it wins over the names that are known. With
            defaults (`UserColumns`), for fields that no header gives.
        places: Where each header is, as the user finds it ("column D"); by default its number.
        where: Where the headers stand, such as `row 3 of the sheet "April"`; for messages.
        results: What the file has of our own results besides.

    Raises:
        FileError: When a required field has no column, a field has two, a header that the user
            mapped isn't there, or is of our results, or one is nearly that of the due date, or of
            a default's field.
    """
    results = results or Results()
    places = places or [f"column {number}" for number in range(1, len(headers) + 1)]
    stood = f"Headers found{f' in {where}' if where else ''}: {_list(headers)}"
    _check_mapping(headers, columns, stood, results)
    found = match_fields(headers, columns)
    _check_missing(headers, found, required_fields(columns), stood, results)
    for field, positions in found.items():
        if len(positions) > 1:
            raise FileError(
                _say_double(field, [(_quote(headers[p]), places[p]) for p in positions])
            )
    defaults = {f: value for f, value in defaults_of(columns).items() if f not in found}
    for field in Field:
        if field in defaults or (field is Field.DUE_DATE and field not in found):
            _check_near(field, defaults.get(field), headers, found, places)
    return ColumnMap(
        {
            field: Column(str(p), headers[p], _how(headers[p], field, columns))
            for field, (p,) in found.items()
        },
        defaults,
    )


def _match_mapping(headers: Sequence[str], columns: Mapping[str, Field]) -> dict[Field, list[int]]:
    """Return where the headers are that the user mapped; one written just so wins over others."""
    found: dict[Field, list[int]] = {}
    keys = [header_key(header) for header in headers] if columns else []
    for header, field in columns.items():
        like = [p for p, key in enumerate(keys) if key and key == header_key(header)]
        same = [p for p in like if headers[p].strip() == header.strip()]
        if like:
            found.setdefault(field, []).extend(same if len(same) == 1 else like)
    return {field: sorted(set(positions)) for field, positions in found.items()}


def _how(header: str, field: Field, columns: Mapping[str, Field]) -> Match:
    if header_key(header) in {header_key(mapped) for mapped in columns}:
        return Match.MAPPING
    return Match.NAME if header_key(header) == header_key(field.value) else Match.ALIAS


def _quote(header: str) -> str:
    return f'"{" ".join(header.split())}"'


def _list(headers: Iterable[str]) -> str:
    return ", ".join(_quote(h) for h in headers if h.strip()) or "none"


def _check_mapping(
    headers: Sequence[str], columns: Mapping[str, Field], stood: str, results: Results
) -> None:
    there = {header_key(header) for header in headers}
    ours = {header_key(header) for header in results.headers}
    for header, field in columns.items():
        if header_key(header) in ours - there:
            own = f" If these are no results, rename it to {field}." if not results.certain else ""
            raise FileError(
                f"{_quote(header)} is a column of the results, which an import adds: it can't give "
                f"{field}. Name a column of your own for {field} in --columns (in a configuration: "
                f"[columns]), or none.{own} {stood}. Nothing was sent."
            )
        if header_key(header) not in there:
            near = nearest(header, headers, form=header_key)
            hint = did_you_mean(_quote(near) if near else None)
            raise FileError(
                f"No column is headed {_quote(header)}, which is mapped to {field}.{hint} Correct "
                f"--columns (in a configuration: [columns]), or the header in the file. {stood}. "
                "Nothing was sent."
            )


def _say_number(results: Results) -> str:
    """Return why our column `invoice_number` is not taken for the reference, with a space behind.

    Empty where the file has none. In what is certainly ours nobody is told to rename it: that would
    make second invoices.
    """
    header = next((h for h in results.headers if result_column(h) == "invoice_number"), None)
    if header is None:
        return ""
    named = _say_all([_quote(h) for h in results.headers if h != header])
    rename = "If these are no results, and it is your own reference, rename it to reference_id. "
    return (
        f"The column {_quote(header)} is not taken for it: beside {named}, as in the results of an "
        "import, it holds the numbers that the API gave. "
        f"{'' if results.certain else rename}"
    )


def _check_missing(
    headers: Sequence[str],
    found: Mapping[Field, list[int]],
    required: frozenset[Field],
    stood: str,
    results: Results,
) -> None:
    missing = [field for field in Field if field in required - found.keys()]
    if not missing:
        return
    taken = {position for positions in found.values() for position in positions}
    free = [h for p, h in enumerate(headers) if p not in taken and h.strip()]
    near = _nearest(missing, free)
    asked = _ask_for_one(*near.popitem()) if len(missing) == 1 else _ask_for_several(near)
    number = _say_number(results) if Field.REFERENCE_ID in missing else ""
    raise FileError(f"{asked} {number}{stood}. Nothing was sent.")


def _ask_for_several(near: Mapping[Field, str | None]) -> str:
    """Return what is said of fields that no header gives, each with the one that may be meant."""
    meant = [f"{_quote(header)} for {field}" for field, header in near.items() if header]
    pairs = [f"{' '.join(header.split())}={field}" for field, header in near.items() if header]
    pairs = pairs or [f"Your header={next(iter(near))}"]
    return (
        f"The columns {_say_all(list(near))} are missing.{did_you_mean(_say_all(meant))} Add them, "
        "or give your columns these names, or say which column is which: --columns "
        f'"{"; ".join(pairs)}". '
        "`import-invoices template` writes a workbook that has all the headers."
    )


def _say_all(names: Sequence[str]) -> str:
    """Return names as a sentence has them: `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _ask_for_one(field: Field, near: str | None) -> str:
    """Return what is said of a field that no header gives, with the header that may be meant."""
    if near is None:
        return (
            f"The column {field} is missing. Add it, or say which column it is: --columns "
            f'"Your header={field}".'
        )
    return (
        f"The column {field} is missing. Did you mean the column {_quote(near)}? Rename it to "
        f'{field}, or say --columns "{" ".join(near.split())}={field}".'
    )


def _nearest(fields: Sequence[Field], headers: Sequence[str]) -> dict[Field, str | None]:
    """Return for each field the header that is most like one of its names, and no other field's."""
    scored = [
        (how_alike(header_key(name), header_key(header)), header, field)
        for header in headers
        for field in fields
        for name in aliases()[field]
    ]
    found: dict[Field, str | None] = dict.fromkeys(fields)
    for ratio, header, field in sorted(scored, key=lambda each: -each[0]):
        if ratio >= NEAR_MISSING and found[field] is None and header not in found.values():
            found[field] = header
    return found


def _say_double(field: Field, doubles: Sequence[tuple[str, str]]) -> str:
    named = " and ".join(f"{header} ({place})" for header, place in doubles)
    count = "Two" if len(doubles) == 2 else str(len(doubles))  # noqa: PLR2004 a pair has its word
    headers = [header.strip('"') for header, _ in doubles]
    own = [header for header in headers if result_column(header) is None]
    differ = len(set(headers)) > 1 and bool(own)
    choose = f', or say which it is: --columns "{own[0]}={field}"' if differ else ""
    return f"{count} columns give {field}: {named}. Rename or remove one{choose}. Nothing was sent."


def _check_near(
    field: Field,
    default: str | None,
    headers: Sequence[str],
    found: Mapping[Field, list[int]],
    places: Sequence[str],
) -> None:
    """Ask about a header that nearly is a field's: rows would go without, or with the default."""
    taken = {position for positions in found.values() for position in positions}
    for position, header in enumerate(headers):
        if position not in taken and is_nearly(header, field):
            text = " ".join(header.split())
            instead = f'"{default}" would be sent in its place' if default else "it isn't read"
            raise FileError(
                f'The column "{text}" ({places[position]}) may be a misspelt {field}, and so '
                f"{instead}. If {field} is meant, rename it so, or say --columns "
                f'"{text}={field}"; if not, rename it to something else. Nothing was sent.'
            )
