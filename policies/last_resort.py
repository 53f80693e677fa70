"""The lender of last resort: lends freely to banks, at a penalty, against good collateral (Bagehot 1873)."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.units import IntArray


class LenderOfLastResort(Parameters):
    """The terms of central bank advances to a bank that is short of reserves."""

    penalty: float = Field(0.0025, ge=0.0, le=0.05, description="rate of an advance above the policy rate, a year")
    haircut_bonds: float = Field(0.02, ge=0.0, le=1.0, description="share of pledged bonds that is not lent against")
    haircut_loans: float = Field(0.30, ge=0.0, le=1.0, description="share of pledged loans that is not lent against")


def advance_rate(settings: LenderOfLastResort, policy_rate: float) -> float:
    """Return the annual rate of an advance.

    Examples
    --------
    >>> advance_rate(LenderOfLastResort(), 0.03)
    0.0325
    """
    return policy_rate + settings.penalty


def borrowing_limit(settings: LenderOfLastResort, bonds: IntArray, loans: IntArray) -> IntArray:
    """Return what each bank may borrow against its unpledged ``bonds`` and ``loans``, minor units, rounded down.

    Examples
    --------
    >>> borrowing_limit(LenderOfLastResort(), np.array([1_000]), np.array([101])).tolist()
    [1050]
    """
    lent = np.floor((1.0 - settings.haircut_bonds) * np.asarray(bonds) + 1e-9)
    limit: IntArray = (lent + np.floor((1.0 - settings.haircut_loans) * np.asarray(loans) + 1e-9)).astype(np.int64)
    return limit


def collateral_taken(
    settings: LenderOfLastResort, advance: IntArray, bonds: IntArray, loans: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the (bonds, loans) to pledge for each ``advance``, bonds first, rounded up; at most what there is.

    Examples
    --------
    >>> taken = collateral_taken(LenderOfLastResort(), np.array([1_050]), np.array([1_000]), np.array([500]))
    >>> [pledge.tolist() for pledge in taken]
    [[1000], [100]]
    """
    due = np.asarray(advance, np.int64)
    from_bonds = _pledged(due, np.asarray(bonds, np.int64), settings.haircut_bonds)
    lent = np.floor((1.0 - settings.haircut_bonds) * from_bonds + 1e-9).astype(np.int64)
    return from_bonds, _pledged(np.maximum(due - lent, 0), np.asarray(loans, np.int64), settings.haircut_loans)


def _pledged(due: IntArray, there: IntArray, haircut: float) -> IntArray:
    if haircut >= 1.0:
        return np.zeros_like(there)
    needed = np.ceil(due / (1.0 - haircut) - 1e-9).astype(np.int64)
    pledged: IntArray = np.minimum(needed, there)
    return pledged
