"""Fire sales of banks above a leverage limit, round after round (Cont and Schaanning 2017).

Only who exceeds the limit sells, in proportion to what it holds, until it is a little below; prices
fall, concave in what is sold; whoever holds the same loses, and may exceed the limit in turn. A bank
may end insolvent (no equity) or illiquid (nothing marketable left): these are not the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import OutOfBounds
from ..core.units import BoolArray, FloatArray
from .bank_arrays import fraction, of_banks, positive, refuse_where, table

Impact: TypeAlias = Literal["exponential", "linear"]
IMPACTS = ("exponential", "linear")


def market_depth(volume: ArrayLike, volatility: ArrayLike, days: float, scale: float = 1.0) -> FloatArray:
    """Return the depth of markets in money: sales of this size move a price by about 1 (linear impact).

    D = c V / σ √τ

    Parameters
    ----------
    volume, volatility : (k,)
        V, money traded a day, and σ, standard deviation of daily returns.
    days : float
        τ, over how many days a sale is spread.
    scale : float
        c, of the order of 1, estimated from trades.

    Examples
    --------
    >>> market_depth([50.0], [0.02], days=25.0).tolist()
    [12500.0]
    """
    v = np.asarray(volume, np.float64)
    v = positive("volume", v, v.shape)
    sigma = positive("volatility", volatility, v.shape)
    c, tau = float(positive("scale", scale, ())), float(positive("days", days, ()))
    return np.asarray(c * v / sigma * math.sqrt(tau), np.float64)


@dataclass(frozen=True)
class Deleveraging:
    """Where rounds of fire sales end.

    Parameters
    ----------
    equity, losses : FloatArray
        (n,) equity at the end, not below 0, and what the sales took from each bank's assets beyond the
        first losses, which may be more than its equity was.
    sold : FloatArray
        (n,) sold in all, in money at the prices before each round.
    prices : FloatArray
        (k,) prices over those at the start.
    insolvent, illiquid : BoolArray
        (n,) who has no equity left, and who has nothing marketable left.
    rounds : int
        Rounds in which somebody sold.
    """

    equity: FloatArray
    losses: FloatArray
    sold: FloatArray
    prices: FloatArray
    insolvent: BoolArray
    illiquid: BoolArray
    rounds: int


def deleveraging(
    marketable: ArrayLike,
    other_assets: ArrayLike,
    equity: ArrayLike,
    initial_losses: ArrayLike,
    depth: ArrayLike,
    *,
    most_leverage: float = 33.0,
    back_to: float = 0.95,
    impact: Impact = "exponential",
    price_floor: float = 0.5,
    shortfall: float = 0.5,
    most_rounds: int = 1_000,
) -> Deleveraging:
    """Return where fire sales end when only banks above a leverage limit sell.

    Γ = min(1, (Π + Θ - λ_b C) / Π) of its marketable assets is sold by a bank with (Π + Θ) / C > λ_max, and
    all by one without equity; sales q move the price by the factor 1 - Ψ with
    Ψ = (1 - B/S) (1 - exp(-q / ((1 - B) D))), or min(q / D, 1 - B/S) when linear; a bank loses
    (1 - (1 - a) Γ) Π Ψ.

    Parameters
    ----------
    marketable : (n, k)
        Π, marketable assets in money.
    other_assets, equity, initial_losses : (n,)
        Θ, C, and what the shock takes from both, at most Θ.
    depth : (k,)
        D, see `market_depth`.
    most_leverage, back_to : float
        λ_max, assets over equity that may not be exceeded, and the fraction λ_b / λ_max to go back to.
    impact : {"exponential", "linear"}
        The exponential one is concave: each further unit sold moves the price less.
    price_floor : float
        B, the price at which others would buy anything, as a share of the price at the start.
    shortfall : float
        a, the share of a round's fall that hits what is sold in that round, 0 to 1.
    most_rounds : int
        Where to stop when sales have not ended by themselves.

    References
    ----------
    R. Cont and E. Schaanning (2017), "Fire sales, indirect contagion and systemic stress testing",
    Norges Bank Working Paper 2/2017.

    Examples
    --------
    >>> end = deleveraging([[90.0], [70.0]], [10.0, 20.0], [4.0, 4.5], [1.5, 0.0], [4472.136])
    >>> end.rounds >= 1, end.insolvent.tolist()
    (True, [False, False])
    """
    held = table("marketable", marketable)
    n, k = held.shape
    other, loss = of_banks("other_assets", other_assets, n), of_banks("initial_losses", initial_losses, n)
    capital = positive("equity", equity, (n,))
    refuse_where("initial_losses", loss, loss > other, "a bank loses at most its other assets")
    rules = _Rules(positive("depth", depth, (k,)), most_leverage, back_to, impact, price_floor, shortfall)
    other, capital = other - loss, np.maximum(capital - loss, 0.0)
    prices, sold, losses, rounds = np.ones(k), np.zeros(n), np.zeros(n), 0
    for _ in range(most_rounds):
        part = rules.part_sold(held.sum(axis=1), other, capital)
        sales = part @ held
        if not sales.sum() > 0.0:
            break
        rounds += 1
        fall = rules.fall(sales, prices)
        cost = (1.0 - (1.0 - shortfall) * part) * (held @ fall)
        sold, losses, prices = sold + part * held.sum(axis=1), losses + cost, prices * (1.0 - fall)
        held, capital = (1.0 - part)[:, None] * held * (1.0 - fall), np.maximum(capital - cost, 0.0)
    return Deleveraging(capital, losses, sold, prices, capital <= 0.0, held.sum(axis=1) <= 0.0, rounds)


@dataclass(frozen=True)
class _Rules:
    depth: FloatArray
    most_leverage: float
    back_to: float
    impact: str
    price_floor: float
    shortfall: float

    def __post_init__(self) -> None:
        if not self.most_leverage > 1.0 or not math.isfinite(self.most_leverage):
            raise OutOfBounds("most_leverage", self.most_leverage, "give assets over equity, above 1")
        if self.impact not in IMPACTS:
            raise OutOfBounds("impact", self.impact, f"give one of {', '.join(IMPACTS)}")
        fraction("back_to", self.back_to)
        fraction("shortfall", self.shortfall)
        if not 0.0 <= self.price_floor < 1.0:
            raise OutOfBounds("price_floor", self.price_floor, "give a share of the price, 0 to below 1")

    def part_sold(self, held: FloatArray, other: FloatArray, capital: FloatArray) -> FloatArray:
        """Return Γ (n,), the part of its marketable assets that each bank sells."""
        assets = held + other
        excess = assets - self.back_to * self.most_leverage * capital
        sells = (assets > self.most_leverage * capital) & (held > 0.0)
        return np.minimum(1.0, np.divide(excess, held, out=np.zeros_like(held), where=sells))

    def fall(self, sales: FloatArray, prices: FloatArray) -> FloatArray:
        """Return Ψ (k,), the relative fall of each price."""
        most = 1.0 - self.price_floor / prices
        if self.impact == "linear":
            return np.minimum(sales / self.depth, most)
        return np.asarray(most * -np.expm1(-sales / ((1.0 - self.price_floor) * self.depth)), np.float64)
