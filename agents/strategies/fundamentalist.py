"""Fundamentalists, who trade against mispricing."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from ...core.kernel import kernel
from ...core.randomness import BIRTH, DECIDE, Draws, philox
from ...core.units import FloatArray, IntArray
from ..market import Market, MarketArrays
from ..strategy import Orders, Strategy, StrategySettings, Traders
from .order_terms import BATCH, lots_within, lower, posted_price, upper

_ERROR, _REACTION = 16, 34


class FundamentalistSettings(StrategySettings):
    """How sure fundamentalists are of value, and how hard they trade on it."""

    disagreement: float = Field(
        0.005, ge=0.0, le=1.0, description="standard deviation across traders of the log valuation error"
    )
    reaction: float = Field(
        100.0, gt=0.0, le=1e4, description="mean order, as a fraction of the stake, for a log mispricing of one"
    )
    concession: float = Field(
        0.002, ge=0.0, lt=1.0, description="largest distance of limit prices from the valuation, as a fraction"
    )
    patience: float = Field(
        0.0005, ge=0.0, le=1.0, description="an order this far through the opposite quote takes it and does not rest"
    )


@kernel
def decide_fundamentalist(
    rows: IntArray,
    at: int,
    active: IntArray,
    owners: IntArray,
    market: MarketArrays,
    key: np.uint64,
    tick: int,
    round_: int,
    expiry: int,
    error: FloatArray,
    reaction: FloatArray,
    concession: float,
    patience: float,
) -> int:
    """Write one message for each of ``active`` (n,) that wants and can pay at least a lot; return the end of ``rows``.

    ``error`` and ``reaction`` are columns of the whole population. Halves of the draws: stock,
    concession, rounding; the fourth draw is the priority. A book without a fundamental value is left alone.
    """
    books = market.mid.shape[0]
    underpricing = np.zeros(books, np.float64)
    for book in range(books):
        if market.fundamental[book] > 0.0:
            underpricing[book] = math.log(market.fundamental[book] / market.mid[book])
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
            cash, shares = seen[i, 0], seen[i, 1]
            book = int(upper(draws[i, 0]) * books)
            mid = market.mid[book]
            if not market.fundamental[book] > 0.0:
                continue
            row = active[first + i]
            valuation = market.fundamental[book] * math.exp(error[row])
            mispricing = underpricing[book] + error[row]
            side = 0 if mispricing > 0.0 else 1
            give = concession * upper(draws[i, 1])
            price = posted_price(valuation * (1.0 - give if side == 0 else 1.0 + give), side, market.tick_size[book])
            kind = 0
            if side == 0:
                ask = market.quotes[book, 1]
                if ask > 0 and price > ask * (1.0 + patience):
                    kind = 2
            elif price < market.quotes[book, 0] * (1.0 - patience):
                kind = 2
            value = market.unit_value[book]
            stake = 0.5 * (float(cash) / (market.spread[book] * mid * value) + float(shares))
            wish = reaction[row] * market.fundamentalist_scale[book] * abs(mispricing) * stake + lower(draws[i, 1])
            lots = lots_within(wish, side, price * value, cash, shares, market.round_lot[book])
            if lots <= 0:
                continue
            rows[at, 0] = owners[first + i]
            rows[at, 1] = book
            rows[at, 2] = side
            rows[at, 3] = kind
            rows[at, 4] = price
            rows[at, 5] = lots
            rows[at, 6] = expiry
            rows[at, 7] = np.int64(draws[i, 3] >> np.uint64(1))
            rows[at, 8] = 0
            rows[at, 9] = 0
            at += 1
    return at


class Fundamentalist(Strategy):
    """Buys below and sells above what it thinks a stock is worth.

    Each trader values a stock at v̂ = v exp(e_i), with an error e_i ~ N(0, disagreement²) and a reaction
    b_i ~ Exp(reaction) of its own for life. Its excess demand grows with the mispricing,

        x = b_i ln(v̂ / p) × stake   (lots; the stake is defined with `Noise`),

    bounded by its cash and shares; moods lower b_i (`Psychology`). It bids v̂ (1 - k) and asks v̂ (1 + k),
    k ~ U(0, concession); an order more than ``patience`` through the opposite quote takes what is there at that
    price or better.

    References
    ----------
    A. Beja and M. B. Goldman (1980), "On the dynamic behavior of prices in disequilibrium", Journal of
    Finance 35, 235-248 (demand proportional to mispricing).
    C. Chiarella (1992), "The dynamics of speculative behaviour", Annals of Operations Research 37, 101-123.
    C. Chiarella and G. Iori (2002), "A simulation analysis of the microstructure of double auction
    markets", Quantitative Finance 2, 346-353 (orders at a fraction from the valuation).
    """

    name = "fundamentalist"
    Settings = FundamentalistSettings
    columns: ClassVar = {"error": np.float64, "reaction": np.float64}

    def born(self, rows: IntArray, draws: Draws, state: dict[str, Any], market: Market) -> None:
        """Draw every trader's valuation error and reaction."""
        s = self.settings
        state["error"][rows] = s.disagreement * draws.normal(rows, BIRTH, _ERROR)
        state["reaction"][rows] = -s.reaction * np.log1p(-draws.uniform(rows, BIRTH, _REACTION))

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write one order for each trader that sees a mispricing."""
        s, sheet = self.settings, orders.sheet
        rows = sheet.room_for(len(traders))
        sheet.size = decide_fundamentalist(
            rows, sheet.size, traders.rows, traders.owners, market.arrays, traders.key, market.tick, market.round_,
            market.order_expiry, traders.state["error"], traders.state["reaction"], s.concession, s.patience,
        )  # fmt: skip
