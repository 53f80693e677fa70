"""Posting what failing banks and their creditors lose: loans that leave, debts written off, deposits cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import IntArray, OwnerId
from ..ledger.chart import DEPOSIT, INTERBANK
from ..ledger.contracts import AMOUNT, DEBTOR, DUE, INSTRUMENT
from ..ledger.ledger import Ledger
from ..ledger.posting import FREE
from ..policies.resolution import shared_out
from .banks import Banks
from .insured_deposits import customers_of, uninsured_parts
from .joint_failure import BadLoans, FailingBank


def recognise(
    ledger: Ledger,
    banks: Banks,
    case: FailingBank,
    *,
    limit: int,
    vehicle: OwnerId,
    before_deposits_fall: Callable[[IntArray], None] | None = None,
) -> None:
    """Post the losses of one failing bank; what is left is for another bank to take over.

    Bad loans go to the state's asset ``vehicle``; interbank lenders write off what is not paid; what depositors have
    above ``limit`` falls in proportion, exactly. The insured part stays, and what covers it is brought later.

    Raises
    ------
    OutOfBounds
        A depositor has less free than it loses, and ``before_deposits_fall`` did not change that.
    """
    bank = int(banks.owners[case.slot])
    hand_over(ledger, case.bad, vehicle)
    for creditor in np.flatnonzero(case.unpaid).tolist():
        numbers = ledger.contracts.of(INTERBANK, creditor=int(banks.owners[creditor]), debtor=bank)
        owed = ledger.contracts.rows[numbers, AMOUNT]
        ledger.write_off(numbers, shared_out(int(case.unpaid[creditor]), owed))
    if case.losses.uninsured:
        customers = customers_of(ledger, bank)
        lost = shared_out(case.losses.uninsured, uninsured_parts(ledger, customers, limit))
        _cut(ledger, customers, lost, before_deposits_fall)


def hand_over(ledger: Ledger, bad: BadLoans, vehicle: OwnerId) -> None:
    """Let what is bad of loans be owed to the asset vehicle, which gives nothing for it and runs it off.

    The debtor owes as much as before; the bank has lost it.
    """
    for number, amount in zip(bad.numbers.tolist(), bad.amounts.tolist(), strict=True):
        if amount:
            row = ledger.contracts.rows[number]
            debtor, instrument, due = int(row[DEBTOR]), int(row[INSTRUMENT]), int(row[DUE])
            ledger.repay("bad loans", number, amount)
            ledger.lend("bad loans", instrument, creditor=vehicle, debtor=debtor, amount=amount, due=due)


def _cut(
    ledger: Ledger, customers: IntArray, lost: IntArray, before_deposits_fall: Callable[[IntArray], None] | None
) -> None:
    """Lower deposits that will not be honoured."""
    bound = customers[ledger.holdings[customers, DEPOSIT, FREE] < lost]
    if bound.size and before_deposits_fall is not None:
        before_deposits_fall(bound)
        bound = customers[ledger.holdings[customers, DEPOSIT, FREE] < lost]
    if bound.size:
        due = "its bank fails and its deposit falls by more than is free; cancel its orders first"
        raise OutOfBounds("a depositor", int(bound[0]), due)
    ledger.destroy(DEPOSIT, customers, lost)
