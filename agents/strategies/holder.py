"""Owners of firms who never trade: founders, families and their heirs."""

from __future__ import annotations

from ..market import Market
from ..strategy import Orders, Strategy, Traders


class Holder(Strategy):
    """Keeps the shares it has, for the dividends, and sends no orders.

    Most firms around the world have an owner who controls them and does not trade, so that only a part of
    the shares floats. In the closed economy the group is given all shares that do not (``macro.free_float``).

    References
    ----------
    R. La Porta, F. Lopez-de-Silanes and A. Shleifer (1999), "Corporate ownership around the world", Journal of
    Finance 54, 471-517.
    """

    name = "holder"

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Do nothing."""
