"""A8, A9, A10: the laws of the real side of a closed economy, and the monthly check of every law of the month.

Each law compares two records that are kept apart, returns nothing, and raises `IdentityBroken` naming itself, the
place and the amount where they differ. Equality is of integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import IdentityBroken
from ..core.units import IntArray, Sector
from ..ledger import sector_identities
from ..ledger.periods import RUN
from ..ledger.sector_identities import SectorBook
from .closed_economy import closed_of
from .national_accounts import NationalAccounts

if TYPE_CHECKING:
    from .closed_economy import ClosedEconomy
    from .economy import Economy

LAWS_OF_THE_MONTH = 12


def check_month(economy: Economy) -> None:
    """Close the national accounts, check A5 to A10 and A13 after all that a month end brings, and write its rows."""
    c, ledger = closed_of(economy), economy.ledger
    book = SectorBook.of(ledger)
    sector_identities.exchanges_are_even(book)
    sector_identities.reserves_follow(book)
    sector_identities.money_follows(book)
    sector_identities.treasury_follows(book)
    sector_identities.hidden_equation_holds(SectorBook.of(ledger, RUN))
    goods_follow(c, economy.symbols)
    capital_follows(c, economy.symbols)
    resources_follow(c)
    labour_adds_up(c)
    wages_arrive(c, ledger.paid("wages", payer=Sector.FIRMS, payee=Sector.HOUSEHOLDS))
    month = c.accounts.close_month(c, ledger)
    output_agrees(month)
    saving_is_investment(month)
    c.accounts.begin_month(c)
    economy.identities_checked += LAWS_OF_THE_MONTH
    economy.recorder.note_month(c)


def output_agrees(month: NationalAccounts) -> None:
    """A8: value added = C + G + I + ΔINV = wages + gross operating surplus + taxes on production."""
    for name, amount in (("production", month.production), ("income", month.income)):
        if amount != month.expenditure:
            raise IdentityBroken("A8 gross domestic product", f"{name} against expenditure", amount - month.expenditure)


def saving_is_investment(month: NationalAccounts) -> None:
    """A8: what all sectors saved = I + ΔINV; firms' part is read from their books, the others' from the ledger."""
    gap = month.saving - month.investment - month.inventories
    if gap:
        raise IdentityBroken("A8 gross domestic product", "saving against investment", gap)


def goods_follow(c: ClosedEconomy, symbols: tuple[str, ...]) -> None:
    """A9: every firm's opening inventory + produced - sold = closing inventory, units of its good."""
    firms = c.firms
    gap = c.accounts.inventory + firms.produced - firms.sold - firms.inventory
    _compare("A9 goods", "inventory of", gap, symbols)


def capital_follows(c: ClosedEconomy, symbols: tuple[str, ...]) -> None:
    """A9 for capital: opening + bought - worn out - scrapped = closing, units; nobody has less than none."""
    firms = c.firms
    _compare("A9 goods", "capital of", np.minimum(firms.capital, 0), symbols)
    gap = c.accounts.capital + firms.bought - firms.worn - firms.scrapped - firms.capital
    _compare("A9 goods", "capital of", gap, symbols)


def resources_follow(c: ClosedEconomy) -> None:
    """A9 for resources: opening + discovered + renewed - extracted - lost = closing reserves over the month, units.

    What extracting firms produced is what left the ground; they sold to each user what it needs.
    """
    resources, before = c.resources, c.accounts.resources
    change = {name: getattr(resources, name) - before[name] for name in before}
    found = change["discovered"] + change["renewed"]
    _compare(
        "A9 goods", "reserves of", found - change["extracted"] - change["lost"] - change["reserves"], resources.names
    )
    dug = np.flatnonzero(c.firms.is_resource)
    made = np.zeros(len(resources.names), np.int64)
    np.add.at(made, c.firms.resource[dug], c.firms.produced[dug])
    some = np.isin(np.arange(made.shape[0]), c.firms.resource[dug])
    _compare("A9 goods", "extraction of", np.where(some, change["extracted"] - made, 0), resources.names)


def labour_adds_up(c: ClosedEconomy) -> None:
    """A10: employed + unemployed = labour force, and every firm has the workers who work for it."""
    households, firms = c.households, c.firms
    counted = np.bincount(households.employer[households.employer >= 0], minlength=firms.size)
    gap = int(firms.workers.sum()) + households.unemployed() - households.labour_force()
    if gap:
        raise IdentityBroken("A10 labour", "employed and unemployed against the labour force", gap)
    wrong = np.flatnonzero(firms.workers - counted)
    if wrong.size:
        f = int(wrong[0])
        raise IdentityBroken("A10 labour", f"workers of firm {f}", int(firms.workers[f] - counted[f]))


def wages_arrive(c: ClosedEconomy, received: int) -> None:
    """A10: the wages in the firms' books are the wages that households received, minor units."""
    gap = int(c.firms.wages.sum()) - received
    if gap:
        raise IdentityBroken("A10 labour", "wages paid against wages received", gap)


def _compare(identity: str, what: str, gap: IntArray, names: tuple[str, ...]) -> None:
    wrong = np.flatnonzero(gap)
    if wrong.size:
        i = int(wrong[0])
        raise IdentityBroken(identity, f"{what} {names[i]}", int(gap[i]))
