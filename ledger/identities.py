"""The economy's laws as functions: each returns nothing or raises `IdentityBroken` naming itself.

Numbers are those of the balance-sheet matrix of a stock-flow-consistent economy (Godley and Lavoie
2007, chapter 2): A1 quadruple entry, A2 instrument closure, A3 shares, A11 orders are covered.
Equality is of integers; there is no tolerance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import IdentityBroken
from ..core.units import SECTORS, IntArray
from .posting import RESERVED, count_by_sector

if TYPE_CHECKING:
    from .ledger import Ledger


def instruments_close(ledger: Ledger) -> None:
    """A2, A3: for every instrument, what sectors hold equals what was issued."""
    gap = ledger.held.sum(axis=1) - ledger.issued
    if gap.any():
        number = int(np.flatnonzero(gap)[0])
        raise IdentityBroken("A2 instrument closure", ledger.instruments.dense[number].name, int(gap[number]))


def contracts_close(ledger: Ledger) -> None:
    """A2 for contract rows: claims equal debts, and both equal the rows."""
    claims, debts = sum(ledger.contracts.claims.values()), sum(ledger.contracts.debts.values())
    rows = int(ledger.contracts.rows[:, 3].sum())
    if claims != debts or claims != rows:
        raise IdentityBroken("A2 contracts", "claims against debts", claims - debts or claims - rows)


def recount_agrees(ledger: Ledger) -> None:
    """A1: the accounts, counted one by one, give the running totals, and no balance is negative."""
    counted = np.zeros_like(ledger.held)
    negative = count_by_sector(ledger.holdings, ledger.owners.sectors, ledger.owners.size, counted)
    if negative:
        owner, number, part = (int(x) for x in np.argwhere(ledger.holdings[: ledger.owners.size] < 0)[0])
        name, sector = ledger.instruments.dense[number].name, ledger.owners.sector_of(owner)
        where = f"{'reserved' if part == RESERVED else 'free'} {name} of owner {owner}, sector {sector}"
        raise IdentityBroken("A1 floors", where, int(ledger.holdings[owner, number, part]))
    gap = counted - ledger.held
    if gap.any():
        number, code = (int(x[0]) for x in np.nonzero(gap))
        where = f"{ledger.instruments.dense[number].name}, sector {SECTORS[code]}"
        raise IdentityBroken("A1 quadruple entry", where, int(gap[number, code]))


def reservations_agree(ledger: Ledger, due: IntArray) -> None:
    """A11: what is reserved in each instrument equals ``due`` (instruments,), counted from resting orders."""
    reserved = ledger.holdings[: ledger.owners.size, :, RESERVED].sum(axis=0)
    gap = reserved - due
    if gap.any():
        number = int(np.flatnonzero(gap)[0])
        raise IdentityBroken("A11 orders", f"reserved {ledger.instruments.dense[number].name}", int(gap[number]))


def net_worth_sums_to_zero(ledger: Ledger) -> None:
    """A4: over all owners, financial assets minus liabilities are zero in every instrument."""
    held = ledger.holdings[: ledger.owners.size].sum(axis=0).sum(axis=1)
    gap = held - ledger.issued
    if gap.any():
        number = int(np.flatnonzero(gap)[0])
        raise IdentityBroken("A4 agents", ledger.instruments.dense[number].name, int(gap[number]))
