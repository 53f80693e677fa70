"""Margin accounts: who borrows against shares, who is under a call, and what banks sell of them.

Each account stands in one of five ways. *Open*, it may borrow up to the initial margin. *Called*, its equity fell
below the maintenance margin, and it may not borrow. *Selling*, the days of grace have passed and the bank sells its
shares on the market until the loan is back within the initial margin. *Closing*, it lost so much that the bank sells
until nothing is owed. *Closed*, it owes nothing, and may come back after some days. What is owed when no share is
left to sell, and no money or bond, is the bank's loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from ..core.units import BoolArray, FloatArray, IntArray, OwnerId
from ..ledger.chart import BOND, MARGIN_LOAN
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..ledger.ledger import Ledger
from ..ledger.posting import FREE
from ..markets import credit
from ..markets.bank_slots import slots_of
from ..markets.margin_rules import (
    MarginSettings,
    amount_called,
    equity_ratio,
    loan_capacity,
    ration,
    sale_due,
)
from ..policies.prudential import PrudentialSettings
from .bank_lending import lending_room
from .banks import Banks
from .firm_failure import bankrupt

COLLATERAL = "margin collateral"
FOR_GOOD = 2**62


class Standing(IntEnum):
    """How an account stands with its bank."""

    OPEN = 0
    CALLED = 1
    SELLING = 2
    CLOSING = 3
    CLOSED = 4


@dataclass(frozen=True)
class Notice:
    """Something that a bank wrote to a client: the name of the event, the row of the account, and numbers."""

    event: str
    row: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Shares:
    """The stocks that serve as collateral: columns of the ledger, money a lot is worth, lots that trade together."""

    columns: IntArray
    worth: IntArray
    round_lot: IntArray


@dataclass(frozen=True)
class Sales:
    """Market orders by which banks sell, row by row: accounts, books and lots."""

    rows: IntArray
    books: IntArray
    lots: IntArray


class MarginAccounts:
    """The margin accounts of an economy, as columns.

    Attributes
    ----------
    owners : (n,) int64
        Whose account each is.
    standing : (n,) int64
        A `Standing`.
    since, back : (n,) int64
        Day of the call that stands; day from which on a closed account may be opened again.
    opening : (n,) int64
        Equity when the account was opened, minor units.
    volume, allowance : (books,) float64
        Average lots traded in a tick; what may be sold by force and has not been, less than a round lot.
    lines : (banks,) int64
        What each bank may still lend on margin today, minor units.
    share : float
        Part of the accounts that owe something which are under a call or sold off.
    """

    columns = ("owners", "standing", "since", "back", "opening", "volume", "allowance", "lines")

    def __init__(self, settings: MarginSettings, owners: IntArray, *, books: int, banks: int) -> None:
        self.settings = settings
        self.owners: IntArray = np.array(owners, np.int64)
        count = self.owners.shape[0]
        self.standing: IntArray = np.full(count, int(Standing.OPEN), np.int64)
        self.since, self.back = np.zeros(count, np.int64), np.zeros(count, np.int64)
        self.opening: IntArray = np.zeros(count, np.int64)
        self.volume: FloatArray = np.zeros(books)
        self.allowance: FloatArray = np.zeros(books)
        self.lines: IntArray = np.zeros(banks, np.int64)
        self.days = 0
        self.share = 0.0

    @property
    def size(self) -> int:
        """Number of accounts."""
        return int(self.owners.shape[0])

    @property
    def sold_off(self) -> BoolArray:
        """(n,) whether the bank is selling the account's shares."""
        return np.isin(self.standing, (Standing.SELLING, Standing.CLOSING))

    # -- what they have -----------------------------------------------------------------------

    def debts(self, ledger: Ledger) -> IntArray:
        """Return (n,) margin loans, minor units."""
        return np.asarray(ledger.contracts.debts[MARGIN_LOAN, self.owners])

    def cash(self, ledger: Ledger) -> IntArray:
        """Return (n,) deposits, those reserved by orders too."""
        return ledger.owned(ledger.money, self.owners)

    def position(self, ledger: Ledger, shares: Shares) -> IntArray:
        """Return (n,) the value of all shares, minor units."""
        first, last = int(shares.columns[0]), int(shares.columns[-1]) + 1
        held = ledger.holdings[self.owners, first:last].sum(axis=2)
        return np.asarray(held[:, shares.columns - first] @ shares.worth, np.int64)

    def net_loan(self, ledger: Ledger) -> IntArray:
        """Return (n,) what is owed less cash, minor units; below 0 for who could repay all."""
        return self.debts(ledger) - self.cash(ledger)

    def wealth(self, ledger: Ledger, shares: Shares) -> IntArray:
        """Return (n,) equity: shares and cash less the loan, minor units."""
        return self.position(ledger, shares) - self.net_loan(ledger)

    def open(self, ledger: Ledger, shares: Shares) -> None:
        """Remember the equity with which all accounts open."""
        self.opening[:] = np.maximum(self.wealth(ledger, shares), 0)

    # -- lending and service ------------------------------------------------------------------

    def set_lines(
        self, ledger: Ledger, banks: Banks, rules: PrudentialSettings, at_most: IntArray | None = None
    ) -> None:
        """Let banks decide what they lend on margin today: within their capital, and a part of their equity.

        ``at_most`` (banks,) is what their liquidity bears, minor units; without it liquidity is no limit.
        """
        room = lending_room(ledger, banks, rules, weight=rules.weight_margin, at_most=at_most)
        most = np.floor(self.settings.book_limit * np.maximum(banks.equity(ledger), 0)).astype(np.int64)
        self.lines = np.maximum(np.minimum(room, most - banks.claims(ledger, MARGIN_LOAN)), 0)

    def lend(
        self, ledger: Ledger, banks: Banks, rules: PrudentialSettings, shares: Shares, rows: IntArray, wanted: IntArray
    ) -> IntArray:
        """Let house banks lend accounts ``rows`` what they want, within every limit; return (n,) what was lent.

        The limits: the initial margin, a standing that is open, the bank's line of today, and what one client may owe
        it. A loan creates the deposit it pays out.
        """
        debts = self.debts(ledger)[rows]
        capacity = loan_capacity(self.wealth(ledger, shares)[rows], self.settings.initial) - debts
        keeper = ledger.owners.column("house_bank")[self.owners[rows]]
        slots = slots_of(banks, keeper)
        able = (self.standing[rows] == Standing.OPEN) & (slots >= 0)
        single = banks.exposure_limit(ledger, rules)[np.maximum(slots, 0)] - debts
        most = np.where(able, np.minimum(np.minimum(wanted, capacity), single), 0)
        given = np.zeros(rows.shape[0], np.int64)
        for slot in np.unique(slots[most > 0]).tolist():
            mine = np.flatnonzero((slots == slot) & (most > 0))
            before = np.cumsum(most[mine]) - most[mine]
            given[mine] = np.clip(self.lines[slot] - before, 0, most[mine])
            self.lines[slot] -= given[mine].sum()
        some = given > 0
        credit.grant(ledger, keeper[some], self.owners[rows[some]], given[some], MARGIN_LOAN)
        return given

    def pay_interest(self, ledger: Ledger, policy_rate: float) -> int:
        """Let all pay a day's interest, what is missed being added to the debt; return what was due."""
        rate = max(policy_rate + self.settings.spread, 0.0)
        service = credit.pay_interest(ledger, MARGIN_LOAN, rate, days=1)
        return int(service.paid.sum() + service.missed.sum())

    def repay(self, ledger: Ledger, who: BoolArray) -> int:
        """Let the accounts ``who`` (n,) repay what their free cash allows; return how much it was."""
        free = ledger.holdings[self.owners, ledger.money, FREE]
        debtors = self.owners[who & (free > 0) & (self.debts(ledger) > 0)]
        if not debtors.size:
            return 0
        numbers = ledger.contracts.of(MARGIN_LOAN)
        numbers = numbers[np.isin(ledger.contracts.rows[numbers, DEBTOR], debtors)]
        due = ledger.contracts.rows[numbers, AMOUNT]
        paid = credit.affordable(ledger, ledger.contracts.rows[numbers, DEBTOR], due)
        credit.repay(ledger, numbers[paid > 0], paid[paid > 0])
        return int(paid.sum())

    # -- the end of a day ---------------------------------------------------------------------

    def note_volume(self, lots: IntArray, ticks: int) -> None:
        """Learn from the ``lots`` (books,) that were traded in a day of so many ticks."""
        self.days += 1
        old = 0.5 ** (1.0 / self.settings.volume_half_life) if self.days > 1 else 0.0
        self.volume = old * self.volume + (1.0 - old) * lots / ticks

    def review(self, ledger: Ledger, shares: Shares, *, day: int, grace: int) -> list[Notice]:
        """Look at all accounts at the day's last prices: make calls, withdraw them, begin and end forced sales.

        Parameters
        ----------
        grace : int
            Days between a call and forced sales, today.
        """
        s, notices = self.settings, list[Notice]()
        position, loan, owed = self.position(ledger, shares), self.net_loan(ledger), self.debts(ledger)
        ratio = equity_ratio(position, loan)
        ruined = (position - loan < s.exit_at * self.opening) & (self.opening > 0)
        below = (owed > 0) & (ratio < s.maintenance)
        for row in np.flatnonzero(self._moving(below, ruined, day)).tolist():
            facts = {"position": int(position[row]), "loan": int(loan[row])}
            now = self._next(bool(below[row]), bool(ruined[row]), row, day, grace, owed=int(owed[row]))
            was, self.standing[row] = int(self.standing[row]), int(now)
            if was == Standing.OPEN and below[row]:
                self.since[row] = day
                called = int(amount_called(position[row], loan[row], s.maintenance))
                notices.append(Notice("margin_call", row, facts | {"called": called, "due": day + grace}))
            if was == Standing.CALLED and now == Standing.OPEN:
                notices.append(Notice("margin_call_met", row, facts))
            if was not in (Standing.SELLING, Standing.CLOSING) and now in (Standing.SELLING, Standing.CLOSING):
                notices.append(Notice("forced_sale", row, facts))
            if was == Standing.CLOSED:
                self._reopen(row, int(position[row] - loan[row]), day, notices)
            if now == Standing.CLOSED and was != Standing.CLOSED:
                self.close(row, day, notices, written_off=0)
        self._count(owed)
        return notices

    def _moving(self, below: BoolArray, ruined: BoolArray, day: int) -> BoolArray:
        """Return (n,) whose standing a day's end may change."""
        at = self.standing
        returning = (at == Standing.CLOSED) & (day >= self.back)
        falling = ((at == Standing.OPEN) & (below | ruined)) | ((at == Standing.SELLING) & ruined)
        return np.asarray(falling | (at == Standing.CALLED) | returning, np.bool_)

    def _next(self, below: bool, ruined: bool, row: int, day: int, grace: int, *, owed: int) -> Standing:
        """Return how an account stands from today on."""
        at = Standing(int(self.standing[row]))
        if at == Standing.CLOSED:
            return Standing.OPEN
        if ruined:
            return Standing.CLOSING if owed else Standing.CLOSED
        if at == Standing.SELLING:
            return at
        if not below:
            return Standing.OPEN
        called = day if at == Standing.OPEN else int(self.since[row])
        return Standing.SELLING if day >= called + grace else Standing.CALLED

    def _reopen(self, row: int, wealth: int, day: int, notices: list[Notice]) -> None:
        """Open a closed account again with the equity it has; without any it stays closed as long again."""
        if wealth > 0:
            self.opening[row] = wealth
            notices.append(Notice("margin_account_opened", row, {"equity": wealth}))
        else:
            self.standing[row], self.back[row] = int(Standing.CLOSED), day + self.settings.return_days

    def close(self, row: int, day: int, notices: list[Notice], **facts: int) -> None:
        """Close an account that owes nothing."""
        self.standing[row], self.back[row] = int(Standing.CLOSED), day + self.settings.return_days
        notices.append(Notice("margin_account_closed", row, {"back": int(self.back[row]), **facts}))

    def leave(self, owner: OwnerId) -> None:
        """Close the account of an owner that leaves for good."""
        mine = self.owners == owner
        self.standing[mine], self.back[mine] = int(Standing.CLOSED), FOR_GOOD

    def _count(self, owed: IntArray) -> None:
        pressed = (self.standing == Standing.CALLED) | self.sold_off
        self.share = float(pressed.sum()) / max(int((pressed | (owed > 0)).sum()), 1)

    # -- forced sales -------------------------------------------------------------------------

    def settle(self, ledger: Ledger, shares: Shares, *, day: int) -> list[Notice]:
        """Let accounts that are sold off repay what sales brought; end the sales of those who are back or have nothing.

        Their orders are cancelled before, so that all their cash is free.
        """
        selling, notices = self.sold_off, list[Notice]()
        if not selling.any():
            return notices
        self.repay(ledger, selling)
        position, loan, owed = self.position(ledger, shares), self.net_loan(ledger), self.debts(ledger)
        ratio = equity_ratio(position, loan)
        lots = ledger.holdings[self.owners[:, None], shares.columns[None, :]].sum(axis=2)
        for row in np.flatnonzero(selling).tolist():
            if owed[row] and not (lots[row] >= shares.round_lot).any():
                facts = self._default(ledger, int(self.owners[row]))
                notices.append(Notice("margin_default", row, facts))
                self.close(row, day, notices, written_off=facts["written_off"])
            elif self.standing[row] == Standing.CLOSING and not owed[row]:
                self.close(row, day, notices, written_off=0)
            elif self.standing[row] == Standing.SELLING and (ratio[row] >= self.settings.initial or not owed[row]):
                self.standing[row] = int(Standing.OPEN)
                facts = {"position": int(position[row]), "loan": int(loan[row])}
                notices.append(Notice("forced_sale_ended", row, facts))
        return notices

    @staticmethod
    def _default(ledger: Ledger, owner: OwnerId) -> dict[str, Any]:
        """Take the bonds of a debtor whose money is gone for its loan; what is missing is its bank's loss."""
        bonds = 0
        for number in ledger.contracts.of(MARGIN_LOAN, debtor=owner).tolist():
            creditor, amount = int(ledger.contracts.rows[number, CREDITOR]), int(ledger.contracts.rows[number, AMOUNT])
            face = min(amount, int(ledger.holdings[owner, BOND, FREE]))
            if face:
                ledger.post(COLLATERAL, BOND, payer=owner, payee=creditor, amount=face)
                ledger.repay(COLLATERAL, number, face)
                bonds += face
        return {"bonds": bonds, "written_off": bankrupt(ledger, owner, exempt=0).written_off}

    def sales(self, ledger: Ledger, shares: Shares) -> Sales:
        """Return the sell orders of this tick: of every stock in proportion, and no more than the market can bear.

        All forced sales of a stock together are at most ``sale_share`` of its average volume per tick; what is left of
        that below a round lot is kept for the next tick. Call `settle` first.
        """
        rows = np.flatnonzero(self.sold_off)
        if not rows.size:
            none = np.zeros(0, np.int64)
            return Sales(none, none, none)
        position, loan = self.position(ledger, shares)[rows], self.net_loan(ledger)[rows]
        margin = np.where(self.standing[rows] == Standing.CLOSING, 1.0, self.settings.initial)
        due = np.empty(rows.shape[0], np.int64)
        for level in np.unique(margin).tolist():
            mine = margin == level
            due[mine] = sale_due(position[mine], loan[mine], level)
        part = due / np.maximum(position, 1)
        held = ledger.holdings[self.owners[rows][:, None], shares.columns[None, :], FREE]
        wanted = np.minimum(np.ceil(held * part[:, None]).astype(np.int64), held)
        wanted += -wanted % shares.round_lot
        wanted = np.where(wanted > held, held - held % shares.round_lot, wanted)
        lots = self._rationed(wanted, shares.round_lot)
        who, books = np.nonzero(lots)
        return Sales(rows[who], books, lots[who, books])

    def _rationed(self, wanted: IntArray, round_lot: IntArray) -> IntArray:
        """Return (n, books) what may be sold now of the lots wanted, in round lots; keep the allowance that is left."""
        sent = np.zeros_like(wanted)
        asked = wanted.sum(axis=0) > 0
        self.allowance[asked] += self.settings.sale_share * self.volume[asked]
        most = np.floor(self.allowance / round_lot).astype(np.int64)
        for book in np.flatnonzero(asked & (most > 0)).tolist():
            lot = int(round_lot[book])
            sent[:, book] = lot * ration(wanted[:, book] // lot, int(most[book]))
        self.allowance = np.minimum(self.allowance - sent.sum(axis=0), round_lot.astype(np.float64))
        return sent

    # -- memory -------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the accounts."""
        return {name: getattr(self, name).copy() for name in self.columns}, {"days": self.days, "share": self.share}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        for name in self.columns:
            setattr(self, name, np.array(arrays[name]))
        self.days, self.share = int(values["days"]), float(values["share"])
