"""Banks that fail together, on paper: who is drawn in, what each still pays, and who bears which loss.

What each bank still pays on its interbank debts is the greatest clearing vector with all other creditors
first (Eisenberg and Noe 2001, "Systemic risk in financial systems", Management Science 47, 236-249), in
whole minor units. A bank that cannot pay because others do not fails with them. Nothing is posted here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import IntArray, OwnerId
from ..ledger.chart import ADVANCE, INTERBANK, LOAN, MARGIN_LOAN
from ..ledger.contracts import AMOUNT, CREDITOR, INSTRUMENT
from ..ledger.ledger import Ledger
from ..markets.clearing_amounts import clearing_amounts
from ..policies.resolution import Cause, LossByLayer, ResolutionSettings, loss_waterfall
from .bank_takeover import interbank_debts
from .banks import Banks
from .insured_deposits import customers_of, uninsured_parts


@dataclass(frozen=True)
class BadLoans:
    """Numbers of a failed bank's loans, and how much of each is bad, minor units."""

    numbers: IntArray
    amounts: IntArray

    @property
    def total(self) -> int:
        """What the bank loses on them."""
        return int(self.amounts.sum())


Valuation: TypeAlias = Callable[[Ledger, OwnerId], BadLoans]


@dataclass(frozen=True)
class FailingBank:
    """What will be posted for one failing bank.

    Parameters
    ----------
    slot, cause
        Which bank and why.
    bad : BadLoans
        What is bad of its loans.
    unpaid : IntArray
        (banks,) what it leaves unpaid of its debt to the bank in each slot.
    losses : LossByLayer
        Who bears what, interbank lenders the sum of ``unpaid``.
    """

    slot: int
    cause: Cause
    bad: BadLoans
    unpaid: IntArray
    losses: LossByLayer


def bad_shares(settings: ResolutionSettings) -> Valuation:
    """Return the valuation that finds the same share of every loan bad, rounded down loan by loan."""

    def value(ledger: Ledger, bank: OwnerId) -> BadLoans:
        numbers, amounts = [], []
        for instrument, share in ((LOAN, settings.bad_loans), (MARGIN_LOAN, settings.bad_margin_loans)):
            numbers.append(ledger.contracts.of(instrument, creditor=bank))
            owed = ledger.contracts.rows[numbers[-1], AMOUNT]
            amounts.append(np.floor(owed * share).astype(np.int64))
        return BadLoans(np.concatenate(numbers), np.concatenate(amounts))

    return value


def assess(
    ledger: Ledger, banks: Banks, causes: Mapping[int, Cause], *, valuation: Valuation, limit: int
) -> list[FailingBank]:
    """Return all banks that fail when those in ``causes`` do, by slot.

    Parameters
    ----------
    causes : mapping of slot to Cause
        Banks that have to be resolved; those drawn in come out with `Cause.CONTAGION`.
    limit : int
        Deposit of one customer that is insured, minor units.

    Raises
    ------
    OutOfBounds
        The valuation names something that is no loan of the bank, or more than is owed on it.
    """
    why, bad, unpaid = _cleared(ledger, banks, causes, valuation)
    failing = []
    for slot in sorted(why):
        lost = bad[slot].total + int(unpaid[:, slot].sum())
        losses = _losses(ledger, banks, slot, limit, lost)
        failing.append(FailingBank(slot, why[slot], bad[slot], unpaid[slot], losses))
    return failing


def _cleared(
    ledger: Ledger, banks: Banks, causes: Mapping[int, Cause], valuation: Valuation
) -> tuple[dict[int, Cause], dict[int, BadLoans], IntArray]:
    """Return who fails, what is bad of their loans, and (banks, banks) what slot i leaves unpaid to slot j.

    Whoever is drawn in has its loans valued too, which may draw in more: at most as many passes as banks.
    """
    owed, reserves = interbank_debts(ledger, banks), banks.reserves(ledger)
    assets = np.maximum(reserves, 0) + banks.bonds(ledger)
    assets = assets + banks.claims(ledger, LOAN) + banks.claims(ledger, MARGIN_LOAN)
    others = banks.deposits(ledger) + banks.debts(ledger, ADVANCE) + np.maximum(-reserves, 0)
    why, bad = dict(causes), dict[int, BadLoans]()
    while True:
        for slot in sorted(why.keys() - bad.keys()):
            bad[slot] = _checked(ledger, int(banks.owners[slot]), valuation)
            assets[slot] -= bad[slot].total
        cleared = clearing_amounts(owed, assets, others, seniority="external_senior")
        drawn_in = [slot for slot in np.flatnonzero(cleared.defaulted).tolist() if slot not in why]
        if not drawn_in:
            return why, bad, owed - cleared.interbank
        why.update(dict.fromkeys(drawn_in, Cause.CONTAGION))


def _checked(ledger: Ledger, bank: OwnerId, valuation: Valuation) -> BadLoans:
    bad = valuation(ledger, bank)
    rows = ledger.contracts.rows[bad.numbers]
    wrong = (bad.amounts < 0) | (bad.amounts > rows[:, AMOUNT]) | (rows[:, CREDITOR] != bank)
    wrong |= ~np.isin(rows[:, INSTRUMENT], (LOAN, MARGIN_LOAN))
    if wrong.any() or np.unique(bad.numbers).size != bad.numbers.size:
        number = int(bad.numbers[np.argmax(wrong)])
        due = f"give loans of bank {bank}, each once, and of each at most what is owed"
        raise OutOfBounds("a valuation's contract", number, due)
    return bad


def _losses(ledger: Ledger, banks: Banks, slot: int, limit: int, loss: int) -> LossByLayer:
    """Return who bears what when a bank loses ``loss`` from here on, beside what its books miss already."""
    bank = int(banks.owners[slot])
    equity, reserves = int(banks.equity(ledger)[slot]), int(banks.reserves(ledger)[slot])
    uninsured = int(uninsured_parts(ledger, customers_of(ledger, bank), limit).sum())
    return loss_waterfall(
        equity=max(equity, 0),
        interbank=int(banks.debts(ledger, INTERBANK)[slot]),
        uninsured=uninsured,
        insured=int(banks.deposits(ledger)[slot]) - uninsured,
        senior=int(banks.debts(ledger, ADVANCE)[slot]) + max(-reserves, 0),
        loss=loss + max(-equity, 0),
    )
