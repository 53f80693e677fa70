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
    >>> share_values(ValuationSettings(), np.array([700.0]), np.array([0.0]), np.array([100]), 0.02).round(6).tolist()
    [100.0]
    """
    rate = max(real_yield + settings.equity_premium - settings.growth, settings.least_yield)
    worth = np.maximum(dividends / rate, settings.floor * np.maximum(equity, 0.0))
    return np.asarray(np.maximum(worth / np.maximum(shares, 1), 1.0), np.float64)


def cash_spread(worth: FloatArray) -> FloatArray:
    """Return (shares,) by how much a trader divides its cash for one stock: one over the stock's part of the market.

    1 / max(w, 1 / (20 n)), w = worth / Σ worth: the cash for a stock is in proportion to what there is of it to buy,
    as in a market portfolio (Sharpe 1964, Journal of Finance 19, 425-442), or money would lift what is small. None of
    the n stocks counts for less than a twentieth of an equal part.

    Parameters
    ----------
    worth : (shares,) float64
        Value of the shares that float, minor units; equal parts where nothing floats.

    Examples
    --------
    >>> cash_spread(np.array([300.0, 100.0, 0.0])).round(3).tolist()
    [1.333, 4.0, 60.0]
    >>> cash_spread(np.zeros(2)).tolist()
    [2.0, 2.0]
    """
    worth = np.maximum(np.asarray(worth, np.float64), 0.0)
    total, equal = worth.sum(), 1.0 / worth.size
    weight = worth / total if total > 0.0 else np.full(worth.size, equal)
    return np.asarray(1.0 / np.maximum(weight, 0.05 * equal), np.float64)
