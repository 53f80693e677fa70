"""Market makers, who quote both sides and manage their inventory."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from ...core.kernel import kernel
from ...core.randomness import DECIDE, Draws, philox
from ...core.units import IntArray
from ...markets.quoting import optimal_spread, reservation_price
from ..market import Market, MarketArrays
from ..strategy import Orders, Strategy, StrategySettings, Traders
from .order_terms import BATCH, lots_within, posted_price

UNSET = -1


class MarketMakerSettings(StrategySettings):
    """How market makers quote. Prices are relative to mid, inventories in quotes."""

    activity: float | None = Field(1.0, gt=0.0, le=1.0, description="mean wake-ups of a trader in a tick")
    risk_aversion: float = Field(
        5.0, gt=0.0, le=1e6, description="γ: aversion to the variance of one quote's value, relative to that value"
    )
    decay: float = Field(
        2000.0, gt=0.0, le=1e7, description="k: e-folds by which fills thin out over a relative distance of one"
    )
    least_half_spread: float = Field(
        0.0001, ge=0.0, lt=0.5, description="smallest distance of a quote from the reservation price, as a fraction"
    )
    quote_share: float = Field(0.03, gt=0.0, le=1.0, description="size of a quote as a fraction of the opening stake")
    most_volatility: float = Field(
        0.03, gt=0.0, le=1.0, description="daily volatility above which quotes no longer widen or lean further"
    )
    inventory_cap: float = Field(10.0, ge=1.0, le=1e4, description="largest inventory to either side, in quotes")


@kernel
def decide_market_maker(
    rows: IntArray,
    at: int,
    active: IntArray,
    owners: IntArray,
    market: MarketArrays,
    key: np.uint64,
    tick: int,
    round_: int,
    expiry: int,
    home: IntArray,
    opening: IntArray,
    quote: IntArray,
    ticks_per_day: int,
    remaining: float,
    risk_aversion: float,
    decay: float,
    least_half_spread: float,
    quote_share: float,
    inventory_cap: float,
    most_volatility: float,
) -> int:
    """Write a bid into slot 0 and an ask into slot 1 for each of ``active`` (n,); return the end of ``rows``.

    ``home``, ``opening`` and ``quote`` are columns of the whole population; the last two are written the
    first time a trader decides, when its accounts are funded. A side that is not quoted gets a row with
    quantity 0, which withdraws the old quote. ``remaining`` is the part of the day still to come. Draws 2 and 3
    are the priorities.
    """
    most_sigma = most_volatility / math.sqrt(float(ticks_per_day))
    seen = np.empty((BATCH, 2), np.int64)
    for first in range(0, active.shape[0], BATCH):
        count = min(BATCH, active.shape[0] - first)
        for i in range(count):
            owner = owners[first + i]
            book = home[active[first + i]]
            money = market.money[book]
            security = market.security[book]
            seen[i, 0] = market.holdings[owner, money, 0] + market.holdings[owner, money, 1]
            seen[i, 1] = market.holdings[owner, security, 0] + market.holdings[owner, security, 1]
        for i in range(count):
            row = active[first + i]
            book = home[row]
            cash, shares = seen[i, 0], seen[i, 1]
            mid, value = market.mid[book], market.unit_value[book]
            step, lot = market.tick_size[book], market.round_lot[book]
            if quote[row] < 0:
                stake = 0.5 * (float(cash) / (market.spread[book] * mid * value) + float(shares))
                lots = int(min(quote_share * stake, 1e15))
                opening[row] = shares
                quote[row] = max(lots - lots % lot, lot)
            size = quote[row]
            inventory = float(shares - opening[row]) / float(size)
            sigma = min(market.sigma[book], most_sigma)
            variance = sigma * sigma * ticks_per_day
            aversion = risk_aversion * market.risk_aversion_scale[book]
            centre = mid * reservation_price(1.0, inventory, aversion, variance, remaining)
            half = mid * max(0.5 * optimal_spread(aversion, variance, remaining, decay), least_half_spread)
            bid = posted_price(max(centre - half, 0.0), 0, step)
            ask = max(posted_price(max(centre + half, 0.0), 1, step), bid + step)
            bid_lots = 0
            if inventory < inventory_cap:
                bid_lots = max(lots_within(float(size), 0, bid * value, cash, shares, lot), 0)
            ask_lots = 0
            if inventory > -inventory_cap:
                ask_lots = max(lots_within(float(size), 1, ask * value, cash, shares, lot), 0)
            _a, _b, c, d = philox(key, DECIDE, row, tick, 0, round_)
            rows[at, 0] = owners[first + i]
            rows[at, 1] = book
            rows[at, 2] = 0
            rows[at, 3] = 0
            rows[at, 4] = bid
            rows[at, 5] = bid_lots
            rows[at, 6] = expiry
            rows[at, 7] = np.int64(c >> np.uint64(1))
            rows[at, 8] = 0
            rows[at, 9] = 0
            rows[at + 1, 0] = owners[first + i]
            rows[at + 1, 1] = book
            rows[at + 1, 2] = 1
            rows[at + 1, 3] = 0
            rows[at + 1, 4] = ask
            rows[at + 1, 5] = ask_lots
            rows[at + 1, 6] = expiry
            rows[at + 1, 7] = np.int64(d >> np.uint64(1))
            rows[at + 1, 8] = 1
            rows[at + 1, 9] = 0
            at += 2
    return at


class MarketMaker(Strategy):
    """Quotes a bid and an ask around a price that leans against its inventory.

    Equations (29) and (30) of Avellaneda and Stoikov, `catallaxy.markets.quoting`, with the day's end as
    horizon: reservation price r = s - q γ σ² (T - t), total spread γ σ² (T - t) + (2/γ) ln(1 + γ/k).
    They are applied to prices relative to mid (s = 1) and to inventories in quotes, so that one γ and
    one k serve stocks of any price and makers of any wealth: σ² is the variance of a day's log return,
    T - t the part of the day still to come, q what is held beyond the opening inventory, in quotes of
    ``quote_share`` of the stake at the opening, and 1/k the relative distance over which the rate of fills falls by e.

    Quotes are renewed whenever the maker wakes up, by default every tick, and lie at least a tick and at least
    ``least_half_spread`` to both sides apart; its default, 0.01 %, quotes 0.02 % wide. At ``inventory_cap``
    the side that would add to the inventory is withdrawn, and σ counts for ``most_volatility`` at most: makers who
    lean ever further the more prices move would move them themselves. Fear raises γ (`Psychology`). Maker i serves
    stock i modulo their number.

    References
    ----------
    M. Avellaneda and S. Stoikov (2008), "High-frequency trading in a limit order book", Quantitative
    Finance 8, 217-224.
    """

    name = "market_maker"
    Settings = MarketMakerSettings
    slots = 2
    columns: ClassVar = {"home": np.int64, "opening": np.int64, "quote": np.int64}

    def born(self, rows: IntArray, draws: Draws, state: dict[str, Any], market: Market) -> None:
        """Give every maker a stock to serve; inventory and quote are fixed when it first decides."""
        state["home"][rows] = rows % max(1, market.count)
        state["opening"][rows] = UNSET
        state["quote"][rows] = UNSET

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Replace each maker's two quotes."""
        s, sheet, state = self.settings, orders.sheet, traders.state
        rows = sheet.room_for(2 * len(traders))
        remaining = max(1, market.ticks_per_day - market.tick_of_day + 1) / market.ticks_per_day
        sheet.size = decide_market_maker(
            rows, sheet.size, traders.rows, traders.owners, market.arrays, traders.key, market.tick, market.round_,
            market.order_expiry, state["home"], state["opening"], state["quote"], market.ticks_per_day, remaining,
            s.risk_aversion, s.decay, s.least_half_spread, s.quote_share, s.inventory_cap,
            s.most_volatility,
        )  # fmt: skip
