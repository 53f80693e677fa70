"""What a bank does when it comes near a minimum, in the order in which it hurts less.

1. Inside the capital buffer, or below a liquidity minimum, it pays no dividends,
2. asks borrowers for 50 bp more for each point it is short: of capital, over risk-weighted assets, or of liquid
   assets or stable funding, over all assets,
3. and lets loans shrink: inside the capital buffer it makes no new ones, below a liquidity minimum fewer than are
   repaid, as fast as ``run_off`` says.
4. Below a capital minimum it also sells bonds,
5. and asks its owners for what is still missing.

Buffers are there to be used, so nothing is sold and nobody is asked for capital on their account. Selling
bonds frees no capital (their risk weight is zero) unless the leverage ratio binds; it covers no outflow either, since
bonds are liquid already. It brings reserves, to a bank that can borrow no more (`bonds_for_cash`). Banks of this
economy own no shares, so they have none to sell. Each step takes as given that the ones before it succeed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray, IntArray
from .liquidity_rules import liquidity_shortfall, loan_room
from .prudential import (
    BankBooks,
    PrudentialSettings,
    below_minimum,
    capital_shortfall,
    capital_tests,
    risk_weighted_assets,
)

HUGE = float(2**62)
PART_OF_A_CENT = 1e-6  # sums of fractions miss whole minor units by less


class BehaviourSettings(Parameters):
    """How banks react when capital or liquidity runs short."""

    spread_for_shortfall: float = Field(
        0.5, ge=0.0, le=10.0, description="loan spread added for each unit of shortfall; 50 bp a point"
    )
    run_off: float = Field(
        0.04, ge=0.0, le=1.0,
        description="share of loans that can be let run off in a month; repayments are the limit",
    )  # fmt: skip


@dataclass(frozen=True)
class Instructions:
    """What n banks do this month; amounts in minor units (n,).

    Parameters
    ----------
    lending : BoolArray
        Whether capital allows new loans at all.
    extra_spread : FloatArray
        To add to the rate of new loans, a year.
    shrink_loans : IntArray
        Loans to let run off without a successor.
    sell_bonds : IntArray
        To sell to who is no bank, at face.
    rights_issue : IntArray
        New common equity to ask the owners for.
    """

    lending: BoolArray
    extra_spread: FloatArray
    shrink_loans: IntArray
    sell_bonds: IntArray
    rights_issue: IntArray


def behaviour(rules: PrudentialSettings, settings: BehaviourSettings, books: BankBooks) -> Instructions:
    """Return what each bank does, in the order that this module states.

    Examples
    --------
    >>> books = BankBooks.of(bonds=500, loans=[1_000, 1_000], insured_deposits=1_500, common_equity=[95, 75])
    >>> told = behaviour(PrudentialSettings(), BehaviourSettings(), books)
    >>> told.extra_spread.round(6).tolist(), told.shrink_loans.tolist(), told.rights_issue.tolist()
    ([0.005, 0.015], [40, 40], [0, 2])
    """
    short = np.maximum(capital_shortfall(rules, books, buffer=True), liquidity_shortfall(rules, books))
    forced = below_minimum(rules, books)
    weighted, exposure = risk_weighted_assets(rules, books), books.exposure.astype(np.float64)
    to_buffer = _excess_risk(rules, books, weighted, rules.buffer)
    too_large = _excess_exposure(rules, books, exposure)

    loans = books.loans.astype(np.float64)
    excess = np.maximum(_for_risk(to_buffer, rules.weight_firms), too_large)
    wanted = np.maximum(excess, -loan_room(rules, books))
    shrink = _whole(np.minimum(wanted, settings.run_off * loans), books.loans)

    risk = _excess_risk(rules, books, weighted - rules.weight_firms * shrink, 0.0)
    size = np.where(forced, np.maximum(too_large - shrink, 0.0), 0.0)
    bonds = _whole(np.maximum(size, _for_risk(risk, rules.weight_government)), books.bonds)

    left = weighted - rules.weight_firms * shrink - rules.weight_government * bonds
    issue = _capital_missing(rules, books, left, exposure - shrink - bonds)
    spread = settings.spread_for_shortfall * np.minimum(short, 1.0)
    return Instructions(excess <= PART_OF_A_CENT, spread, shrink, bonds, np.where(forced, issue, 0))


def may_distribute(rules: PrudentialSettings, books: BankBooks) -> BoolArray:
    """Return which banks may pay dividends: capital above minima and buffers, no liquidity minimum missed.

    Examples
    --------
    >>> books = BankBooks.of(reserves=[9, 10], retail_deposits=100, loans=50, common_equity=20)
    >>> may_distribute(PrudentialSettings(), books).tolist()
    [False, True]
    """
    short = np.maximum(capital_shortfall(rules, books, buffer=True), liquidity_shortfall(rules, books))
    sound: BoolArray = (short <= 0.0) & ~below_minimum(rules, books)
    return sound


def new_loans_at_most(rules: PrudentialSettings, settings: BehaviourSettings, books: BankBooks) -> IntArray:
    """Return what each bank may lend anew this month and meet the liquidity minima, minor units (n,).

    What is repaid may be lent again, and what liquid assets and stable funding bear beyond their minima. A bank
    below a minimum lends less than is repaid, so that loans shrink by what is missing, by at most ``run_off``.

    Examples
    --------
    >>> books = BankBooks.of(reserves=[10, 9, 0], retail_deposits=100, loans=50, repayments_due=2, common_equity=20)
    >>> rules = PrudentialSettings(inflow_loans=0.0)
    >>> new_loans_at_most(rules, BehaviourSettings(), books).tolist()
    [2, 1, 0]
    >>> new_loans_at_most(rules, BehaviourSettings(run_off=0.0), books).tolist()
    [2, 2, 2]
    """
    room = np.maximum(loan_room(rules, books), -settings.run_off * np.maximum(books.loans, 0))
    most: IntArray = np.floor(np.clip(books.repayments_due + room, 0.0, HUGE)).astype(np.int64)
    return most


def bonds_for_cash(needed: IntArray, bonds: IntArray, haircut: float) -> IntArray:
    """Return the bonds that banks sell today for reserves that they cannot borrow, minor units (n,).

    A bond sold brings its face and no longer secures an advance, so each frees the ``haircut`` of collateral alone.

    Examples
    --------
    >>> bonds_for_cash(np.array([0, 10, 10, 10]), np.array([900, 900, 100, 900]), 0.02).tolist()
    [0, 500, 100, 500]
    >>> bonds_for_cash(np.array([10]), np.array([900]), 0.0).tolist()
    [0]
    """
    if haircut <= 0.0:
        return np.zeros_like(bonds)
    return _whole(np.maximum(needed, 0) / haircut, bonds)


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


def _capital_missing(
    rules: PrudentialSettings, books: BankBooks, weighted: FloatArray, exposure: FloatArray
) -> IntArray:
    missing = rules.leverage * exposure - books.tier1
    for capital, minimum in capital_tests(rules, books):
        missing = np.maximum(missing, minimum * weighted - capital)
    needed: IntArray = np.ceil(np.maximum(missing, 0.0) - PART_OF_A_CENT).astype(np.int64)
    return needed


def _for_risk(excess: FloatArray, weight: float) -> FloatArray:
    """Return how much of an asset with ``weight`` sheds the ``excess``; none if its weight is zero."""
    return excess / weight if weight > 0.0 else np.zeros_like(excess)


def _whole(wanted: FloatArray, there: IntArray) -> IntArray:
    """Return ``wanted`` rounded up to whole minor units, at most what is ``there``."""
    whole = np.ceil(np.minimum(wanted, HUGE) - PART_OF_A_CENT).astype(np.int64)
    amount: IntArray = np.minimum(whole, np.maximum(there, 0))
    return amount
