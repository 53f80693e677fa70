"""Banks' books with their deposits told apart, as the liquidity ratios of Basel III need them."""

from __future__ import annotations

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import SECTOR_CODE, IntArray, Sector
from ..ledger.chart import DEPOSIT, LOAN, MARGIN_LOAN
from ..ledger.ledger import Ledger
from ..policies.prudential import BankBooks
from .banks import Banks


def liquidity_books(ledger: Ledger, banks: Banks, *, insured_up_to: int, repaid: float) -> BankBooks:
    """Return the books of all banks, deposits told apart as `policies.liquidity_rules` needs them.

    Parameters
    ----------
    insured_up_to : int
        Limit of deposit insurance for one depositor at one bank, minor units.
    repaid : float
        Share of loans that is repaid within a month.

    Raises
    ------
    OutOfBounds
        When the share is not between 0 and 1.
    """
    if not 0.0 <= repaid <= 1.0:
        raise OutOfBounds("repaid", repaid, "give the share of loans repaid in a month, between 0 and 1")
    keeper = ledger.owners.column("house_bank")
    customers = np.flatnonzero(keeper >= 0)
    balance = ledger.owned(DEPOSIT, customers)
    insured = np.minimum(balance, insured_up_to)
    retail = ledger.owners.sectors[customers] == SECTOR_CODE[Sector.HOUSEHOLDS]

    def at_banks(amounts: IntArray) -> IntArray:
        total = np.zeros(ledger.owners.size, np.int64)
        np.add.at(total, keeper[customers], amounts)
        return total[banks.owners]

    loans = banks.claims(ledger, LOAN) + banks.claims(ledger, MARGIN_LOAN)
    return banks.books(
        ledger,
        insured_deposits=at_banks(insured),
        retail_deposits=at_banks(np.where(retail, balance - insured, 0)),
        corporate_deposits=at_banks(np.where(retail, 0, balance - insured)),
        repayments_due=np.floor(loans * repaid).astype(np.int64),
    )
