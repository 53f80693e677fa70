"""DebtRank: how much economic value is at risk when banks are in distress, before anybody defaults.

Distress h_i is the share of its equity that bank i has lost, 0 to 1. A bank in distress is a worse
debtor, so its creditors lose in proportion to what they lent it. Two rules are in use: in 2012 each
bank passes its distress on once; in 2015 it passes on every further loss, which makes walks through
cycles count, as they do on balance sheets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import OutOfBounds
from ..core.units import FloatArray
from .bank_arrays import between_banks, fraction, of_banks, positive

SETTLED = 1e-14
MOST_ROUNDS = 1_000_000


@dataclass(frozen=True)
class DebtRank:
    """Distress at the end.

    Parameters
    ----------
    distress : FloatArray
        (n,) h, the share of equity lost, 0 to 1.
    rank : float
        R = Σ v_i (h_i - h_i at the start), the share of economic value lost beyond the shock itself.
    rounds : int
        Rounds in which anybody's distress changed.
    """

    distress: FloatArray
    rank: float
    rounds: int


def debtrank_2012(
    exposures: ArrayLike, equity: ArrayLike, shock: ArrayLike, weights: ArrayLike | None = None
) -> DebtRank:
    """Return DebtRank as first proposed: every bank passes on its distress once.

    h_i' = min(1, h_i + Σ_{j in D} W_ij h_j), W_ij = min(1, X_ij / E_i), D: who became distressed last round

    Parameters
    ----------
    exposures : (n, n)
        X, what creditor i stands to lose to debtor j.
    equity : (n,)
        E, above 0.
    shock : (n,)
        Distress at the start, 0 to 1.
    weights : (n,), optional
        v, economic value of each bank, scaled to sum to 1. The default is its share in all that banks
        lent each other, as in the paper.

    References
    ----------
    S. Battiston, M. Puliga, R. Kaushik, P. Tasca and G. Caldarelli (2012), "DebtRank: too central to
    fail? Financial networks, the FED and systemic risk", Scientific Reports 2, 541.

    Examples
    --------
    >>> chain = [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
    >>> debtrank_2012(chain, [2, 4, 1], [0, 0, 1]).distress.tolist()
    [0.125, 0.25, 1.0]
    """
    x, e, h, v = _given(exposures, equity, shock, weights)
    impact = np.minimum(1.0, x / e[:, None])
    start, active, spent, rounds = h, h > 0.0, np.zeros(len(h), np.bool_), 0
    while active.any():
        after = np.minimum(1.0, h + impact @ np.where(active, h, 0.0))
        rounds += bool((after > h).any())
        spent = spent | active
        h, active = after, (after > 0.0) & ~spent
    return DebtRank(h, float(v @ (h - start)), rounds)


def debtrank_2015(
    exposures: ArrayLike, equity: ArrayLike, shock: ArrayLike, weights: ArrayLike | None = None
) -> DebtRank:
    """Return DebtRank as derived from balance sheets: every further loss is passed on, until all is lost.

    h_i(t+1) = min(1, h_i(t) + Σ_j Λ_ij (h_j(t) - h_j(t-1))), Λ_ij = X_ij / E_i

    Where nobody loses all, h solves (I - Λ) h = h(0). Parameters are those of `debtrank_2012`.

    Raises
    ------
    OutOfBounds
        Also when a million rounds settle nothing: Λ has a spectral radius of almost exactly 1 and the
        shock is minute.

    References
    ----------
    M. Bardoscia, S. Battiston, F. Caccioli and G. Caldarelli (2015), "DebtRank: a microscopic
    foundation for shock propagation", PLoS ONE 10, e0130406.

    Examples
    --------
    >>> pair = [[0, 1], [1, 0]]
    >>> debtrank_2015(pair, [2, 2], [0.3, 0.3]).distress.round(6).tolist()
    [0.6, 0.6]
    """
    x, e, start, v = _given(exposures, equity, shock, weights)
    leverage = x / e[:, None]
    h, fresh = start, start
    for rounds in range(MOST_ROUNDS):
        after = np.minimum(1.0, h + leverage @ fresh)
        h, fresh = after, after - h
        if not (fresh > SETTLED).any():
            return DebtRank(h, float(v @ (h - start)), rounds)
    radius = float(np.abs(np.linalg.eigvals(leverage)).max())
    raise OutOfBounds("the spectral radius of exposures / equity", radius, "losses do not settle; give a larger shock")


def _given(
    exposures: ArrayLike, equity: ArrayLike, shock: ArrayLike, weights: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    x = between_banks("exposures", exposures)
    n = len(x)
    e, h = positive("equity", equity, (n,)), fraction("shock", shock, (n,))
    v = x.sum(axis=1) if weights is None else of_banks("weights", weights, n)
    if weights is not None and not v.sum() > 0.0:
        raise OutOfBounds("weights", v.tolist(), "give at least one above 0")
    total = v.sum()
    return x, e, h, v / total if total > 0.0 else v  # where nobody lends, nothing spreads and R is 0
