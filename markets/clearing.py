"""Clearing of interbank debts: what each bank pays when some cannot pay all (Eisenberg and Noe 2001).

Every bank pays in full or pays all it has, and creditors of one rank share in proportion. Of the
vectors that satisfy this the greatest is taken, from above: nobody is assumed to fail who need not.
With α and β below 1 a default destroys value (Rogers and Veraart 2013).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import OutOfBounds
from ..core.units import BoolArray, FloatArray
from .bank_arrays import between_banks, fraction, of_banks

Seniority: TypeAlias = Literal["pari_passu", "external_senior"]
SENIORITIES = ("pari_passu", "external_senior")
ROUNDING = 1e-12  # of a bank's obligations: a shortfall below this is the arithmetic's, not the bank's
Solve: TypeAlias = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]


@dataclass(frozen=True)
class ClearingVector:
    """What every bank pays and is left with, each (n,).

    Parameters
    ----------
    interbank, external : FloatArray
        Paid to banks, and to everybody else.
    net_worth : FloatArray
        External assets and what other banks pay, less all obligations; below 0 for who defaults.
    defaulted : BoolArray
        Who cannot pay in full.
    rounds : int
        Rounds of the fictitious default algorithm in which somebody new defaulted, at most n.
    """

    interbank: FloatArray
    external: FloatArray
    net_worth: FloatArray
    defaulted: BoolArray
    rounds: int

    @property
    def payments(self) -> FloatArray:
        """All that each bank pays, to banks and to others."""
        return self.interbank + self.external

    @property
    def equity(self) -> FloatArray:
        """Net worth under limited liability: never below 0."""
        return np.maximum(self.net_worth, 0.0)


def clearing_vector(
    liabilities: ArrayLike,
    external_assets: ArrayLike,
    external_liabilities: ArrayLike,
    *,
    seniority: Seniority = "pari_passu",
    alpha: float = 1.0,
    beta: float = 1.0,
) -> ClearingVector:
    """Return the greatest clearing vector, by fictitious default.

    p_i = p̄_i if e_i + Σ_j π_ji p_j >= p̄_i, else α e_i + β Σ_j π_ji p_j, with π = L / p̄

    Parameters
    ----------
    liabilities : (n, n)
        L, what row i owes column j.
    external_assets, external_liabilities : (n,)
        e and b, claims on and debts to everybody who is not one of the n banks.
    seniority : {"pari_passu", "external_senior"}
        Whether external creditors rank with the banks, p̄_i = Σ_j L_ij + b_i, or are paid before
        them, in which case b_i leaves e_i first and p̄_i = Σ_j L_ij. It changes who defaults on whom.
    alpha, beta : float
        Shares of external assets and of interbank receipts that a default leaves, 0 to 1. Both 1 is
        Eisenberg and Noe; they apply to all that a defaulting bank has.

    Raises
    ------
    OutOfBounds
        For a negative amount, a debt to oneself, a wrong shape, or a share outside 0 to 1.

    References
    ----------
    L. Eisenberg and T. H. Noe (2001), "Systemic risk in financial systems", Management Science 47, 236-249.
    L. C. G. Rogers and L. A. M. Veraart (2013), "Failure and rescue in an interbank network",
    Management Science 59, 882-898.

    Examples
    --------
    >>> ring = [[0, 4, 0], [0, 0, 3], [2, 0, 0]]
    >>> cleared = clearing_vector(ring, [18, 18, 9], [17, 18, 8], seniority="external_senior")
    >>> cleared.interbank.tolist(), cleared.net_worth.tolist(), cleared.defaulted.tolist()
    ([3.0, 3.0, 2.0], [-1.0, 0.0, 2.0], [True, False, False])
    """
    senior = is_senior(seniority)
    owed = between_banks("liabilities", liabilities)
    assets = of_banks("external_assets", external_assets, len(owed))
    outside = of_banks("external_liabilities", external_liabilities, len(owed))
    a, b = float(fraction("alpha", alpha)), float(fraction("beta", beta))
    tolerance = ROUNDING * (owed.sum(axis=1) + outside)
    paid = greatest(owed, assets, outside, senior=senior, alpha=a, beta=b, solve=np.linalg.solve, tolerance=tolerance)
    share = np.clip(paid.share.astype(np.float64), 0.0, 1.0)
    received = owed.T @ share
    left = a * assets + b * received
    others = np.minimum(outside, left) if senior else outside * share
    return ClearingVector(
        interbank=owed.sum(axis=1) * share,
        external=np.where(paid.defaulted, others, outside),
        net_worth=assets + received - owed.sum(axis=1) - outside,
        defaulted=paid.defaulted,
        rounds=paid.rounds,
    )


def is_senior(seniority: str) -> bool:
    """Return whether external creditors come first; refuse a word that says neither."""
    if seniority not in SENIORITIES:
        raise OutOfBounds("seniority", seniority, f"give one of {', '.join(SENIORITIES)}")
    return seniority == "external_senior"


@dataclass(frozen=True)
class Shares:
    """The share of its cleared debts that each bank pays, who defaulted, and in how many rounds."""

    share: NDArray[Any]
    defaulted: BoolArray
    rounds: int


def greatest(
    owed: NDArray[Any],
    assets: NDArray[Any],
    outside: NDArray[Any],
    *,
    senior: bool,
    alpha: float,
    beta: float,
    solve: Solve,
    tolerance: NDArray[Any] | int,
) -> Shares:
    """Return the greatest clearing shares; works on floats, and on exact numbers in object arrays.

    Start with nobody in default. Whoever is short of ``due`` by more than ``tolerance`` at the present
    shares defaults, shares are solved anew, and so on until nobody new does. Shares only fall, so no
    default is ever taken back. Arrays are not checked.
    """
    due = owed.sum(axis=1) if senior else owed.sum(axis=1) + outside
    first = outside if senior else 0 * outside  # what leaves before the cleared debts
    share, defaulted, rounds = np.ones_like(due), np.zeros(len(due), np.bool_), 0
    while True:
        short = ~defaulted & (assets - first + owed.T @ share < due - tolerance).astype(np.bool_)
        if not short.any():
            return Shares(share, defaulted, rounds)
        defaulted, rounds = defaulted | short, rounds + 1
        sure = alpha * assets - first + beta * owed[~defaulted].sum(axis=0)
        share = np.where(defaulted, _shares_in_default(owed, due, sure, beta, defaulted, solve), np.ones_like(due))


def _shares_in_default(
    owed: NDArray[Any], due: NDArray[Any], sure: NDArray[Any], beta: float, defaulted: BoolArray, solve: Solve
) -> NDArray[Any]:
    """Return r with due_i r_i = max(0, sure_i + β Σ_j L_ji r_j) over the defaulted, 0 elsewhere.

    The banks that pay anything are found from below: those sure of something, those they pay, and so
    on, each time with one linear system. A group that owes only itself and has nothing sure is never
    among them, which keeps the system solvable.
    """
    share = np.zeros_like(due)
    paying = defaulted & (due > 0).astype(np.bool_) & (sure > 0).astype(np.bool_)
    while paying.any():
        rows = np.flatnonzero(paying)
        among = owed[np.ix_(rows, rows)]
        system = np.diag(due[rows]) - beta * among.T
        share = np.zeros_like(due)
        share[rows] = solve(system, sure[rows])
        more = defaulted & (due > 0).astype(np.bool_) & (sure + beta * (owed.T @ share) > 0).astype(np.bool_)
        if not (more & ~paying).any():
            break
        paying = paying | more
    return share
