"""The daily interbank market: banks that are short of reserves borrow overnight from banks they know.

At the end of a day the loans of yesterday are repaid with a day's interest; then each bank compares its reserves with
its target, and who is short asks its partners, the most trusted first. A bank that no partner serves is left to the
central bank: there is no anonymous market behind the relationships (Cocco, Gomes and Martins 2009; Afonso, Kovner and
Schoar 2011). Reserves below zero are covered for everybody before anyone fills up to its target.

* target = reserve ratio · deposits + 1.65 · standard deviation of a day's net outflow;
* rate = policy rate + 5 bp + 100 bp · PD of the borrower, inside the central bank's corridor;
* limit of a lender for one borrower = large-exposure limit · (1 - fear) · trust, trust = exp(-distrust).

Distrust rises when a bank defaults (`note_default`) or refuses, and fades by a share each day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray, IntArray
from ..ledger.chart import INTERBANK
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..ledger.ledger import Ledger
from .bank_slots import BankSlots, pay_either_way, reserves_of, slots_of
from .credit import grant, interest_on, repay
from .interbank_kernels import match_requests

if TYPE_CHECKING:
    import networkx as nx


class InterbankSettings(Parameters):
    """Targets, prices and trust; rates are annual fractions, trust is that of a day."""

    reserve_ratio: float = Field(0.02, ge=0.0, le=1.0, description="reserves wanted, share of deposits")
    outflow_deviations: float = Field(
        1.65, ge=0.0, le=10.0, description="reserves wanted on top, standard deviations of a day's net outflow"
    )
    base_spread: float = Field(0.0005, ge=0.0, le=0.1, description="rate above the policy rate without risk, a year")
    risk_spread: float = Field(0.01, ge=0.0, le=1.0, description="rate added for a certain default, a year")
    default_distrust: float = Field(1.0, ge=0.0, le=100.0, description="distrust of a bank that has defaulted")
    refusal_distrust: float = Field(0.1, ge=0.0, le=100.0, description="distrust of a partner that has refused")
    recovery: float = Field(0.05, ge=0.0, le=1.0, description="share of distrust that fades in a day")


@dataclass(frozen=True)
class Repayment:
    """What became of yesterday's loans: principal and interest paid, and contracts whose debtor is no working bank."""

    principal: int
    interest: int
    unpaid: IntArray


@dataclass(frozen=True)
class InterbankDay:
    """What the market did in a day.

    Parameters
    ----------
    volume, loans : int
        Lent, minor units, and to how many pairs.
    mean_rate : float
        Mean rate weighted by amounts, a year; nan where nothing was lent.
    asked, refused : int
        Pairs in which a partner with a surplus was asked, and those in which it lent nothing.
    needed, unmet : (banks,) int64
        What each bank lacked to its target, and what it still lacks.
    """

    volume: int
    loans: int
    mean_rate: float
    asked: int
    refused: int
    needed: IntArray
    unmet: IntArray


class InterbankMarket:
    """Relationships among bank slots, who distrusts whom, and the rates of the loans that are out.

    Parameters
    ----------
    settings : InterbankSettings
        Targets, prices and trust.
    relations : networkx.DiGraph or (banks, banks) bool
        Who may lend to whom, from creditor (row) to debtor (column); nodes are the slots 0, 1, 2, ...
    banks : int
        Number of slots.

    Attributes
    ----------
    known : (banks, banks) bool
        The relationships, lender by borrower; it may be changed between days.
    distrust : (banks, banks) float64
        Distrust that the bank of a row has of the bank of a column; 0 is full trust.
    """

    def __init__(self, settings: InterbankSettings, relations: nx.DiGraph[int] | BoolArray, banks: int) -> None:
        self.settings = settings
        self.known = relations_matrix(relations, banks)
        self.distrust: FloatArray = np.zeros((banks, banks))
        self.rates: dict[int, float] = {}

    # -- a day --------------------------------------------------------------------------------

    def repay(self, ledger: Ledger, banks: BankSlots, *, days: int = 1) -> Repayment:
        """Let working banks repay all that is out, with interest; their reserves may go below zero by it.

        Raises
        ------
        OutOfBounds
            When a contract has no rate, since it was not made here: tell it by `agree`.
        """
        numbers = ledger.contracts.of(INTERBANK)
        parts = ledger.contracts.rows[numbers]
        slots = slots_of(banks, parts[:, DEBTOR])
        works = (slots >= 0) & banks.open[slots]
        numbers, parts, unpaid = numbers[works], parts[works], numbers[~works]
        interest = interest_on(parts[:, AMOUNT], self.rates_of(numbers), days=days)
        pay_either_way(ledger, "interbank loan interest", parts[:, DEBTOR], parts[:, CREDITOR], interest)
        repay(ledger, numbers, parts[:, AMOUNT])
        self.rates = dict(zip(unpaid.tolist(), self.rates_of(unpaid).tolist(), strict=True))
        return Repayment(int(parts[:, AMOUNT].sum()), int(interest.sum()), unpaid)

    def lend(
        self,
        ledger: Ledger,
        banks: BankSlots,
        *,
        policy_rate: float,
        corridor: tuple[float, float],
        default_probability: FloatArray,
        exposure_limit: IntArray,
        fear: ArrayLike = 0.0,
    ) -> InterbankDay:
        """Let banks that are short borrow overnight from partners with a surplus, and post it.

        Parameters
        ----------
        policy_rate : float
            A year.
        corridor : (float, float)
            Rates of the central bank's deposit and lending facilities, which bound every rate.
        default_probability : (banks,)
            PD of each bank.
        exposure_limit : (banks,) int64
            What one borrower may owe a lender at most, minor units.
        fear : float or (banks,)
            Lenders' fear, 0 to 1; at 1 nobody lends.

        Raises
        ------
        OutOfBounds
            When the corridor is upside down, or a PD or fear is no number.
        """
        rate = self._quote(policy_rate, corridor, default_probability)
        limit = self._limits(exposure_limit, fear)
        surplus = np.where(banks.open, reserves_of(ledger, banks) - self.targets(ledger, banks), 0)
        loans, asked = np.zeros(self.known.shape, np.int64), np.zeros(self.known.shape, np.bool_)
        borrower, need = _requests(surplus, np.where(banks.open, reserves_of(ledger, banks), 0))
        match_requests(
            borrower, need, self._partners(banks), np.maximum(surplus, 0), limit - self.exposures(ledger, banks),
            loans, asked,
        )  # fmt: skip
        lenders, borrowers = np.nonzero(loans)
        amounts = loans[lenders, borrowers]
        if amounts.size:
            numbers = grant(ledger, banks.owners[lenders], banks.owners[borrowers], amounts, INTERBANK)
            self.agree(ledger, numbers, rate[borrowers], amounts)
        refused = asked & (loans == 0)
        self.distrust = (1.0 - self.settings.recovery) * self.distrust + self.settings.refusal_distrust * refused.T
        needed = np.maximum(-surplus, 0)
        volume = int(amounts.sum())
        mean = float((amounts * rate[borrowers]).sum() / volume) if volume else float("nan")
        return InterbankDay(volume, amounts.shape[0], mean, int(asked.sum()), int(refused.sum()), needed,
                            needed - loans.sum(axis=0))  # fmt: skip

    def targets(self, ledger: Ledger, banks: BankSlots) -> IntArray:
        """Return (banks,) reserves that each bank wants at the end of a day, minor units."""
        s = self.settings
        wanted = s.reserve_ratio * ledger.owed[banks.owners] + s.outflow_deviations * np.sqrt(banks.outflow_variance)
        return np.ceil(wanted).astype(np.int64)

    def exposures(self, ledger: Ledger, banks: BankSlots) -> IntArray:
        """Return (lender, borrower) what banks of today owe each other, minor units."""
        out = np.zeros(self.known.shape, np.int64)
        parts = ledger.contracts.rows[ledger.contracts.of(INTERBANK)]
        if parts.size:
            lender, borrower = slots_of(banks, parts[:, CREDITOR]), slots_of(banks, parts[:, DEBTOR])
            there = (lender >= 0) & (borrower >= 0)
            np.add.at(out, (lender[there], borrower[there]), parts[there, AMOUNT])
        return out

    # -- trust and rates ----------------------------------------------------------------------

    def note_default(self, slot: int) -> None:
        """Let all banks distrust one that has failed to pay; what its slot's successor gets is less for a while."""
        self.distrust[:, slot] += self.settings.default_distrust
        self.distrust[slot, slot] = 0.0

    def agree(self, ledger: Ledger, numbers: IntArray, rates: ArrayLike, amounts: IntArray) -> None:
        """Remember the rates of new loans; a contract that was out before gets the mean of old and new."""
        owed = ledger.contracts.rows[numbers, AMOUNT].tolist()
        new = np.broadcast_to(np.asarray(rates, np.float64), numbers.shape).tolist()
        for number, rate, amount, total in zip(numbers.tolist(), new, amounts.tolist(), owed, strict=True):
            share = amount / total if number in self.rates and total else 1.0
            self.rates[number] = share * rate + (1.0 - share) * self.rates.get(number, rate)

    def rates_of(self, numbers: IntArray) -> FloatArray:
        """Return (n,) the annual rates of contracts that are out."""
        strange = [number for number in numbers.tolist() if number not in self.rates]
        if strange:
            raise OutOfBounds("the rate of an interbank loan", f"unknown for contract {strange[0]}", "agree it first")
        return np.array([self.rates[number] for number in numbers.tolist()], np.float64)

    def _quote(self, policy_rate: float, corridor: tuple[float, float], default_probability: FloatArray) -> FloatArray:
        """Return (banks,) the rate at which each bank can borrow."""
        floor, ceiling = corridor
        if not floor <= ceiling:
            raise OutOfBounds("corridor", corridor, "give the lower rate first")
        if not np.isfinite(default_probability).all():
            raise OutOfBounds("default_probability", default_probability.tolist(), "give a number for each bank")
        quote = policy_rate + self.settings.base_spread + self.settings.risk_spread * default_probability
        return np.asarray(np.clip(quote, floor, ceiling), np.float64)

    def _limits(self, exposure_limit: IntArray, fear: ArrayLike) -> IntArray:
        """Return (lender, borrower) what a borrower may owe, minor units."""
        afraid = np.asarray(fear, np.float64)
        if not ((afraid >= 0.0) & (afraid <= 1.0)).all():
            raise OutOfBounds("fear", fear, "give a number from 0 to 1")
        calm = np.maximum(exposure_limit, 0) * (1.0 - afraid)
        return np.asarray(np.floor(calm[:, None] * np.exp(-self.distrust)), np.int64)

    def _partners(self, banks: BankSlots) -> IntArray:
        """Return (banks, banks) whom each bank asks, trust between both first, then the lower slot, closed by -1."""
        known = self.known.T & banks.open
        distrust = np.where(known, self.distrust + self.distrust.T, np.inf)
        order = np.argsort(distrust, axis=1, kind="stable")
        return np.where(np.take_along_axis(known, order, axis=1), order, -1)

    # -- memory -------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the market."""
        numbers = sorted(self.rates)
        return {
            "known": self.known.copy(),
            "distrust": self.distrust.copy(),
            "contracts": np.array(numbers, np.int64),
            "rates": np.array([self.rates[number] for number in numbers], np.float64),
        }, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.known, self.distrust = np.array(arrays["known"], np.bool_), np.array(arrays["distrust"], np.float64)
        self.rates = dict(zip(arrays["contracts"].tolist(), arrays["rates"].tolist(), strict=True))


def relations_matrix(relations: nx.DiGraph[int] | BoolArray, banks: int) -> BoolArray:
    """Return (banks, banks) who may lend to whom; nobody lends to itself.

    Raises
    ------
    OutOfBounds
        When the graph or matrix is of another number of banks.

    Examples
    --------
    >>> import networkx as nx
    >>> relations_matrix(nx.DiGraph([(0, 1)]), 2).tolist()
    [[False, True], [False, False]]
    """
    known = np.zeros((banks, banks), np.bool_)
    if isinstance(relations, np.ndarray):
        if relations.shape != known.shape:
            raise OutOfBounds("the shape of relations", relations.shape, f"{known.shape} is due, one row a lender")
        known[:] = relations
    else:
        strange = [node for node in relations if node not in range(banks)]
        if strange:
            raise OutOfBounds("a node of the interbank network", strange[0], f"nodes are the slots 0 to {banks - 1}")
        for lender, borrower in relations.edges:
            known[lender, borrower] = True
    np.fill_diagonal(known, False)
    return known


def _requests(surplus: IntArray, reserves: IntArray) -> tuple[IntArray, IntArray]:
    """Return (borrower, need): first to cover reserves below zero, then up to the target; larger needs first."""
    overdrawn = np.maximum(-reserves, 0)
    below = np.maximum(-surplus, 0) - overdrawn
    slots, needs = [], []
    for need in (overdrawn, below):
        order = np.argsort(-need, kind="stable")
        order = order[need[order] > 0]
        slots.append(order)
        needs.append(need[order])
    return np.concatenate(slots), np.concatenate(needs)
