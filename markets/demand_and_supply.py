"""Demand from utility, supply in steps of marginal cost, where they cross, and what both sides gain.

Pure functions for posted-price goods, textbook experiments and reports. Prices and money are in one
unit, minor or any other; steps may be given in any order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import UnusableSeries
from ..core.units import FloatArray
from .measures import paired, series

Curve: TypeAlias = Callable[[FloatArray], FloatArray]
_NODES = 64


def price_elasticity(old_price: float, new_price: float, old_quantity: float, new_quantity: float) -> float:
    """Return the arc elasticity of demand between two observations, (dQ / Q) / (dP / P) at their midpoint.

    ε = (Q₁ - Q₀) / (P₁ - P₀) · (P₀ + P₁) / (Q₀ + Q₁)

    The midpoint makes it the same in both directions. Negative where demand falls with the price; NaN when
    the price did not change or nothing was ever sold.

    References
    ----------
    R. G. D. Allen (1934), "The concept of arc elasticity of demand", Review of Economic Studies 1, 226-229.

    Examples
    --------
    >>> round(price_elasticity(4, 6, 120, 80), 9)
    -1.0
    """
    rise, total = new_price - old_price, old_quantity + new_quantity
    if rise == 0.0 or total == 0.0:
        return math.nan
    return (new_quantity - old_quantity) / rise * (old_price + new_price) / total


def cobb_douglas_demand(income: ArrayLike, prices: ArrayLike, shares: ArrayLike) -> FloatArray:
    """Return the bundle that maximises Π x_k^a_k under p · x = income: x_k = a_k income / (Σ a p_k).

    Parameters
    ----------
    income : array_like
        A number, or (consumers,).
    prices, shares : array_like
        (goods,) prices above 0, and exponents a of 0 or more, of any sum above 0.

    Returns
    -------
    (goods,) or (consumers, goods) quantities.

    Examples
    --------
    >>> cobb_douglas_demand(100, prices=[2, 5], shares=[0.4, 0.6]).tolist()
    [20.0, 12.0]
    """
    return ces_demand(income, prices, shares, elasticity=1.0)


def ces_demand(income: ArrayLike, prices: ArrayLike, weights: ArrayLike, elasticity: float) -> FloatArray:
    """Return the bundle that maximises utility with a constant elasticity of substitution σ.

    U = (Σ w_k^(1/σ) x_k^((σ-1)/σ))^(σ/(σ-1)), so x_k = w_k p_k^-σ income / Σ w_j p_j^(1-σ)

    σ = 1 is Cobb-Douglas; σ = 0 fixed proportions w.

    Parameters
    ----------
    income : array_like
        A number, or (consumers,).
    prices, weights : array_like
        (goods,) prices above 0, and weights w of 0 or more.
    elasticity : float
        σ, 0 or more.

    References
    ----------
    K. J. Arrow, H. B. Chenery, B. S. Minhas and R. M. Solow (1961), "Capital-labor substitution and economic
    efficiency", Review of Economics and Statistics 43, 225-250.

    Examples
    --------
    >>> ces_demand(12, prices=[1, 2], weights=[1, 1], elasticity=2.0).tolist()
    [8.0, 2.0]
    """
    p, w = series(prices, "prices"), series(weights, "weights")
    paired(p, w, ("prices", "weights"))
    if (p <= 0.0).any():
        raise UnusableSeries("prices", f"holds {p.min()}; give prices above 0")
    if (w < 0.0).any() or not w.any():
        raise UnusableSeries("weights", "holds a number below 0, or nothing but 0; give each good its weight")
    if not elasticity >= 0.0:
        raise UnusableSeries("elasticity", f"is {elasticity}; give 0 or more")
    wanted = w * p**-elasticity
    money = np.asarray(income, np.float64)
    return np.asarray(money[..., None] * (wanted / (p @ wanted)), np.float64)


def consumer_surplus(demand: Curve, quantity: float, price: float) -> float:
    """Return what buyers would have paid beyond what they paid, ∫₀^Q (D(q) - P) dq.

    Parameters
    ----------
    demand : callable
        The inverse demand curve: takes (n,) quantities, returns the (n,) prices at which they would be bought.
    quantity, price : float
        Q and P. The integral is by 64 Gauss-Legendre nodes, exact for smooth curves.

    Examples
    --------
    >>> round(consumer_surplus(lambda q: 10 - q, quantity=4, price=6), 9)
    8.0
    """
    return _integral(lambda q: demand(q) - price, quantity)


def producer_surplus(supply: Curve, quantity: float, price: float) -> float:
    """Return what sellers got beyond what they would have sold for, ∫₀^Q (P - S(q)) dq.

    Examples
    --------
    >>> round(producer_surplus(lambda q: 2 + q, quantity=4, price=6), 9)
    8.0
    """
    return _integral(lambda q: price - supply(q), quantity)


def _integral(curve: Curve, end: float) -> float:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return float(0.5 * end * (weights @ np.broadcast_to(curve(0.5 * end * (nodes + 1.0)), nodes.shape)))


def step_consumer_surplus(values: ArrayLike, quantities: ArrayLike, price: float) -> float:
    """Return Σ (value - price) q over the steps of demand that buy at ``price``: those willing to pay as much.

    Examples
    --------
    >>> step_consumer_surplus([10, 8, 5], [1, 2, 1], price=7)
    5.0
    """
    value, quantity = _steps(values, quantities, "values", "quantities")
    return float(np.maximum(value - price, 0.0) @ quantity)


def step_producer_surplus(costs: ArrayLike, capacities: ArrayLike, price: float) -> float:
    """Return Σ (price - cost) q over the steps of supply that sell at ``price``.

    Examples
    --------
    >>> step_producer_surplus([4, 6, 9], [2, 1, 3], price=7)
    7.0
    """
    cost, capacity = _steps(costs, capacities, "costs", "capacities")
    return float(np.maximum(price - cost, 0.0) @ capacity)


def step_supply(costs: ArrayLike, capacities: ArrayLike, price: ArrayLike) -> FloatArray:
    """Return what is offered at each price: the capacity of every step whose marginal cost the price covers.

    Examples
    --------
    >>> step_supply(costs=[4, 6, 9], capacities=[2, 1, 3], price=[3, 4, 7, 9]).tolist()
    [0.0, 2.0, 3.0, 6.0]
    """
    cost, capacity = _steps(costs, capacities, "costs", "capacities")
    return _covered(np.atleast_1d(np.asarray(price, np.float64)), cost, capacity)


def step_demand(values: ArrayLike, quantities: ArrayLike, price: ArrayLike) -> FloatArray:
    """Return what is wanted at each price: the quantity of every step worth at least the price.

    Examples
    --------
    >>> step_demand(values=[10, 8, 5], quantities=[1, 2, 1], price=[11, 8, 5]).tolist()
    [0.0, 3.0, 4.0]
    """
    value, quantity = _steps(values, quantities, "values", "quantities")
    return _covered(-np.atleast_1d(np.asarray(price, np.float64)), -value, quantity)


def _covered(limits: FloatArray, steps: FloatArray, sizes: FloatArray) -> FloatArray:
    order = np.argsort(steps, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(sizes[order])])
    return np.asarray(total[np.searchsorted(steps[order], limits, side="right")], np.float64)


@dataclass(frozen=True)
class StepMarket:
    """Where demand steps meet supply steps; prices are NaN when nothing trades.

    ``lowest`` to ``highest`` is the range of prices at which the market clears, ``price`` its middle.
    """

    price: float
    quantity: float
    consumer_surplus: float
    producer_surplus: float
    lowest: float
    highest: float

    @property
    def surplus(self) -> float:
        """What both sides gain."""
        return self.consumer_surplus + self.producer_surplus


def clear_step_market(values: ArrayLike, quantities: ArrayLike, costs: ArrayLike, capacities: ArrayLike) -> StepMarket:
    """Return the competitive equilibrium of stepwise demand and supply.

    The best values meet the cheapest costs until a value no longer covers a cost; units whose value equals
    the cost trade. The price must then keep the last traded units in and the next ones out.

    Examples
    --------
    >>> market = clear_step_market(values=[10, 8, 5], quantities=[1, 2, 1], costs=[4, 6, 9], capacities=[2, 1, 3])
    >>> market.quantity, market.lowest, market.highest, market.surplus
    (3.0, 6.0, 8.0, 12.0)
    """
    value, wanted = _steps(values, quantities, "values", "quantities")
    cost, offered = _steps(costs, capacities, "costs", "capacities")
    down, up = np.argsort(-value, kind="stable"), np.argsort(cost, kind="stable")
    value, wanted, cost, offered = value[down], wanted[down], cost[up], offered[up]
    buyer = seller = 0
    quantity, worth, spent = 0.0, 0.0, 0.0
    left_wanted, left_offered = wanted.copy(), offered.copy()
    last_value, last_cost = math.nan, math.nan
    while buyer < value.size and seller < cost.size and value[buyer] >= cost[seller]:
        units = min(left_wanted[buyer], left_offered[seller])
        if units > 0.0:
            quantity, worth, spent = (
                quantity + float(units), worth + float(units * value[buyer]), spent + float(units * cost[seller])
            )  # fmt: skip
            last_value, last_cost = float(value[buyer]), float(cost[seller])
            left_wanted[buyer] -= units
            left_offered[seller] -= units
        buyer += bool(left_wanted[buyer] <= 0.0)
        seller += bool(left_offered[seller] <= 0.0)
    if not quantity > 0.0:
        return StepMarket(math.nan, 0.0, 0.0, 0.0, math.nan, math.nan)
    lowest = max([last_cost, *value[left_wanted > 0.0].tolist()])
    highest = min([last_value, *cost[left_offered > 0.0].tolist()])
    price = 0.5 * (lowest + highest)
    return StepMarket(price, quantity, worth - price * quantity, price * quantity - spent, lowest, highest)


def _steps(levels: ArrayLike, sizes: ArrayLike, name: str, size_name: str) -> tuple[FloatArray, FloatArray]:
    level, size = series(levels, name, 0), series(sizes, size_name, 0)
    paired(level, size, (name, size_name))
    if (size < 0.0).any():
        raise UnusableSeries(size_name, f"holds {size.min()}; give 0 or more")
    return level, size
