"""Fundamental values that follow real closes.

From one index every stock takes its part and adds noise of its own,

    x_i(t) = k β_i ln(I_t / I_0) + e_i(t),

where e_i is a random walk whose annual standard deviation is ``idiosyncratic_volatility``. A file with a
``symbol`` column drives each stock by its own closes instead: x_i(t) = k ln(C_i,t / C_i,0).

Prices move more than the values behind them (Shiller 1981, "Do stock prices move too much to be
justified by subsequent changes in dividends?", American Economic Review 71, 421-436), so the gain k is
below 1 by default: with β around 1 and noise of 10 % a year, values then move about half as much as
prices of listed stocks do.

**Days.** Day d closes at row d of the window, the last ``window`` rows of the series; the row before the
window, or where there is none its first row, is the opening. Rows of a quarterly series lie 63 trading
days apart and are bridged to days first. A run longer than the window goes on with the window's returns
from its start, at the level reached. **Ticks.** Within a day, log levels follow a Brownian bridge whose
standard deviation a day is that of the window's returns, so every close is hit exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from ..core.errors import EmptyAnchor
from ..core.parameters import Parameters
from ..core.randomness import Draws, component_key
from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray
from .anchor_kernels import BETA, COMPONENT, INDEX, OWN_CLOSE, OWN_PATH, ROWS, fill_bridges
from .anchor_sources import Dates, Series
from .fundamental import mean_levels


class SeriesRecipe(Parameters):
    """How real closes move the stocks."""

    window: int = Field(
        TRADING_DAYS_PER_YEAR,
        ge=1,
        le=100_000,
        description="trading days used, the last of the series; fewer if it is shorter",
    )
    gain: float = Field(
        0.5, ge=0.0, le=5.0, description="k, log move of the values for each log move of the series; 1 takes it whole"
    )
    beta_low: float = Field(0.6, ge=-5.0, le=5.0, description="least β of a stock; each is drawn uniformly, once")
    beta_high: float = Field(1.4, ge=-5.0, le=5.0, description="greatest β of a stock, not below beta_low")
    idiosyncratic_volatility: float = Field(
        0.10,
        ge=0.0,
        le=2.0,
        description="annual standard deviation of a stock's own noise; none where it has its own closes",
    )
    bridge: float = Field(
        1.0,
        ge=0.0,
        le=5.0,
        description="volatility between two closes, in multiples of that of the daily returns; 0 is a line",
    )

    @field_validator("beta_high")
    @classmethod
    def _ordered(cls, value: float, info: ValidationInfo) -> float:
        low = info.data.get("beta_low")
        if low is not None and value < low:
            raise ValueError(f"give a number not below beta_low, which is {low}")
        return value


class SeriesAnchor:
    """An anchor on an index, or on one series a stock.

    Parameters
    ----------
    series : Series
        Real closes; one with symbols must have all of ``symbols``.
    recipe : SeriesRecipe
        How they move the stocks.
    symbols : sequence of str
        The stocks; a stock's place in it keys its draws.
    ticks_per_day, seed : int
        Ticks of a day, seed of the run.
    """

    def __init__(
        self, series: Series, recipe: SeriesRecipe, *, symbols: Sequence[str], ticks_per_day: int, seed: int
    ) -> None:
        self.name, self._ticks, self._seed = series.name, ticks_per_day, seed
        self.digest = series.digest
        self._stocks = np.arange(len(symbols))
        self._per_stock = bool(series.symbols)
        if self._per_stock:
            series = series.chosen(symbols)
        if len(series) < 2:
            raise EmptyAnchor(series.source, len(series))
        days, closes = daily(series, seed, recipe.bridge)
        first = max(len(closes) - recipe.window - 1, 0)
        self._logs = _logs(closes[first:])
        self._sds = recipe.bridge * _volatility(
            _logs(series.closes[first // series.days_per_row :]), series.days_per_row
        )
        self._levels = closes[first:, 0] if not self._per_stock else mean_levels(self._logs)
        self.opening = float(self._levels[0])
        self.dates, self.closes = days[first + 1 :], self._levels[1:]
        self._loadings = np.full(len(symbols), recipe.gain) * (1.0 if self._per_stock else self._betas(recipe))
        own = 0.0 if self._per_stock else recipe.idiosyncratic_volatility / math.sqrt(TRADING_DAYS_PER_YEAR)
        self._own_sds = np.full(len(symbols), own)
        self._own = np.zeros(len(symbols))
        self._day = 0

    @property
    def loadings(self) -> FloatArray:
        """(stocks,) k β_i: the log move of a stock's value for each log move of its series."""
        return self._loadings

    def next_day(self) -> tuple[FloatArray, FloatArray]:
        """Advance a day; return the index after each tick (ticks,) and the log moves (ticks, stocks)."""
        self._day += 1
        start, end = self._at(self._day - 1), self._at(self._day)
        columns = self._stocks if self._per_stock else np.zeros(1, np.int64)
        paths = self._bridged(start, end, self._sds, columns, INDEX)
        ends = self._own + self._own_sds * Draws.of(self._seed, COMPONENT, self._day).normal(self._stocks, OWN_CLOSE)
        own = self._bridged(self._own, ends, self._own_sds, self._stocks, OWN_PATH)
        self._own = ends
        return self._index(paths), paths * self._loadings + own

    def state(self) -> dict[str, Any]:
        """Return the day and each stock's own noise at its close."""
        return {"day": self._day, "own": self._own.copy()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Return to a state that was given by `state`."""
        self._day, self._own = int(state["day"]), np.array(state["own"], np.float64)

    def _at(self, day: int) -> FloatArray:
        """Return the log levels, from the opening, at the close of a day; beyond the window its returns repeat."""
        laps, row = divmod(day, len(self._logs) - 1)
        level: FloatArray = self._logs[row] + laps * self._logs[-1]
        return level

    def _bridged(self, starts: FloatArray, ends: FloatArray, sds: FloatArray, columns: Any, purpose: int) -> FloatArray:
        out = np.empty((self._ticks, len(starts)))
        key = np.uint64(component_key(self._seed, COMPONENT))
        fill_bridges(out, starts, ends, sds, columns, key, purpose, self._day)
        return out

    def _index(self, paths: FloatArray) -> FloatArray:
        own = [self.opening * math.exp(x) for x in paths[:, 0]]
        levels = mean_levels(paths) if self._per_stock else np.array(own)
        if self._day < len(self._levels):
            levels[-1] = self._levels[self._day]
        return levels

    def _betas(self, recipe: SeriesRecipe) -> FloatArray:
        uniform = Draws.of(self._seed, COMPONENT).uniform(self._stocks, BETA)
        return recipe.beta_low + (recipe.beta_high - recipe.beta_low) * uniform


def daily(series: Series, seed: int, bridge: float) -> tuple[Dates, FloatArray]:
    """Return the days and closes of a series, its rows bridged to trading days where they lie further apart.

    The days between two rows are spread evenly over the calendar. Draws are keyed by the row, so a
    longer window changes none of them.
    """
    span = series.days_per_row
    if span == 1:
        return series.dates, series.closes
    logs = _logs(series.closes)
    sds = bridge * _volatility(logs, 1)
    key, columns = np.uint64(component_key(seed, COMPONENT)), np.arange(logs.shape[1])
    days, closes = [series.dates[:1]], [series.closes[:1]]
    for row in range(1, len(series)):
        path = np.empty((span, logs.shape[1]))
        fill_bridges(path, logs[row - 1], logs[row], sds, columns, key, ROWS, row)
        levels = np.array([[base * math.exp(x) for base, x in zip(series.closes[0], xs, strict=True)] for xs in path])
        levels[-1] = series.closes[row]
        before, gap = series.dates[row - 1], int((series.dates[row] - series.dates[row - 1]).astype(np.int64))
        days.append(before + (np.arange(1, span + 1) * gap) // span)
        closes.append(levels)
    return np.concatenate(days), np.concatenate(closes)


def _logs(closes: FloatArray) -> FloatArray:
    """Return (rows, columns) log levels from the first row on."""
    return np.array([[math.log(close / first) for close, first in zip(row, closes[0], strict=True)] for row in closes])


def _volatility(logs: FloatArray, days_per_row: int) -> FloatArray:
    """Return (columns,) standard deviations of a day's log return; 0 where there is only one return."""
    sds = []
    for column in np.diff(logs, axis=0).T:
        mean = math.fsum(column) / len(column)
        variance = math.fsum((x - mean) ** 2 for x in column) / max(len(column) - 1, 1)
        sds.append(math.sqrt(variance / days_per_row))
    return np.array(sds)
