"""`Trader`: an ordinary Mesa agent with a `step` of its own, which trades beside the columns.

Convenient and slow (one Python call an agent and tick); for more than a few thousand write a
`Strategy`, which decides for all its traders at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from ..core.errors import BalanceIsPosted, OutOfBounds
from ..core.units import Lots, OrderId, Price, Side
from ..markets.desk import OrderRecord
from ..markets.orders import Kind

if TYPE_CHECKING:
    from typing import Protocol

    class TradingFloor(Protocol):
        """What an economy offers to object traders."""

        def admit(self, trader: Trader, cash: int, shares: Mapping[str, int]) -> int:
            """Register and fund a trader; return its owner id."""

        def dismiss(self, trader: Trader) -> None:
            """Cancel a trader's orders and post its estate."""

        def place(
            self, owner: int, symbol: str, side: Side, quantity: int, price: int | None, kind: Kind, life: int | None
        ) -> int:
            """Queue an order for this tick; return its ticket."""

        def order_of(self, ticket: int) -> OrderRecord | None:
            """Return the order's record once it has reached the exchange."""

        def cancel(self, owner: int, ticket: int) -> bool:
            """Cancel; return whether it was still live."""

        def cash_of(self, owner: int) -> int:
            """Deposits, free and reserved."""

        def lots_of(self, owner: int, symbol: str) -> int:
            """Lots held, free and reserved."""


class Trader(mesa.Agent):  # type: ignore[misc] # Mesa ships no types
    """A trader as an object: subclass it and write `step`.

    Parameters
    ----------
    model : Economy
        The economy it joins.
    cash : int
        Opening deposit in minor units, funded by a posting like everybody's.
    shares : mapping of str to int, optional
        Opening lots by symbol.

    Notes
    -----
    `step` sees the state at the opening of the tick's first round; its orders meet everybody else's
    in that round. Objects are code, not columns: a run with object traders repeats when the program
    that made it runs again, but a stored one cannot be resumed from its checkpoint.

    Examples
    --------
    >>> class Patient(Trader):
    ...     def step(self):
    ...         self.buy("AAPL", 1, price=self.model.quote("AAPL").bid or 1)
    """

    _kept_by_ledger = frozenset({"cash", "positions"})

    def __init__(self, model: Any, *, cash: int = 10_000_000, shares: Mapping[str, int] | None = None) -> None:
        opening = {"cash": cash, **(shares or {})}
        for name, amount in opening.items():
            if isinstance(amount, bool) or not isinstance(amount, (int, np.integer)) or amount < 0:
                raise OutOfBounds(name, amount, "give a whole number of minor units or lots, 0 or more")
        super().__init__(model)
        self._floor: TradingFloor = model.floor
        try:
            self.owner: int = self._floor.admit(
                self, int(cash), {name: int(lots) for name, lots in (shares or {}).items()}
            )
        except BaseException:
            super().remove()
            raise

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._kept_by_ledger:
            raise BalanceIsPosted(f"{type(self).__name__}.{name}")
        super().__setattr__(name, value)

    def step(self) -> None:
        """Decide; called once in each tick."""

    def remove(self) -> None:
        """Leave the economy: orders are cancelled and the estate is posted."""
        self._floor.dismiss(self)
        super().remove()

    @property
    def cash(self) -> int:
        """Deposit in minor units, free and reserved."""
        return self._floor.cash_of(self.owner)

    def position(self, symbol: str) -> Lots:
        """Return the lots held of a symbol, free and reserved."""
        return self._floor.lots_of(self.owner, symbol)

    def buy(self, symbol: str, quantity: Lots, price: Price | None = None, *, life: int | None = None) -> OrderId:
        """Order to buy: at market (up to the collar) or, with a price, at that limit; return a ticket."""
        return self._place(symbol, Side.BUY, quantity, price, life)

    def sell(self, symbol: str, quantity: Lots, price: Price | None = None, *, life: int | None = None) -> OrderId:
        """Order to sell; return a ticket."""
        return self._place(symbol, Side.SELL, quantity, price, life)

    def _place(self, symbol: str, side: Side, quantity: Lots, price: Price | None, life: int | None) -> int:
        kind = Kind.MARKET if price is None else Kind.LIMIT
        return self._floor.place(self.owner, symbol, side, quantity, price, kind, life)

    def order(self, ticket: int) -> OrderRecord | None:
        """Return the record of an order from a ticket, None until it has reached the exchange."""
        return self._floor.order_of(ticket)

    def cancel(self, ticket: int) -> bool:
        """Cancel an order; return whether it was still live."""
        return self._floor.cancel(self.owner, ticket)
