"""Stages of a month end: the policy rate, plans, credit, labour, wages, production, demand for goods, prices.

`model.stages` lists them in their order, with those of the state, of resources and of payouts between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.randomness import USER, Draws, component_key
from ..core.units import IntArray
from ..markets.goods import shop
from ..markets.labour import jobs_found, match, separate
from ..policies.fiscal import benefit_due, income_tax_rate, tax_due
from ..policies.monetary import okun_gap
from ..policies.policy_rule import Readings
from .bond_market import purchase_assets
from .closed_economy import MONTHS_PER_YEAR, ClosedEconomy, closed_of
from .hyperinflation import check_countable, readable
from .lending import grant_loans

if TYPE_CHECKING:
    from .economy import Economy

_INVESTORS = 1 << 40  # ordinals of firms as shoppers, far from those of households
_SLACK_NEWS = 0.2  # weight of this month in the smoothed unemployment that wages and the central bank look at
_RECOVERY = 1.05  # by which firms hope that a ration of resources eases within a month


def decide_rate(economy: Economy) -> None:
    """Let the central bank set its rate, buy or sell bonds, and banks follow with theirs."""
    c, settings = closed_of(economy), economy.settings
    m = c.memory
    m.month += 1
    gap = okun_gap(settings.central_bank, m.slack)
    inflation = c.indices.inflation
    readings = Readings(
        month=m.month, inflation_12m=c.expectations.expected if np.isnan(inflation) else readable(inflation),
        expected_inflation=c.expectations.expected, gap=gap, previous_rate=m.rate, price_level=m.price,
        money=float(economy.ledger.issued[economy.ledger.money]), nominal_gdp=float(c.annual_gdp),
    )  # fmt: skip
    decision, before = c.rule.decide(readings, m.rule), c.policy_rate
    m.rate, m.shadow, m.rule = decision.rate, decision.shadow, dict(decision.memory)
    economy.recorder.note_rate(before, c.policy_rate, readings, owner=c.central_bank)
    purchase_assets(economy, c)
    c.banks.set_rates(c.policy_rate)


def plan(economy: Economy) -> None:
    """Let firms form expectations of sales, and plan workforce and investment.

    Where resources were rationed last month, workers whom they would leave idle are not wanted.
    """
    c = closed_of(economy)
    c.firms.expect()
    part = np.where(c.firms.is_resource, 1.0, min(_RECOVERY * c.memory.rationed, 1.0))
    c.firms.plan_workforce(c.productivity(), part)
    _draw_taste(economy, c)
    c.firms.plan_investment(c.real_loan_rate, c.memory.taste)
    c.firms.start_month()


def _draw_taste(economy: Economy, c: ClosedEconomy) -> None:
    """Let the taste for spending wander: z' = ρ z + σ ε, a demand shock that lasts (Smets and Wouters 2007)."""
    s = economy.settings.households
    shock = float(Draws.of(economy.seed, "taste", c.memory.month).normal([0], USER)[0])
    c.memory.taste = s.taste_memory * c.memory.taste + s.taste_deviation * shock


def lend(economy: Economy) -> None:
    """Let firms borrow from their banks, as far as these may lend."""
    c, ledger = closed_of(economy), economy.ledger
    wish = c.firms.wanted_loans(c.debt(ledger), c.cash(ledger), c.memory.price, c.material_costs())
    c.firms.borrowed[:] = grant_loans(economy, c, c.firms.owners, wish)


def hire(economy: Economy) -> None:
    """Let workers leave and be dismissed, and the unemployed ask for the vacancies."""
    c, s = closed_of(economy), economy.settings.firms
    firms, month = c.firms, c.memory.month
    affordable = c.cash(economy.ledger) // firms.posted_wage
    wanted = np.minimum(firms.wanted, affordable)
    key = np.uint64(component_key(economy.seed, "labour"))
    separate(c.households.employer, firms.workers, wanted, s.separation, key, month)
    firms.vacancies[:] = np.maximum(wanted - firms.workers, 0)
    opened = int(firms.vacancies.sum())
    most = jobs_found(s.matching, c.households.unemployed(), opened)
    match(c.households.employer, firms.workers, firms.vacancies, firms.wage, s.applications, most, key, month)
    force = max(c.households.labour_force(), 1)
    c.memory.unemployment = c.households.unemployed() / force
    c.memory.openings = float(firms.vacancies.sum()) / force  # at the month's end, as surveys of employers count them
    c.memory.slack = (1.0 - _SLACK_NEWS) * c.memory.slack + _SLACK_NEWS * c.memory.unemployment


def pay_wages(economy: Economy) -> None:
    """Pay wages and withhold the income tax."""
    c, ledger, settings = closed_of(economy), economy.ledger, economy.settings
    firms, households = c.firms, c.households
    noise = Draws.of(economy.seed, "wages", c.memory.month).uniform(np.arange(firms.size), USER)
    firms.set_wages(c.expectations.expected, c.memory.slack, noise)
    rows = np.flatnonzero(households.employer >= 0)
    employer, owners = households.employer[rows], households.first + rows
    wage = np.minimum(firms.posted_wage, c.cash(ledger) // np.maximum(firms.workers, 1))
    gross = wage[employer]
    ledger.pay("wages", payer=firms.owners[employer], payee=owners, amount=gross)
    c.memory.tax = income_tax_rate(settings.treasury, c.public_debt(ledger), c.annual_gdp)
    tax = tax_due(gross, c.memory.tax)
    ledger.pay("income tax", payer=owners, payee=c.treasury, amount=tax)
    households.income[rows] += gross - tax
    firms.wages[:] = np.bincount(employer, gross, minlength=firms.size).astype(np.int64)
    c.memory.benefit = benefit_due(settings.treasury, float((gross - tax).mean()) if rows.size else 0.0)


def produce(economy: Economy) -> None:
    """Turn labour and resources into consumer goods, and wear out capital."""
    c = closed_of(economy)
    firms, goods = c.firms, ~c.firms.is_resource
    made = np.where(goods, firms.used, firms.produced)
    firms.produced[:] = made
    firms.inventory[goods] += made[goods]
    worn = np.rint(firms.settings.depreciation * firms.capital).astype(np.int64)
    firms.capital -= worn
    firms.worn[:] = worn
    c.memory.output = int(made[goods].sum())


def invest(economy: Economy) -> None:
    """Let firms buy capital goods in the shops, within a part of their cash."""
    c, ledger = closed_of(economy), economy.ledger
    firms = c.firms
    budget = np.minimum(
        np.floor(firms.planned_investment * c.memory.price), firms.settings.cash_share * c.cash(ledger)
    ).astype(np.int64)
    rows, sellers, units = _shop(economy, c, budget, _INVESTORS + np.arange(firms.size), "investment", firms.owners)
    bought = np.bincount(rows, units, minlength=firms.size).astype(np.int64)
    firms.capital += bought
    firms.bought[:] = bought
    firms.investment[:] = np.bincount(rows, units * firms.posted_price[sellers], minlength=firms.size).astype(np.int64)


def consume(economy: Economy) -> None:
    """Let households shop with what they want to spend and have free."""
    c, ledger = closed_of(economy), economy.ledger
    households = c.households
    rows = ledger.holdings[households.slice()]
    columns = c.share_columns()
    held = rows[:, columns[0] : columns[-1] + 1]
    worth = ((held[:, :, 0] + held[:, :, 1]) @ economy.exchange.last).astype(np.float64)
    known = c.liquid(ledger), worth, c.real_loan_rate, c.memory.taste
    if c.memory.month == 1:
        households.begin_habit(*known)
    wish = households.wanted_consumption(*known)
    budget = np.minimum(wish, rows[:, ledger.money, 0])
    before = ledger.holdings[households.slice(), ledger.money, 0].copy()
    _shop(economy, c, budget, np.arange(households.size, dtype=np.int64), "consumption", households.owners)
    households.spent[:] = before - ledger.holdings[households.slice(), ledger.money, 0]
    households.income[:] = 0


def _shop(
    economy: Economy, c: ClosedEconomy, budget: IntArray, buyers: IntArray, kind: str, owners: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Let buyers shop and pay; return (purchases,) buyers' rows, sellers and units."""
    firms, s = c.firms, economy.settings.households
    goods = np.flatnonzero(~firms.is_resource)
    price = firms.posted_price
    out = np.empty((3, budget.shape[0] * s.shops), np.int64)
    key = np.uint64(component_key(economy.seed, "shopping"))
    count = shop(
        budget, buyers, goods, price, firms.inventory, firms.unmet, s.shops, s.shop_months, s.liking, key,
        c.memory.month, out[0], out[1], out[2],
    )  # fmt: skip
    rows, sellers, units = out[:, :count]
    amount = units * price[sellers]
    economy.ledger.pay(kind, payer=owners[rows], payee=firms.owners[sellers], amount=amount)
    np.add.at(firms.sold, sellers, units)
    np.add.at(firms.revenue, sellers, amount)
    return rows, sellers, units


def set_prices(economy: Economy) -> None:
    """Let firms set prices for the month to come."""
    c = closed_of(economy)
    noise = Draws.of(economy.seed, "prices", c.memory.month).uniform(np.arange(c.firms.size), USER)
    c.firms.set_resource_prices(c.firms.wage / c.productivity())
    c.firms.set_prices(c.unit_cost(), c.expectations.expected, noise)
    check_countable(economy, c)


def measure(economy: Economy) -> None:
    """Measure prices, inflation and GDP, and let expectations follow."""
    c = closed_of(economy)
    firms, m, goods = c.firms, c.memory, ~c.firms.is_resource
    sold, revenue = firms.sold[goods], firms.revenue[goods]
    c.indices.note_month(sold, revenue)
    if sold.sum():
        m.price = float(revenue.sum() / sold.sum())
    m.price0 = m.price0 or m.price
    m.gdp = [*m.gdp[-2 * MONTHS_PER_YEAR + 1 :], gdp_of_month(economy)]
    inflation = c.indices.inflation
    if not np.isnan(inflation):
        sentiment = economy.psychology.sentiment if economy.psychology is not None else 0.0
        c.expectations.next(readable(inflation), sentiment)


def gdp_of_month(economy: Economy) -> int:
    """Return consumption, investment and government purchases of the month, minor units."""
    return economy.ledger.paid("consumption", "investment", "government purchases")
