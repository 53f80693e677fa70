"""What claims earn in a month: interest, coupons and dividends, and the values of shares that follow from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.strategies.holder import Holder
from ..agents.valuation import cash_spread, share_values
from ..core.units import IntArray
from ..ledger.chart import BOND
from ..policies.asset_purchases import mean_expected_rate
from ..policies.fiscal import tax_due
from .bank_liquidity import bank_books
from .closed_economy import MONTHS_PER_YEAR, ClosedEconomy, closed_of
from .lending import service_loans
from .public_cash import raise_cash, remit

if TYPE_CHECKING:
    from .economy import Economy


def service_debt(economy: Economy) -> None:
    """Pay interest on deposits, loans, bonds and reserves, and repay part of the loans."""
    c = closed_of(economy)
    service_loans(economy, c)
    _pay_deposit_interest(economy, c)
    _pay_coupons(economy, c)


def _pay_deposit_interest(economy: Economy, c: ClosedEconomy) -> None:
    """Let banks pay a month's interest to their customers."""
    ledger, banks = economy.ledger, c.banks
    keeper = ledger.owners.column("house_bank")
    customers = np.flatnonzero(keeper >= 0)
    rate = banks.by_owner(ledger, banks.deposit_rate)[keeper[customers]]
    balance = ledger.owned(ledger.money, customers)
    interest = np.rint(balance * rate / MONTHS_PER_YEAR).astype(np.int64)
    some = interest > 0
    ledger.pay("deposit interest", payer=keeper[customers[some]], payee=customers[some], amount=interest[some])


def _pay_coupons(economy: Economy, c: ClosedEconomy) -> None:
    ledger = economy.ledger
    held = ledger.owned(BOND, slice(ledger.owners.size))
    owners = np.flatnonzero(held)
    coupon = np.rint(held[owners] * (c.memory.coupon / MONTHS_PER_YEAR)).astype(np.int64)
    raise_cash(economy, c, int(coupon.sum()))
    ledger.pay("coupons", payer=c.treasury, payee=owners, amount=coupon)


def pay_dividends(economy: Economy) -> None:
    """Let firms and banks pay taxed dividends to whoever holds their shares, and the central bank its profit."""
    c, ledger = closed_of(economy), economy.ledger
    s = economy.settings.firms
    cash = c.cash(ledger) - c.firms.liquidity_goal(c.material_costs())
    firms = np.maximum(np.floor(s.payout * cash), 0).astype(np.int64)
    banks = c.banks.dividends_payable(economy.prudential, bank_books(economy))
    gross = np.concatenate([firms, banks])
    paid = _distribute(economy, c, gross)
    decay = 0.5 ** (1.0 / s.dividend_half_life)
    for part, own in ((c.firms, paid[: c.firms.size]), (c.banks, paid[c.firms.size :])):
        part.dividend_year[:] = decay * part.dividend_year + (1.0 - decay) * MONTHS_PER_YEAR * own
    c.firms.dividend[:] = paid[: c.firms.size]
    remit(economy, c)


def _distribute(economy: Economy, c: ClosedEconomy, gross: IntArray) -> IntArray:
    """Pay (books,) profits out, less the profit tax; return what was distributed.

    Each share gets the same whole number of minor units; what rounding leaves stays with the payer. Payers pay the
    exchange as custodian, and it pays every holder one sum.
    """
    ledger, columns = economy.ledger, c.share_columns()
    accounts = ledger.holdings[: ledger.owners.size, columns[0] :]
    shares = accounts[:, :, 0] + accounts[:, :, 1]
    total = ledger.issued[columns]
    tax = tax_due(gross, economy.settings.treasury.profit_tax)
    each = np.where(total > 0, (np.maximum(gross, 0) - tax) // np.maximum(total, 1), 0)
    paid, payers = each * total, np.concatenate([c.firms.owners, c.banks.owners])
    some = paid > 0
    ledger.pay("profit tax", payer=payers[some], payee=c.treasury, amount=tax[some])
    ledger.pay("dividends", payer=payers[some], payee=c.operator, amount=paid[some])
    amount = shares @ each
    holders = np.flatnonzero(amount)
    ledger.pay("dividends", payer=c.operator, payee=holders, amount=amount[holders])
    return np.asarray(paid, np.int64)


def real_long_yield(economy: Economy, c: ClosedEconomy) -> float:
    """Return the ten-year yield less the inflation expected over ten years, an annual fraction.

    Inflation is expected to come back to target as fast as the policy rate to its long run (Fisher 1930): a month of
    falling prices is no ten years of them, and would otherwise halve what shares are worth.
    """
    target = economy.settings.central_bank.target
    expected = mean_expected_rate(economy.settings.asset_purchases, c.expectations.expected, target)
    return c.memory.long_yield - expected


def value_shares(economy: Economy) -> None:
    """Renew the values that traders know, dividends over the real long yield and a premium, and what floats of them."""
    c, ledger = closed_of(economy), economy.ledger
    dividends = np.concatenate([c.firms.dividend_year, c.banks.dividend_year])
    equity = np.concatenate([c.firm_equity(ledger), c.banks.equity(ledger).astype(np.float64)])
    columns = c.share_columns()
    shares = ledger.issued[columns]
    real = real_long_yield(economy, c)
    c.values = share_values(economy.settings.valuation, dividends, equity, shares, real)
    held = np.zeros(shares.size, np.int64)
    for number, population in enumerate(economy.populations):
        if population.name == Holder.name:
            held += ledger.holdings[np.flatnonzero(economy.group_of == number), columns[0] :].sum(axis=(0, 2))
    c.spread = cash_spread((shares - held) * c.values)
