"""What a share is worth: the fundamental value that follows dividends and interest rates."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.units import FloatArray, IntArray


class ValuationSettings(Parameters):
    """How dividends become values."""

    equity_premium: float = Field(0.05, ge=0.001, le=0.5, description="ρ, return on shares above real bonds, a year")
    growth: float = Field(0.0, ge=-0.1, le=0.1, description="g, growth of real dividends a year")
    least_yield: float = Field(
        0.02, gt=0.0, le=0.5, description="least dividend yield used, where real rates are very low"
    )
    floor: float = Field(0.25, ge=0.0, le=1.0, description="value never below this part of book equity (abandonment)")


def share_values(
    settings: ValuationSettings, dividends: FloatArray, equity: FloatArray, shares: IntArray, real_yield: float
) -> FloatArray:
    """Return (shares,) fundamental values of one share, minor units.

    v = max(D / (r + ρ - g), floor × book equity) / shares: a perpetuity of the average yearly dividends D
    (minor units) discounted at the long real yield r and a premium (Gordon 1959, Review of Economics and Statistics
    41, 99-105), and never less than what the owners could save by closing (Berger, Ofek and Swary 1996, Journal of
    Financial Economics 42, 257-287).

    Examples
    --------
    >>> share_values(ValuationSettings(), np.array([700.0]), np.array([0.0]), np.array([100]), 0.02).tolist()
    [100.0]
    """
    rate = max(real_yield + settings.equity_premium - settings.growth, settings.least_yield)
    worth = np.maximum(dividends / rate, settings.floor * np.maximum(equity, 0.0))
    return np.asarray(np.maximum(worth / np.maximum(shares, 1), 1.0), np.float64)
