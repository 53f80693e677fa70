"""The statistics behind the stylised facts: pure functions of a series of returns, and a block bootstrap.

Returns are log returns by day unless said otherwise. A series in which nothing varies has no
autocorrelation, kurtosis or tail: the answer is then NaN, never a guess.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import chdtrc

from ..core.kernel import kernel
from ..core.randomness import Draws
from ..core.units import FloatArray, IntArray

NAN = math.nan


def autocorrelations(values: FloatArray, lags: int) -> FloatArray:
    """Return the sample autocorrelations at lags 1..``lags``: Σ x_t x_{t+k} / Σ x_t², x centred once.

    Examples
    --------
    >>> autocorrelations(np.array([1.0, -1.0, 1.0, -1.0]), 2).tolist()
    [-0.75, 0.5]
    """
    centred = values - values.mean()
    variation = float(centred @ centred)
    if not varies(values):
        return np.full(lags, NAN)
    # einsum rather than @: no BLAS threads that cost more than they save, and sums that do not depend on their number
    return np.array([np.einsum("i,i->", centred[k:], centred[:-k]) for k in range(1, lags + 1)]) / variation


def varies(values: FloatArray) -> bool:
    """Return whether the values differ by more than rounding."""
    return bool(values.size > 1 and np.ptp(values) > 1e-12 * max(1e-300, float(np.abs(values).max())))


def _moment(values: FloatArray, power: int) -> float:
    if not varies(values):
        return NAN
    centred = values - values.mean()
    return float(np.mean(centred**power) / np.mean(centred**2) ** (power / 2))


def skewness(values: FloatArray) -> float:
    """Return the third standardised moment, m₃ / m₂^{3/2}."""
    return _moment(values, 3)


def excess_kurtosis(values: FloatArray) -> float:
    """Return the fourth standardised moment less 3, which is 0 for a normal distribution."""
    return _moment(values, 4) - 3.0


def hill_exponent(values: FloatArray, share: float = 0.05) -> float:
    """Return Hill's tail exponent of abs values above the (1 - share) quantile.

    1/α = (1/k) Σ_{i<=k} ln(x_(i) / x_(k)), x_(1) >= x_(2) >= ..., k = share × n

    References
    ----------
    B. M. Hill (1975), "A simple general approach to inference about the tail of a distribution",
    Annals of Statistics 3, 1163-1174.
    """
    largest = np.sort(np.abs(values))[::-1][: max(2, int(share * values.size))]
    if largest[-1] <= 0.0 or largest[0] == largest[-1]:
        return NAN
    return 1.0 / float(np.mean(np.log(largest / largest[-1])))


def aggregated(returns: FloatArray, days: int) -> FloatArray:
    """Return returns over consecutive blocks of ``days``; an unfinished last block is left out."""
    return np.asarray(returns[: returns.size // days * days].reshape(-1, days).sum(axis=1), np.float64)


def decay_exponent(values: FloatArray, lags: int = 100) -> float:
    """Return η of the power law ACF(k) ~ k^-η of the sample autocorrelations at lags 1..``lags``."""
    return power_law_exponent(autocorrelations(values, lags))


def power_law_exponent(acf: FloatArray) -> float:
    """Return η of y_k ~ k^-η, k = 1, 2, ..., by least squares in logarithms where y is positive.

    NaN when fewer than half are positive: such a series does not remember.

    Examples
    --------
    >>> round(power_law_exponent(np.arange(1.0, 101.0) ** -0.3), 12)
    0.3
    """
    positive = acf > 0.0
    if 2 * positive.sum() < acf.size:
        return NAN
    lag = np.arange(1, acf.size + 1)[positive]
    return -float(np.polyfit(np.log(lag), np.log(acf[positive]), 1)[0])


def arch_lm(returns: FloatArray, lags: int = 5) -> tuple[float, float]:
    """Return Engle's LM statistic n R² of squared returns on their own ``lags``, and its p-value (χ²).

    References
    ----------
    R. F. Engle (1982), "Autoregressive conditional heteroscedasticity", Econometrica 50, 987-1007.
    """
    if not varies(returns):
        return NAN, NAN
    squares = (returns / returns.std()) ** 2
    now = squares[lags:]
    past = np.column_stack([np.ones(now.size)] + [squares[lags - k : -k] for k in range(1, lags + 1)])
    left = now - past @ np.linalg.lstsq(past, now, rcond=None)[0]
    centred = now - now.mean()
    variation = float(centred @ centred)
    if variation <= 0.0:
        return NAN, NAN
    statistic = now.size * (1.0 - float(left @ left) / variation)
    return statistic, float(chdtrc(lags, max(0.0, statistic)))


def correlation(first: FloatArray, second: FloatArray) -> float:
    """Return Pearson's correlation, NaN when one of the two never varies."""
    if not (varies(first) and varies(second)):
        return NAN
    return float(np.corrcoef(first, second)[0, 1])


def leverage(returns: FloatArray) -> float:
    """Return corr(r_t, abs r_{t+1}): negative when falls raise the next day's volatility (Black 1976)."""
    return correlation(returns[:-1], np.abs(returns[1:]))


def volume_volatility(returns: FloatArray, volume: FloatArray) -> float:
    """Return corr(abs r, ln V less its linear trend), over the days that traded (Karpoff 1987)."""
    traded = volume > 0.0
    if traded.sum() < 3:
        return NAN
    day, logs = np.flatnonzero(traded).astype(np.float64), np.log(volume[traded])
    slope, level = np.polyfit(day, logs, 1)
    return correlation(np.abs(returns[traded]), logs - slope * day - level)


@kernel
def first_passages(out: IntArray, log_prices: FloatArray, rise: float) -> int:
    """Write the days until the log price first moved by ``rise`` (or fell, if negative); return how many starts did.

    Every day is a start; starts that never get there are left out. ``out`` is (days,).
    """
    found = 0
    for start in range(log_prices.shape[0]):
        for day in range(start + 1, log_prices.shape[0]):
            move = log_prices[day] - log_prices[start]
            if (rise > 0.0 and move >= rise) or (rise < 0.0 and move <= rise):
                out[found] = day - start
                found += 1
                break
    return found


def median_passage(returns: FloatArray, rise: float) -> float:
    """Return the median number of days until the log price first moves by ``rise``, NaN when it never does.

    References
    ----------
    M. H. Jensen, A. Johansen and I. Simonsen (2003), "Inverse statistics in economics: the gain-loss
    asymmetry", Physica A 324, 338-343.
    """
    path = np.concatenate([[0.0], np.cumsum(returns)])
    days = np.empty(path.size, np.int64)
    found = first_passages(days, path, rise)
    return float(np.median(days[:found])) if found else NAN


def block_bootstrap(
    statistic: Callable[[IntArray], float], rows: int, *, block: int = 250, samples: int = 200, seed: int = 1
) -> tuple[float, float]:
    """Return the 95 % interval of ``statistic`` (of row numbers) over resampled blocks of rows.

    Blocks of consecutive rows keep the dependence within them; they start anywhere and wrap round
    (Politis and Romano 1992, the circular block bootstrap).
    """
    block = min(block, rows)
    pieces = -(-rows // block)
    values = np.empty(samples, np.float64)
    for sample in range(samples):
        starts = Draws.of(seed, "block bootstrap", tick=sample).integers(np.arange(pieces), rows)
        chosen = (starts[:, None] + np.arange(block)).ravel()[:rows] % rows
        values[sample] = statistic(chosen)
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)
