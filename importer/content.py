"""What an invoice says: the canonical body that is sent and kept, and when two bodies say the same.

*Same* is decided field by field, never by a digest, so that another version of our normalising or
another `--timezone` doesn't turn an invoice that exists into a conflict.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from importer.model import Create, Field
from importer.replies import ApiInvoice

LEAST_CUT = 20
"""No server cuts a note to fewer characters: what is shorter, and no end of ours, is another."""

BODY = "body"
"""The frame column with the canonical JSON body."""


def write_bodies(frame: pl.DataFrame) -> pl.Series:
    """Return the canonical JSON body of every row; a due date that there isn't is left out.

    Args:
        frame: Rows as in `Invoices.frame`.
    """
    dated = frame[Field.DUE_DATE].is_not_null()
    # Each once: a choice between two expressions would encode every row both ways.
    bodies = pl.concat([_encode(frame.filter(dated)), _encode(frame.filter(~dated), dated=False)])
    places = pl.concat([dated.arg_true(), (~dated).arg_true()])
    return bodies[places.arg_sort()]


def _encode(frame: pl.DataFrame, *, dated: bool = True) -> pl.Series:
    """Return rows as JSON, with their due dates or without."""
    fields = [field for field in Field if field is not Field.DUE_DATE]
    wanted = [*fields, Field.DUE_DATE] if dated else fields
    return frame.select(pl.struct(wanted).struct.json_encode().alias(BODY)).to_series()


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


def listed_differences(ours: Create, listed: ApiInvoice) -> tuple[str, ...]:
    """Tell in which fields the API lists an invoice differently from what a row says.

    Servers cut notes and round times, and listings leave fields out: none of that differs.

    Args:
        ours: What the row says, or what was sent.
        listed: An invoice from the API's listing.

    Returns:
        A phrase per differing field, as of `differences`.
    """
    body = json.loads(ours.body)
    there: dict[str, object] = {
        Field.COUNTERPARTY_ID: listed.counterparty_id,
        Field.CURRENCY: listed.currency,
        Field.NOTE: listed.note,
        Field.FEE_BEARER: listed.fee_bearer,
        Field.AS_PAYMENT_LINK: listed.as_payment_link,
        Field.DUE_DATE: listed.due_date,
    }

    def same(field: str, said: Any, value: Any) -> bool:  # noqa: ANN401 whatever JSON holds
        if field == Field.NOTE:
            return _cut(said, value)
        if field in {Field.CURRENCY, Field.FEE_BEARER}:
            return bool(said == value.strip().upper())
        return _rounded(ours.due_day, said, value) if field == Field.DUE_DATE else said == value

    return tuple(
        f"{field} {_said(there, field)} (now {_said(body, field)})"
        for field, value in there.items()
        if value is not None and field in body and not same(field, body[field], value)
    )


def remarks(taken: ApiInvoice, listed: Sequence[ApiInvoice]) -> tuple[str, ...]:
    """Tell what somebody should know of an invoice that a reference has at the API.

    Args:
        taken: The invoice.
        listed: All that the API lists under its reference.
    """
    found = []
    if len(listed) > 1:
        numbers = ", ".join(invoice.number for invoice in listed)
        found.append(
            f"the API lists this reference {len(listed)} times: {numbers} (cancel at your "
            "invoicing service what is too many)"
        )
    if taken.cancelled:
        found.append("it has been cancelled (if it is still wanted, give the row a new reference)")
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


def _cut(note: str, listed: str) -> bool:
    """Tell whether a listed note is ours, white space and a cut-off end aside."""
    ours, theirs = collapse(note), collapse(listed)
    cut = theirs.endswith(("…", "...")) or len(listed) >= LEAST_CUT
    return theirs in {ours, ""} or (cut and ours.startswith(theirs.rstrip("… .")))


def _rounded(day: str | None, ours: str, listed: str) -> bool:
    """Tell whether a listed due date is ours, but for rounding to the minute or to the day.

    A date alone is that date in some time zone: from UTC-12 to UTC+14.
    """
    there, here = parse_instant(listed), parse_instant(ours)
    if there is None or here is None:
        return True
    if day is not None:
        noon = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
        return dt.timedelta(hours=-26) <= there - noon <= dt.timedelta(hours=24)
    midnight = there.replace(hour=0, minute=0, second=0) == there
    return abs(there - here) < dt.timedelta(minutes=1) or (midnight and there.date() == here.date())


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


def _said(body: Mapping[str, object], field: str) -> str:
    value = body.get(field)
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
