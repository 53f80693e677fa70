"""Zero-intelligence noise traders."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from ...core.kernel import kernel
from ...core.randomness import DECIDE, exponential, philox, unit
from ...core.units import IntArray
from ..market import Market, MarketArrays
from ..strategy import Orders, Strategy, StrategySettings, Traders


class NoiseSettings(StrategySettings):
    """How noise traders scatter their orders."""

    width: float = Field(0.004, gt=0.0, le=0.5, description="mean distance of limit orders from mid, as a fraction")
    market_share: float = Field(0.15, ge=0.0, le=1.0, description="share of market orders")
    mean_lots: float = Field(20.0, gt=0.0, le=1e6, description="mean order size, lots; sizes are exponential")


@kernel
def decide_noise(
    rows: IntArray,
    at: int,
    active: IntArray,
    owners: IntArray,
    market: MarketArrays,
    key: np.uint64,
    tick: int,
    round_: int,
    expiry: int,
    width: float,
    market_share: float,
    mean_lots: float,
) -> int:
    """Write one message for each of ``active`` (n,) that can afford one into ``rows`` from ``at``; return the end.

    ``owners`` (n,) are their ledger rows. Draws 0-5 of the moment: stock, side, market or limit,
    distance, size, priority.
    """
    books = market.mid.shape[0]
    for i in range(active.shape[0]):
        a, b, c, d = philox(key, DECIDE, active[i], tick, 0, round_)
        e, f, _g, _h = philox(key, DECIDE, active[i], tick, 1, round_)
        book = int(unit(a) * books)
        side = 0 if unit(b) < 0.5 else 1
        step = market.tick_size[book]
        distance = width * exponential(unit(d))
        kind = 0
        if unit(c) < market_share:
            kind = 1
            price = int(market.mid[book] * 1.1) + 1
        elif side == 0:
            price = int(market.mid[book] * (1.0 - distance)) // step * step
        else:
            price = -(-(int(market.mid[book] * (1.0 + distance)) + 1) // step) * step
        if price < step:
            price = step
        lots = 1 + int(mean_lots * exponential(unit(e)))
        owner = owners[i]
        if side == 0:
            lots = min(lots, market.holdings[owner, market.money[book], 0] // (price * market.unit_value[book]))
        else:
            lots = min(lots, market.holdings[owner, market.security[book], 0])
        lots -= lots % market.round_lot[book]
        if lots <= 0:
            continue
        rows[at, 0] = owner
        rows[at, 1] = book
        rows[at, 2] = side
        rows[at, 3] = kind
        rows[at, 4] = price if kind == 0 else 0
        rows[at, 5] = lots
        rows[at, 6] = expiry
        rows[at, 7] = np.int64(f >> np.uint64(1))
        rows[at, 8] = 0
        rows[at, 9] = 0
        at += 1
    return at


class Noise(Strategy):
    """Random orders within a budget, the baseline in which only the institution is intelligent.

    A trader picks a stock and a side at random; with probability ``market_share`` it sends a market
    order, else a limit order at an exponential distance from the mid-price. It never orders more
    than it can pay or deliver (the budget constraint of ZI-C).

    References
    ----------
    D. K. Gode and S. Sunder (1993), "Allocative efficiency of markets with zero-intelligence
    traders", Journal of Political Economy 101, 119-137.
    J. D. Farmer, P. Patelli and I. Zovko (2005), "The predictive power of zero intelligence in
    financial markets", PNAS 102, 2254-2259.
    """

    name = "noise"
    Settings = NoiseSettings

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write one order for each trader."""
        s, sheet = self.settings, orders.sheet
        rows = sheet.room_for(len(traders))
        sheet.size = decide_noise(
            rows, sheet.size, traders.rows, traders.owners, market.arrays, traders.key,
            market.tick, market.round_, market.order_expiry, s.width, s.market_share, s.mean_lots,
        )  # fmt: skip
