"""A run's file as invoices: opened and read as its options say."""

from __future__ import annotations

import datetime as dt
import os.path
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from importer.clean import Reading
from importer.errors import FileError, UsageError
from importer.garbage import uncollected
from importer.headers import header_key
from importer.inbox import digest
from importer.model import Field, UserColumns
from importer.read import Limits, Opening, read_table
from importer.read.options import MIB
from importer.settings import Settings
from importer.table import Invoices, Table
from importer.validate import interpret, object_to_values

LOCKS = {"LibreOffice": ".~lock.{}#", "Excel": "~${}"}
"""The file that a program keeps beside one that is open in it, by the file's name."""


@uncollected()
def read_invoices(settings: Settings, at: dt.datetime) -> tuple[Table, Invoices]:
    """Read a file and say what is wrong with its rows; nothing else happens.

    Args:
        settings: The run's options.
        at: When it is read.

    Raises:
        FileError: When the file can't be imported at all.
        UsageError: When an option about reading is wrong.
    """
    reading = to_reading(asdict(settings), at)
    table = read_table(settings.file, to_opening(settings))
    table = replace(table, warnings=(*_say_open(settings.file), *table.warnings))
    return table, interpret(table, reading)


def _say_open(file: Path) -> Iterator[str]:
    """Yield a warning for each spreadsheet program that seems to have a file open."""
    for program, lock in LOCKS.items():
        if os.path.exists(file.parent / lock.format(file.name)):  # noqa: PTH110 unlike Path's, any name
            yield (
                f"{file.name} seems to be open in {program}: what isn't saved there isn't seen. "
                "Save it there, and do this again if you changed anything."
            )


def was_changed(table: Table) -> bool:
    """Tell whether a file says something else by now; one that can't be read any more doesn't."""
    with suppress(OSError, FileError):  # a pipe can't be read twice
        return table.path.is_file() and digest(table.path) != table.sha256
    return False


def to_opening(settings: Settings) -> Opening:
    """Return how a run's file is opened."""
    return Opening(
        sheet=settings.sheet,
        encoding=settings.encoding,
        skip_hidden=settings.skip_hidden,
        columns=_columns(settings.columns, settings.defaults),
        limits=Limits(
            memory=settings.max_memory * MIB,
            file_size=settings.max_file_size * MIB,
            rows=settings.max_rows,
            columns=settings.max_columns,
            cell_length=settings.max_cell_length,
        ),
    )


def to_reading(options: Mapping[str, Any], at: dt.datetime) -> Reading:
    """Return how the cells of a run's file are read.

    Args:
        options: The run's settings by name, as they are or as the ledger keeps them; a run of an
            older version lacks some, which had no effect then.
        at: When the file is read; with the options' zone it says which day is today.

    Raises:
        UsageError: When one of them is wrong.
    """
    plain = Reading(timezone=options["timezone"], date_format=options["date_format"])
    return Reading(
        timezone=plain.timezone,
        date_format=plain.date_format,
        today=at.astimezone(zoneinfo.ZoneInfo(plain.timezone)).date(),
        columns=_columns(options.get("columns", {}), options.get("defaults", {})),
        max_reference=options.get("max_reference_length", plain.max_reference),
        max_note=options.get("max_note_length", plain.max_note),
        warnings_as_errors=options.get("warnings_as_errors", plain.warnings_as_errors),
    )


def check_defaults(settings: Settings, at: dt.datetime) -> dict[str, str]:
    """Return what is wrong with the values of fields whose column a file lacks, by field.

    They are read as cells are, once, before there is a file.

    Args:
        settings: The run's options.
        at: When the file is read.

    Raises:
        UsageError: When an option about reading is wrong.
    """
    return object_to_values(settings.defaults, to_reading(asdict(settings), at))


def _columns(columns: Mapping[str, str], defaults: Mapping[str, str]) -> UserColumns:
    """Return which header gives which field, and what the others have."""
    return UserColumns(_fields(columns), {Field(name): text for name, text in defaults.items()})


def _fields(columns: Mapping[str, str]) -> Mapping[str, Field]:
    """Return which header gives which field.

    Raises:
        UsageError: When two headers that count as one give different fields.
    """
    fields = {header: Field(name) for header, name in columns.items()}
    seen: dict[str, tuple[str, Field]] = {}
    for header, field in fields.items():
        other, given = seen.setdefault(header_key(header), (header, field))
        if given is not field:
            raise UsageError(
                f'--columns maps "{other}" to {given}, and "{header}", which counts as the same '
                f"header, to {field}. Leave one out."
            )
    return fields
