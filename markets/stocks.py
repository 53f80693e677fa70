"""What is listed by default: the settings of the stocks, and their opening prices."""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from ..core.parameters import Parameters
from ..core.randomness import BIRTH, Draws
from ..core.units import IntArray

DEFAULT_SYMBOLS: tuple[str, ...] = (
    "AAPL", "TSLA", "GOOGL", "MSFT", "AMZN", "META", "NVDA", "AMD", "NFLX", "DIS",
    "PYPL", "INTC", "CSCO", "ADBE", "CRM", "ORCL", "IBM", "UBER", "LYFT", "SPOT",
)  # fmt: skip


class StockSettings(Parameters):
    """Which stocks are listed. One price unit is one cent, one lot one share."""

    number: int = Field(20, ge=1, le=5_000, description="listed stocks")
    symbols: tuple[str, ...] = Field(
        (), description="their symbols; empty: twenty well-known ones, then S021, S022, ..."
    )
    opening_low: int = Field(1_500, ge=100, le=10_000_000, description="lowest opening price, cents")
    opening_high: int = Field(55_000, ge=100, le=10_000_000, description="highest opening price, cents")
    tick_size: int = Field(1, ge=1, le=10_000, description="regulatory tick: prices are multiples of it, cents")
    round_lot: int = Field(1, ge=1, le=10_000, description="quantities are multiples of it, lots")
    opening_volatility: float = Field(
        0.012, gt=0.0, le=0.5, description="standard deviation of a day's log return that agents assume at the opening"
    )

    @model_validator(mode="after")
    def _consistent(self) -> StockSettings:
        if self.opening_low > self.opening_high:
            raise ValueError(f"opening_low is {self.opening_low}, above opening_high = {self.opening_high}")
        if self.symbols and len(self.symbols) != self.number:
            raise ValueError(f"symbols names {len(self.symbols)} stocks, but number is {self.number}; make them agree")
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError("symbols repeat; give each stock its own")
        return self

    def names(self) -> tuple[str, ...]:
        """Return the symbols in book order."""
        if self.symbols:
            return self.symbols
        more = tuple(f"S{number:03d}" for number in range(len(DEFAULT_SYMBOLS) + 1, self.number + 1))
        return (*DEFAULT_SYMBOLS, *more)[: self.number]

    def opening_prices(self, seed: int) -> IntArray:
        """Return (number,) opening prices, log-uniform between the bounds and on the tick; keyed by stock."""
        u = Draws.of(seed, "stocks").uniform(np.arange(self.number), BIRTH)
        low, high = np.log(self.opening_low), np.log(self.opening_high)
        prices: IntArray = np.rint(np.exp(low + u * (high - low)) / self.tick_size).astype(np.int64) * self.tick_size
        return np.maximum(prices, np.int64(self.tick_size))
