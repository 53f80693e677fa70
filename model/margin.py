"""Buying on margin in the closed economy: loans before orders, calls at day end, forced sales as orders in the book.

The exchange reserves the money of every order when it comes in, so a loan is drawn before: in each round those who
wake up say what their orders cost, and their banks lend what is missing. At day end interest is paid, idle money
repays, and accounts are marked; calls that are not met in time are sold out by market orders from the next tick on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ..agents.borrower import Borrower
from ..agents.margin_accounts import MarginAccounts, Notice, Shares
from ..agents.population import NEVER, Population
from ..agents.strategy import Traders
from ..core.errors import OutOfBounds
from ..core.randomness import PRIORITY, Draws
from ..core.units import IntArray
from ..ledger.chart import MARGIN_LOAN
from ..ledger.contracts import CREDITOR
from ..ledger.posting import RESERVED
from ..markets.orders import NO_EXPIRY, NO_SLOT, Kind
from .bank_liquidity import spare_liquidity
from .closed_economy import closed_of
from .day_end import fear_of
from .schedule import Stage, When

if TYPE_CHECKING:
    from .economy import Economy


def open_margin(economy: Economy) -> MarginAccounts | None:
    """Return the margin accounts of a new economy: of everybody in a group that borrows; None where they are off."""
    settings = economy.settings.margin
    if not settings.on:
        return None
    if economy.closed is None:
        raise OutOfBounds("margin.on", True, 'only banks of a closed economy lend on margin; give macro.form "full"')
    owners = [population.owners for population in borrowers(economy)]
    accounts = MarginAccounts(
        settings, np.concatenate([np.zeros(0, np.int64), *owners]), books=len(economy.symbols),
        banks=economy.closed.banks.size,
    )  # fmt: skip
    accounts.open(economy.ledger, shares_of(economy))
    return accounts


def margin_rounds(on: bool) -> tuple[Stage, ...]:
    """Return the stage of a round in an economy with margin loans."""
    return (Stage("borrow", When.ROUND, borrow, "banks sell what was called, and lend what orders need"),) if on else ()


def margin_days(on: bool) -> tuple[Stage, ...]:
    """Return the stage of a day end in an economy with margin loans."""
    return (Stage("call margins", When.DAY, call_margins, "margin loans are served, marked and called"),) if on else ()


def borrowers(economy: Economy) -> list[Population]:
    """Return the groups whose strategies borrow."""
    return [population for population in economy.populations if isinstance(population.strategy, Borrower)]


def shares_of(economy: Economy) -> Shares:
    """Return the collateral: every listed stock at its last price."""
    listings = economy.exchange.listings
    return Shares(listings.security, economy.exchange.last * listings.unit_value, listings.round_lot)


def accounts_of(economy: Economy) -> MarginAccounts:
    """Return the margin accounts; these stages exist only with them."""
    assert economy.margin is not None
    return economy.margin


def borrow(economy: Economy) -> None:
    """Sell what banks have to sell, then lend those who wake up what their orders need beyond their cash."""
    accounts = accounts_of(economy)
    if economy.round_ == 0:
        if economy.clock.tick_of_day(economy.tick) == 1:
            accounts.set_lines(economy.ledger, closed_of(economy).banks, economy.prudential, spare_liquidity(economy))
        _sell(economy, accounts)
    _note_debts(economy, accounts)
    market, first = economy.market(), 0
    step = economy.tick * economy.settings.exchange.rounds + economy.round_
    wanted, needy = [], []
    for population in borrowers(economy):
        rows = np.flatnonzero(population.wake <= step)
        if rows.size and not population.muted:
            draws = population.draws(economy.tick, economy.round_)
            traders = Traders(rows, population.owners[rows], draws, population.state, market)
            assert isinstance(population.strategy, Borrower)
            wanted.append(population.strategy.money_wanted(market, traders))
            needy.append(first + rows)
        first += population.size
    if needy:
        _lend(economy, accounts, np.concatenate(needy), np.concatenate(wanted))


def _lend(economy: Economy, accounts: MarginAccounts, rows: IntArray, wanted: IntArray) -> None:
    """Lend what accounts ``rows`` want beyond their cash, with the highest fee on top."""
    cash = economy.cash_of(accounts.owners[rows])
    cost = np.ceil(wanted * (1.0 + 1e-6 * economy.exchange.reserved_ppm))
    need = np.where(wanted > 0, np.maximum(cost.astype(np.int64) - cash, 0), 0)
    some = need > 0
    if some.any():
        banks = closed_of(economy).banks
        accounts.lend(economy.ledger, banks, economy.prudential, shares_of(economy), rows[some], need[some])
        _note_debts(economy, accounts)


def _note_debts(economy: Economy, accounts: MarginAccounts) -> None:
    """Tell borrowers what they owe."""
    debts, first = accounts.debts(economy.ledger), 0
    for population in borrowers(economy):
        population.state["debt"][:] = debts[first : first + population.size]
        first += population.size


def _sell(economy: Economy, accounts: MarginAccounts) -> None:
    """Repay from what forced sales brought, and write the next of them on the sheet as market orders."""
    if not accounts.sold_off.any():
        return
    _cancel_orders(economy, accounts)
    shares, day = shares_of(economy), economy.day
    _tell(economy, accounts, accounts.settle(economy.ledger, shares, day=day))
    sales = accounts.sales(economy.ledger, shares)
    if sales.rows.size:
        draws = Draws.of(economy.seed, "margin", economy.tick)
        ordinals = sales.rows * len(economy.symbols) + sales.books
        economy.sheet.write(
            owner=accounts.owners[sales.rows], book=sales.books, side=1, price=0, quantity=sales.lots,
            kind=int(Kind.MARKET), slot=NO_SLOT, expiry=NO_EXPIRY,
            priority=(draws.bits(ordinals, PRIORITY) >> np.uint64(1)).astype(np.int64),
        )  # fmt: skip


def call_margins(economy: Economy) -> None:
    """Serve and mark the margin loans of the day, call those below maintenance, begin the sales of who did not pay."""
    accounts, c, ledger = accounts_of(economy), closed_of(economy), economy.ledger
    accounts.note_volume(economy.exchange.bars.day_bars().volume, economy.clock.ticks_per_day)
    accounts.pay_interest(ledger, c.policy_rate)
    accounts.repay(ledger, np.ones(accounts.size, np.bool_))
    stressed = fear_of(economy) >= accounts.settings.stress_fear and economy.psychology is not None
    grace = 0 if stressed else accounts.settings.grace
    shares = shares_of(economy)
    _tell(economy, accounts, accounts.review(ledger, shares, day=economy.day, grace=grace))
    _cancel_orders(economy, accounts)
    _tell(economy, accounts, accounts.settle(ledger, shares, day=economy.day))
    economy.margin_share = accounts.share


def _cancel_orders(economy: Economy, accounts: MarginAccounts) -> None:
    """Cancel what rests of accounts that are sold off, so that all they have is free for their banks."""
    rows = np.flatnonzero(accounts.sold_off)
    reserved = economy.ledger.holdings[accounts.owners[rows], :, RESERVED].any(axis=1)
    for owner in accounts.owners[rows[reserved]].tolist():
        economy.exchange.cancel_owner(owner)


def _tell(economy: Economy, accounts: MarginAccounts, notices: Iterable[Notice]) -> None:
    """Write notices as events; whoever is sold off sleeps meanwhile, and wakes up in the tick after."""
    step = (economy.tick + 1) * economy.settings.exchange.rounds
    for notice in notices:
        if notice.event == "forced_sale":
            _set_wake(economy, notice.row, NEVER)
        elif notice.event in ("forced_sale_ended", "margin_account_closed"):
            _set_wake(economy, notice.row, step)
        owner = int(accounts.owners[notice.row])
        economy.recorder.note_event(notice.event, owner=owner, target=_creditor(economy, owner), **notice.facts)


def _set_wake(economy: Economy, row: int, step: int) -> None:
    """Let the trader of an account act at ``step`` next."""
    for population in borrowers(economy):
        if row < population.size:
            population.wake[row] = step
            return
        row -= population.size


def _creditor(economy: Economy, owner: int) -> int:
    """Return to whom an account owes its loan, its house bank when it owes nothing."""
    numbers = economy.ledger.contracts.of(MARGIN_LOAN, debtor=owner)
    if numbers.size:
        return int(economy.ledger.contracts.rows[numbers[0], CREDITOR])
    return int(economy.ledger.owners.column("house_bank")[owner])
