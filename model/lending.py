"""Credit between firms and their banks at a month end: what is granted, and how it is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.bank_lending import agree_loans, post_loans
from ..core.units import IntArray
from ..ledger.chart import LOAN
from ..ledger.contracts import DEBTOR
from ..markets.bank_slots import slots_of
from ..markets.credit import DebtService, amortise, pay_interest
from ..policies.bank_behaviour import new_loans_at_most
from .bank_liquidity import bank_books
from .closed_economy import ClosedEconomy

if TYPE_CHECKING:
    from .economy import Economy


def split(total: int, room: IntArray) -> IntArray:
    """Split ``total`` in proportion to ``room``, exactly and never above it; what rounding leaves goes to the first.

    Examples
    --------
    >>> split(100, np.array([50, 100, 50])).tolist()
    [25, 50, 25]
    """
    whole = int(room.sum())
    if total <= 0 or whole <= 0:
        return np.zeros_like(room)
    part = np.minimum(np.floor(room * (total / whole)).astype(np.int64), room)
    spare = room - part
    given = np.minimum(np.maximum(total - int(part.sum()) - (np.cumsum(spare) - spare), 0), spare)
    return np.asarray(part + given, np.int64)


def grant_loans(economy: Economy, c: ClosedEconomy, debtors: IntArray, wish: IntArray) -> IntArray:
    """Let debtors borrow from their house banks, and from others what these may not lend; return (n,) what was granted.

    Capital and liquidity limit it. A loan creates the deposit it pays out.
    """
    ledger, rules = economy.ledger, economy.prudential
    first = slots_of(c.banks, ledger.owners.column("house_bank")[debtors])
    loans = agree_loans(
        ledger, c.banks, rules, debtors=debtors, wanted=wish, first=np.maximum(first, 0), weight=rules.weight_firms,
        at_most=new_loans_at_most(rules, economy.settings.bank_behaviour, bank_books(economy)),
    )  # fmt: skip
    post_loans(ledger, c.banks, loans, LOAN)
    return np.asarray(wish - loans.refused)


def service_loans(economy: Economy, c: ClosedEconomy) -> None:
    """Let firms pay the month's interest and repay a part; what is missed is added to the debt and remembered."""
    ledger, firms = economy.ledger, c.firms
    rates = c.banks.by_owner(ledger, c.banks.loan_rate, others=max(c.policy_rate, 0.0))
    service = pay_interest(ledger, LOAN, rates, months=1)
    firms.interest[:] = _by_firm(economy, c, service, service.paid)
    c.memory.missed = _by_firm(economy, c, service, service.missed).tolist()
    amortise(ledger, LOAN, firms.settings.amortisation)


def _by_firm(economy: Economy, c: ClosedEconomy, service: DebtService, amounts: IntArray) -> IntArray:
    """Return (firms,) the sum of ``amounts`` over each firm's contracts."""
    total = np.zeros(economy.ledger.owners.size, np.int64)
    np.add.at(total, economy.ledger.contracts.rows[service.numbers, DEBTOR], amounts)
    return total[c.firms.owners]
