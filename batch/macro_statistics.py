"""Statistics of the business cycle: trend and cycle, co-movement, persistence, leads and lags, slopes.

All take quarterly series. What is a rate is in percent; what grows is given as 100 times its logarithm, so
that a cycle is in percent of trend.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from ..core.errors import OutOfBounds, UnusableSeries
from ..core.units import FloatArray

QUARTERLY = 1600.0


def hp_trend(series: FloatArray, smoothing: float = QUARTERLY) -> FloatArray:
    """Return the Hodrick-Prescott trend of a series.

    The trend t minimises Σ (x - t)² + λ Σ (Δ²t)²; so (I + λ K'K) t = x, with K the second differences. The
    system is banded and solved as such: the cost is linear in the length.

    Parameters
    ----------
    series : (n,) float64
        Three values or more, all finite.
    smoothing : float
        λ; 1600 for quarters.

    References
    ----------
    R. J. Hodrick and E. C. Prescott (1997), "Postwar U.S. business cycles: an empirical investigation",
    Journal of Money, Credit and Banking 29, 1-16.

    Examples
    --------
    >>> hp_trend(1.0 + np.arange(6.0)).round(9).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """
    size = series.shape[0]
    if size < 3:
        raise UnusableSeries("the series", f"has {size} values; a trend needs 3 or more")
    if not np.isfinite(series).all():
        raise UnusableSeries("the series", "has values that are not finite")
    if not smoothing >= 0.0:
        raise OutOfBounds("smoothing", smoothing, "give 0 or more")
    ones = np.ones(size - 2)
    second = sparse.diags([ones, -2.0 * ones, ones], [0, 1, 2], shape=(size - 2, size))
    system = sparse.eye(size) + smoothing * (second.T @ second)
    return np.asarray(spsolve(system.tocsc(), np.asarray(series, np.float64)), np.float64)


def hp_cycle(series: FloatArray, smoothing: float = QUARTERLY) -> FloatArray:
    """Return a series less its Hodrick-Prescott trend."""
    return np.asarray(series, np.float64) - hp_trend(series, smoothing)


def correlation(x: FloatArray, y: FloatArray, lag: int = 0) -> float:
    """Return corr(x_t, y_{t - lag}); nan where one of them never varies.

    Examples
    --------
    >>> wave = np.sin(np.arange(40.0))
    >>> round(correlation(wave[1:], wave[:-1], lag=-1), 9)
    1.0
    """
    ours, theirs = _shifted(x, y, lag)
    if ours.size < 3 or np.ptp(ours) == 0.0 or np.ptp(theirs) == 0.0:
        return math.nan
    return float(np.corrcoef(ours, theirs)[0, 1])


def _shifted(x: FloatArray, y: FloatArray, lag: int) -> tuple[FloatArray, FloatArray]:
    if x.shape != y.shape:
        raise UnusableSeries("the two series", f"have {x.shape[0]} and {y.shape[0]} values; they must be paired")
    return (x[lag:], y[: y.size - lag]) if lag >= 0 else (x[:lag], y[-lag:])


def persistence(series: FloatArray) -> float:
    """Return the first autocorrelation, corr(x_t, x_{t - 1})."""
    return correlation(series, series, 1)


def relative_deviation(x: FloatArray, y: FloatArray) -> float:
    """Return the standard deviation of x over that of y; nan where y never varies."""
    spread = float(np.std(y))
    return float(np.std(x)) / spread if spread > 0.0 else math.nan


def lag_of_peak(x: FloatArray, y: FloatArray, *, most: int = 4, sign: int = 1) -> int:
    """Return the lag k from -most to most at which sign · corr(x_t, y_{t - k}) is greatest: how late x follows y.

    Examples
    --------
    >>> wave = np.sin(np.arange(60.0) / 3.0)
    >>> lag_of_peak(wave[2:], wave[:-2])
    -2
    """
    lags = range(-most, most + 1)
    found = [sign * correlation(x, y, lag) for lag in lags]
    if all(math.isnan(value) for value in found):
        raise UnusableSeries("one of the two series", "never varies")
    return lags[int(np.nanargmax(found))]


def slope(x: FloatArray, y: FloatArray) -> float:
    """Return the slope of y on x by least squares; nan where x never varies.

    Examples
    --------
    >>> slope(np.arange(5.0), 3.0 - 2.0 * np.arange(5.0))
    -2.0
    """
    there = np.isfinite(x) & np.isfinite(y)
    ours, theirs = x[there], y[there]
    if ours.size < 3 or np.ptp(ours) == 0.0:
        return math.nan
    centred = ours - ours.mean()
    return float((centred @ (theirs - theirs.mean())) / (centred @ centred))


def over_a_year(series: FloatArray) -> FloatArray:
    """Return x_t - x_{t - 4} of quarters; the first year is lost."""
    return np.asarray(series[4:] - series[:-4], np.float64)
