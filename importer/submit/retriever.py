"""One invoice by its number, as somebody who settles a doubt by hand names it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from importer.replies import ApiInvoice
from importer.submit.policy import HALTS, parse_invoice, parse_json


@dataclass(frozen=True, slots=True)
class Missing:
    """The API knows no invoice of this number."""


@dataclass(frozen=True, slots=True)
class NotRetrieved:
    """The API could not be asked; `offered` is False where it doesn't take the question at all."""

    reason: str
    offered: bool = True


Retrieved = ApiInvoice | Missing | NotRetrieved


def parse_retrieved(status: int, body: bytes) -> Retrieved:
    """Tell what the API's answer to the question for an invoice means.

    Args:
        status: The HTTP status.
        body: The answer's body.
    """
    data = parse_json(body)
    if status == HTTPStatus.OK:
        return parse_invoice(data) or NotRetrieved("the API answered with no invoice")
    if status == HTTPStatus.NOT_FOUND and isinstance(data, dict) and "detail" in data:
        return Missing()
    offered = status not in {404, 405, 501}
    return NotRetrieved(HALTS.get(status, f"the API answered {status}"), offered=offered)


class Retriever(Protocol):
    """What settling by hand needs of the API."""

    async def retrieve(self, number: str) -> Retrieved:
        """Ask for an invoice by its number, once."""
        ...
