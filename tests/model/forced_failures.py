"""Ways of forcing a default in a running economy: postings and losses that a test adds to one month end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from catallaxy.core.units import IntArray
from catallaxy.ledger.chart import INTERBANK, RESERVES
from catallaxy.model.closed_economy import ClosedEconomy
from catallaxy.model.economy import Economy
from tests.model.closed_economy import behind, closed

DAY = 42  # the second month end
Act: TypeAlias = Callable[[Economy], None]
Forced: TypeAlias = tuple[str, Act]  # the stage before which it happens, and what


def forced(*acts: Forced, shocks: tuple[dict[str, Any], ...] = (), **changes: Any) -> Economy:
    """Return a small closed economy in which ``acts`` will happen in the last tick of `DAY`."""
    economy = closed(*shocks, **changes)
    tick = DAY * economy.clock.ticks_per_day
    for number, (stage, act) in enumerate(acts):
        economy.schedule.before(stage, _named(f"forced {number}", tick, act))
    return economy


def _named(name: str, tick: int, act: Act) -> Act:
    def once(economy: Economy) -> None:
        """Force a default."""
        if economy.tick == tick:
            act(economy)

    once.__name__ = name
    return once


def loss(bank: str, share: float = 1.0) -> dict[str, Any]:
    """Return the shock that takes a bank's loans from it."""
    return {"kind": "bank_loss", "at": DAY, "bank": bank, "share": share}


def fire(slot: int) -> Forced:
    """Let all that a firm has in capital burn down before failed firms are wound up."""

    def burn(economy: Economy) -> None:
        firms = behind(economy).firms
        firms.scrapped[slot] += firms.capital[slot]
        firms.capital[slot] = 0

    return "fail", burn


def seize(stage: str, whose: Callable[[ClosedEconomy], Any], *, payee: str = "treasury") -> Forced:
    """Take all free deposits of some owners."""

    def take(economy: Economy) -> None:
        c, ledger = behind(economy), economy.ledger
        owners = np.atleast_1d(whose(c))
        amount = ledger.holdings[owners, ledger.money, 0]
        ledger.pay("seizure", payer=owners, payee=getattr(c, payee), amount=amount)

    return stage, take


def drain(stage: str, whose: Callable[[ClosedEconomy], int], more: int = 0) -> Forced:
    """Let a bank, the fund or the treasury pay all its reserves, and ``more``, to the central bank."""

    def pay(economy: Economy) -> None:
        c, ledger = behind(economy), economy.ledger
        owner = int(whose(c))
        amount = max(int(ledger.holdings[owner, RESERVES, 0]), 0) + more
        ledger.pay("seizure", payer=owner, payee=c.central_bank, amount=amount)

    return stage, pay


def owe_each_other(amount: int) -> Forced:
    """Let the first two banks lend each other ``amount`` after the interbank market has closed."""

    def lend(economy: Economy) -> None:
        c, ledger = behind(economy), economy.ledger
        one, other = (int(owner) for owner in c.banks.owners[:2])
        for creditor, debtor in ((one, other), (other, one)):
            numbers = ledger.lend("interbank", INTERBANK, creditor=creditor, debtor=debtor, amount=amount)
            ledger.pay("interbank", payer=creditor, payee=debtor, amount=amount)
            rows = np.atleast_1d(np.asarray(numbers, np.int64))
            c.interbank.agree(ledger, rows, 0.02, np.array([amount], np.int64))

    return "resolve", lend


def call_auction(book: int) -> Forced:
    """Put a book into a call auction before failed firms are wound up."""
    return "fail", lambda economy: economy.exchange.call(book)


def firms(*slots: int) -> Callable[[ClosedEconomy], IntArray]:
    """Return who the firms in some slots are at the time."""
    return lambda c: c.firms.owners[list(slots)]


def bank(slot: int) -> Callable[[ClosedEconomy], int]:
    """Return who the bank in a slot is at the time."""
    return lambda c: int(c.banks.owners[slot])
