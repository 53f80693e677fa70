"""Mean-reversion traders, who bet against large deviations from a moving average."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from ...core.kernel import kernel
from ...core.randomness import DECIDE, Draws, philox
from ...core.units import FloatArray, IntArray
from ..market import Market, MarketArrays
from ..strategy import Orders, Strategy, StrategySettings, Traders
from .order_terms import BATCH, lots_within, lower, posted_price, upper

UNSET = -1


class MeanReversionSettings(StrategySettings):
    """When mean-reversion traders enter, leave, and give up; all in standard deviations of 20 daily closes."""

    enter: float = Field(2.0, gt=0.0, le=100.0, description="deviation at which a position is opened")
    leave: float = Field(0.5, ge=0.0, le=100.0, description="deviation within which it is closed with a profit")
    stop: float = Field(4.0, gt=0.0, le=1000.0, description="deviation beyond which it is given up")
    size: float = Field(0.5, gt=0.0, le=10.0, description="size of a position as a fraction of the stake")
    concession: float = Field(
        0.004, ge=0.0, lt=1.0, description="range of order prices to both sides of mid, as a fraction"
    )

    @model_validator(mode="after")
    def _in_order(self) -> MeanReversionSettings:
        if not self.leave < self.enter < self.stop:
            raise ValueError(f"leave {self.leave}, enter {self.enter}, stop {self.stop}: give them in ascending order")
        return self


@kernel
def next_stance(stance: int, deviation: float, enter: float, leave: float, stop: float) -> int:
    """Return the stance that follows: 1 long, -1 short of the usual holding, 0 neither.

    ``deviation`` is z = (p - mean) / standard deviation.

    Examples
    --------
    >>> [next_stance(0, z, 2.0, 0.5, 4.0) for z in (-2.5, -1.0, 2.5, 4.5)]
    [1, 0, -1, 0]
    >>> [next_stance(1, z, 2.0, 0.5, 4.0) for z in (-2.5, -0.4, -4.5, 3.0)]
    [1, 0, 0, 0]
    """
    if stance == 0:
        if enter < deviation <= stop:
            return -1
        if -stop <= deviation < -enter:
            return 1
        return 0
    if -stop <= deviation * stance < -leave:
        return stance
    return 0


@kernel
def decide_mean_reversion(
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
    stance: IntArray,
    usual: IntArray,
    wanted: IntArray,
    mean: FloatArray,
    spread: FloatArray,
    enter: float,
    leave: float,
    stop: float,
    size: float,
    concession: float,
) -> int:
    """Renew the stance of each of ``active`` (n,) and write an order for the lots that are missing.

    ``home``, ``stance``, ``usual`` and ``wanted`` are columns of the whole population, the last three
    written at ``active`` only; ``mean`` and ``spread`` (books,) describe the last 20 closes. Upper
    half of the first draw: concession; lower: rounding; the fourth draw is the priority. Returns the end of ``rows``.
    """
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
            deviation = (mid - mean[book]) / spread[book] if spread[book] > 0.0 else 0.0
            now = next_stance(stance[row], deviation, enter, leave, stop)
            if now == 0 and wanted[row] < 0:
                continue
            a, _b, _c, d = philox(key, DECIDE, row, tick, 0, round_)
            if now != stance[row]:
                stance[row] = now
                if now == 0:
                    wanted[row] = usual[row]
                else:
                    if wanted[row] < 0:
                        usual[row] = shares
                    stake = 0.5 * (float(cash) / (market.spread[book] * mid * value) + float(shares))
                    wanted[row] = max(0, usual[row] + now * int(min(size * stake, 1e15) + lower(a)))
            side = 0 if wanted[row] > shares else 1
            missing = abs(wanted[row] - shares)
            if missing == 0:
                if now == 0:
                    wanted[row] = UNSET
                continue
            kind = 0
            give = concession * (2.0 * upper(a) - 1.0)
            if abs(deviation) > stop:
                kind, give = 2, -concession
            price = posted_price(mid * (1.0 - give if side == 0 else 1.0 + give), side, market.tick_size[book])
            lots = lots_within(float(missing), side, price * value, cash, shares, market.round_lot[book])
            if lots <= 0:
                continue
            rows[at, 0] = owners[first + i]
            rows[at, 1] = book
            rows[at, 2] = side
            rows[at, 3] = kind
            rows[at, 4] = price
            rows[at, 5] = lots
            rows[at, 6] = expiry
            rows[at, 7] = np.int64(d >> np.uint64(1))
            rows[at, 8] = 0
            rows[at, 9] = 0
            at += 1
    return at


class MeanReversion(Strategy):
    """Buys far below the 20-day average and sells far above it, until price has come back.

    With z = (p - mean of 20 closes) / (their standard deviation), a trader opens a position against
    the deviation when ``enter`` < |z| <= ``stop``, closes it when |z| <= ``leave`` or z has changed
    sign, and gives it up, taking what the market pays, when |z| > ``stop``. Nobody sells short here, so
    a position is measured from the usual holding, what the trader held before it entered. Each trader
    watches its home stock (ordinal modulo the number of stocks).

    References
    ----------
    J. Bollinger (2001), Bollinger on Bollinger Bands (20-day average, two standard deviations).
    E. Gatev, W. N. Goetzmann and K. G. Rouwenhorst (2006), "Pairs trading: performance of a
    relative-value arbitrage rule", Review of Financial Studies 19, 797-827 (opening at two standard deviations).
    """

    name = "mean_reversion"
    Settings = MeanReversionSettings
    columns: ClassVar = {"home": np.int64, "stance": np.int64, "usual": np.int64, "wanted": np.int64}

    def born(self, rows: IntArray, draws: Draws, state: dict[str, Any], market: Market) -> None:
        """Give every trader a home stock; nobody has a position yet."""
        state["home"][rows] = rows % max(1, market.count)
        state["stance"][rows] = 0
        state["usual"][rows] = UNSET
        state["wanted"][rows] = UNSET

    def decide(self, market: Market, traders: Traders, orders: Orders) -> None:
        """Write one order for each trader whose holding is not what its stance asks for."""
        s, sheet, state, tape = self.settings, orders.sheet, traders.state, market.tape
        rows = sheet.room_for(len(traders))
        sheet.size = decide_mean_reversion(
            rows, sheet.size, traders.rows, traders.owners, market.arrays, traders.key, market.tick, market.round_,
            market.order_expiry, state["home"], state["stance"], state["usual"], state["wanted"], tape.mean_20,
            tape.deviation_20, s.enter, s.leave, s.stop, s.size, s.concession,
        )  # fmt: skip
