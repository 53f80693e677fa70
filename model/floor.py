"""The trading floor: where object traders join, order and cancel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..agents.traders import Trader
from ..core.errors import OutOfBounds
from ..core.units import OwnerId, Sector, Side
from ..markets.desk import OrderRecord
from ..markets.orders import NO_EXPIRY, Kind
from .genesis import fund

if TYPE_CHECKING:
    from .economy import Economy


class Floor:
    """The object traders of an economy, in the order in which they joined, and the tickets they hold."""

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        self.traders: list[Trader] = []
        self._tickets: dict[int, int] = {}
        self._unplaced: list[tuple[int, int]] = []
        self._next_ticket = 1

    def admit(self, trader: Trader, cash: int, shares: Mapping[str, int]) -> OwnerId:
        """Register and fund an object trader; return its owner id."""
        economy = self.economy
        listings, bank = economy.exchange.listings, economy.institutions.bank
        lots = {listings.expect(symbol): quantity for symbol, quantity in shares.items()}
        born = economy.tick
        owner = economy.ledger.add_owners(1, sector=Sector.HOUSEHOLDS, kind="object", house_bank=bank, born=born)[0]
        fund(economy.ledger, listings, economy.institutions, owner, cash=cash, lots=lots)
        economy.group_newcomers()
        self.traders.append(trader)
        return owner

    def place(
        self, owner: OwnerId, symbol: str, side: Side, quantity: int, price: int | None, kind: Kind, life: int | None
    ) -> int:
        """Write an order on this tick's sheet; return a ticket."""
        economy = self.economy
        book = economy.exchange.listings.expect(symbol)
        if isinstance(quantity, bool) or not isinstance(quantity, (int, np.integer)) or quantity < 1:
            raise OutOfBounds("quantity", quantity, "give a whole number of lots, 1 or more")
        if price is not None and (not isinstance(price, (int, np.integer)) or price < 1):
            raise OutOfBounds("price", price, "give a whole number of price units, 1 or more, or None for a market order")
        ticket, self._next_ticket = self._next_ticket, self._next_ticket + 1
        self._unplaced.append((economy.sheet.size, ticket))
        economy.sheet.write(
            owner=owner, book=book, side=side, price=price or 0, quantity=int(quantity), kind=int(kind), slot=-1,
            expiry=NO_EXPIRY if life is None else economy.tick + life - 1,
            priority=economy.random.getrandbits(62),
        )  # fmt: skip
        return ticket

    def decide(self) -> None:
        """Let every trader that has not left step once."""
        for trader in self.traders:
            if self.economy.ledger.owners.is_active(trader.owner):
                trader.step()
        first = self.economy.exchange.next_order
        for row, ticket in self._unplaced:
            self._tickets[ticket] = first + row
        self._unplaced = []

    def order_of(self, ticket: int) -> OrderRecord | None:
        """Return the record of a ticket's order, None before it reaches the exchange."""
        order = self._tickets.get(ticket)
        return None if order is None else self.economy.exchange.desk.records.get(order)

    def cancel(self, owner: OwnerId, ticket: int) -> bool:
        """Cancel a ticket's order; return whether it was still live and the owner's."""
        record = self.order_of(ticket)
        if record is None or record.owner != owner or not record.is_live:
            return False
        self.economy.exchange.cancel(np.array([record.book], np.int64), np.array([record.handle], np.int64))
        return True

    def cash_of(self, owner: OwnerId) -> int:
        """Return deposits, free and reserved."""
        return self.economy.cash_of_owner(owner)

    def lots_of(self, owner: OwnerId, symbol: str) -> int:
        """Return lots held, free and reserved."""
        return self.economy.lots_of_owner(owner, symbol)
