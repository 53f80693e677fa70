"""Where money loses its value: how far inflation is still read as a rate, and where the counting of it ends.

Amounts are whole minor units in 64 bits, so prices cannot rise for ever. A run whose prices have outgrown them halts
with a sentence that says so, before any amount overflows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import OutOfBounds
from .closed_economy import ClosedEconomy

if TYPE_CHECKING:
    from .economy import Economy

HIGHEST, LOWEST = 6.0, -0.9
"""Inflation a year as rules and expectations read it: 50 % a month, where Cagan (1956) lets hyperinflation begin."""
COUNTABLE = 2.0**59  # minor units; sums of a few such amounts still fit


def readable(inflation: float) -> float:
    """Return annual inflation as rules and people read it, between `LOWEST` and `HIGHEST`; NaN stays NaN.

    A month in which prices rise twentyfold is no annual rate of 10^15: nobody plans by such a number.

    References
    ----------
    P. Cagan (1956), "The monetary dynamics of hyperinflation", in M. Friedman (ed.), Studies in the Quantity Theory
    of Money, University of Chicago Press.

    Examples
    --------
    >>> readable(0.02), readable(3e8)
    (0.02, 6.0)
    """
    return float(np.clip(inflation, LOWEST, HIGHEST))


def check_countable(economy: Economy, c: ClosedEconomy) -> None:
    """Raise `OutOfBounds` when prices or balances are near what 64 bits count."""
    stock = np.maximum(c.firms.capital, c.firms.inventory)
    largest = max(float((c.firms.price * stock).sum()), float(economy.ledger.issued.max()))
    if not largest < COUNTABLE:
        due = "money has lost its value: end the run here, or find what drives prices in table macro"
        raise OutOfBounds("the largest amount, minor units,", f"{largest:.2g}", due)
