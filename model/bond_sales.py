"""Bonds that banks sell: to get smaller when capital is short, and for reserves that they cannot borrow.

Bonds fetch their face, as all bonds of this economy do; they go to banks with spare reserves and to households within
a fifth of their cash, and what nobody can pay stays with the seller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.units import IntArray
from ..ledger.chart import ADVANCE, BOND
from ..markets.bank_slots import slots_of
from ..policies.bank_behaviour import bonds_for_cash
from .closed_economy import ClosedEconomy
from .lending import split

if TYPE_CHECKING:
    from .economy import Economy

SALE = "asset sale"


def sell_to_shrink(economy: Economy, c: ClosedEconomy, wished: IntArray) -> int:
    """Sell (banks,) bonds to households: their deposits pay, so that banks get smaller; return what was sold."""
    return sum(
        _sell(economy, int(c.banks.owners[slot]), c.households.owners, _wallets(economy, c), int(wished[slot]))
        for slot in np.flatnonzero(wished > 0).tolist()
    )


def sell_for_cash(economy: Economy, c: ClosedEconomy, limit: IntArray) -> int:
    """Sell bonds of banks that are short of reserves beyond what they can borrow; return what was sold.

    Other banks buy from their spare reserves, then customers of other banks that can settle what these pay; customers
    of one's own bring no reserves.

    Parameters
    ----------
    limit : (banks,) int64
        What each bank may owe the central bank, minor units; what it owes already counts.
    """
    ledger, banks = economy.ledger, c.banks
    free = np.maximum(limit - banks.debts(ledger, ADVANCE), 0)
    needed = np.where(banks.open, -banks.reserves(ledger) - free, 0)
    wished = bonds_for_cash(needed, banks.bonds(ledger), economy.settings.last_resort.haircut_bonds)
    sold = 0
    for slot in np.flatnonzero(wished > 0).tolist():
        seller, wish = int(banks.owners[slot]), int(wished[slot])
        others = banks.open & (banks.owners != seller)
        spare = np.maximum(banks.reserves(ledger) - 2 * banks.deposits(ledger) // 100, 0)
        part = _sell(economy, seller, banks.owners, np.where(others, spare, 0), wish)
        able = np.where(others, np.maximum(banks.reserves(ledger) + free, 0), 0)
        part += _sell(economy, seller, c.households.owners, _settled(economy, c, able), wish - part)
        economy.recorder.note_event("bonds_sold", owner=seller, wished=wish, amount=part)
        sold += part
    return sold


def _settled(economy: Economy, c: ClosedEconomy, able: IntArray) -> IntArray:
    """Return (households,) what each can spend on bonds so that (banks,) house banks settle it with what they have."""
    wallets = _wallets(economy, c)
    slots = slots_of(c.banks, economy.ledger.owners.column("house_bank")[c.households.owners])
    for slot in range(c.banks.size):
        mine = slots == slot
        wallets[mine] = split(min(int(able[slot]), int(wallets[mine].sum())), wallets[mine])
    wallets[slots < 0] = 0
    return wallets


def _wallets(economy: Economy, c: ClosedEconomy) -> IntArray:
    """Return (households,) what each spends on bonds at most: a fifth of its cash, minor units."""
    return np.asarray(economy.ledger.holdings[c.households.slice(), economy.ledger.money, 0] // 5)


def _sell(economy: Economy, seller: int, buyers: IntArray, room: IntArray, amount: int) -> int:
    """Post the sale at face, in proportion to what each buyer can pay; return how much was sold."""
    part = split(min(amount, int(room.sum())), room)
    some = part > 0
    if some.any():
        economy.ledger.pay(SALE, payer=buyers[some], payee=seller, amount=part[some])
        economy.ledger.post(SALE, BOND, payer=seller, payee=buyers[some], amount=part[some])
    return int(part.sum())
