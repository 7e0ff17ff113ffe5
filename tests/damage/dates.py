"""Due dates in a text file: every way to write them, told apart or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace

from damage.owner import instant
from damage.pieces import BASES, Base, make_variant
from damage.variant import Variant
from importer.clean import Reading

MONTHS: dict[str, tuple[str, ...]] = {
    "english": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "english-short": (
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ),
    "french": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
    "french-short": (
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
        "déc.",
    ),
    "portuguese": (
        "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro",
        "outubro", "novembro", "dezembro",
    ),
    "spanish": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
        "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip


def with_dues(
    base: Base, days: list[dt.date], write: Callable[[dt.date], str], zone: str = "UTC"
) -> Base:
    """Return a file whose due dates are these days, written in some way."""
    rows = []
    for i, row in enumerate(base.rows):
        day = days[i % len(days)]
        meant = {"due_date": instant(day.isoformat(), zone)}
        rows.append(row.write(meant, due_date=write(day)))
    return replace(base, rows=tuple(rows))


CLEAR = [dt.date(2027, 1, 31), dt.date(2027, 4, 3), dt.date(2027, 12, 25), dt.date(2028, 2, 29)]
UNCLEAR = [dt.date(2027, 3, 4), dt.date(2027, 4, 3), dt.date(2027, 12, 11), dt.date(2027, 1, 2)]
SAME_DAY = [dt.date(2027, 3, 3), dt.date(2027, 4, 4)]
ORDERS = {
    "d/m/Y": lambda d: f"{d.day}/{d.month}/{d.year}",
    "dd/mm/Y": lambda d: d.strftime("%d/%m/%Y"),
    "dd-mm-Y": lambda d: d.strftime("%d-%m-%Y"),
    "dd.mm.Y": lambda d: d.strftime("%d.%m.%Y"),
    "mm/dd/Y": lambda d: d.strftime("%m/%d/%Y"),
    "m/d/Y": lambda d: f"{d.month}/{d.day}/{d.year}",
    "mm-dd-Y": lambda d: d.strftime("%m-%d-%Y"),
    "dd/mm/Y 17:00": lambda d: d.strftime("%d/%m/%Y 23:59:59"),
}
CERTAIN: dict[str, Callable[[dt.date], str]] = {
    "Y/m/d": lambda d: d.strftime("%Y/%m/%d"),
    "Y.m.d": lambda d: d.strftime("%Y.%m.%d"),
    "Ymd": lambda d: d.strftime("%Y%m%d"),
    "midnight": lambda d: f"{d} 00:00:00",
    "T": lambda d: f"{d}T23:59:59Z",
    "offset": lambda d: f"{d}T22:59:59-01:00",
    "serial": lambda d: str((d - dt.date(1899, 12, 30)).days),
}


def date_columns() -> Iterator[Variant]:
    """All due dates in another form; day and month told apart by others of the column, or not."""
    for base in (BASES[0], BASES[2]):
        for name, write in CERTAIN.items():
            file = with_dues(base, CLEAR, write)
            yield make_variant(file, f"dates-{name}", file.pieces())
        for name, write in ORDERS.items():
            clear, unclear = with_dues(base, CLEAR, write), with_dues(base, UNCLEAR, write)
            yield make_variant(clear, f"dates-{name}-clear", clear.pieces())
            everything = base.everything()
            yield make_variant(
                unclear, f"dates-{name}-unclear", unclear.pieces(), everything, "d or m"
            )
            same = with_dues(base, SAME_DAY, write)
            yield make_variant(same, f"dates-{name}-same", same.pieces(), everything, "d or m")
            iso = with_dues(base, CLEAR, dt.date.isoformat)
            mixed = (*iso.rows[:5], *unclear.rows[5:])
            both = replace(base, rows=mixed)
            yield make_variant(
                both, f"dates-{name}-and-iso", both.pieces(), set(range(5, 10)), "d or m"
            )
            if "17:00" in name:
                continue
            pattern = (
                name.replace("dd", "d").replace("mm", "m").replace("d", "%d").replace("m", "%m")
            )
            reading = Reading(date_format=pattern.replace("Y", "%Y"))
            yield make_variant(unclear, f"dates-{name}-said", unclear.pieces(), reading=reading)
        day_first, month_first = (with_dues(base, CLEAR, ORDERS[n]) for n in ("dd/mm/Y", "mm/dd/Y"))
        mixed = (*day_first.rows[:5], *month_first.rows[5:])
        both = replace(base, rows=mixed)
        unclear_ones = {i for i, row in enumerate(mixed) if "T" in (row.invoice.due_date or "")}
        yield make_variant(both, "dates-orders-mixed", both.pieces(), unclear_ones, "d or m")
        short = with_dues(base, UNCLEAR, lambda d: d.strftime("%d/%m/%y"))
        yield make_variant(short, "dates-y", short.pieces(), base.everything(), "which century?")
        for name, pattern in {"dates-y-said": "%d/%m/%y", "dates-Ydm-said": "%Y-%d-%m"}.items():
            odd = with_dues(base, UNCLEAR, lambda d, pattern=pattern: d.strftime(pattern))
            yield make_variant(odd, name, odd.pieces(), reading=Reading(date_format=pattern))


def month_names() -> Iterator[Variant]:
    """Due dates with the month's name, every month, in the languages of users."""
    days = [dt.date(2027, month, 3 + month) for month in range(1, 13)]
    base = BASES[2]
    for language, names in MONTHS.items():
        for i, form in enumerate(
            ("{d} {m} {y}", "{d}-{m}-{y}", "{m} {d}, {y}", "{d} de {m} de {y}")
        ):
            for start in (0, 2):
                some = days[start:] + days[:start]
                write = lambda d, form=form, names=names: form.format(  # noqa: E731
                    d=d.day, m=names[d.month - 1], y=d.year
                )
                file = with_dues(base, some, write)
                damaged = set() if i == 0 else base.everything()
                name = f"dates-{language}-{i}-from{start}"
                yield make_variant(file, name, file.pieces(), damaged, "a form of its own")


def zones() -> Iterator[Variant]:
    """Dates and times without a zone, in the zone that is said."""
    base = BASES[0]
    for zone in (
        "Africa/Monrovia",
        "Europe/Paris",
        "America/New_York",
        "Asia/Kolkata",
        "Pacific/Apia",
    ):
        days = [
            dt.date(2027, 3, 27),
            dt.date(2027, 3, 28),
            dt.date(2027, 10, 31),
            dt.date(2027, 12, 31),
        ]
        file = with_dues(base, days, dt.date.isoformat, zone)
        yield make_variant(file, f"zone-{zone}", file.pieces(), reading=Reading(timezone=zone))
        timed = tuple(
            row.write(
                {"due_date": instant(f"2027-06-{i + 10}T17:30:00", zone)},
                due_date=f"2027-06-{i + 10} 17:30",
            )
            for i, row in enumerate(base.rows)
        )
        file = Base(base.name, timed)
        yield make_variant(
            file, f"zone-{zone}-timed", file.pieces(), reading=Reading(timezone=zone)
        )
