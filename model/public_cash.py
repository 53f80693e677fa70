"""Cash of the state within a month: bonds that banks must take, and the profit that the central bank hands over.

A state that owes money of its own central bank never defaults on it. Where an auction finds too few buyers its
primary dealers, here all banks, bid for the rest and borrow overnight against what they bought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.units import Sector
from ..ledger.chart import BOND
from ..ledger.posting import largest_remainder
from .closed_economy import ClosedEconomy

if TYPE_CHECKING:
    from .economy import Economy


def raise_cash(economy: Economy, c: ClosedEconomy, due: int) -> int:
    """Let banks buy at face, in proportion to their deposits, the bonds that a payment ``due`` still needs.

    Their reserves may go below zero by it until the day is settled. Returns how much was sold; the event
    ``bonds_placed`` says so.
    """
    ledger, banks = economy.ledger, c.banks
    missing = due - c.treasury_cash(ledger)
    dealers = banks.owners[banks.open]
    if missing <= 0 or not dealers.size:
        return 0
    weights = banks.deposits(ledger)[banks.open] + 1
    part = np.array(largest_remainder(missing, weights.tolist()), np.int64)
    ledger.pay("bond issue", payer=dealers, payee=c.treasury, amount=part)
    ledger.post("bond issue", BOND, payer=c.treasury, payee=dealers, amount=part)
    economy.recorder.note_event("bonds_placed", owner=c.treasury, amount=missing)
    return missing


def central_bank_profit(economy: Economy) -> int:
    """Return what the central bank has earned this month: coupons and interest on advances, less that on reserves."""
    ledger, bank = economy.ledger, Sector.CENTRAL_BANK
    return ledger.paid("coupons", "advance interest", payee=bank) - ledger.paid("interest on reserves", payer=bank)


def remit(economy: Economy, c: ClosedEconomy) -> None:
    """Pay the central bank's profit to the treasury; a loss is a deferred asset, to be earned back first.

    What it earns later on the same day, when banks settle, counts for the month after (`note_late_profit`).
    """
    m, earned = c.memory, central_bank_profit(economy)
    profit = earned + m.late_profit - m.deferred
    m.deferred, m.late_profit = max(-profit, 0), -earned
    if profit > 0:
        economy.ledger.pay("remittance", payer=c.central_bank, payee=c.treasury, amount=profit)


def note_late_profit(economy: Economy, c: ClosedEconomy) -> None:
    """Remember what the central bank has earned this month since it handed over its profit."""
    c.memory.late_profit += central_bank_profit(economy)
