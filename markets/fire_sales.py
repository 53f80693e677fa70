"""Losses through prices: banks sell to restore leverage, prices fall, everybody who holds the same loses.

After Greenwood, Landier and Thesmar (2015): every loss is answered by sales that restore the old
leverage. In `deleveraging` only banks above a limit sell. Both are yardsticks: in an economy with
order books a forced sale is an order, and its impact is whatever the book makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import OutOfBounds
from ..core.units import FloatArray
from .bank_arrays import amounts, of_banks, positive, refuse_where, table


@dataclass(frozen=True)
class Vulnerability:
    """One round of fire sales.

    Parameters
    ----------
    direct_losses, second_round_losses : FloatArray
        (n,) of banks, from the shock and from the sales it causes.
    sales, price_changes : FloatArray
        (k,) of assets, sold in money, and the relative change of price that follows.
    aggregate_vulnerability : float
        AV, second-round losses over all equity before the shock.
    """

    direct_losses: FloatArray
    sales: FloatArray
    price_changes: FloatArray
    second_round_losses: FloatArray
    aggregate_vulnerability: float


def greenwood_landier_thesmar(
    assets: ArrayLike, portfolio: ArrayLike, debt_to_equity: ArrayLike, impact: ArrayLike, shock: ArrayLike
) -> Vulnerability:
    """Return what a fall of asset values costs banks that sell to restore their leverage.

    R = M F; sales φ = Mᵀ A B |R|; prices -l φ; second round A M l φ; AV = Σ second round / Σ equity

    A bank sells no more than the shock has left it with.

    Parameters
    ----------
    assets : (n,)
        A, assets of each bank, in money, above 0.
    portfolio : (n, k)
        M, the share of each asset in a bank's assets; rows sum to 1.
    debt_to_equity : (n,)
        B, the leverage that is restored.
    impact : (k,)
        l, relative fall of price for each unit of money sold; the paper's benchmark is 10 basis points
        for 10 billion, 1e-13.
    shock : (k,)
        F, relative change of value, -1 to 0.

    References
    ----------
    R. Greenwood, A. Landier and D. Thesmar (2015), "Vulnerable banks", Journal of Financial Economics
    115, 471-485.

    Examples
    --------
    >>> toy = greenwood_landier_thesmar([100, 80], [[0.5, 0.5], [0.2, 0.8]], [9, 9], [0.001, 0.002], [-0.02, 0.0])
    >>> toy.sales.round(6).tolist(), round(toy.aggregate_vulnerability, 6)
    ([5.076, 6.804], 0.104796)
    """
    m = table("portfolio", portfolio)
    n, k = m.shape
    a, b = positive("assets", assets, (n,)), of_banks("debt_to_equity", debt_to_equity, n)
    per_unit, fall = amounts("impact", impact, (k,)), -_falls(shock, k)
    sums = m.sum(axis=1)
    refuse_where("the sum of portfolio row", sums, np.abs(sums - 1.0) > 1e-9, "shares of a bank's assets sum to 1")
    direct = a * (m @ fall)
    sold = np.minimum(b * direct, a - direct)
    sales = m.T @ sold
    second = a * (m @ (per_unit * sales))
    equity = a / (1.0 + b)
    return Vulnerability(direct, sales, -per_unit * sales, second, float(second.sum() / equity.sum()))


def _falls(shock: ArrayLike, assets: int) -> FloatArray:
    array = np.asarray(shock, np.float64)
    if array.shape != (assets,):
        raise OutOfBounds("the shape of shock", array.shape, f"{(assets,)} is due, one fall for each asset")
    refuse_where("shock", array, ~((array >= -1.0) & (array <= 0.0)), "give a relative fall, -1 to 0")
    return array
