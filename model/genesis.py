"""The opening: institutions, instruments, listings, traders, and the postings that fund them.

In the simplest closed economy the government owes a bond to the settlement bank, the bank owes the
deposits that traders hold, and each listed firm owes its shares. So every unit has an owner and an
issuer before the first tick, and the balance sheet sums to zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..agents.endowment import opening_lots, opening_wealth
from ..agents.population import Population
from ..agents.strategy import strategy_named
from ..core.units import IntArray, OwnerId, Sector
from ..ledger.instruments import Instrument, InstrumentKind
from ..ledger.ledger import Ledger
from ..ledger.owners import NOBODY
from ..markets.listing import Listings
from .scenario import Scenario

CURRENCY = "USD"
OPENING = "opening"


@dataclass(frozen=True)
class Institutions:
    """Owner ids of those who are not traders."""

    treasury: OwnerId
    bank: OwnerId
    operator: OwnerId
    firms: tuple[OwnerId, ...]
    central_bank: OwnerId = NOBODY


def found_institutions(ledger: Ledger, stocks: int) -> Institutions:
    """Register the government, the settlement bank, the exchange operator and the listed firms."""
    treasury = ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="treasury")[0]
    bank = ledger.add_owners(1, sector=Sector.BANKS, kind="settlement bank")[0]
    operator = ledger.add_owners(1, sector=Sector.INFRASTRUCTURE, kind="exchange", house_bank=bank)[0]
    firms = ledger.add_owners(stocks, sector=Sector.FIRMS, kind="firm", house_bank=bank)
    return Institutions(treasury, bank, operator, tuple(firms))


def list_stocks(ledger: Ledger, institutions: Institutions, scenario: Scenario) -> Listings:
    """Register money, the government bond and every stock, and open an empty listing for each stock."""
    money = ledger.add_instrument(Instrument("deposit", InstrumentKind.DEPOSIT, CURRENCY, institutions.bank))
    ledger.add_instrument(Instrument("bond", InstrumentKind.BOND, CURRENCY, institutions.treasury, dense=False))
    symbols = scenario.stocks.names()
    securities = [
        ledger.add_instrument(Instrument(symbol, InstrumentKind.SHARE, CURRENCY, firm))
        for symbol, firm in zip(symbols, institutions.firms, strict=True)
    ]
    books = len(symbols)
    return Listings(
        symbols=symbols,
        security=np.array(securities, np.int64),
        money=np.full(books, money, np.int64),
        unit_value=np.ones(books, np.int64),
        tick_size=np.full(books, scenario.stocks.tick_size, np.int64),
        round_lot=np.full(books, scenario.stocks.round_lot, np.int64),
        halted=np.zeros(books, np.bool_),
    )


def form_populations(scenario: Scenario, seed: int) -> list[Population]:
    """Return empty populations, one for each strategy that the scenario names, in order of name."""
    traders = scenario.traders
    populations = []
    for name in sorted(traders.groups()):
        settings = scenario.settings_of(name)
        activity = traders.activity if settings.activity is None else settings.activity
        populations.append(
            Population(
                name, strategy_named(name)(settings), seed=seed, activity=activity,
                rounds=scenario.exchange.rounds, muted=name in traders.muted,
            )
        )  # fmt: skip
    return populations


def endow(
    ledger: Ledger, exchange_values: IntArray, listings: Listings, institutions: Institutions,
    population: Population, owners: range, scenario: Scenario,
) -> None:  # fmt: skip
    """Fund newborn traders: the bank issues deposits against a government bond, firms issue shares.

    ``exchange_values`` (books,) is the money that one lot of each stock is worth.
    """
    rows = np.arange(population.size - len(owners), population.size, dtype=np.int64)
    draws = population.draws(0, 0)
    wealth = opening_wealth(scenario.traders, draws, rows)
    ids = np.array(owners, np.int64)
    cash = np.floor(wealth * scenario.traders.cash_share).astype(np.int64)
    money = int(listings.money[0])
    ledger.post(OPENING, money, payer=institutions.bank, payee=ids, amount=cash)
    total = int(cash.sum())
    if total:
        ledger.lend(OPENING, 0, creditor=institutions.bank, debtor=institutions.treasury, amount=total)
    for book, (firm, security) in enumerate(zip(institutions.firms, listings.security, strict=True)):
        lots = opening_lots(scenario.traders, draws, rows, wealth, book, listings.size, int(exchange_values[book]))
        lots -= lots % int(listings.round_lot[book])
        ledger.post(OPENING, int(security), payer=firm, payee=ids, amount=lots)


def fund(
    ledger: Ledger, listings: Listings, institutions: Institutions, owner: OwnerId, *, cash: int, lots: dict[int, int]
) -> None:
    """Fund one newcomer from the same sources as at the opening, its bank and today's issuers; ``lots`` is by book."""
    bank = int(ledger.owners.column("house_bank")[owner])
    if cash:
        ledger.post(OPENING, int(listings.money[0]), payer=bank, payee=owner, amount=cash)
        ledger.lend(OPENING, 0, creditor=bank, debtor=institutions.treasury, amount=cash)
    for book, quantity in lots.items():
        security = int(listings.security[book])
        ledger.post(OPENING, security, payer=int(ledger.issuer[security]), payee=owner, amount=quantity)


def slots_needed(populations: list[Population]) -> int:
    """Return the most slots that any strategy declares."""
    return max([population.strategy.slots for population in populations], default=1)
