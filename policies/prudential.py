"""What the prudential rules demand of banks, the books they are applied to, and the capital ratios.

The minima, weights and run-off rates are those of Basel III, as far as a model's balance sheet has the
items (Basel Committee on Banking Supervision: "Basel III: a global regulatory framework", 2011; "The
Liquidity Coverage Ratio", 2013; "The net stable funding ratio", 2014; "Large exposures", 2014). Everything
works on all banks at once; amounts are int64 minor units (n,), ratios and weighted sums are float64 (n,).
Liquidity is in `liquidity_rules`; what a bank does when it comes near a minimum, in `bank_behaviour`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ..core.errors import UnusableSeries
from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray, IntArray

# Sums of decimal fractions miss by less than this: 0.08 + 0.025 is not quite 0.105.
ROUNDING = 1e-12


class PrudentialSettings(Parameters):
    """Minimum ratios, weights and behaviour; fractions: 0.045 is 4.5 %."""

    cet1: float = Field(0.045, ge=0.0, le=0.5, description="common equity over risk-weighted assets, minimum")
    tier1: float = Field(0.06, ge=0.0, le=0.5, description="tier 1 capital over risk-weighted assets, minimum")
    total: float = Field(0.08, ge=0.0, le=0.5, description="total capital over risk-weighted assets, minimum")
    conservation_buffer: float = Field(0.025, ge=0.0, le=0.2, description="common equity to keep above the minima")
    countercyclical_buffer: float = Field(0.0, ge=0.0, le=0.025, description="the same, as the regulator sets it")
    leverage: float = Field(0.03, ge=0.0, le=0.5, description="tier 1 capital over all assets, minimum")
    large_exposure: float = Field(
        0.25, gt=0.0, le=10.0, description="to one counterparty, over tier 1 capital, at most"
    )
    liquidity_coverage: float = Field(1.0, ge=0.0, le=5.0, description="liquid assets over a month's outflow, minimum")
    stable_funding: float = Field(1.0, ge=0.0, le=5.0, description="stable funding available over required, minimum")

    weight_government: float = Field(0.0, ge=0.0, le=12.5, description="risk weight of bonds and reserves")
    weight_interbank: float = Field(0.30, ge=0.0, le=12.5, description="risk weight of loans to banks")
    weight_firms: float = Field(1.0, ge=0.0, le=12.5, description="risk weight of loans to firms and households")
    weight_margin: float = Field(0.20, ge=0.0, le=12.5, description="risk weight of margin loans")
    weight_equity: float = Field(2.5, ge=0.0, le=12.5, description="risk weight of shares")

    run_off_stable: float = Field(0.05, ge=0.0, le=1.0, description="insured deposits that leave in a month of stress")
    run_off_retail: float = Field(0.10, ge=0.0, le=1.0, description="the same, uninsured deposits of households")
    run_off_corporate: float = Field(0.40, ge=0.0, le=1.0, description="the same, deposits of firms")
    run_off_financial: float = Field(1.0, ge=0.0, le=1.0, description="the same, debt to banks")
    inflow_loans: float = Field(0.5, ge=0.0, le=1.0, description="repayments due in a month that count as inflow")
    inflow_cap: float = Field(0.75, ge=0.0, le=1.0, description="inflow that counts, over outflow, at most")

    plan_below: float = Field(0.045, ge=0.0, le=0.5, description="common equity ratio below which a plan is demanded")
    resolve_below: float = Field(0.03, ge=0.0, le=0.5, description="common equity ratio below which a bank is resolved")

    @model_validator(mode="after")
    def _in_order(self) -> PrudentialSettings:
        if not self.cet1 <= self.tier1 <= self.total:
            raise ValueError(f"cet1 {self.cet1}, tier1 {self.tier1}, total {self.total}: give them in ascending order")
        if not self.resolve_below <= self.plan_below:
            raise ValueError(f"resolve_below {self.resolve_below} is above plan_below {self.plan_below}")
        return self

    @property
    def buffer(self) -> float:
        """Both buffers together."""
        return self.conservation_buffer + self.countercyclical_buffer


@dataclass(frozen=True)
class BankBooks:
    """The balance sheets of n banks as a supervisor reads them: int64 minor units (n,), zero where not given.

    Parameters
    ----------
    reserves, bonds, interbank_loans, loans, margin_loans, equities : IntArray
        Assets, after write-offs. ``repayments_due`` is the part of loans and margin loans due within a month.
    insured_deposits, retail_deposits, corporate_deposits, interbank_debt, advances : IntArray
        Debts: insured deposits, uninsured ones of households, those of firms, and what is owed to
        banks and to the central bank. ``advances`` are secured and rolled over, so they do not run.
    common_equity, other_tier1, tier2 : IntArray
        Capital.
    """

    reserves: IntArray
    bonds: IntArray
    interbank_loans: IntArray
    loans: IntArray
    margin_loans: IntArray
    equities: IntArray
    repayments_due: IntArray
    insured_deposits: IntArray
    retail_deposits: IntArray
    corporate_deposits: IntArray
    interbank_debt: IntArray
    advances: IntArray
    common_equity: IntArray
    other_tier1: IntArray
    tier2: IntArray

    @classmethod
    def of(cls, **amounts: object) -> BankBooks:
        """Return books from whole numbers or arrays (n,); what is left out is zero.

        Examples
        --------
        >>> BankBooks.of(loans=[900, 400], common_equity=[90, 20]).bonds.tolist()
        [0, 0]
        """
        known = [field.name for field in fields(cls)]
        strange = sorted(set(amounts) - set(known))
        if strange:
            raise UnusableSeries("bank books", f"have no item {strange[0]!r}; known: {', '.join(known)}")
        given = {name: np.atleast_1d(np.asarray(value)) for name, value in amounts.items()}
        if any(not np.issubdtype(array.dtype, np.integer) for array in given.values()):
            raise UnusableSeries("bank books", "hold an amount that is not a whole number of minor units")
        size = max((len(array) for array in given.values()), default=1)
        if any(len(array) not in (1, size) for array in given.values()):
            raise UnusableSeries("bank books", f"have items of unequal length; due: {size} banks in each")
        return cls(**{name: np.broadcast_to(given.get(name, np.zeros(1)), size).astype(np.int64) for name in known})

    @property
    def tier1(self) -> IntArray:
        """Common equity and other tier 1 capital."""
        return self.common_equity + self.other_tier1

    @property
    def total_capital(self) -> IntArray:
        """Tier 1 and tier 2 capital."""
        return self.tier1 + self.tier2

    @property
    def exposure(self) -> IntArray:
        """All assets, unweighted."""
        return self.reserves + self.bonds + self.interbank_loans + self.loans + self.margin_loans + self.equities


class Standing(IntEnum):
    """What a supervisor makes of a bank."""

    SOUND = 0
    IN_BUFFER = 1
    BELOW_MINIMUM = 2
    PLAN = 3
    RESOLVE = 4


def risk_weighted_assets(settings: PrudentialSettings, books: BankBooks) -> FloatArray:
    """Return the sum of assets times their weights, minor units.

    Examples
    --------
    >>> books = BankBooks.of(bonds=500, interbank_loans=100, loans=900, margin_loans=100, equities=10)
    >>> risk_weighted_assets(PrudentialSettings(), books).tolist()
    [975.0]
    """
    s = settings
    weighted: FloatArray = (
        s.weight_government * (books.reserves + books.bonds)
        + s.weight_interbank * books.interbank_loans
        + s.weight_firms * books.loans
        + s.weight_margin * books.margin_loans
        + s.weight_equity * books.equities
    )
    return weighted


def ratio_of(part: NDArray[Any], whole: NDArray[Any]) -> FloatArray:
    """Return part / whole; where the whole is not above 0, infinite with the sign of the part."""
    top, bottom = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    endless = np.where(top < 0.0, -np.inf, np.inf)
    return np.divide(top, bottom, out=endless, where=bottom > 0.0)


def capital_ratio(capital: IntArray, risk_weighted: FloatArray) -> FloatArray:
    """Return capital over risk-weighted assets; without any risk it is infinite, and -inf when capital is negative.

    Examples
    --------
    >>> capital_ratio(np.array([80, 0, -1]), np.array([1_000.0, 0.0, 0.0])).tolist()
    [0.08, inf, -inf]
    """
    return ratio_of(capital, risk_weighted)


def leverage_ratio(books: BankBooks) -> FloatArray:
    """Return tier 1 capital over all assets.

    Examples
    --------
    >>> leverage_ratio(BankBooks.of(reserves=100, loans=900, common_equity=40)).tolist()
    [0.04]
    """
    return ratio_of(books.tier1, books.exposure)


def exposure_room(settings: PrudentialSettings, books: BankBooks, exposures: IntArray) -> IntArray:
    """Return how much more each bank (rows) may lend to each counterparty (columns); below 0 it is too much.

    Examples
    --------
    >>> exposure_room(PrudentialSettings(), BankBooks.of(common_equity=100), np.array([[10, 40]])).tolist()
    [[15, -15]]
    """
    limit = np.floor(settings.large_exposure * np.maximum(books.tier1, 0)).astype(np.int64)
    room: IntArray = limit[:, None] - exposures
    return room


def standing(settings: PrudentialSettings, books: BankBooks) -> NDArray[np.int64]:
    """Return each bank's `Standing`; negative common equity always means resolution.

    Examples
    --------
    >>> books = BankBooks.of(loans=1_000, common_equity=[120, 90, 70, 44, 29])
    >>> [Standing(code).name for code in standing(PrudentialSettings(), books)]
    ['SOUND', 'IN_BUFFER', 'BELOW_MINIMUM', 'PLAN', 'RESOLVE']
    """
    common = capital_ratio(books.common_equity, risk_weighted_assets(settings, books))
    found = np.full(common.shape, Standing.SOUND, np.int64)
    found[capital_shortfall(settings, books, buffer=True) > 0.0] = Standing.IN_BUFFER
    found[below_minimum(settings, books)] = Standing.BELOW_MINIMUM
    found[common < settings.plan_below] = Standing.PLAN
    found[(common < settings.resolve_below) | (books.common_equity < 0)] = Standing.RESOLVE
    return found


def capital_shortfall(settings: PrudentialSettings, books: BankBooks, *, buffer: bool) -> FloatArray:
    """Return by how much the worst of the three risk-weighted ratios misses its minimum, a fraction, 0 if none.

    With ``buffer`` both buffers are due on top of each minimum.
    """
    weighted, extra = risk_weighted_assets(settings, books), settings.buffer if buffer else 0.0
    misses = [minimum + extra - capital_ratio(capital, weighted) for capital, minimum in capital_tests(settings, books)]
    worst = np.max(misses, axis=0)
    return np.where(worst > ROUNDING, worst, 0.0)


def capital_tests(settings: PrudentialSettings, books: BankBooks) -> list[tuple[IntArray, float]]:
    """Return (capital, minimum ratio) of the three risk-weighted requirements."""
    return [
        (books.common_equity, settings.cet1), (books.tier1, settings.tier1), (books.total_capital, settings.total),
    ]  # fmt: skip


def below_minimum(settings: PrudentialSettings, books: BankBooks) -> BoolArray:
    """Return which banks miss a capital minimum or the leverage ratio, buffers left out."""
    missed: BoolArray = (capital_shortfall(settings, books, buffer=False) > 0.0) | (
        leverage_ratio(books) < settings.leverage
    )
    return missed
