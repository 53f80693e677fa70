"""Fundamental values without data: a geometric random walk whose drift and volatility are random.

Each stock draws its drift μ_i once. Its volatility moves from day to day: h, its logarithm about the
mean, is an AR(1) process (Taylor 1986, "Modelling Financial Time Series", chapter 3),

    h <- ρ h + ξ sqrt(1 - ρ²) η,   σ = σ̄ exp(h - ξ²),   x <- x + μ_i - σ²/2 + σ ε,

so that E[σ²] = σ̄². Within a day x follows a Brownian bridge with that day's σ.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.randomness import Draws, component_key
from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray
from .anchor_kernels import CALM, COMPONENT, DRIFT, OWN_CLOSE, OWN_PATH, fill_bridges
from .fundamental import mean_levels, nothing_real


class WalkRecipe(Parameters):
    """A random walk for each stock. Rates are annual fractions."""

    drift: float = Field(0.05, ge=-1.0, le=1.0, description="growth of a stock's expected value, mean over stocks")
    drift_dispersion: float = Field(0.03, ge=0.0, le=1.0, description="standard deviation of the drift across stocks")
    volatility: float = Field(0.15, ge=0.0, le=3.0, description="σ̄, root mean square of a stock's volatility")
    volatility_of_volatility: float = Field(0.3, ge=0.0, le=1.5, description="ξ, standard deviation of log volatility")
    volatility_persistence: float = Field(
        0.98, ge=0.0, lt=1.0, description="ρ, autocorrelation of log volatility a day"
    )


class WalkAnchor:
    """The anchor ``walk``; its index gives every stock an equal part, 100 at the opening."""

    name = "random walk"
    digest = ""
    opening = 100.0

    def __init__(self, recipe: WalkRecipe, *, stocks: int, ticks_per_day: int, seed: int) -> None:
        self._recipe, self._ticks, self._seed = recipe, ticks_per_day, seed
        self._stocks = np.arange(stocks)
        self.dates, self.closes = nothing_real()
        birth = Draws.of(seed, COMPONENT)
        drift = recipe.drift + recipe.drift_dispersion * birth.normal(self._stocks, DRIFT)
        self._drift = drift / TRADING_DAYS_PER_YEAR
        self._calm = recipe.volatility_of_volatility * birth.normal(self._stocks, CALM)
        self._moves = np.zeros(stocks)
        self._day = 0

    def next_day(self) -> tuple[FloatArray, FloatArray]:
        """Advance a day; return the index after each tick (ticks,) and the log moves (ticks, stocks)."""
        self._day += 1
        recipe, draws = self._recipe, Draws.of(self._seed, COMPONENT, self._day)
        spread, persistence = recipe.volatility_of_volatility, recipe.volatility_persistence
        fresh = spread * math.sqrt(1.0 - persistence * persistence)
        self._calm = persistence * self._calm + fresh * draws.normal(self._stocks, CALM)
        usual = recipe.volatility / math.sqrt(TRADING_DAYS_PER_YEAR)
        sds = np.array([usual * math.exp(h - spread * spread) for h in self._calm])
        ends = self._moves + self._drift - 0.5 * sds * sds + sds * draws.normal(self._stocks, OWN_CLOSE)
        path = np.empty((self._ticks, len(self._stocks)))
        key = np.uint64(component_key(self._seed, COMPONENT))
        fill_bridges(path, self._moves, ends, sds, self._stocks, key, OWN_PATH, self._day)
        self._moves = ends
        return mean_levels(path), path

    def state(self) -> dict[str, Any]:
        """Return the day, and each stock's log move and log volatility at its close."""
        return {"day": self._day, "moves": self._moves.copy(), "calm": self._calm.copy()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Return to a state that was given by `state`."""
        self._day = int(state["day"])
        self._moves, self._calm = np.array(state["moves"], np.float64), np.array(state["calm"], np.float64)
