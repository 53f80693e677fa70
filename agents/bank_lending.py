"""Who lends how much to whom: every loan fits the lender's capital and its large-exposure limit.

A borrower asks its own bank first. What that bank may not lend alone is syndicated: the other banks take parts, the
cheapest first (Sufi 2007, "Information asymmetry and financing arrangements", Journal of Finance 62, 629-668).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import FloatArray, IntArray
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..ledger.ledger import Ledger
from ..markets.bank_slots import slots_of
from ..markets.credit import grant
from ..policies.prudential import PrudentialSettings, capital_tests, risk_weighted_assets
from .banks import Banks

LIMITLESS = 2.0**62


@dataclass(frozen=True)
class Loans:
    """Loans agreed, row by row (n,), and what each applicant did not get, minor units."""

    slots: IntArray
    debtors: IntArray
    amounts: IntArray
    refused: IntArray


def lending_room(
    ledger: Ledger, banks: Banks, rules: PrudentialSettings, *, weight: float, at_most: IntArray | None = None
) -> IntArray:
    """Return (banks,) what each bank may still lend at a risk ``weight`` and keep minima and buffers, minor units.

    room = min over ratios of (capital / (minimum + buffer) - risk-weighted assets) / weight, and what the leverage
    ratio and what liquidity leaves, ``at_most`` (banks,); nothing for a bank that is closed or does not lend.
    """
    books = banks.books(ledger)
    weighted: FloatArray = risk_weighted_assets(rules, books)
    room: FloatArray = np.full(banks.size, LIMITLESS)
    if rules.leverage > 0.0:
        room = books.tier1 / rules.leverage - books.exposure
    for capital, minimum in capital_tests(rules, books):
        if minimum + rules.buffer > 0.0 and weight > 0.0:
            room = np.minimum(room, (capital / (minimum + rules.buffer) - weighted) / weight)
    if at_most is not None:
        room = np.minimum(room, at_most)
    free = banks.may_lend(ledger, rules)
    return np.where(free, np.floor(np.clip(room, 0.0, LIMITLESS)), 0.0).astype(np.int64)


def agree_loans(
    ledger: Ledger,
    banks: Banks,
    rules: PrudentialSettings,
    *,
    debtors: IntArray,
    wanted: IntArray,
    first: IntArray,
    weight: float,
    at_most: IntArray | None = None,
) -> Loans:
    """Return the loans that banks agree to, in the order of the applicants; nothing is posted.

    Parameters
    ----------
    debtors, wanted : (n,) int64
        Who applies, and for how much, minor units.
    first : (n,) int64
        Slot of the bank that each asks first.
    weight : float
        Risk weight of the loans.
    at_most : (banks,) int64, optional
        What each bank's liquidity lets it lend, minor units; without it liquidity is no limit.

    Raises
    ------
    OutOfBounds
        When an amount is negative or there is no such slot.
    """
    for name, values, most in (("wanted", wanted, LIMITLESS), ("first", first, banks.size - 1)):
        wrong = (values < 0) | (values > most)
        if wrong.any():
            raise OutOfBounds(name, int(values[wrong][0]), f"give 0 to {int(most)}")
    room = lending_room(ledger, banks, rules, weight=weight, at_most=at_most)
    limit = banks.exposure_limit(ledger, rules)
    owed = _owed_to(ledger, banks, debtors)
    who, place = np.unique(debtors, return_inverse=True)
    cheapest = np.argsort(banks.loan_rate, kind="stable")
    slots, borrowers, amounts = [], [], []
    refused = np.zeros(debtors.shape[0], np.int64)
    for i, (row, left) in enumerate(zip(place.tolist(), wanted.tolist(), strict=True)):
        order = np.concatenate([first[i : i + 1], cheapest[cheapest != first[i]]])
        most = np.maximum(np.minimum(room, limit - owed[row]), 0)[order]
        taken = np.clip(left - (np.cumsum(most) - most), 0, most)
        room[order] -= taken
        owed[row, order] += taken
        refused[i] = left - taken.sum()
        parts = np.flatnonzero(taken)
        slots.append(order[parts])
        borrowers.append(np.full(parts.shape[0], who[row], np.int64))
        amounts.append(taken[parts])
    none = np.zeros(0, np.int64)
    lenders, owing, lent = (np.concatenate([none, *column]) for column in (slots, borrowers, amounts))
    return Loans(lenders, owing, lent, refused)


def post_loans(ledger: Ledger, banks: Banks, loans: Loans, instrument: int) -> IntArray:
    """Grant the loans agreed and return the numbers of their contracts."""
    return grant(ledger, banks.owners[loans.slots], loans.debtors, loans.amounts, instrument)


def _owed_to(ledger: Ledger, banks: Banks, debtors: IntArray) -> IntArray:
    """Return (different debtors, banks) what each owes each bank in all kinds of loans, minor units."""
    who = np.unique(debtors)
    owed = np.zeros((who.shape[0], banks.size), np.int64)
    rows = ledger.contracts.rows
    if who.size and rows.size:
        rows = rows[(rows[:, AMOUNT] > 0) & np.isin(rows[:, DEBTOR], who)]
        slots = slots_of(banks, rows[:, CREDITOR])
        there = slots >= 0
        np.add.at(owed, (np.searchsorted(who, rows[there, DEBTOR]), slots[there]), rows[there, AMOUNT])
    return owed
