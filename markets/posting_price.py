"""Rounding a wished-for price to one that may be posted."""

from __future__ import annotations

import numpy as np

from ..core.units import FloatArray, IntArray


def to_tick(price: FloatArray, side: IntArray, tick_size: IntArray) -> IntArray:
    """Round (n,) prices to the tick, buys down and sells up, never below one tick.

    Examples
    --------
    >>> to_tick(np.array([10.7, 10.2, 0.4]), np.array([0, 1, 0]), np.array([1, 5, 1])).tolist()
    [10, 15, 1]
    """
    steps = price / tick_size
    whole = np.where(side == 0, np.floor(steps + 1e-9), np.ceil(steps - 1e-9))
    return np.maximum(whole, 1.0).astype(np.int64) * tick_size
