"""The central bank's facilities at day end: advances against collateral, and interest on reserves.

Banks repay yesterday's advances first, whatever they hold. After the interbank market who is still below zero borrows
again, at a penalty and up to the value of its collateral (Bagehot 1873; terms in `policies.last_resort`). A bank whose
collateral does not suffice borrows what it can and is *illiquid*: it cannot settle the day and is for resolution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.units import TRADING_DAYS_PER_YEAR, IntArray, OwnerId
from ..ledger.chart import ADVANCE
from ..ledger.contracts import AMOUNT, DEBTOR
from ..ledger.ledger import Ledger
from .bank_slots import BankSlots, pay_either_way, reserves_of, slots_of
from .credit import grant, interest_on, repay


@dataclass(frozen=True)
class Cover:
    """What the central bank lent to each slot (banks,), minor units, and the slots that stay below zero."""

    advances: IntArray
    illiquid: IntArray


def repay_advances(
    ledger: Ledger, banks: BankSlots, rate: float, *, central_bank: OwnerId, days: int = 1
) -> tuple[int, int]:
    """Let working banks repay their advances with interest; return (principal, interest), minor units.

    Their reserves may go below zero by it; what a failed bank owes is left to resolution.

    Parameters
    ----------
    rate : float
        Annual rate of the lending facility when the advances were given; it is one for all banks.
    """
    numbers = ledger.contracts.of(ADVANCE, creditor=central_bank)
    parts = ledger.contracts.rows[numbers]
    slots = slots_of(banks, parts[:, DEBTOR])
    works = (slots >= 0) & banks.open[slots]
    numbers, parts = numbers[works], parts[works]
    interest = interest_on(parts[:, AMOUNT], rate, days=days)
    pay_either_way(ledger, "advance interest", parts[:, DEBTOR], central_bank, interest)
    repay(ledger, numbers, parts[:, AMOUNT])
    return int(parts[:, AMOUNT].sum()), int(interest.sum())


def cover_shortfalls(ledger: Ledger, banks: BankSlots, limit: IntArray, *, central_bank: OwnerId) -> Cover:
    """Let working banks with reserves below zero borrow overnight from the central bank what they lack, if they can.

    Parameters
    ----------
    limit : (banks,) int64
        What each bank may owe against all its collateral after haircuts, minor units; what it owes already counts.
    """
    short = np.maximum(-reserves_of(ledger, banks), 0)
    room = np.maximum(limit - ledger.contracts.debts[ADVANCE, banks.owners], 0)
    advances = np.where(banks.open, np.minimum(short, room), 0)
    slots = np.flatnonzero(advances)
    if slots.size:
        grant(ledger, central_bank, banks.owners[slots], advances[slots], ADVANCE)
    return Cover(advances, np.flatnonzero(reserves_of(ledger, banks) < 0))


def remunerate_reserves(
    ledger: Ledger, banks: BankSlots, rate: float, *, central_bank: OwnerId, days: int = 1
) -> IntArray:
    """Let the central bank pay interest on reserves; return what each bank got, (banks,) minor units.

    What is earned is summed up exactly and paid in whole minor units; the fraction is carried to the next day, so
    that rounding never drifts. At a negative rate banks pay, at most the reserves they have.
    """
    reserves = np.maximum(reserves_of(ledger, banks), 0)
    earned = banks.interest_carried + np.where(banks.open, reserves, 0) * (rate * days / TRADING_DAYS_PER_YEAR)
    paid = np.where(banks.open, np.maximum(np.rint(earned).astype(np.int64), -reserves), 0)
    banks.interest_carried[:] = earned - paid
    pay_either_way(ledger, "interest on reserves", central_bank, banks.owners, paid)
    return paid
