"""Compiled sums over the accounts of everybody: what they have, how it has grown, and who stands before whom."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.kernel import kernel
from ..core.units import FloatArray, IntArray

LEAST_RETURNS = 5
"""Days that a Sharpe ratio needs at least."""


@kernel
def add_up(
    rows: IntArray, owners: IntArray, worth: FloatArray, money: int, bond: int,
    cash: IntArray, bonds: IntArray, shares: IntArray,
) -> None:  # fmt: skip
    """Write (n,) deposits, bonds and the value of shares of ``owners``, free and reserved, minor units.

    ``rows`` (owners, 2 x instruments) are accounts, free beside reserved; ``worth`` (instruments,) is what a share
    is worth and 0 for all else; ``bond`` is -1 where nobody holds any. Values are added as floats, exact below 2^53,
    in two sums that need not wait for each other: accounts are read at the speed of memory.
    """
    for i in range(owners.shape[0]):
        owner = owners[i]
        free, reserved = 0.0, 0.0
        for k in range(worth.shape[0]):
            free += rows[owner, 2 * k] * worth[k]
            reserved += rows[owner, 2 * k + 1] * worth[k]
        shares[i] = int(free + reserved)
        cash[i] = rows[owner, 2 * money] + rows[owner, 2 * money + 1]
        bonds[i] = rows[owner, 2 * bond] + rows[owner, 2 * bond + 1] if bond >= 0 else 0


@kernel
def count_trades(count: Any, maker: IntArray, taker: IntArray) -> None:
    """Count each trade for both its sides; ``count`` is by owner."""
    for i in range(maker.shape[0]):
        count[maker[i]] += 1
        count[taker[i]] += 1


@kernel
def sharpe(wealth: Any, rate: FloatArray, days_per_year: float, out: FloatArray) -> None:
    """Write (n,) mean over deviation of daily returns above the rate, for a year; NaN where it says nothing.

    ``wealth`` is (days, n), oldest first; ``rate`` (days - 1,) is what a day without risk earned. An owner needs
    `LEAST_RETURNS` returns from a wealth above 0, and returns that differ.
    """
    days, n = wealth.shape
    for i in range(n):
        seen, mean, squares = 0, 0.0, 0.0
        for d in range(1, days):
            before, after = np.float64(wealth[d - 1, i]), np.float64(wealth[d, i])
            if before > 0.0 and not math.isnan(after):
                seen += 1
                excess = after / before - 1.0 - rate[d - 1]
                step = excess - mean
                mean += step / seen
                squares += step * (excess - mean)
        out[i] = np.nan
        if seen >= LEAST_RETURNS:
            deviation = math.sqrt(squares / (seen - 1))
            if deviation > 1e-6:
                out[i] = mean / deviation * math.sqrt(days_per_year)


@kernel
def places(values: Any, chosen: IntArray, out: IntArray) -> None:
    """Write (k,) the place of each of ``chosen`` among ``values`` (n,), 1 the highest; 0 where it has no value."""
    for j in range(chosen.shape[0]):
        own = values[chosen[j]]
        out[j] = 0 if math.isnan(own) else 1
        for i in range(values.shape[0]):
            if values[i] > own or (values[i] == own and i < chosen[j]):
                out[j] += 1
