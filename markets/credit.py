"""Bank credit in vectors of contracts: granting, interest, repayment, and what is lost.

A bank lends by writing a deposit: claim and money come into being together, and no reserves move before the
borrower pays somebody at another bank (McLeay, Radia and Thomas 2014). Repayment destroys both; interest destroys the
deposit alone, which is the bank's income.

Debtors pay from what is free on their accounts. Who cannot pay all that is due today pays all it has, to its
creditors in proportion. **Interest that is missed is added to the loan**: the creditor has earned it, the debtor
owes it, and a claim that stands outside every balance sheet would be forgotten in a default. Who missed what is
returned, so that a missed payment can be an event of default. A missed repayment simply stays owed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import OutOfBounds
from ..core.units import SECTOR_CODE, TRADING_DAYS_PER_YEAR, FloatArray, IntArray, Sector
from ..ledger.chart import RESERVES
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR, DUE, INSTRUMENT, NO_DATE
from ..ledger.ledger import Ledger
from ..ledger.posting import FREE, as_rows, largest_remainder

MONTHS_A_YEAR = 12
LIMITLESS = 2**62
_BANKS = SECTOR_CODE[Sector.BANKS]


@dataclass(frozen=True)
class DebtService:
    """What was paid on contracts and what was missed, row by row; minor units (n,)."""

    numbers: IntArray
    paid: IntArray
    missed: IntArray


def grant(
    ledger: Ledger, creditors: ArrayLike, debtors: ArrayLike, amounts: ArrayLike, instrument: int, *, due: int = NO_DATE
) -> IntArray:
    """Let banks lend: pay the money and make the claim; return the numbers of the contracts.

    A debtor that keeps its money at another bank than its creditor takes reserves along.

    Raises
    ------
    Overdraft
        When a creditor that is no bank has too little, or an amount is negative; nothing has changed.
    OutOfBounds
        When the instrument is no kind of loan, or an owner does not exist; nothing has changed.
    """
    name = name_of(ledger, instrument)
    kind = f"{name} granted"
    ledger.pay(kind, payer=creditors, payee=debtors, amount=amounts)
    return ledger.lend(kind, instrument, creditor=creditors, debtor=debtors, amount=amounts, due=due)


def repay(ledger: Ledger, numbers: ArrayLike, amounts: ArrayLike) -> None:
    """Let debtors repay contracts by ``amounts`` (n,), in full or not at all.

    Raises
    ------
    OutOfBounds
        When more is repaid than a contract owes, or several kinds of loans at once; nothing has changed.
    Overdraft
        When a debtor has too little; nothing has changed.
    """
    rows = np.atleast_1d(np.asarray(numbers, np.int64))
    paid = as_rows(amounts, rows.shape[0])
    parts = ledger.contracts.rows[rows]
    kinds = np.unique(parts[:, INSTRUMENT]).tolist()
    if len(kinds) > 1:
        raise OutOfBounds("the kinds of loans repaid", kinds, "repay one kind at a time")
    _check_owed(ledger, rows, paid)
    if rows.size:
        kind = f"{name_of(ledger, kinds[0])} repaid"
        ledger.pay(kind, payer=parts[:, DEBTOR], payee=parts[:, CREDITOR], amount=paid)
        ledger.repay(kind, rows, paid)


def pay_interest(ledger: Ledger, instrument: int, rates: ArrayLike, *, months: int = 0, days: int = 0) -> DebtService:
    """Let all debtors of a kind of loan pay interest; what they miss is added to what they owe.

    interest = round(amount · rate · (months / 12 + days / 252)), once, for each contract

    Parameters
    ----------
    rates : float or (owners,) array
        Annual rate, one for all or by the creditor's owner id.
    months, days : int
        How long the interest is for.

    Raises
    ------
    OutOfBounds
        When a rate is negative or not finite, or no time has passed.

    Examples
    --------
    >>> from catallaxy.core.units import Sector
    >>> from catallaxy.ledger.chart import LOAN, open_chart
    >>> ledger = Ledger()
    >>> central_bank = ledger.add_owners(1, sector=Sector.CENTRAL_BANK, kind="central bank")[0]
    >>> treasury = ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="treasury")[0]
    >>> bank = ledger.add_owners(1, sector=Sector.BANKS, kind="bank")[0]
    >>> firm = ledger.add_owners(1, sector=Sector.FIRMS, kind="firm", house_bank=bank)[0]
    >>> open_chart(ledger, "USD", central_bank=central_bank, treasury=treasury)
    >>> number = grant(ledger, bank, firm, 120_000, LOAN)
    >>> service = pay_interest(ledger, LOAN, 0.05, months=1)
    >>> service.paid.tolist(), ledger.balance(firm, ledger.money)
    ([500], 119500)
    """
    numbers = ledger.contracts.of(_known(ledger, instrument))
    parts = ledger.contracts.rows[numbers]
    due = interest_on(parts[:, AMOUNT], _by_creditor(rates, parts[:, CREDITOR]), months=months, days=days)
    kind = f"{name_of(ledger, instrument)} interest"
    service = _collect(ledger, kind, numbers, due)
    _capitalise(ledger, f"{kind} added", parts, service.missed)
    return service


def amortise(ledger: Ledger, instrument: int, share: float) -> DebtService:
    """Let all debtors of a kind of loan repay a ``share`` of it, rounded up so that a loan comes to an end.

    Raises
    ------
    OutOfBounds
        When the share is not between 0 and 1.
    """
    if not 0.0 <= share <= 1.0:
        raise OutOfBounds("share", share, "give a number between 0 and 1")
    numbers = ledger.contracts.of(_known(ledger, instrument))
    owed = ledger.contracts.rows[numbers, AMOUNT]
    due = np.minimum(np.ceil(owed * share - 1e-9).astype(np.int64), owed)
    kind = f"{name_of(ledger, instrument)} repaid"
    service = _collect(ledger, kind, numbers, due)
    ledger.repay(kind, numbers, service.paid)
    return service


def interest_on(amounts: IntArray, rates: ArrayLike, *, months: int = 0, days: int = 0) -> IntArray:
    """Return interest on each amount, rounded to whole minor units; below 0 at a negative rate.

    Examples
    --------
    >>> interest_on(np.array([1_000_000, 1_000_000]), [0.0252, 0.0504], days=1).tolist()
    [100, 200]
    """
    years = months / MONTHS_A_YEAR + days / TRADING_DAYS_PER_YEAR
    if not years > 0.0:
        raise OutOfBounds("months and days", (months, days), "give a time above 0")
    rate = np.broadcast_to(np.asarray(rates, np.float64), amounts.shape)
    return np.rint(amounts * rate * years).astype(np.int64)


def affordable(ledger: Ledger, debtors: IntArray, due: IntArray) -> IntArray:
    """Return what each debtor can pay of what is due (n,); who is short pays its rows in proportion, exactly."""
    who, place = np.unique(debtors, return_inverse=True)
    total = np.zeros(who.shape[0], np.int64)
    np.add.at(total, place, due)
    have = means(ledger, who)
    short = total > have
    paid = due.copy()
    if not short.any():
        return paid
    rows = np.flatnonzero(short[place])
    order = rows[np.argsort(place[rows], kind="stable")]
    groups, first = np.unique(place[order], return_index=True)
    for group, mine in zip(groups.tolist(), np.split(order, first[1:]), strict=True):
        paid[mine] = largest_remainder(int(have[group]), due[mine].tolist())
    return paid


def means(ledger: Ledger, owners: IntArray) -> IntArray:
    """Return (n,) what owners can pay at once: free deposits, or reserves; of banks' payments there is no limit."""
    kept = ledger.owners.column("house_bank")[owners] >= 0
    free = np.where(kept, ledger.holdings[owners, ledger.money, FREE], ledger.holdings[owners, RESERVES, FREE])
    return np.where(ledger.owners.sectors[owners] == _BANKS, LIMITLESS, free)


def name_of(ledger: Ledger, instrument: int) -> str:
    """Return the name of a kind of loan; refuse a number that has none."""
    return ledger.instruments.contractual[_known(ledger, instrument)].name


def _known(ledger: Ledger, instrument: int) -> int:
    count = len(ledger.instruments.contractual)
    if not 0 <= instrument < count:
        raise OutOfBounds("instrument", instrument, f"kinds of loans are 0 to {count - 1}")
    return instrument


def _by_creditor(rates: ArrayLike, creditors: IntArray) -> FloatArray:
    given = np.asarray(rates, np.float64)
    rate = np.broadcast_to(given, creditors.shape) if given.ndim == 0 else given[creditors]
    wrong = ~(np.isfinite(rate) & (rate >= 0.0))
    if wrong.any():
        where = f"the rate of owner {int(creditors[wrong][0])}"
        raise OutOfBounds(where, float(rate[wrong][0]), "give a finite annual rate of 0 or more")
    return np.asarray(rate, np.float64)


def _check_owed(ledger: Ledger, numbers: IntArray, amounts: IntArray) -> None:
    """Refuse to repay more than is owed; a number may come twice."""
    which, place = np.unique(numbers, return_inverse=True)
    total = np.zeros(which.shape[0], np.int64)
    np.add.at(total, place, amounts)
    owed = ledger.contracts.rows[which, AMOUNT]
    if (total > owed).any():
        wrong = int(np.flatnonzero(total > owed)[0])
        raise OutOfBounds("amount", int(total[wrong]), f"contract {int(which[wrong])} owes {int(owed[wrong])}")


def _collect(ledger: Ledger, kind: str, numbers: IntArray, due: IntArray) -> DebtService:
    """Let debtors pay what they can of what is due on contracts to the creditors."""
    parts = ledger.contracts.rows[numbers]
    paid = affordable(ledger, parts[:, DEBTOR], due)
    ledger.pay(kind, payer=parts[:, DEBTOR], payee=parts[:, CREDITOR], amount=paid)
    return DebtService(numbers, paid, due - paid)


def _capitalise(ledger: Ledger, kind: str, parts: IntArray, missed: IntArray) -> None:
    """Raise the claims by what was missed; dates on which contracts are due stay."""
    parts, missed = parts[missed > 0], missed[missed > 0]
    for instrument, due in np.unique(parts[:, [INSTRUMENT, DUE]], axis=0).tolist():
        mine = (parts[:, INSTRUMENT] == instrument) & (parts[:, DUE] == due)
        creditors, debtors = parts[mine, CREDITOR], parts[mine, DEBTOR]
        ledger.lend(kind, instrument, creditor=creditors, debtor=debtors, amount=missed[mine], due=due)
