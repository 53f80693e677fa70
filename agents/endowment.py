"""How many traders there are, what they do, and what they own when the economy opens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field, model_validator

from ..core.parameters import Parameters
from ..core.randomness import BIRTH, Draws
from ..core.units import FloatArray, IntArray
from ..ledger.posting import largest_remainder

DEFAULT_MIX: Mapping[str, float] = {
    "noise": 0.35,
    "fundamentalist": 0.15,
    "momentum": 0.10,
    "mean_reversion": 0.10,
    "hybrid": 0.15,
    "market_maker": 0.05,
    "herder": 0.10,
}
_WEALTH, _FIRST_STOCK = 16, 64


class TraderSettings(Parameters):
    """Who trades and with what."""

    number: int = Field(10_000, ge=0, le=10_000_000, description="traders in the mix")
    activity: float = Field(0.10, gt=0.0, le=1.0, description="mean wake-ups of a trader in a tick")
    mix: dict[str, float] = Field(
        dict(DEFAULT_MIX), description="share of each strategy; shares are scaled to sum to 1"
    )
    extra: dict[str, int] = Field({}, description="further groups, by strategy and number, on top of the mix")
    muted: tuple[str, ...] = Field((), description="groups that own what they own but never trade (counterfactuals)")
    least_wealth: int = Field(5_000_000, ge=0, description="smallest opening wealth of a trader, cents")
    pareto: float = Field(1.5, gt=1.0, le=10.0, description="tail exponent of opening wealth (Pareto 1897)")
    largest_multiple: float = Field(200.0, ge=1.0, description="cap of opening wealth, in multiples of the least")
    cash_share: float = Field(0.5, ge=0.0, le=1.0, description="part of opening wealth held as deposits")

    @model_validator(mode="after")
    def _consistent(self) -> TraderSettings:
        for name, share in self.mix.items():
            if share < 0:
                raise ValueError(f"mix.{name} is {share}; give a share of 0 or more")
        for name, number in self.extra.items():
            if number < 0:
                raise ValueError(f"extra.{name} is {number}; give 0 or more traders")
        if self.number and not sum(self.mix.values()) > 0:
            raise ValueError("mix has no positive share; name at least one strategy, or set number = 0")
        return self

    def groups(self) -> dict[str, int]:
        """Return the number of traders of each strategy, mix first, by name (largest remainder)."""
        names = sorted(name for name, share in self.mix.items() if share > 0)
        weights = [round(self.mix[name] * 1_000_000_000) for name in names]
        counts = dict(zip(names, largest_remainder(self.number, weights), strict=True)) if names else {}
        for name in sorted(self.extra):
            counts[name] = counts.get(name, 0) + self.extra[name]
        return {name: count for name, count in counts.items() if count > 0}


def opening_wealth(settings: TraderSettings, draws: Draws, rows: IntArray) -> FloatArray:
    """Return (n,) wealth in minor units, Pareto with the given tail exponent, capped.

    P(W > w) = (least / w)^pareto. Each trader's wealth depends on its own ordinal only.
    """
    u = draws.uniform(rows, BIRTH, _WEALTH)
    multiple = np.minimum((1.0 - u) ** (-1.0 / settings.pareto), settings.largest_multiple)
    return settings.least_wealth * multiple


def opening_lots(
    settings: TraderSettings, draws: Draws, rows: IntArray, wealth: FloatArray, stock: int, stocks: int, value: int
) -> IntArray:
    """Return (n,) lots of one stock worth an equal part of each trader's share wealth, rounded at random.

    ``value`` is the minor units of one lot. Rounding up with the probability of the fraction keeps
    the mean, so that small traders too own something of dear stocks.
    """
    wanted = wealth * (1.0 - settings.cash_share) / (stocks * value)
    return np.floor(wanted + draws.uniform(rows, BIRTH, _FIRST_STOCK + stock)).astype(np.int64)
