"""The wealth of everybody: a copy of their accounts now, and of their wealth at the end of each of the last days.

The stepping thread writes, at day ends and at most once a second while somebody watches; readers sort and rank
copies that never change again, so that no question holds the world up.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.units import SECTOR_CODE, TRADING_DAYS_PER_YEAR, BoolArray, FloatArray, IntArray, OwnerId, Sector, Tick
from ..ledger.chart import BOND, MARGIN_LOAN
from ..ledger.instruments import InstrumentKind
from ..model.clock import DAYS_PER_MONTH
from ..model.economy import Economy
from .trade_reel import TradeReel
from .wealth_kernels import add_up

KEEP_DAYS, LEAST_DAYS, ROOM = 63, DAYS_PER_MONTH + 1, 128_000_000
"""Days of everybody's wealth that are kept; fewer, but so many, where they would take more than so many bytes."""
_FRESH = 1.0
_NO_HOUSEHOLD = -3
_GROUP_DAYS = 2_520


@dataclass(frozen=True)
class Accounts:
    """What every trader has at a tick, minor units, a row for each in order of owner ids.

    ``group`` is a place in `WealthReel.groups`; ``employer`` a row of the firms, or a code below 0.
    """

    tick: Tick
    day: int
    owners: IntArray
    group: IntArray
    cash: IntArray
    bonds: IntArray
    shares: IntArray
    debt: IntArray
    employer: IntArray
    trades: Any
    left: BoolArray

    @property
    def wealth(self) -> IntArray:
        """Deposits, bonds and shares less what was borrowed on margin."""
        return self.cash + self.bonds + self.shares - self.debt


@dataclass(frozen=True)
class Day:
    """The end of a day: ``wealth`` by owner id, NaN for who is not there; ``rate`` is what a day without risk earns."""

    day: int
    wealth: Any
    rate: float

    def of(self, owner: OwnerId) -> float | None:
        """Return one owner's wealth, None if it was not there."""
        wealth = float(self.wealth[owner]) if owner < self.wealth.shape[0] else math.nan
        return None if math.isnan(wealth) else wealth


class WealthReel:
    """What is kept of the wealth of a world's owners.

    Attributes
    ----------
    accounts : Accounts
        The newest copy; see `newest`.
    days : deque of Day
        The ends of the newest days, oldest first; day 0 is the opening.
    opening : (owners,) float32
        Wealth at the opening, or at the end of the first day of who came later, by owner id.
    group_days : deque of (day, (groups,) float64)
        Mean wealth of those of each group who have not left, at day ends.
    memo : dict
        What readers made of the newest copy.
    """

    def __init__(self, economy: Economy) -> None:
        self.groups: tuple[str, ...] = (*(population.name for population in economy.populations), "object")
        self.trades = TradeReel(economy.ledger.owners.size)
        room = ROOM // max(1, 4 * economy.ledger.owners.size)
        self.days: deque[Day] = deque(maxlen=min(KEEP_DAYS, max(LEAST_DAYS, room)) + 1)
        self.group_days: deque[tuple[int, FloatArray]] = deque(maxlen=_GROUP_DAYS)
        self.opening: Any = np.zeros(0, np.float32)
        self.memo: dict[str, Any] = {}
        self.newest_tick: Tick = economy.tick
        self._wanted, self._copied = False, 0.0
        self.accounts = copied(economy, self.trades.count)
        self._close_day(economy, self.accounts)

    def note(self, economy: Economy) -> None:
        """Write what a tick did; the stepping thread calls this between two ticks."""
        if economy.tick <= self.newest_tick:
            return
        self.newest_tick = economy.tick
        for tick, fills in reversed(economy.recorder.fills):
            if tick != economy.tick:
                break
            self.trades.put(tick, fills)
        ended = economy.clock.is_day_end(economy.tick)
        if ended or (self._wanted and time.monotonic() >= self._copied + _FRESH):
            self.refresh(economy)
        if ended:
            self._close_day(economy, self.accounts)

    def refresh(self, economy: Economy) -> None:
        """Copy the accounts as they are between two ticks."""
        self.accounts = copied(economy, self.trades.count, self.accounts)
        self._wanted, self._copied = False, time.monotonic()

    def newest(self, tick: Tick, look: Callable[[Callable[[Economy], None]], None] | None) -> Accounts:
        """Return the newest copy; a world that plays makes the next one by itself, ``look`` reads one that stands."""
        if self.accounts.tick < tick:
            if look is None:
                self._wanted = True
            else:
                look(self.refresh)
        return self.accounts

    def before(self, day: int) -> Day | None:
        """Return the end of ``day``, None when it is not kept."""
        return next((kept for kept in reversed(self.days) if kept.day == day), None)

    def _close_day(self, economy: Economy, accounts: Accounts) -> None:
        size, wealth = economy.ledger.owners.size, accounts.wealth
        row = np.full(size, np.nan, np.float32)
        few = np.flatnonzero(economy.ledger.owners.sectors != SECTOR_CODE[Sector.HOUSEHOLDS])
        row[few] = net_worth(economy, few)
        row[accounts.owners] = wealth
        row[accounts.owners[accounts.left]] = np.nan
        if size > self.opening.shape[0]:
            self.opening = np.append(self.opening, row[self.opening.shape[0] :])
        rate = 0.0 if economy.closed is None else economy.closed.policy_rate / TRADING_DAYS_PER_YEAR
        self.days.append(Day(accounts.day, row, rate))
        here, groups = ~accounts.left, len(self.groups)
        members = np.bincount(accounts.group, weights=here, minlength=groups)
        total = np.bincount(accounts.group, weights=wealth * here, minlength=groups)
        mean = np.where(members > 0, total / np.maximum(members, 1), np.nan)
        self.group_days.append((accounts.day, mean))


def copied(economy: Economy, trades: Any, before: Accounts | None = None) -> Accounts:
    """Return every trader's accounts between two ticks; ``trades`` counts by owner, ``before`` is an earlier copy."""
    ledger, listings = economy.ledger, economy.exchange.listings
    if before is not None and before.owners.shape[0] == economy.roster.size + len(economy.floor.traders):
        owners, group = before.owners, before.group
    else:
        owners = np.sort(economy.trader_owners())
        group = economy.group_of[owners]
    cash, bonds, shares = (np.empty(owners.shape[0], np.int64) for _ in range(3))
    worth = np.zeros(ledger.holdings.shape[1])
    worth[listings.security] = economy.exchange.last * listings.unit_value
    rows = ledger.holdings.reshape(ledger.holdings.shape[0], -1)
    bond = -1 if economy.closed is None else BOND
    add_up(rows, owners, worth, int(listings.money[0]), bond, cash, bonds, shares)
    debt, employer = np.zeros(owners.shape[0], np.int64), np.full(owners.shape[0], _NO_HOUSEHOLD, np.int64)
    if economy.closed is not None:
        debt = ledger.contracts.debts[MARGIN_LOAN, owners]
        households = economy.closed.households
        low, high = np.searchsorted(owners, (households.first, households.first + households.size)).tolist()
        employer[low:high] = households.employer[owners[low:high] - households.first]
    if trades.shape[0] < ledger.owners.size:
        trades = np.append(trades, np.zeros(ledger.owners.size - trades.shape[0], np.int32))
    left = ledger.owners.column("died")[owners] >= 0
    return Accounts(
        economy.tick, economy.day, owners, group, cash, bonds, shares, debt, employer, trades[owners], left
    )  # fmt: skip


def net_worth(economy: Economy, owners: IntArray) -> IntArray:
    """Return (n,) financial net worth of any owners, minor units: all they hold and are owed less all they owe.

    Their own shares are nobody's debt; goods, machines and inventories are left out.
    """
    ledger, listings = economy.ledger, economy.exchange.listings
    worth = np.ones(len(ledger.instruments.dense), np.int64)
    worth[listings.security] = economy.exchange.last * listings.unit_value
    net = ledger.holdings[owners].sum(axis=2) @ worth - ledger.owed[owners]
    net += (ledger.contracts.claims[:, owners] - ledger.contracts.debts[:, owners]).sum(axis=0)
    for number, instrument in enumerate(ledger.instruments.dense):
        if instrument.kind is not InstrumentKind.SHARE:
            net[owners == instrument.issuer] -= int(ledger.issued[number])
    return np.asarray(net, np.int64)
