"""Rules of resources as pure functions: hazards, extraction cost, renewal, caps, Hotelling's path.

Reserves and what is taken of them are counted units; a month is the step. Hazards, growth and rates are
annual; what is drawn is a probability of a month, p = 1 - exp(-h / 12).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import OutOfBounds
from ..core.units import FloatArray

MONTHS = 12


def chance_of(hazard: float, periods_a_year: float = MONTHS) -> float:
    """Return the probability that something of annual intensity ``hazard`` happens in one period, 1 - exp(-h / n).

    Examples
    --------
    >>> round(chance_of(0.25), 6)
    0.020618
    """
    return -math.expm1(-hazard / periods_a_year)


def cost_factor(reserves: ArrayLike, base: ArrayLike, exponent: ArrayLike = 0.5) -> FloatArray:
    """Return c(R) / c₀ = (R₀ / R)^θ: what is left lies deeper and costs more to extract.

    The last unit's factor is that of one unit; empty reserves have the same, and nothing to extract.

    References
    ----------
    R. S. Pindyck (1978), "The optimal exploration and production of nonrenewable resources", Journal of
    Political Economy 86, 841-861: costs that rise as reserves fall.

    Examples
    --------
    >>> cost_factor([100, 25, 400], 100).tolist()
    [1.0, 2.0, 0.5]
    """
    left = np.maximum(np.atleast_1d(np.asarray(reserves, np.float64)), 1.0)
    return np.asarray((np.asarray(base, np.float64) / left) ** np.asarray(exponent, np.float64), np.float64)


def regrowth(reserves: int, carrying_capacity: int, growth: float) -> float:
    """Return a month's logistic renewal (g / 12) R (1 - R / R̄), in units and not rounded; below 0 above R̄.

    It is greatest at R̄ / 2: the maximum sustainable yield is g R̄ / 4 a year.

    References
    ----------
    M. B. Schaefer (1954), Bulletin of the Inter-American Tropical Tuna Commission 1, 27-56; H. S. Gordon
    (1954), "The economic theory of a common-property resource", Journal of Political Economy 62, 124-142.

    Examples
    --------
    >>> round(12 * regrowth(500, carrying_capacity=1_000, growth=0.05), 9)
    12.5
    """
    if not carrying_capacity:
        return 0.0
    return growth / MONTHS * reserves * (1.0 - reserves / carrying_capacity)


def permits_of_month(yearly: int, decline: float, month: int) -> int:
    """Return the permits issued in ``month`` (1 is the first): a twelfth of a cap that falls once a year.

    The cap of year y (0 is the first) is ``yearly`` (1 - decline)^y, rounded; months of a year differ by at most
    one permit and add up to it.

    Examples
    --------
    >>> [sum(permits_of_month(1_000, 0.02, 12 * year + k) for k in range(1, 13)) for year in range(3)]
    [1000, 980, 960]
    """
    if month < 1:
        raise OutOfBounds("month", month, "months are counted from 1")
    year, k = divmod(month - 1, MONTHS)
    cap = round(yearly * (1.0 - decline) ** year)
    return cap * (k + 1) // MONTHS - cap * k // MONTHS


@dataclass(frozen=True)
class HotellingPath:
    """The competitive path of a fixed stock: (periods,) price and quantity, stock left after each period.

    The last period is the first whose price has reached the choke price; nothing is sold in it.
    """

    price: FloatArray
    quantity: FloatArray
    left: FloatArray


def hotelling_path(
    stock: float, choke_price: float, slope: float, rate: float, periods_a_year: float = MONTHS
) -> HotellingPath:
    """Return the path on which owners of a fixed stock, with no cost, are indifferent when to sell.

    p_t = p₀ e^(r t), q_t = slope · (choke - p_t) a period; p₀ is such that the stock is used up when
    demand ends

    Were the opening price lower, the stock would end before demand does, and whoever kept a unit would gain;
    were it higher, some would stay unsold. With n periods of sales, p_n = (n choke - stock / slope) (e^r - 1) /
    (1 - e^(-r n)) by the sum of a geometric series; n is the least for which that reaches the choke price.

    Parameters
    ----------
    stock : float
        Units in the ground, above 0.
    choke_price : float
        Price at which nothing is bought.
    slope : float
        Units a period bought more when the price is lower by one.
    rate : float
        r, annual, continuously compounded, above 0.

    References
    ----------
    H. Hotelling (1931), "The economics of exhaustible resources", Journal of Political Economy 39, 137-175.

    Examples
    --------
    >>> path = hotelling_path(stock=10_000, choke_price=100.0, slope=1.0, rate=0.05)
    >>> bool(path.price[-2] < 100.0 <= path.price[-1]), bool(abs(path.left[-1]) < 1e-6)
    (True, True)
    """
    for name, value in (("stock", stock), ("choke_price", choke_price), ("slope", slope), ("rate", rate)):
        if not 0.0 < value < math.inf:
            raise OutOfBounds(name, value, "give a number above 0")
    step = rate / periods_a_year
    periods = _least(lambda n: _last_price(n, stock / slope, choke_price, step) >= choke_price)
    last = _last_price(periods, stock / slope, choke_price, step)
    price = np.array([last * math.exp(-step * (periods - t)) for t in range(periods + 1)])
    quantity = slope * np.maximum(choke_price - price, 0.0)
    return HotellingPath(price, quantity, stock - np.cumsum(quantity))


def _last_price(periods: int, stock: float, choke_price: float, step: float) -> float:
    """Return p_n, with ``stock`` in periods' sales per unit of price."""
    return (periods * choke_price - stock) * math.expm1(step) / -math.expm1(-step * periods)


def _least(holds: Callable[[int], bool]) -> int:
    """Return the least number from 1 for which ``holds``, which holds for all that are greater."""
    high = 1
    while not holds(high):
        high *= 2
    low = high // 2  # does not hold, or is 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
