"""The banking day: runs, the interbank market, the central bank's facilities, and the resolution of who fails.

The order is that of a settlement day: depositors move, yesterday's overnight loans and advances are repaid, who is
short borrows from partners and then from the central bank, who can borrow no more sells bonds, and who is short even
then is resolved, as is who has lost its capital. At a month end all of this comes after the month's payments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.bank_entry import found_bank
from ..agents.bank_failure import BankFailure, Resolution
from ..agents.insured_deposits import collect_premiums, deposit_limit
from ..agents.share_issue import subscription
from ..core.units import BoolArray, IntArray
from ..ledger.chart import FIRST_SHARE, RESERVES
from ..ledger.ledger import Ledger
from ..markets.facilities import cover_shortfalls, remunerate_reserves, repay_advances
from ..policies.last_resort import advance_rate
from ..policies.monetary import corridor
from ..policies.prudential import Standing
from .bank_liquidity import bank_books
from .bond_sales import sell_for_cash, sell_to_shrink
from .closed_economy import ClosedEconomy, closed_of
from .public_cash import note_late_profit

if TYPE_CHECKING:
    from .economy import Economy

_GUARANTEED = 1 << 60  # what a bank of the state may borrow, minor units: all that it lacks


def fear_of(economy: Economy) -> float:
    """Return the market's fear, 0 where nobody's mood is simulated."""
    return 0.0 if economy.psychology is None else max(0.0, -float(economy.psychology.sentiment))


def run(economy: Economy) -> None:
    """Let depositors who fear for their bank move to a safer one."""
    c, settings = closed_of(economy), economy.settings
    if not settings.runs.on:
        return
    ratios = c.banks.capital_ratio(economy.ledger, economy.prudential)
    fear = fear_of(economy)
    moves = c.depositors.day(
        economy.ledger, c.banks, ratios, fear=fear, limit=deposit_limit(economy.ledger, settings.deposit_insurance),
        day=economy.day, seed=economy.seed,
    )  # fmt: skip
    if moves.owners.size:
        economy.recorder.note_event("run", depositors=int(moves.owners.size), amount=moves.total)


def settle_reserves(economy: Economy) -> None:
    """Repay what is overnight, let banks borrow from each other, then from the central bank."""
    c, ledger, settings = closed_of(economy), economy.ledger, economy.settings
    banks, m = c.banks, c.memory
    banks.note_outflow(ledger)
    repay_advances(ledger, banks, m.facility, central_bank=c.central_bank)
    c.interbank.repay(ledger, banks)
    c.interbank_day = c.interbank.lend(
        ledger, banks, policy_rate=c.policy_rate, corridor=corridor(settings.central_bank, c.policy_rate),
        default_probability=banks.default_probability(ledger, economy.prudential),
        exposure_limit=banks.exposure_limit(ledger, economy.prudential), fear=fear_of(economy),
    )  # fmt: skip
    limit = _borrowing_limit(economy, c)
    if sell_for_cash(economy, c, limit):
        limit = _borrowing_limit(economy, c)
    c.illiquid = cover_shortfalls(ledger, banks, limit, central_bank=c.central_bank).illiquid
    m.facility = advance_rate(settings.last_resort, c.policy_rate)


def _borrowing_limit(economy: Economy, c: ClosedEconomy) -> IntArray:
    """Return (banks,) what each bank may owe the central bank, minor units."""
    own = c.banks.advance_limit(economy.ledger, economy.settings.last_resort)
    return np.where(_of_the_state(c, economy.ledger), _GUARANTEED, own)


def _of_the_state(c: ClosedEconomy, ledger: Ledger) -> BoolArray:
    """Return (banks,) whether the treasury has most of a bank's shares; it guarantees what such a bank borrows."""
    columns = c.share_columns()[c.firms.size :]
    held = ledger.holdings[c.treasury, columns].sum(axis=1)
    return np.asarray(2 * held > ledger.issued[columns], np.bool_)


def resolve(economy: Economy) -> None:
    """Resolve banks that are short of capital or reserves, until none is; pay interest on reserves."""
    c, ledger, settings = closed_of(economy), economy.ledger, economy.settings
    authority = resolution_of(economy)
    _note_plans(economy, c, authority)
    for failure in authority.resolve_to_fixed_point(ledger, c.banks, c.illiquid, tick=economy.tick):
        note_bank_failure(economy, failure)
    c.illiquid = np.zeros(0, np.int64)
    economy.group_newcomers()
    deposit_rate, _lending_rate = corridor(settings.central_bank, c.policy_rate)
    remunerate_reserves(ledger, c.banks, deposit_rate, central_bank=c.central_bank)
    if economy.clock.is_month_end(economy.tick):
        note_late_profit(economy, c)
    c.banks.close_day(ledger)


def _note_plans(economy: Economy, c: ClosedEconomy, authority: Resolution) -> None:
    """Write an event where a bank's capital has fallen so far that supervisors demand a plan."""
    due = authority.standing(economy.ledger, c.banks) == Standing.PLAN
    for slot in np.flatnonzero(due & ~c.banks.planning).tolist():
        symbol = economy.symbols[c.firms.size + slot]
        economy.recorder.note_event("capital_plan", owner=int(c.banks.owners[slot]), symbol=symbol)
    c.banks.planning = due


def resolution_of(economy: Economy) -> Resolution:
    """Return the resolution authority, with the exchange told what to cancel."""
    c, settings = closed_of(economy), economy.settings
    first = c.firms.size

    def cancel_orders_of(owners: IntArray) -> None:
        for owner in owners.tolist():
            economy.exchange.cancel_owner(owner)

    return Resolution(
        settings.resolution, economy.prudential, settings.deposit_insurance, settings.last_resort, c.authorities,
        [FIRST_SHARE + first + slot for slot in range(c.banks.size)],
        before_shares_vanish=lambda slot: close_book(economy, first + slot),
        before_deposits_fall=cancel_orders_of,
    )  # fmt: skip


def close_book(economy: Economy, book: int) -> None:
    """Cancel every order in a book whose shares are about to vanish."""
    economy.exchange.cancel_book(book)


def note_bank_failure(economy: Economy, failure: BankFailure) -> None:
    """Write the event, let partners remember the default, and count it."""
    c = closed_of(economy)
    c.interbank.note_default(failure.slot)
    c.memory.bank_failures += 1
    facts: dict[str, Any] = {
        "cause": str(failure.cause), "bridge": failure.bridge, "fund_paid": failure.fund_paid,
        "treasury_paid": failure.treasury_paid, "capital": failure.capital, "left": failure.left, "lent": failure.lent,
        "uninsured_lost": failure.losses.uninsured, "interbank_lost": failure.losses.interbank,
    }  # fmt: skip
    symbol = economy.symbols[c.firms.size + failure.slot]
    economy.recorder.note_event(
        "bank_failure", owner=failure.bank, target=failure.taker, symbol=symbol, round=failure.round, **facts
    )


def supervise(economy: Economy) -> None:
    """Each month: banks heed their ratios, pay insurance premiums, and new banks take empty slots."""
    c, ledger, settings = closed_of(economy), economy.ledger, economy.settings
    banks = c.banks
    told = banks.heed(economy.prudential, settings.bank_behaviour, bank_books(economy))
    ratios = banks.capital_ratio(ledger, economy.prudential)
    collect_premiums(ledger, banks, settings.deposit_insurance, fund=c.insurance, capital_ratios=ratios)
    sell_to_shrink(economy, c, told.sell_bonds)
    _issue_rights(economy, c, told.rights_issue)
    for slot in np.flatnonzero(~banks.open).tolist():
        _open_bank(economy, c, slot)
    cash = int(ledger.holdings[c.authorities.vehicle, RESERVES, 0])
    if cash > 0:  # what bad loans still brought goes to the treasury
        ledger.pay("asset vehicle", payer=c.authorities.vehicle, payee=c.treasury, amount=cash)


def _issue_rights(economy: Economy, c: ClosedEconomy, wished: IntArray) -> None:
    """Let banks that lack capital sell new shares to households at half the market price, for deposits they have."""
    ledger = economy.ledger
    for slot in np.flatnonzero(c.banks.open & (wished > 0)).tolist():
        book, column = c.firms.size + slot, FIRST_SHARE + c.firms.size + slot
        price = max(int(economy.exchange.last[book]) // 2, 1)
        bought = subscription(
            ledger, c.households.owners, shares=int(wished[slot]) // price, price=price,
            per_head_cap=economy.settings.resolution.founding_share,
        )  # fmt: skip
        some = bought > 0
        if some.any():
            owners, bank = c.households.owners[some], int(c.banks.owners[slot])
            ledger.pay("share issue", payer=owners, payee=bank, amount=bought[some] * price)
            ledger.post("share issue", column, payer=bank, payee=owners, amount=bought[some])
            economy.recorder.note_event("rights_issue", owner=bank, symbol=economy.symbols[book],
                                        raised=int(bought.sum()) * price, price=price)  # fmt: skip


def _open_bank(economy: Economy, c: ClosedEconomy, slot: int) -> None:
    """Found a bank in a slot that has been empty for a month, with a tenth of the mean bank's capital or more."""
    ledger, settings = economy.ledger, economy.settings
    column, book = FIRST_SHARE + c.firms.size + slot, c.firms.size + slot
    mean = int(c.banks.equity(ledger)[c.banks.open].mean()) if c.banks.open.any() else 0
    price = max(int(economy.exchange.last[book]), 1)
    if mean <= 0:
        return
    founding = found_bank(
        ledger, c.banks, slot, share=column, subscribers=c.households.owners, shares=max(mean // price, 1), price=price,
        per_head_cap=settings.resolution.founding_share, seed=economy.seed, tick=economy.tick,
        at_least=max(mean // (10 * price), 1),
    )  # fmt: skip
    if founding is not None:
        economy.group_newcomers()
        facts = {"raised": founding.raised, "shares": founding.shares}
        economy.recorder.note_event("bank_founded", owner=founding.owner, symbol=economy.symbols[book], **facts)
