"""Indices that are published and move no price: the formulas of the early sketches, and what replaced them.

Early sketches of this model multiplied prices by sentiment, scarcity and excess demand. A multiplied
price is one at which nobody traded, so here these formulas are measured and recorded and nothing reads
them back: listed prices come from the order book, posted prices from sellers, inflation from transactions.
`PUBLISHED` names each with the sentence that labels its column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import UnusableSeries
from ..core.units import FloatArray
from .demand_and_supply import (
    StepMarket,
    ces_demand,
    clear_step_market,
    cobb_douglas_demand,
    consumer_surplus,
    price_elasticity,
    producer_surplus,
    step_consumer_surplus,
    step_demand,
    step_producer_surplus,
    step_supply,
)

__all__ = [
    "LABEL", "PUBLISHED", "InflationDecomposition", "StepMarket", "ces_demand", "clear_step_market", "clearing_price",
    "cobb_douglas_demand", "consumer_surplus", "inflation_decomposition", "price_elasticity", "producer_surplus",
    "scarcity_index", "scarcity_multiplier", "sentiment_01", "sketched_equilibrium_price", "step_consumer_surplus",
    "step_demand", "step_producer_surplus", "step_supply", "volatility_multiplier",
]  # fmt: skip

LABEL = "an index: it moves no price"
PUBLISHED: Mapping[str, str] = {
    name: f"{sentence}; {LABEL}"
    for name, sentence in {
        "sketched_equilibrium_price": "price × (1 + elasticity × (demand / supply - 1)), elasticity upside down",
        "clearing_price": "price × (demand / supply)^(1 / (elasticity of demand + of supply))",
        "price_elasticity": "arc elasticity of demand between two months",
        "consumer_surplus": "what buyers would have paid beyond what they paid, minor",
        "producer_surplus": "what sellers got beyond their marginal cost, minor",
        "volatility_multiplier": "1 + 0.3 fear + 0.3 greed + 0.5 herding + 0.4 extremity of sentiment",
        "sketched_inflation": "base + money growth + velocity change + demand + behaviour, which counts twice",
        "scarcity": "1 - reserves / base reserves, within [-1, 1]",
        "scarcity_multiplier": "1 + scarcity × greatest multiplier × strategic importance",
        "sentiment_01": "the signed index of sentiment on a scale from 0 to 1",
    }.items()
}


def sketched_equilibrium_price(price: float, demand: float, supply: float, elasticity: float) -> float:
    """Return the sketch's P' = P (1 + ε (D/S - 1)): more elastic agents move the price *more*, which is upside down.

    Kept to be compared with `clearing_price`.

    Examples
    --------
    >>> round(sketched_equilibrium_price(100, demand=11, supply=10, elasticity=2), 6)
    120.0
    """
    return price * (1.0 + elasticity * (_ratio(demand, supply) - 1.0))


def clearing_price(
    price: float, demand: float, supply: float, demand_elasticity: float, supply_elasticity: float
) -> float:
    """Return the price that clears a market with curves of constant elasticity: P' = P (D/S)^(1/(ε_d + ε_s)).

    Demand at P' is D (P'/P)^-ε_d, supply S (P'/P)^ε_s; the price at which they are equal moves *less* the
    more elastic the two sides are. For goods with posted prices only.

    Parameters
    ----------
    price, demand, supply : float
        P, and what is wanted and offered at it, all above 0.
    demand_elasticity, supply_elasticity : float
        ε_d and ε_s, both taken as 0 or more, not both 0.

    Examples
    --------
    >>> round(clearing_price(100, demand=11, supply=10, demand_elasticity=0.5, supply_elasticity=0.5), 6)
    110.0
    >>> round(clearing_price(100, demand=11, supply=10, demand_elasticity=2, supply_elasticity=2), 1)
    102.4
    """
    total = demand_elasticity + supply_elasticity
    if min(demand_elasticity, supply_elasticity) < 0.0 or total <= 0.0:
        raise UnusableSeries(
            "elasticities", f"are {demand_elasticity} and {supply_elasticity}; give 0 or more, one above"
        )
    return float(price * _ratio(demand, supply) ** (1.0 / total))


def _ratio(demand: float, supply: float) -> float:
    if not (demand > 0.0 and supply > 0.0):
        raise UnusableSeries("demand and supply", f"are {demand} and {supply}; give numbers above 0")
    return demand / supply


def volatility_multiplier(
    fear: ArrayLike,
    greed: ArrayLike,
    herding: ArrayLike,
    extremity: ArrayLike,
    fear_weight: float = 0.3,
    greed_weight: float = 0.3,
) -> FloatArray:
    """Return the sketch's multiplier 1 + fear w_f + greed w_g + herding 0.5 + extremity 0.4.

    Volatility itself arises from orders. With fear = max(0, -S) and greed = max(0, S) the two never add.

    Parameters
    ----------
    fear, greed, extremity : array_like
        In [0, 1]; extremity is abs S.
    herding : array_like
        Excess herding.

    Examples
    --------
    >>> volatility_multiplier(fear=1.0, greed=0.0, herding=0.5, extremity=1.0).round(2).tolist()
    [1.95]
    """
    f, g, h, x = (np.atleast_1d(np.asarray(part, np.float64)) for part in (fear, greed, herding, extremity))
    return np.asarray(1.0 + fear_weight * f + greed_weight * g + 0.5 * h + 0.4 * x, np.float64)


@dataclass(frozen=True)
class InflationDecomposition:
    """One measured inflation rate, split in two ways that each add up to it, and the sketch's sum that does not.

    Attributes
    ----------
    inflation : float
        Measured, annual.
    by_money : mapping
        ``money``, ``velocity``, ``output`` (with its minus) and ``residual``: the quantity identity.
    by_slack : mapping
        ``expected``, ``gap``, ``commodity`` and ``residual``: the Phillips decomposition.
    sketched : float
        base + money growth + velocity change + demand pressure + behaviour.
    """

    inflation: float
    by_money: Mapping[str, float]
    by_slack: Mapping[str, float]
    sketched: float


def inflation_decomposition(
    inflation: float,
    *,
    base: float,
    money_growth: float,
    velocity_growth: float,
    output_growth: float,
    expected: float,
    gap_part: float,
    commodity_part: float,
    behaviour: float,
) -> InflationDecomposition:
    """Return both decompositions of ``inflation`` and the sketch's sum of parts of each.

    All are annual rates. The sketch adds money, velocity, demand and behaviour to a base rate, so it takes
    terms from two complete accounts of one number and counts it about twice.

    Examples
    --------
    >>> split = inflation_decomposition(0.03, base=0.02, money_growth=0.05, velocity_growth=0.0, output_growth=0.02,
    ...                                 expected=0.02, gap_part=0.01, commodity_part=0.0, behaviour=0.0)
    >>> round(sum(split.by_money.values()), 12), round(sum(split.by_slack.values()), 12), round(split.sketched, 12)
    (0.03, 0.03, 0.08)
    """
    by_money = {"money": money_growth, "velocity": velocity_growth, "output": -output_growth}
    by_slack = {"expected": expected, "gap": gap_part, "commodity": commodity_part}
    return InflationDecomposition(
        inflation,
        by_money | {"residual": inflation - sum(by_money.values())},
        by_slack | {"residual": inflation - sum(by_slack.values())},
        base + money_growth + velocity_growth + gap_part + behaviour,
    )


def scarcity_index(reserves: ArrayLike, base: ArrayLike) -> FloatArray:
    """Return 1 - R/R₀, kept within [-1, 1]: 0 at the base, 1 when nothing is left, below 0 after discoveries.

    Examples
    --------
    >>> scarcity_index([100, 25, 0, 500], 100).tolist()
    [0.0, 0.75, 1.0, -1.0]
    """
    now, start = np.atleast_1d(np.asarray(reserves, np.float64)), np.asarray(base, np.float64)
    if (start <= 0.0).any():
        raise UnusableSeries("base", f"holds {start.min()}; give base reserves above 0")
    return np.asarray(np.clip(1.0 - now / start, -1.0, 1.0), np.float64)


def scarcity_multiplier(scarcity: ArrayLike, importance: ArrayLike, greatest: float = 2.0) -> FloatArray:
    """Return the sketch's 1 + scarcity × greatest × strategic importance.

    Reserves act through the cost of extraction and through what traders believe instead.

    Examples
    --------
    >>> scarcity_multiplier([0.5], [0.8], greatest=2.0).tolist()
    [1.8]
    """
    level, weight = np.atleast_1d(np.asarray(scarcity, np.float64)), np.asarray(importance, np.float64)
    return np.asarray(1.0 + level * greatest * weight, np.float64)


def sentiment_01(index: ArrayLike) -> FloatArray:
    """Return (S + 1) / 2: the signed index in [-1, 1] for readers of a scale from 0 to 1.

    Examples
    --------
    >>> sentiment_01([-1.0, 0.0, 1.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.asarray(0.5 * (np.atleast_1d(np.asarray(index, np.float64)) + 1.0), np.float64)
