"""Banks: what stands on their balance sheets, one row a bank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray, IntArray, OwnerId
from ..ledger.chart import ADVANCE, BOND, INTERBANK, LOAN, MARGIN_LOAN, RESERVES
from ..ledger.ledger import Ledger


class BankSettings(Parameters):
    """How many banks there are and how they price and pay."""

    number: int = Field(10, ge=1, le=1_000, description="commercial banks")
    size_exponent: float = Field(0.7, ge=0.0, le=3.0, description="customers of the k-th bank fall as k to minus this")
    loan_spread: float = Field(0.02, ge=0.0, le=0.5, description="loan rate above the policy rate, a year")
    deposit_spread: float = Field(0.01, ge=0.0, le=0.5, description="deposit rate below the policy rate, a year")
    payout_above: float = Field(0.13, ge=0.0, le=1.0, description="capital ratio above which equity is paid out")
    payout_share: float = Field(0.20, ge=0.0, le=1.0, description="share of the equity above it paid out in a month")


class Banks:
    """The banks of an economy: a slot keeps its row for life; a successor takes the slot with an owner id of its own.

    Attributes
    ----------
    owners : (banks,) int64
        Owner id of the bank in each slot.
    open : (banks,) bool
        Whether the slot holds a working bank.
    dividend_year : (banks,) float64
        Exponential average of dividends paid in a year, minor units.
    """

    columns = ("open", "dividend_year", "loan_rate", "deposit_rate", "lending", "failures")

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

    @property
    def size(self) -> int:
        """Number of slots."""
        return int(self.owners.shape[0])

    def slot_of(self, owner: OwnerId) -> int:
        """Return the slot of a bank by its owner id."""
        return int(np.flatnonzero(self.owners == owner)[0])

    def reserves(self, ledger: Ledger) -> IntArray:
        """Return (banks,) reserves at the central bank; negative within a day."""
        return np.asarray(ledger.holdings[self.owners, RESERVES, 0])

    def bonds(self, ledger: Ledger) -> IntArray:
        """Return (banks,) government bonds at face."""
        return np.asarray(ledger.holdings[self.owners, BOND].sum(axis=1))

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

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the banks."""
        return {"owners": self.owners.copy()} | {name: getattr(self, name).copy() for name in self.columns}, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        for name in ("owners", *self.columns):
            setattr(self, name, np.array(arrays[name]))
