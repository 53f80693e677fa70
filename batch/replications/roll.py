"""Roll 1984: prices that bounce between bid and ask betray the spread, though no quote is seen.

The mid is a random walk with step σ = 0.05, each trade hits bid or ask with equal chance, half of the
spread s = 0.10 away; the serial covariance of price changes is then -s²/4, whatever σ.
"""

from __future__ import annotations

import numpy as np

from ...core.randomness import Draws
from ...core.units import FloatArray
from ...markets.measures import roll_spread
from .check import Check, Replication, near, timed

SOURCE = (
    "R. Roll (1984), 'A simple implicit measure of the effective bid-ask spread in an efficient market', "
    "Journal of Finance 39, 1127-1139"
)
VOLATILITY, SPREAD, START = 0.05, 0.10, 1_000.0
WALK, BOUNCE = 1, 2


def bouncing_prices(trades: int, draws: Draws, *, volatility: float = VOLATILITY, spread: float = SPREAD) -> FloatArray:
    """Return (trades,) prices p_t = m_t + d_t s/2, d_t = ±1, m a Gaussian random walk.

    Examples
    --------
    >>> bouncing_prices(3, Draws.of(1, "example"), volatility=0.0, spread=2.0).tolist()
    [999.0, 1001.0, 1001.0]
    """
    ordinals = np.arange(trades)
    mid = START + volatility * np.cumsum(draws.normal(ordinals, WALK))
    sign = np.where(draws.uniform(ordinals, BOUNCE) < 0.5, -1.0, 1.0)
    return np.asarray(mid + 0.5 * spread * sign, np.float64)


def replicate(quick: bool = False, seed: int = 1984) -> Replication:
    """Estimate the spread from a million trades (a quarter of that when quick)."""
    return timed("roll", SOURCE, quick, lambda: _checks(250_000 if quick else 1_000_000, seed))


def _checks(trades: int, seed: int) -> list[Check]:
    prices = bouncing_prices(trades, Draws.of(seed, "roll"))
    estimate = roll_spread(prices)
    return [near(f"spread from {trades:,} trade prices", SPREAD, estimate, relative=0.02, note="σ = 0.05, s = 0.10")]
