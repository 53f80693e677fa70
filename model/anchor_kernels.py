"""The paths between closes: kernels that interpolate a day, one column a stock.

Every draw is keyed by (run, "anchor", purpose, stock, day, number), so that a longer run, another stock
or a jump to a later day changes no path. Numbers count the ticks of the day.
"""

from __future__ import annotations

import math

import numpy as np

from ..core.kernel import kernel
from ..core.randomness import normal, philox, unit
from ..core.units import FloatArray, IntArray

COMPONENT = "anchor"
INDEX, OWN_CLOSE, OWN_PATH, BETA, ROWS, DRIFT, CALM = 1, 2, 3, 4, 5, 6, 7


@kernel
def keyed_normal(key: np.uint64, purpose: int, ordinal: int, day: int, number: int) -> float:
    """Return standard normal ``number`` of an ordinal's day, as `Draws.normal` does."""
    a, b, c, d = philox(key, purpose, ordinal, day, number // 2, 0)
    if number % 2 == 0:
        return normal(unit(a), unit(b))
    return normal(unit(c), unit(d))


@kernel
def fill_bridges(
    out: FloatArray,
    starts: FloatArray,
    ends: FloatArray,
    sds: FloatArray,
    ordinals: IntArray,
    key: np.uint64,
    purpose: int,
    day: int,
) -> None:
    """Write a Brownian bridge from ``starts`` to ``ends`` for each column of ``out`` (ticks, columns).

    x_k = start + (k/T)(end - start) + s (W_k - (k/T) W_T), k = 1..T, where W is a random walk of T
    steps with Var W_T = 1 and s, of ``sds``, is the standard deviation of a whole day. The last row
    is ``ends`` exactly. Does not check shapes.
    """
    ticks = out.shape[0]
    step = 1.0 / math.sqrt(float(ticks))
    for i in range(out.shape[1]):
        walk = 0.0
        for k in range(ticks):
            walk += step * keyed_normal(key, purpose, ordinals[i], day, k)
            out[k, i] = walk
        for k in range(ticks):
            share = (k + 1) / ticks
            out[k, i] = starts[i] + share * (ends[i] - starts[i]) + sds[i] * (out[k, i] - share * walk)
        out[ticks - 1, i] = ends[i]


@kernel
def fill_momentum_walk(
    out: FloatArray,
    logs: FloatArray,
    momentum: FloatArray,
    ordinals: IntArray,
    key: np.uint64,
    day: int,
    steps: int,
    move: float,
    share: float,
    decay: float,
    reversion: float,
) -> None:
    """Advance walks with momentum and mean reversion by a day; ``logs`` and ``momentum`` change in place.

    m <- φ m + sqrt(1 - φ²) η;  x <- x + s (sqrt(1 - w²) ε + w m) - κ x, with φ ``decay``, s ``move``,
    w ``share``, κ ``reversion``, ``steps`` times a tick; ``out`` (ticks, stocks) takes x after each tick.
    """
    fresh, rest = math.sqrt(1.0 - decay * decay), math.sqrt(1.0 - share * share)
    for i in range(out.shape[1]):
        x, m = logs[i], momentum[i]
        number = 0
        for k in range(out.shape[0]):
            for _ in range(steps):
                m = decay * m + fresh * keyed_normal(key, OWN_PATH, ordinals[i], day, number)
                shock = keyed_normal(key, OWN_PATH, ordinals[i], day, number + 1)
                x += move * (rest * shock + share * m) - reversion * x
                number += 2
            out[k, i] = x
        logs[i], momentum[i] = x, m


@kernel
def fill_exponentials(out: FloatArray, logs: FloatArray, scale: FloatArray) -> None:
    """Write ``scale`` (columns,) times the exponential of ``logs`` (ticks, columns) into ``out``."""
    for k in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[k, i] = scale[i] * math.exp(logs[k, i])
