"""Exposures of minimum density: totals explained by as few links as possible (Anand, Craig and von Peter 2015).

Each link taken settles a bank's lending or borrowing, so that no more than 2 n - 1 are needed; fewer
are where totals of some banks match those of others, which is searched for. Margins are taken as checked.
"""

from __future__ import annotations

import numpy as np

from ..core.randomness import Draws
from ..core.units import FloatArray, IntArray

COMPONENT = "interbank margins"
ATTEMPTS = 64


def sparsely(assets: IntArray, liabilities: IntArray, seed: int) -> IntArray:
    """Return exposures with the fewest links of many constructions, never more than 2 n - 1.

    A construction settles the pair whose totals are equal, else a pair drawn with weight
    max(a_i / l_j, l_j / a_i) (small banks deal with large ones), for as much as both have left.
    """
    draws = Draws.of(seed, COMPONENT)
    found = [_construction(assets, liabilities, draws, attempt) for attempt in range(ATTEMPTS)]
    return min(found, key=lambda exposures: int((exposures > 0).sum()))


def _construction(assets: IntArray, liabilities: IntArray, draws: Draws, attempt: int) -> IntArray:
    lent, owed = assets.copy(), liabilities.copy()
    exposures = np.zeros((len(lent), len(lent)), np.int64)
    step = 0
    while lent.any():
        most = _possible(lent, owed)
        equal = np.argwhere((lent[:, None] == owed) & (most == lent[:, None]) & (most > 0))
        i, j = equal[0] if len(equal) else _drawn(lent, owed, most, draws, attempt, step)
        exposures[i, j] += most[i, j]
        lent[i] -= most[i, j]
        owed[j] -= most[i, j]
        step += 1
    return exposures


def _possible(lent: IntArray, owed: IntArray) -> IntArray:
    """Return (n, n) what i may lend j such that every third bank can still lend and owe what it has left."""
    room = lent.sum() - lent - owed  # of each bank: 0 when it must be party to every loan still to come
    order = np.argsort(room, kind="stable")[:3]
    pairs = np.broadcast_to(np.minimum(lent[:, None], owed), (len(lent), len(lent))).copy()
    rows, columns = np.indices(pairs.shape)
    for third in order.tolist():
        others = (rows != third) & (columns != third)
        pairs[others] = np.minimum(pairs[others], room[third])
    np.fill_diagonal(pairs, 0)
    return pairs


def _drawn(lent: IntArray, owed: IntArray, most: IntArray, draws: Draws, attempt: int, step: int) -> tuple[int, int]:
    places = np.argwhere(most > 0)
    a, b = lent[places[:, 0]].astype(np.float64), owed[places[:, 1]].astype(np.float64)
    place = weighted_choice(np.maximum(a / b, b / a), float(draws.uniform([attempt], number=step)[0]))
    return int(places[place, 0]), int(places[place, 1])


def weighted_choice(weights: FloatArray, uniform: float) -> int:
    """Return the place that a uniform in [0, 1) picks when chances are proportional to ``weights``.

    Examples
    --------
    >>> [weighted_choice(np.array([1.0, 0.0, 3.0]), u) for u in (0.0, 0.24, 0.26, 0.99)]
    [0, 0, 2, 2]
    """
    heights = np.cumsum(weights)
    place = int(np.searchsorted(heights, uniform * heights[-1], side="right"))
    return min(place, int(np.flatnonzero(weights)[-1]))
