"""A5, A6, A7, A13: what the central bank, the banks and the treasury did to money, from both sides of the accounts.

Each compares stocks, counted owner by owner in accounts and contracts, with what the flow matrix and the losses
of the period say they should have become. Names follow the balance-sheet matrix of `catallaxy.ledger.chart`.
Equality is of integers. A law returns nothing or raises `IdentityBroken` naming itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import IdentityBroken
from ..core.units import SECTOR_CODE, SECTORS, BoolArray, IntArray, Sector
from .chart import BOND, DEPOSIT, RESERVES
from .instruments import InstrumentKind
from .periods import MONTH, Totals

if TYPE_CHECKING:
    from .ledger import Ledger

# Kinds that give a claim for money of the same amount, and so bring nobody anything.
EXCHANGES = ("bond issue", "bond redemption", "asset purchase", "asset sale", "repayment by an estate")
_EXCHANGE_ENDINGS = (" granted", " repaid")


def exchanges_are_even(book: SectorBook) -> None:
    """A1: whoever lends, repays, or trades bonds at face gives exactly the money that the claim says.

    A loan whose claim differs from what was paid out closes in every instrument by itself; it is caught here.
    """
    gains = book.totals.gains
    for number, name in enumerate(book.ledger.kinds[: len(gains)]):
        if (name in EXCHANGES or name.endswith(_EXCHANGE_ENDINGS)) and gains[number].any():
            code = int(np.flatnonzero(gains[number])[0])
            where = f"{name}, money against claims of sector {SECTORS[code]}"
            raise IdentityBroken("A1 quadruple entry", where, int(gains[number, code]))


def reserves_follow(book: SectorBook) -> None:
    """A5: reserves in all hands grew by what the central bank bought and lent, and by what it paid less what it earned.

    ΔR + ΔTGA + ΔDIF + ΔR_X = ΔB_CB + ΔA + interest on reserves - coupons - interest on advances + remittance
    """
    created = sum(book.counted(RESERVES, sector) for sector in SECTORS if sector is not Sector.CENTRAL_BANK)
    bank = Sector.CENTRAL_BANK
    due = book.counted(BOND, bank) + book.claims(bank) - book.earned(bank)
    _compare("A5 reserves", "reserves held against the central bank's assets and income", created - due)


def money_follows(book: SectorBook) -> None:
    """A6: deposits grew by banks' loans, bonds and reserves, less their advances and what was added to their equity.

    ΔD = ΔL + ΔB_B + ΔR - ΔA - ΔE, interbank loans netting out. Deposits are counted at depositors; ΔE is not
    the difference of the others but income by kind of posting, capital paid in, and losses.
    """
    _compare("A6 bank money", "deposits against banks' assets and income", _money_gap(book))


def hidden_equation_holds(run: SectorBook) -> None:
    """A13: over the whole run, the money that banks must owe is the money that others have; no posting equates them.

    Banks' income since the opening, never read off a balance sheet, leaves no drift between the two (the redundant
    equation of Godley and Lavoie 2007, section 3.3).
    """
    _compare("A13 hidden equation", "deposits against all that banks ever did", _money_gap(run))


def treasury_follows(book: SectorBook) -> None:
    """A7: the state's balances grew by its receipts and bonds sold, less its outlays; it never overdraws.

    Δ(TGA + DIF) = taxes + premiums + remittance + ΔB - purchases - benefits - coupons - outlays of resolution
    """
    state = Sector.GOVERNMENT
    issued = int(book.ledger.issued[BOND]) - book.counted(BOND, state)
    due = book.earned(state) + issued - book.claims(state)
    _compare(
        "A7 treasury", "balances of the state against its receipts and outlays", book.counted(RESERVES, state) - due
    )


def _money_gap(book: SectorBook) -> int:
    banks = Sector.BANKS
    deposits = sum(book.counted(DEPOSIT, sector) for sector in SECTORS if sector is not banks)
    assets = book.counted(RESERVES, banks) + book.counted(BOND, banks) + book.claims(banks)
    return deposits - (assets - book.earned(banks))


def _compare(identity: str, where: str, gap: int) -> None:
    if gap:
        raise IdentityBroken(identity, where, gap)


@dataclass(frozen=True)
class SectorBook:
    """What sectors have now and had at the opening of a period, counted by owner, and their income.

    It counts when it is asked, but knows the flows up to the moment at which it was made.
    """

    ledger: Ledger
    totals: Totals
    shares: BoolArray
    members: Mapping[Sector, IntArray]

    @classmethod
    def of(cls, ledger: Ledger, period: str = MONTH) -> SectorBook:
        """Return the book of the ``day``, ``month``, ``year`` or ``run`` under way."""
        totals, _ = ledger.totals(period)
        shares = np.zeros(len(totals.opening), np.bool_)
        for number, instrument in enumerate(ledger.instruments.dense):
            shares[number] = instrument.kind is InstrumentKind.SHARE
        members = {sector: np.flatnonzero(ledger.owners.sectors == SECTOR_CODE[sector]) for sector in SECTORS}
        return cls(ledger, totals, shares, members)

    def counted(self, instrument: int, sector: Sector) -> int:
        """Return what the sector's accounts hold of an instrument, less its net position at the opening."""
        now = int(self.ledger.holdings[self.members[sector], instrument].sum())
        return now - int(self.totals.opening[instrument, SECTOR_CODE[sector]])

    def claims(self, sector: Sector) -> int:
        """Return how the sector's claims less its debts on contracts have changed."""
        contracts, owners = self.ledger.contracts, self.members[sector]
        now = int(contracts.claims[:, owners].sum() - contracts.debts[:, owners].sum())
        dense = len(self.ledger.instruments.dense)
        return now - int(self.totals.opening[dense:, SECTOR_CODE[sector]].sum())

    def earned(self, sector: Sector) -> int:
        """Return the change of the sector's book equity: income and losses, shares left out."""
        code = SECTOR_CODE[sector]
        income = int(self.totals.gains[:, code].sum() - self.totals.acquired[self.shares, code].sum())
        return income + int(self.totals.lost[~self.shares, code].sum())
