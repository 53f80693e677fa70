"""The tape: what everybody can see of the past, from which forecasts are made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.units import FloatArray, IntArray

HISTORY = 1024
DAYS = 260


class Tape:
    """Rings of past mid-prices by tick and of closes by day, with the averages agents use.

    Attributes
    ----------
    log_mid : (HISTORY, books) float64
        ln mid-price by tick, row ``tick % HISTORY``; before the opening it is the opening price.
    sigma : (books,) float64
        Standard deviation of the log return of one tick, an exponential average with a half-life of
        one day that starts at the scenario's opening volatility.
    mean_20, deviation_20, fast, slow : (books,) float64
        Over daily closes: mean and standard deviation of the last 20 (price units), exponential
        averages of ln close with spans of 12 and 26 days (Appel's convention).
    """

    def __init__(self, opening: IntArray, ticks_per_day: int, opening_volatility: float) -> None:
        books = opening.shape[0]
        log_price = np.log(opening.astype(np.float64))
        self.ticks_per_day = ticks_per_day
        self.log_mid: FloatArray = np.tile(log_price, (HISTORY, 1))
        self.closes: FloatArray = np.tile(opening.astype(np.float64), (DAYS, 1))
        self.sigma: FloatArray = np.full(books, opening_volatility / math.sqrt(ticks_per_day))
        self.mean_20: FloatArray = opening.astype(np.float64)
        self.deviation_20: FloatArray = opening.astype(np.float64) * opening_volatility
        self.fast, self.slow = log_price.copy(), log_price.copy()
        self.tick = 0
        self.days = 0
        self._decay = 0.5 ** (1.0 / ticks_per_day)

    def note_tick(self, tick: int, mid: FloatArray) -> None:
        """Write the mid-prices with which a tick ended."""
        now = np.log(mid)
        step = now - self.log_mid[self.tick % HISTORY]
        self.sigma = np.sqrt(self._decay * self.sigma**2 + (1.0 - self._decay) * step**2)
        self.tick = tick
        self.log_mid[tick % HISTORY] = now

    def note_day(self, close: FloatArray) -> None:
        """Write the closes of a day and renew the daily averages."""
        self.days += 1
        self.closes[self.days % DAYS] = close
        last_20 = self.closes[[(self.days - lag) % DAYS for lag in range(20)]]
        self.mean_20 = last_20.mean(axis=0)
        spread = last_20.std(axis=0)
        warm = min(1.0, self.days / 20.0)
        opening_like = self.deviation_20 if self.days < 20 else spread
        self.deviation_20 = np.maximum(warm * spread + (1.0 - warm) * opening_like, 1e-9)
        log_close = np.log(close)
        self.fast += 2.0 / 13.0 * (log_close - self.fast)
        self.slow += 2.0 / 27.0 * (log_close - self.slow)

    def log_return(self, ticks: int) -> FloatArray:
        """Return (books,) log returns of the mid-price over the last ``ticks`` (at most the history kept)."""
        lag = min(ticks, HISTORY - 1)
        change: FloatArray = self.log_mid[self.tick % HISTORY] - self.log_mid[(self.tick - lag) % HISTORY]
        return change

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the tape."""
        names = ("log_mid", "closes", "sigma", "mean_20", "deviation_20", "fast", "slow")
        return {name: getattr(self, name).copy() for name in names}, {"tick": self.tick, "days": self.days}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        for name in ("log_mid", "closes", "sigma", "mean_20", "deviation_20", "fast", "slow"):
            setattr(self, name, np.array(arrays[name], np.float64))
        self.tick, self.days = int(values["tick"]), int(values["days"])
