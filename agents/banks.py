"""Banks: what stands on their balance sheets, what they charge, pay out and remember, one row a bank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray, IntArray, OwnerId
from ..ledger.chart import ADVANCE, BOND, INTERBANK, LOAN, MARGIN_LOAN, RESERVES
from ..ledger.ledger import Ledger
from ..policies.bank_behaviour import BehaviourSettings, Instructions, behaviour, may_distribute
from ..policies.last_resort import LenderOfLastResort, borrowing_limit
from ..policies.prudential import (
    BankBooks,
    PrudentialSettings,
    capital_ratio,
    capital_shortfall,
    leverage_ratio,
    risk_weighted_assets,
)

UNKNOWN = -(2**62)


class BankSettings(Parameters):
    """How many banks there are and how they price and pay."""

    number: int = Field(10, ge=1, le=1_000, description="commercial banks")
    size_exponent: float = Field(0.7, ge=0.0, le=3.0, description="customers of the k-th bank fall as k to minus this")
    loan_spread: float = Field(0.02, ge=0.0, le=0.5, description="loan rate above the policy rate, a year")
    deposit_spread: float = Field(0.01, ge=0.0, le=0.5, description="deposit rate below the policy rate, a year")
    payout_above: float = Field(0.13, ge=0.0, le=1.0, description="capital ratio above which equity is paid out")
    payout_share: float = Field(0.20, ge=0.0, le=1.0, description="share of the equity above it paid out in a month")
    default_at: float = Field(0.06, ge=0.0, le=1.0, description="capital ratio at which default is as likely as not")
    default_slope: float = Field(60.0, ge=0.0, le=1e4, description="how fast default gets likelier below, log odds")
    outflow_memory: float = Field(0.94, ge=0.0, lt=1.0, description="weight of the past in the variance of outflows")


class Banks:
    """The banks of an economy: a slot keeps its row for life; a successor takes the slot with an owner id of its own.

    Attributes
    ----------
    owners : (banks,) int64
        Owner id of the bank in each slot.
    open, lending : (banks,) bool
        Whether the slot holds a working bank, and whether it makes new loans.
    loan_rate, deposit_rate, extra_spread : (banks,) float64
        Rates a year; ``extra_spread`` is what a shortage of capital or liquidity adds to the loan rate.
    dividend_year : (banks,) float64
        Exponential average of dividends paid in a year, minor units.
    outflow_variance : (banks,) float64
        Exponential average of squared daily net outflows of reserves, minor units squared.
    closing_reserves : (banks,) int64
        Reserves when the last day was closed, minor units.
    interest_carried : (banks,) float64
        Interest on reserves earned and not yet paid, a fraction of a minor unit.
    planning : (banks,) bool
        Whether supervisors demand a capital plan.
    """

    columns = (
        "open", "dividend_year", "loan_rate", "deposit_rate", "lending", "failures", "extra_spread",
        "outflow_variance", "closing_reserves", "interest_carried", "planning",
    )  # fmt: skip

    def __init__(self, settings: BankSettings, owners: range) -> None:
        self.settings = settings
        self.owners: IntArray = np.array(owners, np.int64)
        count = len(owners)
        self.open: BoolArray = np.ones(count, np.bool_)
        self.lending: BoolArray = np.ones(count, np.bool_)
        self.dividend_year: FloatArray = np.zeros(count)
        self.loan_rate: FloatArray = np.zeros(count)
        self.deposit_rate: FloatArray = np.zeros(count)
        self.failures: IntArray = np.zeros(count, np.int64)
        self.extra_spread: FloatArray = np.zeros(count)
        self.outflow_variance: FloatArray = np.zeros(count)
        self.closing_reserves: IntArray = np.full(count, UNKNOWN, np.int64)
        self.interest_carried: FloatArray = np.zeros(count)
        self.planning: BoolArray = np.zeros(count, np.bool_)

    @property
    def size(self) -> int:
        """Number of slots."""
        return int(self.owners.shape[0])

    def slot_of(self, owner: OwnerId) -> int:
        """Return the slot of a bank by its owner id."""
        return int(np.flatnonzero(self.owners == owner)[0])

    def succeed(self, slot: int, owner: OwnerId) -> None:
        """Let a new bank take a slot: it is open, lends, and remembers nothing of the old one but its rates."""
        self.owners[slot], self.open[slot], self.lending[slot] = owner, True, True
        for name in ("dividend_year", "extra_spread", "outflow_variance", "interest_carried"):
            getattr(self, name)[slot] = 0.0
        self.closing_reserves[slot] = UNKNOWN

    # -- balance sheets -----------------------------------------------------------------------

    def reserves(self, ledger: Ledger) -> IntArray:
        """Return (banks,) reserves at the central bank; negative within a day."""
        return np.asarray(ledger.holdings[self.owners, RESERVES, 0])

    def bonds(self, ledger: Ledger) -> IntArray:
        """Return (banks,) government bonds at face."""
        return ledger.owned(BOND, self.owners)

    def claims(self, ledger: Ledger, instrument: int) -> IntArray:
        """Return (banks,) what is owed to each bank in a kind of loan."""
        return np.asarray(ledger.contracts.claims[instrument, self.owners])

    def debts(self, ledger: Ledger, instrument: int) -> IntArray:
        """Return (banks,) what each bank owes in a kind of loan."""
        return np.asarray(ledger.contracts.debts[instrument, self.owners])

    def deposits(self, ledger: Ledger) -> IntArray:
        """Return (banks,) what each bank owes its customers."""
        return np.asarray(ledger.owed[self.owners])

    def equity(self, ledger: Ledger) -> IntArray:
        """Return (banks,) book equity: all assets minus all liabilities, minor units."""
        assets = self.reserves(ledger) + self.bonds(ledger)
        for kind in (LOAN, MARGIN_LOAN, INTERBANK):
            assets = assets + self.claims(ledger, kind)
        return assets - self.deposits(ledger) - self.debts(ledger, INTERBANK) - self.debts(ledger, ADVANCE)

    def books(self, ledger: Ledger, **deposits: IntArray) -> BankBooks:
        """Return the balance sheets as a supervisor reads them; all equity is common equity.

        Capital ratios need nothing more. Liquidity ratios need ``insured_deposits``, ``retail_deposits``,
        ``corporate_deposits`` and ``repayments_due``, which `bank_liquidity.liquidity_books` counts.
        """
        return BankBooks.of(
            reserves=self.reserves(ledger), bonds=self.bonds(ledger), loans=self.claims(ledger, LOAN),
            margin_loans=self.claims(ledger, MARGIN_LOAN), interbank_loans=self.claims(ledger, INTERBANK),
            interbank_debt=self.debts(ledger, INTERBANK), advances=self.debts(ledger, ADVANCE),
            common_equity=self.equity(ledger), **deposits,
        )  # fmt: skip

    # -- ratios -------------------------------------------------------------------------------

    def risk_weighted_assets(self, ledger: Ledger, rules: PrudentialSettings) -> FloatArray:
        """Return (banks,) assets times their risk weights, minor units."""
        return risk_weighted_assets(rules, self.books(ledger))

    def capital_ratio(self, ledger: Ledger, rules: PrudentialSettings) -> FloatArray:
        """Return (banks,) book equity over risk-weighted assets."""
        return capital_ratio(self.equity(ledger), self.risk_weighted_assets(ledger, rules))

    def leverage_ratio(self, ledger: Ledger) -> FloatArray:
        """Return (banks,) book equity over all assets."""
        return leverage_ratio(self.books(ledger))

    def default_probability(self, ledger: Ledger, rules: PrudentialSettings) -> FloatArray:
        """Return (banks,) the probability of default that others read from the capital ratio.

        PD = 1 / (1 + exp(60 (CAR - 6 %)))
        """
        return probability_of_default(self.settings, self.capital_ratio(ledger, rules))

    def may_lend(self, ledger: Ledger, rules: PrudentialSettings) -> BoolArray:
        """Return (banks,) who may make new loans: open, lending, and every capital ratio above minimum and buffer.

        With the minima of Basel III that is a ratio of 8 % and the buffer.
        """
        return self.open & self.lending & (capital_shortfall(rules, self.books(ledger), buffer=True) <= 0.0)

    def exposure_limit(self, ledger: Ledger, rules: PrudentialSettings) -> IntArray:
        """Return (banks,) what one counterparty may owe at most: 25 % of tier 1 capital, minor units."""
        return np.floor(rules.large_exposure * np.maximum(self.equity(ledger), 0)).astype(np.int64)

    def advance_limit(self, ledger: Ledger, terms: LenderOfLastResort, *, haircut: float = 0.0) -> IntArray:
        """Return (banks,) what each bank may owe the central bank against its bonds and loans to firms, minor units.

        Parameters
        ----------
        haircut : float
            Added to the haircuts of ``terms`` in times of stress; together they are at most 1.
        """
        if not 0.0 <= haircut <= 1.0:
            raise OutOfBounds("haircut", haircut, "give a number between 0 and 1")
        if haircut:
            terms = terms.replaced({
                "haircut_bonds": min(1.0, terms.haircut_bonds + haircut),
                "haircut_loans": min(1.0, terms.haircut_loans + haircut),
            })  # fmt: skip
        return borrowing_limit(terms, self.bonds(ledger), self.claims(ledger, LOAN))

    # -- conduct ------------------------------------------------------------------------------

    def set_rates(self, policy_rate: float) -> None:
        """Price loans and deposits: i + spread + what capital or liquidity is short, and max(0, i - spread)."""
        self.loan_rate[:] = policy_rate + self.settings.loan_spread + self.extra_spread
        self.deposit_rate[:] = max(0.0, policy_rate - self.settings.deposit_spread)

    def heed(self, rules: PrudentialSettings, settings: BehaviourSettings, books: BankBooks) -> Instructions:
        """Read the books against the rules: set ``extra_spread`` and ``lending``, and return what else is wished.

        The ``books`` tell deposits apart (`bank_liquidity.liquidity_books`), or funding looks unstable. Bonds to sell
        and capital to raise are wishes; the caller sells and issues. Closed slots wish nothing. Rates follow with the
        next `set_rates`; loans shrink as `bank_behaviour.new_loans_at_most` says when they are next asked for.
        """
        told = behaviour(rules, settings, books)
        self.extra_spread = np.where(self.open, told.extra_spread, 0.0)
        self.lending = self.open & told.lending
        amounts = (told.shrink_loans, told.sell_bonds, told.rights_issue)
        return Instructions(self.lending.copy(), self.extra_spread.copy(),
                            *(np.where(self.open, amount, 0) for amount in amounts))  # fmt: skip

    def dividends_payable(self, rules: PrudentialSettings, books: BankBooks) -> IntArray:
        """Return (banks,) this month's dividend: a share of the equity above 13 % of risk-weighted assets.

        Nothing is paid inside the buffer or below a liquidity minimum, nor what the leverage ratio needs. The
        ``books`` tell deposits apart (`bank_liquidity.liquidity_books`).
        """
        needed = np.maximum(
            self.settings.payout_above * risk_weighted_assets(rules, books), rules.leverage * books.exposure
        )
        payable = np.floor(self.settings.payout_share * np.maximum(books.common_equity - needed, 0.0))
        return np.where(self.open & may_distribute(rules, books), payable, 0.0).astype(np.int64)

    def by_owner(self, ledger: Ledger, column: FloatArray, *, others: float = 0.0) -> FloatArray:
        """Return (owners,) a column of banks by owner id, ``others`` for who is no bank."""
        out = np.full(ledger.owners.size, others)
        out[self.owners] = column
        return out

    # -- a day's memory -----------------------------------------------------------------------

    def note_outflow(self, ledger: Ledger) -> IntArray:
        """Learn from the reserves that left since the day before was closed; return them, (banks,) minor units."""
        known = self.open & (self.closing_reserves != UNKNOWN)
        outflow = np.where(known, self.closing_reserves - self.reserves(ledger), 0)
        memory = self.settings.outflow_memory
        learnt = memory * self.outflow_variance + (1.0 - memory) * outflow.astype(np.float64) ** 2
        self.outflow_variance = np.where(known, learnt, self.outflow_variance)
        return outflow

    def close_day(self, ledger: Ledger) -> None:
        """Remember the reserves with which the day ends."""
        self.closing_reserves = self.reserves(ledger).copy()

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the banks."""
        return {"owners": self.owners.copy()} | {name: getattr(self, name).copy() for name in self.columns}, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        for name in ("owners", *self.columns):
            setattr(self, name, np.array(arrays[name]))


def probability_of_default(settings: BankSettings, capital_ratios: FloatArray) -> FloatArray:
    """Return the probability of default that goes with capital ratios, PD = 1 / (1 + exp(60 (CAR - 6 %))).

    Examples
    --------
    >>> probability_of_default(BankSettings(), np.array([-np.inf, 0.06, 0.105, np.inf])).round(4).tolist()
    [1.0, 0.5, 0.063, 0.0]
    """
    odds = np.clip(settings.default_slope * (np.asarray(capital_ratios) - settings.default_at), -700.0, 700.0)
    return np.asarray(1.0 / (1.0 + np.exp(odds)), np.float64)
