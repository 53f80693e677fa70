"""What a bank does when it comes near a minimum, in the order in which it hurts less.

1. Inside the buffer it pays no dividends,
2. asks borrowers for 50 bp more for each point it is short of minimum and buffers,
3. and lets loans shrink, as fast as they can run off.
4. Below a minimum, or short of liquid means, it also sells bonds,
5. then shares, at what they fetch,
6. and asks its owners for what is still missing.

Buffers are there to be used, so nothing is sold and nobody is asked for capital on their account. Selling
bonds frees no capital (their risk weight is zero) unless the leverage ratio binds; it brings reserves.
Proceeds repay debt. Each step takes as given that the ones before it succeed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray, IntArray
from .liquidity_rules import net_outflow
from .prudential import (
    BankBooks,
    PrudentialSettings,
    below_minimum,
    capital_shortfall,
    capital_tests,
    risk_weighted_assets,
)

HUGE = float(2**62)


class BehaviourSettings(Parameters):
    """How banks react when capital or liquidity runs short."""

    spread_for_shortfall: float = Field(
        0.5, ge=0.0, le=10.0, description="loan spread added for each unit of capital shortfall; 50 bp a point"
    )
    run_off: float = Field(0.04, ge=0.0, le=1.0, description="share of loans that can be let run off in a month")


@dataclass(frozen=True)
class Instructions:
    """What n banks do this month; amounts in minor units (n,).

    Parameters
    ----------
    dividends : BoolArray
        Whether they may be paid.
    extra_spread : FloatArray
        To add to the rate of new loans, a year.
    shrink_loans : IntArray
        Loans to let run off without a successor; above 0 no new ones are made.
    sell_bonds, sell_equities : IntArray
        To sell on the market, at book value.
    rights_issue : IntArray
        New common equity to ask the owners for.
    """

    dividends: BoolArray
    extra_spread: FloatArray
    shrink_loans: IntArray
    sell_bonds: IntArray
    sell_equities: IntArray
    rights_issue: IntArray


def behaviour(
    rules: PrudentialSettings,
    settings: BehaviourSettings,
    books: BankBooks,
    reserves_needed: IntArray | None = None,
) -> Instructions:
    """Return what each bank does, in the order that this module states.

    ``reserves_needed`` (n,) is what a bank must raise today beyond what it can borrow, by default nothing.

    Examples
    --------
    >>> books = BankBooks.of(bonds=500, loans=[1_000, 1_000], equities=[0, 20], common_equity=[95, 80])
    >>> told = behaviour(PrudentialSettings(), BehaviourSettings(), books)
    >>> told.extra_spread.round(6).tolist(), told.shrink_loans.tolist()
    ([0.005, 0.014405], [40, 40])
    >>> told.sell_equities.tolist(), told.rights_issue.tolist()
    ([0, 4], [0, 0])
    """
    short = capital_shortfall(rules, books, buffer=True)
    forced = below_minimum(rules, books)
    weighted, exposure = risk_weighted_assets(rules, books), books.exposure.astype(np.float64)
    to_buffer = _excess_risk(rules, books, weighted, rules.buffer)
    too_large = _excess_exposure(rules, books, exposure)

    loans = books.loans.astype(np.float64)
    wanted = np.maximum(_for_risk(to_buffer, rules.weight_firms), too_large)
    shrink = _whole(np.minimum(wanted, settings.run_off * loans), books.loans)

    risk = _excess_risk(rules, books, weighted - rules.weight_firms * shrink, 0.0)
    size = np.where(forced, np.maximum(too_large - shrink, 0.0), 0.0)
    cash = _liquidity_need(rules, books, reserves_needed)
    wanted = np.maximum(np.maximum(size, cash), _for_risk(risk, rules.weight_government))
    bonds = _whole(wanted, books.bonds)

    risk = np.maximum(risk - rules.weight_government * bonds, 0.0)
    size, cash = np.maximum(size - bonds, 0.0), np.maximum(cash - bonds, 0.0)
    cash = np.maximum(cash, _coverage_gap(rules, books))
    wanted = np.maximum(np.maximum(size, cash), _for_risk(risk, rules.weight_equity))
    equities = _whole(wanted, books.equities)

    left = weighted - rules.weight_firms * shrink - rules.weight_government * bonds - rules.weight_equity * equities
    issue = _capital_missing(rules, books, left, exposure - shrink - bonds - equities)
    spread = settings.spread_for_shortfall * np.minimum(short, 1.0)
    may_pay = (short <= 0.0) & ~forced
    return Instructions(may_pay, spread, shrink, bonds, equities, np.where(forced, issue, 0))


def _excess_risk(rules: PrudentialSettings, books: BankBooks, weighted: FloatArray, buffer: float) -> FloatArray:
    """Return the risk-weighted assets to shed so that every capital ratio is met with ``buffer``."""
    bearable = np.full(weighted.shape, np.inf)
    for capital, minimum in capital_tests(rules, books):
        if minimum + buffer > 0.0:
            bearable = np.minimum(bearable, np.maximum(capital, 0) / (minimum + buffer))
    excess: FloatArray = np.maximum(weighted - bearable, 0.0)
    return excess


def _excess_exposure(rules: PrudentialSettings, books: BankBooks, exposure: FloatArray) -> FloatArray:
    if rules.leverage <= 0.0:
        return np.zeros_like(exposure)
    excess: FloatArray = np.maximum(exposure - np.maximum(books.tier1, 0) / rules.leverage, 0.0)
    return excess


def _liquidity_need(rules: PrudentialSettings, books: BankBooks, reserves_needed: IntArray | None) -> FloatArray:
    """Return the reserves to raise: what is asked for, and what is overdrawn."""
    asked = np.zeros(books.reserves.shape) if reserves_needed is None else np.asarray(reserves_needed, np.float64)
    need: FloatArray = np.maximum(np.maximum(asked, -books.reserves), 0.0)
    return need


def _coverage_gap(rules: PrudentialSettings, books: BankBooks) -> FloatArray:
    """Return what liquid assets lack; bonds are liquid already, so only shares sold can fill it."""
    gap: FloatArray = rules.liquidity_coverage * net_outflow(rules, books) - (books.reserves + books.bonds)
    return np.maximum(gap, 0.0)


def _capital_missing(
    rules: PrudentialSettings, books: BankBooks, weighted: FloatArray, exposure: FloatArray
) -> IntArray:
    missing = rules.leverage * exposure - books.tier1
    for capital, minimum in capital_tests(rules, books):
        missing = np.maximum(missing, minimum * weighted - capital)
    needed: IntArray = np.ceil(np.maximum(missing, 0.0) - 1e-6).astype(np.int64)
    return needed


def _for_risk(excess: FloatArray, weight: float) -> FloatArray:
    """Return how much of an asset with ``weight`` sheds the ``excess``; none if its weight is zero."""
    return excess / weight if weight > 0.0 else np.zeros_like(excess)


def _whole(wanted: FloatArray, there: IntArray) -> IntArray:
    """Return ``wanted`` rounded up to whole minor units, at most what is ``there``."""
    amount: IntArray = np.minimum(np.ceil(np.minimum(wanted, HUGE) - 1e-6).astype(np.int64), np.maximum(there, 0))
    return amount
