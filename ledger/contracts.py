"""Contracts: claims between two owners that are not held in accounts (bonds, loans, stock loans)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.units import IntArray, OwnerId

CREDITOR, DEBTOR, INSTRUMENT, AMOUNT, DUE = range(5)
NO_DATE = -1


class Contracts:
    """Append-only rows (creditor, debtor, instrument, amount, due) with running totals per owner.

    A contract is repaid by lowering its amount; row numbers are never reused.

    Examples
    --------
    >>> contracts = Contracts()
    >>> number = contracts.open(creditor=1, debtor=2, instrument=0, amount=500)
    >>> contracts.lower(number, 200)
    >>> int(contracts.rows[number, AMOUNT])
    300
    """

    def __init__(self) -> None:
        self.size = 0
        self._data: IntArray = np.zeros((8, 5), np.int64)
        self.claims: dict[OwnerId, int] = {}
        self.debts: dict[OwnerId, int] = {}

    @property
    def rows(self) -> IntArray:
        """All contracts (n, 5)."""
        return self._data[: self.size]

    def open(self, *, creditor: OwnerId, debtor: OwnerId, instrument: int, amount: int, due: int = NO_DATE) -> int:
        """Add a contract and return its number."""
        if amount <= 0:
            raise ValueError(f"contract amount is {amount}; give a positive integer")
        if self.size == self._data.shape[0]:
            self._data = np.concatenate([self._data, np.zeros_like(self._data)])
        self._data[self.size] = creditor, debtor, instrument, amount, due
        self.size += 1
        self._total(creditor, debtor, amount)
        return self.size - 1

    def lower(self, number: int, amount: int) -> None:
        """Repay or write off ``amount`` of contract ``number``."""
        owed = int(self.rows[number, AMOUNT])
        if not 0 < amount <= owed:
            raise ValueError(f"contract {number} owes {owed}; it cannot be lowered by {amount}")
        self.rows[number, AMOUNT] = owed - amount
        self._total(int(self.rows[number, CREDITOR]), int(self.rows[number, DEBTOR]), -amount)

    def _total(self, creditor: OwnerId, debtor: OwnerId, amount: int) -> None:
        self.claims[creditor] = self.claims.get(creditor, 0) + amount
        self.debts[debtor] = self.debts.get(debtor, 0) + amount

    def state(self) -> dict[str, Any]:
        """Return arrays from which `restore` rebuilds the contracts."""
        return {"contracts": self.rows.copy()}

    def restore(self, arrays: Mapping[str, Any]) -> None:
        """Take the state returned by `state`; totals are counted again."""
        self._data = np.array(arrays["contracts"], np.int64).reshape(-1, 5)
        self.size = self._data.shape[0]
        if self.size == 0:
            self._data = np.zeros((8, 5), np.int64)
        self.claims, self.debts = {}, {}
        for row in self.rows.tolist():
            self._total(row[CREDITOR], row[DEBTOR], row[AMOUNT])
