"""Small banking systems for hypothesis, and the plain twins that solve them by brute repetition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from catallaxy.core.units import FloatArray, IntArray

RING = [[0, 4, 0], [0, 0, 3], [2, 0, 0]]
FOUR = [[0, 40, 20, 0], [0, 0, 30, 10], [20, 0, 0, 20], [10, 10, 0, 0]]
FOUR_ASSETS, FOUR_OUTSIDE = [10, 20, 30, 15], [30, 20, 10, 10]


@dataclass(frozen=True)
class System:
    """Debts among banks, and their assets and debts outside, in whole units."""

    owed: IntArray
    assets: IntArray
    outside: IntArray


@st.composite
def systems(draw: st.DrawFn, most: int = 50, banks: int = 6) -> System:
    """Banking systems, sparse often enough that rings without any assets occur."""
    n = draw(st.integers(1, banks))
    amount = st.one_of(st.just(0), st.integers(0, most))
    owed = np.array(draw(st.lists(amount, min_size=n * n, max_size=n * n)), np.int64).reshape(n, n)
    np.fill_diagonal(owed, 0)
    assets, outside = (np.array(draw(st.lists(amount, min_size=n, max_size=n)), np.int64) for _ in range(2))
    return System(owed, assets, outside)


def repeated_shares(system: System, *, senior: bool, alpha: float = 1.0, beta: float = 1.0) -> FloatArray:
    """Return the greatest clearing shares by paying what can be paid, over and over, from full payment down."""
    due = system.owed.sum(axis=1) + (0 if senior else system.outside)
    first = system.outside if senior else 0 * system.outside
    share = np.ones(len(due))
    for _ in range(5_000):
        received = system.owed.T @ share
        short = system.assets - first + received < due - 1e-9
        left = np.maximum(alpha * system.assets + beta * received - first, 0.0)
        after = np.where(short, np.divide(left, due, out=np.zeros(len(due)), where=due > 0), 1.0)
        if np.abs(after - share).max() < 1e-14:
            break
        share = after
    return share
