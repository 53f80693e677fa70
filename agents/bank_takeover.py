"""Purchase and assumption: a bank takes over all that a failed bank has and owes.

Customers move with their deposits, loans are assigned, debts assumed, and what the two owe each other
goes out. The price is what makes the deal even: the taker's equity is the same before and after.
"""

from __future__ import annotations

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import IntArray, OwnerId
from ..ledger.chart import ADVANCE, BOND, INTERBANK, LOAN, MARGIN_LOAN, RESERVES
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..ledger.ledger import Ledger
from ..ledger.posting import FREE, RESERVED
from ..policies.last_resort import LenderOfLastResort, borrowing_limit
from ..policies.prudential import BankBooks, PrudentialSettings, capital_ratio, risk_weighted_assets
from .banks import Banks
from .insured_deposits import customers_of

DEAL = "purchase and assumption"


def interbank_debts(ledger: Ledger, banks: Banks) -> IntArray:
    """Return (banks, banks) what slot i owes slot j.

    Raises
    ------
    OutOfBounds
        Somebody who is no bank lends or borrows there.
    """
    numbers = ledger.contracts.of(INTERBANK)
    rows = ledger.contracts.rows[numbers]
    slot = np.full(ledger.owners.size, -1, np.int64)
    slot[banks.owners] = np.arange(banks.size)
    debtors, creditors = slot[rows[:, DEBTOR]], slot[rows[:, CREDITOR]]
    strange = numbers[(debtors < 0) | (creditors < 0)]
    if strange.size:
        raise OutOfBounds("interbank loan", int(strange[0]), "both its sides have to be banks of a slot")
    owed = np.zeros((banks.size, banks.size), np.int64)
    np.add.at(owed, (debtors, creditors), rows[:, AMOUNT])
    return owed


def taker_of(
    ledger: Ledger,
    banks: Banks,
    slot: int,
    candidates: IntArray,
    *,
    fund_pays: int,
    treasury_pays: int,
    capital_after: float,
    prudential: PrudentialSettings,
    last_resort: LenderOfLastResort,
) -> int:
    """Return the candidate slot that would be healthiest after taking over the bank in ``slot``, or -1.

    It is tested on numbers, before anything is posted: the capital ratio after the deal is ``capital_after``
    or more, and reserves that would be missing can be borrowed from the central bank against collateral.
    Of equally healthy ones the first is taken.

    Parameters
    ----------
    candidates : (n,) int64
        Slots of banks that may take over.
    fund_pays, treasury_pays : int
        What the deposit insurance fund brings in reserves and the treasury in bonds, minor units.
    """
    if candidates.size == 0:
        return -1
    books, owed = banks.books(ledger), interbank_debts(ledger, banks)
    mutual = owed[slot, candidates] + owed[candidates, slot]
    loans = books.loans[candidates] + books.loans[slot]
    bonds = books.bonds[candidates] + books.bonds[slot] + treasury_pays
    joined = BankBooks.of(
        bonds=bonds,
        loans=loans,
        interbank_loans=books.interbank_loans[candidates] + books.interbank_loans[slot] - mutual,
        margin_loans=books.margin_loans[candidates] + books.margin_loans[slot],
        common_equity=books.common_equity[candidates],
    )
    ratios = capital_ratio(joined.common_equity, risk_weighted_assets(prudential, joined))
    paid_out = max(0, int(books.common_equity[slot]))
    reserves = books.reserves[candidates] + books.reserves[slot] + fund_pays - paid_out
    may_borrow = borrowing_limit(last_resort, bonds, loans) - books.advances[candidates] - books.advances[slot]
    fit = (ratios >= capital_after) & (reserves + np.maximum(may_borrow, 0) >= 0)
    return int(candidates[np.argmax(np.where(fit, ratios, -np.inf))]) if fit.any() else -1


def take_over(ledger: Ledger, failed: OwnerId, taker: OwnerId) -> None:
    """Move all assets and liabilities of ``failed`` to ``taker``; afterwards ``failed`` has and owes nothing.

    Raises
    ------
    OutOfBounds
        Something of the failed bank is reserved by orders.
    """
    _take_securities(ledger, failed, taker)
    for instrument in (LOAN, MARGIN_LOAN):
        for number in ledger.contracts.of(instrument, creditor=failed).tolist():
            ledger.assign(DEAL, number, taker)
    for number in ledger.contracts.of(ADVANCE, debtor=failed).tolist():
        ledger.assume(DEAL, number, taker)
    _take_interbank(ledger, failed, taker)
    ledger.move_house_bank(customers_of(ledger, failed), taker)
    left = int(ledger.holdings[failed, RESERVES, FREE])
    ledger.pay(DEAL, payer=failed if left > 0 else taker, payee=taker if left > 0 else failed, amount=abs(left))


def _take_securities(ledger: Ledger, failed: OwnerId, taker: OwnerId) -> None:
    held = ledger.holdings[failed, BOND:]
    bound = np.flatnonzero(held[:, RESERVED])
    if bound.size:
        first = BOND + int(bound[0])
        name = f"reserved {ledger.instruments.dense[first].name} of owner {failed}"
        raise OutOfBounds(name, int(ledger.holdings[failed, first, RESERVED]), "cancel the orders of a failed bank")
    which = BOND + np.flatnonzero(held[:, FREE])
    ledger.post(DEAL, which, payer=failed, payee=taker, amount=ledger.holdings[failed, which, FREE])


def _take_interbank(ledger: Ledger, failed: OwnerId, taker: OwnerId) -> None:
    """Move claims and debts between banks; those between the two go out, since nobody owes himself."""
    for number in ledger.contracts.of(INTERBANK, creditor=failed).tolist():
        if ledger.contracts.rows[number, DEBTOR] == taker:
            ledger.repay(DEAL, number, int(ledger.contracts.rows[number, AMOUNT]))
        else:
            ledger.assign(DEAL, number, taker)
    for number in ledger.contracts.of(INTERBANK, debtor=failed).tolist():
        if ledger.contracts.rows[number, CREDITOR] == taker:
            ledger.repay(DEAL, number, int(ledger.contracts.rows[number, AMOUNT]))
        else:
            ledger.assume(DEAL, number, taker)
