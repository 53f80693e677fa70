"""Leveraged value funds, who buy what is cheap with borrowed money."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from ...core.kernel import kernel
from ...core.randomness import BIRTH, DECIDE, Draws, philox
from ...core.units import FloatArray, IntArray
from ..borrower import Borrower
from ..market import Market, MarketArrays
from ..strategy import Orders, Strategy, StrategySettings, Traders
from .order_terms import MOST_LOTS, lots_within, lower, posted_price, upper

_AGGRESSION = 16


class LeveragedValueSettings(StrategySettings):
    """How hard leveraged funds bet on mispricing, and how far they go."""

    least_aggression: float = Field(5.0, gt=0.0, le=1e4, description="smallest β, leverage per mispricing of one")
    most_aggression: float = Field(50.0, gt=0.0, le=1e4, description="largest β; funds lie evenly between")
    most_leverage: float = Field(2.0, ge=1.0, le=100.0, description="λ, most shares held over wealth")
    concession: float = Field(
        0.002, ge=0.0, lt=1.0, description="distance of limit prices beyond the mid-price, as a fraction"
    )


@kernel
def decide_leveraged_value(
    rows: IntArray,
    at: int,
    active: IntArray,
    owners: IntArray,
    market: MarketArrays,
    key: np.uint64,
    tick: int,
    round_: int,
    expiry: int,
    aggression: FloatArray,
    debt: IntArray,
    most_leverage: float,
    concession: float,
    wanted: IntArray,
) -> int:
    """Write one message for each of ``active`` (n,) that can change its position by a lot; return the end of ``rows``.

    ``aggression`` and ``debt`` are columns of the whole population. ``wanted`` (n,) is written: the money that each
    trader's order would need if there were no limit to its cash, 0 for who sells. Halves of the draws: stock and
    concession, rounding; the fourth draw is the priority. A book without a fundamental value is left alone.
    """
    books = market.mid.shape[0]
    for i in range(active.shape[0]):
        wanted[i] = 0
        row, owner = active[i], owners[i]
        first, second, _third, fourth = philox(key, DECIDE, row, tick, 0, round_)
        book = int(upper(first) * books)
        value = market.fundamental[book]
        if not value > 0.0:
            continue
        cash = market.holdings[owner, market.money[book], 0] + market.holdings[owner, market.money[book], 1]
        wealth = float(cash) - float(debt[row])
        for other in range(books):
            lots = market.holdings[owner, market.security[other], 0] + market.holdings[owner, market.security[other], 1]
            wealth += float(lots) * float(market.last[other]) * float(market.unit_value[other])
        security = market.security[book]
        shares = market.holdings[owner, security, 0] + market.holdings[owner, security, 1]
        mid, unit = market.mid[book], market.unit_value[book]
        mispricing = (value - mid) / value
        leverage = 0.0
        if mispricing > 0.0:
            leverage = min(aggression[row] * market.leverage_scale[book] * mispricing, most_leverage)
        target = max(wealth, 0.0) * leverage / (market.spread[book] * mid * unit)
        change = target - float(shares)
        side = 0 if change > 0.0 else 1
        give = concession * lower(first)
        price = posted_price(mid * (1.0 + give if side == 0 else 1.0 - give), side, market.tick_size[book])
        wish = abs(change) + upper(second)
        if side == 0:
            need = int(min(wish, MOST_LOTS))
            need -= need % market.round_lot[book]
            wanted[i] = int(min(float(need) * float(price) * float(unit), MOST_LOTS))
        quantity = lots_within(wish, side, price * unit, cash, shares, market.round_lot[book])
        if quantity <= 0:
            continue
        rows[at, 0] = owner
        rows[at, 1] = book
        rows[at, 2] = side
        rows[at, 3] = 0
        rows[at, 4] = price
        rows[at, 5] = quantity
        rows[at, 6] = expiry
        rows[at, 7] = np.int64(fourth >> np.uint64(1))
        rows[at, 8] = 0
        rows[at, 9] = 0
        at += 1
    return at


class LeveragedValue(Borrower, Strategy):
    """Buys what is cheap, the more the cheaper it is, with its own money and then with the bank's.

    A fund of wealth W = cash + shares - debt that wakes up looks at one stock, whose part in the market is w
    (`MarketArrays.spread` is 1 / w), and wants to hold of it

        D = w W min(β s m, λ) / p   for a mispricing m = (v - p) / v > 0, else nothing,

    so that no fund that gets what it wants holds more than λ W in all. β is spread evenly over the funds, s is what
    greed less fear makes of the leverage wanted (`Psychology`). It orders the difference at p (1 ± k),
    k ~ U(0, concession). Buying beyond its cash takes a margin loan (`catallaxy.model.margin`), and the lender's
    initial margin binds beside λ; where nobody lends it invests what it has.

    References
    ----------
    S. Thurner, J. D. Farmer and J. Geanakoplos (2012), "Leverage causes fat tails and clustered volatility",
    Quantitative Finance 12, 695-707 (one stock, v = 1, demand equations 2 to 4, β from 5 to 50).
    """

    name = "leveraged_value"
    Settings = LeveragedValueSettings
    columns: ClassVar = {"aggression": np.float64, "debt": np.int64}

    def born(self, rows: IntArray, draws: Draws, state: dict[str, Any], market: Market) -> None:
        """Draw every fund's β between the smallest and the largest."""
        s = self.settings
        span = s.most_aggression - s.least_aggression
        state["aggression"][rows] = s.least_aggression + span * draws.uniform(rows, BIRTH, _AGGRESSION)

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write one order for each fund whose position is not what it wants."""
        sheet = orders.sheet
        rows = sheet.room_for(len(traders))
        sheet.size = self._write(market, traders, rows, sheet.size, np.empty(len(traders), np.int64))

    def money_wanted(self, market: Market, traders: Traders) -> IntArray:
        """Return (n,) what the orders of this round would cost if money were no limit."""
        wanted = np.zeros(len(traders), np.int64)
        self._write(market, traders, np.empty((len(traders), 10), np.int64), 0, wanted)
        return wanted

    def _write(self, market: Market, traders: Traders, rows: IntArray, at: int, wanted: IntArray) -> int:
        s = self.settings
        return int(
            decide_leveraged_value(
                rows, at, traders.rows, traders.owners, market.arrays, traders.key, market.tick, market.round_,
                market.order_expiry, traders.state["aggression"], traders.state["debt"], s.most_leverage,
                s.concession, wanted,
            )
        )  # fmt: skip
