"""Hybrid traders, who weigh value, trend and chance, and order what maximises expected utility."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from ...core.kernel import kernel
from ...core.randomness import BIRTH, DECIDE, Draws, normal, philox, unit
from ...core.units import FloatArray, IntArray
from ...markets.tape import HISTORY
from ..market import Market, MarketArrays
from ..strategy import Orders, Strategy, StrategySettings, Traders
from .order_terms import BATCH, lots_within, lower, posted_price, upper

PAPER_STAKE = 15_000.0
"""Mean wealth of the paper's traders, in its money: 25 shares at 300, and as much cash."""

_VALUE, _TREND, _NOISE = 32, 33, 34


class HybridSettings(StrategySettings):
    """How hybrid traders forecast, and how they bear risk."""

    value_weight: float = Field(10.0, ge=0.0, le=1e6, description="mean of the exponential weight g1 on value")
    trend_weight: float = Field(1.2, ge=0.0, le=1e6, description="mean of the exponential weight g2 on the trend")
    noise_weight: float = Field(1.0, gt=0.0, le=1e6, description="mean of the exponential weight n on chance")
    horizon: float = Field(200.0, ge=1.0, le=1e6, description="reference horizon τ, ticks")
    forecast_noise: float = Field(
        0.001, ge=0.0, le=1.0, description="standard deviation of the forecast's noise over one tick, log"
    )
    risk_aversion: float = Field(
        0.03, gt=0.0, le=1e6, description="reference α, at the paper's mean wealth of 15,000 units of money"
    )


@kernel
def log_discount(demand: float, offset: float) -> float:
    """Return the root y >= 0 of y = offset + demand × exp(-y), for ``demand`` and ``offset`` >= 0.

    The left side minus the right side is increasing and concave in y, and negative at y = offset, so
    that Newton's method from there climbs to the root and never passes it: no bracket is needed.

    Examples
    --------
    >>> round(log_discount(1.0, 0.0), 6)
    0.567143
    >>> log_discount(0.0, 0.25)
    0.25
    """
    y = offset
    for _ in range(64):
        weight = demand * math.exp(-y)
        step = (offset + weight - y) / (1.0 + weight)
        y += step
        if step <= 1e-12 * y:
            break
    return y


@kernel
def decide_hybrid(
    rows: IntArray,
    at: int,
    active: IntArray,
    owners: IntArray,
    market: MarketArrays,
    key: np.uint64,
    tick: int,
    round_: int,
    horizon: IntArray,
    value_weight: FloatArray,
    trend_weight: FloatArray,
    noise_weight: FloatArray,
    aversion: FloatArray,
    newest: int,
    forecast_noise: float,
) -> int:
    """Write one message for each of ``active`` (n,) that wants at least a lot; return the end of ``rows``.

    ``horizon`` (ticks), the weights (summing to one) and the relative risk ``aversion`` are columns of the whole
    population; ``newest`` is the tape's latest tick. Draws: halves of the first, stock and price; the second
    and third, the normal of the forecast; the fourth, the priority and (lower half) rounding.
    """
    books = market.mid.shape[0]
    underpricing = np.zeros(books, np.float64)
    for book in range(books):
        if market.fundamental[book] > 0.0:
            underpricing[book] = math.log(market.fundamental[book] / market.mid[book])
    variance = np.empty((HISTORY, books), np.float64)
    for book in range(books):
        total, recent = 0.0, market.log_mid[newest % HISTORY, book]
        unseen = market.sigma[book] * market.sigma[book]
        for lag in range(1, HISTORY):
            before = market.log_mid[(newest - lag) % HISTORY, book]
            total += (recent - before) * (recent - before) if lag <= newest else unseen
            variance[lag, book] = total / lag
            recent = before
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
            row = active[first + i]
            book = int(upper(draws[i, 0]) * books)
            mid, value, span = market.mid[book], market.unit_value[book], float(horizon[row])
            chance = normal(unit(draws[i, 1]), unit(draws[i, 2]))
            trend = market.log_mid[newest % HISTORY, book] - past[i]
            expected = trend_weight[row] * market.chartist_scale[book] * trend
            expected += noise_weight[row] * (forecast_noise * market.noise_scale[book]) * math.sqrt(span) * chance
            expected += value_weight[row] * market.fundamentalist_scale[book] * underpricing[book]
            forecast = mid * math.exp(expected)
            cash = float(seen[i, 0]) / (market.spread[book] * value)
            shares = float(seen[i, 1])
            stake = cash + shares * mid
            spread = variance[horizon[row], book] - trend * trend / (span * span)
            if not (stake > 0.0 and spread > 0.0):
                continue
            risk = aversion[row] * market.risk_aversion_scale[book] / stake * spread
            holding = risk * shares * forecast
            content = forecast * math.exp(-log_discount(holding, 0.0))
            lowest = forecast * math.exp(-log_discount(holding, risk * cash))
            wish_price = lowest + lower(draws[i, 0]) * (forecast - lowest)
            side = 0 if wish_price < content else 1
            price = posted_price(wish_price, side, market.tick_size[book])
            bid, ask = market.quotes[book, 0], market.quotes[book, 1]
            kind = 0
            if side == 0 and ask > 0 and price >= ask:
                kind, price = 2, ask
            elif side == 1 and bid > 0 and price <= bid:
                kind, price = 2, bid
            demand = math.log(forecast / price) / (risk * price)
            wish = demand - shares if side == 0 else shares - demand
            wish += lower(draws[i, 3])
            if wish < 1.0:
                continue
            within = int(float(seen[i, 0]) / market.spread[book])
            lots = lots_within(wish, side, price * value, within, seen[i, 1], market.round_lot[book])
            if lots <= 0:
                continue
            rows[at, 0] = owners[first + i]
            rows[at, 1] = book
            rows[at, 2] = side
            rows[at, 3] = kind
            rows[at, 4] = price
            rows[at, 5] = lots
            rows[at, 6] = tick + horizon[row] - 1
            rows[at, 7] = np.int64(draws[i, 3] >> np.uint64(1))
            rows[at, 8] = 0
            rows[at, 9] = 0
            at += 1
    return at


class Hybrid(Strategy):
    """The traders of Chiarella, Iori and Perelló: value, trend and chance in one forecast.

    Weights g1, g2 and n on value, trend and chance are exponential; from them come the horizon
    τ_i = τ (1 + g1) / (1 + g2) (rounded up, at most what the tape keeps) and the risk aversion
    α_i = α (1 + g1) / (1 + g2). The expected return over the horizon and the forecast price are

        r̂ τ_i = [g1 ln(v/p) + g2 r̄ τ_i + n σ_ε √τ_i ε] / (g1 + g2 + n),   p̂ = p exp(r̂ τ_i),

    with r̄ the mean return of the last τ_i ticks and ε standard normal. A CARA trader holds
    π(p) = ln(p̂ / p) / (α_i V p) shares, V the variance of a tick's return over the last τ_i ticks. It is
    content with its S shares at p*, π(p*) = S, and its cash C lets it buy down to p_m, p_m (π(p_m) - S) = C.
    It draws a price from U[p_m, p̂]. Below p* it buys π - S, above p* it sells S - π. An order that does
    not reach the opposite quote rests for τ_i; one that does takes at that quote what it wants there, and
    its rest is cancelled.

    One stock, picked at random, is considered at a time, with the trader's cash divided by the number of
    stocks as C. Following a replication of the paper, α is 0.03, value is expected to be reached within
    τ_i, noise grows with √τ_i, and ticks before the opening count with the tape's present variance. The
    paper's money is made ours by wealth: α is divided by (C + S p) / 15,000, the trader's means in units
    of those of the paper's traders. Moods scale g1, g2, σ_ε and α where they are used here (`Psychology`); the
    horizon stays.

    References
    ----------
    C. Chiarella, G. Iori and J. Perelló (2009), "The impact of heterogeneous trading rules on the limit
    order flows", Journal of Economic Dynamics and Control 33, 525-537.
    """

    name = "hybrid"
    Settings = HybridSettings
    columns: ClassVar = {
        "horizon": np.int64,
        "value": np.float64,
        "trend": np.float64,
        "chance": np.float64,
        "aversion": np.float64,
    }

    def born(self, rows: IntArray, draws: Draws, state: dict[str, Any], market: Market) -> None:
        """Draw every trader's weights; horizon and risk aversion follow from them."""
        s = self.settings
        value = -s.value_weight * np.log1p(-draws.uniform(rows, BIRTH, _VALUE))
        trend = -s.trend_weight * np.log1p(-draws.uniform(rows, BIRTH, _TREND))
        noise = -s.noise_weight * np.log1p(-draws.uniform(rows, BIRTH, _NOISE))
        total = np.maximum(value + trend + noise, 1e-300)
        patience = (1.0 + value) / (1.0 + trend)
        state["horizon"][rows] = np.clip(np.ceil(s.horizon * patience), 1, HISTORY - 1).astype(np.int64)
        state["value"][rows], state["trend"][rows], state["chance"][rows] = value / total, trend / total, noise / total
        state["aversion"][rows] = s.risk_aversion * PAPER_STAKE * patience

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write one order for each trader that is not content."""
        sheet, state = orders.sheet, traders.state
        rows = sheet.room_for(len(traders))
        sheet.size = decide_hybrid(
            rows, sheet.size, traders.rows, traders.owners, market.arrays, traders.key, market.tick, market.round_,
            state["horizon"], state["value"], state["trend"], state["chance"], state["aversion"],
            market.tape.tick, self.settings.forecast_noise,
        )  # fmt: skip
