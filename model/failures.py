"""Firms that fail at a month end, and the successors that take their place.

A firm fails when its book equity is negative, or when it missed interest and has no cash. Its estate pays banks, then
shareholders: wages and taxes are paid or withheld in the month they fall due, so none are claims, and a firm that
cannot pay its posted wage pays what it has. The successor is founded with deposits of households, buys the capital at a
fire-sale price, and keeps the slot, the symbol and the book under an owner id of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.firm_failure import Sale, fail_firm, found_successor
from ..agents.share_issue import cancel_shares
from ..core.units import Sector
from ..ledger.chart import FIRST_SHARE
from .closed_economy import ClosedEconomy, closed_of

if TYPE_CHECKING:
    from .economy import Economy


def fail_and_found(economy: Economy) -> None:
    """Resolve the firms that have failed this month."""
    c = closed_of(economy)
    equity = c.firm_equity(economy.ledger)
    stuck = (np.array(c.memory.missed) > 0) & (c.cash(economy.ledger) <= 0)
    c.memory.failures = 0
    for f in np.flatnonzero((equity < 0) | stuck).tolist():
        _replace(economy, c, f)


def _replace(economy: Economy, c: ClosedEconomy, f: int) -> None:
    """Fail the firm in slot ``f`` and found its successor; without founders the slot rests until there are some."""
    ledger, firms, s = economy.ledger, c.firms, economy.settings.firms
    column, failed = FIRST_SHARE + f, int(firms.owners[f])
    worth = s.fire_sale * float(firms.capital[f]) * c.memory.price
    wanted = int(worth + float(c.firms.liquidity_goal(c.material_costs())[f]))
    economy.exchange.cancel_book(f)
    economy.exchange.cancel_owner(failed)
    register = cancel_shares(ledger, column)
    price = max(int(economy.exchange.last[f]), 1)
    founding = found_successor(
        ledger, column, c.households.owners, amount=max(wanted, price), price=price, per_head_cap=s.founding_share,
        tick=economy.tick,
    )  # fmt: skip
    sale = None
    if founding is not None:
        budget = min(round(worth), founding.raised // 2)
        sale = Sale(founding.owner, budget)
        kept = int(firms.capital[f] * min(budget / max(worth, 1.0), 1.0))
        firms.scrapped[f] += int(firms.capital[f]) - kept
        firms.capital[f] = kept
    report = fail_firm(
        ledger, failed, wages_due={}, taxes_due=0, treasury=c.treasury, register=register, sale=sale, tick=economy.tick
    )
    c.households.employer[c.households.employer == f] = -1
    firms.workers[f] = 0
    firms.failures[f] += 1
    c.memory.failures += 1
    c.memory.missed[f] = 0
    if founding is None:
        firms.owners[f] = _orphan(economy, c, f, column)
    else:
        firms.owners[f] = founding.owner
    goods = ~firms.is_resource
    firms.founded[f], firms.dividend_year[f] = economy.tick, 0.0
    firms.price[f] = firms.price[goods].mean() if goods[f] else firms.price[f]
    firms.wage[f], firms.markup[f] = firms.wage.mean(), s.markup if goods[f] else s.resource_markup
    firms.expected_sales[f] = max(min(firms.expected_sales[f], float(firms.capacity[f])), 1.0)
    economy.group_newcomers()
    economy.recorder.note_event(
        "firm_failure", owner=failed, target=int(firms.owners[f]), symbol=economy.symbols[f],
        written_off=report.written_off, loans_repaid=report.loans_repaid, sold_for=report.sold_for,
        raised=0 if founding is None else founding.raised,
    )  # fmt: skip


def _orphan(economy: Economy, c: ClosedEconomy, f: int, column: int) -> int:
    """Register a successor that nobody funds: it owns the idle capital, and starts when a bank lends to it."""
    ledger = economy.ledger
    old = int(c.firms.owners[f])
    bank = int(ledger.owners.column("house_bank")[old])
    owner = ledger.add_owners(1, sector=Sector.FIRMS, kind="firm", house_bank=bank, born=economy.tick)[0]
    ledger.replace_issuer(column, owner)
    return owner
