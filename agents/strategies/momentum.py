"""Momentum traders, who follow the trend."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from ...core.kernel import kernel
from ...core.randomness import BIRTH, DECIDE, Draws, philox
from ...core.units import FloatArray, IntArray
from ...markets.tape import HISTORY
from ..market import Market, MarketArrays
from ..strategy import Orders, Strategy, StrategySettings, Traders
from .order_terms import BATCH, lots_within, lower, posted_price, upper

_HORIZON = 32


class MomentumSettings(StrategySettings):
    """Which trend momentum traders see, and how far they lean into it."""

    horizon: float = Field(30.0, gt=0.0, le=1e6, description="mean span over which a trader looks at the tape, ticks")
    daily_weight: float = Field(
        0.5, ge=0.0, le=1.0, description="weight of the 12/26-day crossover; the rest goes to the trader's own span"
    )
    target_volatility: float = Field(
        0.01, gt=0.0, le=1.0, description="daily volatility at which the full tilt is held; less when it is higher"
    )
    tilt: float = Field(0.4, gt=0.0, le=0.5, description="largest deviation of the held weight from one half")
    speed: float = Field(0.5, gt=0.0, le=1.0, description="share of the gap to the wanted holding ordered at a time")
    concession: float = Field(
        0.006, ge=0.0, lt=1.0, description="range of order prices to both sides of mid, as a fraction"
    )


@kernel
def decide_momentum(
    rows: IntArray,
    at: int,
    active: IntArray,
    owners: IntArray,
    market: MarketArrays,
    key: np.uint64,
    tick: int,
    round_: int,
    expiry: int,
    horizon: IntArray,
    fast: FloatArray,
    slow: FloatArray,
    newest: int,
    ticks_per_day: int,
    daily_weight: float,
    target_volatility: float,
    tilt: float,
    speed: float,
    concession: float,
) -> int:
    """Write one message for each of ``active`` (n,) whose holding is a lot or more from the wanted one.

    ``horizon`` is a column in ticks; ``newest`` is the tape's latest tick. Halves of the draws: stock,
    concession, rounding; the fourth draw is the priority. Returns the end of ``rows``.
    """
    books = market.mid.shape[0]
    root_day = np.sqrt(float(ticks_per_day))
    draws = np.empty((BATCH, 4), np.uint64)
    seen = np.empty((BATCH, 2), np.int64)
    past = np.empty(BATCH, np.float64)
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
            past[i] = market.log_mid[(newest - horizon[active[first + i]]) % HISTORY, book]
        for i in range(count):
            cash, shares = seen[i, 0], seen[i, 1]
            book = int(upper(draws[i, 0]) * books)
            mid, sigma = market.mid[book], market.sigma[book]
            daily = 1.0 if fast[book] > slow[book] else (-1.0 if fast[book] < slow[book] else 0.0)
            scale = sigma * np.sqrt(float(horizon[active[first + i]]))
            trend = (market.log_mid[newest % HISTORY, book] - past[i]) / scale if scale > 0.0 else 0.0
            signal = daily_weight * daily + (1.0 - daily_weight) * min(1.0, max(-1.0, trend))
            volatility = sigma * root_day
            size = target_volatility / volatility if volatility > target_volatility else 1.0
            value = market.unit_value[book]
            affordable = float(cash) / (market.spread[book] * mid * value) + float(shares)
            lean = min(0.5, tilt * market.chartist_scale[book])
            gap = (0.5 + lean * signal * size) * affordable - float(shares)
            side = 0 if gap > 0.0 else 1
            if signal == 0.0 or (signal > 0.0) != (side == 0):
                continue
            give = concession * (2.0 * upper(draws[i, 1]) - 1.0)
            price = posted_price(mid * (1.0 - give if side == 0 else 1.0 + give), side, market.tick_size[book])
            wish = speed * abs(gap) + lower(draws[i, 1])
            lots = lots_within(wish, side, price * value, cash, shares, market.round_lot[book])
            if lots <= 0:
                continue
            rows[at, 0] = owners[first + i]
            rows[at, 1] = book
            rows[at, 2] = side
            rows[at, 3] = 0
            rows[at, 4] = price
            rows[at, 5] = lots
            rows[at, 6] = expiry
            rows[at, 7] = np.int64(draws[i, 3] >> np.uint64(1))
            rows[at, 8] = 0
            rows[at, 9] = 0
            at += 1
    return at


class Momentum(Strategy):
    """Buys what rises and sells what falls, the less of it the more volatile it is.

    The signal s in [-1, 1] is the mean, by ``daily_weight``, of the sign of the crossover of exponential
    averages of daily closes (spans 12 and 26) and of the return over the trader's own horizon in
    standard deviations, cut at ±1. The wanted weight of the stock in the sum of the holding and its share of cash is

        w = 1/2 + tilt × s × min(1, target volatility / σ),   σ the daily volatility,

    (greed raises the tilt, to one half at most, see `Psychology`), and the trader orders the share ``speed`` of
    the gap, only ever in the direction of its signal, at a price uniform within ``concession`` of mid: about half
    of the orders cross the spread.

    References
    ----------
    T. J. Moskowitz, Y. H. Ooi and L. H. Pedersen (2012), "Time series momentum", Journal of Financial
    Economics 104, 228-250 (sign of the past return, position scaled to a target volatility).
    G. Appel (2005), Technical Analysis: Power Tools for Active Investors (spans of 12 and 26 days).
    """

    name = "momentum"
    Settings = MomentumSettings
    columns: ClassVar = {"horizon": np.int64}

    def born(self, rows: IntArray, draws: Draws, state: dict[str, Any], market: Market) -> None:
        """Draw every trader's horizon: exponential, at least one tick, at most what the tape keeps."""
        span = -self.settings.horizon * np.log1p(-draws.uniform(rows, BIRTH, _HORIZON))
        state["horizon"][rows] = np.clip(np.ceil(span), 1, HISTORY - 1).astype(np.int64)

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write one order for each trader that is not yet where its signal points."""
        s, sheet, tape = self.settings, orders.sheet, market.tape
        rows = sheet.room_for(len(traders))
        sheet.size = decide_momentum(
            rows, sheet.size, traders.rows, traders.owners, market.arrays, traders.key, market.tick, market.round_,
            market.order_expiry, traders.state["horizon"], tape.fast, tape.slow, tape.tick, market.ticks_per_day,
            s.daily_weight, s.target_volatility, s.tilt, s.speed, s.concession,
        )  # fmt: skip
