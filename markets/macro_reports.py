"""Reports on a whole economy: velocity and the quantity theory, the Phillips decomposition, Okun's law.

They are computed from what was measured and drive nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import UnusableSeries
from ..core.units import FloatArray
from .measures import paired, series

_GRID = 2.0**40


def velocity(nominal_output: ArrayLike, money: ArrayLike) -> FloatArray:
    """Return how often money is spent on output, V := PY / M.

    Parameters
    ----------
    nominal_output : array_like
        PY, money a period; V is per that period, so give output at annual rates for the usual figure.
    money : array_like
        M, the mean or closing stock of deposits of the period, above 0.

    Examples
    --------
    >>> velocity([120.0], [80.0]).tolist()
    [1.5]
    """
    output, stock = np.atleast_1d(np.asarray(nominal_output, np.float64)), series(np.atleast_1d(money), "money")
    paired(output, stock, ("nominal_output", "money"))
    _above_zero(stock, "money")
    return output / stock


@dataclass(frozen=True)
class QuantityTheory:
    """The identity π ≡ g_M + g_V - g_Y, period by period: (periods,) log differences each."""

    inflation: FloatArray
    money_growth: FloatArray
    velocity_growth: FloatArray
    output_growth: FloatArray

    @property
    def residual(self) -> FloatArray:
        """What the identity leaves over: 0 exactly, by construction."""
        return self.inflation - (self.money_growth + self.velocity_growth - self.output_growth)


def quantity_theory(prices: ArrayLike, output: ArrayLike, money: ArrayLike) -> QuantityTheory:
    """Split inflation into the growth of money, of its velocity V := PY/M, and of output.

    π ≡ g_M + g_V - g_Y

    It holds whatever happens, for V is defined by it: a report, no theory of inflation. Log differences
    are kept as multiples of 2⁻⁴⁰ (10⁻¹²), whose sums floats hold exactly, so the residual is 0 and not 10⁻¹⁷.

    Parameters
    ----------
    prices, output, money : array_like
        (n,) price level, real output and money stock at consecutive periods, all above 0.

    References
    ----------
    I. Fisher (1911), "The Purchasing Power of Money".

    Examples
    --------
    >>> split = quantity_theory(prices=[1.0, 2.0], output=[10.0, 10.0], money=[5.0, 10.0])
    >>> split.velocity_growth.tolist(), split.residual.tolist()
    ([0.0], [0.0])
    """
    inflation, growth, money_growth = (
        _log_changes(values, name) for values, name in ((prices, "prices"), (output, "output"), (money, "money"))
    )
    paired(inflation, growth, ("prices", "output"))
    paired(inflation, money_growth, ("prices", "money"))
    return QuantityTheory(inflation, money_growth, inflation + growth - money_growth, growth)


def _log_changes(values: ArrayLike, name: str) -> FloatArray:
    array = series(values, name, 2)
    _above_zero(array, name)
    return np.asarray(np.round(np.diff(np.log(array)) * _GRID) / _GRID, np.float64)


def _above_zero(array: FloatArray, name: str) -> None:
    low = np.flatnonzero(array <= 0.0)
    if low.size:
        raise UnusableSeries(name, f"is {array[low[0]]} at row {low[0]}; give numbers above 0")


@dataclass(frozen=True)
class Regression:
    """A line through n points by least squares.

    Attributes
    ----------
    slope, intercept : float
    standard_error : float
        Of the slope, for independent residuals of one variance.
    r_squared : float
        Share of the variance explained; NaN when there is none.
    n : int
    """

    slope: float
    intercept: float
    standard_error: float
    r_squared: float
    n: int


@dataclass(frozen=True)
class PhillipsDecomposition:
    """π = π^e + κ gap + ψ Δp_c + residual: coefficients, their standard errors, and the parts of each period.

    ``r_squared`` is the share of Σ (π - π^e)² explained; uncentred, as there is no constant.
    """

    slope: float
    standard_error: float
    commodity_slope: float
    commodity_standard_error: float
    r_squared: float
    n: int
    expected: FloatArray
    gap_part: FloatArray
    commodity_part: FloatArray
    residual: FloatArray


def phillips_decomposition(
    inflation: ArrayLike, expected: ArrayLike, gap: ArrayLike, commodity: ArrayLike
) -> PhillipsDecomposition:
    """Split inflation into expectations, slack, commodity prices and the rest, by least squares.

    π_t - π^e_t = κ gap_t + ψ Δp_c,t + e_t

    A regressor that never varies from zero gets the coefficient 0 with a standard error of NaN.

    Parameters
    ----------
    inflation, expected : array_like
        (n,) inflation and what was expected of it, annual; n is 3 or more.
    gap : array_like
        (n,) output gap (or u* - u): positive when the economy runs hot.
    commodity : array_like
        (n,) inflation of commodity prices, annual.

    References
    ----------
    A. W. Phillips (1958), Economica 25, 283-299; R. J. Gordon (1982), "Price inertia and policy
    ineffectiveness in the United States", Journal of Political Economy 90, 1087-1117 (supply shocks).

    Examples
    --------
    >>> split = phillips_decomposition([0.02, 0.03, 0.06], [0.02] * 3, [0.0, 0.1, 0.2], [0.0, 0.0, 0.1])
    >>> round(split.slope, 12), round(split.commodity_slope, 12)
    (0.1, 0.2)
    """
    names = ("inflation", "expected", "gap", "commodity")
    rows = [series(values, name, 3) for values, name in zip((inflation, expected, gap, commodity), names, strict=True)]
    for row, name in zip(rows[1:], names[1:], strict=True):
        paired(rows[0], row, ("inflation", name))
    surprise, drivers = rows[0] - rows[1], np.column_stack(rows[2:])
    slopes, errors, residual = _least_squares(drivers, surprise)
    total = float(surprise @ surprise)
    return PhillipsDecomposition(
        slope=float(slopes[0]), standard_error=float(errors[0]),
        commodity_slope=float(slopes[1]), commodity_standard_error=float(errors[1]),
        r_squared=1.0 - float(residual @ residual) / total if total > 0.0 else math.nan, n=surprise.size,
        expected=rows[1], gap_part=slopes[0] * rows[2], commodity_part=slopes[1] * rows[3], residual=residual,
    )  # fmt: skip


def okun_regression(unemployment: ArrayLike, output: ArrayLike, lag: int = 12) -> Regression:
    """Return Okun's law in differences: what a point of growth does to unemployment.

    u_t - u_{t-lag} = a + b · 100 (Y_t / Y_{t-lag} - 1) + e_t, unemployment in percentage points

    For the United States 1959-2009, b = -0.373 over a year, with a = 1.25.

    Parameters
    ----------
    unemployment : array_like
        (n,) rate in per cent.
    output : array_like
        (n,) real output, above 0.
    lag : int
        Periods of a difference: 12 for monthly and 4 for quarterly data over a year.

    References
    ----------
    A. M. Okun (1962), "Potential GNP: its measurement and significance", Proceedings of the Business and
    Economic Statistics Section, American Statistical Association, 98-104.

    Examples
    --------
    >>> growth = np.array([3.0, 1.0, -2.0, 4.0, 0.0])
    >>> output, unemployment = np.cumprod(1 + growth / 100), 5 + np.cumsum(1.2 - 0.4 * growth)
    >>> round(okun_regression(unemployment, output, lag=1).slope, 9)
    -0.4
    """
    if lag < 1:
        raise UnusableSeries("lag", f"is {lag}; give 1 or more")
    rate, real = series(unemployment, "unemployment", lag + 3), series(output, "output", lag + 3)
    paired(rate, real, ("unemployment", "output"))
    _above_zero(real, "output")
    return line(100.0 * (real[lag:] / real[:-lag] - 1.0), rate[lag:] - rate[:-lag])


def line(x: ArrayLike, y: ArrayLike) -> Regression:
    """Return the least-squares line of y on x, with a constant; the slope is 0 when x never varies.

    Examples
    --------
    >>> line([0, 1, 2, 3], [1, 3, 5, 7.0]).slope
    2.0
    """
    xs, ys = series(x, "x", 3), series(y, "y", 3)
    paired(xs, ys, ("x", "y"))
    across, up = xs - xs.mean(), ys - ys.mean()
    slopes, errors, residual = _least_squares(across[:, None], up, lost=1)
    total, slope = float(up @ up), float(slopes[0])
    r_squared = 1.0 - float(residual @ residual) / total if total > 0.0 else math.nan
    return Regression(slope, float(ys.mean() - slope * xs.mean()), float(errors[0]), r_squared, xs.size)


def _least_squares(drivers: FloatArray, y: FloatArray, lost: int = 0) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return coefficients, standard errors and residuals; ``lost`` degrees of freedom went before."""
    slopes = np.asarray(np.linalg.lstsq(drivers, y, rcond=None)[0], np.float64)
    residual = y - drivers @ slopes
    freedom = y.size - drivers.shape[1] - lost
    seen = (drivers != 0.0).any(axis=0)
    spread = np.full(slopes.size, math.nan)
    if freedom > 0 and seen.any():
        inverse = np.linalg.pinv(drivers[:, seen].T @ drivers[:, seen])
        spread[seen] = np.sqrt(np.diag(inverse) * float(residual @ residual) / freedom)
    return slopes, spread, residual
