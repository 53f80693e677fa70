"""Credit between firms and their banks at a month end: what is granted, what is served, what banks can pay out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.banks import Banks
from ..core.units import IntArray, OwnerId
from ..ledger.chart import LOAN
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..ledger.ledger import Ledger
from .closed_economy import MONTHS_PER_YEAR, ClosedEconomy

if TYPE_CHECKING:
    from .economy import Economy


def bank_slots(banks: Banks, owners: int) -> IntArray:
    """Return (owners,) the slot of each bank by owner id, -1 for everybody else."""
    slot = np.full(owners, -1, np.int64)
    slot[banks.owners] = np.arange(banks.size)
    return slot


def split(total: int, room: IntArray) -> IntArray:
    """Split ``total`` in proportion to ``room``, exactly and never above it; what rounding leaves goes to the first."""
    whole = int(room.sum())
    if total <= 0 or whole <= 0:
        return np.zeros_like(room)
    part = np.minimum(np.floor(room * (total / whole)).astype(np.int64), room)
    spare = room - part
    given = np.minimum(np.maximum(total - int(part.sum()) - (np.cumsum(spare) - spare), 0), spare)
    return np.asarray(part + given, np.int64)


def grant_loans(economy: Economy, c: ClosedEconomy, debtors: IntArray, wish: IntArray) -> IntArray:
    """Let debtors borrow from a syndicate of all banks, as far as capital rules allow; return (n,) what was granted.

    A bank lends while its capital ratio stays above the minimum and its buffers, and to one borrower at most the
    large exposure, a part of its capital. A loan creates the deposit it pays out.
    """
    ledger, rules, banks = economy.ledger, economy.settings.prudential, c.banks
    equity = np.maximum(banks.equity(ledger), 0)
    room = equity / (rules.total + rules.buffer) - c.risk_weighted_assets(ledger)
    room = np.where(banks.open & banks.lending, np.maximum(room, 0.0), 0.0).astype(np.int64)
    most = np.floor(rules.large_exposure * equity).astype(np.int64)
    granted = np.zeros((debtors.shape[0], banks.size), np.int64)
    for i in np.argsort(-wish, kind="stable").tolist():
        if wish[i] > 0:
            lent = exposures(ledger, banks, int(debtors[i]))
            can = np.minimum(room, np.maximum(most - lent, 0))
            granted[i] = split(min(int(wish[i]), int(can.sum())), can)
            room -= granted[i]
    i, b = np.nonzero(granted)
    if i.size:
        amount = granted[i, b]
        ledger.lend("loans granted", LOAN, creditor=banks.owners[b], debtor=debtors[i], amount=amount)
        ledger.pay("loans granted", payer=banks.owners[b], payee=debtors[i], amount=amount)
    return np.asarray(granted.sum(axis=1))


def exposures(ledger: Ledger, banks: Banks, debtor: OwnerId) -> IntArray:
    """Return (banks,) what one debtor owes each bank."""
    numbers = ledger.contracts.of(LOAN, debtor=debtor)
    rows = ledger.contracts.rows[numbers]
    out = np.zeros(banks.size, np.int64)
    np.add.at(out, bank_slots(banks, ledger.owners.size)[rows[:, CREDITOR]], rows[:, AMOUNT])
    return out


def service_loans(economy: Economy, c: ClosedEconomy) -> None:
    """Let firms pay the month's interest and repay a part; what cannot be paid is owed as arrears and remembered."""
    ledger, firms = economy.ledger, c.firms
    numbers = ledger.contracts.of(LOAN)
    if not numbers.size:
        return
    rows = ledger.contracts.rows[numbers]
    slot = bank_slots(c.banks, ledger.owners.size)[rows[:, CREDITOR]]
    rate = np.where(slot >= 0, c.banks.loan_rate[slot], c.memory.rate)
    due = np.rint(rows[:, AMOUNT] * rate / MONTHS_PER_YEAR).astype(np.int64)
    paid = within_cash(economy, rows[:, DEBTOR], due)
    ledger.pay("loan interest", payer=rows[:, DEBTOR], payee=rows[:, CREDITOR], amount=paid)
    row_of = {int(owner): f for f, owner in enumerate(firms.owners)}
    c.memory.missed = [0] * firms.size
    for owner, x, missed in zip(rows[:, DEBTOR].tolist(), paid.tolist(), (due - paid).tolist(), strict=True):
        firms.interest[row_of[owner]] += x
        c.memory.missed[row_of[owner]] += missed
    wish = np.rint(firms.settings.amortisation * rows[:, AMOUNT]).astype(np.int64)
    principal = within_cash(economy, rows[:, DEBTOR], wish)
    some = principal > 0
    ledger.pay("loans repaid", payer=rows[some, DEBTOR], payee=rows[some, CREDITOR], amount=principal[some])
    ledger.repay("loans repaid", numbers[some], principal[some])


def within_cash(economy: Economy, payers: IntArray, due: IntArray) -> IntArray:
    """Return (n,) what payers, who may come several times, can pay of what is due; short ones pay all in proportion."""
    cash, total = economy.ledger.holdings[:, economy.ledger.money, 0], np.zeros(economy.ledger.owners.size, np.int64)
    np.add.at(total, payers, due)
    part = np.minimum(cash[: total.shape[0]] / np.maximum(total, 1), 1.0)[payers]
    return np.asarray(np.where(part < 1.0, np.floor(due * part), due), np.int64)


def payable_by_banks(economy: Economy, c: ClosedEconomy) -> IntArray:
    """Return (banks,) dividends before tax: a part of the equity above the payout ratio, none inside the buffer."""
    ledger, s = economy.ledger, economy.settings.banks
    weighted = np.maximum(c.risk_weighted_assets(ledger), 1.0)
    spare = c.banks.equity(ledger) - s.payout_above * weighted
    return np.where(c.banks.open, np.maximum(np.floor(s.payout_share * spare), 0.0), 0.0).astype(np.int64)
