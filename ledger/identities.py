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
from .contracts import AMOUNT, INSTRUMENT
from .instruments import InstrumentKind
from .posting import RESERVED, count_by_sector

if TYPE_CHECKING:
    from .ledger import Ledger


def instruments_close(ledger: Ledger) -> None:
    """A2, A3: for every instrument, what sectors hold equals what was issued."""
    gap = ledger.held.sum(axis=1) - ledger.issued
    if gap.any():
        number = int(np.flatnonzero(gap)[0])
        instrument = ledger.instruments.dense[number]
        law = "A3 shares" if instrument.kind is InstrumentKind.SHARE else "A2 instrument closure"
        raise IdentityBroken(law, instrument.name, int(gap[number]))


def contracts_close(ledger: Ledger) -> None:
    """A2 for contract rows: in every instrument claims equal debts, and both equal the rows."""
    rows = ledger.contracts.rows
    counted = np.zeros(ledger.contracts.claims.shape[0], np.int64)
    np.add.at(counted, rows[:, INSTRUMENT], rows[:, AMOUNT])
    claims, debts = ledger.contracts.claims.sum(axis=1), ledger.contracts.debts.sum(axis=1)
    gap = np.where(claims != debts, claims - debts, claims - counted)
    if gap.any():
        number = int(np.flatnonzero(gap)[0])
        name = ledger.instruments.contractual[number].name
        raise IdentityBroken("A2 contracts", f"claims against debts in {name}", int(gap[number]))


def recount_agrees(ledger: Ledger) -> None:
    """A1, A2: the accounts, counted one by one, give the running totals; none is negative but a bank's reserves."""
    counted, owed = np.zeros_like(ledger.held), np.zeros_like(ledger.owed)
    negative = count_by_sector(
        ledger.holdings, ledger.owners.sectors, ledger.owners.column("house_bank"), ledger.settles,
        ledger.owners.size, counted, owed,
    )  # fmt: skip
    if negative >= 0:
        owner, rest = divmod(negative, 2 * ledger.issued.shape[0])
        number, part = divmod(rest, 2)
        name, sector = ledger.instruments.dense[number].name, ledger.owners.sector_of(owner)
        where = f"{'reserved' if part == RESERVED else 'free'} {name} of owner {owner}, sector {sector}"
        raise IdentityBroken("A1 floors", where, int(ledger.holdings[owner, number, part]))
    gap = counted - ledger.held
    if gap.any():
        number, code = (int(x[0]) for x in np.nonzero(gap))
        where = f"{ledger.instruments.dense[number].name}, sector {SECTORS[code]}"
        raise IdentityBroken("A1 quadruple entry", where, int(gap[number, code]))
    gap = owed - ledger.owed
    if gap.any():
        bank = int(np.flatnonzero(gap)[0])
        raise IdentityBroken("A2 instrument closure", f"deposits owed by bank {bank}", int(gap[bank]))


def positions_follow(ledger: Ledger) -> None:
    """A4: what every sector has gained in each instrument is what it transacted and lost since the period began."""
    gap = ledger.positions() - ledger.with_one_money(ledger.opening) - ledger.transactions() - ledger.written_off()
    if gap.any():
        number, code = (int(x[0]) for x in np.nonzero(gap))
        raise IdentityBroken("A4 agents", f"{ledger.names[number]}, sector {SECTORS[code]}", int(gap[number, code]))


def worth_follows(ledger: Ledger) -> None:
    """A4 in values: every sector's net worth changed by its gains from postings, its revaluations and its losses.

    One side is marks times positions, now and when the period began; the other the flows, at the marks of then.
    """
    today = ledger.today()
    gains = sum(part.sum(axis=0) for part in (today.gains, today.revalued, today.lost))
    gap = ledger.worth() - ledger.opening_worth - gains
    if gap.any():
        code = int(np.flatnonzero(gap)[0])
        raise IdentityBroken("A4 net worth", f"sector {SECTORS[code]}", int(gap[code]))


def reserves_covered(ledger: Ledger) -> None:
    """A1 at the end of a day: after the facilities no bank's reserves are negative."""
    for number in sorted({int(column) for column in ledger.settles if column >= 0}):
        short = np.flatnonzero(ledger.holdings[: ledger.owners.size, number, 0] < 0)
        if short.size:
            name, amount = ledger.instruments.dense[number].name, int(ledger.holdings[short[0], number, 0])
            raise IdentityBroken("A1 floors", f"{name} of owner {int(short[0])} at the end of a day", amount)


def reservations_agree(ledger: Ledger, due: IntArray) -> None:
    """A11: what is reserved in each instrument equals ``due`` (instruments,), counted from resting orders."""
    reserved = ledger.holdings[: ledger.owners.size, :, RESERVED].sum(axis=0)
    gap = reserved - due
    if gap.any():
        number = int(np.flatnonzero(gap)[0])
        raise IdentityBroken("A11 orders", f"reserved {ledger.instruments.dense[number].name}", int(gap[number]))


def net_worth_sums_to_zero(ledger: Ledger) -> None:
    """A4: over all sectors, financial assets minus liabilities are zero in every instrument, counted from accounts."""
    held = ledger.holdings[: ledger.owners.size].sum(axis=0).sum(axis=1)
    gap = held - ledger.liabilities().sum(axis=1)
    if gap.any():
        number = int(np.flatnonzero(gap)[0])
        raise IdentityBroken("A4 agents", ledger.instruments.dense[number].name, int(gap[number]))
