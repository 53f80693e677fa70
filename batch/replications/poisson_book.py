"""The Poisson order book: order flow alone, without any strategy, fixes the spread.

Limit orders rain on every price on the own side of the opposite best quote, market orders arrive at
random, resting orders are cancelled at random. Dimensional analysis and simulation gave

    s = (μ / α) f(ε),   f(ε) = 0.28 + 1.86 ε^(3/4)

and the law was then found in London, across eleven stocks, with slope 0.99 ± 0.10 in logarithms.

The conventions decide a factor of two, so here they are. *Per side* let m be the lots of market orders
per time, a the lots of limit orders per price unit and time, δ the chance per time that a resting
order is cancelled, σ the lots of an order. The ratio μ / α = m / a is the same for both sides together,
as long as both are counted one way; ε is not: it is the order size over the lots a side would hold if
cancellations alone balanced the market orders, N = m / δ, so ε = σ δ / m (which is 2 δ σ / μ when
μ = 2 m counts both sides).

We simulate with σ = 1 and m = 1. Prices are a grid of one price unit, the law's continuum is reached as
m / a grows: a spread of many ticks. Orders further away than 8 m / a never come into play and are
left out.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...core.randomness import Draws
from ...markets.order_book import OrderBook
from .check import Check, Replication, timed, within

SOURCE = (
    "E. Smith, J. D. Farmer, L. Gillemot and S. Krishnamurthy (2003), 'Statistical theory of the continuous "
    "double auction', Quantitative Finance 3, 481-514; J. D. Farmer, P. Patelli and I. I. Zovko (2005), "
    "PNAS 102, 2254-2259"
)
REACH = 8
BURN_IN = 5.0  # lives of an order
BLOCK = 4096


@dataclass(frozen=True)
class Flow:
    """Order flow of one side: one lot a message, one market order per unit of time.

    Parameters
    ----------
    scale : int
        m / a, price units: a market order's worth of limit orders arrives over this many prices.
    granularity : float
        ε = σ δ / m, which with σ = m = 1 is also the rate at which an order is cancelled.
    """

    scale: int
    granularity: float

    @property
    def predicted_spread(self) -> float:
        """The law, in price units.

        Examples
        --------
        >>> round(Flow(scale=10, granularity=0.2).predicted_spread, 2)
        8.36
        """
        return self.scale * (0.28 + 1.86 * math.pow(self.granularity, 0.75))


POINTS = (
    Flow(50, 0.2),
    Flow(100, 0.02),
    Flow(100, 0.05),
    Flow(100, 0.1),
    Flow(100, 0.2),
    Flow(100, 0.5),
    Flow(200, 0.1),
)


class PoissonBook:
    """An order book under Poisson flow, stepped from arrival to arrival.

    Orders carry their own number as owner, so that a trade tells which one it took. A resting order's
    life is drawn at birth: an exponential life is a constant chance of cancellation.
    """

    def __init__(self, flow: Flow, draws: Draws) -> None:
        self.flow, self._draws = flow, draws
        self._book = OrderBook()
        self._reach = REACH * flow.scale
        self._resting: dict[int, int] = {}
        self._deaths: list[tuple[float, int]] = []
        self._anchor = 1 << 40
        self._burn_in = BURN_IN / flow.granularity
        self.clock = self._weighted = self._watched = 0.0

    def mean_spread(self, duration: float) -> float:
        """Watch for ``duration`` units of time after a burn-in of five lives; return the time-average of the spread."""
        end = self._burn_in + duration
        arrivals_per_time = 2.0 * (1.0 + REACH)
        for number, (wait, what, where, life) in enumerate(self._arrivals()):
            arrival = self.clock - math.log(1.0 - wait) / arrivals_per_time
            while self._deaths and self._deaths[0][0] < arrival:
                death, order = heapq.heappop(self._deaths)
                if order in self._resting:
                    self._wait(death)
                    self._book.cancel(self._resting.pop(order))
            self._wait(arrival)
            if arrival >= end:
                break
            self._arrive(number, what, where, life)
        return self._weighted / self._watched

    def _wait(self, until: float) -> None:
        if self.clock >= self._burn_in:
            spread = self._book.spread
            if spread is not None:
                self._weighted += spread * (until - self.clock)
                self._watched += until - self.clock
        self.clock = until

    def _arrive(self, number: int, what: float, where: float, life: float) -> None:
        buys = what < 0.5
        share = (what if buys else what - 0.5) * 2.0 * (1.0 + REACH)
        if share < 1.0:
            for trade in self._book.market("buy" if buys else "sell", quantity=1, owner=number):
                del self._resting[trade.maker]
            return
        offset = 1 + int(where * self._reach)
        opposite = self._book.best_ask if buys else self._book.best_bid
        price = (self._anchor if opposite is None else opposite) + (-offset if buys else offset)
        self._anchor = price
        self._resting[number] = self._book.limit("buy" if buys else "sell", price=price, quantity=1, owner=number)
        heapq.heappush(self._deaths, (self.clock - math.log(1.0 - life) / self.flow.granularity, number))

    def _arrivals(self) -> Iterator[list[float]]:
        start = 0
        while True:
            ordinals = np.arange(start, start + BLOCK)
            yield from np.stack([self._draws.uniform(ordinals, number=n) for n in range(4)], axis=1).tolist()
            start += BLOCK


def replicate(quick: bool = False, seed: int = 2003) -> Replication:
    """Simulate seven parameter points for 3,000 units of time (500 when quick), or 300 (50) lives if that is longer."""
    return timed("poisson_book", SOURCE, quick, lambda: _checks(500.0 if quick else 3_000.0, seed))


def _checks(duration: float, seed: int) -> list[Check]:
    spreads, checks = list[float](), list[Check]()
    for row, flow in enumerate(POINTS):
        watched = duration * max(1.0, 0.1 / flow.granularity)
        spreads.append(PoissonBook(flow, Draws.of(seed, "poisson", tick=row)).mean_spread(watched))
    for flow, ours in zip(POINTS, spreads, strict=True):
        due = flow.predicted_spread
        name = f"mean spread at μ/α = {flow.scale} ticks, ε = {flow.granularity}"
        checks.append(within(name, due, ours, least=0.65 * due, most=1.35 * due, note=f"{ours / due:.2f} of the law"))
    predicted = np.log([flow.predicted_spread for flow in POINTS])
    slope, _ = np.polyfit(predicted, np.log(spreads), 1)
    fit = float(np.corrcoef(predicted, np.log(spreads))[0, 1] ** 2)
    scaling = math.log(spreads[6] / spreads[3]) / math.log(2.0)
    checks += [
        within(
            "slope of log spread on the law's log",
            0.99,
            float(slope),
            least=0.65,
            most=1.35,
            note="0.99 ± 0.10 holds for London stocks; simulated spreads rise less in ε than the fitted f",
        ),
        within("R² of that fit", 0.96, fit, least=0.9),
        within(
            "exponent of the spread in μ/α at ε = 0.1", 1.0, scaling, least=0.9, most=1.1, note="dimensional analysis"
        ),
    ]
    return checks
