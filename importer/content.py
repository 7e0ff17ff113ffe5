"""What an invoice says: the canonical body that is sent and kept, and when two bodies say the same.

*Same* is decided field by field, never by a digest, so that another version of our normalising or
another `--timezone` doesn't turn an invoice that exists into a conflict.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping

import polars as pl

from importer.model import Create, Field

BODY = "body"
"""The frame column with the canonical JSON body."""


def write_bodies(frame: pl.DataFrame) -> pl.Series:
    """Return the canonical JSON body of every row; a due date that there isn't is left out.

    Args:
        frame: Rows as in `Invoices.frame`.
    """
    fields = [pl.col(field) for field in Field if field is not Field.DUE_DATE]
    undated = pl.struct(fields).struct.json_encode()
    dated = pl.struct(*fields, Field.DUE_DATE).struct.json_encode()
    return frame.select(
        pl.when(pl.col(Field.DUE_DATE).is_null()).then(undated).otherwise(dated).alias(BODY)
    ).to_series()


def differences(ours: Create, stored: Create) -> tuple[str, ...]:
    """Tell in which fields a row differs from what was sent before; empty when both say the same.

    Args:
        ours: What the row says now.
        stored: What the ledger kept of an earlier attempt.

    Returns:
        A phrase per differing field, such as `note "Rent" (now "Rent, May")`.
    """
    if ours.body == stored.body:
        return ()
    now, then = json.loads(ours.body), json.loads(stored.body)
    found = [
        f"{field} {_said(then, field)} (now {_said(now, field)})"
        for field in Field
        if field not in {Field.REFERENCE_ID, Field.DUE_DATE}
        and _comparable(now, field) != _comparable(then, field)
    ]
    if not _same_date(ours.due_day, _instant(now), stored.due_day, _instant(then)):
        was, is_ = stored.due_day or _said(then, Field.DUE_DATE), ours.due_day
        found.append(f"{Field.DUE_DATE} {was} (now {is_ or _said(now, Field.DUE_DATE)})")
    return tuple(found)


def collapse(note: str) -> str:
    """Return a note as it is compared: NFC, every run of white space one space."""
    return " ".join(unicodedata.normalize("NFC", note).split())


def parse_instant(text: str) -> dt.datetime | None:
    """Read an RFC 3339 date-time, to the second, in UTC; None where it is none."""
    try:
        instant = dt.datetime.fromisoformat(text.upper())
        zoned = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
        return zoned.astimezone(dt.UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


def _same_date(
    day: str | None, instant: dt.datetime | None, old_day: str | None, old: dt.datetime | None
) -> bool:
    if day is not None and old_day is not None:
        return day == old_day
    return instant == old


def _instant(body: Mapping[str, object]) -> dt.datetime | None:
    text = body.get(Field.DUE_DATE)
    return parse_instant(text) if isinstance(text, str) else None


def _comparable(body: Mapping[str, object], field: Field) -> object:
    value = body.get(field)
    return collapse(value) if field is Field.NOTE and isinstance(value, str) else value


def _said(body: Mapping[str, object], field: Field) -> str:
    value = body.get(field)
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
