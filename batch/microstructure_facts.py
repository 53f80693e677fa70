"""Stylised facts of trading itself: spreads, order signs and trade sizes, from a run's quotes and trades.

There is no free real series beside these; the accepted ranges are those of the literature.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..core.units import FloatArray, IntArray
from ..markets.measures import paired, series
from .fact_statistics import correlation, decay_exponent, hill_exponent
from .facts import Fact, judge


@dataclass(frozen=True)
class Tape:
    """Columns of the tables ``quotes`` and ``trades``; a symbol is a number, the same in both."""

    quote_symbol: IntArray
    bid: FloatArray
    ask: FloatArray
    trade_symbol: IntArray
    price: FloatArray
    quantity: FloatArray
    aggressor: IntArray

    def __post_init__(self) -> None:
        for name in ("bid", "ask", "quote_symbol"):
            paired(series(self.bid, "bid", 0), series(getattr(self, name), name, 0), ("bid", name))
        for name in ("quantity", "aggressor", "trade_symbol"):
            paired(series(self.price, "price", 0), series(getattr(self, name), name, 0), ("price", name))

    @property
    def symbols(self) -> IntArray:
        """The symbols that traded."""
        return np.unique(self.trade_symbol)

    def spreads(self, symbol: int | None = None) -> FloatArray:
        """Return the spreads, in price units, of the quotes that had both sides."""
        both = (self.bid > 0) & (self.ask > 0)
        chosen = both if symbol is None else both & (self.quote_symbol == symbol)
        return np.asarray((self.ask - self.bid)[chosen], np.float64)

    def paths(self, column: FloatArray | IntArray) -> Iterator[FloatArray]:
        """Yield a column of the trades, symbol by symbol."""
        for symbol in self.symbols:
            yield column[self.trade_symbol == symbol].astype(np.float64)


def microstructure_facts(tape: Tape) -> list[Fact]:
    """Return the facts that quotes and trades allow, and why others cannot be measured."""
    quotes, trades = tape.spreads().size, tape.price.size
    return [
        _fact(
            "spread of a few ticks", "mean spread in price units", 1.0, 10.0, quotes, 1_000,
            lambda: float(tape.spreads().mean()), "M. D. Gould et al. (2013), Quantitative Finance 13, 1709-1742",
        ),
        _fact(
            "spread pays for volatility", "correlation over symbols of mean spread with volatility per trade",
            0.5, 1.0, len(tape.symbols), 5, lambda: spread_volatility(tape),
            "M. Wyart et al. (2008), Quantitative Finance 8, 41-57",
        ),
        _fact(
            "memory of order signs", "power-law exponent of the ACF of trade signs, lags 1 to 100, mean over symbols",
            0.3, 0.7, _longest(tape), 2_000, lambda: sign_memory(tape),
            "F. Lillo and J. D. Farmer (2004), Studies in Nonlinear Dynamics and Econometrics 8(3), 1",
        ),
        _fact(
            "heavy-tailed trade sizes", "Hill exponent of the top 5 % of trade sizes", 1.3, 2.5, trades, 1_000,
            lambda: hill_exponent(tape.quantity), "P. Gopikrishnan et al. (2000), Physical Review E 62, R4493-R4496",
        ),
        Fact(
            "cancellations dominate", "cancelled over limit orders", 0.6, 0.98, None, "not measured", 0, 1_000,
            note="a run's tables do not hold cancellations; `world.messages` counts them together with orders",
            source="M. D. Gould et al. (2013), Quantitative Finance 13, 1709-1742",
        ),
    ]  # fmt: skip


def spread_volatility(tape: Tape) -> float:
    """Return corr over symbols of the mean spread and the root mean squared price change from trade to trade."""
    symbols = [
        symbol for symbol in tape.symbols if (tape.trade_symbol == symbol).sum() > 2 and tape.spreads(symbol).size
    ]
    if len(symbols) < 3:
        return math.nan
    spread = np.array([tape.spreads(symbol).mean() for symbol in symbols])
    moves = [np.diff(tape.price[tape.trade_symbol == symbol]) for symbol in symbols]
    return correlation(spread, np.array([math.sqrt(float(np.mean(move**2))) for move in moves]))


def sign_memory(tape: Tape) -> float:
    """Return the mean decay exponent of the autocorrelation of trade signs, over symbols with 2,000 trades or more."""
    found = [decay_exponent(signs) for signs in tape.paths(tape.aggressor) if signs.size >= 2_000]
    kept = [value for value in found if math.isfinite(value)]
    return float(np.mean(kept)) if kept else math.nan


def _longest(tape: Tape) -> int:
    return max((signs.size for signs in tape.paths(tape.aggressor)), default=0)


def _fact(
    name: str, statistic: str, low: float, high: float, rows: int, least: int, measure: Callable[[], float], source: str
) -> Fact:
    if rows < least:
        note = f"{rows} rows; {least} are needed"
        return Fact(name, statistic, low, high, None, "too few bars", rows, least, note=note, source=source)
    value = measure()
    if not math.isfinite(value):
        note = "the statistic does not exist here: nothing varies, or no lasting memory"
        return Fact(name, statistic, low, high, None, "miss", rows, least, note=note, source=source)
    return Fact(name, statistic, low, high, value, judge(value, low, high), rows, least, source=source)
