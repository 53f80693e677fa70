"""The rows that a month end writes: tables macro, firms, banks and resources, each as a mapping of columns.

They read the economy after everything has happened and its accounts are closed, and change nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.units import FloatArray
from ..ledger.chart import ADVANCE, DEPOSIT, FIRST_SHARE, INTERBANK, LOAN, MARGIN_LOAN
from ..markets.index_numbers import Sales, implicit_deflator
from ..policies.liquidity_rules import liquidity_coverage_ratio
from ..policies.monetary import okun_gap
from .bank_liquidity import bank_books
from .closed_economy import ClosedEconomy
from .national_accounts import profits

if TYPE_CHECKING:
    from .economy import Economy


def macro_row(economy: Economy, c: ClosedEconomy) -> dict[str, Any]:
    """Return the month's row of table macro as plain numbers."""
    ledger, m, month = economy.ledger, c.memory, c.accounts.month
    deposits, loan_rate = int(ledger.issued[DEPOSIT]), _mean_loan_rate(c)
    failed, banks_failed = c.accounts.failures
    mood = economy.psychology
    return {
        "month": m.month, "output": m.output, "consumption": month.consumption, "investment": month.investment,
        "government": month.government, "inventories": month.inventories, "gdp": month.gdp,
        "gdp_production": month.production, "gdp_income": month.income, "saving": month.saving,
        "unemployment": m.unemployment, "vacancy_rate": m.openings,
        "inflation": c.indices.inflation, "expected_inflation": c.expectations.expected,
        "output_gap": okun_gap(economy.settings.central_bank, m.slack), "policy_rate": c.policy_rate,
        "shadow_rate": m.shadow, "long_yield": m.long_yield, "loan_rate": loan_rate,
        "price_level": c.indices.level, "cpi": c.indices.cpi, "deflator": deflator(c), "wage": _mean_wage(c),
        "deposits": deposits, "loans": int(ledger.contracts.debts[LOAN].sum()), "public_debt": c.public_debt(ledger),
        "reserves": int(c.banks.reserves(ledger).sum()), "velocity": c.accounts.annual_gdp / max(deposits, 1),
        "failures": failed, "bank_failures": banks_failed, "capital_ratio": _capital_ratio(economy, c),
        "tax_rate": m.tax, "spread": loan_rate - c.policy_rate, "index": economy.index,
        "sentiment": 0.0 if mood is None else mood.sentiment,
    }  # fmt: skip


def history_row(c: ClosedEconomy, row: dict[str, Any]) -> dict[str, float]:
    """Return the month as `MacroHistory` takes it."""
    price = row["deflator"] / 100.0
    real = row["gdp"] / price if price > 0.0 else math.nan
    return {**row, "real_gdp": real, "commodity_price": c.material_cost()}


def deflator(c: ClosedEconomy) -> float:
    """Return goods sold at prices of the month over the same at those of the first, in points; NaN without any."""
    goods = ~c.firms.is_resource
    sales = Sales(c.firms.sold[goods], c.firms.revenue[goods])
    return 100.0 * implicit_deflator(sales, c.accounts.base_prices[goods])


def _mean_loan_rate(c: ClosedEconomy) -> float:
    """Return the mean over open banks, over all when none is."""
    rates = c.banks.loan_rate[c.banks.open]
    return float((rates if rates.size else c.banks.loan_rate).mean())


def _mean_wage(c: ClosedEconomy) -> float:
    employed = int((c.households.employer >= 0).sum())
    return float(c.firms.wages.sum()) / employed if employed else float(c.firms.posted_wage.mean())


def _capital_ratio(economy: Economy, c: ClosedEconomy) -> float:
    weighted = float(c.banks.risk_weighted_assets(economy.ledger, economy.prudential)[c.banks.open].sum())
    return float(c.banks.equity(economy.ledger)[c.banks.open].sum()) / weighted if weighted > 0.0 else math.nan


def firm_rows(economy: Economy, c: ClosedEconomy) -> dict[str, Any]:
    """Return the columns of table firms."""
    ledger, firms, books = economy.ledger, c.firms, np.arange(c.firms.size)
    shares = ledger.issued[FIRST_SHARE + books]
    listings = economy.exchange.listings
    return {
        "firm": books, "owner": firms.owners, "symbol": (books, economy.symbols), "name": company_names(c),
        "sector": ["consumer goods" if k < 0 else c.resources.names[k] for k in firms.resource.tolist()],
        "chief": firms.chief, "shares_outstanding": shares, "revenue": firms.revenue, "profit": profits(c),
        "earnings": c.accounts.earnings, "earnings_per_share": c.accounts.earnings / np.maximum(shares, 1),
        "cash": ledger.owned(DEPOSIT, firms.owners), "debt": c.debt(ledger),
        "price": firms.posted_price, "wage": firms.posted_wage, "workers": firms.workers, "inventory": firms.inventory,
        "capital": firms.capital, "output": firms.produced, "dividend": firms.dividend,
        "equity": np.rint(c.firm_equity(ledger)).astype(np.int64),
        "market_cap": shares * (economy.exchange.last * listings.unit_value)[books], "fundamental": c.values[books],
        "volatility": economy.tape.sigma[books] * math.sqrt(economy.clock.ticks_per_day),
    }  # fmt: skip


def company_names(c: ClosedEconomy) -> list[str]:
    """Return (firms,) names: consumer-good firms are numbered, the others named after what they extract."""
    return [
        f"Consumer goods {f + 1}" if k < 0 else f"{c.resources.names[k].replace('_', ' ').capitalize()} company"
        for f, k in enumerate(c.firms.resource.tolist())
    ]


def bank_rows(economy: Economy, c: ClosedEconomy) -> dict[str, Any]:
    """Return the columns of table banks."""
    ledger, banks, rules = economy.ledger, c.banks, economy.prudential
    slots = np.arange(banks.size)
    books = bank_books(economy)

    def if_open(ratio: FloatArray) -> FloatArray:
        return np.where(banks.open, ratio, np.nan)

    return {
        "bank": slots, "owner": banks.owners, "symbol": (c.firms.size + slots, economy.symbols),
        "reserves": banks.reserves(ledger), "bonds": banks.bonds(ledger), "loans": banks.claims(ledger, LOAN),
        "margin_loans": banks.claims(ledger, MARGIN_LOAN), "interbank_assets": banks.claims(ledger, INTERBANK),
        "interbank_liabilities": banks.debts(ledger, INTERBANK), "advances": banks.debts(ledger, ADVANCE),
        "deposits": banks.deposits(ledger), "equity": banks.equity(ledger),
        "capital_ratio": if_open(banks.capital_ratio(ledger, rules)),
        "leverage_ratio": if_open(banks.leverage_ratio(ledger)),
        "liquidity_coverage": if_open(liquidity_coverage_ratio(rules, books)), "loan_rate": banks.loan_rate,
        "open": banks.open,
    }  # fmt: skip


def resource_rows(c: ClosedEconomy) -> dict[str, Any]:
    """Return the columns of table resources."""
    resources, changes = c.resources, c.accounts.resource_changes
    return {
        "resource": list(resources.names), "kind": [one.kind for one in resources.settings],
        "reserves": resources.reserves, "base": resources.base, "extracted": changes["extracted"],
        "discovered": changes["discovered"], "lost": changes["lost"], "renewed": changes["renewed"],
        "price": c.resource_prices(), "scarcity": resources.scarcity(),
    }  # fmt: skip
