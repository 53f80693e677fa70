"""What the regulator decides, carried out: rules switched, books halted, and reopened by call auction.

In every tick a book is in one of three phases: it trades, it is *halted* (no new orders; by a shock, by hand or
by the regulator), or it is *called* (orders rest until an auction). A halt outweighs a call. A book that was
called reopens at one price as soon as nothing halts or calls it; one that was only halted just goes on. Halts
begin with the tick after the one whose prices caused them, and every change of phase is a row of table events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.regulator_settings import check_regulator
from ..core.units import BoolArray, IntArray
from ..ledger.chart import LOAN
from ..markets.orders import F_BOOK, F_PRICE, F_QUANTITY
from ..policies.market_rules import TransactionTax
from .shocks import SymbolHalt, books_of

if TYPE_CHECKING:
    from ..agents.regulator import Phases, Switch
    from .economy import Economy
    from .scenario import Scenario

TRADES, HALTED, CALLED = 0, 1, 2
_EVENTS = {TRADES: "resume", HALTED: "halt", CALLED: "auction"}


def check_rules(scenario: Scenario) -> None:
    """Raise where a scenario's regulator names unlisted symbols, or demands of banks what cannot be."""
    if scenario.regulator is not None:
        check_regulator(scenario.regulator, scenario.symbols())
        for at, numbers in scenario.regulator.requirements():
            scenario.prudential.replaced(numbers, at)


def switch_rules(economy: Economy) -> None:
    """Put in force what is to be in force in this tick.

    A new tax rate cancels what rests, so the books are called for a tick: orders gather anew before any trades,
    and no price is made in an empty book.
    """
    regulator, exchange = economy.regulator, economy.exchange
    if regulator is None:
        return
    _note(economy, regulator.begin(economy.tick))
    if regulator.tax_ppm != exchange.tax_ppm:
        cancelled = exchange.set_tax(regulator.tax_ppm)
        economy.recorder.note_event("tax", ppm=exchange.tax_ppm, cancelled=cancelled)
        if cancelled:
            regulator.call_all(economy.tick, f"{TransactionTax.name}: orders at the old rate were cancelled")


def _note(economy: Economy, switches: list[Switch]) -> None:
    for switch in switches:
        economy.recorder.note_event("switch", **switch.facts())


def set_phases(economy: Economy) -> None:
    """Halt, call and reopen books as shocks and regulator say."""
    listings, called = economy.exchange.listings, economy.exchange.books.called
    halted = economy.halted_books.copy()
    for shock in economy.shocks:
        if isinstance(shock, SymbolHalt) and shock.is_in_force(economy.tick):
            halted[books_of(shock, economy.symbols)] = True
    decided = None if economy.regulator is None else economy.regulator.phases(economy.tick)
    calling = np.zeros(listings.size, np.bool_) if decided is None else decided.called
    if decided is not None:
        halted |= decided.halted
    before, after = _phase(listings.halted, called), _phase(halted, calling)
    listings.halted[:] = halted
    for book in np.flatnonzero((after == CALLED) & ~called).tolist():
        economy.exchange.call(book)
    reopened = _reopen(economy, np.flatnonzero((after == TRADES) & called))
    for book in np.flatnonzero(before != after).tolist():
        facts = reopened.get(book, {}) if after[book] == TRADES else _reason(decided, book, int(after[book]))
        economy.recorder.note_event(_EVENTS[int(after[book])], symbol=economy.symbols[book], **facts)


def _phase(halted: BoolArray, called: BoolArray) -> IntArray:
    return np.where(halted, HALTED, np.where(called, CALLED, TRADES))


def _reason(decided: Phases | None, book: int, phase: int) -> dict[str, Any]:
    """Return why the regulator has put a book in its phase; nothing where somebody else did."""
    if decided is None or not (decided.halted if phase == HALTED else decided.called)[book]:
        return {}
    return {"reason": decided.reasons[book]}


def _reopen(economy: Economy, books: IntArray) -> dict[int, dict[str, Any]]:
    """Uncross books that were called; return the price and lots of each auction."""
    if not books.shape[0]:
        return {}
    outcome = economy.exchange.uncross(books, economy.tick)
    economy.recorder.note_round(outcome)
    facts = {}
    for book in books.tolist():
        fills = outcome.fills[:, outcome.fills[F_BOOK] == book]
        lots = int(fills[F_QUANTITY].sum())
        facts[book] = {"price": int(fills[F_PRICE, 0]) if lots else None, "lots": lots}
    return facts


def watch_market(economy: Economy) -> None:
    """Let the regulator look at the tick's prices and, at day end, at the economy."""
    regulator, exchange = economy.regulator, economy.exchange
    if regulator is None:
        return
    bars = exchange.bars.tick_bars()
    regulator.watch(
        economy.tick, last=exchange.last, lots=bars.volume, turnover=bars.turnover // exchange.listings.unit_value,
        index=economy.index,
    )  # fmt: skip
    if economy.clock.is_day_end(economy.tick):
        _note(economy, regulator.day(economy.tick, credit_to_gdp=credit_to_gdp(economy)))


def credit_to_gdp(economy: Economy) -> float | None:
    """Return loans to firms over the GDP of a year; None without a closed economy, and before its first month."""
    closed = economy.closed
    if closed is None or not closed.memory.gdp:
        return None
    return float(economy.ledger.contracts.debts[LOAN].sum()) / closed.annual_gdp
