"""What the owner of a file meant: some invoices, in the words of finance people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

FIELDS = (
    "reference_id",
    "counterparty_id",
    "currency",
    "note",
    "fee_bearer",
    "as_payment_link",
    "due_date",
)
OWN = "Department"
"""The header of the column that the owner has besides those of the importer."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice, as its owner means it.

    Attributes:
        reference_id: The reference.
        counterparty_id: The customer's number.
        currency: The ISO 4217 code.
        note: What it is for.
        fee_bearer: PAYER or PAYEE.
        as_payment_link: Whether it is a payment link.
        due_date: The instant, RFC 3339 in UTC; None where there is none.
    """

    reference_id: str
    counterparty_id: int
    currency: str
    note: str
    fee_bearer: str
    as_payment_link: bool
    due_date: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the owner's, before any damage.

    Attributes:
        invoice: What is meant.
        cells: What is written, by field; the owner's own column too.
    """

    invoice: Invoice
    cells: dict[str, str]

    def write(self, meant: dict[str, object] | None = None, **cells: str) -> Row:
        """Return the row with some cells written otherwise, and perhaps other values meant."""
        return Row(replace(self.invoice, **(meant or {})), self.cells | cells)


def instant(text: str, zone: str = "UTC") -> str | None:
    """Return what is meant by an ISO date (the day's last second in a zone) or date-time."""
    if not text:
        return None
    if len(text) == len("2027-01-31"):
        text += "T23:59:59"
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def make_row(  # noqa: PLR0917 a row's cells in their order
    reference: str,
    number: int,
    currency: str,
    note: str,
    bearer: str,
    link: str,
    due: str,
    own: str,
) -> Row:
    """Return a row that is written as plainly as it is meant."""
    truth = link.lower() in {"yes", "true", "1"}
    invoice = Invoice(reference, number, currency, note, bearer, truth, instant(due))
    values = (reference, str(number), currency, note, bearer, link, due, own)
    return Row(invoice, dict(zip((*FIELDS, OWN), values, strict=True)))


def with_notes(rows: tuple[Row, ...], notes: tuple[str, ...]) -> tuple[Row, ...]:
    """Return the rows with other notes, one after the other, again from the first at their end."""
    texts = (notes[i % len(notes)] for i in range(len(rows)))
    return tuple(
        row.write({"note": text}, note=text) for row, text in zip(rows, texts, strict=True)
    )


PLAIN = (
    make_row("MLV-0001", 4012, "USD", "Rent for March", "PAYER", "yes", "2027-01-31", "Sales"),
    make_row("MLV-0002", 4013, "EUR", "Loyer de l'été à Lomé", "PAYEE", "no", "", "Ops"),
    make_row("00123", 77, "LRD", "Cement - 40 bags", "PAYER", "true", "2027-02-28", ""),
    make_row("MLV-0004", 4015, "USD", "O'Brien & Sons", "PAYER", "yes", "", "Field"),
    make_row("0042", 4016, "XOF", "Mães e crianças", "PAYEE", "false", "2027-03-05", "Sales"),
    make_row("MLV/0006", 88, "GBP", "Café Ñandú", "PAYER", "no", "2027-03-05T17:00:00Z", "HR"),
    make_row("MLV-0007", 4012, "USD", "Rent for April", "PAYER", "yes", "2027-02-11", "Sales"),
    make_row("900100", 4018, "EUR", "Straße 7", "PAYEE", "yes", "", ""),
    make_row("MLV-0009", 4019, "KES", "Fuel 12.5 l", "PAYER", "no", "2027-12-31 08:30", "Ops"),
    make_row("MLV-0010", 4020, "USD", "Last one", "PAYEE", "no", "2028-01-15", "Field"),
)
"""Rows whose cells need no quotes."""

RICH = with_notes(
    PLAIN,
    (
        "Rent, March",
        "Loyer de l'été, Lomé",
        'The "big" one',
        "Cement - 40 bags",
        "Two lines:\nrent; fuel",
        "Plain",
        'Says "urgent", twice',
        "Three\n\nparts, all told",
        "O'Brien & Sons",
        "Last, not least",
    ),
)
"""Rows whose notes hold commas, quotes and line breaks."""

LANGUAGES = {
    "french": ("Loyer d'été à Lomé", "Frais généraux", "Reçu n° 12 - déjà payé", "Noël - 30 €"),
    "portuguese": ("Mães e crianças", "Manutenção do escritório", "Água e luz", "Serviço às 8 h"),
    "spanish": ("Alquiler de otoño", "Señal y adelanto", "Teléfono móvil", "Año nuevo"),
    "german": ("Miete für März", "Gebühren Straße 7", "Büromöbel", "Übertrag"),
    "polish": (
        "Czynsz za marzec, październik",
        "Opłata łączna",
        "Źródło światła",
        "Usługi księgowe",
    ),
    "russian": ("Аренда за март", "Услуги связи", "Доставка бумаги", "Командировка"),
    "greek": ("Ενοίκιο Μαρτίου", "Γενικά έξοδα", "Τηλέφωνο", "Μεταφορά"),
    "turkish": ("Mart kiras\u0131", "Ofis gideri, şubat", "Iş\u0131k ve su", "Çağr\u0131 ücreti"),
    "japanese": ("三月の家賃", "事務所の電話代", "交通費", "備品の購入"),
    "chinese": ("三月房租", "办公用品", "交通费", "电话费"),
    "vietnamese": ("Tiền thuê nhà tháng ba", "Phí dịch vụ", "Điện thoại", "Nước uống"),
}
"""Notes in the languages of users, for encodings."""
