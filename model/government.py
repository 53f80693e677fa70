"""What the treasury does in a month: it borrows before it spends, pays the unemployed and buys goods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..policies.fiscal import real_purchases
from .bond_market import buy_bonds, renew_coupon, sell_bonds
from .closed_economy import MONTHS_PER_YEAR, ClosedEconomy, closed_of
from .lending import split
from .public_cash import raise_cash

if TYPE_CHECKING:
    from .economy import Economy

_LEAST_CASH, _MOST_CASH = 1.5, 2.5  # months of spending between which the treasury lets its account float
_TAIL = 0.005  # by which the yield of an auction that finds no buyer at all is higher


def fund_state(economy: Economy) -> None:
    """Let the treasury sell bonds before it spends, so that it never overdraws; spare cash buys bonds back."""
    c, ledger = closed_of(economy), economy.ledger
    m = c.memory
    due = round(government_units(economy, c) * m.price) + m.benefit * c.households.unemployed()
    due += round(c.public_debt(ledger) * m.coupon / MONTHS_PER_YEAR)
    cash = c.treasury_cash(ledger)
    least, most = int(_LEAST_CASH * due), int(_MOST_CASH * due)
    if cash < least:
        want = least - cash
        sold = sell_bonds(economy, c, "bond issue", c.treasury, want)
        tail = _TAIL * (1.0 - sold / want)
        renew_coupon(economy, c, sold, m.long_yield + tail)
    elif cash > most:
        buy_bonds(economy, c, "bond redemption", c.treasury, cash - most)
        renew_coupon(economy, c, 0, m.long_yield)


def government_units(economy: Economy, c: ClosedEconomy) -> float:
    """Return the real purchases of a month, in units of goods: a part of what the labour force could make."""
    dug = [k for k in range(c.intensity.shape[0]) if k in set(c.firms.resource.tolist())]
    per_worker = economy.settings.firms.productivity / (1.0 + float(c.intensity[dug].sum()))
    return real_purchases(economy.settings.treasury, per_worker, c.households.labour_force())


def pay_benefits(economy: Economy) -> None:
    """Pay the unemployed."""
    c, ledger = closed_of(economy), economy.ledger
    rows = np.flatnonzero(c.households.employer == -1)
    if rows.size and c.memory.benefit:
        raise_cash(economy, c, rows.size * c.memory.benefit)
        ledger.pay("unemployment benefit", payer=c.treasury, payee=c.households.first + rows, amount=c.memory.benefit)
        c.households.income[rows] += c.memory.benefit


def purchase(economy: Economy) -> None:
    """Let the treasury buy a fixed real amount of goods from all firms in proportion to what they have."""
    c, ledger = closed_of(economy), economy.ledger
    firms, goods = c.firms, np.flatnonzero(~c.firms.is_resource)
    stock, price = firms.inventory[goods], firms.posted_price[goods]
    want = round(government_units(economy, c))
    units = split(min(want, int(stock.sum())), stock)
    cost = int((units * price).sum())
    cash = c.treasury_cash(ledger)
    if cost > cash:  # a treasury that found too few buyers of its bonds buys less
        units = units * cash // max(cost, 1)
    ledger.pay("government purchases", payer=c.treasury, payee=firms.owners[goods], amount=units * price)
    c.firms.sell(goods, units, price)
