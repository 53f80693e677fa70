"""Impulse responses: what one change did, as the difference of two runs that share their seed.

Draws are keyed by seed, component, ordinal and tick (`catallaxy.core.randomness`), so both runs of a pair are
the same until the change; whatever differs later follows from it. A response is random only through the seed,
so a band over seeds says how sure its mean is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import stats

from ..core.errors import RunError, UnusableSeries
from ..core.units import FloatArray, IntArray

Difference: TypeAlias = Literal["level", "percent", "basis points", "percentage points"]
Direction: TypeAlias = Literal["up", "down", "within"]
COVERAGE = 0.90
_SCALE: Mapping[Difference, float] = {"level": 1.0, "basis points": 1e4, "percentage points": 1e2}


def difference(base: FloatArray, changed: FloatArray, kind: Difference) -> FloatArray:
    """Return ``changed`` less ``base``.

    ``level``: x' - x; ``percent``: 100 log(x'/x); ``basis points``: 10,000 (x' - x); ``percentage points``:
    100 (x' - x), for rates that are fractions.

    Raises
    ------
    UnusableSeries
        For a percentage of values that are not above 0.

    Examples
    --------
    >>> difference(np.array([0.02]), np.array([0.03]), "basis points").round(9).tolist()
    [100.0]
    """
    if kind != "percent":
        return np.asarray(_SCALE[kind] * (changed - base), np.float64)
    least = min(float(np.nanmin(base, initial=np.inf)), float(np.nanmin(changed, initial=np.inf)))
    if least <= 0.0:
        raise UnusableSeries("a response in percent", f"needs values above 0, and one is {least:g}; read levels")
    return np.asarray(100.0 * np.log(changed / base), np.float64)


def check_paired(base: FloatArray, changed: FloatArray, before: int, what: str) -> None:
    """Raise `RunError` unless two runs are equal, to the last bit, in the ``before`` periods ahead of the change.

    Examples
    --------
    >>> check_paired(np.array([1.0, 2.0]), np.array([1.0, 2.5]), 1, "index, seed 3")
    >>> check_paired(np.array([1.0, 2.0]), np.array([1.5, 2.5]), 1, "index, seed 3")
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.RunError: index, seed 3: the two runs differ by 0.5 in period 1 of 1 before the change...
    """
    ours, theirs = base[:before], changed[:before]
    differs = ~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))
    if differs.any():
        at = int(np.flatnonzero(differs)[0])
        raise RunError(
            f"{what}: the two runs differ by {theirs[at] - ours[at]:g} in period {at + 1} of {before} before the "
            "change, so that they share more or less than their seed; a draw is not keyed, or the change begins earlier"
        )


@dataclass(frozen=True)
class Response:
    """The responses of a column, one row for each seed.

    Attributes
    ----------
    column : str
        What responds.
    seeds : tuple of int
        Seeds of the pairs that reached their end.
    periods : (T,) int64
        Periods, 1 the first of the change.
    values : (seeds, T) float64
        Changed less base.
    """

    column: str
    seeds: tuple[int, ...]
    periods: IntArray
    values: FloatArray

    @property
    def mean(self) -> FloatArray:
        """(T,) mean over seeds."""
        return _mean(self.values)

    @property
    def band(self) -> tuple[FloatArray, FloatArray]:
        """(T,) low and high end of the 90 % t-interval of the mean; nan where less than two seeds have a value."""
        return interval(self.values)

    @property
    def percentiles(self) -> tuple[FloatArray, FloatArray]:
        """(T,) the 5th and 95th percentile over seeds: where single runs lie, not how sure the mean is."""
        tail = 50.0 * (1.0 - COVERAGE)
        low, high = np.full((2, self.periods.size), np.nan)
        some = ~np.isnan(self.values).all(axis=0)
        low[some], high[some] = np.nanpercentile(self.values[:, some], [tail, 100.0 - tail], axis=0)
        return low, high

    @property
    def count(self) -> IntArray:
        """(T,) seeds that have a value."""
        return np.asarray((~np.isnan(self.values)).sum(axis=0), np.int64)

    def share(self, direction: Direction, size: tuple[float, float] | None = None) -> FloatArray:
        """(T,) share of the seeds with a value whose response goes as expected."""
        agrees = as_expected(self.values, direction, size).sum(axis=0)
        return _ratio(agrees, self.count)

    def effects(self, window: tuple[int, int]) -> FloatArray:
        """(seeds,) mean response of each seed over the periods of a window, both ends included."""
        inside = (self.periods >= window[0]) & (self.periods <= window[1])
        return _mean(self.values[:, inside].T)


def as_expected(effects: FloatArray, direction: Direction, size: tuple[float, float] | None = None) -> FloatArray:
    """Return 1.0 where an effect is above 0 ("up"), below 0 ("down") or in ``size`` ("within"), else 0.0.

    Examples
    --------
    >>> as_expected(np.array([-1.0, 0.0, 2.0]), "down").tolist()
    [1.0, 0.0, 0.0]
    """
    if direction == "within":
        low, high = size if size is not None else (0.0, 0.0)
        return ((effects >= low) & (effects <= high)).astype(np.float64)
    return (effects > 0.0 if direction == "up" else effects < 0.0).astype(np.float64)


def interval(values: FloatArray, coverage: float = COVERAGE) -> tuple[FloatArray, FloatArray]:
    """Return the t-interval of the mean over the first axis: m ± t(n - 1) s / sqrt(n), s with n - 1 (Student 1908).

    Seeds are independent, so their responses are; where less than two have a value, both ends are nan.

    Examples
    --------
    >>> low, high = interval(np.array([[1.0], [2.0], [3.0]]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.314, 3.686)
    """
    count = (~np.isnan(values)).sum(axis=0)
    mean = _mean(values)
    spread = np.nansum((values - mean) ** 2, axis=0)
    half = np.full(mean.shape, math.nan)
    some = count > 1
    freedom = count[some] - 1
    half[some] = stats.t.ppf(0.5 + 0.5 * coverage, freedom) * np.sqrt(spread[some] / freedom / count[some])
    return mean - half, mean + half


def _mean(values: FloatArray) -> FloatArray:
    """Return the mean over the first axis of what is there; nan where nothing is."""
    return _ratio(np.nansum(values, axis=0), (~np.isnan(values)).sum(axis=0))


def _ratio(total: FloatArray, count: IntArray) -> FloatArray:
    return np.asarray(np.divide(total, count, out=np.full(total.shape, math.nan), where=count > 0), np.float64)
