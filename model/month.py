"""The stages of a month end, in the order of its events; every function moves the closed economy one step on.

The order is that of the timeline of stock-flow-consistent agent-based models (Caiani and others 2016): the policy
rate, plans, credit, labour, wages, resources, production, government, investment and consumption, prices,
debt service and dividends, and last what is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.strategies.holder import Holder
from ..agents.valuation import cash_spread, share_values
from ..core.randomness import USER, Draws, component_key
from ..core.units import FloatArray, IntArray
from ..ledger.chart import BOND
from ..ledger.posting import largest_remainder
from ..markets.goods import shop
from ..markets.labour import jobs_found, match, separate
from ..policies.asset_purchases import Phase, mean_expected_rate, purchases, term_yield
from ..policies.fiscal import benefit_due, income_tax_rate, real_purchases, tax_due
from ..policies.monetary import okun_gap
from ..policies.policy_rule import Readings
from .bank_liquidity import bank_books
from .closed_economy import MONTHS_PER_YEAR, ClosedEconomy
from .hyperinflation import check_countable, readable
from .lending import grant_loans, service_loans, split
from .public_cash import raise_cash, remit
from .resource_shocks import befall

if TYPE_CHECKING:
    from .economy import Economy

_INVESTORS = 1 << 40  # ordinals of firms as shoppers, far from those of households


def closed_of(economy: Economy) -> ClosedEconomy:
    """Return the closed economy; stages of the month exist only with one."""
    assert economy.closed is not None
    return economy.closed


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
    decision = c.rule.decide(readings, m.rule)
    m.rate, m.shadow, m.rule = decision.rate, decision.shadow, dict(decision.memory)
    _purchase(economy, c)
    c.banks.set_rates(c.policy_rate)


def _purchase(economy: Economy, c: ClosedEconomy) -> None:
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
    spare = np.maximum(c.banks.reserves(ledger) - 2 * c.banks.deposits(ledger) // 100, 0)
    spare[~c.banks.open] = 0
    wallets = ledger.holdings[c.households.slice(), ledger.money, 0] // 5
    for buyers, room in ((c.banks.owners, spare), (c.households.owners, wallets)):
        part = split(min(amount - sold, int(room.sum())), room)
        some = part > 0
        ledger.pay(kind, payer=buyers[some], payee=seller, amount=part[some])
        ledger.post(kind, BOND, payer=seller, payee=buyers[some], amount=part[some])
        sold += int(part.sum())
    return sold


def plan(economy: Economy) -> None:
    """Let firms form expectations of sales, and plan workforce and investment.

    Where resources were rationed last month, workers whom they would leave idle are not wanted.
    """
    c = closed_of(economy)
    c.firms.expect()
    part = np.where(c.firms.is_resource, 1.0, min(1.05 * c.memory.rationed, 1.0))
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
    c.memory.slack = 0.8 * c.memory.slack + 0.2 * c.memory.unemployment


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


def fund_state(economy: Economy) -> None:
    """Let the treasury sell bonds before it spends, so that it never overdraws; spare cash buys bonds back."""
    c, ledger = closed_of(economy), economy.ledger
    m = c.memory
    due = round(_government_units(economy, c) * m.price) + m.benefit * c.households.unemployed()
    due += round(c.public_debt(ledger) * m.coupon / MONTHS_PER_YEAR)
    cash = c.treasury_cash(ledger)
    if cash < 3 * due // 2:
        want = 3 * due // 2 - cash
        sold = sell_bonds(economy, c, "bond issue", c.treasury, want)
        tail = 0.005 * (1.0 - sold / want)
        _renew_coupon(c, sold + c.public_debt(ledger) // 60, ledger.issued[BOND], c.memory.long_yield + tail)
    elif cash > 5 * due // 2:
        buy_bonds(economy, c, "bond redemption", c.treasury, cash - 5 * due // 2)
        _renew_coupon(c, c.public_debt(ledger) // 60, ledger.issued[BOND], m.long_yield)


def _renew_coupon(c: ClosedEconomy, renewed: int, debt: int, rate: float) -> None:
    """Let the mean coupon follow what is issued and the sixtieth that is rolled over each month."""
    share = min(renewed / max(int(debt), 1), 1.0)
    c.memory.coupon += share * (max(rate, 0.0) - c.memory.coupon)


def _government_units(economy: Economy, c: ClosedEconomy) -> float:
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


def extract(economy: Economy) -> None:
    """Extract resources, sell them and permits to consumer firms, and renew what renews."""
    c = closed_of(economy)
    firms, resources = c.firms, c.resources
    befall(economy, c)
    dug = np.flatnonzero(firms.is_resource)
    effort = firms.effort(c.productivity())
    can = np.minimum(firms.workers * c.productivity() * effort, firms.capacity)[dug]
    most = resources.capacity(c.memory.month)
    made = _share_capacity(firms.resource[dug], np.floor(can).astype(np.int64), most)
    quantities = np.zeros(len(resources.names), np.int64)
    np.add.at(quantities, firms.resource[dug], made)
    firms.produced[dug] = made
    firms.inventory[dug] += made
    goods = np.flatnonzero(~firms.is_resource)
    labour = firms.workers * firms.settings.productivity * effort
    planned = np.floor(np.minimum(labour, firms.capacity)).astype(np.int64)[goods]
    possible = planned * _ration(economy, c, goods, planned)
    for k in np.unique(firms.resource[dug]).tolist():
        _sell_resource(economy, c, k, goods, np.ceil(c.intensity[k] * possible).astype(np.int64))
    for k in np.flatnonzero(c.intensity > 0.0).tolist():
        if k not in firms.resource[dug]:
            quantities[k] = _buy_permits(economy, c, k, goods, possible)
    resources.extract(quantities)
    resources.renew(c.memory.month)
    resources.check()
    firms.used[:] = 0
    firms.used[goods] = np.floor(possible + 1e-9).astype(np.int64)


def _ration(economy: Economy, c: ClosedEconomy, goods: IntArray, planned: IntArray) -> FloatArray:
    """Return (goods,) the part of planned output for which there are resources, and cash to buy them.

    The scarcest resource binds (Leontief technology); what is lacking of it is its seller's unmet demand.
    """
    firms, part = c.firms, 1.0
    dearest = c.resource_prices()
    for k in np.unique(firms.resource[firms.is_resource]).tolist():
        sellers = np.flatnonzero(firms.resource == k)
        dearest[k] = firms.price[sellers].max()
        need = float(np.ceil(c.intensity[k] * planned).sum())
        have = max(int(firms.inventory[sellers].sum()) - goods.size, 0)  # every buyer rounds up, by less than a unit
        if need > have:
            firms.unmet[sellers] += largest_remainder(int(need) - have, (firms.capital[sellers] + 1).tolist())
            part = min(part, have / need)
    prices = np.ceil(dearest + 1.0)
    rounding = int(prices.sum())  # every purchase rounds up to a unit and a minor unit
    c.memory.rationed = part
    cost = np.maximum(planned * float((c.intensity * prices).sum()), 1.0)
    cash = np.maximum(c.cash(economy.ledger)[goods] - rounding, 0)
    return np.asarray(np.minimum(part, cash / cost))


def _share_capacity(resource: IntArray, can: IntArray, most: IntArray) -> IntArray:
    """Return (n,) what each of n firms extracts: what it can, or its part of what is left where several dig the same.

    Examples
    --------
    >>> _share_capacity(np.array([0, 0, 1]), np.array([30, 10, 5]), np.array([20, 9])).tolist()
    [15, 5, 5]
    """
    made = np.zeros_like(can)
    for k in np.unique(resource).tolist():
        rows = resource == k
        made[rows] = split(min(int(most[k]), int(can[rows].sum())), can[rows])
    return made


def _sell_resource(economy: Economy, c: ClosedEconomy, k: int, goods: IntArray, units: IntArray) -> None:
    """Sell (goods,) units of resource ``k`` to consumer firms at posted prices; sellers share by what they have."""
    firms = c.firms
    sellers = np.flatnonzero(firms.resource == k)
    for seller, sold in zip(sellers.tolist(), split(int(units.sum()), firms.inventory[sellers]).tolist(), strict=True):
        part, price = split(sold, units), int(firms.posted_price[seller])
        economy.ledger.pay("materials", payer=firms.owners[goods], payee=firms.owners[seller], amount=part * price)
        firms.material[goods] += part * price
        _note_sales(c, np.array([seller]), np.array([sold]), np.array([price]))
        units = units - part


def _buy_permits(economy: Economy, c: ClosedEconomy, k: int, goods: IntArray, output: FloatArray) -> int:
    """Auction a month's permits at one price; users save on them where they are dear; return how many were used.

    Demand is intensity × output × (P / P0)^-½; the price moves by P' = P (D / S)^(1 / (ε_d + ε_s)), ε_d = ε_s = ½.
    """
    m, ledger, firms = c.memory, economy.ledger, c.firms
    level = m.price / (m.price0 or m.price)
    base = m.permit_base[k] * level
    supply = min(int(c.resources.permits(m.month)[k]), int(c.resources.capacity(m.month)[k]))
    if supply < 1:
        return 0
    demand = float((c.intensity[k] * output).sum()) * (m.permit_price[k] / base) ** -0.5
    m.permit_price[k] = float(np.clip(m.permit_price[k] * (max(demand, 1.0) / supply), 0.1 * base, 10.0 * base))
    price = max(round(m.permit_price[k]), 1)
    wish = np.floor(c.intensity[k] * output * (m.permit_price[k] / base) ** -0.5).astype(np.int64)
    wish = np.minimum(wish, c.cash(ledger)[goods] // price)
    got = wish if wish.sum() <= supply else split(supply, wish)
    ledger.pay("permits", payer=firms.owners[goods], payee=c.treasury, amount=got * price)
    firms.material[goods] += got * price
    return int(got.sum())


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


def purchase(economy: Economy) -> None:
    """Let the treasury buy a fixed real amount of goods from all firms in proportion to what they have."""
    c, ledger = closed_of(economy), economy.ledger
    firms, goods = c.firms, np.flatnonzero(~c.firms.is_resource)
    stock, price = firms.inventory[goods], firms.posted_price[goods]
    want = round(_government_units(economy, c))
    units = split(min(want, int(stock.sum())), stock)
    cost = int((units * price).sum())
    cash = c.treasury_cash(ledger)
    if cost > cash:  # a treasury that found too few buyers of its bonds buys less
        units = units * cash // max(cost, 1)
    ledger.pay("government purchases", payer=c.treasury, payee=firms.owners[goods], amount=units * price)
    _note_sales(c, goods, units, price)


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


def _note_sales(c: ClosedEconomy, sellers: IntArray, units: IntArray, price: IntArray) -> None:
    c.firms.inventory[sellers] -= units
    c.firms.sold[sellers] += units
    c.firms.revenue[sellers] += units * price


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


def set_prices(economy: Economy) -> None:
    """Let firms set prices for the month to come."""
    c = closed_of(economy)
    noise = Draws.of(economy.seed, "prices", c.memory.month).uniform(np.arange(c.firms.size), USER)
    c.firms.set_resource_prices(c.firms.wage / c.productivity())
    c.firms.set_prices(c.unit_cost(), c.expectations.expected, noise)
    check_countable(economy, c)


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
    balance = ledger.holdings[customers, ledger.money].sum(axis=1)
    interest = np.rint(balance * rate / MONTHS_PER_YEAR).astype(np.int64)
    some = interest > 0
    ledger.pay("deposit interest", payer=keeper[customers[some]], payee=customers[some], amount=interest[some])


def _pay_coupons(economy: Economy, c: ClosedEconomy) -> None:
    ledger = economy.ledger
    held = ledger.holdings[: ledger.owners.size, BOND].sum(axis=1)
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
    total = shares.sum(axis=0)
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
