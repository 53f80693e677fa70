"""Who stands where, now and at the ends of the days that are kept; and how unequal wealth is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray, IntArray
from .wealth_kernels import places, sharpe
from .wealth_reel import Day, WealthReel

if TYPE_CHECKING:
    from .directory import Directory

MOMENTS = 12
POINTS, BINS = 50, 40


def stacked(days: tuple[Day, ...], owners: IntArray) -> Any:
    """Return (days, n) wealth of ``owners``, NaN for who was not there yet."""
    table = np.full((len(days), owners.shape[0]), np.nan, np.float32)
    for row, day in zip(table, days, strict=True):
        known = owners < day.wealth.shape[0]
        if known.all():
            row[:] = day.wealth[owners]
        else:
            row[known] = day.wealth[owners[known]]
    return table


def sharpe_until(days: tuple[Day, ...], owners: IntArray) -> FloatArray:
    """Return (n,) Sharpe ratios a year over the days given, oldest first."""
    out = np.full(owners.shape[0], np.nan)
    if len(days) > 1:
        rate = np.array([day.rate for day in days[1:]])
        sharpe(stacked(days, owners), rate, float(TRADING_DAYS_PER_YEAR), out)
    return out


def sharpe_now(reel: WealthReel, owners: IntArray) -> FloatArray:
    """Return (n,) Sharpe ratios over all days that are kept; they change at day ends only."""
    days = tuple(reel.days)
    known = reel.memo.get("sharpe")
    if known is None or known[0] is not days[-1] or known[1].shape != owners.shape:
        known = reel.memo["sharpe"] = (days[-1], sharpe_until(days, owners))
    ratios: FloatArray = known[1]
    return ratios


def places_over_time(reel: WealthReel, directory: Directory, key: str, rows: IntArray) -> list[tuple[int, list[int]]]:
    """Return the place of each of ``rows`` at some day ends, oldest first, as (day, places); a place is 0 for none.

    ``key`` is wealth, since (change since the opening) or sharpe; it is the same figure as of that day.
    """
    days = tuple(reel.days)
    step = -(-len(days) // MOMENTS)
    moments = [n for n, day in enumerate(days) if day.day % step == 0 or n == len(days) - 1]
    cache: dict[int, Any] = reel.memo.setdefault(f"values of {key}", {})
    told = []
    for moment in moments:
        day = days[moment].day
        if day not in cache or cache[day].shape != directory.accounts.owners.shape:
            cache[day] = _values(reel, days[: moment + 1], directory.accounts.owners, key)
        out = np.zeros(rows.shape[0], np.int64)
        places(cache[day], rows, out)
        if out.any():
            told.append((day, out.tolist()))
    for day in set(cache) - {days[moment].day for moment in moments}:
        cache.pop(day, None)
    return told


def _values(reel: WealthReel, days: tuple[Day, ...], owners: IntArray, key: str) -> Any:
    """Return (n,) the figure by which owners are ranked at the end of the last of ``days``, NaN for none."""
    if key == "sharpe":
        newest = sharpe_now(reel, owners) if days[-1] is reel.days[-1] else sharpe_until(days, owners)
        return newest.astype(np.float32)
    wealth = stacked(days[-1:], owners)[0]
    if key == "wealth":
        return wealth
    opening = stacked((Day(0, reel.opening, 0.0),), owners)[0]
    known = (opening > 0) & (days[-1].day > 0)
    return np.where(known, wealth / np.where(known, opening, 1), np.nan).astype(np.float32)


def gini(wealth: FloatArray) -> float | None:
    """Return the Gini coefficient, 0 where all have the same; None where there is nothing to share.

    Examples
    --------
    >>> gini(np.array([1.0, 1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 8.0]))
    (0.0, 0.75)
    """
    total, n = float(wealth.sum()), wealth.shape[0]
    if n == 0 or total <= 0.0:
        return None
    weighted = float((np.arange(1, n + 1) * np.sort(wealth)).sum())
    return float(round(2.0 * weighted / (n * total) - (n + 1) / n, 12))


def lorenz(wealth: FloatArray) -> list[list[float]]:
    """Return (part of the traders, part of the wealth), the poorest first."""
    total, n = float(wealth.sum()), wealth.shape[0]
    if n == 0 or total <= 0.0:
        return []
    running = np.append(0.0, np.cumsum(np.sort(wealth)))
    at = np.rint(np.linspace(0, n, POINTS + 1)).astype(np.int64)
    return [[round(int(k) / n, 4), round(float(running[k]) / total, 5)] for k in at]


def histogram(wealth: FloatArray) -> tuple[list[list[float]], int]:
    """Return (middle, traders) of bins even in the logarithm of wealth, and how many have nothing or owe."""
    positive = wealth[wealth > 0.0]
    none = int(wealth.shape[0] - positive.shape[0])
    if not positive.size:
        return [], none
    low, high = math.log10(float(positive.min())), math.log10(float(positive.max()))
    if high - low < 1e-9:
        return [[float(positive[0]), float(positive.size)]], none
    counts, edges = np.histogram(np.log10(positive), bins=BINS, range=(low, high))
    middles = 10.0 ** ((edges[1:] + edges[:-1]) / 2.0)
    return [[float(f"{x:.4g}"), int(count)] for x, count in zip(middles, counts, strict=True)], none


def top_share(wealth: FloatArray, part: float = 0.01) -> float | None:
    """Return the part of all wealth that the richest ``part`` of traders have."""
    total, number = float(wealth.sum()), max(1, round(part * wealth.shape[0]))
    if wealth.shape[0] == 0 or total <= 0.0:
        return None
    return float(np.partition(wealth, -number)[-number:].sum()) / total
