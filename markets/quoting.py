"""Where a market maker quotes: the closed forms of Avellaneda and Stoikov.

The dealer has exponential utility with risk aversion γ, the mid-price diffuses with volatility σ until
the horizon T, and a quote at distance δ from the mid is hit at the rate A exp(-k δ). Equations (29)
and (30) of the paper, without the approximation's error terms. The market-making strategy and the
replication of the paper's tables share these functions.

References
----------
M. Avellaneda and S. Stoikov (2008), "High-frequency trading in a limit order book", Quantitative
Finance 8, 217-224.
"""

from __future__ import annotations

import math

from ..core.kernel import kernel


@kernel
def reservation_price(mid: float, inventory: float, risk_aversion: float, variance: float, remaining: float) -> float:
    """Return the price at which a dealer is indifferent to one more lot: r = s - q γ σ² (T - t).

    ``variance`` σ² is in price² per unit of time, ``remaining`` T - t in that unit, ``inventory`` q in lots.

    Examples
    --------
    >>> reservation_price(100.0, 2.0, 0.1, 4.0, 0.5)
    99.6
    """
    return mid - inventory * risk_aversion * variance * remaining


@kernel
def optimal_spread(risk_aversion: float, variance: float, remaining: float, decay: float) -> float:
    """Return the distance between the dealer's ask and bid: γ σ² (T - t) + (2 / γ) ln(1 + γ / k).

    Both quotes lie half of it from the reservation price. ``decay`` k is per price unit.

    Examples
    --------
    >>> round(optimal_spread(0.1, 4.0, 0.0, 1.5), 4)
    1.2908
    """
    return risk_aversion * variance * remaining + 2.0 / risk_aversion * math.log(1.0 + risk_aversion / decay)


@kernel
def fill_intensity(distance: float, base: float, decay: float) -> float:
    """Return the rate at which a quote ``distance`` away from the mid is hit: λ(δ) = A exp(-k δ).

    Examples
    --------
    >>> round(fill_intensity(0.5, 140.0, 1.5), 3)
    66.131
    """
    return base * math.exp(-decay * distance)
