"""What the treasury takes and gives: a tax that answers to debt, profit tax, benefits, real purchases.

Amounts are minor units, rounded once, here, to the nearest (halves up); shares and rates are fractions.
The reaction of the income tax to debt is what lets the central bank be active: monetary policy that
answers to inflation needs fiscal policy that keeps debt from running away (Leeper 1991, "Equilibria under
'active' and 'passive' monetary and fiscal policies", Journal of Monetary Economics 27, 129-147).
"""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field, model_validator

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.units import IntArray


class FiscalSettings(Parameters):
    """Taxes, benefits and purchases; fractions, debt in annual GDPs."""

    income_tax: float = Field(0.27, ge=0.0, le=0.9, description="income tax when debt is at its target")
    tax_reaction: float = Field(0.2, ge=0.0, le=5.0, description="rise of the income tax for each GDP of excess debt")
    debt_target: float = Field(0.60, ge=0.0, le=5.0, description="public debt over annual GDP that is aimed at")
    lowest_tax: float = Field(0.17, ge=0.0, le=0.9, description="income tax is never below")
    highest_tax: float = Field(0.47, ge=0.0, le=0.95, description="income tax is never above")
    profit_tax: float = Field(0.20, ge=0.0, le=0.9, description="tax on profits paid out")
    purchases: float = Field(0.18, ge=0.0, le=0.9, description="real purchases over output near full employment")
    near_full: float = Field(0.94, gt=0.0, le=1.0, description="share of the labour force at work near full employment")
    benefit: float = Field(0.50, ge=0.0, le=1.0, description="unemployment benefit over the mean net wage")

    @model_validator(mode="after")
    def _in_order(self) -> FiscalSettings:
        if not self.lowest_tax <= self.income_tax <= self.highest_tax:
            raise ValueError(
                f"lowest_tax {self.lowest_tax}, income_tax {self.income_tax}, highest_tax {self.highest_tax}: "
                "give them in ascending order"
            )
        return self


def income_tax_rate(settings: FiscalSettings, debt: int, annual_gdp: int) -> float:
    """Return τ = clip(income_tax + tax_reaction (debt / GDP - debt_target), lowest_tax, highest_tax).

    ``debt`` (minor units, below 0 when the state has net savings) and ``annual_gdp`` (minor units a year,
    above 0, else `OutOfBounds`) are nominal.

    Examples
    --------
    >>> [round(income_tax_rate(FiscalSettings(), debt, 1_000), 12) for debt in (600, 800, 9_999)]
    [0.27, 0.31, 0.47]
    """
    if annual_gdp <= 0:
        raise OutOfBounds("annual_gdp", annual_gdp, "the tax reaction needs a GDP above 0")
    excess = debt / annual_gdp - settings.debt_target
    return min(max(settings.income_tax + settings.tax_reaction * excess, settings.lowest_tax), settings.highest_tax)


def tax_due(base: IntArray, rate: float) -> IntArray:
    """Return the tax on each ``base``, minor units; nothing on a base of zero or less, never more than the base.

    Examples
    --------
    >>> tax_due(np.array([1_000, 5, -300]), 0.27).tolist()
    [270, 1, 0]
    """
    taxed = np.maximum(np.asarray(base, np.int64), 0)
    due: IntArray = np.minimum(np.floor(taxed * rate + 0.5).astype(np.int64), taxed)
    return due


def benefit_due(settings: FiscalSettings, mean_net_wage: float) -> int:
    """Return a month's unemployment benefit, minor units, from the mean net wage of a month.

    Examples
    --------
    >>> benefit_due(FiscalSettings(), 2_501)
    1251
    """
    return math.floor(settings.benefit * mean_net_wage + 0.5)


def real_purchases(settings: FiscalSettings, output_per_worker: float, labour_force: int) -> float:
    """Return the units of goods the treasury buys a month: a share of what is produced near full employment.

    It does not follow the cycle, so purchases steady the economy and are not rationed by it.

    Examples
    --------
    >>> round(real_purchases(FiscalSettings(), output_per_worker=10.0, labour_force=400), 6)
    676.8
    """
    return settings.purchases * output_per_worker * settings.near_full * labour_force
