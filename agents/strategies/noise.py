"""Zero-intelligence noise traders."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from ...core.kernel import kernel
from ...core.randomness import DECIDE, exponential, philox
from ...core.units import IntArray
from ..market import Market, MarketArrays
from ..strategy import Orders, Strategy, StrategySettings, Traders
from .order_terms import BATCH, lots_within, lower, posted_price, upper


class NoiseSettings(StrategySettings):
    """How noise traders scatter their orders."""

    width: float = Field(0.02, gt=0.0, le=0.5, description="mean distance of limit orders from mid, as a fraction")
    market_share: float = Field(0.15, ge=0.0, le=1.0, description="share of market orders")
    order_share: float = Field(
        0.05, gt=0.0, le=10.0, description="mean order size as a fraction of the stake; sizes are exponential"
    )


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
    order_share: float,
) -> int:
    """Write one message for each of ``active`` (n,) that can afford one into ``rows`` from ``at``; return the end.

    ``owners`` (n,) are their ledger rows. Halves of the draws: stock and distance, side and rounding,
    kind and size; the fourth draw is the priority.
    """
    books = market.mid.shape[0]
    draws = np.empty((BATCH, 4), np.uint64)
    seen = np.empty((BATCH, 2), np.int64)
    for first in range(0, active.shape[0], BATCH):
        count = min(BATCH, active.shape[0] - first)
        for i in range(count):
            draws[i, 0], draws[i, 1], draws[i, 2], draws[i, 3] = philox(key, DECIDE, active[first + i], tick, 0, round_)
        for i in range(count):
            owner = owners[first + i]
            book = int(upper(draws[i, 0]) * books)
            money = market.money[book]
            security = market.security[book]
            seen[i, 0] = market.holdings[owner, money, 0] + market.holdings[owner, money, 1]
            seen[i, 1] = market.holdings[owner, security, 0] + market.holdings[owner, security, 1]
        for i in range(count):
            a, b, c, d = draws[i, 0], draws[i, 1], draws[i, 2], draws[i, 3]
            cash, shares = seen[i, 0], seen[i, 1]
            book = int(upper(a) * books)
            side = 0 if upper(b) < 0.5 else 1
            mid = market.mid[book]
            step = market.tick_size[book]
            value = market.unit_value[book]
            kind = 0
            worst = 0
            if upper(c) < market_share:
                kind = 1
                price = posted_price(max(mid, float(market.quotes[book, 1])) * 1.1, 1, step)
            else:
                distance = width * market.noise_scale[book] * exponential(lower(a))
                price = posted_price(mid * (1.0 - distance if side == 0 else 1.0 + distance), side, step)
                worst = price
            stake = 0.5 * (float(cash) / (market.spread[book] * mid * value) + float(shares))
            wish = order_share * market.order_size_scale[book] * stake * exponential(lower(c)) + lower(b)
            if kind == 1:
                wish = min(wish, float(market.quotes[book, 3 - side]))
            lots = lots_within(wish, side, price * value, cash, shares, market.round_lot[book])
            if lots <= 0:
                continue
            rows[at, 0] = owners[first + i]
            rows[at, 1] = book
            rows[at, 2] = side
            rows[at, 3] = kind
            rows[at, 4] = worst
            rows[at, 5] = lots
            rows[at, 6] = expiry
            rows[at, 7] = np.int64(d >> np.uint64(1))
            rows[at, 8] = 0
            rows[at, 9] = 0
            at += 1
    return at


class Noise(Strategy):
    """Random orders within a budget, the baseline in which only the institution is intelligent.

    A trader picks a stock and a side at random; with probability ``market_share`` it sends a market
    order, else a limit order at an exponential distance from the mid-price. It never orders more
    than it can pay or deliver (the budget constraint of ZI-C), and no market order asks for more than the
    lots at the best opposite quote, as hardly any does on real exchanges (Farmer et al. 2004).

    Sizes are exponential fractions of the trader's *stake* in the stock, the mean of the shares it
    holds and those its cash, spread over all stocks, could buy. So buying and selling weigh the same
    whatever a stock's price and a trader's wealth. Fractions of a lot are rounded at random, without bias. Moods
    scale the width and the sizes (`Psychology`).

    References
    ----------
    D. K. Gode and S. Sunder (1993), "Allocative efficiency of markets with zero-intelligence
    traders", Journal of Political Economy 101, 119-137.
    J. D. Farmer, P. Patelli and I. Zovko (2005), "The predictive power of zero intelligence in
    financial markets", PNAS 102, 2254-2259.
    J. D. Farmer, L. Gillemot, F. Lillo, S. Mike and A. Sen (2004), "What really causes large price
    changes?", Quantitative Finance 4, 383-397.
    """

    name = "noise"
    Settings = NoiseSettings

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write one order for each trader."""
        s, sheet = self.settings, orders.sheet
        rows = sheet.room_for(len(traders))
        sheet.size = decide_noise(
            rows, sheet.size, traders.rows, traders.owners, market.arrays, traders.key,
            market.tick, market.round_, market.order_expiry, s.width, s.market_share, s.order_share,
        )  # fmt: skip
