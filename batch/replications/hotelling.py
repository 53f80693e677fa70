"""Hotelling 1931: the price of what cannot be made again rises at the rate of interest until nobody buys.

A stock in the ground is an asset without a coupon: its owners hold it only if its price grows at r. With
demand q = b (p̄ - p) and no cost of extraction, competition therefore sets p_t = p₀ e^(r t) with p₀ such that
the last unit is sold as the price reaches the choke price p̄. In continuous time that moment T solves

    b p̄ (T - (1 - e^(-r T)) / r) = S,   p₀ = p̄ e^(-r T).

We walk the path month by month, extracting whole units from a reserve of `Resources`.
"""

from __future__ import annotations

import math

import numpy as np

from ...markets.resource_kinds import ResourceSettings
from ...markets.resource_rules import MONTHS, HotellingPath, hotelling_path
from ...markets.resources import Resources
from .check import Check, Replication, near, negative, timed, within

SOURCE = (
    "H. Hotelling (1931), 'The economics of exhaustible resources', Journal of Political Economy 39, 137-175, "
    "section 3 with linear demand"
)
CHOKE_PRICE, SLOPE, RATE, YEARS, USE = 100.0, 10.0, 0.05, 25, 500


def exhaustion_time(stock: float, choke_price: float, slope: float, rate: float) -> float:
    """Return T of the closed form, in periods when ``slope`` and ``rate`` are those of a period.

    Examples
    --------
    >>> round(exhaustion_time(stock=100.0, choke_price=10.0, slope=1.0, rate=0.1), 3)
    18.414
    """

    def used(time: float) -> float:
        return slope * choke_price * (time + math.expm1(-rate * time) / rate)

    low, high = 0.0, 1.0
    while used(high) < stock:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if used(middle) < stock else (low, middle)
    return high


def months_until_empty(path: HotellingPath, opening: float = 1.0) -> tuple[int, float]:
    """Extract what is bought along the path from a counted reserve; return the month of its last unit and that price.

    ``opening`` multiplies all prices: another p₀. Where the choke price comes first, the rest stays unsold.
    """
    oil = ResourceSettings(
        name="oil", kind="finite", years=YEARS, capacity=1000.0, discovery_hazard=0.0, catastrophe_hazard=0.0
    )
    reserve = Resources([oil], [USE], seed=1)
    bought, month, price = 0.0, 0, 0.0
    while reserve.reserves[0] > 0:
        price = opening * float(path.price[0]) * math.exp(RATE / MONTHS * month)
        if price >= CHOKE_PRICE:
            break
        month += 1
        reserve.hazards(month)
        bought += SLOPE * (CHOKE_PRICE - price)
        reserve.extract([min(round(bought) - int(reserve.extracted[0]), int(reserve.reserves[0]))])
    reserve.check()
    return month, price


def replicate(quick: bool = False, seed: int = 1931) -> Replication:
    """Walk the path to its end; nothing is drawn, and the quick version is the whole one."""
    return timed("hotelling", SOURCE, quick, _checks)


def _checks() -> list[Check]:
    stock = YEARS * MONTHS * USE
    path = hotelling_path(stock, CHOKE_PRICE, SLOPE, RATE)
    ends = exhaustion_time(stock, CHOKE_PRICE, SLOPE, RATE / MONTHS)
    reached = int(np.flatnonzero(path.price >= CHOKE_PRICE)[0])
    empty, last = months_until_empty(path)
    too_low, low_price = months_until_empty(path, opening=0.8)
    growth = np.diff(np.log(path.price)) * MONTHS
    later = path.price[1:] * math.exp(-RATE / MONTHS)
    holding, selling = later * (1 - 1e-12) > path.price[:-1], later * (1 + 1e-12) <= path.price[:-1]
    regrets = float(holding.sum() + selling.sum())
    return [
        near("month in which the price reaches the choke price", ends, reached, absolute=1.0, note="closed form: T"),
        near("month in which the counted reserve is empty", reached, empty, absolute=1.0, note="1 month"),
        near("opening price", CHOKE_PRICE * math.exp(-RATE / MONTHS * ends), float(path.price[0]), relative=0.005),
        near("growth of the price a year", RATE, float(np.abs(growth).max()), absolute=1e-9, note="every month"),
        within("months in which an owner would rather hold, or rather sell", None, regrets, most=0.0, note="to 1e-12"),
        within(
            "last price over the choke price",
            1.0,
            last / CHOKE_PRICE,
            least=math.exp(-2 * RATE / MONTHS),
            most=1.0,
            note="one month's growth from it, and a month of rounding",
        ),
        negative(
            "last price over the choke price, opening 20 % too low",
            1.0,
            low_price / CHOKE_PRICE,
            least=0.5,
            most=0.95,
            note=f"the stock ends in month {too_low}, while there is demand",
        ),
    ]
