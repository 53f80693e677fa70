"""Every stage of a month end by itself: what was there just before it and just after it, in a running economy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from catallaxy.core.units import IntArray
from catallaxy.ledger.chart import BOND, LOAN, RESERVES
from catallaxy.model.economy import Economy
from catallaxy.model.stages import closed_stages
from tests.model.closed_economy import assert_closed, behind, closed

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation

Check = Callable[[Economy, Mapping[str, Any]], None]


def stand(economy: Economy) -> dict[str, Any]:
    """Return copies of what stages change."""
    c, ledger = behind(economy), economy.ledger
    size = ledger.owners.size
    firms = {name: getattr(c.firms, name).copy() for name in (*c.firms.integers, *c.firms.floats)}
    return firms | {
        "cash": ledger.holdings[:size, ledger.money].sum(axis=1), "bonds": ledger.holdings[:size, BOND, 0].copy(),
        "loans": ledger.contracts.debts[LOAN].copy(), "month": c.memory.month, "treasury": c.treasury_cash(ledger),
        "reserves": c.resources.reserves.copy(), "gdp": len(c.memory.gdp), "flows": ledger.month_so_far("flows").copy(),
        "employer": c.households.employer.copy(), "values": c.values.copy(),
    }  # fmt: skip


def paid(economy: Economy, was: Mapping[str, Any], *kinds: str) -> int:
    """Return what a stage paid under some kinds."""
    flows, before = economy.ledger.month_so_far("flows"), was["flows"]
    total = 0
    for kind in kinds:
        if kind in economy.ledger.kinds:
            row = economy.ledger.kinds.index(kind)
            total += int(flows[row, 0].sum()) - (int(before[row, 0].sum()) if row < before.shape[0] else 0)
    return total


def gain(economy: Economy, was: Mapping[str, Any], owners: IntArray) -> int:
    """Return by how much the deposits of owners grew."""
    ledger = economy.ledger
    return int(ledger.holdings[owners, ledger.money].sum()) - int(was["cash"][owners].sum())


def decide_rate(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    assert c.memory.month == was["month"] + 1
    assert c.banks.loan_rate == pytest.approx(c.policy_rate + e.settings.banks.loan_spread + c.banks.extra_spread)


def plan(e: Economy, was: Mapping[str, Any]) -> None:
    firms, m = behind(e).firms, e.settings.firms.sales_memory
    due = np.maximum(m * was["expected_sales"] + (1 - m) * (was["sold"] + was["unmet"]), 1.0)
    assert firms.expected_sales == pytest.approx(due)
    assert not firms.sold.any()
    assert not firms.wages.any()


def lend(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    granted = e.ledger.contracts.debts[LOAN][c.firms.owners] - was["loans"][c.firms.owners]
    assert granted.tolist() == c.firms.borrowed.tolist()
    assert gain(e, was, c.firms.owners) == granted.sum()  # a loan creates the deposit that it pays out


def hire(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    employer = c.households.employer
    assert np.bincount(employer[employer >= 0], minlength=c.firms.size).tolist() == c.firms.workers.tolist()
    assert (c.firms.workers * c.firms.posted_wage <= c.cash(e.ledger) + c.firms.posted_wage).all()
    assert (employer != was["employer"]).any()


def pay_wages(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    wages, tax = paid(e, was, "wages"), paid(e, was, "income tax")
    assert wages == c.firms.wages.sum() == -gain(e, was, c.firms.owners)
    assert gain(e, was, c.households.owners) == wages - tax
    assert c.treasury_cash(e.ledger) - was["treasury"] == tax > 0


def fund_state(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    sold = int(was["bonds"].sum() - e.ledger.holdings[: was["bonds"].size, BOND, 0].sum())
    assert c.treasury_cash(e.ledger) - was["treasury"] == -sold  # at face
    coupons = c.public_debt(e.ledger) * c.memory.coupon / 12
    assert c.treasury_cash(e.ledger) >= c.memory.benefit * c.households.unemployed() + coupons


def pay_benefits(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    rows = np.flatnonzero(c.households.employer == -1)
    assert gain(e, was, c.households.first + rows) == rows.size * c.memory.benefit > 0


def extract(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    dug, goods = c.firms.is_resource, ~c.firms.is_resource
    moved = c.firms.inventory - was["inventory"]
    assert moved[dug].tolist() == (c.firms.produced - c.firms.sold)[dug].tolist()
    assert c.firms.revenue[dug].sum() == paid(e, was, "materials") > 0
    assert c.firms.material[goods].sum() == paid(e, was, "materials", "permits")
    assert (c.resources.reserves != was["reserves"]).any()


def produce(e: Economy, was: Mapping[str, Any]) -> None:
    firms = behind(e).firms
    goods = ~firms.is_resource
    assert (firms.inventory - was["inventory"])[goods].tolist() == firms.used[goods].tolist()
    assert firms.capital.tolist() == (was["capital"] - firms.worn).tolist()
    assert behind(e).memory.output == firms.produced[goods].sum() > 0


def invest(e: Economy, was: Mapping[str, Any]) -> None:
    firms = behind(e).firms
    assert firms.capital.tolist() == (was["capital"] + firms.bought).tolist()
    assert firms.bought.sum() == (was["inventory"] - firms.inventory).sum()
    assert firms.investment.sum() == paid(e, was, "investment") > 0


def purchase(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    spent = was["treasury"] - c.treasury_cash(e.ledger)
    assert spent == ((was["inventory"] - c.firms.inventory) * c.firms.posted_price).sum() > 0
    assert spent == paid(e, was, "government purchases")


def consume(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    assert c.households.spent.sum() == paid(e, was, "consumption") == -gain(e, was, c.households.owners) > 0
    assert (c.firms.inventory >= 0).all()


def set_prices(e: Economy, was: Mapping[str, Any]) -> None:
    firms = behind(e).firms
    assert (firms.price > 0).all()
    assert (firms.price != was["price"]).all()
    assert firms.inventory.tolist() == was["inventory"].tolist()


def service_debt(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    assert c.firms.interest.sum() == paid(e, was, "loan interest") > 0
    assert (e.ledger.contracts.debts[LOAN][c.firms.owners] <= was["loans"][c.firms.owners]).all()
    assert paid(e, was, "coupons") == pytest.approx(c.public_debt(e.ledger) * c.memory.coupon / 12, rel=0.001)


def pay_dividends(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    assert (c.cash(e.ledger) <= was["cash"][c.firms.owners]).all()
    assert c.firms.dividend.sum() > 0
    assert int(e.ledger.holdings[c.operator, RESERVES].sum()) >= 0
    assert paid(e, was, "profit tax") > 0


def fail(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    assert (c.firm_equity(e.ledger) >= 0).all()
    assert c.memory.failures == (c.firms.owners != was["owners"]).sum()


def supervise(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    assert c.banks.open.all()
    assert (c.banks.extra_spread >= 0).all()


def measure(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    goods = ~c.firms.is_resource
    assert c.memory.price == pytest.approx(c.firms.revenue[goods].sum() / c.firms.sold[goods].sum())
    assert c.memory.gdp[-1] == c.firms.revenue[goods].sum()


def value_shares(e: Economy, was: Mapping[str, Any]) -> None:
    assert (behind(e).values > 0).all()
    assert (behind(e).values != was["values"]).any()


def run(e: Economy, was: Mapping[str, Any]) -> None:
    assert int(e.ledger.holdings[:, e.ledger.money].sum()) == was["cash"].sum()


def settle_reserves(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    assert c.interbank_day is not None
    assert c.illiquid.size == 0
    assert (c.banks.reserves(e.ledger)[c.banks.open] >= 0).all()


def resolve(e: Economy, was: Mapping[str, Any]) -> None:
    c = behind(e)
    assert (c.banks.equity(e.ledger)[c.banks.open] > 0).all()
    assert c.banks.closing_reserves.tolist() == c.banks.reserves(e.ledger).tolist()


def accounts(e: Economy, was: Mapping[str, Any]) -> None:
    month = behind(e).accounts.month
    assert month.production == month.income == month.expenditure


def publish_indices(e: Economy, was: Mapping[str, Any]) -> None:
    assert (behind(e).values == was["values"]).all()
    assert (behind(e).firms.price == was["price"]).all()  # an index moves no price


CHECKS: dict[str, Check] = {
    "decide rate": decide_rate, "plan": plan, "lend": lend, "hire": hire, "pay wages": pay_wages,
    "fund state": fund_state, "pay benefits": pay_benefits, "extract": extract, "produce": produce, "invest": invest,
    "purchase": purchase, "consume": consume, "set prices": set_prices, "service debt": service_debt,
    "pay dividends": pay_dividends, "fail": fail, "supervise": supervise, "measure": measure,
    "value shares": value_shares, "run": run, "settle reserves": settle_reserves, "resolve": resolve,
    "accounts": accounts, "publish indices": publish_indices,
}  # fmt: skip


def test_every_stage_of_a_month_end_has_its_check() -> None:
    assert [stage.name for stage in closed_stages()] == list(CHECKS)


@pytest.mark.parametrize("stage", CHECKS)
def test_a_stage_does_what_it_says(stage: str) -> None:
    economy, seen = closed(), list[dict[str, Any]]()

    def before(economy: Economy) -> None:
        """See."""
        if economy.tick == 42:
            seen.append(stand(economy))

    def after(economy: Economy) -> None:
        """Check."""
        if economy.tick == 42:
            CHECKS[stage](economy, seen[0])
            seen.append({})

    economy.schedule.before(stage, before)
    economy.schedule.after(stage, after)
    economy.run(days=42)
    assert len(seen) == 2


def test_two_firms_that_dig_the_same_share_what_is_there_and_what_is_wanted() -> None:
    shock = {"kind": "resource_strike", "at": 22, "resource": "oil", "share": 0.95, "months": 1}
    economy = closed(shock)
    c = behind(economy)
    c.firms.resource[7] = 0  # the lithium firm digs oil from now on
    oil, seen = np.array([6, 7]), []

    def note(economy: Economy) -> None:
        """Note."""
        goods = ~c.firms.is_resource
        needed = np.ceil(c.intensity[0] * c.firms.used[goods])
        seen.append((c.firms.produced[oil].sum(), c.firms.sold[oil].sum(), needed.sum(), c.firms.produced[oil].copy()))

    economy.schedule.after("extract", note)
    for _month in range(3):
        most = c.resources.capacity(c.memory.month + 1)[0]
        economy.run(days=21)
        made, sold, needed, each = seen[-1]
        assert abs(sold - needed) <= (~c.firms.is_resource).sum()  # once, not once for every seller
        assert made <= most
        assert (c.firms.inventory[oil] >= 0).all()
        if len(seen) == 2:
            assert made == pytest.approx(0.05 * most, abs=1)  # the rest is blocked: both would dig more
            assert (each > 0).all()
    assert_closed(economy)
