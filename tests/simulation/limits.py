"""What a listing leaves out, and how far that may go: beyond it, no importer can notice."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from simulation.fates import ListFate
from simulation.server import Order


@dataclass(slots=True)
class Limits:
    """What a run's listings may leave out.

    Attributes:
        origin: The ledger of the run.
        unique: The server itself allows a reference only once.
        lies_left: How many listings may yet leave out what nothing in them gives away.
    """

    origin: str
    unique: bool
    lies_left: int = 1

    def is_strange(self, order: Order) -> bool:
        """Tell whether an invoice is one that the ledger can't know of, and nothing else guards."""
        return not self.unique and order.origin != self.origin

    def permit(self, hidden: Collection[Order], witnesses: Mapping[str, str]) -> bool:
        """Tell whether a listing may leave some invoices out.

        Args:
            hidden: What would be left out.
            witnesses: The numbers that the ledger knows.
        """
        given_away = {o.body["currency"] for o in hidden if o.number in witnesses}
        if any(self.is_strange(order) for order in hidden) and not given_away:
            return False
        if all(o.body["currency"] in given_away for o in hidden):
            return True
        self.lies_left -= 1
        return self.lies_left >= 0


def withhold(
    fate: ListFate, dice: random.Random, orders: Sequence[Order], now: float
) -> list[Order]:
    """Return those of the invoices, oldest first, that a listing of some fate would show."""
    match fate:
        case ListFate.LAGS:
            lag = dice.choice((5, 30, 60, 120, 600))
            return [order for order in orders if order.at <= now - lag]
        case ListFate.SHORT:
            gone = dice.randint(1, max(len(orders), 1))
            return list(orders[gone:] if dice.random() < 0.5 else orders[:-gone])
    return list(orders)
