"""Exposures of maximum entropy: every bank's lending spread over all others as evenly as totals allow.

Computed in floats, then rounded to whole units with every margin kept. Margins are taken as checked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable

import numpy as np

from ..core.units import FloatArray, IntArray
from .integral_flow import Arc, integral_flow

SWEEPS = 20
BISECTIONS = 100
TINY = 1e-300
FRACTION = 2**40


def evenly(assets: IntArray, liabilities: IntArray) -> IntArray:
    """Return the exposures of maximum entropy in whole units, each off by less than one where floats can tell."""
    even = most_even(assets, liabilities)
    down, span = np.floor(even).astype(np.int64), 0
    while True:  # wider only where an amount is too large for a float to tell its neighbours apart
        low, high = np.maximum(down - span, 0), np.ceil(even).astype(np.int64) + span
        places = np.argwhere(even > 0.0).tolist()
        arcs = [_cell(i, j, int(low[i, j]), int(high[i, j]), float(even[i, j] - down[i, j])) for i, j in places]
        supply: dict[Hashable, int] = {("lends", i): int(amount) for i, amount in enumerate(assets)}
        supply |= {("owes", j): -int(amount) for j, amount in enumerate(liabilities)}
        carried = integral_flow(arcs, supply)
        if carried is not None:
            break
        span = 2 * span + 1
    exposures = np.zeros_like(down)
    for (i, j), amount in zip(places, carried, strict=True):
        exposures[i, j] = amount
    return exposures


def _cell(i: int, j: int, low: int, high: int, remainder: float) -> Arc:
    return Arc(("lends", i), ("owes", j), low, high, int(remainder * FRACTION))


def most_even(assets: IntArray, liabilities: IntArray) -> FloatArray:
    """Return x_ij = u_i v_j (0 on the diagonal) with the margins given: what scaling in turn (RAS) tends to.

    With d_i = u_i v_i, what the diagonal would have held, and W = Σ u Σ v, the margins say

        x_ij = (a_i + d_i) (l_j + d_j) / W,    d_i W = (a_i + d_i) (l_i + d_i),    W = Σ a + Σ d

    so W is one root of one equation, found by bisection; a few sweeps of RAS take away what rounding left.
    Scaling alone would crawl where one bank is party to nearly every loan; where a bank is party to every
    loan, assets + liabilities = total, the others have nothing between them.
    """
    lent, owed = assets.astype(np.float64), liabilities.astype(np.float64)
    sole = np.flatnonzero((assets + liabilities == assets.sum()) & (assets + liabilities > 0))
    x = np.outer(lent, owed) if sole.size or not lent.any() else _by_root(lent, owed)
    for bank in sole:
        party = np.arange(len(lent)) == bank
        x *= party[:, None] | party
    np.fill_diagonal(x, 0.0)
    for _ in range(SWEEPS):
        x *= _ratio(lent, x.sum(axis=1))[:, None]
        x *= _ratio(owed, x.sum(axis=0))
    return x


def _by_root(lent: FloatArray, owed: FloatArray) -> FloatArray:
    both, product, total = lent + owed, lent * owed, float(lent.sum())
    largest = int(np.argmax(np.sqrt(lent) + np.sqrt(owed)))

    def lower(w: float) -> FloatArray:  # the lower root d of d² - (w - a - l) d + a l = 0
        span = w - both
        return 2.0 * product / np.maximum(span + np.sqrt(np.maximum(span * span - 4.0 * product, 0.0)), TINY)

    def with_lower_roots(w: float) -> float:
        return total - w + float(lower(w).sum())

    def with_upper_root(w: float) -> float:  # of the largest bank, when it is party to most of the lending
        d = lower(w)
        return float(total - both[largest] - 2.0 * d[largest] + d.sum())

    least = float(both[largest] + 2.0 * np.sqrt(product[largest]))
    upper = with_lower_roots(least) < 0.0
    w = _root(with_upper_root if upper else with_lower_roots, least, rising=upper)
    d = lower(w)
    if upper:
        d[largest] = w - both[largest] - d[largest]
    return np.asarray(np.outer(lent + d, owed + d) / w, np.float64)


def _root(function: Callable[[float], float], least: float, *, rising: bool) -> float:
    """Return where ``function`` changes sign above ``least``, by doubling and bisecting on the scale of logs."""
    low, high = least, 2.0 * least
    while (function(high) < 0.0) == rising:
        low, high = high, 2.0 * high
    for _ in range(BISECTIONS):
        middle = math.sqrt(low) * math.sqrt(high)
        low, high = (middle, high) if (function(middle) < 0.0) == rising else (low, middle)
    return high


def _ratio(due: FloatArray, found: FloatArray) -> FloatArray:
    return np.divide(due, found, out=np.zeros_like(due), where=found > 0.0)
