"""Failure of a firm, bankruptcy of a household: the estate is paid out by rank, the rest is written off.

A firm's shares vanish first; a successor may then buy its capital, so that the price is part of the estate;
then wages, taxes and banks are paid, in that order, and shareholders get what is left. What banks are not
paid is their loss. A successor is a new firm whose founders pay for its shares with deposits they have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import IntArray, OwnerId, Sector
from ..ledger.chart import BOND, DEPOSIT, LOAN, MARGIN_LOAN
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..ledger.ledger import Ledger
from ..ledger.posting import FREE, RESERVED, largest_remainder
from ..policies.insolvency import estate_waterfall
from .share_issue import Founding, Register, sell_new_shares, subscription


@dataclass(frozen=True)
class Sale:
    """What somebody pays for the physical capital of a failed firm, minor units."""

    payer: OwnerId
    amount: int


@dataclass(frozen=True)
class FirmFailure:
    """What an estate paid to whom, a row of the table of events; amounts in minor units.

    ``written_off`` is what banks were not paid, ``sold_for`` the part of the estate that capital brought.
    """

    firm: OwnerId
    sold_for: int
    wages: int
    wages_unpaid: int
    taxes: int
    taxes_unpaid: int
    loans_repaid: int
    written_off: int
    left: int


@dataclass(frozen=True)
class Bankruptcy:
    """What was taken from a household for its creditors, and what they wrote off; minor units."""

    owner: OwnerId
    seized: int
    written_off: int


def fail_firm(
    ledger: Ledger,
    firm: OwnerId,
    *,
    wages_due: Mapping[OwnerId, int],
    taxes_due: int,
    treasury: OwnerId,
    register: Register,
    sale: Sale | None = None,
    tick: int = 0,
) -> FirmFailure:
    """Pay out the estate of a firm; afterwards it has nothing and owes nothing.

    Parameters
    ----------
    wages_due : mapping of owner to int
        Wages not yet paid; what the estate does not reach is lost to the workers.
    taxes_due : int
        Taxes not yet paid, to ``treasury``.
    register : Register
        Who held the shares, as `share_issue.cancel_shares` returned it. Where nobody did, what is left goes
        to the treasury.
    sale : Sale, optional
        Who buys the capital, usually the successor, and what it pays into the estate.

    Raises
    ------
    OutOfBounds
        The firm's money is still reserved by orders, or it holds securities, which have to be sold first.
    Overdraft
        The buyer of the capital has too little.
    """
    _check_liquid(ledger, firm)
    if sale is not None:
        ledger.pay("sale of assets", payer=sale.payer, payee=firm, amount=sale.amount)
    workers, wages = list(wages_due), list(wages_due.values())
    loans = _loans_of(ledger, firm)
    owed = ledger.contracts.rows[loans, AMOUNT]
    estate = int(ledger.holdings[firm, DEPOSIT, FREE])
    to_workers, (to_treasury,), to_banks = estate_waterfall(estate, [wages, [taxes_due], owed.tolist()])
    ledger.pay("wages of a failed firm", payer=firm, payee=workers, amount=np.array(to_workers, np.int64))
    ledger.pay("taxes of a failed firm", payer=firm, payee=treasury, amount=to_treasury)
    repaid = np.array(to_banks, np.int64)
    _repay(ledger, loans, repaid)
    ledger.write_off(loans, owed - repaid)
    ledger.owners.column("died")[firm] = tick
    left = int(ledger.holdings[firm, DEPOSIT, FREE])
    if left and register.issued:
        amounts = largest_remainder(left, register.quantities.tolist())
        ledger.pay("liquidation", payer=firm, payee=register.holders, amount=amounts)
    else:
        ledger.pay("liquidation", payer=firm, payee=treasury, amount=left)
    return FirmFailure(
        firm=firm,
        sold_for=0 if sale is None else sale.amount,
        wages=sum(to_workers),
        wages_unpaid=sum(wages) - sum(to_workers),
        taxes=to_treasury,
        taxes_unpaid=taxes_due - to_treasury,
        loans_repaid=int(repaid.sum()),
        written_off=int((owed - repaid).sum()),
        left=left,
    )


def found_successor(
    ledger: Ledger,
    share: int,
    subscribers: IntArray,
    *,
    amount: int,
    price: int,
    per_head_cap: float,
    at_least: int = 1,
    tick: int = 0,
) -> Founding | None:
    """Found a firm that issues the shares of a failed one, or return None and change nothing.

    The successor is of the old firm's kind and keeps its money at the old firm's bank. Its founders pay for
    whole shares with deposits: money moves, none is made.

    Parameters
    ----------
    share : int
        The column of the failed firm's shares, which `share_issue.cancel_shares` has emptied.
    subscribers : (n,) int64
        Owners who may buy, in proportion to what each can spend.
    amount, price : int
        Money wanted and price of one share, minor units; ``amount // price`` shares are on offer.
    per_head_cap : float
        Most of a subscriber's free deposit that it spends.
    at_least : int
        Money without which the firm is not founded, minor units.
    """
    failed = int(ledger.issuer[share])
    bought = subscription(ledger, subscribers, shares=amount // price, price=price, per_head_cap=per_head_cap)
    if int(bought.sum()) * price < max(1, at_least):
        return None
    house_bank = int(ledger.owners.column("house_bank")[failed])
    kind = ledger.owners.kind_of(failed)
    owner = ledger.add_owners(1, sector=Sector.FIRMS, kind=kind, house_bank=house_bank, born=tick)[0]
    return sell_new_shares(ledger, share, owner, subscribers, bought, price)


def bankrupt(ledger: Ledger, owner: OwnerId, *, exempt: int) -> Bankruptcy:
    """Let a household's creditors have its deposit above what is ``exempt``, and write off the rest.

    Creditors of all its loans share in proportion. Securities are sold, and orders cancelled, before.

    Parameters
    ----------
    exempt : int
        Left to the household, minor units: one month of benefit.

    Raises
    ------
    OutOfBounds
        The amount is below 0, or money is reserved by orders.
    """
    if exempt < 0:
        raise OutOfBounds("exempt", exempt, "give an amount of 0 or more")
    _check_unbound(ledger, owner)
    loans = _loans_of(ledger, owner)
    owed = ledger.contracts.rows[loans, AMOUNT]
    estate = max(0, int(ledger.holdings[owner, DEPOSIT, FREE]) - exempt)
    repaid = np.array(estate_waterfall(estate, [owed.tolist()])[0], np.int64)
    _repay(ledger, loans, repaid)
    ledger.write_off(loans, owed - repaid)
    return Bankruptcy(owner, int(repaid.sum()), int((owed - repaid).sum()))


def _loans_of(ledger: Ledger, debtor: OwnerId) -> IntArray:
    return np.concatenate([ledger.contracts.of(instrument, debtor=debtor) for instrument in (LOAN, MARGIN_LOAN)])


def _repay(ledger: Ledger, loans: IntArray, repaid: IntArray) -> None:
    """Let debtors repay loans of any kind."""
    rows = ledger.contracts.rows[loans]
    ledger.pay("repayment by an estate", payer=rows[:, DEBTOR], payee=rows[:, CREDITOR], amount=repaid)
    ledger.repay("repayment by an estate", loans, repaid)


def _check_unbound(ledger: Ledger, owner: OwnerId) -> None:
    bound = int(ledger.holdings[owner, DEPOSIT, RESERVED])
    if bound:
        raise OutOfBounds(f"money of owner {owner} reserved by orders", bound, "cancel its orders first")


def _check_liquid(ledger: Ledger, firm: OwnerId) -> None:
    _check_unbound(ledger, firm)
    held = np.flatnonzero(ledger.holdings[firm, BOND:].sum(axis=1))
    if held.size:
        which = BOND + int(held[0])
        name = f"{ledger.instruments.dense[which].name} held by owner {firm}"
        raise OutOfBounds(name, ledger.balance(firm, which), "sell it before the estate is paid out")
