"""Accounts at banks as a deposit insurer sees them: customers, what is insured, and the premiums paid for it.

The limit holds for one depositor at one bank, household or firm alike, as it does in the United States.
"""

from __future__ import annotations

import numpy as np

from ..core.units import SECTOR_CODE, FloatArray, IntArray, OwnerId, Sector
from ..ledger.chart import DEPOSIT, RESERVES
from ..ledger.ledger import Ledger
from ..ledger.posting import FREE
from ..policies.deposit_insurance import DepositInsuranceSettings, insurance_limit, premiums_due
from .banks import Banks


def customers_of(ledger: Ledger, bank: OwnerId) -> IntArray:
    """Return the owners who keep their money at a bank, in order."""
    return np.flatnonzero(ledger.owners.column("house_bank") == bank)


def deposits_of(ledger: Ledger, owners: IntArray) -> IntArray:
    """Return (n,) what owners have on their accounts, reserved parts too, minor units."""
    return ledger.owned(DEPOSIT, owners)


def uninsured_parts(ledger: Ledger, owners: IntArray, limit: int) -> IntArray:
    """Return (n,) what owners have above the ``limit``."""
    return np.maximum(deposits_of(ledger, owners) - limit, 0)


def deposit_limit(ledger: Ledger, settings: DepositInsuranceSettings) -> int:
    """Return the limit for one depositor at one bank today: five median deposits of living households.

    Raises
    ------
    OutOfBounds
        There are no households with a bank.
    """
    owners = ledger.owners
    households = (owners.sectors == SECTOR_CODE[Sector.HOUSEHOLDS]) & (owners.column("house_bank") >= 0)
    living = np.flatnonzero(households & (owners.column("died") < 0))
    return insurance_limit(settings, deposits_of(ledger, living))


def insured_deposits(ledger: Ledger, banks: Banks, limit: int) -> IntArray:
    """Return (banks,) insured deposits by slot; an empty slot has none."""
    keeper = ledger.owners.column("house_bank")
    customers = np.flatnonzero(keeper >= 0)
    insured = np.zeros(ledger.owners.size, np.int64)
    np.add.at(insured, keeper[customers], np.minimum(deposits_of(ledger, customers), limit))
    return np.where(banks.open, insured[banks.owners], 0)


def collect_premiums(
    ledger: Ledger,
    banks: Banks,
    settings: DepositInsuranceSettings,
    *,
    fund: OwnerId,
    capital_ratios: FloatArray,
    months: int = 1,
) -> IntArray:
    """Let every open bank pay its premium to the fund; return what each paid, (banks,) minor units.

    The fund's size is its balance at the central bank. Premiums stop while it is at its target, so they pay
    losses and the growth of deposits, and no more (as for sound banks in the United States from 1996 to 2006).
    """
    insured = insured_deposits(ledger, banks, deposit_limit(ledger, settings))
    due = premiums_due(settings, insured, capital_ratios, int(ledger.holdings[fund, RESERVES, FREE]), months)
    if due.any():
        ledger.pay("deposit insurance premium", payer=banks.owners, payee=fund, amount=due)
    return due
