"""Government bonds between the treasury, the central bank, banks and households, at face, and their yields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..ledger.chart import BOND
from ..policies.asset_purchases import Phase, mean_expected_rate, purchases, term_yield
from .closed_economy import ClosedEconomy
from .lending import split

if TYPE_CHECKING:
    from .economy import Economy

_MATURITY = 60  # months; one part in so many of the debt falls due each month and is rolled over
_SPARE = 50  # banks keep a part in so many of their deposits as reserves before they buy bonds
_WALLET = 5  # households put at most a part in so many of their cash into new bonds


def purchase_assets(economy: Economy, c: ClosedEconomy) -> None:
    """Buy bonds from non-banks and then banks, or let the portfolio run off to banks; set the long yield."""
    m, s = c.memory, economy.settings.asset_purchases
    held = m.bought / c.annual_gdp
    decision = purchases(
        s, Phase(m.phase), shadow=m.shadow, lower_bound=economy.settings.central_bank.lower_bound,
        expected_inflation=c.expectations.expected, holdings_over_gdp=held,
    )  # fmt: skip
    m.phase = str(decision.phase)
    amount = round(abs(decision.fraction) * c.annual_gdp)
    if decision.fraction > 0.0:
        m.bought += buy_bonds(economy, c, "asset purchase", c.central_bank, amount)
    elif decision.fraction < 0.0:
        m.bought -= sell_bonds(economy, c, "asset sale", c.central_bank, min(amount, m.bought))
    price_bonds(economy, c)


def price_bonds(economy: Economy, c: ClosedEconomy) -> None:
    """Set the long yield: the policy rates expected over ten years, and what purchases make of the term premium."""
    m, s, target = c.memory, economy.settings.asset_purchases, economy.settings.central_bank
    now = m.shadow + m.wedge
    mean = mean_expected_rate(s, now, target.neutral_rate + target.target, lower_bound=target.lower_bound)
    m.long_yield = term_yield(s, mean, m.bought / c.annual_gdp)


def buy_bonds(economy: Economy, c: ClosedEconomy, kind: str, buyer: int, amount: int) -> int:
    """Buy bonds at face, pro rata from households first and from banks for the rest; return how much was sold."""
    ledger, bought = economy.ledger, 0
    for sellers in (c.households.owners, c.banks.owners):
        held = ledger.holdings[sellers, BOND, 0]
        part = split(min(amount - bought, int(held.sum())), held)
        some = part > 0
        ledger.post(kind, BOND, payer=sellers[some], payee=buyer, amount=part[some])
        ledger.pay(kind, payer=buyer, payee=sellers[some], amount=part[some])
        bought += int(part.sum())
    return bought


def sell_bonds(economy: Economy, c: ClosedEconomy, kind: str, seller: int, amount: int) -> int:
    """Sell bonds at face: to banks within their spare reserves, the rest to households within a fifth of their cash."""
    ledger, sold = economy.ledger, 0
    spare = np.maximum(c.banks.reserves(ledger) - c.banks.deposits(ledger) // _SPARE, 0)
    spare[~c.banks.open] = 0
    wallets = ledger.holdings[c.households.slice(), ledger.money, 0] // _WALLET
    for buyers, room in ((c.banks.owners, spare), (c.households.owners, wallets)):
        part = split(min(amount - sold, int(room.sum())), room)
        some = part > 0
        ledger.pay(kind, payer=buyers[some], payee=seller, amount=part[some])
        ledger.post(kind, BOND, payer=seller, payee=buyers[some], amount=part[some])
        sold += int(part.sum())
    return sold


def renew_coupon(economy: Economy, c: ClosedEconomy, issued: int, rate: float) -> None:
    """Let the mean coupon follow what is newly issued and what of the rest is rolled over within a month."""
    debt = int(economy.ledger.issued[BOND])
    renewed = min((issued + c.public_debt(economy.ledger) // _MATURITY) / max(debt, 1), 1.0)
    c.memory.coupon += renewed * (max(rate, 0.0) - c.memory.coupon)
