"""Deposit insurance: what is insured, what banks pay for it, and how large the fund should be.

A model's analogue of the United States: there the limit is 250,000 dollars and the fund's legal minimum
1.35 % of insured deposits (12 U.S.C. 1817(b)(3); Federal Deposit Insurance Corporation, restoration plan).
"""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.units import FloatArray, IntArray

MONTHS_A_YEAR = 12


class DepositInsuranceSettings(Parameters):
    """Limit, premium and fund; fractions, premiums a year."""

    limit: float = Field(5.0, ge=0.0, le=1000.0, description="insured up to, in median household deposits")
    lowest_premium: float = Field(0.0005, ge=0.0, le=0.05, description="premium of a strong bank, a year")
    highest_premium: float = Field(0.0030, ge=0.0, le=0.05, description="premium of a weak bank, a year")
    strong: float = Field(0.13, ge=0.0, le=1.0, description="capital ratio from which the lowest premium is due")
    weak: float = Field(0.08, ge=0.0, le=1.0, description="capital ratio below which the highest premium is due")
    target: float = Field(0.0135, ge=0.0, le=1.0, description="fund over insured deposits; no premiums while it is met")

    @model_validator(mode="after")
    def _in_order(self) -> DepositInsuranceSettings:
        if self.lowest_premium > self.highest_premium:
            raise ValueError(f"lowest_premium {self.lowest_premium} is above highest_premium {self.highest_premium}")
        if not self.weak < self.strong:
            raise ValueError(f"weak {self.weak} is not below strong {self.strong}; give weak below strong")
        return self


def insurance_limit(settings: DepositInsuranceSettings, household_deposits: IntArray) -> int:
    """Return the limit for one depositor at one bank, minor units: five median household deposits.

    Raises
    ------
    OutOfBounds
        There are no households.

    Examples
    --------
    >>> insurance_limit(DepositInsuranceSettings(), np.array([10, 30, 1_000]))
    150
    """
    if len(household_deposits) == 0:
        raise OutOfBounds("household_deposits", 0, "the limit needs at least one household")
    return int(np.floor(settings.limit * float(np.median(household_deposits))))


def premium_rate(settings: DepositInsuranceSettings, capital_ratio: FloatArray) -> FloatArray:
    """Return each bank's premium a year: 30 bp for a weak one, 5 bp for a strong one, a straight line between.

    Examples
    --------
    >>> premium_rate(DepositInsuranceSettings(), np.array([0.05, 0.105, 0.20])).round(6).tolist()
    [0.003, 0.00175, 0.0005]
    """
    s = settings
    rate: FloatArray = np.interp(capital_ratio, [s.weak, s.strong], [s.highest_premium, s.lowest_premium])
    return rate


def premiums_due(
    settings: DepositInsuranceSettings, insured: IntArray, capital_ratio: FloatArray, fund: int, months: int = 1
) -> IntArray:
    """Return what each bank owes the fund for ``months``, minor units, rounded down; nothing once the fund is full.

    Examples
    --------
    >>> insured, ratios = np.array([12_000_000, 12_000_000]), np.array([0.05, 0.20])
    >>> premiums_due(DepositInsuranceSettings(), insured, ratios, fund=0).tolist()
    [3000, 500]
    >>> premiums_due(DepositInsuranceSettings(), insured, ratios, fund=324_000).tolist()
    [0, 0]
    """
    if fund >= settings.target * int(np.sum(insured)):
        return np.zeros(len(insured), np.int64)
    due: IntArray = np.floor(insured * premium_rate(settings, capital_ratio) * (months / MONTHS_A_YEAR) + 1e-9)
    return due.astype(np.int64)
