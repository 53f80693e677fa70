"""The recipe of a simulated ticker feed: a walk with momentum and mean reversion.

The recipe's price walk moves the *fundamental* value (`TickerAnchor`); its quotes and volumes are
orders, so they belong to strategies: the quote width to the market maker, sizes, bursts, trades a
second and active tickers to `catallaxy.agents.strategies.ticker_producer`. Instead of one producer
process a ticker, producers are rows of one population with draws of their own. The feed's twenty names
and its opening prices, 15 to 550 dollars, are the defaults of `catallaxy.markets.stocks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.randomness import component_key
from ..core.units import FloatArray
from .anchor_kernels import COMPONENT, fill_momentum_walk
from .fundamental import mean_levels, nothing_real


class TickerRecipe(Parameters):
    """How the feed's walk moves a fundamental value."""

    move: float = Field(0.001, ge=0.0, le=0.1, description="standard deviation of a step's log move; 0.001 is 0.1 %")
    decay: float = Field(0.95, ge=0.0, lt=1.0, description="share of momentum kept from step to step")
    momentum: float = Field(0.3, ge=0.0, le=1.0, description="weight of momentum in a step; the rest is fresh noise")
    reversion: float = Field(
        0.001, ge=0.0, le=1.0, description="share of the log distance to the opening price that a step takes back"
    )
    steps_per_tick: int = Field(
        1, ge=1, le=1000, description="steps of the walk in a tick: one for each trade of the feed"
    )


class TickerAnchor:
    """The anchor ``ticker``; its index gives every stock an equal part, 100 at the opening."""

    name = "ticker feed"
    digest = ""
    opening = 100.0

    def __init__(self, recipe: TickerRecipe, *, stocks: int, ticks_per_day: int, seed: int) -> None:
        self._recipe, self._ticks = recipe, ticks_per_day
        self._key = np.uint64(component_key(seed, COMPONENT))
        self._stocks = np.arange(stocks)
        self.dates, self.closes = nothing_real()
        self._moves, self._momentum = np.zeros(stocks), np.zeros(stocks)
        self._day = 0

    def next_day(self) -> tuple[FloatArray, FloatArray]:
        """Advance a day; return the index after each tick (ticks,) and the log moves (ticks, stocks)."""
        self._day += 1
        recipe = self._recipe
        path = np.empty((self._ticks, len(self._stocks)))
        fill_momentum_walk(
            path, self._moves, self._momentum, self._stocks, self._key, self._day,
            recipe.steps_per_tick, recipe.move, recipe.momentum, recipe.decay, recipe.reversion,
        )  # fmt: skip
        return mean_levels(path), path

    def state(self) -> dict[str, Any]:
        """Return the day, and each stock's log move and momentum at its close."""
        return {"day": self._day, "moves": self._moves.copy(), "momentum": self._momentum.copy()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Return to a state that was given by `state`."""
        self._day = int(state["day"])
        self._moves, self._momentum = np.array(state["moves"], np.float64), np.array(state["momentum"], np.float64)
