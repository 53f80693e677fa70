"""Herders, whose mood spreads by meeting others."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from ...core.kernel import kernel
from ...core.randomness import BIRTH, DECIDE, Draws, philox
from ...core.units import IntArray
from ..market import Market, MarketArrays
from ..strategy import Orders, Strategy, StrategySettings, Traders
from .order_terms import BATCH, lots_within, lower, posted_price, upper

_MOOD = 32
NEVER = -1
_MOMENTS = 128  # more than the rounds of a tick


class HerderSettings(StrategySettings):
    """How moods change, and how far herders follow theirs."""

    independence: float = Field(
        0.002, ge=0.0, le=1.0, description="ε: probability of changing one's mind alone, a wake-up"
    )
    resistance: float = Field(
        0.01, ge=0.0, le=1.0, description="δ: probability of not being converted by someone of the other mood"
    )
    tilt: float = Field(0.3, gt=0.0, le=0.5, description="deviation of the wanted weight from one half")
    speed: float = Field(0.5, gt=0.0, le=1.0, description="share of the gap to the wanted holding ordered at a time")
    concession: float = Field(
        0.01, ge=0.0, lt=1.0, description="range of order prices to both sides of mid, as a fraction"
    )


@kernel
def decide_herder(
    rows: IntArray,
    at: int,
    active: IntArray,
    owners: IntArray,
    market: MarketArrays,
    key: np.uint64,
    tick: int,
    round_: int,
    expiry: int,
    mood: IntArray,
    switched: IntArray,
    independence: float,
    resistance: float,
    tilt: float,
    speed: float,
    concession: float,
) -> int:
    """Let each of ``active`` (n,) meet somebody, then write its order; return the end of ``rows``.

    ``mood`` (1 optimistic, 0 pessimistic) and ``switched`` (moment of the last change) are columns of
    the whole population, written at ``active`` only. Whoever switched at this very moment is met in
    the mood it had before, so nobody's meeting depends on who decided first. Halves of the draws:
    stock and acquaintance, change of mood, concession and rounding; the fourth draw is the priority.
    """
    books, size = market.mid.shape[0], mood.shape[0]
    moment = tick * _MOMENTS + round_
    draws = np.empty((BATCH, 4), np.uint64)
    seen = np.empty((BATCH, 3), np.int64)
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
            other = int(lower(draws[i, 0]) * (size - 1))
            if other >= active[first + i] and size > 1:
                other += 1
            seen[i, 2] = mood[other] if switched[other] != moment else 1 - mood[other]
        for i in range(count):
            row = active[first + i]
            own = mood[row] if switched[row] != moment else 1 - mood[row]
            new = own
            chance = upper(draws[i, 1])
            if chance < independence or (seen[i, 2] != own and chance < independence + 1.0 - resistance):
                new = 1 - own
                switched[row] = moment
            mood[row] = new
            cash, shares = seen[i, 0], seen[i, 1]
            book = int(upper(draws[i, 0]) * books)
            mid, value = market.mid[book], market.unit_value[book]
            affordable = float(cash) / (market.spread[book] * mid * value) + float(shares)
            side = 1 - new
            gap = (0.5 + tilt if side == 0 else 0.5 - tilt) * affordable - float(shares)
            if side == 1:
                gap = -gap
            if gap <= 0.0:
                continue
            give = concession * (2.0 * upper(draws[i, 2]) - 1.0)
            price = posted_price(mid * (1.0 - give if side == 0 else 1.0 + give), side, market.tick_size[book])
            wish = speed * gap + lower(draws[i, 2])
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


class Herder(Strategy):
    """Buys while optimistic, sells while pessimistic, and catches its mood from others.

    Whenever it wakes up, a herder changes its mind alone with probability ε; if not, it meets another
    member of its population and, where that one is of the other mood, is converted. With k optimists
    among N the chances that k rises or falls when one trader wakes up are

        p(k → k+1) = (1 - k/N) (ε + (1 - δ) k / (N - 1)),
        p(k → k-1) = (k/N) (ε + (1 - δ) (N - k) / (N - 1)).

    Opinion swings between near consensus on one mood and on the other where ε < (1 - δ) / (N - 1).
    An optimist wants the weight 1/2 + ``tilt`` of a stock, picked at random, in the sum of its holding
    and its share of cash, a pessimist 1/2 - ``tilt``; neither trades the other way.

    References
    ----------
    A. Kirman (1993), "Ants, rationality, and recruitment", Quarterly Journal of Economics 108, 137-156.
    """

    name = "herder"
    Settings = HerderSettings
    columns: ClassVar = {"mood": np.int64, "switched": np.int64}

    def born(self, rows: IntArray, draws: Draws, state: dict[str, Any], market: Market) -> None:
        """Toss a coin for every newborn's mood."""
        state["mood"][rows] = draws.integers(rows, 2, BIRTH, _MOOD)
        state["switched"][rows] = NEVER

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Let each trader meet somebody, then write its order."""
        s, sheet, state = self.settings, orders.sheet, traders.state
        rows = sheet.room_for(len(traders))
        sheet.size = decide_herder(
            rows, sheet.size, traders.rows, traders.owners, market.arrays, traders.key, market.tick, market.round_,
            market.order_expiry, state["mood"], state["switched"], s.independence, s.resistance, s.tilt, s.speed,
            s.concession,
        )  # fmt: skip
