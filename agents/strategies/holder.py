"""Owners of firms: founders, families and their heirs, who hardly ever trade."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from ..market import Market
from ..strategy import Orders, Strategy, StrategySettings, Traders


class HolderSettings(StrategySettings):
    """When owners part with shares, or buy some back."""

    band: float | None = Field(
        0.2, ge=0.0, le=5.0, description="log distance from value at which they trade; none: they never do"
    )
    part: float = Field(0.02, gt=0.0, le=1.0, description="part of shares, or of cash, that one order offers")


class Holder(Strategy):
    """Keeps the shares it has, for the dividends; sells some that are far too dear, and buys what is far too cheap.

    Most firms around the world have an owner who controls them and does not trade, so that only a part of
    the shares floats (La Porta and others 1999). In the closed economy the group is given all shares that do not
    (``macro.free_float``). But owners know what a firm is worth, and sell into bubbles and buy after crashes (Baker and
    Wurgler 2002; Lakonishok and Lee 2001): with a ``band`` b, one that wakes up looks at a stock, and offers a
    ``part`` of its shares at v e^b where the mid-price is above that, or bids for a part of its cash at v e^-b where it
    is below. Without a band it sends no orders.

    References
    ----------
    R. La Porta, F. Lopez-de-Silanes and A. Shleifer (1999), "Corporate ownership around the world", Journal of
    Finance 54, 471-517.
    M. Baker and J. Wurgler (2002), "Market timing and capital structure", Journal of Finance 57, 1-32.
    J. Lakonishok and I. Lee (2001), "Are insider trades informative?", Review of Financial Studies 14, 79-111.
    """

    name = "holder"
    Settings = HolderSettings

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write an order for each owner whose stock is outside the band."""
        if self.settings.band is None:
            return
        stock = traders.integers(market.count)
        value, mid = market.fundamental[stock], market.mid[stock]
        off = np.log(mid / np.where(value > 0.0, value, mid))
        side = np.where(off > 0.0, 1, 0)
        price = np.maximum(value * np.exp(self.settings.band * np.sign(off)), 1.0)
        cash = traders.cash() / (price * market.arrays.unit_value[stock])
        lots = self.settings.part * np.where(side == 1, traders.shares(stock), cash)
        orders.limit(traders, stock, side, price, np.where(np.abs(off) > self.settings.band, np.floor(lots), 0.0))
