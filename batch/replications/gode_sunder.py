"""Gode and Sunder 1993: traders who know nothing still trade efficiently, once a budget binds them.

Six buyers and six sellers, every one with the same list of values or costs, shout prices at random.
*Unconstrained* traders (ZI-U) draw from 1..200; *constrained* ones (ZI-C) never shout themselves a
loss. One unit a shout; a shout must better the standing quote; crossing shouts trade at the earlier
quote; a trade clears the book. A period lasts 2,000 shouts: with too few, units stay unsold and
efficiency measures patience, not rationality.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core.randomness import Draws
from ...markets.order_book import OrderBook
from .check import Check, Replication, near, negative, timed, within

SOURCE = (
    "D. K. Gode and S. Sunder (1993), 'Allocative efficiency of markets with zero-intelligence traders', "
    "Journal of Political Economy 101, 119-137, Table 2 and Figure 4"
)
CEILING = 200
SHOUTS = 2_000


@dataclass(frozen=True)
class Schedules:
    """Who would trade at which price: one list of unit values for each buyer, one of costs for each seller."""

    values: tuple[tuple[int, ...], ...]
    costs: tuple[tuple[int, ...], ...]

    @classmethod
    def identical(cls, values: Sequence[int], costs: Sequence[int], a_side: int = 6) -> Schedules:
        """Return schedules in which every trader of a side has the same list."""
        return cls((tuple(values),) * a_side, (tuple(costs),) * a_side)

    @property
    def surplus(self) -> int:
        """The largest total gain that trade can bring: the best values against the cheapest costs."""
        demand = sorted((value for units in self.values for value in units), reverse=True)
        supply = sorted(cost for units in self.costs for cost in units)
        return sum(max(0, value - cost) for value, cost in zip(demand, supply, strict=False))


MARKET_1 = Schedules.identical((102, 97, 92, 87, 82, 77), (34, 46, 58, 70, 82, 94))
MARKET_1_PRICE = 82


@dataclass(frozen=True)
class Period:
    """One trading period: the prices of its trades, in order, and the gains from trade."""

    prices: tuple[int, ...]
    gains: int


def trading_period(
    schedules: Schedules, draws: Draws, *, constrained: bool, ceiling: int = CEILING, shouts: int = SHOUTS
) -> Period:
    """Trade one period on an order book and return what happened.

    Each shout comes from a trader drawn at random among those with units left; buyers bid
    U{1..value} and sellers ask U{cost..ceiling} when constrained, both U{1..ceiling} when not.

    Examples
    --------
    >>> period = trading_period(MARKET_1, Draws.of(1, "example"), constrained=False)
    >>> len(period.prices), period.gains
    (36, 918)
    """
    book = OrderBook()
    standing: tuple[list[int], list[int]] = ([], [])  # bids and asks, the best last
    units = [list(unit) for unit in schedules.values + schedules.costs]
    buyers, open_ = len(schedules.values), list(range(len(units)))
    prices, gains = list[int](), 0
    ordinals = np.arange(shouts)
    for who, where in zip(draws.uniform(ordinals).tolist(), draws.uniform(ordinals, number=1).tolist(), strict=True):
        trader = open_[int(who * len(open_))]
        buys, limit = trader < buyers, units[trader][0]
        low, high = (1, limit) if buys else (limit, ceiling)
        price = low + int(where * (high - low + 1)) if constrained else 1 + int(where * ceiling)
        best = book.best_bid if buys else book.best_ask
        if best is not None and (price <= best if buys else price >= best):
            continue
        order = book.limit("buy" if buys else "sell", price=price, quantity=1, owner=trader)
        trade = book.last
        if trade is None or trade.taker_order != order:
            standing[not buys].append(order)
            continue
        value, cost = (units[row].pop(0) for row in sorted((trade.maker, trade.taker)))
        prices.append(trade.price)
        gains += value - cost
        open_ = [row for row in open_ if units[row]]
        if not open_ or open_[0] >= buyers or open_[-1] < buyers:
            break
        standing[buys].pop()  # the quote that was hit
        _clear(book, standing)
    return Period(tuple(prices), gains)


def _clear(book: OrderBook, standing: tuple[list[int], list[int]]) -> None:
    for side in standing:
        for order in side:
            book.cancel(order)
        side.clear()


def efficiency(schedules: Schedules, periods: Sequence[Period]) -> float:
    """Return the gains made in percent of those possible."""
    return 100.0 * sum(period.gains for period in periods) / (schedules.surplus * len(periods))


def late_over_early(periods: Sequence[Period], price: int) -> tuple[float, float]:
    """Return the root mean squared distance from ``price`` in the first and second half of the trades."""
    early = [p - price for period in periods for p in period.prices[: len(period.prices) // 2]]
    late = [p - price for period in periods for p in period.prices[len(period.prices) // 2 :]]
    return math.sqrt(float(np.mean(np.square(early)))), math.sqrt(float(np.mean(np.square(late))))


def replicate(quick: bool = False, seed: int = 1993) -> Replication:
    """Trade market 1 with both kinds of traders, for 120 periods (20 when quick)."""
    return timed("gode_sunder", SOURCE, quick, lambda: _checks(20 if quick else 120, seed))


def _checks(periods: int, seed: int) -> list[Check]:
    def trade(name: str, number: int, *, constrained: bool, shouts: int = SHOUTS) -> list[Period]:
        moments = (Draws.of(seed, name, tick=period) for period in range(number))
        return [trading_period(MARKET_1, draws, constrained=constrained, shouts=shouts) for draws in moments]

    free, bound = trade("zi-u", periods, constrained=False), trade("zi-c", periods, constrained=True)
    hasty = trade("zi-c hasty", periods, constrained=True, shouts=100)
    free_early, free_late = late_over_early(free, MARKET_1_PRICE)
    early, late = late_over_early(bound, MARKET_1_PRICE)
    return [
        near("ZI-U efficiency, market 1 (%)", 90.0, efficiency(MARKET_1, free), note="all units trade: 153/170"),
        within("ZI-C efficiency, market 1 (%)", 99.9, efficiency(MARKET_1, bound), least=99.0, note="humans: 99.7"),
        within(
            "ZI-C: RMS price deviation, second half of a period over first",
            None,
            late / early,
            most=0.7,
            note=f"{late:.1f} over {early:.1f}: the paper shows the convergence as a figure",
        ),
        within("ZI-U: the same ratio", None, free_late / free_early, least=0.9, most=1.1, note="no convergence"),
        negative(
            "ZI-C efficiency with periods of only 100 shouts (%)",
            99.9,
            efficiency(MARKET_1, hasty),
            least=50.0,
            most=75.0,
            note="the length of the period is the trap: units stay unsold",
        ),
    ]
