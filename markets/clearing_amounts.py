"""Clearing of interbank debts in whole minor units, for the ledger.

The greatest clearing vector is computed exactly, with fractions, and then rounded as a whole: each
claim is paid its proportional share rounded down or up, so that every debtor pays exactly what it has
and every creditor books the integer its debtor paid. Where debtors do not depend on each other this
is the method of largest remainders, ties by id; where they do, rounding debtor by debtor need not
close (a debtor's receipts move by a cent, hence its payments, hence its own receipts), and the whole
network is rounded with the largest remainders in sum. Nothing is iterated, so it always ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.units import BoolArray, FloatArray, IntArray
from .bank_arrays import counted_between_banks, counted_of_banks
from .clearing import Seniority, greatest, is_senior
from .integral_flow import Arc, integral_flow

OUTSIDE = "outside"
REMAINDER = 2**62  # remainders are compared in this fraction of a minor unit


@dataclass(frozen=True)
class ClearingAmounts:
    """What is paid, in minor units.

    Parameters
    ----------
    interbank : IntArray
        (n, n), what row i pays column j.
    external : IntArray
        (n,), what each pays to everybody who is not a bank.
    equity : IntArray
        (n,), what each has left after paying; 0 for who defaulted.
    due : IntArray
        (n,), what each owed.
    rounds : int
        Rounds in which somebody new defaulted, at most n.
    """

    interbank: IntArray
    external: IntArray
    equity: IntArray
    due: IntArray
    rounds: int

    @property
    def payments(self) -> IntArray:
        """All that each bank pays."""
        return np.asarray(self.interbank.sum(axis=1) + self.external, np.int64)

    @property
    def defaulted(self) -> BoolArray:
        """Who pays less than it owes."""
        return np.asarray(self.payments < self.due, np.bool_)

    @property
    def recovery(self) -> FloatArray:
        """The share of its debts that each pays, 1 for who owes nothing."""
        return np.divide(self.payments, self.due, out=np.ones(len(self.due)), where=self.due > 0)


def clearing_amounts(
    liabilities: ArrayLike,
    external_assets: ArrayLike,
    external_liabilities: ArrayLike,
    *,
    seniority: Seniority = "pari_passu",
) -> ClearingAmounts:
    """Return the greatest clearing payments in whole minor units.

    p_i = min(p̄_i, e_i + Σ_j x_ji), as integers; each x_ij within one unit of L_ij p_i / p̄_i as it would
    be with fractions of a unit.

    Costs of default are no part of it: they are payments of their own, and lower ``external_assets``
    beforehand.

    Parameters
    ----------
    liabilities, external_assets, external_liabilities, seniority
        As for `clearing_vector`, in minor units.

    Raises
    ------
    OutOfBounds
        For a negative amount, a float, a debt to oneself, or a wrong shape.

    Examples
    --------
    >>> cleared = clearing_amounts([[0, 60, 40], [0, 0, 0], [0, 0, 0]], [100, 0, 0], [33, 0, 0])
    >>> cleared.interbank[0].tolist(), cleared.external.tolist()
    ([0, 45, 30], [25, 0, 0])
    """
    senior = is_senior(seniority)
    owed = counted_between_banks("liabilities", liabilities)
    assets = counted_of_banks("external_assets", external_assets, len(owed))
    outside = counted_of_banks("external_liabilities", external_liabilities, len(owed))
    exact = owed.astype(object), assets.astype(object), outside.astype(object)
    shares = greatest(*exact, senior=senior, alpha=1, beta=1, solve=solve_exactly, tolerance=0)
    claims = _exact_claims(*exact, shares.share, shares.defaulted, senior)
    paid = _rounded(claims, exact[1], shares.defaulted, exact[0].sum(axis=1) + exact[2])
    interbank, external = paid[:, :-1], paid[:, -1]
    due = owed.sum(axis=1) + outside
    equity = assets + interbank.sum(axis=0) - paid.sum(axis=1)
    return ClearingAmounts(interbank, external, equity, due, shares.rounds)


def solve_exactly(system: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Return x with system x = right, as fractions, for integers in object arrays.

    Fraction-free elimination (Bareiss 1968): every intermediate number is a minor of the system, and
    divisions leave no remainder. The systems of clearing are diagonally dominant, so no pivot is 0.

    Examples
    --------
    >>> solve_exactly(np.array([[3, -1], [-1, 2]], object), np.array([1, 1], object)).tolist()
    [Fraction(3, 5), Fraction(4, 5)]
    """
    rows = [[*row, value] for row, value in zip(system.tolist(), right.tolist(), strict=True)]
    before = 1
    for k, pivot_row in enumerate(rows):
        pivot = pivot_row[k]
        for i, row in enumerate(rows):
            if i != k:
                factor = row[k]
                rows[i] = [(pivot * x - factor * y) // before for x, y in zip(row, pivot_row, strict=True)]
        before = pivot
    return np.array([Fraction(row[-1], before) for row in rows], dtype=object)


def _exact_claims(
    owed: NDArray[Any],
    assets: NDArray[Any],
    outside: NDArray[Any],
    share: NDArray[Any],
    defaulted: BoolArray,
    senior: bool,
) -> NDArray[Any]:
    """Return (n, n + 1) what each creditor gets with fractions of a unit; the last column is outside."""
    claims = owed * share[:, None]
    others = np.minimum(outside, assets + claims.sum(axis=0)) if senior else outside * share
    return np.column_stack([claims, np.where(defaulted, others, outside)])


def _rounded(claims: NDArray[Any], assets: NDArray[Any], defaulted: BoolArray, due: NDArray[Any]) -> IntArray:
    """Return ``claims`` in whole units: who defaulted pays all it has, who did not still can pay.

    The network: each defaulted bank passes on its assets and what solvent banks pay it; a solvent
    creditor keeps at least what it needs to stay solvent; the rest, like what outsiders get, flows out.
    """
    banks = len(assets)
    paid = np.array([[int(claim) for claim in row] for row in claims], np.int64).reshape(banks, banks + 1)
    known = assets + claims[~defaulted, :-1].sum(axis=0)
    supply: dict[Any, int] = {}
    for i in range(banks):
        supply[i] = int(known[i]) if defaulted[i] else -max(0, int(due[i] - known[i]))
    supply[OUTSIDE] = -sum(supply.values())
    places = [(int(i), j) for i in np.flatnonzero(defaulted) for j in range(banks + 1) if claims[i, j] > 0]
    arcs = [_claim_arc(i, j if j < banks else OUTSIDE, claims[i, j]) for i, j in places]
    most = sum(arc.high for arc in arcs)
    arcs += [Arc(int(j), OUTSIDE, 0, most) for j in np.flatnonzero(~defaulted)]
    carried = integral_flow(arcs, supply)
    assert carried is not None, "a flow with fractions exists, hence one without"
    for (i, j), amount in zip(places, carried, strict=False):
        paid[i, j] = amount
    return paid


def _claim_arc(debtor: int, creditor: int | str, claim: int | Fraction) -> Arc:
    low = claim.numerator // claim.denominator
    remainder = claim - low
    return Arc(debtor, creditor, low, low + (remainder > 0), int(remainder * REMAINDER))
