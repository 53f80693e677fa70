"""What the money markets know of banks: one slot a bank, its owner id, and what it remembers from day to day.

`agents.banks.Banks` is such a thing; tests and replications may bring a simpler one.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ..core.units import BoolArray, FloatArray, IntArray
from ..ledger.chart import RESERVES
from ..ledger.ledger import Ledger
from ..ledger.posting import FREE


class BankSlots(Protocol):
    """Banks as the interbank market and the central bank's facilities see them, all arrays (banks,).

    Attributes
    ----------
    owners : int64
        Owner id of the bank in each slot.
    open : bool
        Whether the slot holds a working bank.
    outflow_variance : float64
        Expected square of a day's net outflow of reserves, minor units squared.
    interest_carried : float64
        Part of a minor unit of interest on reserves that was earned and not yet paid.
    """

    owners: IntArray
    open: BoolArray
    outflow_variance: FloatArray
    interest_carried: FloatArray


def slots_of(banks: BankSlots, owners: IntArray) -> IntArray:
    """Return (n,) the slot of each owner, -1 where it is no bank of today.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> slots_of(SimpleNamespace(owners=np.array([7, 3])), np.array([3, 5, 7])).tolist()
    [1, -1, 0]
    """
    order = np.argsort(banks.owners, kind="stable")
    place = order[np.minimum(np.searchsorted(banks.owners, owners, sorter=order), order.shape[0] - 1)]
    return np.where(banks.owners[place] == owners, place, -1)


def reserves_of(ledger: Ledger, banks: BankSlots) -> IntArray:
    """Return (banks,) reserves at the central bank, minor units; negative within a day."""
    return np.asarray(ledger.holdings[banks.owners, RESERVES, FREE])


def pay_either_way(ledger: Ledger, kind: str, payer: object, payee: object, amount: IntArray) -> None:
    """Pay amounts from payer to payee, and those below 0 the other way: interest at a negative rate."""
    if amount.any():
        payers, payees = np.broadcast_to(payer, amount.shape), np.broadcast_to(payee, amount.shape)  # type: ignore[call-overload]
        back = amount < 0
        ledger.pay(kind, payer=np.where(back, payees, payers), payee=np.where(back, payers, payees),
                   amount=np.abs(amount))  # fmt: skip
