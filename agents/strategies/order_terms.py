"""The scalar arithmetic that all built-in strategies share: draws, postable prices, lots within a budget.

Built-in strategies spend one Philox block a decision. Where a number need not be finer than 2**-32, two
uniforms come from the halves of one 64-bit draw. An order replaces what the trader's slot holds, and
withdrawals come before reservations, so a budget is what is free *and* what is reserved.
"""

from __future__ import annotations

import math

import numpy as np

from ...core.kernel import kernel

_32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_TO_UNIT = 2.0**-32

BATCH = 64
"""Traders a kernel serves at once: their draws, then their accounts, then their orders.

Accounts are far apart in memory; read in a loop of their own, their cache misses overlap.
"""

MOST_LOTS = 1e15
"""No wish is larger than this, so that every one is an integer."""


@kernel
def upper(bits: np.uint64) -> float:
    """Return a uniform in [0, 1) from the upper 32 bits of a draw.

    Examples
    --------
    >>> upper(np.uint64(2**63))
    0.5
    """
    return float(np.int64(bits >> _32)) * _TO_UNIT


@kernel
def lower(bits: np.uint64) -> float:
    """Return a uniform in [0, 1) from the lower 32 bits of a draw.

    Examples
    --------
    >>> lower(np.uint64(2**63 + 2**30))
    0.25
    """
    return float(np.int64(bits & _LOW)) * _TO_UNIT


@kernel
def posted_price(price: float, side: int, tick_size: int) -> int:
    """Return a price that may be posted: buys rounded down and sells up to the tick, at least one tick.

    Examples
    --------
    >>> posted_price(10.7, 0, 1), posted_price(10.2, 1, 5), posted_price(0.4, 0, 1)
    (10, 15, 1)
    """
    if side == 0:
        whole = math.floor(price)
        if tick_size != 1:
            whole -= whole % tick_size
    else:
        whole = math.ceil(price)
        if tick_size != 1:
            whole += -whole % tick_size
    return max(whole, tick_size)


@kernel
def lots_within(wish: float, side: int, lot_cost: int, cash: int, shares: int, round_lot: int) -> int:
    """Return the whole round lots of a wish (>= 0) that ``cash`` pays, or ``shares`` cover.

    ``lot_cost`` is the money that one lot costs at the order's price. The division that finds what cash
    pays is only done where the wish may exceed it.

    Examples
    --------
    >>> lots_within(7.9, 0, 100, 450, 0, 1), lots_within(7.9, 1, 100, 0, 6, 5), lots_within(3.0, 0, 100, 450, 0, 1)
    (4, 5, 3)
    """
    lots = int(min(wish, MOST_LOTS))
    if side == 1:
        lots = min(lots, shares)
    elif float(lots) * float(lot_cost) > 0.999999 * float(cash):
        lots = min(lots, cash // lot_cost)
    if round_lot != 1:
        lots -= lots % round_lot
    return lots
