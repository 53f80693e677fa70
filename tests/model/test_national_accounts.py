"""GDP three ways, saving and investment, goods, capital, resources, labour: each law holds, and names itself broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from catallaxy.core.errors import Halted, IdentityBroken
from catallaxy.core.units import SECTOR_CODE, IntArray, Sector
from catallaxy.model import macro_identities as laws
from catallaxy.model.economy import Economy
from catallaxy.model.national_accounts import NationalAccounts, closing_costs, profits
from tests.model.closed_economy import behind, closed, lived

MONTH = NationalAccounts(
    consumption=60, investment=15, government=20, inventories=5, value_added=97, wages=70, taxes=3, surplus=27,
    saving=20,
)  # fmt: skip


def test_gdp_is_the_same_by_expenditure_production_and_income() -> None:
    assert (MONTH.expenditure, MONTH.production, MONTH.income, MONTH.gdp) == (100, 100, 100, 100)
    laws.output_agrees(MONTH)
    laws.saving_is_investment(MONTH)


@pytest.mark.parametrize(
    ("field", "law", "message"),
    [
        ("value_added", laws.output_agrees, "A8 gross domestic product broken at production against expenditure by 4"),
        ("wages", laws.output_agrees, "A8 gross domestic product broken at income against expenditure by 4"),
        ("surplus", laws.output_agrees, "A8 gross domestic product broken at income against expenditure by 4"),
        ("saving", laws.saving_is_investment, "A8 gross domestic product broken at saving against investment by 4"),
    ],
)
def test_a_side_that_differs_is_named(field: str, law: Callable[[NationalAccounts], None], message: str) -> None:
    with pytest.raises(IdentityBroken) as caught:
        law(replace(MONTH, **{field: getattr(MONTH, field) + 4}))
    assert str(caught.value) == f"identity {message}"


# -- in the economy ---------------------------------------------------------------------------------


def pay_beside_the_books(economy: Economy) -> None:
    """A household buys a good that no firm enters as sold."""
    c = behind(economy)
    economy.ledger.pay("consumption", payer=richest(economy), payee=int(c.firms.owners[0]), amount=7)


def richest(economy: Economy) -> int:
    c = behind(economy)
    return int(c.households.owners[np.argmax(economy.ledger.holdings[c.households.owners, 0, 0])])


def pay_off_the_books(economy: Economy) -> None:
    """A worker is paid by a firm that does not enter it as wages."""
    c = behind(economy)
    firm = int(c.firms.owners[np.argmax(c.cash(economy.ledger))])
    economy.ledger.pay("wages", payer=firm, payee=int(c.households.owners[0]), amount=7)


def lose_goods(economy: Economy) -> None:
    behind(economy).firms.inventory[1] -= 7


def find_capital(economy: Economy) -> None:
    behind(economy).firms.capital[2] += 7


def own_less_than_no_capital(economy: Economy) -> None:
    c = behind(economy)
    c.firms.bought[2] -= int(c.firms.capital[2]) + 7
    c.firms.capital[2] = -7


def lose_oil(economy: Economy) -> None:
    behind(economy).resources.reserves[0] -= 7


def dig_without_a_firm(economy: Economy) -> None:
    resources = behind(economy).resources
    resources.reserves[0] -= 7
    resources.extracted[0] += 7


def hire_a_ghost(economy: Economy) -> None:
    behind(economy).firms.workers[3] += 1


def swap_workers(economy: Economy) -> None:
    workers = behind(economy).firms.workers
    workers[0] -= 1
    workers[1] += 1


def create_a_loan(economy: Economy) -> None:
    c, ledger = behind(economy), economy.ledger
    ledger.pay("loan granted", payer=int(c.banks.owners[0]), payee=int(c.firms.owners[0]), amount=7)


def undeclared_income_of_banks(economy: Economy) -> None:
    """A customer pays a bank, and the flow is struck from the record."""
    ledger = economy.ledger
    ledger.pay("loan interest", payer=richest(economy), payee=int(behind(economy).banks.owners[0]), amount=7)
    ledger.flows[ledger.kinds.index("loan interest")] = 0


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (create_a_loan, "A1 quadruple entry broken at loan granted"),
        (lose_goods, "A9 goods broken at inventory of C002 by 7"),
        (find_capital, "A9 goods broken at capital of C003 by -7"),
        (own_less_than_no_capital, "A9 goods broken at capital of C003 by -7"),
        (lose_oil, "A9 goods broken at reserves of"),
        (dig_without_a_firm, "A9 goods broken at extraction of"),
        (hire_a_ghost, "A10 labour broken at employed and unemployed against the labour force by 1"),
        (swap_workers, "A10 labour broken at workers of firm 0 by -1"),
        (pay_off_the_books, "A10 labour broken at wages paid against wages received by -7"),
        (pay_beside_the_books, "A8 gross domestic product broken at production against expenditure by -7"),
        (undeclared_income_of_banks, "A6 bank money broken at deposits against banks' assets and income"),
    ],
)
def test_a_month_that_breaks_a_law_halts_the_run_at_the_stage_accounts(
    break_it: Callable[[Economy], None], message: str
) -> None:
    economy = closed(identities="fast")
    economy.schedule.before("accounts", break_it)
    economy.run(days=20)

    with pytest.raises(Halted, match="accounts") as caught:
        economy.step()

    assert f"identity {message}" in str(caught.value)
    assert economy.tick == 20
    assert not len(economy.table("macro"))  # nothing of the month is written


@pytest.mark.parametrize("scope", ["fast", "full"])
def test_every_month_is_checked_whatever_the_scope_of_each_tick(scope: str) -> None:
    economy = closed(identities=scope)
    before, after = list[int](), list[int]()

    def look(economy: Economy) -> None:
        before.append(economy.identities_checked)

    def look_again(economy: Economy) -> None:
        after.append(economy.identities_checked)

    economy.schedule.before("accounts", look)
    economy.schedule.after("accounts", look_again)
    economy.run(days=42)

    assert [late - early for early, late in zip(before, after, strict=True)] == [laws.LAWS_OF_THE_MONTH] * 2


def test_saving_of_all_sectors_is_what_firms_invest() -> None:
    """Households and the state save what flows leave them; firms their profit, wear put back, and what they keep."""
    economy = closed()
    months = []

    def look(economy: Economy) -> None:
        c, gains = behind(economy), economy.flows("month").saving()
        month, firms = c.accounts.month, SECTOR_CODE[Sector.FIRMS]
        others = int(gains.sum() - gains[firms])
        own = int(gains[firms]) + month.investment + month.inventories  # saved in money, and in kind
        assert others + own == month.saving == month.investment + month.inventories
        months.append(own)

    economy.schedule.after("accounts", look)
    economy.run(days=63)
    assert len(months) == 3
    assert min(months[1:]) > 0  # the first month has the opening in it


# -- inventories, profits, earnings -----------------------------------------------------------------


def test_inventories_are_kept_at_average_cost() -> None:
    c = behind(closed())
    firms = c.firms
    for name in ("wages", "material", "produced", "sold"):
        getattr(firms, name)[:] = 0
    firms.wages[:3], firms.material[:3] = [60, 60, 9], [20, 20, 0]
    firms.produced[:2], firms.sold[:2] = [10, 10], [5, 20]
    opening = np.zeros(firms.size, np.int64)
    opening[:2] = 10
    cost = np.where(opening > 0, 120, 0)

    # (120 + 80) for 20 units: a quarter sold takes 50 with it, all sold takes all; what made nothing is lost
    assert closing_costs(cost, opening, c)[:3].tolist() == [150, 0, 0]


def test_each_quarter_firms_report_what_the_months_of_it_earned() -> None:
    economy, profit, sales = closed(), [], []
    accounts = behind(economy).accounts
    for month in range(1, 8):
        economy.run(days=21)
        profit.append(rows(economy, "profit"))
        sales.append(rows(economy, "revenue"))
        over = month // 3 * 3
        if over:
            assert accounts.revenue.tolist() == np.sum(sales[over - 3 : over], axis=0).tolist()
            assert accounts.earnings.tolist() == np.sum(profit[over - 3 : over], axis=0).tolist()
        shares = rows(economy, "shares_outstanding")
        assert rows(economy, "earnings").tolist() == accounts.earnings.tolist()
        assert rows(economy, "earnings_per_share") == pytest.approx(accounts.earnings / shares)
    assert accounts.earnings.any()


def rows(economy: Economy, column: str) -> IntArray:
    """Return a column of the month's rows of table firms."""
    table = economy.table("firms")
    return np.array(table[table["tick"] == economy.tick][column])


def test_a_successor_does_not_report_the_earnings_of_the_firm_before_it() -> None:
    economy = lived(63)
    c = behind(economy)
    assert c.accounts.earnings.all()
    c.firms.failures[1] += 1

    c.accounts.begin_month(c)

    assert c.accounts.earnings[1] == c.accounts.revenue[1] == 0
    assert c.accounts.earnings[0]


def test_profit_is_sales_less_costs_interest_and_wear() -> None:
    economy = lived(21)
    c = behind(economy)
    worn = np.rint(c.firms.worn * c.memory.price)
    costs = c.firms.wages + c.firms.material + c.firms.interest
    total = int((c.firms.revenue - costs).sum()) - worn.sum()
    assert profits(c).sum() == total + c.accounts.change.sum()
