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

    A contract is repaid by lowering its amount and drawn again by raising it; row numbers are never
    reused. ``claims`` and ``debts`` (instruments, owners) are what every owner is owed and owes.

    Examples
    --------
    >>> contracts = Contracts()
    >>> number = contracts.open(creditor=1, debtor=2, instrument=0, amount=500)
    >>> contracts.lower(number, 200)
    >>> int(contracts.rows[number, AMOUNT]), int(contracts.claims[0, 1]), int(contracts.debts[0, 2])
    (300, 300, 300)
    """

    def __init__(self) -> None:
        self.size = 0
        self._data: IntArray = np.zeros((8, 5), np.int64)
        self._standing: dict[tuple[int, int, int], int] = {}
        self.claims: IntArray = np.zeros((0, 16), np.int64)
        self.debts: IntArray = np.zeros((0, 16), np.int64)

    @property
    def rows(self) -> IntArray:
        """All contracts (n, 5)."""
        return self._data[: self.size]

    def open(self, *, creditor: OwnerId, debtor: OwnerId, instrument: int, amount: int, due: int = NO_DATE) -> int:
        """Add a contract and return its number."""
        if amount <= 0:
            raise ValueError(f"contract amount is {amount}; give a positive integer")
        number = self._append(creditor, debtor, instrument, due)
        self.change(np.array([number]), np.array([amount]))
        return number

    def standing(self, instrument: int, creditors: object, debtors: object) -> IntArray:
        """Return the numbers of the running contracts between pairs, opening empty ones where there are none."""
        who, whom = np.broadcast_arrays(np.atleast_1d(np.asarray(creditors)), np.atleast_1d(np.asarray(debtors)))
        numbers = np.empty(who.shape[0], np.int64)
        for i, pair in enumerate(zip(who.tolist(), whom.tolist(), strict=True)):
            number = self._standing.get((instrument, *pair))
            numbers[i] = self._append(*pair, instrument, NO_DATE) if number is None else number
        return numbers

    def _append(self, creditor: OwnerId, debtor: OwnerId, instrument: int, due: int) -> int:
        if self.size == self._data.shape[0]:
            self._data = np.concatenate([self._data, np.zeros_like(self._data)])
        number = self.size
        self._data[number] = creditor, debtor, instrument, 0, due
        self.size += 1
        self._standing[instrument, creditor, debtor] = number
        self._reach(instrument, max(creditor, debtor))
        return number

    def change(self, numbers: IntArray, amounts: IntArray) -> None:
        """Raise (or, below zero, lower) what contracts owe; a number may come twice."""
        np.add.at(self._data[:, AMOUNT], numbers, amounts)
        rows = self._data[numbers]
        np.add.at(self.claims, (rows[:, INSTRUMENT], rows[:, CREDITOR]), amounts)
        np.add.at(self.debts, (rows[:, INSTRUMENT], rows[:, DEBTOR]), amounts)

    def lower(self, number: int, amount: int) -> None:
        """Repay or write off ``amount`` of contract ``number``."""
        owed = int(self.rows[number, AMOUNT])
        if not 0 < amount <= owed:
            raise ValueError(f"contract {number} owes {owed}; it cannot be lowered by {amount}")
        self.change(np.array([number]), np.array([-amount]))

    def assign(self, number: int, *, creditor: OwnerId | None = None, debtor: OwnerId | None = None) -> None:
        """Let a contract have another creditor or debtor; its number stays."""
        old = self._data[number].tolist()
        new = list(old)
        new[CREDITOR] = old[CREDITOR] if creditor is None else creditor
        new[DEBTOR] = old[DEBTOR] if debtor is None else debtor
        if self._standing.get((old[INSTRUMENT], old[CREDITOR], old[DEBTOR])) == number:
            del self._standing[old[INSTRUMENT], old[CREDITOR], old[DEBTOR]]
        self._reach(old[INSTRUMENT], max(new[CREDITOR], new[DEBTOR]))
        amounts, numbers = np.array([old[AMOUNT]]), np.array([number])
        self.change(numbers, -amounts)
        self._data[number, [CREDITOR, DEBTOR]] = new[CREDITOR], new[DEBTOR]
        self.change(numbers, amounts)
        self._standing.setdefault((old[INSTRUMENT], new[CREDITOR], new[DEBTOR]), number)

    def of(self, instrument: int, *, creditor: OwnerId | None = None, debtor: OwnerId | None = None) -> IntArray:
        """Return the numbers of contracts in an instrument that still owe something, in order."""
        rows = self.rows
        wanted = (rows[:, INSTRUMENT] == instrument) & (rows[:, AMOUNT] > 0)
        if creditor is not None:
            wanted &= rows[:, CREDITOR] == creditor
        if debtor is not None:
            wanted &= rows[:, DEBTOR] == debtor
        return np.flatnonzero(wanted)

    def _reach(self, instrument: int, owner: OwnerId) -> None:
        """Let the totals have a place for an instrument and an owner."""
        instruments, owners = self.claims.shape
        if instrument >= instruments or owner >= owners:
            shape = (max(instruments, instrument + 1), owners if owner < owners else max(owner + 1, 2 * owners))
            for name in ("claims", "debts"):
                grown = np.zeros(shape, np.int64)
                grown[:instruments, :owners] = getattr(self, name)
                setattr(self, name, grown)

    def make_room(self, instruments: int, owners: int) -> None:
        """Let the totals reach to so many instruments and owners, so that they can be read for any of them."""
        if instruments and owners:
            self._reach(instruments - 1, owners - 1)

    def state(self) -> dict[str, Any]:
        """Return arrays from which `restore` rebuilds the contracts."""
        standing = np.array(sorted(self._standing.values()), np.int64)
        return {"contracts": self.rows.copy(), "contracts_standing": standing}

    def restore(self, arrays: Mapping[str, Any]) -> None:
        """Take the state returned by `state`; totals are counted again."""
        rows = np.array(arrays["contracts"], np.int64).reshape(-1, 5)
        self.size, self._standing = 0, {}
        self.claims[:], self.debts[:] = 0, 0
        for creditor, debtor, instrument, _amount, due in rows.tolist():
            self._append(creditor, debtor, instrument, due)
        self._standing = {
            (int(rows[number, INSTRUMENT]), int(rows[number, CREDITOR]), int(rows[number, DEBTOR])): number
            for number in np.asarray(arrays["contracts_standing"], np.int64).tolist()
        }
        self.change(np.arange(self.size), rows[:, AMOUNT])
